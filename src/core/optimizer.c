/*
 * core/optimizer.c - each optimizer as one pass over flat arrays: gradient, weight and state are read once and written
 * once, which is all that memory allows.
 *
 * The formulas are PyTorch's, with its order of operations where that matters. Sources: Polyak 1964 (momentum),
 * Nesterov 1983 in the form of Sutskever et al. 2013, Tieleman and Hinton 2012 (rmsprop), Kingma and Ba 2015 (adam),
 * Loshchilov and Hutter 2019 (adamw), Riedmiller and Braun 1993 with Igel and Hüsken 2000 (rprop).
 *
 * The largest weight is taken on the way: it costs nothing beside the memory, and bounds the next update.
 */
#include "core/optimizer.h"

#include <math.h>

#if DNN_REAL_F32
#define real_sqrt sqrtf
#define real_fabs fabsf
#else
#define real_sqrt sqrt
#define real_fabs fabs
#endif

/* Adds up the largest magnitude: for a NaN, which no comparison notices, `finite` is cleared. */
struct extent {
    real largest;
    int32_t finite;
};

static inline void extend(struct extent *extent, real w)
{
    const real magnitude = real_fabs(w);
    extent->largest = magnitude > extent->largest ? magnitude : extent->largest;
    extent->finite &= magnitude <= REAL_MAX;
}

static double largest_of(struct extent extent)
{
    return extent.finite ? (double)extent.largest : (double)INFINITY;
}

static const struct extent nothing = {0, 1};

/* The gradient of weight i with all that is added to it. */
static inline real gradient_at(const struct optimizer_run *run, int64_t i)
{
    return run->factor * run->g[i] + run->penalty * run->w[i];
}

/* w −= η g */
static double sgd_update(const struct update *update, struct optimizer_run run)
{
    const real eta = (real)update->eta;
    struct extent extent = nothing;
    for (int64_t i = 0; i < run.n; i++) {
        run.w[i] -= eta * gradient_at(&run, i);
        extend(&extent, run.w[i]);
    }
    return largest_of(extent);
}

static double sgd_bound(const struct update *update, double gradient, double *state_bound)
{
    (void)state_bound;
    return update->eta * gradient;
}

/* v = μ v + g;  w −= η v */
static double momentum_update(const struct update *update, struct optimizer_run run)
{
    const real eta = (real)update->eta, mu = (real)update->momentum;
    real *restrict v = run.state[0];
    struct extent extent = nothing;
    for (int64_t i = 0; i < run.n; i++) {
        v[i] = mu * v[i] + gradient_at(&run, i);
        run.w[i] -= eta * v[i];
        extend(&extent, run.w[i]);
    }
    return largest_of(extent);
}

/* |v| ≤ μ |v| + |g| */
static double momentum_bound(const struct update *update, double gradient, double *state_bound)
{
    *state_bound = update->momentum * *state_bound + gradient;
    return update->eta * *state_bound;
}

/* v = μ v + g;  w −= η (g + μ v) */
static double nesterov_update(const struct update *update, struct optimizer_run run)
{
    const real eta = (real)update->eta, mu = (real)update->momentum;
    real *restrict v = run.state[0];
    struct extent extent = nothing;
    for (int64_t i = 0; i < run.n; i++) {
        const real g = gradient_at(&run, i);
        v[i] = mu * v[i] + g;
        run.w[i] -= eta * (g + mu * v[i]);
        extend(&extent, run.w[i]);
    }
    return largest_of(extent);
}

static double nesterov_bound(const struct update *update, double gradient, double *state_bound)
{
    return momentum_bound(update, gradient, state_bound) + update->eta * gradient;
}

/* v = β₂ v + (1 − β₂) g²;  w −= η g / (√v + ε) */
static double rmsprop_update(const struct update *update, struct optimizer_run run)
{
    const real eta = (real)update->eta, epsilon = (real)update->epsilon;
    const real beta2 = (real)update->beta2, rest2 = (real)(1 - update->beta2);
    real *restrict v = run.state[0];
    struct extent extent = nothing;
    for (int64_t i = 0; i < run.n; i++) {
        const real g = gradient_at(&run, i);
        v[i] = beta2 * v[i] + rest2 * (g * g);
        run.w[i] -= eta * (g / (real_sqrt(v[i]) + epsilon));
        extend(&extent, run.w[i]);
    }
    return largest_of(extent);
}

/* Its square must be finite, or √v is infinite ever after. The denominator is at least ε. */
static double rmsprop_bound(const struct update *update, double gradient, double *state_bound)
{
    *state_bound = fmax(*state_bound, gradient);
    return *state_bound <= sqrt((double)REAL_MAX) / 2 ? update->eta * (*state_bound / update->epsilon)
                                                      : (double)INFINITY;
}

/* m = β₁ m + (1 − β₁) g;  v = β₂ v + (1 − β₂) g²;  w −= η m̂ / (√v̂ + ε), first w −= η λ w for adamw */
static double adam_update(const struct update *update, struct optimizer_run run)
{
    const double correction1 = 1 - pow(update->beta1, (double)update->t);
    const double correction2 = 1 - pow(update->beta2, (double)update->t);
    const real step = (real)(update->eta / correction1), root = (real)(1 / sqrt(correction2));
    const real beta1 = (real)update->beta1, rest1 = (real)(1 - update->beta1);
    const real beta2 = (real)update->beta2, rest2 = (real)(1 - update->beta2);
    const real epsilon = (real)update->epsilon;
    real *restrict m = run.state[0];
    real *restrict v = run.state[1];
    struct extent extent = nothing;
    for (int64_t i = 0; i < run.n; i++) {
        const real g = gradient_at(&run, i);
        m[i] = beta1 * m[i] + rest1 * g;
        v[i] = beta2 * v[i] + rest2 * (g * g);
        run.w[i] -= run.shrinks * run.w[i];
        run.w[i] -= step * (m[i] / (real_sqrt(v[i]) * root + epsilon));
        extend(&extent, run.w[i]);
    }
    return largest_of(extent);
}

/* m̂ is a mean of the gradients so far. */
static double adam_bound(const struct update *update, double gradient, double *state_bound)
{
    return rmsprop_bound(update, gradient, state_bound);
}

enum { RPROP_LARGEST = 50 };
#define RPROP_SMALLEST ((real)1e-6)

/* By the sign of g · (g before): δ grows by 1.2, or shrinks by ½ and g counts as 0, now and as the g before of the next
 * update;  w −= δ sign g */
static double rprop_update(const struct update *update, struct optimizer_run run)
{
    const real eta = (real)update->eta;
    real *restrict before = run.state[0];
    real *restrict delta = run.state[1]; /* 0 stands for η, before the first update */
    struct extent extent = nothing;
    for (int64_t i = 0; i < run.n; i++) {
        real g = gradient_at(&run, i);
        /* Signs, and not the product, which underflows. */
        const int32_t sign = (g > 0) - (g < 0), same = sign * ((before[i] > 0) - (before[i] < 0));
        real d = delta[i] > 0 ? delta[i] : eta;
        d *= same > 0 ? (real)1.2 : same < 0 ? (real)0.5 : 1;
        d = d < RPROP_SMALLEST ? RPROP_SMALLEST : d > RPROP_LARGEST ? RPROP_LARGEST : d;
        delta[i] = d;
        g = same < 0 ? 0 : g;
        before[i] = g;
        run.w[i] -= g > 0 ? d : g < 0 ? -d : 0;
        extend(&extent, run.w[i]);
    }
    return largest_of(extent);
}

static double rprop_bound(const struct update *update, double gradient, double *state_bound)
{
    (void)update;
    *state_bound = gradient;
    return RPROP_LARGEST;
}

const struct optimizer_kind optimizer_kinds[] = {
    {"sgd", true, false, 0, sgd_update, sgd_bound},
    {"momentum", false, false, 1, momentum_update, momentum_bound},
    {"nesterov", false, false, 1, nesterov_update, nesterov_bound},
    {"rmsprop", false, false, 1, rmsprop_update, rmsprop_bound},
    {"adam", false, false, 2, adam_update, adam_bound},
    {"adamw", false, true, 2, adam_update, adam_bound},
    {"rprop", false, false, 2, rprop_update, rprop_bound},
};

const int32_t optimizer_kind_count = (int32_t)(sizeof optimizer_kinds / sizeof *optimizer_kinds);
