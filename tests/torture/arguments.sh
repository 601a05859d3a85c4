#!/bin/sh
# Every function of dnn.h, called with every wrong value of each argument, alone and in pairs, under the address and
# undefined-behaviour sanitizers, and without them, where arrays may begin at odd addresses too. See tests/arguments.
#
# usage: sh tests/torture/arguments.sh short|full      (the same: it takes seconds)
set -eu
. tests/torture/support/build.sh

# The line that a run of PRESET ends with: "N functions, N calls, N findings".
run() {
    log=build/torture/arguments.$1
    build "$1" test_arguments_generated
    "build/$1/tests/arguments/test_arguments_generated" >"$log" 2>&1 || {
        cat "$log"
        exit 1
    }
    tail -n 1 "$log"
}

asan=$(run asan)
release=$(run release)
printf 'asan: %s\nrelease: %s\n' "$asan" "$release"
# "arguments: 101 functions, 9 calls under asan, 9 calls without, 0 findings"
calls_of() {
    printf '%s' "$1" | sed 's/.* functions, \([0-9]*\) calls.*/\1/'
}
echo "arguments: ${asan%% functions*} functions, $(calls_of "$asan") wrong calls under sanitizers, $(calls_of "$release") without, 0 findings"
