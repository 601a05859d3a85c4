#!/bin/sh
# Installs libdnn into a temporary prefix with a space in its name, moves it, and lets strangers use it from there: a C99
# program, a C++17 program and a static one through pkg-config, and a project through find_package.
#
# usage: run.sh BUILD_DIR VERSION CONFIG HAS_MAN       environment: CC, CXX, CFLAGS (of the build, so that sanitizers agree), CMAKE
#
# A space in the prefix is why the words of pkg-config go through eval: it writes them quoted for a shell.
set -eu

build=$1 version=$2 config=$3 has_man=$4
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$CMAKE" --install "$build" --config "$config" --prefix "$work/first place" >"$work/install.log" 2>&1 || {
    cat "$work/install.log"
    exit 1
}
mkdir "$work/moved"
mv "$work/first place" "$work/moved/second place"
prefix="$work/moved/second place"

pc=$(find "$prefix" -name dnn.pc)
PKG_CONFIG_PATH=$(dirname "$pc")
export PKG_CONFIG_PATH
libdir=$(dirname "$PKG_CONFIG_PATH")

# Nothing that is read after the move may remember the first place.
if grep -rl "first place" "$PKG_CONFIG_PATH" "$libdir/cmake" "$prefix/include"; then
    echo "FAILED: these files remember where they were installed first"
    exit 1
fi

for file in dnn-api.json api.d.ts api.js dnn.f90; do
    if ! [ -s "$prefix/share/dnn/$file" ]; then
        echo "FAILED: share/dnn has no $file"
        exit 1
    fi
done

found=$(pkg-config --modversion dnn)
if [ "$found" != "$version" ]; then
    echo "FAILED: pkg-config --modversion dnn says $found, the project is $version"
    exit 1
fi

# `man dnn_trainer_step` finds what was installed, if the pages could be made at all, and if there is a man.
if [ "$has_man" = TRUE ]; then
    ls "$prefix/share/man/man3/dnn_trainer_step.3"
    if command -v man >/dev/null; then
        MANPATH="$prefix/share/man" man -w dnn_trainer_step
    fi
fi

# run NAME: runs a program that was built, against the shared library that was moved.
run() {
    echo "-- $1"
    LD_LIBRARY_PATH=$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} "$work/$1" "$version"
}
# uses_shared NAME: does the program load libdnn.so?
uses_shared() {
    readelf -d "$work/$1" | grep -q 'NEEDED.*libdnn\.so\.0'
}

cflags=$(pkg-config --cflags dnn)
libs=$(pkg-config --libs dnn)
echo "pkg-config --cflags --libs dnn: $cflags $libs"

eval "$CC ${CFLAGS-} -std=c99 -pedantic -Wall -Werror $cflags -o \"$work/c99\" \"$here/xor.c\" $libs"
run c99
uses_shared c99

eval "$CXX ${CFLAGS-} -std=c++17 -pedantic -Wall -Werror -x c++ $cflags -o \"$work/cxx17\" \"$here/xor.c\" $libs"
run cxx17
uses_shared cxx17

# As an installation without the shared library would link; -ldnn alone would choose libdnn.so.
static_libs=$(pkg-config --static --libs dnn)
echo "pkg-config --static --libs dnn: $static_libs"
mkdir "$work/aside"
mv "$libdir"/libdnn.so* "$work/aside"
eval "$CC ${CFLAGS-} -std=c99 -pedantic -Wall -Werror $cflags -o \"$work/static\" \"$here/xor.c\" $static_libs"
run static
if uses_shared static; then
    echo "FAILED: the static program loads libdnn.so"
    exit 1
fi
mv "$work/aside"/libdnn.so* "$libdir"

"$CMAKE" -S "$here/find_package" -B "$work/find_package" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_C_COMPILER="$CC" -DCMAKE_C_FLAGS="${CFLAGS-}" >"$work/find_package.log" 2>&1 &&
    "$CMAKE" --build "$work/find_package" >>"$work/find_package.log" 2>&1 || {
    cat "$work/find_package.log"
    exit 1
}
grep 'dnn .* in ' "$work/find_package.log"
run find_package/shared
run find_package/static
uses_shared find_package/shared
if uses_shared find_package/static; then
    echo "FAILED: dnn::dnn_static loads libdnn.so"
    exit 1
fi
echo "$found: five programs built and run from a prefix that was moved"
