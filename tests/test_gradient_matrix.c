/*
 * test_gradient_matrix.c - the gradient of every activation with every loss, with l2 and without, of one sample and a batch.
 *
 * Biases are drawn too: where all are 0, a ReLU that is off puts the next layer's sums exactly on its kink.
 */
#include "expect.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LAYERS = 4, N_IN = 4, N_OUT = 3, ROWS = 5, PARAMETERS = 6 * 5 + 5 * 7 + 3 * 6 };

static const int64_t layers[LAYERS] = {N_IN, 6, 5, N_OUT};

static const char *const hidden[] = {"identity", "sigmoid", "tanh", "relu",    "leaky_relu",
                                     "elu",      "gelu",    "silu", "softplus"};
static const char *const outputs[] = {"identity", "sigmoid", "tanh", "relu",     "leaky_relu",
                                      "elu",      "gelu",    "silu", "softplus", "softmax"};
static const char *const any_losses[] = {"squared_error", "absolute_error", "huber"};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static dnn_trainer *draw(const char *settings, uint64_t seed, double *x, double *y, dnn_model **model)
{
    struct generator generator = {seed};
    double theta[PARAMETERS];
    char text[512];
    snprintf(text, sizeof text, "sigmoid_slope=1 sigmoid_derivative=exact huber_delta=0.25 %s", settings);
    *model = model_of(layers, LAYERS, text);
    generator_fill(&generator, theta, PARAMETERS, 0.4);
    generator_fill(&generator, x, ROWS * N_IN, 0.5);
    generator_fill(&generator, y, ROWS * N_OUT, 0.0);
    /* Probabilities sum to 1; where all were too small, |y − x| of a softmax would have no gradient at all. */
    for (int i = 0; i < ROWS && strstr(settings, "softmax") != NULL; i++) {
        double *row = y + (ptrdiff_t)i * N_OUT;
        const double sum = row[0] + row[1] + row[2];
        for (int j = 0; j < N_OUT; j++)
            row[j] /= sum;
    }
    assert_ok(dnn_model_set_parameters(*model, theta));
    return trainer_of(*model);
}

/* The error of the gradient of n samples, which is not 0. */
static void check(const char *settings, int64_t n)
{
    double x[ROWS * N_IN], y[ROWS * N_OUT], gradient[PARAMETERS], error = INFINITY;
    dnn_model *model;
    dnn_trainer *trainer = draw(settings, 7, x, y, &model);
    assert_ok(dnn_trainer_check_gradient(trainer, x, y, n, &error));
    if (!(error < 1e-6))
        fail_msg("%s, %d samples: off by %g", settings, (int)n, error);
    assert_ok(dnn_trainer_accumulate(trainer, x, y, n, NULL));
    assert_ok(dnn_trainer_get_gradient(trainer, gradient));
    for (int64_t l = 0, at = 0; l + 1 < LAYERS; l++) {
        const int64_t count = layers[l + 1] * (layers[l] + 1);
        if (!(largest_magnitude(gradient + at, count) > 1e-6))
            fail_msg("%s, %d samples: layer %d has no gradient", settings, (int)n, (int)l);
        at += count;
    }
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

static void check_all(const char *activation, const char *output, const char *loss)
{
    for (int l2 = 0; l2 < 2; l2++) {
        char settings[256];
        snprintf(settings, sizeof settings, "activation=%s output_activation=%s loss=%s l2=%s", activation, output,
                 loss, l2 ? "0.05" : "0");
        check(settings, 1);
        check(settings, ROWS);
    }
}

static void test_every_activation_with_every_loss(void **state)
{
    (void)state;
    for (size_t h = 0; h < COUNT(hidden); h++) {
        for (size_t o = 0; o < COUNT(outputs); o++)
            for (size_t l = 0; l < COUNT(any_losses); l++)
                check_all(hidden[h], outputs[o], any_losses[l]);
        check_all(hidden[h], "softmax", "cross_entropy");
        check_all(hidden[h], "sigmoid", "binary_cross_entropy");
    }
}

/* To within the rounding of a sum of five. */
static void test_a_batchs_gradient_is_the_sum_of_its_samples(void **state)
{
    (void)state;
    for (size_t h = 0; h < COUNT(hidden); h++) {
        double x[ROWS * N_IN], y[ROWS * N_OUT], whole[PARAMETERS], sum[PARAMETERS];
        char settings[256];
        dnn_model *model;
        snprintf(settings, sizeof settings, "activation=%s output_activation=softmax loss=cross_entropy", hidden[h]);
        dnn_trainer *trainer = draw(settings, 8, x, y, &model);
        assert_ok(dnn_trainer_accumulate(trainer, x, y, ROWS, NULL));
        assert_ok(dnn_trainer_get_gradient(trainer, whole));
        assert_ok(dnn_trainer_apply(trainer, 0));
        for (int i = 0; i < ROWS; i++)
            assert_ok(dnn_trainer_accumulate(trainer, x + (ptrdiff_t)i * N_IN, y + (ptrdiff_t)i * N_OUT, 1, NULL));
        assert_ok(dnn_trainer_get_gradient(trainer, sum));
        for (int i = 0; i < PARAMETERS; i++)
            assert_near(hidden[h], i, whole[i], sum[i], largest_magnitude(sum, PARAMETERS), 1e-14);
        dnn_trainer_destroy(trainer);
        dnn_model_destroy(model);
    }
}

/* accumulate + apply(1/n) is step within 1e-14: plain descent multiplies η and 1/n in another order, so not to the bit. */
static void test_accumulate_and_apply_make_a_step(void **state)
{
    (void)state;
    static const char *const ways[] = {"optimizer=sgd",      "optimizer=momentum",
                                       "optimizer=nesterov", "optimizer=rmsprop",
                                       "optimizer=adam",     "optimizer=adamw weight_decay=0.1",
                                       "optimizer=rprop",    "optimizer=adam l2=0.1 clip_norm=0.01 weight_decay=0.1"};
    for (size_t w = 0; w < COUNT(ways); w++) {
        double x[ROWS * N_IN], y[ROWS * N_OUT], theta[2][PARAMETERS];
        for (int parts = 0; parts < 2; parts++) {
            dnn_model *model;
            dnn_trainer *trainer = draw(ways[w], 9, x, y, &model);
            for (int round = 0; round < 3; round++) {
                if (parts) {
                    assert_ok(dnn_trainer_accumulate(trainer, x, y, ROWS, NULL));
                    assert_ok(dnn_trainer_apply(trainer, 1.0 / ROWS));
                } else {
                    assert_ok(dnn_trainer_step(trainer, x, y, ROWS, NULL));
                }
            }
            assert_ok(dnn_model_get_parameters(model, theta[parts]));
            dnn_trainer_destroy(trainer);
            dnn_model_destroy(model);
        }
        for (int i = 0; i < PARAMETERS; i++)
            assert_near(ways[w], i, theta[1][i], theta[0][i], 1.0, 1e-14);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_activation_with_every_loss),
        cmocka_unit_test(test_a_batchs_gradient_is_the_sum_of_its_samples),
        cmocka_unit_test(test_accumulate_and_apply_make_a_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
