/*
 * test_trainer.c - one step and its parts, held against the naive network of support.c.
 *
 * Steps of 1, 2, 256, 257 and 1000 samples: the library takes them through different paths (straight into the weights, by a
 * GEMM, in chunks), and all of them are the mean-gradient step. What fit adds is in test_fit.c; unfit numbers are in
 * test_not_finite.c.
 */
#include "expect.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { N_IN = 3, N_HIDDEN = 6, N_OUT = 2, LARGEST = 1000, PARAMETERS = 6 * 4 + 2 * 7 };
static const int64_t layers[] = {N_IN, N_HIDDEN, N_OUT};
static const int64_t row_counts[] = {1, 2, 255, 256, 257, LARGEST};
enum { ROW_COUNTS = sizeof row_counts / sizeof *row_counts };

#define TANH "activation=tanh output_activation=identity learning_rate=0.125 "
static const struct naive_options tanh_options = {"tanh", "identity", 0.01L, 0.01L, 0};

struct fixture {
    dnn_model *model;
    dnn_trainer *trainer;
    struct naive *net;
    double *x; /* [LARGEST × N_IN] */
    double *y; /* [LARGEST × N_OUT] */
};

static struct fixture make(const char *settings)
{
    struct fixture f = {.model = model_of(layers, 3, settings), .net = naive_create(layers, 3, tanh_options)};
    struct generator generator = {17};
    double *theta = weights_of(f.model);
    f.trainer = trainer_of(f.model);
    f.x = allocate_or_fail(LARGEST * N_IN, sizeof *f.x);
    f.y = allocate_or_fail(LARGEST * N_OUT, sizeof *f.y);
    generator_fill(&generator, f.x, LARGEST * N_IN, 0.5);
    generator_fill(&generator, f.y, LARGEST * N_OUT, 0.0);
    naive_set_parameters(f.net, theta);
    free(theta);
    return f;
}

static void release(struct fixture *f)
{
    dnn_trainer_destroy(f->trainer);
    dnn_model_destroy(f->model);
    naive_destroy(f->net);
    free(f->x);
    free(f->y);
}

/* Σ ∇W over n samples into net->gradient; returns Σ E. */
static double naive_sum(struct fixture *f, int64_t n)
{
    long double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += naive_accumulate(f->net, f->x + i * N_IN, f->y + i * N_OUT);
    return (double)sum;
}

static void assert_naive_weights(const struct fixture *f, double tolerance)
{
    double *theta = weights_of(f->model);
    for (int i = 0; i < PARAMETERS; i++)
        assert_near("weight", i, theta[i], (double)f->net->theta[i], 1, tolerance);
    free(theta);
}

/* ---- step ---- */

static void steps_like_the_naive_network(const char *settings, double tolerance)
{
    for (int i = 0; i < ROW_COUNTS; i++) {
        const int64_t n = row_counts[i];
        struct fixture f = make(settings);
        for (int step = 0; step < 3; step++) {
            double loss = SENTINEL;
            const double expected = naive_sum(&f, n) / (double)n;
            naive_apply(f.net, 0.125L / (long double)n);
            assert_ok(dnn_trainer_step(f.trainer, f.x, f.y, n, &loss));
            assert_near("loss", n, loss, expected, expected, tolerance * 10);
            assert_naive_weights(&f, tolerance);
        }
        release(&f);
    }
}

static void test_a_step_is_the_mean_gradient_step_whatever_the_number_of_samples(void **state)
{
    (void)state;
    steps_like_the_naive_network(TANH, 1e-14);
    steps_like_the_naive_network(TANH "batch_size=1000", 1e-14);
    steps_like_the_naive_network(TANH "precision=f32", 1e-5);
}

static void test_a_step_of_floats_is_the_step_of_the_same_doubles(void **state)
{
    (void)state;
    struct fixture a = make(TANH), b = make(TANH);
    float *x = allocate_or_fail(LARGEST * N_IN, sizeof *x), *y = allocate_or_fail(LARGEST * N_OUT, sizeof *y);
    for (int i = 0; i < LARGEST * N_IN; i++)
        x[i] = (float)a.x[i];
    for (int i = 0; i < LARGEST * N_OUT; i++)
        y[i] = (float)a.y[i];
    for (int i = 0; i < ROW_COUNTS; i++) {
        double of_a = SENTINEL, of_b = SENTINEL;
        assert_ok(dnn_trainer_step(a.trainer, a.x, a.y, row_counts[i], &of_a));
        assert_ok(dnn_trainer_step_f32(b.trainer, x, y, row_counts[i], &of_b));
        assert_same_bits(&of_a, &of_b, 1);
        double *theta = weights_of(a.model);
        assert_weights(b.model, theta);
        free(theta);
    }
    free(x), free(y);
    release(&a);
    release(&b);
}

/* ---- its parts ---- */

static void test_the_gradient_of_a_batch_is_the_sum_of_its_samples(void **state)
{
    (void)state;
    for (int i = 0; i < ROW_COUNTS; i++) {
        struct fixture f = make(TANH);
        double gradient[PARAMETERS], loss = SENTINEL;
        double *theta = weights_of(f.model);
        assert_ok(dnn_trainer_get_gradient(f.trainer, gradient));
        assert_true(largest_magnitude(gradient, PARAMETERS) == 0.0);
        /* Twice the same samples, in different portions. */
        assert_ok(dnn_trainer_accumulate(f.trainer, f.x, f.y, row_counts[i], &loss));
        assert_ok(dnn_trainer_accumulate(f.trainer, f.x, f.y, LARGEST, NULL));
        assert_ok(dnn_trainer_get_gradient(f.trainer, gradient));
        const double expected = naive_sum(&f, row_counts[i]);
        assert_near("loss sum", i, loss, expected, expected, 1e-13);
        (void)naive_sum(&f, LARGEST);
        const double scale = largest_magnitude(gradient, PARAMETERS);
        assert_true(scale > 1);
        for (int j = 0; j < PARAMETERS; j++)
            assert_near("gradient", j, gradient[j], (double)f.net->gradient[j], scale, 1e-13);
        assert_weights(f.model, theta);
        free(theta);
        release(&f);
    }
}

static void test_accumulate_and_apply_make_a_step(void **state)
{
    (void)state;
    struct fixture a = make(TANH), b = make(TANH);
    assert_ok(dnn_trainer_step(a.trainer, a.x, a.y, 300, NULL));
    for (int64_t first = 0; first < 300; first += 100)
        assert_ok(dnn_trainer_accumulate(b.trainer, b.x + first * N_IN, b.y + first * N_OUT, 100, NULL));
    assert_ok(dnn_trainer_apply(b.trainer, 1.0 / 300));
    double *of_a = weights_of(a.model), *of_b = weights_of(b.model);
    for (int i = 0; i < PARAMETERS; i++)
        assert_near("weight", i, of_b[i], of_a[i], 1, 1e-14);
    free(of_a), free(of_b);
    /* The sum is empty now. */
    double gradient[PARAMETERS];
    assert_ok(dnn_trainer_get_gradient(b.trainer, gradient));
    assert_true(largest_magnitude(gradient, PARAMETERS) == 0.0);
    expect_invalid(dnn_trainer_apply(b.trainer, 1), "no gradient to apply");
    release(&a);
    release(&b);
}

/* What data-parallel training does: gradients of two halves, added by the caller, applied by a third. */
static void test_gradients_can_be_carried_from_one_trainer_to_another(void **state)
{
    (void)state;
    struct fixture a = make(TANH), b = make(TANH), c = make(TANH);
    double of_a[PARAMETERS], of_b[PARAMETERS], sum[PARAMETERS], back[PARAMETERS];
    assert_ok(dnn_trainer_accumulate(a.trainer, a.x, a.y, 40, NULL));
    assert_ok(dnn_trainer_accumulate(b.trainer, b.x + 40 * N_IN, b.y + 40 * N_OUT, 60, NULL));
    assert_ok(dnn_trainer_get_gradient(a.trainer, of_a));
    assert_ok(dnn_trainer_get_gradient(b.trainer, of_b));
    for (int i = 0; i < PARAMETERS; i++)
        sum[i] = of_a[i] + of_b[i];
    assert_ok(dnn_trainer_set_gradient(c.trainer, sum));
    assert_ok(dnn_trainer_get_gradient(c.trainer, back));
    assert_same_bits(back, sum, PARAMETERS);
    assert_ok(dnn_trainer_apply(c.trainer, 0.01));
    (void)naive_sum(&c, 100);
    naive_apply(c.net, 0.125L * 0.01L);
    assert_naive_weights(&c, 1e-14);
    release(&a);
    release(&b);
    release(&c);
}

static void test_a_step_leaves_the_sum_alone(void **state)
{
    (void)state;
    struct fixture f = make(TANH);
    double before[PARAMETERS], after[PARAMETERS], norm;
    assert_ok(dnn_trainer_accumulate(f.trainer, f.x, f.y, 300, NULL));
    assert_ok(dnn_trainer_get_gradient(f.trainer, before));
    for (int i = 0; i < ROW_COUNTS; i++) {
        assert_ok(dnn_trainer_step(f.trainer, f.x, f.y, row_counts[i], NULL));
        assert_ok(dnn_trainer_layer_stats(f.trainer, 0, &norm, NULL, NULL));
        assert_ok(dnn_trainer_get_gradient(f.trainer, after));
        assert_same_bits(before, after, PARAMETERS);
    }
    release(&f);
}

/* ---- configs ---- */

static void test_a_trainer_that_would_change_the_network_is_refused_by_key(void **state)
{
    (void)state;
    static const char *const conflicts[][2] = {
        {"precision=f32", "precision is f32"},
        {"activation=relu", "activation is relu"},
        {"output_activation=identity", "output_activation is identity"},
        {"sigmoid_slope=1", "sigmoid_slope is 1 in the trainer's config, but the model was made with 0.01"},
        {"leaky_slope=0.5", "leaky_slope is 0.5"},
        {"activation.1=tanh", "activation.1 is tanh"},
        {"init=zeros", "init is zeros"},
        {"activation.9=sigmoid", "activation.9 is set, but the network's output is layer 2"},
        {"activation.2=sigmoid", "layer 2 is the output"},
    };
    dnn_model *model = model_of(layers, 3, "");
    dnn_trainer *trainer = NULL;
    for (size_t i = 0; i < sizeof conflicts / sizeof *conflicts; i++) {
        dnn_config *config = config_of(conflicts[i][0]);
        expect_invalid(dnn_trainer_create(model, config, &trainer), conflicts[i][1]);
        dnn_config_destroy(config);
    }
    assert_null(trainer);
    dnn_model_destroy(model);
}

/* Only a key that was set can be in conflict: a config that says nothing of the network goes with any. */
static void test_a_trainers_config_decides_how_to_learn(void **state)
{
    (void)state;
    struct fixture f = make(TANH);
    dnn_config *config = config_of("learning_rate=0.5 output_activation=identity");
    dnn_trainer *trainer = NULL;
    assert_ok(dnn_trainer_create(f.model, config, &trainer));
    assert_ok(dnn_config_set(config, "learning_rate", "100")); /* too late: it was copied */
    dnn_config_destroy(config);
    (void)naive_sum(&f, 1);
    naive_apply(f.net, 0.5L);
    assert_ok(dnn_trainer_step(trainer, f.x, f.y, 1, NULL));
    assert_naive_weights(&f, 1e-14);
    dnn_trainer_destroy(trainer);
    release(&f);
}

/* For one layer, the tutorial's rule is the exact one with c in the learning rate. */
static void test_a_trainers_config_decides_the_derivative_of_the_sigmoid(void **state)
{
    (void)state;
    static const int64_t shape[] = {1, 1};
    const double x = 0.5, y = 0.9;
    double w[2][2];
    static const char *const settings[] = {"sigmoid_derivative=exact learning_rate=1",
                                           "sigmoid_derivative=tutorial learning_rate=0.25"};
    for (int i = 0; i < 2; i++) {
        dnn_model *model = model_of(shape, 2, "sigmoid_slope=0.25");
        dnn_config *config = config_of(settings[i]);
        dnn_trainer *trainer = NULL;
        assert_ok(dnn_trainer_create(model, config, &trainer));
        double *before = weights_of(model);
        assert_ok(dnn_trainer_step(trainer, &x, &y, 1, NULL));
        assert_ok(dnn_model_get_parameters(model, w[i]));
        assert_true(fabs(w[i][0] - before[0]) > 1e-3);
        free(before);
        dnn_trainer_destroy(trainer);
        dnn_config_destroy(config);
        dnn_model_destroy(model);
    }
    assert_near("weight", 0, w[0][0], w[1][0], 1, 1e-15);
    assert_near("bias", 0, w[0][1], w[1][1], 1, 1e-15);
}

/* ---- layer_stats ---- */

static double norm_of(const double *values, int64_t count)
{
    long double sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += (long double)values[i] * values[i];
    return (double)sqrtl(sum);
}

/* What layer_stats says of both layers is what the naive gradient, times scale, and the weights say. */
static void assert_stats(const struct fixture *f, const long double *naive_gradient, long double scale)
{
    double *theta = weights_of(f->model);
    double gradient[PARAMETERS];
    for (int i = 0; i < PARAMETERS; i++)
        gradient[i] = (double)(naive_gradient[i] * scale);
    const int64_t count[] = {6 * 4, 2 * 7};
    for (int64_t l = 0, first = 0; l < 2; first += count[l++]) {
        double gradient_norm = SENTINEL, weight_norm = SENTINEL, saturated = SENTINEL;
        assert_ok(dnn_trainer_layer_stats(f->trainer, l, &gradient_norm, &weight_norm, &saturated));
        const double expected = norm_of(gradient + first, count[l]);
        assert_true(expected > 0);
        assert_near("gradient norm", l, gradient_norm, expected, expected, 1e-12);
        assert_near("weight norm", l, weight_norm, norm_of(theta + first, count[l]), weight_norm, 1e-13);
        assert_true(saturated == 0.0);
    }
    free(theta);
}

static void test_layer_stats_are_those_of_the_latest_gradient(void **state)
{
    (void)state;
    for (int i = 0; i < ROW_COUNTS; i++) {
        const int64_t n = row_counts[i];
        struct fixture f = make(TANH);
        (void)naive_sum(&f, n);
        assert_ok(dnn_trainer_accumulate(f.trainer, f.x, f.y, n, NULL));
        assert_stats(&f, f.net->gradient, 1); /* the sum */
        assert_ok(dnn_trainer_step(f.trainer, f.x, f.y, n, NULL));
        assert_stats(&f, f.net->gradient, 1.0L / (long double)n); /* the mean */
        assert_stats(&f, f.net->gradient, 1.0L / (long double)n); /* and looking does not change it */
        assert_ok(dnn_trainer_apply(f.trainer, 1e-3));
        assert_stats(&f, f.net->gradient, 1e-3L); /* what was applied of the sum */
        release(&f);
    }
}

/* A ReLU is off, and gives no gradient, where z < 0: with x = ±1 and weights ±1, that can be counted. */
static void test_saturated_is_the_share_of_neurons_that_pass_no_gradient(void **state)
{
    (void)state;
    static const int64_t shape[] = {1, 4, 1};
    dnn_model *model = model_of(shape, 3, "activation=relu output_activation=identity sigmoid_derivative=exact");
    dnn_trainer *trainer = trainer_of(model);
    const double w[8] = {1, 0, 1, 0, 1, 0, -1, 0}; /* three are off where x < 0, one where x > 0 */
    const double x[4] = {1, 1, 1, -1}, y[4] = {0};
    double saturated = SENTINEL;
    assert_ok(dnn_model_set_weights(model, 0, w));
    expect_invalid(dnn_trainer_layer_stats(trainer, 0, NULL, NULL, &saturated), "no step or accumulate");
    assert_true(saturated == SENTINEL);
    assert_ok(dnn_trainer_accumulate(trainer, x, y, 4, NULL));
    assert_ok(dnn_trainer_layer_stats(trainer, 0, NULL, NULL, &saturated));
    assert_true(saturated == (3 * 1 + 3) / 16.0);
    assert_ok(dnn_trainer_layer_stats(trainer, 1, NULL, NULL, &saturated));
    assert_true(saturated == 0.0);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

/* ---- check_gradient ---- */

static void test_checking_the_gradient_changes_nothing(void **state)
{
    (void)state;
    struct fixture f = make(TANH);
    double *theta = weights_of(f.model);
    double before[PARAMETERS], after[PARAMETERS], error = SENTINEL;
    assert_ok(dnn_trainer_accumulate(f.trainer, f.x, f.y, 5, NULL));
    assert_ok(dnn_trainer_get_gradient(f.trainer, before));
    assert_ok(dnn_trainer_check_gradient(f.trainer, f.x, f.y, 300, &error));
    assert_true(error >= 0 && error < 1e-6);
    assert_ok(dnn_trainer_get_gradient(f.trainer, after));
    assert_same_bits(before, after, PARAMETERS);
    assert_weights(f.model, theta);
    free(theta);
    release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_step_is_the_mean_gradient_step_whatever_the_number_of_samples),
        cmocka_unit_test(test_a_step_of_floats_is_the_step_of_the_same_doubles),
        cmocka_unit_test(test_the_gradient_of_a_batch_is_the_sum_of_its_samples),
        cmocka_unit_test(test_accumulate_and_apply_make_a_step),
        cmocka_unit_test(test_gradients_can_be_carried_from_one_trainer_to_another),
        cmocka_unit_test(test_a_step_leaves_the_sum_alone),
        cmocka_unit_test(test_a_trainer_that_would_change_the_network_is_refused_by_key),
        cmocka_unit_test(test_a_trainers_config_decides_how_to_learn),
        cmocka_unit_test(test_a_trainers_config_decides_the_derivative_of_the_sigmoid),
        cmocka_unit_test(test_layer_stats_are_those_of_the_latest_gradient),
        cmocka_unit_test(test_saturated_is_the_share_of_neurons_that_pass_no_gradient),
        cmocka_unit_test(test_checking_the_gradient_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
