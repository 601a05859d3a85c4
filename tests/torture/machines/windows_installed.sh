#!/bin/sh
# A stranger's program for Windows: examples/iris.c, compiled against what `cmake --install` puts into a folder, and run with dnn.dll
# beside it. It learns a table, says how well, and writes a network; a program of this machine's reads that.
set -eu

cd "$(dirname "$0")/../../.."
build=build/torture/windows prefix=$PWD/build/torture/windows-installed
rm -rf "$prefix"
cmake --install "$build" --prefix "$prefix" >"$build/install.log"
x86_64-w64-mingw32-gcc-posix -std=c99 -Wall -Wextra -Werror -o "$prefix/bin/iris.exe" examples/iris.c \
    -I"$prefix/include" -L"$prefix/lib" -ldnn
said=$(sh tests/torture/machines/wine.sh "$prefix/bin/iris.exe" examples/data/iris.csv "$prefix/iris.dnn")
echo "$said"
echo "$said" | grep -Eq '^(9[0-9]|100) % of 30 new rows are right'
cat >"$prefix/load.c" <<'END'
#include <dnn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    const double x[] = {5.1, 3.5, 1.4, 0.2}; /* the table's first flower */
    double y[3] = {0, 0, 0};
    dnn_model *model = NULL;
    if (argc != 2 || dnn_model_load(argv[1], &model) != 0 || dnn_model_predict(model, x, 1, y) != 0) {
        fprintf(stderr, "%s\n", dnn_last_error());
        return 1;
    }
    printf("%.2f that it is a setosa\n", y[0]);
    dnn_model_destroy(model);
    return y[0] > 0.9 ? 0 : 1;
}
END
cc -o "$prefix/load" "$prefix/load.c" -Iinclude -Lbuild/release -ldnn -Wl,-rpath,"$PWD/build/release"
"$prefix/load" "$prefix/iris.dnn"
