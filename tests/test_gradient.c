/*
 * test_gradient.c - the gradient is right: by finite differences, by a naive network, and by what sums must do.
 *
 * Three witnesses that share nothing: dnn_trainer_check_gradient (the library's forward run alone), the naive long
 * double network of support.c, and identities (a batch is the sum of its samples; accumulate and apply are a step). A
 * gradient of 0 satisfies all three, so every test first asserts that each layer's gradient is not 0.
 */
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MOST_LAYERS 5
#define MOST_ROWS 7
#define MOST_NEURONS 8 /* of an input or output layer */
#define COUNT(array) ((int64_t)(sizeof(array) / sizeof(array)[0]))

struct shape {
    int64_t layers[MOST_LAYERS];
    int64_t layer_count;
};

static const struct shape shapes[] = {
    {{2, 3, 3, 2}, 4}, {{5, 4, 7, 3}, 4}, {{3, 2}, 2}, {{7, 1}, 2}, {{1, 5, 1}, 3}, {{4, 16, 16, 8, 3}, 5},
};

struct kind {
    const char *name;
    const char *settings;
    struct naive_options naive;
};

#define EXACT "sigmoid_derivative=exact "
#define ALL(name) "activation=" name " output_activation=" name " "

static const struct kind kinds[] = {
    {"identity", EXACT ALL("identity") "init=glorot_normal", {"identity", "identity", 1.0L, 0.01L, 0}},
    {"sigmoid, slope 1",
     EXACT ALL("sigmoid") "init=glorot_normal sigmoid_slope=1",
     {"sigmoid", "sigmoid", 1.0L, 0.01L, 0}},
    {"sigmoid, slope 0.5",
     EXACT ALL("sigmoid") "init=glorot_normal sigmoid_slope=0.5",
     {"sigmoid", "sigmoid", 0.5L, 0.01L, 0}},
    {"tanh", EXACT ALL("tanh") "init=glorot_normal", {"tanh", "tanh", 1.0L, 0.01L, 0}},
    {"relu", EXACT ALL("relu") "init=he_normal", {"relu", "relu", 1.0L, 0.01L, 0}},
    {"leaky_relu",
     EXACT ALL("leaky_relu") "init=he_normal leaky_slope=0.125",
     {"leaky_relu", "leaky_relu", 1.0L, 0.125L, 0}},
    {"tanh, then sigmoid",
     EXACT "activation=tanh output_activation=sigmoid init=glorot_normal sigmoid_slope=1",
     {"tanh", "sigmoid", 1.0L, 0.01L, 0}},
};

/* A network, its trainer, and samples at which no layer's gradient is 0. */
struct setting {
    const struct shape *shape;
    dnn_model *model;
    dnn_trainer *trainer;
    int64_t rows;
    int64_t parameter_count;
    double x[MOST_ROWS * MOST_NEURONS];
    double y[MOST_ROWS * MOST_NEURONS];
};

static int64_t outputs(const struct setting *setting)
{
    return setting->shape->layers[setting->shape->layer_count - 1];
}

static int every_gradient_is_alive(const struct setting *setting)
{
    for (int64_t l = 0; l + 1 < setting->shape->layer_count; l++) {
        double norm = NAN;
        assert_ok(dnn_trainer_layer_stats(setting->trainer, l, &norm, NULL, NULL));
        if (!(norm > 0.0))
            return 0;
    }
    return 1;
}

static void end(const struct setting *setting)
{
    dnn_trainer_destroy(setting->trainer);
    dnn_model_destroy(setting->model);
}

/* Draws weights and samples. With relu a small layer may be off for all samples, and its gradient 0: such a draw proves
 * nothing, and the next seed is taken. Samples are in [−0.5, 0.5), targets in [0, 1). */
static void begin(struct setting *setting, const struct shape *shape, const char *settings, int64_t rows)
{
    setting->shape = shape;
    setting->rows = rows;
    for (int seed = 1; seed <= 50; seed++) {
        char text[256];
        const int written = snprintf(text, sizeof text, "%s seed=%d", settings, seed);
        assert_in_range(written, 1, sizeof text - 1);
        setting->model = model_of(shape->layers, shape->layer_count, text);
        setting->trainer = trainer_of(setting->model);
        setting->parameter_count = dnn_model_parameter_count(setting->model);
        struct generator generator = {(uint64_t)seed};
        generator_fill(&generator, setting->x, rows * shape->layers[0], 0.5);
        generator_fill(&generator, setting->y, rows * outputs(setting), 0.0);
        assert_ok(dnn_trainer_accumulate(setting->trainer, setting->x, setting->y, rows, NULL));
        const int alive = every_gradient_is_alive(setting);
        assert_ok(dnn_trainer_apply(setting->trainer, 0.0)); /* empties the sum, moves nothing */
        if (alive)
            return;
        end(setting);
    }
    fail_msg("no seed of 50 gives a gradient that is not 0");
}

/* The sum of the gradients of rows first … first + rows − 1. Released with free. */
static double *gradient_of(const struct setting *setting, int64_t first, int64_t rows, double *loss_sum)
{
    double *gradient = allocate_or_fail((size_t)setting->parameter_count, sizeof *gradient);
    const double *x = setting->x + first * setting->shape->layers[0];
    const double *y = setting->y + first * outputs(setting);
    assert_ok(dnn_trainer_accumulate(setting->trainer, x, y, rows, loss_sum));
    assert_ok(dnn_trainer_get_gradient(setting->trainer, gradient));
    assert_ok(dnn_trainer_apply(setting->trainer, 0.0));
    return gradient;
}

/* Compares layer by layer, relative to the layer's largest number: where one cancels, its terms were of that size. */
static void assert_same_parameters(const struct setting *setting, const char *what, const double *actual,
                                   const double *expected, double tolerance)
{
    int64_t first = 0;
    for (int64_t l = 0; l + 1 < setting->shape->layer_count; l++) {
        const int64_t count = setting->shape->layers[l + 1] * (setting->shape->layers[l] + 1);
        const double scale = largest_magnitude(expected + first, count);
        assert_true(scale > 0.0);
        for (int64_t i = first; i < first + count; i++)
            assert_near(what, i, actual[i], expected[i], scale, tolerance);
        first += count;
    }
}

/* Runs a check for every kind, shape and number of rows. */
static void for_each_setting(void (*check)(const struct setting *, const struct kind *))
{
    static const int64_t row_counts[] = {1, 5};
    for (int64_t k = 0; k < COUNT(kinds); k++)
        for (int64_t s = 0; s < COUNT(shapes); s++)
            for (int64_t r = 0; r < COUNT(row_counts); r++) {
                struct setting setting;
                begin(&setting, &shapes[s], kinds[k].settings, row_counts[r]);
                check(&setting, &kinds[k]);
                end(&setting);
            }
}

/* ---- finite differences ---- */

static void check_differences(const struct setting *setting, const struct kind *kind)
{
    double error = NAN;
    assert_ok(dnn_trainer_check_gradient(setting->trainer, setting->x, setting->y, setting->rows, &error));
    if (!(error < 1e-6))
        fail_msg("%s, %lld layers, %lld rows: %g", kind->name, (long long)setting->shape->layer_count,
                 (long long)setting->rows, error);
}

static void test_exact_derivatives_agree_with_finite_differences(void **state)
{
    (void)state;
    for_each_setting(check_differences);
}

/* The tutorial's derivative lacks c = 0.01: of one layer the gradient is 100 times the true one, so it is off by 99; of
 * two, the first is off by 100² − 1. A check that called this right would call anything right. */
static void test_the_tutorials_derivative_is_reported_as_wrong(void **state)
{
    (void)state;
    static const struct shape one_layer = {{3, 2}, 2};
    static const struct shape two_layers = {{3, 4, 2}, 3};
    struct setting setting;
    double error = NAN;
    begin(&setting, &one_layer, "sigmoid_derivative=tutorial sigmoid_slope=0.01", 1);
    assert_ok(dnn_trainer_check_gradient(setting.trainer, setting.x, setting.y, 1, &error));
    assert_near("error of", 1, error, 99.0, 99.0, 1e-4);
    end(&setting);
    begin(&setting, &two_layers, "sigmoid_derivative=tutorial sigmoid_slope=0.01", 1);
    assert_ok(dnn_trainer_check_gradient(setting.trainer, setting.x, setting.y, 1, &error));
    assert_near("error of", 2, error, 9999.0, 9999.0, 1e-2);
    end(&setting);
    begin(&setting, &two_layers, "sigmoid_derivative=exact sigmoid_slope=0.01", 1);
    assert_ok(dnn_trainer_check_gradient(setting.trainer, setting.x, setting.y, 1, &error));
    assert_true(error < 1e-4); /* E hardly moves with W_0 here: the differences themselves are not better */
    end(&setting);
}

static void test_checking_the_gradient_changes_nothing(void **state)
{
    (void)state;
    struct setting setting;
    double error = NAN;
    begin(&setting, &shapes[1], kinds[3].settings, 3);
    const size_t bytes = (size_t)setting.parameter_count * sizeof(double);
    double *before = allocate_or_fail(4, bytes);
    double *after = before + setting.parameter_count;
    double *gradient_before = after + setting.parameter_count;
    double *gradient_after = gradient_before + setting.parameter_count;
    assert_ok(dnn_trainer_accumulate(setting.trainer, setting.x, setting.y, 2, NULL));
    assert_ok(dnn_model_get_parameters(setting.model, before));
    assert_ok(dnn_trainer_get_gradient(setting.trainer, gradient_before));
    assert_ok(dnn_trainer_check_gradient(setting.trainer, setting.x, setting.y, 3, &error));
    assert_ok(dnn_model_get_parameters(setting.model, after));
    assert_ok(dnn_trainer_get_gradient(setting.trainer, gradient_after));
    assert_memory_equal(before, after, bytes);
    assert_memory_equal(gradient_before, gradient_after, bytes);
    free(before);
    end(&setting);
}

/* ---- the naive network ---- */

/* The naive network's loss and gradient of the same samples. Released with free. */
static double *naive_gradient_of(const struct setting *setting, struct naive_options options, double *loss_sum)
{
    const int64_t n_in = setting->shape->layers[0];
    double *values = allocate_or_fail((size_t)setting->parameter_count, sizeof *values);
    struct naive *net = naive_create(setting->shape->layers, setting->shape->layer_count, options);
    long double loss = 0.0L;
    assert_ok(dnn_model_get_parameters(setting->model, values));
    naive_set_parameters(net, values);
    for (int64_t i = 0; i < setting->rows; i++)
        loss += naive_accumulate(net, setting->x + i * n_in, setting->y + i * outputs(setting));
    for (int64_t i = 0; i < setting->parameter_count; i++)
        values[i] = (double)net->gradient[i];
    naive_destroy(net);
    *loss_sum = (double)loss;
    return values;
}

static void check_against_naive(const struct setting *setting, const struct kind *kind)
{
    double loss = NAN;
    double naive_loss = NAN;
    double *gradient = gradient_of(setting, 0, setting->rows, &loss);
    double *naive = naive_gradient_of(setting, kind->naive, &naive_loss);
    assert_near("loss of rows", setting->rows, loss, naive_loss, naive_loss, 1e-13);
    assert_same_parameters(setting, kind->name, gradient, naive, 1e-12);
    free(gradient);
    free(naive);
}

static void test_the_gradient_is_that_of_the_naive_network(void **state)
{
    (void)state;
    for_each_setting(check_against_naive);
}

static void test_the_tutorials_gradient_is_that_of_the_naive_network(void **state)
{
    (void)state;
    static const struct kind tutorial = {
        "tutorial", "sigmoid_derivative=tutorial sigmoid_slope=0.01", {"sigmoid", "sigmoid", 0.01L, 0.01L, 1}};
    for (int64_t s = 0; s < COUNT(shapes); s++)
        for (int64_t rows = 1; rows <= MOST_ROWS; rows += 3) {
            struct setting setting;
            begin(&setting, &shapes[s], tutorial.settings, rows);
            check_against_naive(&setting, &tutorial);
            end(&setting);
        }
}

/* ---- identities ---- */

static void check_sum(const struct setting *setting, const struct kind *kind)
{
    double loss_of_all = NAN;
    double loss = 0.0;
    double *all = gradient_of(setting, 0, setting->rows, &loss_of_all);
    double *sum = allocate_or_fail((size_t)setting->parameter_count, sizeof *sum);
    for (int64_t i = 0; i < setting->rows; i++) {
        double loss_of_one = NAN;
        double *one = gradient_of(setting, i, 1, &loss_of_one);
        for (int64_t p = 0; p < setting->parameter_count; p++)
            sum[p] += one[p];
        loss += loss_of_one;
        free(one);
    }
    assert_near("loss of rows", setting->rows, loss_of_all, loss, loss, 1e-13);
    assert_same_parameters(setting, kind->name, all, sum, 1e-12);
    free(all);
    free(sum);
}

static void test_a_batchs_gradient_is_the_sum_of_its_samples(void **state)
{
    (void)state;
    for_each_setting(check_sum);
}

/* Two models with equal weights: one takes a step, the other accumulates in parts and applies 1/n. */
static void check_apply(const struct setting *setting, const struct kind *kind)
{
    const int64_t n_in = setting->shape->layers[0];
    const int64_t half = setting->rows / 2;
    double *stepped = allocate_or_fail((size_t)setting->parameter_count, sizeof *stepped);
    double *applied = allocate_or_fail((size_t)setting->parameter_count, sizeof *applied);
    dnn_model *twin = NULL;
    assert_ok(dnn_model_clone(setting->model, &twin));
    dnn_trainer *trainer = trainer_of(twin);
    assert_ok(dnn_trainer_step(trainer, setting->x, setting->y, setting->rows, NULL));
    if (half > 0)
        assert_ok(dnn_trainer_accumulate(setting->trainer, setting->x, setting->y, half, NULL));
    assert_ok(dnn_trainer_accumulate(setting->trainer, setting->x + half * n_in, setting->y + half * outputs(setting),
                                     setting->rows - half, NULL));
    assert_ok(dnn_model_get_parameters(setting->model, applied));
    assert_ok(dnn_model_get_parameters(twin, stepped));
    assert_memory_not_equal(applied, stepped, (size_t)setting->parameter_count * sizeof *applied);
    assert_ok(dnn_trainer_apply(setting->trainer, 1.0 / (double)setting->rows));
    assert_ok(dnn_model_get_parameters(setting->model, applied));
    assert_same_parameters(setting, kind->name, applied, stepped, 1e-14);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(twin);
    free(stepped);
    free(applied);
}

static void test_accumulate_and_apply_are_a_step(void **state)
{
    (void)state;
    for_each_setting(check_apply);
}

/* What data-parallel training does: two trainers' sums are added outside, and given back to one. */
static void test_a_gradient_that_is_set_is_the_gradient_that_is_applied(void **state)
{
    (void)state;
    struct setting setting;
    begin(&setting, &shapes[1], kinds[3].settings, 5);
    double *gradient = gradient_of(&setting, 0, 5, NULL);
    double *before = allocate_or_fail((size_t)setting.parameter_count, sizeof *before);
    double *after = allocate_or_fail((size_t)setting.parameter_count, sizeof *after);
    double *back = allocate_or_fail((size_t)setting.parameter_count, sizeof *back);
    assert_ok(dnn_model_get_parameters(setting.model, before));
    assert_ok(dnn_trainer_set_gradient(setting.trainer, gradient));
    assert_ok(dnn_trainer_get_gradient(setting.trainer, back));
    assert_memory_equal(gradient, back, (size_t)setting.parameter_count * sizeof *back);
    assert_ok(dnn_trainer_apply(setting.trainer, 0.2));
    assert_ok(dnn_model_get_parameters(setting.model, after));
    for (int64_t i = 0; i < setting.parameter_count; i++)
        assert_near("weight", i, after[i], before[i] - 0.01 * 0.2 * gradient[i], 1.0, 1e-15);
    assert_ok(dnn_trainer_get_gradient(setting.trainer, back));
    assert_true(largest_magnitude(back, setting.parameter_count) == 0.0);
    free(gradient);
    free(before);
    free(after);
    free(back);
    end(&setting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_derivatives_agree_with_finite_differences),
        cmocka_unit_test(test_the_tutorials_derivative_is_reported_as_wrong),
        cmocka_unit_test(test_checking_the_gradient_changes_nothing),
        cmocka_unit_test(test_the_gradient_is_that_of_the_naive_network),
        cmocka_unit_test(test_the_tutorials_gradient_is_that_of_the_naive_network),
        cmocka_unit_test(test_a_batchs_gradient_is_the_sum_of_its_samples),
        cmocka_unit_test(test_accumulate_and_apply_are_a_step),
        cmocka_unit_test(test_a_gradient_that_is_set_is_the_gradient_that_is_applied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
