/*
 * core/fused.c - see fused.h.
 *
 * One step on a large layer is bound by the traffic of W. BLAS reads W three times (gemv, gemv transposed, ger) and writes
 * it once. Here the way back and the update share one reading: a block of rows is in registers for both
 *
 *     ψ_in += ψ_i W_i        W_i −= η ψ_i x̂        for each row i of the block
 *
 * A block's height is a compromise, measured per instruction set: each pass over ψ_in and x̂, which are in the first cache,
 * serves that many rows, and each row takes two registers. A row whose ψ is 0 moves nothing, and a block of such rows
 * is not even read: with ReLU that is many.
 *
 * Tried and left out, on a Zen 4 with W of 8 MB in double: fetching the next block early (__builtin_prefetch) made both passes
 * slower, by 1.4 and 1.5 times; blocks of 10 rows and more spill registers on the way back, and take 1.5 times as long.
 */
#include "core/fused.h"

#include "core/lanes.h"

#include <stddef.h>
#include <string.h>

#if defined(__AVX512F__)
enum { FORWARD_ROWS = 12, BACKWARD_ROWS = 8 };
#elif defined(__AVX__)
enum { FORWARD_ROWS = 8, BACKWARD_ROWS = 6 };
#else
enum { FORWARD_ROWS = 4, BACKWARD_ROWS = 4 };
#endif

/* Columns in whole vectors: the padding is there. */
static int64_t padded_columns(struct matrix a)
{
    return (a.columns + LANES - 1) / LANES * LANES;
}

/* z_r = W_r x̂ for `rows` rows from w on. Two sums a row, so that an addition need not wait for the one before. */
LANES_INLINE void multiply_rows(int rows, const real *w, int64_t stride, const real *x_hat, int64_t n, real *z)
{
    lanes even[FORWARD_ROWS], odd[FORWARD_ROWS];
    for (int r = 0; r < rows; r++) {
        even[r] = odd[r] = lanes_of(0);
    }
    int64_t j = 0;
    for (; j + 2 * LANES <= n; j += 2 * LANES) {
        const lanes x = lanes_load(x_hat + j), x_next = lanes_load(x_hat + j + LANES);
        for (int r = 0; r < rows; r++) {
            even[r] += lanes_load(w + r * stride + j) * x;
            odd[r] += lanes_load(w + r * stride + j + LANES) * x_next;
        }
    }
    if (j < n) {
        const lanes x = lanes_load(x_hat + j);
        for (int r = 0; r < rows; r++) {
            even[r] += lanes_load(w + r * stride + j) * x;
        }
    }
    for (int r = 0; r < rows; r++) {
        z[r] = lanes_sum(even[r] + odd[r]);
    }
}

void fused_forward(struct matrix w, const real *x_hat, real *z)
{
    const int64_t n = padded_columns(w);
    int64_t i = 0;
    for (; i + FORWARD_ROWS <= w.rows; i += FORWARD_ROWS) {
        multiply_rows(FORWARD_ROWS, matrix_row(w, i), w.stride, x_hat, n, z + i);
    }
    for (; i + 4 <= w.rows; i += 4) {
        multiply_rows(4, matrix_row(w, i), w.stride, x_hat, n, z + i);
    }
    for (; i < w.rows; i++) {
        multiply_rows(1, matrix_row(w, i), w.stride, x_hat, n, z + i);
    }
}

/* The block's part of the way back, and its update, as `with_psi` and `with_update` ask. */
LANES_INLINE void move_rows(int rows, bool with_psi, bool with_update, real *w, int64_t stride, const real *x_hat,
                            int64_t n, const real *psi_out, real eta, real *psi_in)
{
    lanes psi[BACKWARD_ROWS], change[BACKWARD_ROWS];
    real any = 0;
    for (int r = 0; r < rows; r++) {
        psi[r] = lanes_of(psi_out[r]);
        change[r] = lanes_of(eta * psi_out[r]);
        any = psi_out[r] != 0 ? 1 : any;
    }
    if (any == 0) {
        return;
    }
    for (int64_t j = 0; j < n; j += LANES) {
        lanes sum = with_psi ? lanes_load(psi_in + j) : lanes_of(0);
        const lanes x = with_update ? lanes_load(x_hat + j) : lanes_of(0);
        for (int r = 0; r < rows; r++) {
            const lanes row = lanes_load(w + r * stride + j);
            if (with_psi) {
                sum += psi[r] * row;
            }
            if (with_update) {
                lanes_store(row - change[r] * x, w + r * stride + j);
            }
        }
        if (with_psi) {
            lanes_store(sum, psi_in + j);
        }
    }
}

LANES_INLINE void move_all(bool with_psi, bool with_update, struct matrix w, const real *x_hat, const real *psi_out,
                           real eta, real *psi_in)
{
    const int64_t n = padded_columns(w);
    int64_t i = 0;
    if (with_psi) {
        memset(psi_in, 0, (size_t)n * sizeof *psi_in);
    }
    for (; i + BACKWARD_ROWS <= w.rows; i += BACKWARD_ROWS) {
        move_rows(BACKWARD_ROWS, with_psi, with_update, matrix_row(w, i), w.stride, x_hat, n, psi_out + i, eta, psi_in);
    }
    for (; i < w.rows; i++) {
        move_rows(1, with_psi, with_update, matrix_row(w, i), w.stride, x_hat, n, psi_out + i, eta, psi_in);
    }
}

void fused_descend(struct matrix w, const real *x_hat, const real *psi_out, double eta, real *psi_in)
{
    if (psi_in != NULL) {
        move_all(true, true, w, x_hat, psi_out, (real)eta, psi_in);
    } else {
        move_all(false, true, w, x_hat, psi_out, (real)eta, psi_in);
    }
}

void fused_backward(struct matrix w, const real *psi_out, real *psi_in)
{
    move_all(true, false, w, NULL, psi_out, 0, psi_in);
}

void fused_gradient(const real *psi_out, const real *x_hat, bool accumulate, struct matrix gradient)
{
    const int64_t n = padded_columns(gradient);
    for (int64_t i = 0; i < gradient.rows; i++) {
        real *row = matrix_row(gradient, i);
        const lanes psi = lanes_of(psi_out[i]);
        for (int64_t j = 0; j < n; j += LANES) {
            const lanes before = accumulate ? lanes_load(row + j) : lanes_of(0);
            lanes_store(before + psi * lanes_load(x_hat + j), row + j);
        }
    }
}
