#!/bin/sh
# Random calls of everything, under the address and undefined-behaviour sanitizers; in full in a release, too, whose pages are
# its own: see tests/torture/soak.
#
# usage: sh tests/torture/soak.sh short|full      (25 seconds; or an hour, and half an hour in a release)
#
# SOAK_SEED in the environment is the seed of the first sequence, SOAK_SECONDS the time; else short runs the same sequences
# each time, so that CI fails for what a commit has changed, and full others each day.
set -eu
. tests/torture/support/build.sh

seed=1
seconds=25
if [ "$1" = full ]; then
    seed=$(date +%Y%m%d)000000
    seconds=3600
fi
log=build/torture/soak.run

# soak PRESET SECONDS
soak() {
    build "$1" soak
    "build/$1/tests/torture/soak/soak" "${SOAK_SEED-$seed}" "${SOAK_SECONDS-$2}" >"$log" 2>&1 || {
        cat "$log"
        exit 1
    }
    said="$said$(tail -n 1 "$log"), "
}

said=
soak asan "$seconds"
[ "$1" = short ] || soak release $((seconds / 2))
echo "soak: ${said}0 findings"
