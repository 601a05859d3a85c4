/*
 * contestant_gemms.c - see gemms.h. Compiled twice, with BENCH_F32 0 and 1.
 */
#define _POSIX_C_SOURCE 200809L /* the cblas.h of BLIS names types of POSIX threads */
#include "gemms.h"

#include <cblas.h>
#include <stdlib.h>

#if BENCH_F32
typedef float real;
#define gemm cblas_sgemm
#define gemms_contestant gemms_contestant_f32
#else
typedef double real;
#define gemm cblas_dgemm
#define gemms_contestant gemms_contestant_f64
#endif

struct products {
    struct gemms_work work;
    real *x[GEMMS_MOST_LAYERS], *psi[GEMMS_MOST_LAYERS]; /* [rows × n_l + 1] each */
    real *w[GEMMS_MOST_LAYERS], *gradient[GEMMS_MOST_LAYERS];
};

/* Numbers from row to row: whole cache lines, and no multiple of 4096 bytes. */
static int stride_of(int64_t columns)
{
    const int64_t line = 64 / sizeof(real), page = 4096 / sizeof(real);
    const int64_t padded = (columns + line - 1) / line * line;
    return (int)(padded % page == 0 ? padded + line : padded);
}

/* The first row of x_l that a batch uses. */
static real *rows_of(const struct products *p, int64_t l, int64_t batch)
{
    const bool is_own = p->work.predicts && (l == 0 || l == p->work.layer_count - 1);
    return p->x[l] + (is_own ? batch * p->work.rows * stride_of(p->work.layers[l] + 1) : 0);
}

static void multiply_forward(const struct products *p, int64_t batch)
{
    const int64_t *n = p->work.layers;
    for (int64_t l = 0; l + 1 < p->work.layer_count; l++) {
        const int in = stride_of(n[l] + 1), out = stride_of(n[l + 1] + 1);
        gemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)p->work.rows, (int)n[l + 1], (int)n[l] + 1, 1,
             rows_of(p, l, batch), in, p->w[l], in, 0, rows_of(p, l + 1, batch), out);
    }
}

static void multiply_back(const struct products *p)
{
    const int64_t *n = p->work.layers, depth = p->work.layer_count - 1;
    const int rows = (int)p->work.rows;
    for (int64_t l = depth - 1; l >= 1; l--) {
        const int in = stride_of(n[l] + 1), out = stride_of(n[l + 1] + 1);
        gemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, (int)n[l], (int)n[l + 1], 1, p->psi[l + 1], out, p->w[l],
             in, 0, p->psi[l], in);
    }
    for (int64_t l = 0; l < depth; l++) {
        const int in = stride_of(n[l] + 1), out = stride_of(n[l + 1] + 1);
        gemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)n[l + 1], (int)n[l] + 1, rows, 1, p->psi[l + 1], out,
             p->x[l], in, 0, p->gradient[l], in);
    }
}

static void run(void *state)
{
    const struct products *p = state;
    for (int64_t batch = 0; batch < p->work.batches; batch++) {
        multiply_forward(p, batch);
        if (!p->work.predicts) {
            multiply_back(p);
        }
    }
}

static void close_products(void *state)
{
    struct products *p = state;
    for (int64_t l = 0; l < p->work.layer_count; l++) {
        free(p->x[l]);
        free(p->psi[l]);
        free(p->w[l]);
        free(p->gradient[l]);
    }
    free(p);
}

/* Small numbers that no product makes denormal or large. */
static real *numbers(int64_t count)
{
    real *values = bench_allocate((size_t)count * sizeof *values);
    for (int64_t i = 0; i < count; i++) {
        values[i] = (real)(i % 17 - 8) / 256;
    }
    return values;
}

struct contestant gemms_contestant(const struct gemms_work *work)
{
    struct products *p = bench_allocate(sizeof *p);
    p->work = *work;
    for (int64_t l = 0; l < work->layer_count; l++) {
        const int64_t stride = stride_of(work->layers[l] + 1);
        p->x[l] = numbers(work->rows * stride * (work->predicts ? work->batches : 1));
        p->psi[l] = work->predicts ? NULL : numbers(work->rows * stride);
        if (l + 1 < work->layer_count) {
            p->w[l] = numbers(work->layers[l + 1] * stride);
            p->gradient[l] = work->predicts ? NULL : numbers(work->layers[l + 1] * stride);
        }
    }
    return (struct contestant){.name = "bare GEMMs", .state = p, .run = run, .close = close_products};
}
