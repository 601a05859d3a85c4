#!/bin/sh
# Builds libdnn's release and times it beside its peers: on one thread, then on all cores.
#
# usage: sh bench/run.sh [--ci] [--peers] [--seconds S] [--suite NAME] [--only TEXT] [--threads 1|all] [--json FILE]
#
#   --ci         seconds a suite: fails if something is broken, and does not judge time (--quick means the same)
#   --peers      installs the peers that are large first: PyTorch and scikit-learn
#   --seconds    about how long the rounds of one setting take together (default 30, of a sweep 100)
#   --suite      this suite alone (default: each in turn)
#   --only       of a sweep, the parts with TEXT in their names, such as "width 64, double" or rows
#   --threads    this setting alone (default: 1, then all; a sweep has one setting, in which both take turns;
#                tiny networks have 1)
#   --json       where the figures go, as JSON (default build/bench/results.json; with --ci build/bench/ci.json)
#
# PYTHON=... names the interpreter whose NumPy is compared with. Each setting is one process, in which all sides alternate: the
# BLAS reads its thread count when it is loaded. Where OPENBLAS_CORETYPE is set, each setting is run twice: as forced, and
# with OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE unset for that command alone.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/build/bench
json=
only=
settings="1 all"
is_ci=
groups=bench
seconds=
parts=

usage() {
    sed -n '/^# usage/,/^#   --json/s/^# \{0,1\}//p' "$0"
}

while [ $# -gt 0 ]; do
    case $1 in
    --ci | --quick) is_ci=yes ;;
    --peers) groups="bench bench-peers" ;;
    --help) usage && exit 0 ;;
    --seconds | --suite | --only | --threads | --json)
        [ $# -ge 2 ] || { usage >&2 && exit 2; }
        case $1 in
        --seconds) seconds=$2 ;;
        --suite) only=$2 ;;
        --only) parts=$2 ;;
        --threads) settings=$2 ;;
        --json) json=$2 ;;
        esac
        shift
        ;;
    *) usage >&2 && exit 2 ;;
    esac
    shift
done

case $settings in
1 | all | "1 all") ;;
*) usage >&2 && exit 2 ;;
esac
if [ -z "$json" ]; then
    json=$build/results.json
    [ -z "$is_ci" ] || json=$build/ci.json
fi

sh "$root/scripts/install-dependencies.sh" build
# shellcheck disable=SC2086 # a list of words
if ! sh "$root/scripts/install-dependencies.sh" $groups; then
    [ "$groups" = bench ] || exit 1 # they were asked for
    echo "bench: going on without the peers that could not be installed" >&2
fi

# What the build says is only of interest if it fails.
mkdir -p "$build"
if ! {
    cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DDNN_BUILD_BENCH=ON \
        -DDNN_BUILD_TESTS=OFF -DDNN_BUILD_EXAMPLES=OFF && cmake --build "$build"
} >"$build/build.log" 2>&1; then
    cat "$build/build.log" >&2
    exit 1
fi
bench=$build/bench/dnn_bench

# One line a suite: its name, and the settings that it is for.
list=$("$bench" --list)
suites=${only:-$(echo "$list" | sed 's/ .*//')}

python=${PYTHON:-/usr/bin/python3}
"$python" -c 'import numpy' 2>/dev/null || python=python3

runs=$build/runs
rm -rf "$runs"
mkdir -p "$runs"
count=0

# A BLAS's threads spin while they wait for the next call; after so many cycles, 2^24, they sleep. That is longer than between two
# calls of one turn and shorter than OpenBLAS's own limit, a tenth of a second, which would have to pass before each turn.
export OPENBLAS_THREAD_TIMEOUT="${OPENBLAS_THREAD_TIMEOUT-24}"

# One suite at one setting. run_one SUITE 1|all as_is|unforced
run_one() (
    case $2 in
    1) export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 BLIS_NUM_THREADS=1 MKL_NUM_THREADS=1 ;;
    all) unset OPENBLAS_NUM_THREADS GOTO_NUM_THREADS OMP_NUM_THREADS BLIS_NUM_THREADS MKL_NUM_THREADS ;;
    esac
    if [ "$3" = unforced ]; then
        unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
    fi
    # shellcheck disable=SC2086 # no word if it is empty
    exec "$bench" --suite "$1" --threads "$2" ${seconds:+--seconds "$seconds"} ${parts:+--only "$parts"} ${is_ci:+--quick} \
        --python "$python" --json "$runs/$count.json"
)

for suite in $suites; do
    for threads in $(echo "$list" | sed -n "s/^$suite //p"); do
        case " $settings " in
        *" $threads "*) ;;
        *) continue ;;
        esac
        for kernel in as_is ${OPENBLAS_CORETYPE+unforced}; do
            count=$((count + 1))
            if [ -n "$is_ci" ]; then
                run_one "$suite" "$threads" "$kernel" >"$runs/$count.txt" 2>&1 || {
                    cat "$runs/$count.txt" >&2
                    echo "BROKEN: suite $suite, $threads thread(s), see above" >&2
                    exit 1
                }
            else
                run_one "$suite" "$threads" "$kernel"
                echo
            fi
        done
    done
done

if [ "$count" -eq 0 ]; then
    printf 'bench: no suite "%s" for --threads %s; the suites, and what they are for:\n%s\n' "$only" "$settings" "$list" >&2
    exit 2
fi

# One file of all settings, whole or not at all.
{
    printf '{"schema": 1, "runs": [\n'
    i=1
    while [ "$i" -le "$count" ]; do
        cat "$runs/$i.json"
        [ "$i" -eq "$count" ] || echo ,
        i=$((i + 1))
    done
    echo ']}'
} >"$json.tmp"
mv "$json.tmp" "$json"
if [ -n "$is_ci" ]; then
    "$python" "$root/bench/ci.py" "$json" "$count"
    # The same figures give the same charts, to the last byte.
    if "$python" -c 'import matplotlib' 2>/dev/null; then
        rm -rf "$build/charts" "$build/charts.again"
        for folder in charts charts.again; do
            "$python" "$root/bench/charts.py" "$json" --out "$build/$folder" >"$build/charts.log" 2>&1 || {
                cat "$build/charts.log" >&2
                exit 1
            }
        done
        diff -r "$build/charts" "$build/charts.again" >&2
    else
        echo "  LEFT OUT: charts.py, because there is no matplotlib"
    fi
    echo "bench: nothing is broken; the tables, which mean little: $runs"
else
    echo "The same as JSON: $json; \`$python bench/charts.py${only:+ $json}\` draws it"
fi
