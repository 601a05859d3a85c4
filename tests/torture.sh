#!/bin/sh
# Breaks the library on purpose, in every way that somebody thought of: the long tests, beside those of ctest.
#
# usage: sh tests/torture.sh [short|full] [part...]      (full; all parts)
#
#   sh tests/torture.sh               everything, for as long as it takes: hours
#   sh tests/torture.sh short         a share of everything; but for coverage, mutation and sanitizers, which have builds of their own,
#                                     it takes under five minutes, and is what .ci/run runs
#   sh tests/torture.sh full soak     the part tests/torture/soak.sh alone
#
# What a part needs that is not there: sh scripts/install-dependencies.sh build test torture (and windows).
#
# Every tests/torture/PART.sh is a part, a program of its own: it is given short or full, ends with 0 if all is well, and
# the last line of its standard output is "PART: COUNT what, ..., 0 findings". Where something is missing on this machine, the
# line is "PART: SKIPPED: what is missing", and the status 77. That line is all that stands here of it: what else it says is
# in build/torture/PART.log. A part that ends without such a line has failed, whatever its status: it may have done nothing.
#
# Fails if a part failed; with CI=true in the environment, also if one was skipped.
set -u

cd "$(dirname "$0")/.." || exit 1
logs=build/torture
mkdir -p "$logs" || exit 1

mode=full
case ${1-} in
short | full)
    mode=$1
    shift
    ;;
-*)
    echo "usage: sh tests/torture.sh [short|full] [part...]; the parts are: $(cd tests/torture && echo *.sh | sed 's/\.sh//g')" >&2
    exit 2
    ;;
esac
if [ $# -eq 0 ]; then
    for script in tests/torture/*.sh; do
        set -- "$@" "$(basename "$script" .sh)"
    done
fi

# The part's status. Its standard output goes to PART.out as well, whose last line is its verdict.
run() {
    : >"$logs/$1.log"
    { sh "tests/torture/$1.sh" "$mode" 2>>"$logs/$1.log"; echo $? >"$logs/$1.status"; } | tee -a "$logs/$1.log" >"$logs/$1.out"
    return "$(cat "$logs/$1.status")"
}

failed=0
for part in "$@"; do
    if [ ! -f "tests/torture/$part.sh" ]; then
        echo "$part: FAILED: there is no tests/torture/$part.sh; the parts are: $(cd tests/torture && echo *.sh | sed 's/\.sh//g')"
        failed=1
        continue
    fi
    run "$part"
    status=$?
    line=$(tail -n 1 "$logs/$part.out")
    case $status:$line in
    "0:$part: "[0-9]*", 0 findings")
        echo "$line"
        ;;
    "77:$part: SKIPPED: "*)
        echo "$line"
        [ "${CI-}" != true ] || failed=1
        ;;
    *)
        echo "$part: FAILED with status $status, see $logs/$part.log${line:+: $line}"
        failed=1
        ;;
    esac
done
exit $failed
