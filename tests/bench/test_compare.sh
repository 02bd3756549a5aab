#!/bin/sh
# bench/compare with pretended programs: what counts, what is measured again, what the table says.  And the rival itself, where
# there is PyTorch.
set -u
bench=${srcdir:-.}/bench
if ! command -v python3 >/dev/null; then
    echo "1..0 # SKIP no python3"
    exit 0
fi
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

number=0
report() { # 0|1 NAME
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; sed 's/^/# /' "$work/out"; fi
}
echo 1..9

# A pair of measurements of `simple`: THREADS RIVAL'S-SPEED OURS PINGPONG OTHERS
pair() {
    cat <<END | tr -d '\n'
{"recipe": "simple", "threads": $1, "machine": {"processor": "P", "processors": 2, "system": "S"}, "PyTorch": {"pingpong": [50, 50],
 "others": 0, "rss_mb": 400, "first_s": 2, "rows": [{"recipe": "simple", "stage": "train", "samples_per_s": $2, "torch": "1",
 "blas": "openmp"}]}, "hourglass": {"pingpong": [50, $4], "others": $5, "rss_mb": 50, "first_s": 1, "rows": [{"preset": "simple",
 "stage": "train", "batch": 256, "samples_per_s": $3, "gflops": 10, "peak_gflops": 100}]}}
END
    echo
}

# The third changes its state, the fourth is disturbed: both say 9 times as fast, and neither counts.
{ pair 2 1000 2000 50 0; pair 2 1000 4000 60 0.01; pair 2 1000 9000 300 0; pair 2 1000 9000 50 0.5; pair 2 1000 3000 50 0; } >"$work/log"
"$bench/compare" --from "$work/log" >"$work/out" 2>&1 &&
    grep -Eq '^simple +1,000 +3,000 +3.00 +2.0-4.0 +5 +15 +400 +50$' "$work/out" && grep -q 'of 3 pairs' "$work/out"
report $? "medians of the pairs that count, their number"

"$bench/compare" --from "$work/log" --markdown >"$work/out" 2>&1 && grep -q '^| simple | 256 | .* | 3.00 | (2.00 - 4.00) | ' "$work/out"
report $? "in Markdown"

"$bench/compare" --from "$work/log" --json >"$work/out" 2>&1 &&
    python3 -c 'import json, sys; row, = json.load(sys.stdin)["rows"]; sys.exit(row["ratio"] != 3 or row["counted"] != 3 or row["measured"] != 5)' <"$work/out"
report $? "as JSON"

pair 1 1000 5000 300 0 >"$work/one"
"$bench/compare" --from "$work/one" >"$work/out" 2>&1 && grep -Eq '^simple .* 5.00 ' "$work/out"
report $? "one thread has no state"

# Pretended programs that write down who was called.
cat >"$work/hourglass" <<END
#!/bin/sh
echo ours >>"$work/calls"
[ -e "$work/broken" ] && exit 1
echo '{"preset": "simple", "stage": "train", "batch": 256, "samples_per_s": 300, "gflops": 1, "peak_gflops": 2}'
END
cat >"$work/python" <<END
#!/bin/sh
echo rival >>"$work/calls"
echo '{"recipe": "simple", "stage": "train", "samples_per_s": 100, "torch": "1", "blas": "pthread"}'
END
chmod +x "$work/hourglass" "$work/python"
compare() {
    "$bench/compare" simple --threads 1 --program "$work/hourglass" --python "$work/python" --log "$work/new" "$@" >"$work/out" 2>&1
}

# A busy machine may make any of these measurements not count, so how many there are is not fixed; their order is.
compare --repetitions 2 && grep -Eq '^simple .* 3.00 ' "$work/out" &&
    [ "$(head -n 4 "$work/calls" | tr '\n' ' ')" = "rival ours ours rival " ] && grep -q 'libopenblas0-openmp' "$work/out"
report $? "programs alternate, and the rival's BLAS is looked at"

made=$(wc -l <"$work/new")
touch "$work/broken"
compare --repetitions 40
[ $? -eq 1 ] && [ "$(wc -l <"$work/new")" -eq "$made" ] && grep -q 'what was measured before' "$work/out"
report $? "a program that fails ends it, and nothing is lost"

rm "$work/broken"
before=$(wc -l <"$work/calls")
compare --repetitions 1 --prefix "env PRETENDED=1" && [ "$(wc -l <"$work/calls")" -eq "$before" ] && grep -q '^simple ' "$work/out"
report $? "what was measured is not measured again"

"$bench/compare" nothing >"$work/out" 2>&1
[ $? -eq 2 ] && grep -q 'no recipe is called nothing' "$work/out"
report $? "a recipe that is none"

python=
for candidate in python3 /usr/bin/python3; do
    [ -z "$python" ] && "$candidate" -c 'import torch' 2>/dev/null && python=$candidate
done
if [ -z "$python" ]; then
    number=$((number + 1))
    echo "ok $number # SKIP no PyTorch here"
else
    "$python" "$bench/torch_recipes.py" stacked cifar --batches 1 --threads 1 >"$work/out" 2>&1 && grep -q '"recipe": "cifar"' "$work/out"
    report $? "PyTorch trains"
fi
