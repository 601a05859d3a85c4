#!/bin/sh
# Unpacks Debian's own libraries for another machine into build/torture/sysroot/ARCHITECTURE: those of this Debian release, from
# the sources of packages that this machine uses.
#
# usage: sh tests/torture/machines/sysroot.sh ARCHITECTURE      (Debian's name of it: s390x, arm64, armhf, or amd64 itself)
#
# Nothing of this machine changes: apt has lists and a cache of its own there, and the packages are unpacked, not installed. To
# add an architecture to dpkg instead would ask that every library here has the same version there. Does nothing where it is done.
set -eu

cd "$(dirname "$0")/../../.."
architecture=$1
root=$PWD/build/torture/sysroot/$architecture
[ ! -e "$root/complete" ] || exit 0

apt=$PWD/build/torture/apt/$architecture
rm -rf "$root" "$apt"
mkdir -p "$root" "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/parts"
: >"$apt/status"

# Of the sources of packages those that say nothing of an architecture, and are Debian's: others seldom have foreign ones.
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    if [ -e "$list" ] && grep -q 'debian' "$list" && ! grep -Eqi '^Architectures:|arch=' "$list"; then
        cp "$list" "$apt/parts/"
    fi
done
cat >"$apt/apt.conf" <<END
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
APT::Sandbox::User "root";
Dir::State "$apt";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Dir::Etc::sourcelist "$apt/none";
Dir::Etc::sourceparts "$apt/parts";
END

export APT_CONFIG="$apt/apt.conf"
apt-get update -qq || echo "sysroot.sh: some lists of packages are missing; going on with the others"
apt-get install -qq -y --download-only --no-install-recommends libc6-dev libgcc-12-dev zlib1g-dev libmd-dev \
    libprotobuf-c-dev libcmocka-dev libopenblas-pthread-dev
for package in "$apt"/cache/archives/*.deb; do
    dpkg-deb -x "$package" "$root"
done
# A link to /lib/… means that folder of the other machine.
find "$root" -type l -lname '/*' | while read -r link; do
    ln -sf "$root$(readlink "$link")" "$link"
done
rm -rf "$apt"
: >"$root/complete"
