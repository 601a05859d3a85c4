/*
 * core/loss.h - the functions E that training makes small, as a table of name and formulas.
 */
#ifndef DNN_CORE_LOSS_H
#define DNN_CORE_LOSS_H

#include "core/real.h"

#define loss_kinds REAL_NAME(loss_kinds)
#define loss_kind_count REAL_NAME(loss_kind_count)

struct loss_kind {
    const char *name; /* in configs, files, messages and the manual */

    /* E(x, y) of one sample. x: [n] the network's output; y: [n] the target. Summed in double. */
    double (*value)(int64_t n, const real *x, const real *y);

    /* ψ = ∂E/∂x. psi: [n], overwritten */
    void (*derivative)(int64_t n, const real *x, const real *y, real *psi);
};

extern const struct loss_kind loss_kinds[];
extern const int32_t loss_kind_count;

#endif
