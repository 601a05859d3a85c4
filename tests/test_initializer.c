/*
 * test_initializer.c - the first weights: their range, mean, variance and order, and what a seed means in each precision.
 *
 * Means and variances are held to five standard deviations of what as many independent numbers give. Seeds are fixed.
 */
#include "core_support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { N_IN = 300, N_OUT = 400 };

struct expectation {
    const char *name;
    double mean;
    double variance;
    double kurtosis; /* E (w − mean)⁴ / variance²: 3 for the normal distribution, 9/5 for a uniform one */
    bool draws_biases;
};

static const struct expectation expectations[] = {
    {"uniform01", 0.5, 1.0 / 12, 1.8, true},
    {"glorot_uniform", 0, 2.0 / (N_IN + N_OUT), 1.8, false},
    {"glorot_normal", 0, 2.0 / (N_IN + N_OUT), 3, false},
    {"he_uniform", 0, 2.0 / N_IN, 1.8, false},
    {"he_normal", 0, 2.0 / N_IN, 3, false},
    {"zeros", 0, 0, 1, false},
};

/* W of a seed, [n_out × n_in+1], NaN before it is drawn and in its padding. */
static struct matrix weights_of(const struct kernels *k, const char *name, int64_t seed, int64_t n_in, int64_t n_out)
{
    struct random random;
    struct matrix w = numbers_new(k->core, n_out, n_in + 1, n_in + 4, (double)NAN);
    numbers_fill(k->core, w, (double)NAN);
    random_seed(&random, seed, RANDOM_STREAM_WEIGHTS);
    k->core->initialize(index_of(k->core->initializer_name, name), &random, w);
    assert_padding(k->core, w, (double)NAN);
    return w;
}

/* Mean, variance, kurtosis of the weights without the biases, all within five standard deviations. */
static void check_moments(const struct kernels *k, const struct expectation *e, struct matrix w)
{
    const double n = (double)N_IN * N_OUT;
    double first = 0.0, second = 0.0, fourth = 0.0;
    for (int64_t i = 0; i < w.rows; i++) {
        for (int64_t j = 0; j < N_IN; j++) {
            const double d = numbers_get(k->core, w, i, j) - e->mean;
            first += d / n;
            second += d * d / n;
            fourth += d * d * d * d / n;
        }
    }
    const double deviation = sqrt(e->variance / n);
    if (fabs(first) > 5 * deviation || fabs(second - e->variance) > 5 * e->variance * sqrt((e->kurtosis - 1) / n))
        fail_msg("%s: mean %g, variance %g, expected %g and %g", e->name, first + e->mean, second, e->mean,
                 e->variance);
    /* The kurtosis tells a normal distribution from a uniform one; 0.1 is far more than its deviation, √(96 / n) ≈ 0.03. */
    if (e->variance > 0 && fabs(fourth / (second * second) - e->kurtosis) > 0.1)
        fail_msg("%s: kurtosis %g, expected %g", e->name, fourth / (second * second), e->kurtosis);
}

static void test_each_distribution_has_its_mean_and_variance(void **state)
{
    const struct kernels *k = *state;
    for (size_t e = 0; e < COUNT(expectations); e++) {
        struct matrix w = weights_of(k, expectations[e].name, 1, N_IN, N_OUT);
        check_moments(k, &expectations[e], w);
        numbers_free(w);
    }
    assert_null(k->core->initializer_name((int32_t)COUNT(expectations)));
}

static void test_uniform01_is_at_least_0_and_below_1_biases_too(void **state)
{
    const struct kernels *k = *state;
    struct matrix w = weights_of(k, "uniform01", 2, N_IN, N_OUT);
    double least = 1.0, most = 0.0, bias_sum = 0.0;
    for (int64_t i = 0; i < w.rows; i++) {
        for (int64_t j = 0; j <= N_IN; j++) {
            const double weight = numbers_get(k->core, w, i, j);
            assert_true(weight >= 0.0 && weight < 1.0);
            least = fmin(least, weight);
            most = fmax(most, weight);
        }
        bias_sum += numbers_get(k->core, w, i, N_IN);
    }
    assert_true(least < 1e-4 && most > 1 - 1e-4);
    assert_true(fabs(bias_sum / N_OUT - 0.5) < 5 * sqrt(1.0 / 12 / N_OUT));
    numbers_free(w);
}

/* A uniform distribution of variance v reaches from −√(3 v) to √(3 v). */
static void test_the_symmetric_uniform_distributions_keep_to_their_limits(void **state)
{
    const struct kernels *k = *state;
    for (size_t e = 0; e < COUNT(expectations); e++) {
        if (strstr(expectations[e].name, "_uniform") == NULL)
            continue;
        const double limit = sqrt(3 * expectations[e].variance);
        struct matrix w = weights_of(k, expectations[e].name, 3, N_IN, N_OUT);
        double least = 0.0, most = 0.0;
        for (int64_t i = 0; i < w.rows; i++) {
            for (int64_t j = 0; j < N_IN; j++) {
                least = fmin(least, numbers_get(k->core, w, i, j));
                most = fmax(most, numbers_get(k->core, w, i, j));
            }
        }
        assert_true(least >= -limit * (1 + k->epsilon) && most <= limit * (1 + k->epsilon));
        assert_true(least < -0.999 * limit && most > 0.999 * limit);
        numbers_free(w);
    }
}

static void test_only_uniform01_draws_biases_the_others_are_0(void **state)
{
    const struct kernels *k = *state;
    for (size_t e = 0; e < COUNT(expectations); e++) {
        struct matrix w = weights_of(k, expectations[e].name, 4, 5, 50);
        for (int64_t i = 0; i < w.rows; i++)
            assert_int_equal(numbers_get(k->core, w, i, 5) != 0.0, expectations[e].draws_biases);
        numbers_free(w);
    }
}

/* The order is promised by "same seed, same weights": row by row, the bias last. */
static void test_weights_are_drawn_row_by_row_the_bias_last(void **state)
{
    const struct kernels *k = *state;
    struct random random;
    struct matrix w = weights_of(k, "uniform01", 5, 3, 4);
    random_seed(&random, 5, RANDOM_STREAM_WEIGHTS);
    for (int64_t i = 0; i < 4; i++)
        for (int64_t j = 0; j <= 3; j++)
            assert_true(numbers_get(k->core, w, i, j) == random_uniform(&random, k == &kernels_f64 ? 53 : 24));
    numbers_free(w);
}

static void test_a_seed_gives_both_precisions_the_same_weights(void **state)
{
    (void)state;
    for (size_t e = 0; e < COUNT(expectations); e++) {
        struct matrix wide = weights_of(&kernels_f64, expectations[e].name, 6, 11, 13);
        struct matrix narrow = weights_of(&kernels_f32, expectations[e].name, 6, 11, 13);
        for (int64_t i = 0; i < wide.rows; i++)
            for (int64_t j = 0; j < wide.columns; j++)
                assert_near(expectations[e].name, i * wide.columns + j, numbers_get(&core_f32, narrow, i, j),
                            numbers_get(&core_f64, wide, i, j), 2.0, kernels_f32.epsilon);
        numbers_free(wide);
        numbers_free(narrow);
    }
}

static void test_another_seed_gives_other_weights(void **state)
{
    const struct kernels *k = *state;
    for (size_t e = 0; e + 1 < COUNT(expectations); e++) {
        struct matrix a = weights_of(k, expectations[e].name, 7, 2, 2);
        struct matrix b = weights_of(k, expectations[e].name, 8, 2, 2);
        struct matrix again = weights_of(k, expectations[e].name, 7, 2, 2);
        for (int64_t i = 0; i < 2; i++) {
            for (int64_t j = 0; j < 2; j++) {
                assert_true(numbers_get(k->core, a, i, j) != numbers_get(k->core, b, i, j));
                assert_true(numbers_get(k->core, a, i, j) == numbers_get(k->core, again, i, j));
            }
        }
        numbers_free(a);
        numbers_free(b);
        numbers_free(again);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOTH_PRECISIONS(test_each_distribution_has_its_mean_and_variance),
        IN_BOTH_PRECISIONS(test_uniform01_is_at_least_0_and_below_1_biases_too),
        IN_BOTH_PRECISIONS(test_the_symmetric_uniform_distributions_keep_to_their_limits),
        IN_BOTH_PRECISIONS(test_only_uniform01_draws_biases_the_others_are_0),
        IN_BOTH_PRECISIONS(test_weights_are_drawn_row_by_row_the_bias_last),
        cmocka_unit_test(test_a_seed_gives_both_precisions_the_same_weights),
        IN_BOTH_PRECISIONS(test_another_seed_gives_other_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
