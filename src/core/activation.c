/*
 * core/activation.c - each activation beside its derivative.
 *
 * Derivatives are written in terms of x = φ(z), so that z need not be kept: each of these functions is monotone where
 * it matters. sigmoid at z → −∞ computes 1 / (1 + ∞) = 0, so it needs no branch for large arguments.
 */
#include "core/activation.h"

#include <math.h>

#if DNN_REAL_F32
#define real_exp expf
#define real_tanh tanhf
#else
#define real_exp exp
#define real_tanh tanh
#endif

/* φ(z) = z */
static void identity_apply(const struct activation *activation, int64_t n, real *x)
{
    (void)activation, (void)n, (void)x;
}

/* φ′(z) = 1 */
static void identity_chain(const struct activation *activation, int64_t n, const real *x, real *psi)
{
    (void)activation, (void)n, (void)x, (void)psi;
}

static double identity_steepest(const struct activation *activation)
{
    (void)activation;
    return 1;
}

/* φ(z) = 1 / (1 + e^(−c z)) */
static void sigmoid_apply(const struct activation *activation, int64_t n, real *x)
{
    const real c = (real)activation->slope;
    for (int64_t j = 0; j < n; j++) {
        x[j] = 1 / (1 + real_exp(-c * x[j]));
    }
}

/* What multiplies x (1 − x) in the derivative: c, or the tutorial's 1, which leaves c to the learning rate. */
static double sigmoid_factor(const struct activation *activation)
{
    return activation->tutorial ? 1 : activation->slope;
}

/* φ′(z) = c x (1 − x) */
static void sigmoid_chain(const struct activation *activation, int64_t n, const real *x, real *psi)
{
    const real c = (real)sigmoid_factor(activation);
    for (int64_t j = 0; j < n; j++) {
        psi[j] *= c * (x[j] * (1 - x[j]));
    }
}

static double sigmoid_steepest(const struct activation *activation)
{
    return sigmoid_factor(activation) / 4;
}

/* φ(z) = tanh z */
static void tanh_apply(const struct activation *activation, int64_t n, real *x)
{
    (void)activation;
    for (int64_t j = 0; j < n; j++) {
        x[j] = real_tanh(x[j]);
    }
}

/* φ′(z) = 1 − x² */
static void tanh_chain(const struct activation *activation, int64_t n, const real *x, real *psi)
{
    (void)activation;
    for (int64_t j = 0; j < n; j++) {
        psi[j] *= 1 - x[j] * x[j];
    }
}

/* φ(z) = max(0, z); written so that a NaN stays one, and is noticed */
static void relu_apply(const struct activation *activation, int64_t n, real *x)
{
    (void)activation;
    for (int64_t j = 0; j < n; j++) {
        x[j] = x[j] < 0 ? 0 : x[j];
    }
}

/* φ′(z) = 1 for z > 0, else 0 */
static void relu_chain(const struct activation *activation, int64_t n, const real *x, real *psi)
{
    (void)activation;
    for (int64_t j = 0; j < n; j++) {
        psi[j] = x[j] > 0 ? psi[j] : 0;
    }
}

/* φ(z) = z for z > 0, else s z */
static void leaky_relu_apply(const struct activation *activation, int64_t n, real *x)
{
    const real slope = (real)activation->slope;
    for (int64_t j = 0; j < n; j++) {
        x[j] = x[j] > 0 ? x[j] : slope * x[j];
    }
}

/* φ′(z) = 1 for z > 0, else s; s > 0, so x has the sign of z */
static void leaky_relu_chain(const struct activation *activation, int64_t n, const real *x, real *psi)
{
    const real slope = (real)activation->slope;
    for (int64_t j = 0; j < n; j++) {
        psi[j] = x[j] > 0 ? psi[j] : slope * psi[j];
    }
}

static double leaky_relu_steepest(const struct activation *activation)
{
    return activation->slope > 1 ? activation->slope : 1;
}

const struct activation_kind activation_kinds[] = {
    {"identity", SLOPE_NONE, identity_apply, identity_chain, identity_steepest},
    {"sigmoid", SLOPE_OF_SIGMOID, sigmoid_apply, sigmoid_chain, sigmoid_steepest},
    {"tanh", SLOPE_NONE, tanh_apply, tanh_chain, identity_steepest},
    {"relu", SLOPE_NONE, relu_apply, relu_chain, identity_steepest},
    {"leaky_relu", SLOPE_OF_LEAKY_RELU, leaky_relu_apply, leaky_relu_chain, leaky_relu_steepest},
};

const int32_t activation_kind_count = (int32_t)(sizeof activation_kinds / sizeof *activation_kinds);

void activation_apply(const struct activation *activation, struct matrix x)
{
    const struct activation_kind *kind = &activation_kinds[activation->kind];
    for (int64_t i = 0; i < x.rows; i++) {
        kind->apply(activation, x.columns, matrix_row(x, i));
    }
}

void activation_chain(const struct activation *activation, struct matrix x, struct matrix psi)
{
    const struct activation_kind *kind = &activation_kinds[activation->kind];
    for (int64_t i = 0; i < x.rows; i++) {
        kind->chain(activation, x.columns, matrix_row(x, i), matrix_row(psi, i));
    }
}

int64_t activation_saturated(const struct activation *activation, struct matrix x)
{
    const struct activation_kind *kind = &activation_kinds[activation->kind];
    const double threshold = kind->steepest(activation) / 1000;
    int64_t count = 0;
    for (int64_t i = 0; i < x.rows; i++) {
        const real *row = matrix_row(x, i);
        for (int64_t j = 0; j < x.columns; j++) {
            real derivative = 1;
            kind->chain(activation, 1, &row[j], &derivative);
            count += fabs((double)derivative) < threshold;
        }
    }
    return count;
}
