/*
 * core/loss.c - each loss beside its derivative.
 */
#include "core/loss.h"

#include "core/activation.h"

#include <math.h>
#include <stddef.h>

/* E = Σ_j (y_j − x_j)² */
static double squared_error_value(struct loss_end end, int64_t n, const real *x, const real *y)
{
    (void)end;
    double sum = 0;
    for (int64_t j = 0; j < n; j++) {
        const double difference = (double)y[j] - (double)x[j];
        sum += difference * difference;
    }
    return sum;
}

/* ∂E/∂x_j = −2 (y_j − x_j) */
static void squared_error_derivative(struct loss_end end, int64_t n, const real *x, const real *y, real *psi)
{
    (void)end;
    for (int64_t j = 0; j < n; j++) {
        psi[j] = -2 * (y[j] - x[j]);
    }
}

/* E = Σ_j |y_j − x_j| */
static double absolute_error_value(struct loss_end end, int64_t n, const real *x, const real *y)
{
    (void)end;
    double sum = 0;
    for (int64_t j = 0; j < n; j++) {
        sum += fabs((double)y[j] - (double)x[j]);
    }
    return sum;
}

/* ∂E/∂x_j = −sign(y_j − x_j), 0 where they are equal; a NaN stays one */
static void absolute_error_derivative(struct loss_end end, int64_t n, const real *x, const real *y, real *psi)
{
    (void)end;
    for (int64_t j = 0; j < n; j++) {
        const real difference = y[j] - x[j];
        psi[j] = difference > 0 ? -1 : difference < 0 ? 1 : difference;
    }
}

/* E = Σ_j h(y_j − x_j), h(d) = d²/2 for |d| ≤ δ, else δ (|d| − δ/2). Huber, "Robust estimation of a location
 * parameter", 1964 */
static double huber_value(struct loss_end end, int64_t n, const real *x, const real *y)
{
    const double delta = end.loss->delta;
    double sum = 0;
    for (int64_t j = 0; j < n; j++) {
        const double distance = fabs((double)y[j] - (double)x[j]);
        sum += distance <= delta ? distance * distance / 2 : delta * (distance - delta / 2);
    }
    return sum;
}

/* ∂E/∂x_j = −(y_j − x_j), held between −δ and δ */
static void huber_derivative(struct loss_end end, int64_t n, const real *x, const real *y, real *psi)
{
    const real delta = (real)end.loss->delta;
    for (int64_t j = 0; j < n; j++) {
        const real difference = x[j] - y[j];
        psi[j] = difference > delta ? delta : difference < -delta ? -delta : difference;
    }
}

/* E = −Σ_j y_j ln x_j with x = softmax(z), which is Σ_j y_j (ln Σ_k e^(z_k) − z_j); the largest z is taken off all */
static double cross_entropy_value(struct loss_end end, int64_t n, const real *z, const real *y)
{
    (void)end;
    double largest = (double)z[0];
    for (int64_t j = 1; j < n; j++) {
        largest = (double)z[j] > largest ? (double)z[j] : largest;
    }
    double powers = 0;
    for (int64_t j = 0; j < n; j++) {
        powers += exp((double)z[j] - largest);
    }
    const double log_sum = log(powers);
    double sum = 0;
    for (int64_t j = 0; j < n; j++) {
        /* The bracket first: log_sum is lost beside a z of 1e17. Where y is 0, what is not finite is to be seen, and
         * the difference of two finite numbers, which may overflow, is not. */
        sum += y[j] == 0 ? 0 * (double)z[j] : (double)y[j] * ((largest - (double)z[j]) + log_sum);
    }
    return sum;
}

/* ∂E/∂z_j = x_j Σ_k y_k − y_j: with targets that sum to 1, x − y */
static void cross_entropy_derivative(struct loss_end end, int64_t n, const real *x, const real *y, real *psi)
{
    (void)end;
    real total = 0;
    for (int64_t j = 0; j < n; j++) {
        total += y[j];
    }
    for (int64_t j = 0; j < n; j++) {
        psi[j] = x[j] * total - y[j];
    }
}

/* E = −Σ_j (y_j ln x_j + (1 − y_j) ln(1 − x_j)) with x = σ(c z), which is Σ_j ln(1 + e^(c z_j)) − y_j c z_j; the
 * logarithm as max(0, a) + ln(1 + e^−|a|) */
static double binary_cross_entropy_value(struct loss_end end, int64_t n, const real *z, const real *y)
{
    const double c = end.activation->slope;
    double sum = 0;
    for (int64_t j = 0; j < n; j++) {
        const double a = c * (double)z[j];
        sum += (a > 0 ? a * (1 - (double)y[j]) : -a * (double)y[j]) + log1p(exp(-fabs(a)));
    }
    return sum;
}

/* ∂E/∂z_j = c (x_j − y_j), c or the tutorial's 1 */
static void binary_cross_entropy_derivative(struct loss_end end, int64_t n, const real *x, const real *y, real *psi)
{
    const real c = (real)activation_sigmoid_factor(end.activation);
    for (int64_t j = 0; j < n; j++) {
        psi[j] = c * (x[j] - y[j]);
    }
}

const struct loss_kind loss_kinds[] = {
    {"squared_error", NULL, squared_error_value, squared_error_derivative, false},
    {"cross_entropy", "softmax", cross_entropy_value, cross_entropy_derivative, true},
    {"binary_cross_entropy", "sigmoid", binary_cross_entropy_value, binary_cross_entropy_derivative, true},
    {"absolute_error", NULL, absolute_error_value, absolute_error_derivative, false},
    {"huber", NULL, huber_value, huber_derivative, false},
};

const int32_t loss_kind_count = (int32_t)(sizeof loss_kinds / sizeof *loss_kinds);
