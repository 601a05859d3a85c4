#!/bin/sh
# Programs compiled against the library of the commit before run unchanged with this one. They are that commit's own: its
# examples, its caller for other languages to be compared with, its consumer, and one that holds every function it had.
#
# usage: previous.sh LIBRARY VERSION BUILD_DIR        BUILD_DIR: where the older library is built, and kept
set -eu
. "$(dirname "$0")/support.sh"

library=$1 version=$2 build=$3
if ! commit=$(git -C "$root" rev-parse --verify --quiet 'HEAD~1^{commit}'); then
    echo "SKIPPED: git knows no commit before this one: a shallow clone, or no clone at all"
    exit 77
fi

git -C "$root" show "$commit:CMakeLists.txt" >"$work/CMakeLists.txt"
if [ "$(soversion "$work")" != "$(soversion "$root")" ]; then
    echo "The library has another soname than that of $commit: programs go on loading the older one"
    exit 0
fi

before=$build/$commit
if ! [ -e "$before/library/libdnn.so" ]; then
    rm -rf "$build"
    mkdir -p "$before/source"
    git -C "$root" archive "$commit" | tar -x -C "$before/source"
    build_library "$before/source" "$before/library"
fi
source=$before/source
older=$(sed -n 's/^project(dnn VERSION \([0-9.]*\).*/\1/p' "$source/CMakeLists.txt")

# with FOLDER PROGRAM [ARGUMENT...]: runs a program in a scratch folder with the libdnn.so of a folder, and no other.
with() {
    folder=$1 program=$2
    shift 2
    if ! LD_LIBRARY_PATH=$folder ldd "$work/$program" | grep -qF "libdnn.so.0 => $folder/"; then
        echo "FAILED: $program does not load the libdnn.so.0 of $folder"
        exit 1
    fi
    (cd "$work" && LD_LIBRARY_PATH=$folder "./$program" "$@") >"$work/$program.out" 2>&1 &&
        ! grep -q '^NOT ' "$work/$program.out"
}

# Compiles a program of that commit with its library, and runs it with that and with today's. VERSION among its arguments
# becomes that of the library. runs NAME FILE [ARGUMENT...]
count=0
runs() {
    name=$1 file=$2
    shift 2
    "${CC:-cc}" -D_DEFAULT_SOURCE -w -I"$source/include" "$file" -o "$work/$name" -L"$before/library" -ldnn -Wl,-z,now
    for run in "$before/library $older" "$(dirname "$library") $version"; do
        [ "${1-}" != VERSION ] && [ "${1-}" != "$older" ] || set -- "${run##* }"
        with "${run% *}" "$name" "$@" || {
            cat "$work/$name.out"
            echo "FAILED: $name of $commit, with ${run% *}/libdnn.so"
            exit 1
        }
    done
    count=$((count + 1))
}

runs iris "$source/examples/iris.c" "$source/examples/data/iris.csv" iris.dnn
runs consumer "$source/tests/consumers/xor.c" VERSION
for name in circle check; do
    file=$source/examples/ffi/c/$name.c
    [ ! -e "$file" ] || runs $name "$file"
done
if [ -e "$source/tests/abi/generate.py" ]; then
    python3 -B "$source/tests/abi/generate.py" --program >"$work/every.c"
    runs every "$work/every.c"
fi
echo "$count programs of $(git -C "$root" log -1 --format='%h, "%s"' "$commit") run with the library of today"
