#!/bin/sh
# The fetch scripts with a pretended curl: nothing here touches a network.
set -u
data=${srcdir:-.}/data
real=${HOURGLASS_TEST_DATA:-${srcdir:-.}/../shared/datasets}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
# curl -o FILE URL: copies URL's last part from $SERVER, damages nothing, fails when it is not there.
cat >"$work/bin/curl" <<'END'
#!/bin/sh
while [ $# -gt 1 ]; do
    [ "$1" = -o ] && out=$2
    shift
done
cp "$SERVER/${1##*/}" "$out" 2>/dev/null
END
chmod +x "$work/bin/curl"
PATH=$work/bin:$PATH
export PATH SERVER
unset HOURGLASS_MIRROR

number=0
report() { # 0|1 NAME
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; sed 's/^/# /' "$work/log"; fi
}
echo 1..6

SERVER=$work/nothing
"$data/fetch-mnist" "$work/a" >"$work/log" 2>&1
[ $? -eq 1 ] && grep -q 'no mirror had train-images-idx3-ubyte.gz' "$work/log" && [ -z "$(ls "$work/a")" ]
report $? "no mirror answers: said, and nothing left behind"

SERVER=$work/wrong
mkdir "$SERVER"
echo hello | gzip >"$SERVER/train-images-idx3-ubyte.gz"
"$data/fetch-fashion-mnist" "$work/b" >"$work/log" 2>&1
[ $? -eq 1 ] && grep -q 'another checksum' "$work/log" && [ -z "$(ls "$work/b")" ]
report $? "wrong bytes: refused, and nothing left behind"

echo hello >"$SERVER/cifar-10-binary.tar.gz"
"$data/fetch-cifar10" "$work/c" >"$work/log" 2>&1
[ $? -eq 1 ] && grep -q 'another checksum' "$work/log" && [ -z "$(ls "$work/c")" ]
report $? "a wrong archive: refused, and nothing left behind"

mkdir "$work/d"
touch "$work/d/test_batch.bin" "$work/d/data_batch_5.bin"
"$data/fetch-cifar10" "$work/d" >"$work/log" 2>&1 && grep -q 'already there' "$work/log"
report $? "CIFAR-10 that is there is left alone"

for set in mnist fashion-mnist; do
    if [ ! -f "$real/$set/train-images-idx3-ubyte.gz" ]; then
        number=$((number + 1))
        echo "ok $number # SKIP no $set at hand"
        continue
    fi
    SERVER=$real/$set
    "$data/fetch-$set" "$work/$set" >"$work/log" 2>&1 && [ "$(ls "$work/$set" | wc -l)" -eq 4 ] &&
        SERVER=$work/nothing "$data/fetch-$set" "$work/$set" >>"$work/log" 2>&1 &&
        [ "$(grep -c 'already there' "$work/log")" -eq 4 ]
    report $? "$set: fetched, checked, not fetched again"
done
