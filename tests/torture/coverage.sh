#!/bin/sh
# How much of the library its tests reach: lines and branches of src, folder by folder, by gcov and gcovr.
#
# usage: sh tests/torture/coverage.sh short|full
#
#   full    every test but those below; lines: 100 % of base, data and format, 95 % of everything; branches: 90 % of everything
#   short   without the tests that take longest as well, so what is asked is less: 95 % of all lines
#
# The core is compiled for two precisions and several processors: a line or a branch counts if it is reached in one of them. A line
# that cannot be reached says so, and why, beside GCOVR_EXCL_LINE. Assertions are off: no test may take their second branch.
# Children of tests that end by _exit count, too: see support/coverage_exit.c.
# The counters are atomic: threads that lose each other's counts would make gcov, which counts some branches as the difference of
# others, take one that was never reached for reached.
set -eu

# What looks at the finished libraries, at documents or at what is installed runs no line that others do not.
not_run='house_.*|consumers|abi_.*|unload|manual.*|ffi.*'
# Nothing but time: numbers and trainings that are many, and what others reach with fewer.
long='test_(footprint|learning|story|numerics|exponential)'
longer='test_(affine|allocation|allocation_system|csv_errors|damage|diagnose_sound|hostile|threads_many|team|engine)'
longer="$longer|onnx_runtime|arguments_generated"

mode=${1-full}
build=build/torture/coverage
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
if ! command -v gcovr >/dev/null 2>&1; then
    echo "coverage: SKIPPED: gcovr is not there; please run: sh scripts/install-dependencies.sh torture"
    exit 77
fi
[ "$mode" != short ] || long="$long|$longer"
[ "$mode" = short ] || sh tests/python-env.sh || true # what then is missing is told by the lines that are not reached

if [ ! -f "$build/build.ninja" ]; then
    mkdir -p "$build"
    cc -c -o "$build/coverage_exit.o" tests/torture/support/coverage_exit.c
    cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DDNN_BUILD_EXAMPLES=OFF -DDNN_BUILD_BENCH=OFF \
        -DCMAKE_C_FLAGS="-O1 -DNDEBUG --coverage -fprofile-update=atomic -fprofile-abs-path" \
        -DCMAKE_EXE_LINKER_FLAGS="$PWD/$build/coverage_exit.o -Wl,--wrap=_exit"
fi
cmake --build "$build" --parallel "$jobs"
find "$build" -name '*.gcda' -exec rm {} +
ctest --test-dir "$build" --parallel "$jobs" --output-on-failure --exclude-regex "^($not_run|$long)\$"
# One process: gcovr 5.2 waits for ever where one of several has met an error.
gcovr --root . --object-directory "$build" --filter src/ --exclude-unreachable-branches --exclude-throw-branches \
    --json "$build/coverage.json" "$build"
python3 tests/torture/coverage.py "$mode" "$build/coverage.json"
