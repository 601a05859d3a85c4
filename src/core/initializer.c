/*
 * core/initializer.c - the tutorial's uniform [0, 1), and the distributions that keep the variance of activations the
 * same from layer to layer.
 *
 * Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010: variance 2 /
 * (n_in + n_out). He et al., "Delving deep into rectifiers", 2015: variance 2 / n_in. A uniform distribution on ±a has
 * variance a² / 3.
 */
#include "core/initializer.h"

#include <math.h>

static real uniform01_weight(struct random *random, int64_t n_in, int64_t n_out)
{
    (void)n_in, (void)n_out;
    return (real)random_uniform(random, REAL_DIGITS);
}

static real uniform_with_variance(struct random *random, double variance)
{
    const double limit = sqrt(3 * variance);
    return (real)(limit * (2 * random_uniform(random, REAL_DIGITS) - 1));
}

static real normal_with_variance(struct random *random, double variance)
{
    return (real)(sqrt(variance) * random_normal(random));
}

static real glorot_uniform_weight(struct random *random, int64_t n_in, int64_t n_out)
{
    return uniform_with_variance(random, 2.0 / (double)(n_in + n_out));
}

static real glorot_normal_weight(struct random *random, int64_t n_in, int64_t n_out)
{
    return normal_with_variance(random, 2.0 / (double)(n_in + n_out));
}

static real he_uniform_weight(struct random *random, int64_t n_in, int64_t n_out)
{
    (void)n_out;
    return uniform_with_variance(random, 2.0 / (double)n_in);
}

static real he_normal_weight(struct random *random, int64_t n_in, int64_t n_out)
{
    (void)n_out;
    return normal_with_variance(random, 2.0 / (double)n_in);
}

static real zeros_weight(struct random *random, int64_t n_in, int64_t n_out)
{
    (void)random, (void)n_in, (void)n_out;
    return 0;
}

const struct initializer_kind initializer_kinds[] = {
    {"uniform01", uniform01_weight, true},          {"glorot_uniform", glorot_uniform_weight, false},
    {"glorot_normal", glorot_normal_weight, false}, {"he_uniform", he_uniform_weight, false},
    {"he_normal", he_normal_weight, false},         {"zeros", zeros_weight, false},
};

const int32_t initializer_kind_count = (int32_t)(sizeof initializer_kinds / sizeof *initializer_kinds);

void initializer_fill(int32_t kind, struct random *random, struct matrix w)
{
    const struct initializer_kind *initializer = &initializer_kinds[kind];
    const int64_t n_in = w.columns - 1;
    for (int64_t i = 0; i < w.rows; i++) {
        real *row = matrix_row(w, i);
        for (int64_t j = 0; j < n_in; j++) {
            row[j] = initializer->weight(random, n_in, w.rows);
        }
        row[n_in] = initializer->draws_biases ? initializer->weight(random, n_in, w.rows) : 0;
    }
}
