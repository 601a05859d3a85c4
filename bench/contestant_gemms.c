/*
 * contestant_gemms.c - the matrix products of an epoch, as bare calls of the BLAS. See epoch.h.
 */
#include "epoch.h"

#include <cblas.h>

#include <stdlib.h>

struct products {
    struct epoch_work work;
    float *x[EPOCH_MOST_LAYERS], *psi[EPOCH_MOST_LAYERS]; /* [batch × n_l + 1] each */
    float *w[EPOCH_MOST_LAYERS], *gradient[EPOCH_MOST_LAYERS];
};

/* Numbers from row to row: whole cache lines, and no multiple of 4096 bytes. */
static int stride_of(int64_t columns)
{
    const int64_t padded = (columns + 15) / 16 * 16;
    return (int)(padded % 1024 == 0 ? padded + 16 : padded);
}

static void multiply_batch(const struct products *p)
{
    const int64_t *n = p->work.layers, depth = p->work.layer_count - 1;
    const int rows = (int)p->work.batch;
    for (int64_t l = 0; l < depth; l++) {
        const int in = stride_of(n[l] + 1), out = stride_of(n[l + 1] + 1);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, (int)n[l + 1], (int)n[l] + 1, 1, p->x[l], in,
                    p->w[l], in, 0, p->x[l + 1], out);
    }
    for (int64_t l = depth - 1; l >= 1; l--) {
        const int in = stride_of(n[l] + 1), out = stride_of(n[l + 1] + 1);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, (int)n[l], (int)n[l + 1], 1, p->psi[l + 1], out,
                    p->w[l], in, 0, p->psi[l], in);
    }
    for (int64_t l = 0; l < depth; l++) {
        const int in = stride_of(n[l] + 1), out = stride_of(n[l + 1] + 1);
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)n[l + 1], (int)n[l] + 1, rows, 1, p->psi[l + 1], out,
                    p->x[l], in, 0, p->gradient[l], in);
    }
}

static void run(void *state)
{
    const struct products *p = state;
    for (int64_t first = 0; first < p->work.data->samples; first += p->work.batch) {
        multiply_batch(p);
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
static float *numbers(int64_t count)
{
    float *values = bench_allocate((size_t)count * sizeof *values);
    for (int64_t i = 0; i < count; i++) {
        values[i] = (float)(i % 17 - 8) / 256;
    }
    return values;
}

struct contestant epoch_gemms(const struct epoch_work *work)
{
    struct products *p = bench_allocate(sizeof *p);
    p->work = *work;
    for (int64_t l = 0; l < work->layer_count; l++) {
        const int64_t stride = stride_of(work->layers[l] + 1);
        p->x[l] = numbers(work->batch * stride);
        p->psi[l] = numbers(work->batch * stride);
        if (l + 1 < work->layer_count) {
            p->w[l] = numbers(work->layers[l + 1] * stride);
            p->gradient[l] = numbers(work->layers[l + 1] * stride);
        }
    }
    return (struct contestant){.name = "bare GEMMs", .state = p, .run = run, .close = close_products};
}

double epoch_flops(const struct epoch_work *work)
{
    double weights = 0;
    for (int64_t l = 0; l + 1 < work->layer_count; l++) {
        const double out = (double)work->layers[l + 1], in = (double)work->layers[l];
        weights += 2 * out * (in + 1) + (l == 0 ? 0 : out * in); /* forward and gradient; backward */
    }
    return 2 * weights * (double)work->data->samples;
}
