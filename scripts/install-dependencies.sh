#!/bin/sh
# Installs what libdnn needs from the system's packages, and only what is missing. The one place that does so.
#
# usage: sh scripts/install-dependencies.sh [GROUP...]      (no group: build)
#
#   build   compiler, CMake, Ninja, pkg-config, zlib, libmd, OpenBLAS; protobuf-c and
#           its compiler, for ONNX; Python, for the man pages
#   test    cmocka; a C++ compiler; Python with NumPy, for the numbers to compare with and as a foreign caller, and
#           with venv, for tests/python-env.sh; the sources of locales, to make one with a decimal comma
#   abi     for tests/abi, which reads dnn.h as others do: gcc, clang, cffi, gfortran and libabigail's programs; git, for
#           the commit before. Without them those tests are skipped
#   bench   Python with NumPy and FANN, to compare with
#   bench-peers
#           PyTorch, SciPy and scikit-learn, to compare with as well: large, so only `sh bench/run.sh --peers` asks for them
#   bench-charts
#           matplotlib, for bench/charts.py
#   fuzz    clang with its sanitizers and libFuzzer
#   ci      clang-format, the other BLAS libraries that .ci/run tries, and what bench/charts.py needs
#   package what makes and looks at packages: Debian's and RPM's tools; Ruby, for the syntax of Homebrew's formula
#   torture for tests/torture: gcovr, cross compilers and emulators, musl, libc++, clang, valgrind
#   windows for the part of it that runs the tests on Windows: MinGW-w64 and Wine, more than half a gigabyte
#   docs    Doxygen, for the HTML manual; man, to look at the man pages
#   ffi     what the callers in other languages under examples/ffi need; ffi-LANGUAGE: for that one alone
#
# Debian and Ubuntu (apt). Elsewhere it tells what is missing, and fails only if something is. It says what it installs;
# as root it asks nothing, otherwise it uses sudo where there is one.
set -eu

missing=

# Adds a package unless a header is there. need_header HEADER PACKAGE
need_header() {
    need_file "/usr/include/$1" "$2"
}

# Adds a package unless a file is there. need_file PATH PACKAGE
need_file() {
    [ -e "$1" ] || missing="$missing $2"
}

# Adds a package unless its program is there, from wherever it came. need_program PROGRAM PACKAGE
need_program() {
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}

# Adds a package unless pkg-config knows its module. need_module MODULE PACKAGE
need_module() {
    if ! command -v pkg-config >/dev/null 2>&1 || ! pkg-config --exists "$1"; then
        missing="$missing $2"
    fi
}

# Adds a package unless Perl has its module. need_perl MODULE PACKAGE
need_perl() {
    perl -M"$1" -e 1 >/dev/null 2>&1 || missing="$missing $2"
}

# Adds a package unless the linker would find a library. need_library NAME PACKAGE
need_library() {
    if ! command -v cc >/dev/null 2>&1 || [ "$(cc -print-file-name="$1.so")" = "$1.so" ]; then
        missing="$missing $2"
    fi
}

# Adds a package unless the system's Python has its module; a Python of the user's own is not looked at.
# need_python MODULE PACKAGE
need_python() {
    if ! /usr/bin/python3 -c "import $1" >/dev/null 2>&1; then
        missing="$missing $2"
    fi
}

# Adds clang's library of sanitizers and libFuzzer, of the clang that is there or that is to come, unless it is there.
need_libfuzzer() {
    if ! command -v clang >/dev/null 2>&1; then
        missing="$missing libclang-rt-dev"
    elif ! find "$(clang -print-resource-dir)/" -name 'libclang_rt.fuzzer*.a' | grep -q .; then
        missing="$missing libclang-rt-$(clang -dumpversion | sed 's/\..*//')-dev"
    fi
}

# Adds the C++ library of clang, of any version.
need_libcxx() {
    if ! find /usr/lib/llvm-*/lib/ -name 'libc++.so' 2>/dev/null | grep -q .; then
        missing="$missing libc++-dev libc++abi-dev"
    fi
}

# Adds what makes a Python environment of its own unless the system's Python can.
need_venv() {
    if ! /usr/bin/python3 -c 'import ensurepip, venv' >/dev/null 2>&1; then
        missing="$missing python3-venv"
    fi
}

# What examples/ffi/LANGUAGE needs.
need_language() {
    case $1 in
    c) need_program cc gcc ;;
    cpp) need_program c++ g++ ;;
    csharp)
        need_program mcs mono-mcs
        need_program mono mono-runtime
        ;;
    fortran) need_program gfortran gfortran ;;
    go)
        need_program go golang-go
        need_program cc gcc
        need_program pkg-config pkg-config
        ;;
    java)
        need_program javac default-jdk-headless
        need_file /usr/share/java/jna.jar libjna-java
        ;;
    javascript)
        need_program node nodejs
        need_program npm npm
        ;;
    luajit) need_program luajit luajit ;;
    octave)
        need_program octave-cli octave
        need_program mkoctfile octave-dev
        ;;
    perl) need_perl FFI::Platypus libffi-platypus-perl ;;
    php) need_program php php-cli ;;
    python) need_python numpy python3-numpy ;;
    python-cffi)
        need_python cffi python3-cffi
        need_python numpy python3-numpy
        ;;
    r) need_program Rscript r-base-dev ;;
    ruby) need_program ruby ruby ;;
    rust) need_program cargo cargo ;;
    *)
        echo "install-dependencies.sh: no language '$1' under examples/ffi" >&2
        exit 2
        ;;
    esac
}

need_group() {
    case $1 in
    build)
        need_program cc gcc
        need_header stdio.h libc6-dev
        need_program cmake cmake
        need_program ninja ninja-build
        need_program pkg-config pkg-config
        need_module zlib zlib1g-dev
        need_module libprotobuf-c libprotobuf-c-dev
        need_program protoc-c protobuf-c-compiler
        need_module libmd libmd-dev
        need_module openblas libopenblas-dev
        need_program python3 python3
        ;;
    test)
        need_program c++ g++
        need_module cmocka libcmocka-dev
        need_header ../share/i18n/locales/de_DE locales
        need_python numpy python3-numpy
        need_venv
        ;;
    abi)
        need_program gcc gcc
        need_program g++ g++
        need_program clang clang
        need_python cffi python3-cffi
        need_program gfortran gfortran
        need_program abidw abigail-tools
        need_program git git
        ;;
    bench)
        need_module fann libfann-dev
        need_python numpy python3-numpy
        ;;
    bench-peers)
        need_python torch python3-torch
        need_python scipy python3-scipy
        need_python sklearn python3-sklearn
        ;;
    bench-charts) need_python matplotlib python3-matplotlib ;;
    fuzz)
        need_program clang clang
        need_libfuzzer
        ;;
    ci)
        need_program clang-format clang-format
        need_python matplotlib python3-matplotlib
        need_library libblis libblis-dev
        need_module blas-netlib libblas-dev
        ;;
    package)
        need_program dpkg-shlibdeps dpkg-dev
        need_program file file
        need_program lintian lintian
        need_program rpmbuild rpm
        need_program ruby ruby
        ;;
    torture)
        need_program gcovr gcovr
        need_program clang clang
        need_libfuzzer
        need_program valgrind valgrind
        need_program qemu-s390x qemu-user
        need_program s390x-linux-gnu-gcc gcc-s390x-linux-gnu
        need_program aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu
        need_program arm-linux-gnueabihf-gcc gcc-arm-linux-gnueabihf
        need_program riscv64-linux-gnu-gcc gcc-riscv64-linux-gnu
        need_file /usr/riscv64-linux-gnu/include/stdio.h libc6-dev-riscv64-cross
        need_program musl-gcc musl-tools
        need_program dpkg-source dpkg-dev
        need_libcxx
        ;;
    windows)
        need_program x86_64-w64-mingw32-gcc-posix gcc-mingw-w64-x86-64-posix
        need_program wine wine
        need_file /usr/lib/wine/wine64 wine64
        need_program dpkg-source dpkg-dev
        ;;
    docs)
        need_program doxygen doxygen
        need_program lexgrog man-db
        ;;
    ffi)
        for folder in "$(dirname "$0")"/../examples/ffi/*/; do
            need_language "$(basename "$folder")"
        done
        ;;
    ffi-*) need_language "${1#ffi-}" ;;
    *)
        echo "install-dependencies.sh: unknown group '$1'; the groups are build, test, abi, bench, bench-peers," \
            "bench-charts, fuzz, ci, package, torture, docs, ffi, ffi-LANGUAGE" >&2
        exit 2
        ;;
    esac
}

[ $# -gt 0 ] || set -- build
for group in "$@"; do
    need_group "$group"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "install-dependencies.sh: please install what Debian calls:$missing" >&2
    exit 1
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "install-dependencies.sh: not root, and no sudo. Please run: apt-get install$missing" >&2
        exit 1
    fi
    as_root=sudo
fi

# shellcheck disable=SC2086 # a list of words
{
    echo "Installing with apt-get:$missing"
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}
