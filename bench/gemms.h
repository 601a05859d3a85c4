/*
 * gemms.h - the matrix products of training in batches, or of predicting many rows, and nothing else: what neither can be faster
 * than.
 */
#ifndef BENCH_GEMMS_H
#define BENCH_GEMMS_H

#include "harness.h"

#include <stdbool.h>
#include <stdint.h>

enum { GEMMS_MOST_LAYERS = 4 };

struct gemms_work {
    int64_t layers[GEMMS_MOST_LAYERS]; /* [layer_count] */
    int64_t layer_count;
    int64_t rows;    /* of a batch */
    int64_t batches; /* in a repetition */
    bool predicts;   /* forward alone, and each batch has rows of its own at both ends */
};

/* Of each batch, as bare calls of the BLAS: forward and, unless it predicts, gradient of each layer, and backward of each but the
 * first; matrices padded as libdnn's are, the bias column included. */
struct contestant gemms_contestant_f64(const struct gemms_work *work);
struct contestant gemms_contestant_f32(const struct gemms_work *work);

/* Multiplications and additions in a repetition. */
static inline double gemms_flops(const struct gemms_work *work)
{
    double weights = 0;
    for (int64_t l = 0; l + 1 < work->layer_count; l++) {
        const double out = (double)work->layers[l + 1], in = (double)work->layers[l];
        weights += (work->predicts ? 1 : 2) * out * (in + 1); /* forward; gradient */
        weights += work->predicts || l == 0 ? 0 : out * in;   /* backward */
    }
    return 2 * weights * (double)work->rows * (double)work->batches;
}

#endif
