/*
 * core/affine.c - a layer's linear algebra, mapped to BLAS: the only file that includes cblas.h.
 *
 * One sample takes a matrix-vector product (gemv) forward and, transposed, backward, and a rank-1 update (ger) for the
 * gradient; n samples take a matrix-matrix product (gemm) for each. Both are the same equations. W is read with its
 * bias column forward, where x̂ ends in 1, and without it backward, where the bias has no neuron below it: the same
 * matrix, one column narrower.
 *
 * A BLAS prints or even exits on a bad argument, so each call is checked here by assertion, and can only be right: the
 * shapes come from network_layout, the arguments of the user were checked in api/.
 */
#include "core/affine.h"

#include <assert.h>
#include <cblas.h>
#include <limits.h>
#include <string.h>

#if DNN_REAL_F32
#define cblas_gemv cblas_sgemv
#define cblas_ger cblas_sger
#define cblas_gemm cblas_sgemm
#else
#define cblas_gemv cblas_dgemv
#define cblas_ger cblas_dger
#define cblas_gemm cblas_dgemm
#endif

static int blas_int(int64_t n)
{
    assert(n >= 0 && n <= INT_MAX);
    return (int)n;
}

void affine_forward(struct matrix w, struct matrix x, struct matrix z)
{
    assert(x.columns == w.columns && z.columns == w.rows && z.rows == x.rows);
    const int n = blas_int(x.rows), n_out = blas_int(w.rows), n_in_hat = blas_int(w.columns);
    if (n == 1) {
        /* z = W x̂ */
        cblas_gemv(CblasRowMajor, CblasNoTrans, n_out, n_in_hat, 1, w.data, blas_int(w.stride), x.data, 1, 0, z.data,
                   1);
    } else {
        /* Z = X̂ Wᵀ */
        cblas_gemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, n_out, n_in_hat, 1, x.data, blas_int(x.stride), w.data,
                   blas_int(w.stride), 0, z.data, blas_int(z.stride));
    }
}

void affine_backward(struct matrix w, struct matrix psi_out, struct matrix psi_in)
{
    assert(psi_out.columns == w.rows && psi_in.columns == w.columns - 1 && psi_in.rows == psi_out.rows);
    const int n = blas_int(psi_out.rows), n_out = blas_int(w.rows), n_in = blas_int(psi_in.columns);
    if (n == 1) {
        /* ψ_in = W[:, :n_in]ᵀ ψ_out */
        cblas_gemv(CblasRowMajor, CblasTrans, n_out, n_in, 1, w.data, blas_int(w.stride), psi_out.data, 1, 0,
                   psi_in.data, 1);
    } else {
        /* Ψ_in = Ψ_out W[:, :n_in] */
        cblas_gemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n_in, n_out, 1, psi_out.data, blas_int(psi_out.stride),
                   w.data, blas_int(w.stride), 0, psi_in.data, blas_int(psi_in.stride));
    }
}

/* A = β A + α Ψᵀ X̂, β = 1 where n = 1. */
static void add_outer_product(real alpha, struct matrix psi, struct matrix x, real beta, struct matrix a)
{
    assert(psi.rows == x.rows && a.rows == psi.columns && a.columns == x.columns);
    const int n = blas_int(x.rows), n_out = blas_int(a.rows), n_in_hat = blas_int(a.columns);
    if (n == 1) {
        /* A += α ψ x̂ᵀ */
        cblas_ger(CblasRowMajor, n_out, n_in_hat, alpha, psi.data, 1, x.data, 1, a.data, blas_int(a.stride));
    } else {
        cblas_gemm(CblasRowMajor, CblasTrans, CblasNoTrans, n_out, n_in_hat, n, alpha, psi.data, blas_int(psi.stride),
                   x.data, blas_int(x.stride), beta, a.data, blas_int(a.stride));
    }
}

void affine_gradient(struct matrix psi, struct matrix x, bool accumulate, struct matrix gradient)
{
    if (!accumulate && psi.rows == 1) {
        memset(gradient.data, 0, (size_t)(gradient.rows * gradient.stride) * sizeof(real));
    }
    add_outer_product(1, psi, x, accumulate ? 1 : 0, gradient);
}

void affine_descend(struct matrix psi, struct matrix x, double eta, struct matrix w)
{
    add_outer_product((real)-eta, psi, x, 1, w);
}
