/*
 * core/activation.h - the functions φ, as a table of name and formulas.
 */
#ifndef DNN_CORE_ACTIVATION_H
#define DNN_CORE_ACTIVATION_H

#include "core/network.h"
#include "core/real.h"

#define activation_kinds REAL_NAME(activation_kinds)
#define activation_kind_count REAL_NAME(activation_kind_count)
#define activation_apply REAL_NAME(activation_apply)
#define activation_chain REAL_NAME(activation_chain)
#define activation_saturated REAL_NAME(activation_saturated)

struct activation_kind {
    const char *name;      /* in configs, files, messages and the manual */
    enum slope_kind slope; /* what activation->slope is */

    /* x = φ(z), in place. x: [n] */
    void (*apply)(const struct activation *activation, int64_t n, real *x);

    /* ψ ⊙= φ′(z), where φ′ is written in terms of x = φ(z). x, psi: [n] */
    void (*chain)(const struct activation *activation, int64_t n, const real *x, real *psi);

    /* sup |φ′| */
    double (*steepest)(const struct activation *activation);
};

extern const struct activation_kind activation_kinds[];
extern const int32_t activation_kind_count;

/* Rows of the above. x, psi: [rows × columns] */
void activation_apply(const struct activation *activation, struct matrix x);
void activation_chain(const struct activation *activation, struct matrix x, struct matrix psi);

/* How many of the activations x, [rows × columns], have |φ′| below 1/1000 of its largest value. */
int64_t activation_saturated(const struct activation *activation, struct matrix x);

#endif
