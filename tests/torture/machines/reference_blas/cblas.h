/*
 * cblas.h - the few calls of a BLAS that libdnn makes, for builds of the tests alone: see reference_blas.c.
 */
#ifndef REFERENCE_CBLAS_H
#define REFERENCE_CBLAS_H

enum CBLAS_ORDER { CblasRowMajor = 101, CblasColMajor = 102 };
enum CBLAS_TRANSPOSE { CblasNoTrans = 111, CblasTrans = 112 };

#define REFERENCE_BLAS(letter, real)                                                                                   \
    void cblas_##letter##gemv(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE transpose, int m, int n, real alpha,        \
                              const real *a, int lda, const real *x, int incx, real beta, real *y, int incy);          \
    void cblas_##letter##ger(enum CBLAS_ORDER order, int m, int n, real alpha, const real *x, int incx, const real *y, \
                             int incy, real *a, int lda);                                                              \
    void cblas_##letter##gemm(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE transpose_a,                                \
                              enum CBLAS_TRANSPOSE transpose_b, int m, int n, int k, real alpha, const real *a,        \
                              int lda, const real *b, int ldb, real beta, real *c, int ldc);                           \
    real cblas_##letter##dot(int n, const real *x, int incx, const real *y, int incy);

REFERENCE_BLAS(d, double)
REFERENCE_BLAS(s, float)

#endif
