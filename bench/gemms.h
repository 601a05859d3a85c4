/*
 * gemms.h - the matrix products of training in batches, and nothing else: what no training in batches can be faster than.
 */
#ifndef BENCH_GEMMS_H
#define BENCH_GEMMS_H

#include "harness.h"

#include <stdint.h>

enum { GEMMS_MOST_LAYERS = 4 };

struct gemms_work {
    int64_t layers[GEMMS_MOST_LAYERS]; /* [layer_count] */
    int64_t layer_count;
    int64_t rows;    /* of a batch */
    int64_t batches; /* in a repetition */
};

/* Of each batch, as bare calls of the BLAS: forward and gradient of each layer, backward of each but the first; matrices padded as
 * libdnn's are, the bias column included. */
struct contestant gemms_contestant_f64(const struct gemms_work *work);
struct contestant gemms_contestant_f32(const struct gemms_work *work);

/* Multiplications and additions in a repetition. */
static inline double gemms_flops(const struct gemms_work *work)
{
    double weights = 0;
    for (int64_t l = 0; l + 1 < work->layer_count; l++) {
        const double out = (double)work->layers[l + 1], in = (double)work->layers[l];
        weights += 2 * out * (in + 1) + (l == 0 ? 0 : out * in); /* forward and gradient; backward */
    }
    return 2 * weights * (double)work->rows * (double)work->batches;
}

#endif
