#!/bin/sh
# sh tests/torture/threads.sh [short|full]: everything that threads, forks, loads and small stacks may do at once, again and again,
# for such faults show now and then alone. Under the thread sanitizer: predictions on one model, trainers at once, teams, first use,
# files, cancelled fits. Without it also OpenMP, dlopen and dlclose, and stacks of 64 KiB; each on all processors and on one.
# Builds what it needs. The last line of its output counts the runs.
set -u
cd "$(dirname "$0")/../.."
. tests/torture/support/build.sh

case ${1:-short} in
short) rounds=1 ;;
full) rounds=40 ;;
*) echo "usage: threads.sh [short|full]" >&2; exit 2 ;;
esac

sanitized="test_fork test_team test_threads test_threads_files test_threads_many"
plain="test_fork test_stack test_team test_threads test_threads_files test_threads_many unload/unload openmp/openmp"
if ! command -v taskset >/dev/null; then
    echo "threads: SKIPPED: taskset is missing; please install the package util-linux"
    exit 77
fi

# What is built has its sanitizer's name: build/tsan, build/release.
# shellcheck disable=SC2086
build tsan $sanitized || exit 1
# shellcheck disable=SC2086
build release $(echo "$plain" | sed 's,[a-z]*/,,g') || exit 1

runs=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# run NAME COMMAND...: it must end well within two minutes; else nothing more is run.
run() {
    name=$1
    shift
    if ! timeout 120 "$@" >"$log" 2>&1; then
        cat "$log"
        echo "threads: $name failed in run $((runs + 1))"
        exit 1
    fi
    echo "passed: $name"
    runs=$((runs + 1))
}

round=0
while [ "$round" -lt "$rounds" ]; do
    for test in $sanitized; do
        # OpenBLAS is not instrumented: its own locks look like races.
        run "$test, thread sanitizer" env OPENBLAS_NUM_THREADS=1 TSAN_OPTIONS=halt_on_error=1 "build/tsan/tests/$test"
    done
    for test in $plain; do
        run "$test" "build/release/tests/$test"
        run "$test, one processor" taskset -c "$(taskset -cp $$ | sed 's/.*: *//; s/[-,].*//')" "build/release/tests/$test"
    done
    round=$((round + 1))
done

loads=$((2 * rounds * 100))
echo "threads: $runs runs of programs with threads, $((5 * rounds)) of them under the thread sanitizer, $loads loads and unloads, 0 findings"
