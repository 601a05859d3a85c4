#!/bin/sh
# Feeds each reader of files with damaged and invented ones, under the address and undefined-behaviour sanitizers.
#
# usage: sh tests/fuzz.sh [seconds] [target...]      (60 seconds each; all targets)
#
#   sh tests/fuzz.sh            every target, a minute each
#   sh tests/fuzz.sh 600 npy    fuzz_npy alone, for ten minutes
#
# Every tests/fuzz/fuzz_<name>.c is a target, and the files of tests/fuzz/corpus/<name> are what it starts from. What it
# finds on its way is kept in build/fuzz/corpus/<name>, for the next run; a finding, in build/fuzz/findings/<name>: to see
# it again, run build/fuzz/tests/fuzz/fuzz_<name> FILE. Prints one line a target, and fails if there was a finding.
#
# Needs clang with libFuzzer (scripts/install-dependencies.sh fuzz). Without, it says so and skips: exit status 77.
set -eu

cd "$(dirname "$0")/.."

seconds=${1-60}
[ $# -eq 0 ] || shift
case $seconds in
'' | *[!0-9]*)
    echo "fuzz.sh: '$seconds' is no number of seconds" >&2
    exit 2
    ;;
esac

build=build/fuzz
clang=${CLANG-clang}
mkdir -p "$build"
cat >"$build/probe.c" <<'EOF'
#include <stddef.h>
int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    return bytes != NULL && size == 1;
}
EOF
if ! "$clang" -fsanitize=fuzzer,address,undefined "$build/probe.c" -o "$build/probe" >"$build/probe.log" 2>&1; then
    sed 's/^/    /' "$build/probe.log"
    echo "SKIPPED: no fuzzing: $clang cannot link libFuzzer. Please run: sh scripts/install-dependencies.sh fuzz"
    exit 77
fi

flags='-O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all'
# shellcheck disable=SC2086 # a list of words
{
    cmake -S . -B "$build" -G Ninja -DCMAKE_C_COMPILER="$clang" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS="$flags" \
        -DDNN_BUILD_FUZZ=ON -DDNN_BUILD_TESTS=OFF -DDNN_BUILD_EXAMPLES=OFF -DDNN_BUILD_BENCH=OFF ${DNN_CMAKE_ARGS-}
    cmake --build "$build" --target fuzz_targets --parallel "$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)"
} >"$build/build.log" 2>&1 || {
    cat "$build/build.log"
    exit 1
}

if [ $# -eq 0 ]; then
    for source in tests/fuzz/fuzz_*.c; do
        name=$(basename "$source" .c)
        set -- "$@" "${name#fuzz_}"
    done
fi

# One target. A unit that takes more than 10 seconds or 1 GiB is a finding as well.
run() {
    name=$1
    found=$build/corpus/$name findings=$build/findings/$name log=$build/$name.log
    mkdir -p "$found" "$findings"
    if "$build/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=512 \
        -max_len=4096 -use_value_profile=1 -print_final_stats=1 -artifact_prefix="$findings/" \
        "$found" "tests/fuzz/corpus/$name" >"$log" 2>&1; then
        word=ok
    else
        word=FINDING
        status=1
    fi
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    printf '%-8s %-10s %12s runs in %s s, %s seeds, %s in the corpus\n' "$word" "$name" "${runs:-?}" "$seconds" \
        "$(find "tests/fuzz/corpus/$name" -type f | wc -l)" "$(find "$found" -type f | wc -l)"
    [ "$word" = ok ] || tail -n 40 "$log"
}

status=0
for target in "$@"; do
    if [ ! -d "tests/fuzz/corpus/$target" ] || [ ! -x "$build/tests/fuzz/fuzz_$target" ]; then
        echo "FAILED: $target has no tests/fuzz/fuzz_$target.c, or no seeds in tests/fuzz/corpus/$target"
        status=1
    else
        run "$target"
    fi
done
exit $status
