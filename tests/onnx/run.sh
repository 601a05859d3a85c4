#!/bin/sh
# Runs runtime.py with the Python of tests/python-env.sh; exits with 77, skipped, where that was not made.
#
# usage: run.sh SOURCE_DIR PEER
set -eu

python=$1/build/python-env/bin/python
if [ ! -x "$python" ]; then
    echo "skipped: no ONNX Runtime; sh tests/python-env.sh makes a Python that has it"
    exit 77
fi
exec "$python" -B "$1/tests/onnx/runtime.py" "$2"
