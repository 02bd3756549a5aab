#!/bin/sh
# The rooms of src/ as HACKING lists them: each uses only the rooms above it, and a library's header stands in its one room.
set -u
top=${srcdir:-.}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
rooms=$(sed -n -e '/^Beside them/q' -e 's|^    \([a-z]*\)/  .*|\1|p' "$top/HACKING" | tr '\n' ' ')

number=0
report() { # 0|1 NAME
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; sed 's/^/# /' "$work/out"; fi
}

# "room  file  header" for every header that a file of the tree $1 includes.
includes() {
    (cd "$1" && find . -name '*.[ch]' -exec grep -H '^ *# *include' {} +) |
        sed -n 's|^\./\(\([a-z]*\)/[^:]*\):[^"<]*["<]\([^">]*\)[">].*|\2 \1 \3|p'
}

# Prints the includes of a room that stands below the includer's.
upward() {
    includes "$1" | awk -v rooms="$rooms" '
        BEGIN { n = split(rooms, room, " "); for (i = 1; i <= n; i++) place[room[i]] = i }
        { split($3, part, "/") }
        !($1 in place) { print $2 " is in a room that HACKING does not list" }
        part[1] in place && place[part[1]] > place[$1] { print $2 " includes " $3 }'
}

# Prints the includes of the header $2 outside of the folder or file $3.
strangers() {
    includes "$1" | awk -v header="$2" -v home="$3" '$3 == header && index($2, home) != 1 { print $2 " includes " $3 }'
}

echo 1..8
ls "$top/src" | grep -v Makefile | sort >"$work/there"
echo "$rooms" | tr ' ' '\n' | sed '/^$/d' | sort | diff "$work/there" - >"$work/out"
report $? "HACKING lists the folders of src/"

upward "$top/src" >"$work/out"
[ ! -s "$work/out" ] && [ "$(includes "$top/src" | wc -l)" -gt 1000 ]
report $? "no room uses one below it"

mkdir -p "$work/src/nn" "$work/src/ui"
echo '#include "ui/app.h"' >"$work/src/nn/wrong.c"
echo '#include "nn/layer.h"' >"$work/src/ui/right.c"
upward "$work/src" >"$work/out"
[ "$(cat "$work/out")" = "nn/wrong.c includes ui/app.h" ]
report $? "one that did would be seen"

for pair in png.h:image/ jpeglib.h:image/ cblas.h:tensor/ jansson.h:store/ curses.h:ui/curses.c; do
    strangers "$top/src" "${pair%%:*}" "${pair#*:}" >"$work/out"
    [ ! -s "$work/out" ] && [ -n "$(strangers "$top/src" "${pair%%:*}" /)" ]
    report $? "${pair%%:*} only in ${pair#*:}"
done
