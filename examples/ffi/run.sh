#!/bin/sh
# Runs libdnn's callers in other languages: each folder's example and its check, whose output must be that of C's.
#
# usage: sh examples/ffi/run.sh [--installed] [language...]      (no language: all of them)
#
#   --installed   installs nothing: a language whose tools are missing is skipped, with status 77 if it was the only one
#
# One line each: ok, FAILED or skipped, and the tools' version. What a language printed is in build/ffi/LANGUAGE.
# DNN_LIBRARY names the libdnn.so to call; without it build/release is built. DNN_FFI_BUILD names another folder than
# build/ffi.
#
# A language is a folder with a file language.sh, which defines
#
#   version    prints the version of its tools, and fails if something is missing
#   build      compiles what must be compiled (may be left out)
#   circle     runs the example
#   check      runs the check
#
# and finds in the environment DNN_LIBRARY (a path), DNN_INCLUDE and DNN_LIBRARY_FOLDER; $here, its folder; $scratch, a folder for
# what it makes, which is also where circle and check run.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
only_installed=
if [ "${1-}" = --installed ]; then
    only_installed=yes
    shift
fi

if [ -z "${DNN_LIBRARY-}" ]; then
    sh "$root/scripts/install-dependencies.sh" build
    (cd "$root" && cmake --preset install && cmake --build --preset install) >/dev/null
    DNN_LIBRARY=$root/build/install/libdnn.so
fi
DNN_INCLUDE=$root/include
DNN_LIBRARY_FOLDER=$(dirname "$DNN_LIBRARY")
LD_LIBRARY_PATH=$DNN_LIBRARY_FOLDER${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export DNN_LIBRARY DNN_INCLUDE DNN_LIBRARY_FOLDER LD_LIBRARY_PATH

# What each language is asked for, in a subshell: its functions stay its own. ask LANGUAGE FUNCTION
ask() (
    here=$root/examples/ffi/$1
    scratch=${DNN_FFI_BUILD:-$root/build/ffi}/$1
    mkdir -p "$scratch"
    cd "$scratch"
    build() { :; }
    . "$here/language.sh"
    "$2"
)

# Runs one part, and compares what it prints with C's. compare LANGUAGE PART
compare() {
    scratch=${DNN_FFI_BUILD:-$root/build/ffi}
    ask "$1" "$2" >"$scratch/$1/$2.out" 2>"$scratch/$1/$2.err" || {
        echo "$1 FAILED: $2 ended with an error:" && tail -n 20 "$scratch/$1/$2.out" "$scratch/$1/$2.err"
        return 1
    }
    diff -u "$scratch/c/$2.out" "$scratch/$1/$2.out" || {
        echo "$1 FAILED: $2 prints something else than C does"
        return 1
    }
}

# One language, to its end: 0, 1 (failed) or 77 (skipped).
run() {
    if [ -z "$only_installed" ]; then
        sh "$root/scripts/install-dependencies.sh" "ffi-$1" >&2 || true
    fi
    if ! version=$(ask "$1" version 2>/dev/null | head -n 1) || [ -z "$version" ]; then
        echo "$1 skipped: its tools are missing (sh scripts/install-dependencies.sh ffi-$1)"
        return 77
    fi
    scratch=${DNN_FFI_BUILD:-$root/build/ffi}
    ask "$1" build >"$scratch/$1/build.out" 2>&1 || {
        echo "$1 FAILED to build:" && tail -n 30 "$scratch/$1/build.out"
        return 1
    }
    compare "$1" circle && compare "$1" check || return 1
    echo "$1 ok ($version)"
}

if [ $# -eq 0 ]; then
    set -- $(cd "$root/examples/ffi" && for file in */language.sh; do dirname "$file"; done)
fi
# C comes first, always: the others are compared with it.
[ "$1" = c ] || run c >/dev/null || { echo "C's own example or check failed" && exit 1; }
failures=0 skips=0
for language in "$@"; do
    [ -e "$root/examples/ffi/$language/language.sh" ] || { echo "no such language: $language" >&2 && exit 2; }
    status=0
    run "$language" || status=$?
    case $status in
    0) ;;
    77) skips=$((skips + 1)) ;;
    *) failures=$((failures + 1)) ;;
    esac
done
[ $failures -eq 0 ] || exit 1
[ $skips -lt $# ] || exit 77
