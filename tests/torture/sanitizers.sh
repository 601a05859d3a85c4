#!/bin/sh
# The suite under sanitizers and valgrind: sh tests/torture/sanitizers.sh short|full [BUILD...]
#
#   gcc-asan clang-asan     address, undefined behaviour and leaks
#   gcc-tsan clang-tsan     threads; without the long tests that have one thread and no lock
#   msan                    Clang's for uninitialised memory, with libraries built alike from Debian's sources and the reference BLAS
#   valgrind                the release build, on a processor with AVX2: see support/valgrind_one.sh
#
# short: a few tests each, of all builds but GCC's, which .ci/run has whole. full: every test program, but for what is listed below.
# What is not run anywhere here: the tests that are no program of ours (other languages, installed packages), which .ci/run has.
# No suppressions of any kind; msan_stat.c, which tells what the system's stat writes, hides nothing.
set -u

cd "$(dirname "$0")/../.."
how=${1-short}
[ $# -eq 0 ] || shift
here=tests/torture
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
few='fit|small|trainer|model_file|dataset|safetensors|gunzip|workspace|golden'
# One thread and no lock: nothing for a thread sanitizer, as in CMakePresets.json.
no_threads='affine|csv.*|damage|diagnose_sound|exponential|hostile|learning|numerics|onnx_hostile|parity|story|tables'
# Under valgrind these take hours, and do nothing with memory that others do not: millions of numbers, or thousands of whole trainings.
no_valgrind='exponential|affine|learning|parity|story|diagnose_sound|damage|csv_errors'
# These cannot be right there: one reads beneath the stack, which it measures; the other's reference is a long double, which valgrind
# computes as a double, and a test that fails leaves memory behind. (The memory sanitizer has both.)
no_valgrind="$no_valgrind|stack|numerics"
runs=0 findings=0 told=

for program in clang valgrind; do
    if ! command -v $program >/dev/null 2>&1; then
        echo "sanitizers: SKIPPED: $program is not there; please run: sh scripts/install-dependencies.sh torture"
        exit 77
    fi
done

# build NAME COMPILER PATTERN FLAGS [ARGUMENT...]: configures and builds the test programs that match: all, or names with | between.
build() {
    name=$1 compiler=$2 targets=all flags=$4
    [ "$3" = '.*' ] || targets=$(echo "test_$3" | sed 's/|/ test_/g')
    shift 4
    # shellcheck disable=SC2086 # a list of words
    cmake -S . -B "build/torture/$name" -G Ninja -DCMAKE_C_COMPILER="$compiler" -DCMAKE_C_FLAGS="$flags" -DDNN_BUILD_EXAMPLES=OFF \
        -DDNN_BUILD_BENCH=OFF -DDNN_WERROR=ON "$@" && cmake --build "build/torture/$name" --parallel "$jobs" --target $targets
}

# run NAME PATTERN EXCEPT: the test programs of a build whose names match.
run() {
    log=build/torture/$1-tests.log
    ctest --test-dir "build/torture/$1" -R "^test_($2)\$" -E "^test_($3)\$" --timeout 1800 --parallel "$jobs" --output-on-failure |
        tee "$log"
    count "$1" "$(grep -c ' Passed ' "$log")" "$(grep -cE '\*\*\*(Failed|Timeout|Skipped|Exception|Not Run)|^No tests' "$log")"
}

# count NAME PASSED FAILED
count() {
    runs=$((runs + $2)) findings=$((findings + $3)) told="$told, $2 $1"
    echo "== $1: $2 passed, $3 did not"
}

sanitize='-O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all -fsanitize'

address() {
    build "$1" "$2" "$3" "$sanitize=address,undefined" -DCMAKE_BUILD_TYPE=Debug || return
    UBSAN_OPTIONS=print_stacktrace=1 run "$1" "$3" none
}

threads() {
    build "$1" "$2" "$3" "$sanitize=thread" -DCMAKE_BUILD_TYPE=Debug || return
    # OpenBLAS is not instrumented, so its own locks look like races.
    OPENBLAS_NUM_THREADS=1 TSAN_OPTIONS=halt_on_error=1 run "$1" "$3" "$no_threads"
}

memory() {
    sources=$PWD/build/torture/sources/msan
    sh $here/machines/sources.sh msan clang -fsanitize=memory -fno-omit-frame-pointer &&
        clang -c -O1 -fsanitize=memory -o "$sources/msan_stat.o" $here/msan_stat.c || return
    wrap=$sources/msan_stat.o
    for call in stat stat64 lstat lstat64 fstat fstat64; do
        wrap="$wrap -Wl,--wrap=$call"
    done
    PKG_CONFIG_LIBDIR=$sources/lib/pkgconfig build msan clang "$1" "$sanitize=memory" -DCMAKE_BUILD_TYPE=Debug \
        -DCMAKE_PREFIX_PATH="$sources" -DDNN_BLAS="$sources/lib/libreference_blas.a" -DCMAKE_EXE_LINKER_FLAGS="$wrap" || return
    run msan "$1" none
}

valgrind_all() {
    targets=all
    [ "$1" = '.*' ] || targets=$(echo "test_$1" | sed 's/|/ test_/g')
    # shellcheck disable=SC2086 # a list of words
    cmake --preset release -DDNN_WERROR=ON && cmake --build build/release --parallel "$jobs" --target $targets || return
    log=build/torture/valgrind-tests.log
    tests=$(ctest --test-dir build/release -N -R "^test_($1)\$" -E "^test_($no_valgrind)\$" | sed -n 's/.*Test *#[0-9]*: //p')
    # shellcheck disable=SC2016 # for the other shell
    echo "$tests" |
        xargs -P "$jobs" -I '{}' sh -c 'sh "$1" build/release "$2" && echo "$2 passed" || echo "$2 did not"' - \
            $here/support/valgrind_one.sh '{}' | tee "$log"
    passed=$(grep -c ' passed$' "$log")
    count valgrind "$passed" $(($(echo "$tests" | wc -l) - passed))
}

pattern=.*
if [ "$how" = short ]; then
    pattern=$few
    [ $# -gt 0 ] || set -- clang-asan clang-tsan msan valgrind
fi
[ $# -gt 0 ] || set -- gcc-asan gcc-tsan clang-asan clang-tsan msan valgrind
for part in "$@"; do
    before=$runs
    case $part in
    gcc-asan) address "$part" gcc "$pattern" ;;
    clang-asan) address "$part" clang "$pattern" ;;
    gcc-tsan) threads "$part" gcc "$([ "$how" = short ] && echo 'team|fit' || echo '.*')" ;;
    clang-tsan) threads "$part" clang "$([ "$how" = short ] && echo 'team|fit' || echo '.*')" ;;
    msan) memory "$pattern" ;;
    valgrind) valgrind_all "$([ "$how" = short ] && echo 'small|golden|model_file|workspace' || echo '.*')" ;;
    *) echo "sanitizers.sh: no build is called $part" >&2 && exit 2 ;;
    esac
    # A build that failed, or ran nothing, is a finding, too.
    [ "$runs" -gt "$before" ] || findings=$((findings + 1))
done

echo "sanitizers: $runs test programs (${told#, }), $findings findings"
[ "$findings" -eq 0 ]
