# What the scripts of this folder share; they read it with `.`. They have the environment CC, CMAKE, CMAKE_GENERATOR and
# DNN_BLAS from ctest, and do without where they are run by hand.

root=$(cd "$(dirname "$0")/../.." && pwd)
abi=$root/tests/abi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Ends as skipped, which .ci/run counts as failed, unless a program is there. need PROGRAM PACKAGE
need() {
    if ! command -v "$1" >/dev/null 2>&1; then
        echo "SKIPPED: no $1. Please run: sh scripts/install-dependencies.sh abi (Debian's package $2)"
        exit 77
    fi
}

# Builds libdnn.so alone, quickly, and with the types for debuggers, from which abidw reads. build_library SOURCE BUILD
build_library() {
    "${CMAKE:-cmake}" -S "$1" -B "$2" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_COMPILER="${CC:-cc}" \
        -DDNN_BLAS="${DNN_BLAS:-openblas}" -DDNN_BUILD_TESTS=OFF -DDNN_BUILD_EXAMPLES=OFF -DDNN_BUILD_BENCH=OFF \
        >"$work/build.log" 2>&1 &&
        "${CMAKE:-cmake}" --build "$2" --target dnn --parallel 2 >>"$work/build.log" 2>&1 || {
        tail -n 40 "$work/build.log"
        echo "FAILED: the library of $1 cannot be built"
        exit 1
    }
}

# The number in the soname. soversion SOURCE
soversion() {
    sed -n 's/.* SOVERSION \([0-9]*\).*/\1/p' "$1/CMakeLists.txt"
}

# A library that has every function of dnn.h and does nothing: the ABI of the header alone. stub LIBRARY
stub() {
    python3 -B "$abi/generate.py" --stub >"$work/stub.c"
    # Compiled without its folder, which would stand in the dump.
    (cd "$work" && "${CC:-cc}" -g -fPIC -shared -w -I"$root/include" stub.c -o "$1" \
        -Wl,-soname,"libdnn.so.$(soversion "$root")")
}

# The ABI of a library as XML: what dnn.h says, without lines, paths and what lies behind a handle. dump LIBRARY XML
dump() {
    abidw --headers-dir "$root/include" --drop-private-types --no-show-locs --no-corpus-path --no-comp-dir-path \
        --no-elf-needed --type-id-style hash --out-file "$2" "$1"
}

# Are two dumps the same? Prints what is not. Both are dumps, made alike: when abidiff reads a library itself, it
# filters what lies behind a handle, and lets another handle, or another order of parameters, pass with it. A const that
# is lost counts as harmless there, and not here. compare XML XML [OPTION...]
compare() {
    abidiff --harmless --redundant "$@"
}

# The names that a library exports. exports LIBRARY
exports() {
    nm -D --defined-only "$1" | awk 'NF == 3 { sub(/@.*/, "", $3); if ($3 ~ /^dnn_/) print $3 }' | LC_ALL=C sort
}
