/*
 * test_loss.c - each loss against its formula, and its derivative against the formula's slope.
 */
#include "core_support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MOST 67

/* The output that a loss which goes with any is tried with. */
static const struct activation end = {0, 1, false};

/* x and y of one sample, in the precision of k: [1 × n], NaN after the last. */
static void draw(const struct kernels *k, int64_t n, struct matrix *x, struct matrix *y)
{
    struct generator generator = {(uint64_t)n};
    *x = numbers_new(k->core, 1, n, n + 1, (double)NAN);
    *y = numbers_new(k->core, 1, n, n + 1, (double)NAN);
    numbers_draw(k->core, &generator, *x);
    numbers_draw(k->core, &generator, *y);
}

/* The squared error is summed in double in both precisions. */
static void test_squared_error_is_the_sum_of_squared_differences(void **state)
{
    const struct kernels *k = *state;
    const int32_t kind = index_of(k->core->loss_name, "squared_error");
    for (int64_t n = 1; n <= MOST; n++) {
        struct matrix x, y;
        draw(k, n, &x, &y);
        long double expected = 0.0L;
        for (int64_t j = 0; j < n; j++)
            expected += powl((long double)numbers_get(k->core, y, 0, j) - numbers_get(k->core, x, 0, j), 2);
        assert_near("E", n, k->loss_value(&(struct loss){kind, 1}, &end, n, x.data, y.data), (double)expected,
                    (double)expected, 1e-14);
        numbers_free(x);
        numbers_free(y);
    }
}

static void test_its_derivative_is_twice_the_difference(void **state)
{
    const struct kernels *k = *state;
    const int32_t kind = index_of(k->core->loss_name, "squared_error");
    for (int64_t n = 1; n <= MOST; n++) {
        struct matrix x, y;
        draw(k, n, &x, &y);
        struct matrix psi = numbers_new(k->core, 1, n, n + 1, (double)NAN);
        numbers_fill(k->core, psi, (double)NAN);
        k->loss_derivative(&(struct loss){kind, 1}, &end, n, x.data, y.data, psi.data);
        for (int64_t j = 0; j < n; j++)
            assert_near("psi", j, numbers_get(k->core, psi, 0, j),
                        -2 * (numbers_get(k->core, y, 0, j) - numbers_get(k->core, x, 0, j)), 2.0, k->epsilon);
        assert_padding(k->core, psi, (double)NAN);
        numbers_free(x);
        numbers_free(y);
        numbers_free(psi);
    }
}

/* (E(x + h) − E(x − h)) / 2h is exact for a square, and near enough for the others: every loss of the table, its
 * value against its derivative; with respect to z, where the loss is computed from it. */
static void test_each_derivative_is_the_slope_of_its_value(void **state)
{
    const struct kernels *k = *state;
    const double h = 0.0009765625; /* 2⁻¹⁰ */
    for (int32_t kind = 0; k->core->loss_name(kind) != NULL; kind++) {
        struct matrix x, y;
        draw(k, 5, &x, &y);
        struct matrix psi = numbers_new(k->core, 1, 5, 5, 0.0);
        struct matrix v = numbers_new(k->core, 1, 5, 5, 0.0); /* the output at z = x, for a loss of z */
        const char *name = k->core->loss_only_with(kind);
        const struct loss loss = {kind, 0.25}; /* δ among the distances of draw: both branches of huber */
        const struct activation of_output = {index_of(k->core->activation_name, name == NULL ? "identity" : name), 1,
                                             false};
        k->activation_apply(&of_output, x, v);
        k->loss_derivative(&loss, &of_output, 5, v.data, y.data, psi.data);
        for (int64_t j = 0; j < 5; j++) {
            const double x_j = numbers_get(k->core, x, 0, j);
            numbers_set(k->core, x, 0, j, x_j + h);
            const double above = k->loss_value(&loss, &of_output, 5, x.data, y.data);
            numbers_set(k->core, x, 0, j, x_j - h);
            const double below = k->loss_value(&loss, &of_output, 5, x.data, y.data);
            numbers_set(k->core, x, 0, j, x_j);
            assert_true(numbers_get(k->core, psi, 0, j) != 0.0);
            assert_near(k->core->loss_name(kind), j, numbers_get(k->core, psi, 0, j), (above - below) / (2 * h), 1.0,
                        fmax(1e-6, k->epsilon / h));
        }
        numbers_free(x);
        numbers_free(y);
        numbers_free(psi);
        numbers_free(v);
    }
}

/* In float the difference of the largest numbers squared is far above FLT_MAX, and is still told: the sum is a double. */
static void test_a_loss_too_large_for_float_is_finite_in_double(void **state)
{
    (void)state;
    const float x[] = {1e30f}, y[] = {-1e30f};
    assert_near("E", 0,
                kernels_f32.loss_value(&(struct loss){index_of(core_f32.loss_name, "squared_error"), 1}, &end, 1, x, y),
                4e60, 4e60, 1e-6);
}

static void test_the_names_are_alike_in_both_precisions(void **state)
{
    (void)state;
    int32_t i = 0;
    for (; core_f64.loss_name(i) != NULL; i++)
        assert_string_equal(core_f64.loss_name(i), core_f32.loss_name(i));
    assert_int_equal(i, 5);
    assert_null(core_f64.loss_name(-1));
    assert_null(core_f32.loss_name(i));
}

/* At ±1e4 the probabilities are 0 and 1, and their logarithms would be infinite. */
static void test_losses_of_z_stay_exact_at_ten_thousand(void **state)
{
    const struct kernels *k = *state;
    struct matrix z = numbers_new(k->core, 1, 2, 2, 0.0), y = numbers_new(k->core, 1, 2, 2, 0.0);
    numbers_set(k->core, z, 0, 0, 1e4);
    numbers_set(k->core, z, 0, 1, -1e4);
    numbers_set(k->core, y, 0, 1, 1.0);
    const struct loss cross = {index_of(k->core->loss_name, "cross_entropy"), 1};
    const struct loss binary = {index_of(k->core->loss_name, "binary_cross_entropy"), 1};
    const struct activation sigmoid = {index_of(k->core->activation_name, "sigmoid"), 1, false};
    assert_true(k->loss_value(&cross, &end, 2, z.data, y.data) == 2e4);
    assert_true(k->loss_value(&binary, &sigmoid, 2, z.data, y.data) == 2e4);
    numbers_set(k->core, y, 0, 0, 1.0);
    numbers_set(k->core, y, 0, 1, 0.0);
    assert_true(k->loss_value(&cross, &end, 2, z.data, y.data) == 0.0);
    assert_true(k->loss_value(&binary, &sigmoid, 2, z.data, y.data) == 0.0);
    numbers_free(z);
    numbers_free(y);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOTH_PRECISIONS(test_squared_error_is_the_sum_of_squared_differences),
        IN_BOTH_PRECISIONS(test_its_derivative_is_twice_the_difference),
        IN_BOTH_PRECISIONS(test_each_derivative_is_the_slope_of_its_value),
        IN_BOTH_PRECISIONS(test_losses_of_z_stay_exact_at_ten_thousand),
        cmocka_unit_test(test_a_loss_too_large_for_float_is_finite_in_double),
        cmocka_unit_test(test_the_names_are_alike_in_both_precisions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
