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
#define activation_sigmoid_factor REAL_NAME(activation_sigmoid_factor)
#define activation_saturated REAL_NAME(activation_saturated)
#define activation_dead REAL_NAME(activation_dead)

struct activation_kind {
    const char *name;      /* in configs, files, messages and the manual */
    enum slope_kind slope; /* what activation->slope is */

    /* True if φ′ is computed from z; else from x = φ(z). */
    bool keeps_z;

    /* x = φ(z). z, x: [n], one row; they may be the same. */
    void (*apply)(const struct activation *activation, int64_t n, const real *z, real *x);

    /* ψ ⊙= φ′(z), computed from `source`, which is z or x. source, psi: [n], one row */
    void (*chain)(const struct activation *activation, int64_t n, const real *source, real *psi);

    /* sup |φ′| */
    double (*steepest)(const struct activation *activation);
};

/* Places in the table, for loops that know an activation by name: see core/small.h. */
enum { ACTIVATION_IDENTITY, ACTIVATION_SIGMOID, ACTIVATION_TANH, ACTIVATION_RELU, ACTIVATION_LEAKY_RELU };

/* softmax, which is for the output alone, is the last. */
extern const struct activation_kind activation_kinds[];
extern const int32_t activation_kind_count;

/* Rows of the above. z, x, source, psi: [rows × columns] */
void activation_apply(const struct activation *activation, struct matrix z, struct matrix x);
void activation_chain(const struct activation *activation, struct matrix source, struct matrix psi);

/* What multiplies x (1 − x) in the derivative of sigmoid: c, or the tutorial's 1, which leaves c to the learning
 * rate. */
double activation_sigmoid_factor(const struct activation *activation);

/* How many of the activations of `source`, [rows × columns], have |φ′| below 1/1000 of its largest value; and how many
 * columns, the neurons, have it in all rows. For softmax, φ′ is ∂x_j/∂z_j. */
int64_t activation_saturated(const struct activation *activation, struct matrix source);
int64_t activation_dead(const struct activation *activation, struct matrix source);

#endif
