#!/bin/sh
# Every function of dnn.h, called wrongly, under the address and undefined-behaviour sanitizers.
#
# usage: sh tests/torture/arguments.sh short|full
set -eu
. tests/torture/support/build.sh

build asan test_arguments
log=build/torture/arguments.tests
build/asan/tests/test_arguments >"$log" 2>&1 || {
    cat "$log"
    exit 1
}
cat "$log"
echo "arguments: $(sed -n 's/^\[=*\] \([0-9]*\) test(s) run.*/\1/p' "$log") tests, 0 findings"
