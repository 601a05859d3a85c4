/*
 * test_story.c - what the tutorial tells about its network, told again by the library.
 *
 * A small network learns. A large one with a plain sigmoid does not: its neurons see the sum of a thousand positive
 * numbers, σ is flat there, every gradient is exactly 0, and layer_stats says so. Stretch the sigmoid by c = 0.01 and
 * it learns to the last digits; or leave the sigmoid for a leaky ReLU, whose slope does not vanish.
 */
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const double x[] = {0.2, 0.3};
static const double y[] = {0.3, 0.67};
static const int64_t small[] = {2, 3, 3, 2};
static const int64_t large[] = {2, 1000, 1000, 2};

/* E of the network's answer to x. */
static double error_of(const dnn_model *model)
{
    double answer[2] = {NAN, NAN};
    assert_ok(dnn_model_predict(model, x, 1, answer));
    return (y[0] - answer[0]) * (y[0] - answer[0]) + (y[1] - answer[1]) * (y[1] - answer[1]);
}

static void learn(dnn_trainer *trainer, int64_t steps)
{
    for (int64_t i = 0; i < steps; i++)
        assert_ok(dnn_trainer_step(trainer, x, y, 1, NULL));
}

/* Trains a new network; *before and *after: its error. */
static void train(const int64_t *layers, const char *settings, int64_t steps, double *before, double *after)
{
    dnn_model *model = model_of(layers, 4, settings);
    dnn_trainer *trainer = trainer_of(model);
    *before = error_of(model);
    learn(trainer, steps);
    *after = error_of(model);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

/* ---- the small network ---- */

static void test_the_small_network_learns_its_sample(void **state)
{
    (void)state;
    double before, after;
    train(small, "learning_rate=0.01", 1000, &before, &after);
    assert_true(before > 0.05);
    assert_true(after < before);
    train(small, "learning_rate=0.01", 300000, &before, &after);
    assert_true(after < 1e-8);
    train(small, "learning_rate=0.01 precision=f32", 300000, &before, &after);
    assert_true(after < 1e-6);
    train(small, "learning_rate=1", 10000, &before, &after);
    assert_true(after < 1e-24);
}

/* The loss that a step returns is that of the network before it, and each step makes it smaller. */
static void test_each_step_of_the_small_network_lowers_its_error(void **state)
{
    (void)state;
    dnn_model *model = model_of(small, 4, "learning_rate=0.01");
    dnn_trainer *trainer = trainer_of(model);
    double error = error_of(model);
    for (int i = 0; i < 1000; i++) {
        double loss = NAN;
        assert_ok(dnn_trainer_step(trainer, x, y, 1, &loss));
        assert_near("loss of step", i, loss, error, error, 1e-13);
        const double next = error_of(model);
        assert_true(next < error);
        error = next;
    }
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

/* ---- the large network, not stretched ---- */

static void assert_dead(const char *precision_setting)
{
    char settings[128];
    const int written = snprintf(settings, sizeof settings, "sigmoid_slope=1 %s", precision_setting);
    assert_in_range(written, 1, sizeof settings - 1);
    dnn_model *model = model_of(large, 4, settings);
    dnn_trainer *trainer = trainer_of(model);
    const int64_t count = dnn_model_parameter_count(model);
    double *gradient = allocate_or_fail((size_t)count, sizeof *gradient);
    gradient[0] = NAN;
    assert_ok(dnn_trainer_accumulate(trainer, x, y, 1, NULL));
    assert_ok(dnn_trainer_get_gradient(trainer, gradient));
    for (int64_t i = 0; i < count; i++)
        if (gradient[i] != 0.0)
            fail_msg("gradient %lld is %g", (long long)i, gradient[i]);
    for (int64_t l = 0; l < 3; l++) {
        double norm = NAN, weight_norm = NAN, saturated = NAN;
        assert_ok(dnn_trainer_layer_stats(trainer, l, &norm, &weight_norm, &saturated));
        assert_true(norm == 0.0);
        assert_true(weight_norm > 1.0);
        /* The first layer sums two inputs and a bias, and is far from flat; the others sum a thousand. */
        assert_true(saturated == (l == 0 ? 0.0 : 1.0));
    }
    free(gradient);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

static void test_the_large_network_is_dead_and_layer_stats_says_why(void **state)
{
    (void)state;
    assert_dead("precision=f64");
    assert_dead("precision=f32");
}

static void test_the_dead_network_does_not_move(void **state)
{
    (void)state;
    double before, after;
    train(large, "sigmoid_slope=1", 20, &before, &after);
    assert_true(before > 0.5);
    assert_true(after == before);
}

/* ---- the large network, stretched ---- */

static void test_the_stretched_large_network_is_alive(void **state)
{
    (void)state;
    dnn_model *model = model_of(large, 4, "sigmoid_slope=0.01");
    dnn_trainer *trainer = trainer_of(model);
    learn(trainer, 1);
    for (int64_t l = 0; l < 3; l++) {
        double norm = NAN, saturated = NAN;
        assert_ok(dnn_trainer_layer_stats(trainer, l, &norm, NULL, &saturated));
        assert_true(norm > 0.0);
        assert_true(saturated == 0.0);
    }
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

static void test_the_stretched_large_network_learns_to_the_last_digits(void **state)
{
    (void)state;
    double before, after;
    train(large, "sigmoid_slope=0.01 learning_rate=0.01", 10000, &before, &after);
    assert_true(before > 0.5);
    assert_true(after < 1e-20);
    train(large, "sigmoid_slope=0.01 learning_rate=0.01 precision=f32", 5000, &before, &after);
    assert_true(before > 0.5);
    assert_true(after < 1e-10);
}

/* ---- another way out ---- */

/* No stretched sigmoid anywhere. Weights of both signs (he_normal), for a leaky ReLU does not bound what weights in
 * [0, 1) would multiply up; a rate of 0.0005, for each of a thousand neurons adds its part to what a step changes. */
#define LEAKY "activation=leaky_relu output_activation=identity sigmoid_derivative=exact init=he_normal "

static void test_leaky_relu_learns_without_the_stretched_sigmoid(void **state)
{
    (void)state;
    double before, after;
    train(large, LEAKY "learning_rate=0.0005", 1000, &before, &after);
    assert_true(before > 1e-3);
    assert_true(after < 1e-20);
    train(large, LEAKY "learning_rate=0.0005 precision=f32", 1000, &before, &after);
    assert_true(after < 1e-10);
    train(small, LEAKY "learning_rate=0.01", 20000, &before, &after);
    assert_true(after < 1e-20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_small_network_learns_its_sample),
        cmocka_unit_test(test_each_step_of_the_small_network_lowers_its_error),
        cmocka_unit_test(test_the_large_network_is_dead_and_layer_stats_says_why),
        cmocka_unit_test(test_the_dead_network_does_not_move),
        cmocka_unit_test(test_the_stretched_large_network_is_alive),
        cmocka_unit_test(test_the_stretched_large_network_learns_to_the_last_digits),
        cmocka_unit_test(test_leaky_relu_learns_without_the_stretched_sigmoid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
