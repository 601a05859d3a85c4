/*
 * core/loss.h - the functions E that training makes small, as a table of name and formulas.
 */
#ifndef DNN_CORE_LOSS_H
#define DNN_CORE_LOSS_H

#include "core/network.h"
#include "core/real.h"

#define loss_kinds REAL_NAME(loss_kinds)
#define loss_kind_count REAL_NAME(loss_kind_count)

/* The end of a network, which a loss looks at. */
struct loss_end {
    const struct loss *loss;
    const struct activation *activation; /* of the output */
};

struct loss_kind {
    const char *name; /* in configs, files, messages and the manual */

    /* The one activation of the output that it goes with, or NULL: any. Then E is computed from z and the two
     * derivatives, of the loss and of the activation, are one: what overflows or cancels in either, does not in
     * both. */
    const char *only_with;

    /* E of one sample. v: [n] the network's output x; its z if only_with is set. y: [n] the target. Summed in
     * double. */
    double (*value)(struct loss_end end, int64_t n, const real *v, const real *y);

    /* ψ = ∂E/∂x; ∂E/∂z if only_with is set. x: [n] the output; y: [n]; psi: [n], overwritten */
    void (*derivative)(struct loss_end end, int64_t n, const real *x, const real *y, real *psi);

    /* True if targets are probabilities, from 0 to 1. */
    bool takes_probabilities;
};

/* Its place in the table, for loops that know a loss by name: see core/small.h. */
enum { LOSS_SQUARED_ERROR };

extern const struct loss_kind loss_kinds[];
extern const int32_t loss_kind_count;

#endif
