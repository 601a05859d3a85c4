#!/bin/sh
# Runs one test of a build under valgrind: sh tests/torture/support/valgrind_one.sh BUILD TEST. Says nothing, and fails, if there is a
# finding.
#
# Valgrind's processor has AVX2 and no more, and says so when the library asks: the code for AVX-512 is not run, for Valgrind would not
# know it. It computes a long double as a double, so references that need more are off, and a test may fail for that alone: what
# counts here is Valgrind's own word. That tests pass is for the others to see.
#
# A child of a fork ends by _exit, in the midst of things if that is what is tested, with all that its parent had: what it leaves
# behind is no leak. So leaks count in the program itself alone, all other errors in children, too.
build=$1 test=$2
log=build/torture/valgrind/$test
mkdir -p build/torture/valgrind
rm -f "$log".*
valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect,possible --errors-for-leak-kinds=none \
    --num-callers=20 --log-file="$log.%p.log" "$build/tests/$test" >"$log.out" 2>&1 &
program=$!
wait "$program"
status=$?
# A paragraph of the log is an error, whose first line says which: only that of a leak begins with a number. (It may be cut there, where
# a test lets a child write small files alone.)
wrong=$(awk -v program="$log.$program.log" '
    { text = $0; sub(/^==[0-9]+== ?/, "", text) }
    text == "" { inside = 0; next }
    inside { next }
    { inside = 1 }
    FILENAME != program && text ~ /^[0-9,]+ / { next }
    { print FILENAME ": " text }' "$log".*.log)
if [ "$status" -eq 99 ] || [ -n "$wrong" ]; then
    echo "valgrind: $test: $wrong" >&2
    exit 1
fi
# It must have come to its end, whatever the end was.
if ! grep -q 'test(s) run' "$log.out"; then
    echo "valgrind: $test did not end (status $status): see $log.out" >&2
    exit 1
fi
exit 0
