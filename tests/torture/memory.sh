#!/bin/sh
# sh tests/torture/memory.sh [short|full]: every public function with each of its requests for memory refused, once and from then on
# (tests/test_allocation.c), under the address and undefined-behaviour sanitizers; then without them with the whole process's
# memory refused (tests/test_allocation_system.c). full: in worlds of all kinds, and the allocator's own tests many times.
# Builds what it needs. The last line of its output counts the refusals.
set -eu
cd "$(dirname "$0")/../.."
. tests/torture/support/build.sh

case ${1:-short} in
short) rounds=1 ;;
full)
    rounds=50
    export DNN_TEST_FULL=1
    ;;
*)
    echo "usage: memory.sh [short|full]" >&2
    exit 2
    ;;
esac

for preset in asan release; do
    build "$preset" test_allocation test_allocator test_allocation_system
done

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# run PROGRAM: what it says goes on to the log.
run() {
    "$@" >"$log" 2>&1 || {
        cat "$log"
        exit 1
    }
    cat "$log"
}

# count WORDS: the number before these words in what the latest program said.
count() {
    number=$(sed -n "s/.* \([0-9]*\) $1.*/\1/p" "$log" | head -n 1)
    [ "${number:-0}" -gt 0 ] || {
        echo "memory: nothing was counted: no $1" >&2
        exit 1
    }
    echo "$number"
}

round=0
while [ "$round" -lt "$rounds" ]; do
    run build/asan/tests/test_allocator
    round=$((round + 1))
done
run build/asan/tests/test_allocation
functions=$(sed -n 's/^\([0-9]*\) functions of .*/\1/p' "$log")
refusals=$(count refusals)
run build/release/tests/test_allocation_system
everything=$(count refusals)
echo "memory: ${functions:?} functions, $refusals requests refused by the host's allocator, $everything by the process's, 0 findings"
