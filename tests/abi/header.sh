#!/bin/sh
# dnn.h is read by compilers of C99 to C++20, GCC's and Clang's, by cffi, and by what reads Clang's syntax tree, as bindgen
# does: each finds what dnn-api.json describes. It defines no macro that a caller needs. Each constant is what its function
# of the library returns.
#
# usage: header.sh LIBRARY PYTHON
set -eu
. "$(dirname "$0")/support.sh"

library=$1 python=$2
need gcc gcc
need g++ g++
need clang clang
need clang++ clang

"$python" -B "$abi/generate.py" --program >"$work/program.c"
warnings='-Wall -Wextra -Wshadow -Wconversion -Wundef -Werror'
for compiler in gcc clang; do
    for standard in c99 c11 c17; do
        # shellcheck disable=SC2086 # a list of words
        $compiler -std=$standard -pedantic-errors $warnings -Wstrict-prototypes -I"$root/include" -fsyntax-only "$work/program.c"
    done
done
for compiler in g++ clang++; do
    for standard in c++11 c++20; do
        # shellcheck disable=SC2086 # a list of words
        $compiler -x c++ -std=$standard -pedantic-errors $warnings -I"$root/include" -fsyntax-only "$work/program.c"
    done
done
echo "read by GCC and Clang as C99, C11, C17, C++11 and C++20"

# Bound at once, so that each name is looked for.
gcc -std=c99 -I"$root/include" "$work/program.c" -o "$work/program" "$library" -Wl,-z,now -Wl,-rpath,"$(dirname "$library")"
"$work/program"

echo '#include <dnn.h>' >"$work/include.c"
gcc -E -dM -I"$root/include" "$work/include.c" | grep '^#define DNN' | LC_ALL=C sort >"$work/macros"
printf '#define DNN_API \n#define DNN_H \n' | diff - "$work/macros" || {
    echo "FAILED: dnn.h defines other macros than its guard and DNN_API, which is nothing for its users"
    exit 1
}

gcc -E -P "$root/include/dnn.h" >"$work/preprocessed.h"
"$python" -B "$abi/readers.py" cffi "$work/preprocessed.h" "$library"
clang -Xclang -ast-dump=json -fsyntax-only -I"$root/include" "$work/include.c" >"$work/tree.json"
"$python" -B "$abi/readers.py" clang "$work/tree.json"
