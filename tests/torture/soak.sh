#!/bin/sh
# Random calls of everything, under the address and undefined-behaviour sanitizers; in full as long again in a release, whose pages are
# its own: see tests/torture/soak.
#
# usage: sh tests/torture/soak.sh short|full      (25 seconds, or twice half an hour)
#
# SOAK_SEED in the environment is the seed of the first sequence, SOAK_SECONDS the time; else short runs the same sequences
# each time, so that CI fails for what a commit has changed, and full others each day.
set -eu
. tests/torture/support/build.sh

seed=1
seconds=25
if [ "$1" = full ]; then
    seed=$(date +%Y%m%d)000000
    seconds=1800
fi
log=build/torture/soak.run

# soak PRESET
soak() {
    build "$1" soak
    "build/$1/tests/torture/soak/soak" "${SOAK_SEED-$seed}" "${SOAK_SECONDS-$seconds}" >"$log" 2>&1 || {
        cat "$log"
        exit 1
    }
    said="$said$(tail -n 1 "$log"), "
}

said=
soak asan
[ "$1" = short ] || soak release
echo "soak: ${said}0 findings"
