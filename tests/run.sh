#!/bin/sh
# Installs what is missing, configures, builds and runs the tests.
#
# usage: sh tests/run.sh [preset] [arguments for ctest]
#
#   sh tests/run.sh                     everything, optimised
#   sh tests/run.sh asan                everything, under the address and undefined-behaviour sanitizers
#   sh tests/run.sh release -R trainer  the tests with "trainer" in their name
#
# Presets: release (default), debug, asan, tsan. The build is in build/<preset>. DNN_CMAKE_ARGS in the environment
# is handed to the configuration, for instance "-DDNN_BLAS=blis -DDNN_WERROR=ON".
set -eu

cd "$(dirname "$0")/.."

preset=release
case ${1-} in
'' | -*) ;;
*)
    preset=$1
    shift
    ;;
esac
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

sh scripts/install-dependencies.sh build test
sh tests/python-env.sh || true # what then is missing is skipped, and says so
# shellcheck disable=SC2086 # a list of words
cmake --preset "$preset" ${DNN_CMAKE_ARGS-}
cmake --build --preset "$preset" --parallel "$jobs"
ctest --preset "$preset" --parallel "$jobs" "$@"
