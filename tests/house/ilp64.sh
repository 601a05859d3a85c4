#!/bin/sh
# A BLAS that counts with 64-bit integers is refused when the project is configured, with a text that says why: libdnn hands
# it 32-bit integers. Made visible with a fake BLAS, under an innocent name, whose header and pkg-config module look
# like OpenBLAS's ILP64 build; the same fake with 32-bit integers is accepted, so it is the width that is refused.
#
# usage: ilp64.sh SOURCE_DIR       environment: CC, CMAKE
set -eu

source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/fake"
cat >"$work/fake/cblas.h" <<'END'
#include <stdint.h>
#ifdef FAKE_64
typedef int64_t blasint;
#else
typedef int32_t blasint;
#endif
enum CBLAS_ORDER { CblasRowMajor = 101 };
enum CBLAS_TRANSPOSE { CblasNoTrans = 111 };
double cblas_ddot(blasint n, const double *x, blasint incx, const double *y, blasint incy);
void cblas_dgemv(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE trans, blasint m, blasint n, double alpha, const double *a,
                 blasint lda, const double *x, blasint incx, double beta, double *y, blasint incy);
END
echo 'void cblas_ddot(void) {} void cblas_dgemv(void) {}' >"$work/fake.c"
"$CC" -shared -fPIC -o "$work/fake/libinnocent.so" "$work/fake.c"
cat >"$work/fake/innocent.pc" <<END
Name: innocent
Description: a fake
Version: 1
Libs: -L$work/fake -linnocent
Cflags: -I$work/fake
END

# configure NAME: its output in $work/log, its status returned. Only the BLAS is of interest, nothing is built.
configure() {
    rm -rf "$work/build"
    PKG_CONFIG_PATH="$work/fake" "$CMAKE" -S "$source" -B "$work/build" -DCMAKE_C_COMPILER="$CC" -DDNN_BLAS="$1" \
        -DDNN_BUILD_TESTS=OFF -DDNN_BUILD_EXAMPLES=OFF -DDNN_BUILD_BENCH=OFF >"$work/log" 2>&1
}
refused() {
    if configure "$1"; then
        echo "FAILED: $2 was accepted"
        exit 1
    fi
    if ! grep -q 'ILP64' "$work/log"; then
        cat "$work/log"
        echo "FAILED: $2 was refused without saying that it is ILP64"
        exit 1
    fi
    echo "refused, as it should be: $2"
}

refused openblas64 "a name that says 64 (openblas64)"

if ! configure innocent; then
    cat "$work/log"
    echo "FAILED: a fake BLAS with 32-bit integers was refused"
    exit 1
fi
echo "accepted, as it should be: a fake BLAS with 32-bit integers"

sed '1i #define FAKE_64' "$work/fake/cblas.h" >"$work/fake/cblas64.h"
mv "$work/fake/cblas64.h" "$work/fake/cblas.h"
refused innocent "the same fake with 64-bit integers"

if configure nosuchblas; then
    echo "FAILED: DNN_BLAS=nosuchblas was accepted"
    exit 1
fi
tr '\n' ' ' <"$work/log" | tr -s ' ' | grep -q 'Tried: pkg-config module nosuchblas, library nosuchblas' || {
    cat "$work/log"
    echo "FAILED: the text does not name what was tried"
    exit 1
}
echo "refused, naming what was tried: a BLAS that is not there"
