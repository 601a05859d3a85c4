#!/bin/sh
# Builds libdnn's release and times it beside its peers: on one thread, then on all cores.
#
# usage: sh bench/run.sh [--quick] [--seconds S] [--suite NAME] [--json FILE]
#
#   --quick      a few rounds, to see that everything works; the figures mean little
#   --seconds    about how long the rounds of one setting take together (default 30)
#   --suite      this suite alone (default: each in turn)
#   --json       where the figures go, as JSON (default build/bench/results.json)
#
# PYTHON=... names the interpreter whose NumPy is compared with. Each setting is one process, in which all sides alternate: the
# BLAS reads its thread count when it is loaded. Where OPENBLAS_CORETYPE is set, each setting is run twice: as forced, and
# with OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE unset for that command alone.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/build/bench
json=$build/results.json
only=
quick=
seconds=30

usage() {
    sed -n '/^# usage/,/^#   --json/s/^# \{0,1\}//p' "$0"
}

while [ $# -gt 0 ]; do
    case $1 in
    --quick) quick=--quick ;;
    --help) usage && exit 0 ;;
    --seconds | --suite | --json)
        [ $# -ge 2 ] || { usage >&2 && exit 2; }
        case $1 in
        --seconds) seconds=$2 ;;
        --suite) only=$2 ;;
        --json) json=$2 ;;
        esac
        shift
        ;;
    *) usage >&2 && exit 2 ;;
    esac
    shift
done

sh "$root/scripts/install-dependencies.sh" build
if ! sh "$root/scripts/install-dependencies.sh" bench; then
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
suites=${only:-$("$bench" --list)}

python=${PYTHON:-/usr/bin/python3}
"$python" -c 'import numpy' 2>/dev/null || python=python3

runs=$build/runs
rm -rf "$runs"
mkdir -p "$runs"
count=0

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
    exec "$bench" --suite "$1" --threads "$2" --seconds "$seconds" $quick --python "$python" --json "$runs/$count.json"
)

for suite in $suites; do
    for threads in 1 all; do
        for kernel in as_is ${OPENBLAS_CORETYPE+unforced}; do
            count=$((count + 1))
            run_one "$suite" "$threads" "$kernel"
            echo
        done
    done
done

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
echo "The same as JSON: $json"
