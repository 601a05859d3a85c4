#!/bin/sh
# Runs one test of a build under valgrind: sh tests/torture/support/valgrind_one.sh BUILD TEST. Says nothing, and fails, if there is a finding.
#
# Valgrind's processor has AVX2 and no more, and says so when the library asks: the code for AVX-512 is not run, for Valgrind would not
# know it. It computes a long double as a double, so references that need more are off, and a test may fail for that alone: what
# counts here is Valgrind's own word, exit status 99. That tests pass is for the others to see.
build=$1 test=$2
log=build/torture/valgrind/$test
mkdir -p build/torture/valgrind
valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,indirect,possible --num-callers=20 \
    --log-file="$log.log" "$build/tests/$test" >"$log.out" 2>&1
status=$?
if [ "$status" -eq 99 ] || grep -q '^==[0-9]*==' "$log.log"; then
    echo "valgrind: $test: see $log.log" >&2
    exit 1
fi
# It must have come to its end, whatever the end was.
if ! grep -q 'test(s) run' "$log.out"; then
    echo "valgrind: $test did not end (status $status): see $log.out" >&2
    exit 1
fi
exit 0
