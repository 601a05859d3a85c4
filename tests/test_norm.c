/*
 * test_norm.c - the largest number and the Frobenius norm, also where squares overflow, and where a number is none.
 */
#include "core_support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const int64_t shapes[][2] = {{1, 1}, {1, 7}, {7, 1}, {3, 8}, {13, 17}, {2, 129}};

static void test_norms_are_those_of_the_plain_loops(void **state)
{
    const struct kernels *k = *state;
    struct generator generator = {1};
    for (size_t s = 0; s < COUNT(shapes); s++) {
        struct matrix a = numbers_new(k->core, shapes[s][0], shapes[s][1], shapes[s][1] + 5, (double)INFINITY);
        long double sum = 0.0L, largest = 0.0L;
        numbers_draw(k->core, &generator, a);
        for (int64_t i = 0; i < a.rows; i++) {
            for (int64_t j = 0; j < a.columns; j++) {
                const long double number = numbers_get(k->core, a, i, j);
                sum += number * number;
                largest = fmaxl(largest, fabsl(number));
            }
        }
        assert_true(k->core->largest(a) == (double)largest);
        assert_near("norm", (int64_t)s, k->core->frobenius(a), (double)sqrtl(sum), (double)sqrtl(sum), 1e-14);
        const double mean = (double)sqrtl(sum / (long double)(a.rows * a.columns));
        assert_near("root mean square", (int64_t)s, k->core->root_mean_square(a), mean, mean, 1e-14);
        numbers_free(a);
    }
}

static void test_the_sign_does_not_count(void **state)
{
    const struct kernels *k = *state;
    struct matrix a = numbers_new(k->core, 1, 3, 3, 0.0);
    k->core->import_f64((const double[]){1.0, -3.0, 2.0}, a);
    assert_true(k->core->largest(a) == 3.0);
    assert_near("norm", 0, k->core->frobenius(a), sqrt(14.0), 1.0, 1e-15);
    numbers_free(a);
}

static void test_nothing_and_zeros_have_norm_0(void **state)
{
    const struct kernels *k = *state;
    struct matrix zeros = numbers_new(k->core, 3, 3, 4, (double)NAN);
    assert_true(k->core->largest(zeros) == 0.0 && k->core->frobenius(zeros) == 0.0);
    numbers_fill(k->core, zeros, -0.0);
    assert_true(k->core->largest(zeros) == 0.0 && k->core->frobenius(zeros) == 0.0);
    numbers_free(zeros);
    const struct matrix none = matrix_from(NULL, 0, 5, 8);
    assert_true(k->core->largest(none) == 0.0 && k->core->frobenius(none) == 0.0);
    assert_true(k->core->root_mean_square(none) == 0.0);
}

/* Squares of these are infinite or 0; the norm of four equal numbers is twice the number. */
static void test_no_square_overflows_or_vanishes_on_the_way(void **state)
{
    const struct kernels *k = *state;
    const double scales[] = {k->core->largest_number / 4, 1e30, 1e-30, k->smallest, k->smallest * k->epsilon};
    for (size_t s = 0; s < COUNT(scales); s++) {
        struct matrix a = numbers_new(k->core, 2, 2, 3, (double)NAN);
        numbers_fill(k->core, a, scales[s]);
        const double number = numbers_get(k->core, a, 0, 0);
        assert_true(number > 0.0);
        assert_near("norm", (int64_t)s, k->core->frobenius(a), 2 * number, 2 * number, 1e-15);
        numbers_free(a);
    }
}

/* At every place: the loops are made into vectors, with a head, a body and a tail. */
static void test_nan_and_infinity_give_infinity_wherever_they_are(void **state)
{
    const struct kernels *k = *state;
    const double bad[] = {(double)NAN, -(double)NAN, (double)INFINITY, -(double)INFINITY};
    for (size_t b = 0; b < COUNT(bad); b++) {
        for (int64_t place = 0; place < 2 * 37; place++) {
            struct matrix a = numbers_new(k->core, 2, 37, 40, 0.0);
            numbers_fill(k->core, a, place % 2 == 0 ? 1.0 : k->core->largest_number);
            numbers_set(k->core, a, place / 37, place % 37, bad[b]);
            assert_true(k->core->largest(a) == (double)INFINITY);
            assert_true(k->core->frobenius(a) == (double)INFINITY);
            numbers_free(a);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOTH_PRECISIONS(test_norms_are_those_of_the_plain_loops),
        IN_BOTH_PRECISIONS(test_the_sign_does_not_count),
        IN_BOTH_PRECISIONS(test_nothing_and_zeros_have_norm_0),
        IN_BOTH_PRECISIONS(test_no_square_overflows_or_vanishes_on_the_way),
        IN_BOTH_PRECISIONS(test_nan_and_infinity_give_infinity_wherever_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
