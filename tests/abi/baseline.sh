#!/bin/sh
# The ABI of the library is the one that was accepted: libdnn.abi, its functions and types as abidw tells them, and
# exports.txt, its names. Additions fail too until they are accepted.
#
# usage: baseline.sh LIBRARY BUILD_DIR        LIBRARY: as it is used; another one, for its types, is built in BUILD_DIR
set -eu
. "$(dirname "$0")/support.sh"

need abidw abigail-tools
status=0

exports "$1" >"$work/exports"
if ! diff -u "$abi/exports.txt" "$work/exports"; then
    echo "FAILED: $(basename "$1") does not export what tests/abi/exports.txt lists"
    status=1
fi

build_library "$root" "$2"
dump "$2/libdnn.so" "$work/now.abi"
if ! compare "$abi/libdnn.abi" "$work/now.abi"; then
    echo "FAILED: the ABI is not that of tests/abi/libdnn.abi"
    status=1
fi

if [ $status -ne 0 ]; then
    echo "If this is meant: sh tests/abi/accept.sh, and have its diff reviewed"
    exit $status
fi
echo "$(wc -l <"$work/exports") functions, as in tests/abi/libdnn.abi"
