#!/bin/sh
# Builds what libdnn and its tests need (zlib, libmd, protobuf-c, cmocka, and the reference BLAS) from the sources of this
# Debian release into build/torture/sources/NAME, with a compiler and flags of one's own: for a machine or a C library that Debian
# has no packages for, and for the memory sanitizer, which must see every store.
#
# usage: sh tests/torture/machines/sources.sh NAME COMPILER [FLAG...]
#
# A handful of C files each, compiled here with the few settings that they need: so no build system of theirs has to know the
# compiler. Archives alone, so that nothing is to be found at run time. Does nothing where it was done with the same compiler and flags.
set -eu

cd "$(dirname "$0")/../../.."
name=$1
shift
here=$PWD/tests/torture/machines
sources=$PWD/build/torture/sources
prefix=$sources/$name
if [ -e "$prefix/complete" ] && [ "$(cat "$prefix/complete")" = "$*" ]; then
    exit 0
fi

# Fetches and unpacks the sources, with apt's lists in a folder of its own.
fetch() {
    apt=$PWD/build/torture/apt/sources
    rm -rf "$apt" "$sources/unpacked"
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/parts" "$sources/archives"
    : >"$apt/status"
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
        if [ -e "$list" ] && grep -q 'debian' "$list" && ! grep -Eqi '^Architectures:|arch=' "$list"; then
            sed -E 's/^Types:.*/Types: deb-src/; s/^deb /deb-src /' "$list" >"$apt/parts/$(basename "$list")"
        fi
    done
    cat >"$apt/apt.conf" <<END
APT::Sandbox::User "root";
Dir::State "$apt";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Dir::Etc::sourcelist "$apt/none";
Dir::Etc::sourceparts "$apt/parts";
END
    (
        export APT_CONFIG="$apt/apt.conf"
        apt-get update -qq || echo "sources.sh: some lists of packages are missing; going on with the others"
        cd "$sources/archives"
        apt-get source -qq --download-only zlib libmd protobuf-c cmocka
    )
    mkdir -p "$sources/unpacked"
    for archive in "$sources"/archives/*.orig.tar.*; do
        case $archive in
        *.asc) ;;
        *) tar -xf "$archive" -C "$sources/unpacked" ;;
        esac
    done
    rm -rf "$apt"
    : >"$sources/unpacked/complete"
}

# library NAME MODULE VERSION FLAGS FILE...: compiles the files, makes lib<NAME>.a of them, and writes what pkg-config asks for.
library() {
    library=$1 module=$2 version=$3 flags=$4
    shift 4
    rm -rf "$prefix/objects"
    mkdir -p "$prefix/objects"
    # shellcheck disable=SC2086 # lists of words
    (cd "$prefix/objects" && $compile $flags -c "$@")
    "${AR-ar}" rcs "$prefix/lib/lib$library.a" "$prefix/objects"/*.o
    rm -rf "$prefix/objects"
    cat >"$prefix/lib/pkgconfig/$module.pc" <<END
prefix=$prefix
libdir=\${prefix}/lib
includedir=\${prefix}/include

Name: $module
Description: $module, for the tests of libdnn
Version: $version
Libs: -L\${libdir} -l$library
Cflags: -I\${includedir}
END
}

[ -e "$sources/unpacked/complete" ] || fetch
rm -rf "$prefix"
mkdir -p "$prefix/lib/pkgconfig" "$prefix/include/protobuf-c" "$prefix/settings"
compile="$* -O2 -g -fPIC -w -D_GNU_SOURCE -DHAVE_UNISTD_H=1 -DHAVE_STDINT_H=1"
big_endian=
if printf '#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__\n#error big\n#endif\n' | "$@" -E -x c - >/dev/null 2>&1; then :; else
    big_endian=-DWORDS_BIGENDIAN=1
fi

windows=
if printf '#ifndef _WIN32\n#error no\n#endif\n' | "$@" -E -x c - >/dev/null 2>&1; then
    windows=yes
fi

cd "$sources/unpacked"
from=$(echo "$PWD"/zlib-*)
cp "$from/zlib.h" "$from/zconf.h" "$prefix/include/"
library z zlib "${from##*zlib-}" "-I$from" "$from"/[!m]*.c # but minigzip and maketree

from=$(echo "$PWD"/libmd-*)
cp "$from/include/sha2.h" "$prefix/include/"
: >"$prefix/settings/config.h"
library md libmd "${from##*-}" "-I$prefix/settings -I$prefix/include -U__ELF__ $big_endian" "$from/src/sha2.c"

from=$(echo "$PWD"/protobuf-c-*)
cp "$from/protobuf-c/protobuf-c.h" "$prefix/include/protobuf-c/"
library protobuf-c libprotobuf-c "${from##*-}" "$big_endian" "$from/protobuf-c/protobuf-c.c"

from=$(echo "$PWD"/cmocka-*)
cp "$from"/include/cmocka*.h "$prefix/include/"
for setting in ASSERT_H INTTYPES_H MALLOC_H MEMORY_H SETJMP_H SIGNAL_H STDARG_H STDDEF_H STDIO_H STDLIB_H STRINGS_H STRING_H \
    SYS_STAT_H SYS_TYPES_H TIME_H STRUCT_TIMESPEC CALLOC EXIT FPRINTF FREE LONGJMP SIGLONGJMP MALLOC MEMCPY MEMSET PRINTF SETJMP \
    SIGNAL SNPRINTF STRCMP STRCPY VSNPRINTF STRSIGNAL CLOCK_GETTIME GCC_THREAD_LOCAL_STORAGE CLOCK_REALTIME; do
    case $windows$setting in
    yesSIGLONGJMP | yesSTRSIGNAL) ;;
    *) echo "#define HAVE_$setting 1" ;;
    esac
done >"$prefix/settings/config.h"
library cmocka cmocka "${from##*-}" "-I$prefix/settings -I$prefix/include -DHAVE_CONFIG_H" "$from/src/cmocka.c"

cp "$here/reference_blas/cblas.h" "$prefix/include/"
library reference_blas reference_blas 1 "-I$prefix/include -std=c11" "$here/reference_blas/reference_blas.c"
echo "$*" >"$prefix/complete"
