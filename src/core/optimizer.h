/*
 * core/optimizer.h - how a gradient changes the weights, as a table of name and formulas. An optimizer sees flat
 * arrays, no layers.
 */
#ifndef DNN_CORE_OPTIMIZER_H
#define DNN_CORE_OPTIMIZER_H

#include "core/real.h"

#define optimizer_kinds REAL_NAME(optimizer_kinds)
#define optimizer_kind_count REAL_NAME(optimizer_kind_count)

struct optimizer_kind {
    const char *name; /* in configs, files, messages and the manual */

    /* True if the update is W −= η ∇W and nothing else: then it can be made without a gradient in memory
     * (affine_descend). */
    bool is_plain_descent;

    /* One update. gradient, theta: [n]; eta: the learning rate, times what the gradient is to be scaled by. */
    void (*update)(int64_t n, double eta, const real *gradient, real *theta);
};

extern const struct optimizer_kind optimizer_kinds[];
extern const int32_t optimizer_kind_count;

#endif
