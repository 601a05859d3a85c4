#!/bin/sh
# sh tests/torture/numerics.sh [short|full]: the library under stress beside a reference with bounds (tests/test_numerics.c), by more
# seeds than the suite takes: 12, or 396. Builds what it needs. The last line of its output says how much was compared.
set -eu
cd "$(dirname "$0")/../.."
. tests/torture/support/build.sh

case ${1:-short} in
short) rounds=1 ;;
full) rounds=33 ;;
*) echo "usage: numerics.sh [short|full]" >&2; exit 2 ;;
esac
seeds=12
log=$(mktemp)
trap 'rm -f "$log" "$log.lines"' EXIT

build release test_numerics
round=0
while [ "$round" -lt "$rounds" ]; do
    # Its first round begins behind the suite's seed.
    DNN_TEST_FIRST_SEED=$((round * seeds + 2)) DNN_TEST_SEEDS=$seeds build/release/tests/test_numerics >"$log" 2>&1 || {
        cat "$log"
        echo "numerics: seeds $((round * seeds + 2)) to $((round * seeds + seeds + 1)) failed"
        exit 1
    }
    cat "$log"
    grep '^numerics: ' "$log" >>"$log.lines"
    round=$((round + 1))
done
awk -v seeds=$((rounds * seeds)) '
    { cases += $2; numbers += $4; refusals += $(0 + split_at("refusals")) }
    function split_at(word,  i) { for (i = 1; i <= NF; i++) if ($i == word) return i - 1; return 0 }
    END { printf "numerics: %d seeds, %d networks, %d numbers within their bounds, %d refusals that had to be, 0 findings\n",
          seeds, cases, numbers, refusals }' "$log.lines"
