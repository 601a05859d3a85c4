#!/bin/sh
# The packages: made, looked at, installed on this machine, used by a program, and removed again. With neither root nor sudo, or
# where libdnn is installed already, the .debs are unpacked into a folder instead, which is said.
#
# usage: sh tests/packages.sh       needs what `scripts/install-dependencies.sh build package` installs
set -eu

cd "$(dirname "$0")/.."
version=$(sed -n 's/^project(dnn VERSION \([0-9.]*\) .*/\1/p' CMakeLists.txt)
libdir=lib/$(dpkg-architecture -q DEB_HOST_MULTIARCH)
packages=build/packages
work=$(mktemp -d)
as_root=
is_installed=false

finish() {
    if $is_installed; then
        $as_root dpkg --purge libdnn-dev libdnn0 >/dev/null
    fi
    rm -rf "$work"
}
trap finish EXIT

fail() {
    echo "FAILED: $*"
    exit 1
}

# holds PATTERN WHAT: a line of standard input matches.
holds() {
    cat >"$work/input"
    if ! grep -Eq "$1" "$work/input"; then
        cat "$work/input"
        fail "$2: no line above matches $1"
    fi
}

# use PREFIX LIBDIR: pkg-config finds libdnn there; a program is linked with it, loads it from there, and runs.
use() {
    PKG_CONFIG_PATH=$1/$2/pkgconfig
    LD_LIBRARY_PATH=$1/$2
    export PKG_CONFIG_PATH LD_LIBRARY_PATH
    if [ "$1" = /usr ]; then
        unset PKG_CONFIG_PATH LD_LIBRARY_PATH # the system finds it
    fi
    pkg-config --modversion dnn | holds "^$version\$" "the version that pkg-config finds"
    # shellcheck disable=SC2046 # a list of words
    cc -std=c99 -pedantic -Wall -Werror -o "$work/xor" tests/consumers/xor.c $(pkg-config --cflags --libs dnn)
    ldd "$work/xor" | holds "libdnn\.so\.0 => ($1|${1#/usr})/$2/" "what the program loads"
    "$work/xor" "$version"
    unset PKG_CONFIG_PATH LD_LIBRARY_PATH
}

rm -rf $packages
sh scripts/package.sh >"$work/log" 2>&1 || {
    cat "$work/log"
    fail "scripts/package.sh"
}
ls -l $packages

# -------------------------------------------------- .deb ---------------------------------------------------

lintian --fail-on error $packages/*.deb 2>&1 || fail "lintian"
for package in $packages/*.deb; do
    dpkg-deb --field "$package" | holds "^Multi-Arch: same" "$package"
done
dpkg-deb --field $packages/libdnn0_*.deb Depends | holds "libopenblas0.*zlib1g" "what the library needs"

if dpkg-query --show --showformat='${db:Status-Status}' libdnn0 2>/dev/null | grep -q '^installed'; then
    echo "-- libdnn0 is installed here, and stays: the packages are unpacked only"
elif [ "$(id -u)" -eq 0 ]; then
    is_installed=true
elif sudo -n true 2>/dev/null; then
    is_installed=true
    as_root=sudo
else
    echo "-- neither root nor sudo: the packages are unpacked only"
fi
if $is_installed; then
    $as_root dpkg --install $packages/*.deb
    use /usr "$libdir"
    dpkg-query --listfiles libdnn0 libdnn-dev >"$work/files"
    holds "/usr/include/dnn\.h" "what was installed" <"$work/files"
    holds "/man3/dnn_trainer_step\.3\.gz" "what was installed" <"$work/files"
    $as_root dpkg --purge libdnn-dev libdnn0
    is_installed=false
    while read -r file; do
        if [ -f "$file" ]; then
            fail "$file is still there"
        fi
    done <"$work/files"
    echo "-- .deb: installed, used and removed"
else
    for package in $packages/*.deb; do
        dpkg-deb --extract "$package" "$work/debian"
    done
    use "$work/debian/usr" "$libdir"
    echo "-- .deb: unpacked and used"
fi

# ------------------------------------------------ the others -----------------------------------------------

for package in $packages/*.rpm; do
    rpm --checksig --nosignature "$package"
done
rpm --query --package --provides $packages/libdnn-[0-9]*.rpm | holds '^libdnn\.so\.0' "what the .rpm provides"
rpm --query --package --requires $packages/libdnn-[0-9]*.rpm | holds '^libopenblas\.so\.0' "what the .rpm needs"
rpm --query --package --requires $packages/libdnn-devel*.rpm | holds "^libdnn = $version-1" "what the -devel.rpm needs"
rpm --query --package --list $packages/libdnn-devel*.rpm | holds '^/usr/lib(64)?/pkgconfig/dnn\.pc' "what the -devel.rpm has"

mkdir "$work/archive"
tar -xzf $packages/*.tar.gz -C "$work/archive"
use "$(echo "$work"/archive/*)" lib
echo "-- .tar.gz: unpacked and used"

# ---------------------------------------------- vcpkg and Homebrew ------------------------------------------

ruby -c scripts/packaging/homebrew/libdnn.rb
port=scripts/packaging/vcpkg/libdnn
python3 - "$port/vcpkg.json" "$version" <<'END'
import json, re, sys
port = json.load(open(sys.argv[1], encoding="utf-8"))
assert set(port) <= {"name", "version-semver", "description", "license", "supports", "dependencies"}, "an unknown field"
assert port["name"] == "libdnn" and port["version-semver"] == sys.argv[2], "another name or version than the project's"
for dependency in port["dependencies"]:
    entry = {"name": dependency} if isinstance(dependency, str) else dependency
    assert set(entry) <= {"name", "host"} and re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", entry["name"]), entry
END
# The port is read with functions in place of vcpkg's that only tell what they are called with.
cat >"$work/port.cmake" <<END
cmake_minimum_required(VERSION 3.21)
foreach(name cmake_configure cmake_install cmake_config_fixup fixup_pkgconfig install_copyright find_acquire_program)
    cmake_language(EVAL CODE "function(vcpkg_\${name})
        message(\"vcpkg_\${name} \\\${ARGN}\")
    endfunction()")
endforeach()
set(CURRENT_PACKAGES_DIR "$work/vcpkg")
include($PWD/$port/portfile.cmake)
END
cmake -P "$work/port.cmake" 2>&1 | holds "vcpkg_cmake_configure SOURCE_PATH;$PWD;OPTIONS" "the port of vcpkg"
echo "-- vcpkg and Homebrew: read"
