/*
 * core/loss.c - each loss beside its derivative.
 */
#include "core/loss.h"

/* E = Σ_j (y_j − x_j)² */
static double squared_error_value(int64_t n, const real *x, const real *y)
{
    double sum = 0;
    for (int64_t j = 0; j < n; j++) {
        const double difference = (double)y[j] - (double)x[j];
        sum += difference * difference;
    }
    return sum;
}

/* ∂E/∂x_j = −2 (y_j − x_j) */
static void squared_error_derivative(int64_t n, const real *x, const real *y, real *psi)
{
    for (int64_t j = 0; j < n; j++) {
        psi[j] = -2 * (y[j] - x[j]);
    }
}

const struct loss_kind loss_kinds[] = {
    {"squared_error", squared_error_value, squared_error_derivative},
};

const int32_t loss_kind_count = (int32_t)(sizeof loss_kinds / sizeof *loss_kinds);
