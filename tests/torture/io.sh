#!/bin/sh
# sh tests/torture/io.sh [short|full]: every reader and writer with each call of the system failing, interrupted or cut short
# (tests/test_system_calls.c), and a process that is killed at each (tests/test_file_write.c), under the address and
# undefined-behaviour sanitizers. full: with every error in every place. Builds what it needs. The last line of its output
# counts the calls.
set -eu
cd "$(dirname "$0")/../.."
. tests/torture/support/build.sh

case ${1:-short} in
short) ;;
full) export DNN_TEST_FULL=1 ;;
*)
    echo "usage: io.sh [short|full]" >&2
    exit 2
    ;;
esac

build asan test_system_calls test_file test_file_write

log=$(mktemp)
trap 'rm -f "$log"' EXIT
for test in test_file test_file_write test_system_calls; do
    "build/asan/tests/$test" >"$log" 2>&1 || {
        cat "$log"
        exit 1
    }
    cat "$log"
done
calls=$(sed -n 's/^\([0-9]*\) calls of the system failed.*/\1/p' "$log")
echo "io: ${calls:?} calls of the system failed, interrupted or cut short, 0 findings"
