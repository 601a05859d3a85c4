/*
 * reference_blas.c - the few calls of a BLAS that libdnn makes, as the plainest loops there are.
 *
 * For the tests alone, and slow: where no BLAS can be had (riscv64, musl, Windows), and where the memory sanitizer must see every
 * store, which it cannot in a library that was compiled without it. sources.sh builds it; -DDNN_BLAS=…/libreference_blas.a takes it.
 *
 * Row-major alone, which is all that src/core/affine.c asks for. As a BLAS must, C is not read where beta is 0. Sums are made in
 * the precision itself, one after the other.
 */
#include "cblas.h"

#include <assert.h>
#include <stddef.h>

/* Number i, j of a matrix, or of its transpose. */
#define AT(a, lda, transpose, i, j)                                                                                    \
    ((transpose) == CblasNoTrans ? (a)[(ptrdiff_t)(i) * (lda) + (j)] : (a)[(ptrdiff_t)(j) * (lda) + (i)])

#define REFERENCE_BLAS_CODE(letter, real)                                                                              \
    /* y = alpha A x + beta y, or with Aᵀ. A: [m × n] */                                                            \
    void cblas_##letter##gemv(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE transpose, int m, int n, real alpha,        \
                              const real *a, int lda, const real *x, int incx, real beta, real *y, int incy)           \
    {                                                                                                                  \
        assert(order == CblasRowMajor);                                                                                \
        const int rows = transpose == CblasNoTrans ? m : n, columns = transpose == CblasNoTrans ? n : m;               \
        for (int i = 0; i < rows; i++) {                                                                               \
            real sum = 0;                                                                                              \
            for (int j = 0; j < columns; j++)                                                                          \
                sum += AT(a, lda, transpose, i, j) * x[(ptrdiff_t)j * incx];                                           \
            real *out = y + (ptrdiff_t)i * incy;                                                                       \
            *out = beta == 0 ? alpha * sum : alpha * sum + beta * *out;                                                \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    /* A += alpha x yᵀ. A: [m × n] */                                                                               \
    void cblas_##letter##ger(enum CBLAS_ORDER order, int m, int n, real alpha, const real *x, int incx, const real *y, \
                             int incy, real *a, int lda)                                                               \
    {                                                                                                                  \
        assert(order == CblasRowMajor);                                                                                \
        for (int i = 0; i < m; i++)                                                                                    \
            for (int j = 0; j < n; j++)                                                                                \
                a[(ptrdiff_t)i * lda + j] += alpha * x[(ptrdiff_t)i * incx] * y[(ptrdiff_t)j * incy];                  \
    }                                                                                                                  \
                                                                                                                       \
    /* C = alpha A B + beta C, or with their transposes. C: [m × n], k products each */                               \
    void cblas_##letter##gemm(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE transpose_a,                                \
                              enum CBLAS_TRANSPOSE transpose_b, int m, int n, int k, real alpha, const real *a,        \
                              int lda, const real *b, int ldb, real beta, real *c, int ldc)                            \
    {                                                                                                                  \
        assert(order == CblasRowMajor);                                                                                \
        for (int i = 0; i < m; i++)                                                                                    \
            for (int j = 0; j < n; j++) {                                                                              \
                real sum = 0;                                                                                          \
                for (int l = 0; l < k; l++)                                                                            \
                    sum += AT(a, lda, transpose_a, i, l) * AT(b, ldb, transpose_b, l, j);                              \
                real *out = c + (ptrdiff_t)i * ldc + j;                                                                \
                *out = beta == 0 ? alpha * sum : alpha * sum + beta * *out;                                            \
            }                                                                                                          \
    }                                                                                                                  \
                                                                                                                       \
    real cblas_##letter##dot(int n, const real *x, int incx, const real *y, int incy)                                  \
    {                                                                                                                  \
        real sum = 0;                                                                                                  \
        for (int i = 0; i < n; i++)                                                                                    \
            sum += x[(ptrdiff_t)i * incx] * y[(ptrdiff_t)i * incy];                                                    \
        return sum;                                                                                                    \
    }

REFERENCE_BLAS_CODE(d, double)
REFERENCE_BLAS_CODE(s, float)
