/*
 * test_activation.c - each activation against its formula in long double, and its derivative against the formula's slope.
 *
 * The derivative is written in terms of x = φ(z), so the test feeds it the x that the library itself made; or of z, for
 * those that keep it.
 */
#include "core_support.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct subject {
    const char *name;
    double slope;
};

/* Slopes that both precisions hold exactly, and the tutorial's 0.01, which neither does. */
static const struct subject subjects[] = {
    {"identity", 1}, {"sigmoid", 1},       {"sigmoid", 0.01},     {"sigmoid", 8},    {"tanh", 1},
    {"relu", 1},     {"leaky_relu", 0.01}, {"leaky_relu", 0.125}, {"leaky_relu", 2}, {"elu", 1},
    {"elu", 0.5},    {"gelu", 1},          {"silu", 1},           {"softplus", 1},
};

/* Away from 0, where two of them have a kink. */
static const double places[] = {-88.75, -20, -5, -2, -1, -0.5, -0.0078125, 0.0078125, 0.5, 1, 2, 5, 20, 88.75};

static struct activation activation_of(const struct kernels *k, struct subject subject)
{
    return (struct activation){index_of(k->core->activation_name, subject.name), subject.slope, false};
}

static long double phi(struct subject subject, long double z)
{
    if (strcmp(subject.name, "sigmoid") == 0)
        return 1.0L / (1.0L + expl(-(long double)subject.slope * z));
    if (strcmp(subject.name, "tanh") == 0)
        return tanhl(z);
    if (strcmp(subject.name, "relu") == 0)
        return z > 0.0L ? z : 0.0L;
    if (strcmp(subject.name, "leaky_relu") == 0)
        return z > 0.0L ? z : subject.slope * z;
    if (strcmp(subject.name, "elu") == 0)
        return z > 0.0L ? z : subject.slope * expm1l(z);
    if (strcmp(subject.name, "gelu") == 0)
        return z * erfcl(-z / sqrtl(2.0L)) / 2.0L;
    if (strcmp(subject.name, "silu") == 0)
        return z / (1.0L + expl(-z));
    if (strcmp(subject.name, "softplus") == 0)
        return fmaxl(z, 0.0L) + log1pl(expl(-fabsl(z)));
    return z;
}

/* φ(z) by the library. */
static double apply(const struct kernels *k, const struct activation *activation, double z)
{
    struct matrix x = numbers_new(k->core, 1, 1, 1, 0.0);
    numbers_set(k->core, x, 0, 0, z);
    k->activation_apply(activation, x, x);
    const double result = numbers_get(k->core, x, 0, 0);
    numbers_free(x);
    return result;
}

/* What the derivative at z is computed from. */
static double source(const struct kernels *k, const struct activation *activation, double z)
{
    return k->core->activation_keeps_z(activation->kind) ? z : apply(k, activation, z);
}

/* psi φ′, from that, by the library. */
static double chain(const struct kernels *k, const struct activation *activation, double x, double psi)
{
    struct matrix at = numbers_new(k->core, 1, 1, 1, 0.0);
    struct matrix result = numbers_new(k->core, 1, 1, 1, 0.0);
    numbers_set(k->core, at, 0, 0, x);
    numbers_set(k->core, result, 0, 0, psi);
    k->activation_chain(activation, at, result);
    const double chained = numbers_get(k->core, result, 0, 0);
    numbers_free(at);
    numbers_free(result);
    return chained;
}

/* ---- φ ---- */

static void test_each_activation_is_its_formula(void **state)
{
    const struct kernels *k = *state;
    for (size_t s = 0; s < COUNT(subjects); s++) {
        const struct activation activation = activation_of(k, subjects[s]);
        for (size_t p = 0; p < COUNT(places); p++) {
            const double z = places[p];
            const double expected = (double)phi(subjects[s], z);
            /* The argument c z of the exponential is rounded, which the exponential makes |c z| times larger. */
            /* The formula's own rounding, which erfc makes z² times larger, is nothing unless a long double is a double. */
            const double tolerance =
                4 * k->epsilon * (1 + fabs(subjects[s].slope * z)) + (double)LDBL_EPSILON * (1 + z * z);
            const double scale = fabs(expected) + k->smallest / tolerance;
            assert_near(subjects[s].name, (int64_t)p, apply(k, &activation, z), expected, scale, tolerance);
        }
    }
}

static void test_activations_reach_their_limits_without_nan(void **state)
{
    const struct kernels *k = *state;
    const double far[] = {1e3, 1e30, k->core->largest_number, (double)INFINITY};
    const struct activation sigmoid = activation_of(k, (struct subject){"sigmoid", 1});
    const struct activation tanh_ = activation_of(k, (struct subject){"tanh", 1});
    const struct activation relu = activation_of(k, (struct subject){"relu", 1});
    for (size_t i = 0; i < COUNT(far); i++) {
        assert_true(apply(k, &sigmoid, far[i]) == 1.0 && apply(k, &sigmoid, -far[i]) == 0.0);
        assert_true(apply(k, &tanh_, far[i]) == 1.0 && apply(k, &tanh_, -far[i]) == -1.0);
        assert_true(apply(k, &relu, -far[i]) == 0.0);
        assert_true(chain(k, &sigmoid, apply(k, &sigmoid, far[i]), 1.0) == 0.0);
        assert_true(chain(k, &sigmoid, apply(k, &sigmoid, -far[i]), 1.0) == 0.0);
        assert_true(chain(k, &tanh_, apply(k, &tanh_, -far[i]), 1.0) == 0.0);
    }
}

/* A NaN that an activation swallows is a failure that nobody hears of. */
static void test_nan_stays_nan(void **state)
{
    const struct kernels *k = *state;
    for (size_t s = 0; s < COUNT(subjects); s++) {
        const struct activation activation = activation_of(k, subjects[s]);
        if (!isnan(apply(k, &activation, (double)NAN)))
            fail_msg("%s makes a number of NaN", subjects[s].name);
    }
}

/* ---- φ′ ---- */

static void test_each_derivative_is_the_slope_of_its_formula(void **state)
{
    const struct kernels *k = *state;
    const long double h = 1e-5L;
    for (size_t s = 0; s < COUNT(subjects); s++) {
        const struct activation activation = activation_of(k, subjects[s]);
        const double steepest = k->activation_steepest(&activation);
        for (size_t p = 0; p < COUNT(places); p++) {
            const double z = places[p];
            const long double slope = (phi(subjects[s], z + h) - phi(subjects[s], z - h)) / (2 * h);
            /* x is rounded: 1 − x and 1 − x² are off by ε, whatever is left of them. The slope is off by c² h². */
            const double tolerance = (8 + fabs(z)) * k->epsilon + 1e-8;
            const double x = source(k, &activation, z);
            assert_near(subjects[s].name, (int64_t)p, chain(k, &activation, x, 1.0), (double)slope, steepest,
                        tolerance);
            assert_near(subjects[s].name, (int64_t)p, chain(k, &activation, x, -3.0), (double)(-3 * slope), steepest,
                        3 * tolerance);
        }
    }
}

static void test_the_tutorials_derivative_leaves_the_slope_out(void **state)
{
    const struct kernels *k = *state;
    const struct activation tutorial = {index_of(k->core->activation_name, "sigmoid"), 0.01, true};
    for (size_t p = 0; p < COUNT(places); p++) {
        const double x = apply(k, &tutorial, places[p]);
        assert_near("x (1 - x)", (int64_t)p, chain(k, &tutorial, x, 1.0), x * (1 - x), 0.25, 2 * k->epsilon);
    }
}

static void test_no_derivative_is_steeper_than_its_steepest(void **state)
{
    const struct kernels *k = *state;
    for (size_t s = 0; s < COUNT(subjects); s++) {
        const struct activation activation = activation_of(k, subjects[s]);
        double steepest = 0.0;
        for (double z = -3.0; z <= 3.0; z += 0.015625)
            steepest = fmax(steepest, fabs(chain(k, &activation, source(k, &activation, z), 1.0)));
        /* gelu's and silu's are written with five digits; softplus's is a limit, near enough at 3. */
        const bool is_limit = strcmp(subjects[s].name, "softplus") == 0;
        const bool is_rounded = k->core->activation_keeps_z(activation.kind);
        assert_near(subjects[s].name, 0, steepest, k->activation_steepest(&activation), steepest,
                    is_limit     ? 0.06
                    : is_rounded ? 1e-4
                                 : 4 * k->epsilon);
    }
}

/* ---- matrices ---- */

/* What lies beside the activations, the ones above all, is not theirs: NaN in it stays, and x and ψ may have other widths. */
static void test_each_row_is_mapped_and_nothing_beside_it(void **state)
{
    const struct kernels *k = *state;
    struct generator generator = {3};
    for (size_t s = 0; s < COUNT(subjects); s++) {
        const struct activation activation = activation_of(k, subjects[s]);
        struct matrix x = numbers_new(k->core, 5, 7, 9, (double)NAN);
        struct matrix psi = numbers_new(k->core, 5, 7, 8, (double)NAN);
        double z[35];
        numbers_draw(k->core, &generator, x);
        numbers_fill(k->core, psi, 2.0);
        k->core->export_f64(x, z);
        k->activation_apply(&activation, x, x);
        struct matrix from = numbers_new(k->core, 5, 7, 8, (double)NAN);
        for (int64_t i = 0; i < 35; i++)
            numbers_set(k->core, from, i / 7, i % 7, source(k, &activation, z[i]));
        k->activation_chain(&activation, from, psi);
        numbers_free(from);
        for (int64_t i = 0; i < 35; i++) {
            const double expected = apply(k, &activation, z[i]);
            assert_near("x", i, numbers_get(k->core, x, i / 7, i % 7), expected, 1.0, 2 * k->epsilon);
            assert_near("psi", i, numbers_get(k->core, psi, i / 7, i % 7),
                        chain(k, &activation, source(k, &activation, z[i]), 2.0), 1.0 + subjects[s].slope,
                        8 * k->epsilon);
        }
        assert_padding(k->core, x, (double)NAN);
        assert_padding(k->core, psi, (double)NAN);
        numbers_free(x);
        numbers_free(psi);
    }
}

/* ---- saturation ---- */

/* How many of x, [2 × 3], are saturated. */
static int64_t saturated(const struct kernels *k, struct activation activation, const double *x)
{
    struct matrix a = numbers_new(k->core, 2, 3, 5, 0.0); /* the padding would count, as sigmoids and ReLUs at 0 */
    k->core->import_f64(x, a);
    const int64_t count = k->activation_saturated(&activation, a);
    numbers_free(a);
    return count;
}

static void test_saturated_means_below_a_thousandth_of_the_steepest_slope(void **state)
{
    const struct kernels *k = *state;
    /* x (1 − x) < 1/4000 for x below 2.50063e-4, and as near to 1. */
    const double sigmoid[] = {0.0, 0.000249, 0.000251, 1 - 0.000251, 1 - 0.000249, 1.0};
    struct activation activation = {index_of(k->core->activation_name, "sigmoid"), 1.0, false};
    assert_int_equal(saturated(k, activation, sigmoid), 4);
    /* The slope scales the derivative and its largest value alike. */
    activation.slope = 0.01;
    assert_int_equal(saturated(k, activation, sigmoid), 4);
    activation.tutorial = true;
    assert_int_equal(saturated(k, activation, sigmoid), 4);
    /* 1 − x² < 1/1000 for |x| above 0.99949987. */
    const double tangent[] = {-1.0, -0.9996, -0.9994, 0.0, 0.9994, 0.9996};
    assert_int_equal(saturated(k, activation_of(k, (struct subject){"tanh", 1}), tangent), 3);
    const double rectified[] = {0.0, 0.0, 1e-30, 1.0, 0.0, 1e30};
    assert_int_equal(saturated(k, activation_of(k, (struct subject){"relu", 1}), rectified), 3);
    const double leaky[] = {-1e30, -1.0, 0.0, 1e-30, 1.0, 1e30};
    assert_int_equal(saturated(k, activation_of(k, (struct subject){"leaky_relu", 0.01}), leaky), 0);
    assert_int_equal(saturated(k, activation_of(k, (struct subject){"leaky_relu", 0.0009}), leaky), 3);
    assert_int_equal(saturated(k, activation_of(k, (struct subject){"identity", 1}), leaky), 0);
}

/* The names cross into configs and files: both precisions have the same, and none beyond the end. */
static void test_the_names_are_alike_in_both_precisions(void **state)
{
    (void)state;
    int32_t i = 0;
    for (; core_f64.activation_name(i) != NULL; i++)
        assert_string_equal(core_f64.activation_name(i), core_f32.activation_name(i));
    assert_null(core_f32.activation_name(i));
    assert_null(core_f64.activation_name(-1));
    assert_null(core_f64.activation_name(INT32_MIN));
    assert_null(core_f64.activation_name(INT32_MAX));
    assert_int_equal(i, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOTH_PRECISIONS(test_each_activation_is_its_formula),
        IN_BOTH_PRECISIONS(test_activations_reach_their_limits_without_nan),
        IN_BOTH_PRECISIONS(test_nan_stays_nan),
        IN_BOTH_PRECISIONS(test_each_derivative_is_the_slope_of_its_formula),
        IN_BOTH_PRECISIONS(test_the_tutorials_derivative_leaves_the_slope_out),
        IN_BOTH_PRECISIONS(test_no_derivative_is_steeper_than_its_steepest),
        IN_BOTH_PRECISIONS(test_each_row_is_mapped_and_nothing_beside_it),
        IN_BOTH_PRECISIONS(test_saturated_means_below_a_thousandth_of_the_steepest_slope),
        cmocka_unit_test(test_the_names_are_alike_in_both_precisions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
