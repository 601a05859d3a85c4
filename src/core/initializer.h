/*
 * core/initializer.h - the first weights, as a table of name and distribution.
 */
#ifndef DNN_CORE_INITIALIZER_H
#define DNN_CORE_INITIALIZER_H

#include "base/random.h"
#include "core/real.h"

#define initializer_kinds REAL_NAME(initializer_kinds)
#define initializer_kind_count REAL_NAME(initializer_kind_count)
#define initializer_fill REAL_NAME(initializer_fill)

struct initializer_kind {
    const char *name; /* in configs, files, messages and the manual */

    /* One weight between n_in and n_out neurons. */
    real (*weight)(struct random *random, int64_t n_in, int64_t n_out);

    /* True if biases are drawn like the weights of their row; false if they are 0. */
    bool draws_biases;
};

extern const struct initializer_kind initializer_kinds[];
extern const int32_t initializer_kind_count;

/* Draws W, row by row, the bias last. w: [n_out × n_in+1] */
void initializer_fill(int32_t kind, struct random *random, struct matrix w);

#endif
