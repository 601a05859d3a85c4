#!/bin/sh
# compare.py in the Python that tests/python-env.sh makes. Without it: skipped, status 77, which CI counts as a failure.
#
# usage: run.sh SOURCE_DIR PEER
set -eu

python=$1/build/python-env/bin/python
if ! [ -x "$python" ] || ! "$python" -c 'import numpy, safetensors' 2>/dev/null; then
    echo "SKIPPED: no Python with the package safetensors. Please run: sh tests/python-env.sh"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" "$1/tests/safetensors/compare.py" "$2" "$work"
