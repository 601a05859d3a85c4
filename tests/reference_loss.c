/*
 * reference_loss.c - the losses of dnn.h, of balls. Values are summed in double, whatever the model's precision; derivatives
 * are numbers of the model's.
 */
#include "reference.h"

#include <stddef.h>
#include <string.h>

static struct ball exact(double value)
{
    return (struct ball){value, 0};
}

/* y − x in double */
static struct ball difference(struct ball x, double y)
{
    return ball_subtract(&rounding_f64, exact(y), x);
}

/* The sum of n terms, each rounded a few times before. */
static struct ball total(const struct ball_sum *sum, int64_t n)
{
    return ball_sum_end(sum, &rounding_f64, n + 8);
}

static struct ball squared_error(const struct reference_options *options, int64_t n, const struct ball *x,
                                 const double *y)
{
    (void)options;
    struct ball_sum sum = {0};
    for (int64_t j = 0; j < n; j++) {
        const struct ball d = difference(x[j], y[j]);
        ball_sum_product(&sum, &rounding_f64, d, d);
    }
    return total(&sum, n);
}

static struct ball absolute_error(const struct reference_options *options, int64_t n, const struct ball *x,
                                  const double *y)
{
    (void)options;
    struct ball_sum sum = {0};
    for (int64_t j = 0; j < n; j++) {
        struct ball d = difference(x[j], y[j]);
        d.mid = fabsl(d.mid);
        ball_sum_scaled(&sum, &rounding_f64, 1, d);
    }
    return total(&sum, n);
}

static long double huber_of(long double d, long double delta)
{
    return d <= delta ? d * d / 2 : delta * (d - delta / 2);
}

/* It grows with |d|. A δ that is cut off rounds in δ (|d| − δ/2), whose parts are no larger than the whole but for 2. */
static struct ball huber(const struct reference_options *options, int64_t n, const struct ball *x, const double *y)
{
    const struct rounding *to = &rounding_f64;
    const long double delta = options->huber_delta;
    struct ball_sum sum = {0};
    for (int64_t j = 0; j < n; j++) {
        const struct ball d = difference(x[j], y[j]);
        if (!ball_is_known(d)) {
            return d;
        }
        const long double mid = huber_of(fabsl(d.mid), delta), above = huber_of(ball_most(d), delta);
        const struct ball part = ball_of(
            to, mid, fmaxl(above - mid, mid - huber_of(ball_least(d), delta)) + ball_gamma(to, 8) * above + to->tiny);
        ball_sum_scaled(&sum, to, 1, part);
    }
    return total(&sum, n);
}

/* Σ y_j (ln Σ_k e^(z_k) − z_j): a change of all z by at most r changes the logarithm by at most r. */
static struct ball cross_entropy(const struct reference_options *options, int64_t n, const struct ball *z,
                                 const double *y)
{
    (void)options;
    const struct rounding *to = &rounding_f64;
    long double largest = z[0].mid, rad = 0, powers = 0;
    for (int64_t k = 0; k < n; k++) {
        if (!ball_is_known(z[k])) {
            return z[k];
        }
        largest = fmaxl(largest, z[k].mid);
        rad = fmaxl(rad, z[k].rad);
    }
    for (int64_t k = 0; k < n; k++) {
        powers += expl(z[k].mid - largest);
    }
    const long double log_sum = logl(powers);
    struct ball_sum sum = {0};
    for (int64_t j = 0; j < n; j++) {
        const long double below = largest - z[j].mid;
        /* The exponents' rounding counts where the powers do: |d| e^−d < 1. */
        const long double error = 2 * rad + ball_gamma(to, n + 8) * (2 + log_sum + below);
        ball_sum_scaled(&sum, to, y[j], ball_of(to, below + log_sum, error));
    }
    return total(&sum, n);
}

/* Σ ln(1 + e^a) − y a, a = c z; its derivative in a is σ(a) − y, which changes by at most 1/4 of what a does. */
static struct ball binary_cross_entropy(const struct reference_options *options, int64_t n, const struct ball *z,
                                        const double *y)
{
    const struct rounding *to = &rounding_f64;
    struct ball_sum sum = {0};
    for (int64_t j = 0; j < n; j++) {
        const long double a = options->sigmoid_slope * z[j].mid;
        const long double rad = options->sigmoid_slope * z[j].rad + 2 * to->unit * fabsl(a);
        const long double slope = fabsl(1 / (1 + expl(-a)) - (long double)y[j]);
        const long double part = a > 0 ? a * (1 - (long double)y[j]) : -a * (long double)y[j];
        const long double rest = log1pl(expl(-fabsl(a)));
        const long double error = rad * fminl(slope + rad / 4, 1) + ball_gamma(to, 8) * (part + rest) + to->tiny;
        ball_sum_scaled(&sum, to, 1, ball_is_known(z[j]) ? ball_of(to, part + rest, error) : z[j]);
    }
    return total(&sum, n);
}

/* ---- derivatives ---- */

static void derive_squared(const struct reference_options *options, int64_t n, const struct ball *x, const double *y,
                           struct ball *psi)
{
    for (int64_t j = 0; j < n; j++) {
        psi[j] = ball_subtract(options->to, x[j], exact(y[j]));
        psi[j] = ball_of(options->to, 2 * psi[j].mid, 2 * psi[j].rad);
    }
}

static void derive_absolute(const struct reference_options *options, int64_t n, const struct ball *x, const double *y,
                            struct ball *psi)
{
    for (int64_t j = 0; j < n; j++) {
        const struct ball d = ball_subtract(options->to, x[j], exact(y[j]));
        const bool is_sure = fabsl(d.mid) > d.rad || ball_most(d) == 0;
        psi[j] = (struct ball){is_sure ? (d.mid > 0) - (d.mid < 0) : 0, is_sure ? 0 : 1};
        psi[j] = ball_is_known(d) ? psi[j] : d;
    }
}

static void derive_huber(const struct reference_options *options, int64_t n, const struct ball *x, const double *y,
                         struct ball *psi)
{
    const struct ball delta = ball_constant(options->to, options->huber_delta);
    for (int64_t j = 0; j < n; j++) {
        const struct ball d = ball_subtract(options->to, x[j], exact(y[j]));
        const long double mid = fmaxl(fminl(d.mid, delta.mid), -delta.mid);
        psi[j] = ball_is_known(d) ? ball_of(options->to, mid, d.rad + delta.rad) : d;
    }
}

/* x_j Σ_k y_k − y_j */
static void derive_cross_entropy(const struct reference_options *options, int64_t n, const struct ball *x,
                                 const double *y, struct ball *psi)
{
    struct ball_sum sum = {0};
    for (int64_t k = 0; k < n; k++) {
        ball_sum_scaled(&sum, options->to, y[k], (struct ball){1, 0});
    }
    const struct ball of_y = ball_sum_end(&sum, options->to, n);
    for (int64_t j = 0; j < n; j++) {
        psi[j] = ball_subtract(options->to, ball_multiply(options->to, x[j], of_y), exact(y[j]));
    }
}

static void derive_binary(const struct reference_options *options, int64_t n, const struct ball *x, const double *y,
                          struct ball *psi)
{
    const struct ball c = options->is_tutorial ? exact(1) : ball_constant(options->to, options->sigmoid_slope);
    for (int64_t j = 0; j < n; j++) {
        psi[j] = ball_multiply(options->to, c, ball_subtract(options->to, x[j], exact(y[j])));
    }
}

const struct reference_loss *reference_loss(const char *name)
{
    static const struct reference_loss all[] = {
        {"squared_error", false, squared_error, derive_squared},
        {"absolute_error", false, absolute_error, derive_absolute},
        {"huber", false, huber, derive_huber},
        {"cross_entropy", true, cross_entropy, derive_cross_entropy},
        {"binary_cross_entropy", true, binary_cross_entropy, derive_binary},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (strcmp(all[i].name, name) == 0) {
            return &all[i];
        }
    }
    return NULL;
}
