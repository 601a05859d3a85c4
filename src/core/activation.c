/*
 * core/activation.c - each activation beside its derivative.
 *
 * Most derivatives are written in terms of x = φ(z), so that z need not be kept: each of these functions is monotone
 * where it matters. gelu and silu are not, and keep z. sigmoid at z → −∞ computes 1 / (1 + ∞) = 0, so it needs no
 * branch for large arguments.
 */
#include "core/activation.h"

#include "core/exponential.h"

#include <math.h>

#if DNN_REAL_F32
#define real_exp expf
#define real_log1p log1pf
#define real_erfc erfcf
#define real_fabs fabsf
#else
#define real_exp exp
#define real_log1p log1p
#define real_erfc erfc
#define real_fabs fabs
#endif

/* sup |φ′| of those that are nowhere steeper than the diagonal */
static double steepest_is_1(const struct activation *activation)
{
    (void)activation;
    return 1;
}

/* φ(z) = z */
static void identity_apply(const struct activation *activation, int64_t n, const real *z, real *x)
{
    (void)activation;
    if (x != z) {
        for (int64_t j = 0; j < n; j++) {
            x[j] = z[j];
        }
    }
}

/* φ′(z) = 1 */
static void identity_chain(const struct activation *activation, int64_t n, const real *x, real *psi)
{
    (void)activation, (void)n, (void)x, (void)psi;
}

/* φ(z) = 1 / (1 + e^(−c z)) */
static void sigmoid_apply(const struct activation *activation, int64_t n, const real *z, real *x)
{
    lanes_for_each(exponential_sigmoid, (real)activation->slope, n, z, x);
}

double activation_sigmoid_factor(const struct activation *activation)
{
    return activation->tutorial ? 1 : activation->slope;
}

/* φ′(z) = c x (1 − x) */
static void sigmoid_chain(const struct activation *activation, int64_t n, const real *x, real *psi)
{
    const real c = (real)activation_sigmoid_factor(activation);
    for (int64_t j = 0; j < n; j++) {
        psi[j] *= c * (x[j] * (1 - x[j]));
    }
}

static double sigmoid_steepest(const struct activation *activation)
{
    return activation_sigmoid_factor(activation) / 4;
}

static lanes tanh_of(lanes z, real unused)
{
    (void)unused;
    return exponential_tanh(z);
}

/* φ(z) = tanh z */
static void tanh_apply(const struct activation *activation, int64_t n, const real *z, real *x)
{
    (void)activation;
    lanes_for_each(tanh_of, 0, n, z, x);
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
static void relu_apply(const struct activation *activation, int64_t n, const real *z, real *x)
{
    (void)activation;
    for (int64_t j = 0; j < n; j++) {
        x[j] = z[j] < 0 ? 0 : z[j];
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
static void leaky_relu_apply(const struct activation *activation, int64_t n, const real *z, real *x)
{
    const real slope = (real)activation->slope;
    for (int64_t j = 0; j < n; j++) {
        x[j] = z[j] > 0 ? z[j] : slope * z[j];
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

static double slope_or_1(const struct activation *activation)
{
    return activation->slope > 1 ? activation->slope : 1;
}

static lanes elu_of(lanes z, real alpha)
{
    return lanes_select((lanes_bits)(z > 0), z, alpha * exponential_m1(z));
}

/* φ(z) = z for z > 0, else α (e^z − 1). Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network
 * learning by exponential linear units", 2016 */
static void elu_apply(const struct activation *activation, int64_t n, const real *z, real *x)
{
    lanes_for_each(elu_of, (real)activation->slope, n, z, x);
}

/* φ′(z) = 1 for z > 0, else α e^z = x + α */
static void elu_chain(const struct activation *activation, int64_t n, const real *x, real *psi)
{
    const real alpha = (real)activation->slope;
    for (int64_t j = 0; j < n; j++) {
        psi[j] *= x[j] > 0 ? 1 : x[j] + alpha;
    }
}

/* Φ(z) = ½ erfc(−z / √2), the normal distribution */
static real normal_distribution(real z)
{
    const real minus_root_half = (real)-0.70710678118654752440;
    return (real)0.5 * real_erfc(minus_root_half * z);
}

/* φ(z) = z Φ(z). Hendrycks and Gimpel, "Gaussian error linear units", 2016; the exact form, not the one by tanh. At
 * −∞ the limit, 0. */
static void gelu_apply(const struct activation *activation, int64_t n, const real *z, real *x)
{
    (void)activation;
    for (int64_t j = 0; j < n; j++) {
        const real share = normal_distribution(z[j]);
        x[j] = share == 0 ? 0 : z[j] * share;
    }
}

/* φ′(z) = Φ(z) + z e^(−z²/2) / √(2π) */
static void gelu_chain(const struct activation *activation, int64_t n, const real *z, real *psi)
{
    (void)activation;
    const real inverse_root_two_pi = (real)0.39894228040143267794;
    for (int64_t j = 0; j < n; j++) {
        const real density = inverse_root_two_pi * real_exp((real)-0.5 * z[j] * z[j]);
        psi[j] *= normal_distribution(z[j]) + (density == 0 ? 0 : z[j] * density);
    }
}

/* φ′ is largest at z = √2: Φ(√2) + √2 e^(−1) / √(2π) */
static double gelu_steepest(const struct activation *activation)
{
    (void)activation;
    return 1.1289;
}

/* σ(z) = 1 / (1 + e^−z), for z < 0 as e^z / (1 + e^z): no power overflows */
LANES_INLINE lanes logistic(lanes z)
{
    const lanes power = exponential(lanes_select((lanes_bits)(z < 0), z, -z));
    return lanes_select((lanes_bits)(z < 0), power, lanes_of(1)) / (1 + power);
}

/* At −∞ the limit, 0. */
static lanes silu_of(lanes z, real unused)
{
    (void)unused;
    const lanes share = logistic(z);
    return lanes_select((lanes_bits)(share == 0), lanes_of(0), z * share);
}

/* φ(z) = z σ(z). Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units", 2018. */
static void silu_apply(const struct activation *activation, int64_t n, const real *z, real *x)
{
    (void)activation;
    lanes_for_each(silu_of, 0, n, z, x);
}

static lanes silu_chain_of(lanes psi, lanes z, real unused)
{
    (void)unused;
    const lanes share = logistic(z), rest = logistic(-z);
    const lanes_bits is_flat = (lanes_bits)(share == 0) | (lanes_bits)(rest == 0);
    return psi * lanes_select(is_flat, share, share * (1 + z * rest));
}

/* φ′(z) = σ (1 + z (1 − σ)), σ = σ(z) */
static void silu_chain(const struct activation *activation, int64_t n, const real *z, real *psi)
{
    (void)activation;
    lanes_for_each_two(silu_chain_of, 0, n, z, psi);
}

/* φ′ is largest at z = 2.3994, where 2 + z (1 − 2 σ(z)) = 0 */
static double silu_steepest(const struct activation *activation)
{
    (void)activation;
    return 1.0998;
}

/* φ(z) = ln(1 + e^z) = max(0, z) + ln(1 + e^−|z|): e^z alone would overflow */
static void softplus_apply(const struct activation *activation, int64_t n, const real *z, real *x)
{
    (void)activation;
    for (int64_t j = 0; j < n; j++) {
        x[j] = (z[j] < 0 ? 0 : z[j]) + real_log1p(real_exp(-real_fabs(z[j])));
    }
}

static lanes softplus_chain_of(lanes psi, lanes x, real unused)
{
    (void)unused;
    return psi * -exponential_m1(-x);
}

/* φ′(z) = σ(z) = 1 − e^−x */
static void softplus_chain(const struct activation *activation, int64_t n, const real *x, real *psi)
{
    (void)activation;
    lanes_for_each_two(softplus_chain_of, 0, n, x, psi);
}

static lanes exponential_from(lanes z, real largest)
{
    return exponential(z - largest);
}

/* x_j = e^(z_j) / Σ_k e^(z_k), with the largest z taken off all: then no power overflows, and the sum is at least 1 */
static void softmax_apply(const struct activation *activation, int64_t n, const real *z, real *x)
{
    (void)activation;
    real largest = z[0];
    for (int64_t j = 1; j < n; j++) {
        largest = z[j] > largest ? z[j] : largest;
    }
    lanes_for_each(exponential_from, largest, n, z, x);
    real sum = 0;
    for (int64_t j = 0; j < n; j++) {
        sum += x[j];
    }
    for (int64_t j = 0; j < n; j++) {
        x[j] /= sum;
    }
}

/* ψ_j ← Σ_k ψ_k ∂x_k/∂z_j = x_j (ψ_j − Σ_k ψ_k x_k) */
static void softmax_chain(const struct activation *activation, int64_t n, const real *x, real *psi)
{
    (void)activation;
    real mean = 0;
    for (int64_t j = 0; j < n; j++) {
        mean += psi[j] * x[j];
    }
    for (int64_t j = 0; j < n; j++) {
        psi[j] = x[j] * (psi[j] - mean);
    }
}

/* ∂x_j/∂z_j = x_j (1 − x_j) */
static double softmax_steepest(const struct activation *activation)
{
    (void)activation;
    return 0.25;
}

const struct activation_kind activation_kinds[] = {
    [ACTIVATION_IDENTITY] = {"identity", SLOPE_NONE, false, identity_apply, identity_chain, steepest_is_1},
    [ACTIVATION_SIGMOID] = {"sigmoid", SLOPE_OF_SIGMOID, false, sigmoid_apply, sigmoid_chain, sigmoid_steepest},
    [ACTIVATION_TANH] = {"tanh", SLOPE_NONE, false, tanh_apply, tanh_chain, steepest_is_1},
    [ACTIVATION_RELU] = {"relu", SLOPE_NONE, false, relu_apply, relu_chain, steepest_is_1},
    [ACTIVATION_LEAKY_RELU] = {"leaky_relu", SLOPE_OF_LEAKY_RELU, false, leaky_relu_apply, leaky_relu_chain,
                               slope_or_1},
    {"elu", SLOPE_OF_ELU, false, elu_apply, elu_chain, slope_or_1},
    {"gelu", SLOPE_NONE, true, gelu_apply, gelu_chain, gelu_steepest},
    {"silu", SLOPE_NONE, true, silu_apply, silu_chain, silu_steepest},
    {"softplus", SLOPE_NONE, false, softplus_apply, softplus_chain, steepest_is_1},
    {"softmax", SLOPE_NONE, false, softmax_apply, softmax_chain, softmax_steepest},
};

const int32_t activation_kind_count = (int32_t)(sizeof activation_kinds / sizeof *activation_kinds);

void activation_apply(const struct activation *activation, struct matrix z, struct matrix x)
{
    const struct activation_kind *kind = &activation_kinds[activation->kind];
    for (int64_t i = 0; i < x.rows; i++) {
        kind->apply(activation, x.columns, matrix_row(z, i), matrix_row(x, i));
    }
}

void activation_chain(const struct activation *activation, struct matrix source, struct matrix psi)
{
    const struct activation_kind *kind = &activation_kinds[activation->kind];
    for (int64_t i = 0; i < psi.rows; i++) {
        kind->chain(activation, psi.columns, matrix_row(source, i), matrix_row(psi, i));
    }
}

/* |φ′| at one place is below 1/1000 of the largest. */
static bool is_flat(const struct activation *activation, const real *source)
{
    real derivative = 1;
    activation_kinds[activation->kind].chain(activation, 1, source, &derivative);
    return fabs((double)derivative) < activation_kinds[activation->kind].steepest(activation) / 1000;
}

int64_t activation_saturated(const struct activation *activation, struct matrix source)
{
    int64_t count = 0;
    for (int64_t i = 0; i < source.rows; i++) {
        for (int64_t j = 0; j < source.columns; j++) {
            count += is_flat(activation, matrix_row(source, i) + j);
        }
    }
    return count;
}

int64_t activation_dead(const struct activation *activation, struct matrix source)
{
    int64_t count = 0;
    for (int64_t j = 0; j < source.columns; j++) {
        int64_t i = 0;
        while (i < source.rows && is_flat(activation, matrix_row(source, i) + j)) {
            i++;
        }
        count += i == source.rows;
    }
    return count;
}
