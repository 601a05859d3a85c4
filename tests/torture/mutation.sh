#!/bin/sh
# Whether a test notices when one operator or constant of src/core or src/format is changed. See mutation.py.
#
# usage: sh tests/torture/mutation.sh short|full
#
#   full    all 200 mutants of the sample, those that were run before left out
#   short   the first 3 of them
set -eu

case ${1-full} in
short) exec python3 tests/torture/mutation.py --count 3 ;;
*) exec python3 tests/torture/mutation.py ;;
esac
