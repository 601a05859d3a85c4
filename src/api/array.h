/*
 * api/array.h - an array of the caller's, double or float, so that the two suffixes of a function share one body.
 */
#ifndef DNN_API_ARRAY_H
#define DNN_API_ARRAY_H

#include "core/core.h"

struct array_in {
    const double *f64; /* one of the two is not NULL */
    const float *f32;
    const struct standardization *by; /* rows are standardized by it; NULL: taken as they are */
};

struct array_out {
    double *f64;
    float *f32;
};

/* out = in; [count] */
static inline void array_widen(const float *in, int64_t count, double *out)
{
    for (int64_t j = 0; j < count; j++) {
        out[j] = (double)in[j];
    }
}

/* Rows from `first` on into (or out of) a matrix of the core, as many as it has. */
void array_load(const struct core *core, struct array_in array, int64_t first, struct matrix out);
void array_store(const struct core *core, struct matrix in, int64_t first, struct array_out array);

/* DNN_ERROR_NOT_FINITE, naming the array and the first such place, unless all of [n × columns] is finite in the
 * core's precision. */
int32_t array_check(const struct core *core, const char *name, struct array_in array, int64_t n, int64_t columns);

/* An error unless all of [n × columns] is from 0 to 1, as the targets of that loss must be. */
int32_t array_check_probabilities(const char *name, struct array_in array, int64_t n, int64_t columns,
                                  const char *loss);

/* The error of a target that is not. */
int32_t array_not_a_probability(const char *name, double value, int64_t row, int64_t column, const char *loss);

/* array_check for one dimension: weights, gradients. */
int32_t array_check_flat(const struct core *core, const char *name, const double *numbers, int64_t count);

#endif
