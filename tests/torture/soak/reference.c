/*
 * reference.c - what a network of these weights must predict, in double, written as the plainest loops there are, and how far
 * the library may be off.
 *
 * The bound is carried forward with the numbers. A sum of n products in precision u is off by at most (n + 2) u Σ |w x|, and by
 * Σ |w| times what its inputs are off; φ passes an error on times its steepest slope, and adds a few u of its own value. It
 * holds for any order of summation, so it need not know which engine or BLAS has computed.
 */
#include "soak.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Roundings that a φ adds, in units of u, generously. */
enum { ROUNDINGS = 32 };

static bool is(const char *name, const char *other)
{
    return strcmp(name, other) == 0;
}

static double activate(const struct shadow *s, const char *name, double z)
{
    if (is(name, "sigmoid"))
        return 1 / (1 + exp(-s->slope * z));
    if (is(name, "tanh"))
        return tanh(z);
    if (is(name, "relu"))
        return z > 0 ? z : 0;
    if (is(name, "leaky_relu"))
        return z > 0 ? z : s->leaky * z;
    if (is(name, "elu"))
        return z > 0 ? z : s->alpha * expm1(z);
    if (is(name, "gelu"))
        return 0.5 * z * erfc(-z * 0.70710678118654752440);
    if (is(name, "silu"))
        return z / (1 + exp(-z));
    if (is(name, "softplus"))
        return fmax(z, 0) + log1p(exp(-fabs(z)));
    return z; /* identity */
}

/* The steepest slope of φ. */
static double steepness(const struct shadow *s, const char *name)
{
    if (is(name, "sigmoid"))
        return s->slope;
    if (is(name, "leaky_relu"))
        return fmax(1, s->leaky);
    if (is(name, "elu"))
        return fmax(1, s->alpha);
    return 1.2; /* gelu's is 1.13, silu's 1.1, the others' 1 */
}

static bool soften(double *x, double *error, int64_t n, double u)
{
    double largest = x[0], worst = 0, sum = 0;
    for (int64_t i = 0; i < n; i++) {
        largest = fmax(largest, x[i]);
        worst = fmax(worst, error[i] + u * fabs(x[i]));
    }
    for (int64_t i = 0; i < n; i++)
        sum += x[i] = exp(x[i] - largest);
    for (int64_t i = 0; i < n; i++) {
        x[i] /= sum;
        error[i] = 4 * worst + ROUNDINGS * (double)n * u;
    }
    return worst < 0.1; /* beyond it the bound is no bound */
}

/* x, error: [n_in], replaced by the next layer's. W: [n_out × (n_in + 1)] */
static bool step_forward(const struct shadow *s, const double *W, int64_t n_in, int64_t n_out, const char *name,
                         double *x, double *error)
{
    const double u = s->is_f32 ? FLT_EPSILON : DBL_EPSILON;
    const double largest = s->is_f32 ? 1e30 : 1e200;
    double z[MOST_WIDTH], z_error[MOST_WIDTH];
    bool is_bounded = true;
    for (int64_t j = 0; j < n_out; j++) {
        const double *row = W + j * (n_in + 1);
        double size = fabs(row[n_in]), passed = 0;
        z[j] = row[n_in];
        for (int64_t i = 0; i < n_in; i++) {
            z[j] += row[i] * x[i];
            size += fabs(row[i] * x[i]);
            passed += fabs(row[i]) * error[i];
        }
        z_error[j] = passed + (double)(n_in + 4) * u * (size + passed);
        is_bounded = is_bounded && size < largest && z_error[j] < largest;
    }
    memcpy(x, z, (size_t)n_out * sizeof *x);
    memcpy(error, z_error, (size_t)n_out * sizeof *x);
    if (is(name, "softmax"))
        return soften(x, error, n_out, u) && is_bounded;
    for (int64_t j = 0; j < n_out; j++) {
        x[j] = activate(s, name, z[j]);
        error[j] = steepness(s, name) * (z_error[j] + 4 * u * fabs(z[j])) + ROUNDINGS * u * (fabs(x[j]) + 1e-3) +
                   (s->is_f32 ? FLT_MIN : DBL_MIN);
    }
    return is_bounded;
}

bool reference_predict(const struct shadow *s, const double *x, double *y, double *bound)
{
    const double u = s->is_f32 ? FLT_EPSILON : DBL_EPSILON;
    double now[MOST_WIDTH], error[MOST_WIDTH];
    for (int64_t i = 0; i < s->layers[0]; i++) {
        now[i] = (x[i] - s->mean[i]) / s->scale[i];
        error[i] = 4 * u * (fabs(now[i]) + fabs(s->mean[i] / s->scale[i]));
    }
    const double *W = s->theta;
    bool is_bounded = true;
    for (int l = 0; l + 1 < s->layer_count; l++) {
        const bool is_last = l + 2 == s->layer_count;
        is_bounded = step_forward(s, W, s->layers[l], s->layers[l + 1], is_last ? s->output : s->hidden, now, error) &&
                     is_bounded;
        W += s->layers[l + 1] * (s->layers[l] + 1);
    }
    memcpy(y, now, (size_t)outputs_of(s) * sizeof *y);
    memcpy(bound, error, (size_t)outputs_of(s) * sizeof *bound);
    return is_bounded;
}

void check_prediction(struct world *w, const struct shadow *s, const double *x, int64_t n, const double *y)
{
    double expected[MOST_WIDTH], bound[MOST_WIDTH];
    for (int64_t row = 0; s->is_known && row < n; row++) {
        if (!reference_predict(s, x + row * inputs_of(s), expected, bound))
            continue;
        for (int64_t j = 0; j < outputs_of(s); j++) {
            const double found = y[row * outputs_of(s) + j];
            if (!(fabs(found - expected[j]) <= bound[j]))
                fail(w, "row %lld, output %lld is %.17g, expected %.17g to within %g (%s, %s, %s)", (long long)row,
                     (long long)j, found, expected[j], bound[j], s->hidden, s->output, s->is_f32 ? "f32" : "f64");
        }
    }
}
