#!/bin/sh
# The suite on other machines, by other compilers, and with another C library: sh tests/torture/machines.sh short|full [PART...]
#
#   s390x arm64 armhf   Debian's cross compilers and libraries, under qemu-user: big-endian; ARM; pointers of 32 bits
#   riscv64             the same, but no Debian 12 has its libraries: they are built from sources, with a reference BLAS
#   musl                this machine, with the C library musl, and libraries built alike
#   clang               this machine, optimised by Clang; C++ programs with libc++ against what is installed
#   windows             dnn.dll and the tests by MinGW-w64, with libraries built alike, under Wine; a program against what is
#                       installed
#
# On each machine files are made that must be equal, byte for byte, to this one's, and predictions that must agree (machines/facts.c).
#
# short: s390x, the files and a few tests. full: every test program, but what under qemu is only slow (`slow` below).
#
# What the emulation cannot do: limit a process's memory (one test of test_idx proves nothing there), and start threads in a child
# after a fork of a process with several (two tests of test_team are left out). musl has no locale with a decimal comma (the tests
# of it are skipped, and counted as that). Which tests Windows has not, and why, is in tests/CMakeLists.txt.
set -u

cd "$(dirname "$0")/../.."
how=${1-short}
[ $# -eq 0 ] || shift
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
few='rows|text|random|golden|safetensors|idx|small'
# Minutes or hours of arithmetic that other tests have, too, mostly in long double, which is a program there: hundreds of trainings,
# all floats in turn, each bit of a file flipped.
slow='affine|damage|diagnose_sound|exponential|hostile|learning|numerics|onnx_hostile|parity|story|threads_many'
passed=0 files=0 findings=0 skipped=0 told=

finding() {
    echo "FINDING: $*"
    findings=$((findings + 1))
}

# configure NAME ARGUMENT...: and build the library, the tests that are to run, and what makes the files.
configure() {
    name=$1 targets='all machine_facts'
    [ "$how" = full ] || targets="machine_facts $(echo "test_$few" | sed 's/|/ test_/g')"
    shift
    # shellcheck disable=SC2086 # a list of words
    cmake -S . -B "build/torture/$name" -G Ninja -DCMAKE_BUILD_TYPE=Release -DDNN_BUILD_EXAMPLES=OFF -DDNN_BUILD_BENCH=OFF \
        -DDNN_WERROR=ON "$@" && cmake --build "build/torture/$name" --parallel "$jobs" --target $targets ||
        finding "$name: does not build"
}

# run NAME EXCEPT [ALSO]: the tests; and others whose names are no test_….
run() {
    log=build/torture/$1-tests.log pattern=.*
    [ "$how" = full ] || pattern=$few
    ctest --test-dir "build/torture/$1" -R "^(test_($pattern)|${3-none})\$" -E "^test_($2)\$" --timeout 1800 --parallel "$jobs" \
        --output-on-failure | tee "$log"
    count=$(grep -c ' Passed ' "$log")
    passed=$((passed + count)) told="$told, $count on $1"
    [ "$count" -gt 0 ] || finding "$1: no test ran"
    failed=$(grep -cE '\*\*\*(Failed|Timeout|Exception|Not Run)' "$log")
    [ "$failed" -eq 0 ] || finding "$1: $failed tests failed"
    count=$(grep -c '\*\*\*Skipped' "$log")
    skipped=$((skipped + count))
    if [ "$count" -gt 0 ] && [ "$1" != musl ]; then
        finding "$1: $count tests were skipped"
    fi
}

# facts NAME: makes the files with build/NAME or build/torture/NAME, in build/torture/facts/NAME; under an emulator where it needs one.
facts() {
    folder=$PWD/build/torture/facts/$1 build=build/torture/$1
    [ -d "$build" ] || build=build/$1
    rm -rf "$folder"
    mkdir -p "$folder"
    cmake --build "$build" --target make_facts
}

# same_facts NAME: they are those of this machine; predictions agree within their tolerances.
same_facts() {
    facts "$1" || finding "$1: makes no files"
    for file in build/torture/facts/release/*; do
        base=$(basename "$file")
        if [ "$base" = predictions.txt ]; then
            paste -d ' ' "$file" "build/torture/facts/$1/$base" | awk '
                function size(v) { return v < 0 ? -v : v }
                NF != 6 || $1 != $4 || !(size($3 - $6) <= $2 * (size($3) > 1 ? size($3) : 1)) { print; wrong++ }
                END { exit wrong > 0 || NR < 100 }' || finding "$1: predictions differ"
        elif cmp "$file" "build/torture/facts/$1/$base"; then
            files=$((files + 1))
        else
            finding "$1: $base is another file there"
        fi
    done
}

# emulated NAME [ARGUMENT...]
emulated() {
    name=$1
    shift
    configure "$name" --toolchain tests/torture/machines/toolchain.cmake -DDNN_MACHINE="$name" "$@"
    same_facts "$name"
    run "$name" "$slow"
}

# Debian's own libraries, or ours of Debian's sources: with the compiler NAME_gcc.
of_debian() {
    sh tests/torture/machines/sysroot.sh "$1" && emulated "$1"
}

of_sources() {
    sh tests/torture/machines/sources.sh "$@"
}

riscv64() {
    of_sources riscv64 riscv64-linux-gnu-gcc || return
    # GCC 12 takes numbers for unset there that a loop has set just before.
    emulated riscv64 -DDNN_BLAS="$PWD/build/torture/sources/riscv64/lib/libreference_blas.a" \
        -DCMAKE_C_FLAGS=-Wno-error=maybe-uninitialized
}

musl() {
    of_sources musl musl-gcc || return
    prefix=$PWD/build/torture/sources/musl
    PKG_CONFIG_LIBDIR=$prefix/lib/pkgconfig configure musl -DCMAKE_C_COMPILER=musl-gcc -DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF \
        -DCMAKE_PREFIX_PATH="$prefix" -DDNN_BLAS="$prefix/lib/libreference_blas.a"
    same_facts musl
    run musl none
}

clang() {
    CXX='clang++ -stdlib=libc++' CC=clang configure clang -DDNN_CXX='clang++ -stdlib=libc++'
    same_facts clang
    run clang none
    if ctest --test-dir build/torture/clang -R '^consumers$' --output-on-failure | tee build/torture/libcxx.log &&
        grep -q '100% tests passed.*out of 1' build/torture/libcxx.log; then
        passed=$((passed + 1)) told="$told, 1 with libc++"
    else
        finding "C++ programs with libc++"
    fi
}

# As on the other machines; and what a program of Windows sees of it: the DLL loaded and linked with, as it was built and installed.
windows() {
    of_sources windows x86_64-w64-mingw32-gcc-posix || return
    configure windows --toolchain tests/torture/machines/toolchain.cmake -DDNN_MACHINE=windows \
        -DDNN_BLAS="$PWD/build/torture/sources/windows/lib/libreference_blas.a"
    sh tests/torture/machines/wine.sh wineboot --init
    same_facts windows
    if [ "$how" = short ]; then
        run windows none house_exports
        return 0
    fi
    run windows none 'unload|openmp|arguments_generated|soak|house_exports'
    if sh tests/torture/machines/windows_installed.sh; then
        passed=$((passed + 1)) told="$told, 1 against what is installed there"
    else
        finding "windows: a program against what is installed"
    fi
}

missing=
need() {
    command -v "$1" >/dev/null 2>&1 || missing="$missing $1"
}

if [ $# -eq 0 ]; then
    set -- s390x
    if [ "$how" = full ]; then
        set -- s390x arm64 armhf riscv64 musl clang
        if command -v wine >/dev/null 2>&1 && command -v x86_64-w64-mingw32-gcc-posix >/dev/null 2>&1; then
            set -- "$@" windows
        else
            echo "windows: SKIPPED: Wine or MinGW-w64 is not there; please run: sh scripts/install-dependencies.sh windows"
            told=", none on windows: Wine or MinGW-w64 is not there"
        fi
    fi
fi
group=torture
for part in "$@"; do
    case $part in
    s390x) need s390x-linux-gnu-gcc && need qemu-s390x ;;
    arm64) need aarch64-linux-gnu-gcc && need qemu-aarch64 ;;
    armhf) need arm-linux-gnueabihf-gcc && need qemu-arm ;;
    riscv64) need riscv64-linux-gnu-gcc && need qemu-riscv64 ;;
    musl) need musl-gcc ;;
    clang) need clang++ ;;
    windows) need x86_64-w64-mingw32-gcc-posix && need wine && group="torture windows" ;;
    *) echo "machines.sh: no part is called $part" >&2 && exit 2 ;;
    esac
done
if [ -n "$missing" ]; then
    echo "machines: SKIPPED: these are not there:$missing; please run: sh scripts/install-dependencies.sh $group"
    exit 77
fi

# This machine's own, of the release build, which is there already more often than not.
cmake --preset release -DDNN_WERROR=ON && cmake --build build/release --parallel "$jobs" --target machine_facts &&
    facts release || finding "this machine makes no files"
for part in "$@"; do
    case $part in
    s390x | arm64 | armhf) of_debian "$part" || finding "$part: could not be tried" ;;
    *) "$part" || finding "$part: could not be tried" ;;
    esac
done

echo "machines: $passed test programs (${told#, }), $skipped skipped for want of a locale, $files files equal byte for byte, $findings findings"
[ "$findings" -eq 0 ]
