/*
 * test_optimizer.c - each optimizer's update, on flat arrays of awkward lengths.
 *
 * That descending without a gradient in memory gives what an update by the gradient gives is in test_propagate.c.
 */
#include "core_support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const int64_t counts[] = {0, 1, 2, 7, 8, 9, 63, 64, 65, 1009};

static void test_sgd_takes_eta_gradients_off_the_weights_and_nothing_beyond(void **state)
{
    const struct kernels *k = *state;
    const int32_t sgd = index_of(k->core->optimizer_name, "sgd");
    struct generator generator = {1};
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        const int64_t n = counts[c];
        struct matrix gradient = numbers_new(k->core, 1, n, n + 3, (double)NAN);
        struct matrix theta = numbers_new(k->core, 1, n, n + 3, 5.0);
        double before[1009];
        numbers_draw(k->core, &generator, gradient);
        numbers_draw(k->core, &generator, theta);
        k->core->export_f64(theta, before);
        const struct update update = {.optimizer = sgd, .scale = 1, .eta = 0.01, .correction1 = 1, .correction2 = 1};
        k->optimizer_update(&update, n, gradient.data, theta.data, (void *[2]){NULL});
        for (int64_t i = 0; i < n; i++) {
            assert_near("theta", i, numbers_get(k->core, theta, 0, i),
                        before[i] - 0.01 * numbers_get(k->core, gradient, 0, i), 1.0, k->epsilon);
            assert_true(numbers_get(k->core, theta, 0, i) != before[i]);
        }
        assert_padding(k->core, theta, 5.0);
        numbers_free(gradient);
        numbers_free(theta);
    }
}

static void test_only_sgd_is_plain_descent(void **state)
{
    const struct kernels *k = *state;
    const int32_t sgd = index_of(k->core->optimizer_name, "sgd");
    for (int32_t i = 0; k->core->optimizer_name(i) != NULL; i++) {
        assert_string_equal(core_f64.optimizer_name(i), core_f32.optimizer_name(i));
        assert_int_equal(k->core->is_plain_descent(i), i == sgd);
    }
    assert_null(k->core->optimizer_name(-1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOTH_PRECISIONS(test_sgd_takes_eta_gradients_off_the_weights_and_nothing_beyond),
        IN_BOTH_PRECISIONS(test_only_sgd_is_plain_descent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
