#!/bin/sh
# tests/tap.sh PROGRAM: runs a test program and mends its TAP: cmocka prints a skipped test as "not ok N # SKIP", which is a
# failure to TAP and to automake's driver.
output=$("$@")
status=$?
printf '%s\n' "$output" | sed 's/^not ok \([0-9]* # SKIP\)/ok \1/'
exit $status
