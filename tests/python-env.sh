#!/bin/sh
# Makes a Python of its own under build/python-env, with the packages of python-requirements.txt, for the tests that ask other
# programs. Once: afterwards it does nothing until that list changes. Needs the network; without it those tests are skipped.
#
# usage: sh tests/python-env.sh
set -eu

cd "$(dirname "$0")/.."
list=tests/python-requirements.txt
place=build/python-env
made_of=$place/made-of.txt

if [ -x "$place/bin/python" ] && cmp -s "$list" "$made_of"; then
    exit 0
fi
echo "Making $place, with the packages of $list"
rm -rf "$place"
mkdir -p build
# The distribution's own Python first: it is the one that scripts/install-dependencies.sh sees to.
for python in /usr/bin/python3 python3; do
    if "$python" -m venv "$place" >/dev/null 2>&1; then
        break
    fi
    rm -rf "$place"
done
if ! [ -x "$place/bin/python" ] ||
    ! "$place/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: -r "$list"; then
    rm -rf "$place"
    echo "python-env.sh: cannot make it; the tests that need it will be skipped" >&2
    exit 1
fi
cp "$list" "$made_of"
