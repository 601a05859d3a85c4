/*
 * core/optimizer.c - each optimizer as one pass over flat arrays: gradient, weight and state are read once and written
 * once, which is all that memory allows.
 *
 * The formulas are PyTorch's, with its order of operations where that matters. Sources: Polyak 1964 (momentum),
 * Nesterov 1983 in the form of Sutskever et al. 2013, Tieleman and Hinton 2012 (rmsprop), Kingma and Ba 2015 (adam),
 * Loshchilov and Hutter 2019 (adamw), Riedmiller and Braun 1993 with Igel and Hüsken 2000 (rprop).
 */
#include "core/optimizer.h"

#include "core/norm.h"

#include <math.h>

#if DNN_REAL_F32
#define real_sqrt sqrtf
#else
#define real_sqrt sqrt
#endif

/* The gradient of weight i with all that is added to it. A macro, because through a pointer to the run the compiler does
 * not see that nothing overlaps, and makes no vectors. */
#define GRADIENT(run, i) ((run).factor * g[i] + (run).penalty * w[i])

/* w −= η g */
static void sgd_update(const struct update *update, struct optimizer_run run)
{
    const real *restrict g = run.g;
    real *restrict w = run.w;
    const real eta = (real)update->eta;
    for (int64_t i = 0; i < run.n; i++) {
        w[i] -= eta * GRADIENT(run, i);
    }
}

/* Of states that are none, or are looked at for their signs alone. */
static double no_bound(const struct update *update, struct optimizer_run run)
{
    (void)update;
    (void)run;
    return 0;
}

static double sgd_bound(const struct update *update, double gradient, double *state_bound)
{
    (void)state_bound;
    return update->eta * gradient;
}

/* v = μ v + g;  w −= η v */
static void momentum_update(const struct update *update, struct optimizer_run run)
{
    const real *restrict g = run.g;
    real *restrict w = run.w;
    const real eta = (real)update->eta, mu = (real)update->momentum;
    real *restrict v = run.state[0];
    for (int64_t i = 0; i < run.n; i++) {
        v[i] = mu * v[i] + GRADIENT(run, i);
        w[i] -= eta * v[i];
    }
}

/* |v| ≤ μ |v| + |g| */
static double momentum_bound(const struct update *update, double gradient, double *state_bound)
{
    *state_bound = update->momentum * *state_bound + gradient;
    return update->eta * *state_bound;
}

/* The largest |v|. */
static double largest_of(const real *v, int64_t n)
{
    return norm_largest(matrix_from((void *)v, 1, n, n));
}

static double momentum_held(const struct update *update, struct optimizer_run run)
{
    (void)update;
    return largest_of(run.state[0], run.n);
}

/* v = μ v + g;  w −= η (g + μ v) */
static void nesterov_update(const struct update *update, struct optimizer_run run)
{
    const real *restrict g = run.g;
    real *restrict w = run.w;
    const real eta = (real)update->eta, mu = (real)update->momentum;
    real *restrict v = run.state[0];
    for (int64_t i = 0; i < run.n; i++) {
        const real d = GRADIENT(run, i);
        v[i] = mu * v[i] + d;
        w[i] -= eta * (d + mu * v[i]);
    }
}

static double nesterov_bound(const struct update *update, double gradient, double *state_bound)
{
    return momentum_bound(update, gradient, state_bound) + update->eta * gradient;
}

/* v = β₂ v + (1 − β₂) g²;  w −= η g / (√v + ε) */
static void rmsprop_update(const struct update *update, struct optimizer_run run)
{
    const real *restrict g = run.g;
    real *restrict w = run.w;
    const real eta = (real)update->eta, epsilon = (real)update->epsilon;
    const real beta2 = (real)update->beta2, rest2 = (real)(1 - update->beta2);
    real *restrict v = run.state[0];
    for (int64_t i = 0; i < run.n; i++) {
        const real d = GRADIENT(run, i);
        v[i] = beta2 * v[i] + rest2 * (d * d);
        w[i] -= eta * (d / (real_sqrt(v[i]) + epsilon));
    }
}

/* Its square must be finite, or √v is infinite ever after. The denominator is at least ε; the quotient must be finite
 * before η makes it small again. */
static double rmsprop_bound(const struct update *update, double gradient, double *state_bound)
{
    *state_bound = fmax(*state_bound, gradient);
    const double quotient = *state_bound / update->epsilon;
    const bool is_finite = *state_bound <= sqrt((double)REAL_MAX) / 2 && quotient <= (double)REAL_MAX / 4;
    return is_finite ? update->eta * quotient : (double)INFINITY;
}

/* True for what means of squares can be: the root of anything below 0 is NaN, and so would be the weight. */
static bool are_squares(const real *v, int64_t n)
{
    bool is_right = largest_of(v, n) <= (double)REAL_MAX / 4;
    for (int64_t i = 0; i < n; i++) {
        is_right = is_right && v[i] >= 0;
    }
    return is_right;
}

/* v is a mean of squares, and no bound of the gradient beneath the root of it is needed: the denominator is at least ε. */
static double rmsprop_held(const struct update *update, struct optimizer_run run)
{
    (void)update;
    return are_squares(run.state[0], run.n) ? 0 : (double)INFINITY;
}

/* m = β₁ m + (1 − β₁) g;  v = β₂ v + (1 − β₂) g²;  w −= η m̂ / (√v̂ + ε), first w −= η λ w for adamw */
static void adam_update(const struct update *update, struct optimizer_run run)
{
    const real *restrict g = run.g;
    real *restrict w = run.w;
    const real step = (real)(update->eta / update->correction1), root = (real)(1 / sqrt(update->correction2));
    const real beta1 = (real)update->beta1, rest1 = (real)(1 - update->beta1);
    const real beta2 = (real)update->beta2, rest2 = (real)(1 - update->beta2);
    const real epsilon = (real)update->epsilon, shrinks = run.shrinks;
    real *restrict m = run.state[0];
    real *restrict v = run.state[1];
    for (int64_t i = 0; i < run.n; i++) {
        const real d = GRADIENT(run, i);
        m[i] = beta1 * m[i] + rest1 * d;
        v[i] = beta2 * v[i] + rest2 * (d * d);
        w[i] = (w[i] - shrinks * w[i]) - step * (m[i] / (real_sqrt(v[i]) * root + epsilon));
    }
}

/* m̂ is a mean of the gradients so far. The step must be finite where m̂ is 0, too: ∞ · 0 is NaN. */
static double adam_bound(const struct update *update, double gradient, double *state_bound)
{
    const double change = rmsprop_bound(update, gradient, state_bound), step = update->eta / update->correction1;
    return step <= (double)REAL_MAX ? change : (double)INFINITY;
}

/* m is (1 − β₁^t) times a mean of gradients. */
static double adam_held(const struct update *update, struct optimizer_run run)
{
    const double m = largest_of(run.state[0], run.n);
    return !are_squares(run.state[1], run.n) ? (double)INFINITY : m == 0 ? 0 : m / update->correction1;
}

enum { RPROP_LARGEST = 50 };
#define RPROP_SMALLEST ((real)1e-6)

/* By the sign of g · (g before): δ grows by 1.2, or shrinks by ½ and g counts as 0, now and as the g before of the next
 * update;  w −= δ sign g */
static void rprop_update(const struct update *update, struct optimizer_run run)
{
    const real *restrict g = run.g;
    real *restrict w = run.w;
    const real eta = (real)update->eta;
    real *restrict before = run.state[0];
    real *restrict delta = run.state[1]; /* 0 stands for η, before the first update */
    for (int64_t i = 0; i < run.n; i++) {
        const real slope = GRADIENT(run, i);
        /* Signs, and not the product, which underflows. */
        const int32_t sign = (slope > 0) - (slope < 0), same = sign * ((before[i] > 0) - (before[i] < 0));
        real d = delta[i] > 0 ? delta[i] : eta;
        d *= same > 0 ? (real)1.2 : same < 0 ? (real)0.5 : 1;
        d = d < RPROP_SMALLEST ? RPROP_SMALLEST : d > RPROP_LARGEST ? RPROP_LARGEST : d;
        delta[i] = d;
        before[i] = same < 0 ? 0 : slope;
        w[i] -= before[i] > 0 ? d : before[i] < 0 ? -d : 0;
    }
}

static double rprop_bound(const struct update *update, double gradient, double *state_bound)
{
    (void)update;
    *state_bound = gradient;
    return RPROP_LARGEST;
}

const struct optimizer_kind optimizer_kinds[] = {
    {"sgd", true, false, 0, sgd_update, sgd_bound, no_bound},
    {"momentum", false, false, 1, momentum_update, momentum_bound, momentum_held},
    {"nesterov", false, false, 1, nesterov_update, nesterov_bound, momentum_held},
    {"rmsprop", false, false, 1, rmsprop_update, rmsprop_bound, rmsprop_held},
    {"adam", false, false, 2, adam_update, adam_bound, adam_held},
    {"adamw", false, true, 2, adam_update, adam_bound, adam_held},
    {"rprop", false, false, 2, rprop_update, rprop_bound, no_bound},
};

const int32_t optimizer_kind_count = (int32_t)(sizeof optimizer_kinds / sizeof *optimizer_kinds);
