#!/bin/sh
# Makes packages of libdnn, in build/packages.
#
# usage: sh scripts/package.sh [deb] [rpm] [tgz]      (none named: all of them)
#
# Needs what `scripts/install-dependencies.sh build package` installs. Everything is compiled once. The same commit, compiler and
# libraries give the same .deb and .tar.gz, byte for byte: their date is that of the commit, unless SOURCE_DATE_EPOCH is set.
set -eu

cd "$(dirname "$0")/.."
build=build/package
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

# package KIND GENERATOR LIBDIR DOCDIR
package() {
    cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_INSTALL_LIBDIR="$3" \
        -DCMAKE_INSTALL_DOCDIR="share/doc/$4" -DDNN_PACKAGE="$1" -DDNN_ONNX=ON -DDNN_MAN=ON \
        -DDNN_BUILD_TESTS=OFF -DDNN_BUILD_EXAMPLES=OFF -DDNN_BUILD_BENCH=OFF
    cmake --build "$build" --parallel "$jobs"
    (cd "$build" && cpack -G "$2" -B ../packages)
    rm -rf build/packages/_CPack_Packages
}

[ $# -gt 0 ] || set -- deb rpm tgz
for kind in "$@"; do
    case $kind in
    deb) package deb DEB "lib/$(dpkg-architecture -q DEB_HOST_MULTIARCH)" libdnn-dev ;;
    rpm) package rpm RPM "lib$([ "$(getconf LONG_BIT)" = 64 ] && echo 64)" libdnn ;;
    tgz) package tgz TGZ lib libdnn ;;
    *)
        echo "package.sh: unknown package '$kind'; the packages are deb, rpm, tgz" >&2
        exit 2
        ;;
    esac
done
ls -l build/packages
