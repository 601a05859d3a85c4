#!/bin/sh
# Accepts the ABI of dnn.h as it is now: writes libdnn.abi, exports.txt and all that generate.py makes. What changed is then
# in the diff, to be reviewed. Anything but additions breaks programs that exist, and must be asked for.
#
# usage: sh tests/abi/accept.sh [--incompatible]
set -eu
. "$(dirname "$0")/support.sh"

need abidw abigail-tools
python3 -B "$abi/generate.py"
stub "$work/libstub.so"
dump "$work/libstub.so" "$work/now.abi"

if [ -e "$abi/libdnn.abi" ]; then
    compare "$abi/libdnn.abi" "$work/now.abi" || true
    if [ "${1-}" != --incompatible ] && ! compare --no-added-syms "$abi/libdnn.abi" "$work/now.abi" >/dev/null; then
        echo "Not accepted: this is more than additions. If it is meant: sh tests/abi/accept.sh --incompatible"
        exit 1
    fi
fi
cp "$work/now.abi" "$abi/libdnn.abi"
exports "$work/libstub.so" >"$abi/exports.txt"
echo "Accepted: $(wc -l <"$abi/exports.txt") functions. Please look at: git diff tests/abi"
