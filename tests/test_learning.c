/*
 * test_learning.c - the recipes on problems that are small and hard: XOR, two spirals, Friedman's function.
 *
 * No figure of the library's own: the thresholds are what PyTorch reaches with the same settings, or all samples.
 */
#include "expect.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static const double pi = 3.14159265358979323846;

static dnn_config *recipe(const char *name, int64_t seed, int64_t epochs, double rate)
{
    dnn_config *config = NULL;
    assert_ok(dnn_config_create(name, &config));
    assert_ok(dnn_config_set_integer(config, "seed", seed));
    assert_ok(dnn_config_set_integer(config, "epochs", epochs));
    assert_ok(dnn_config_set_number(config, "learning_rate", rate));
    return config;
}

/* Trains a new model; takes the config over. */
static dnn_model *trained(const int64_t *layers, int64_t count, dnn_config *config, const dnn_dataset *data, int scaled)
{
    dnn_model *model = NULL;
    dnn_trainer *trainer = NULL;
    assert_ok(dnn_model_create(layers, count, config, &model));
    if (scaled)
        assert_ok(dnn_model_standardize(model, data));
    assert_ok(dnn_trainer_create(model, NULL, &trainer));
    assert_ok(dnn_trainer_fit(trainer, data, NULL));
    dnn_trainer_destroy(trainer);
    dnn_config_destroy(config);
    return model;
}

static double accuracy_of(dnn_model *model, const dnn_dataset *data)
{
    double accuracy = 0.0;
    assert_ok(dnn_model_evaluate(model, data, NULL, &accuracy));
    dnn_model_destroy(model);
    return accuracy;
}

static void test_xor_is_solved_from_every_start(void **state)
{
    (void)state;
    const double x[] = {0, 0, 0, 1, 1, 0, 1, 1};
    const int32_t labels[] = {0, 1, 1, 0};
    const int64_t layers[] = {2, 8, 2};
    dnn_dataset *data = NULL;
    assert_ok(dnn_dataset_create_labels(x, 4, 2, labels, 2, &data));
    for (int64_t seed = 0; seed < 100; seed++)
        if (accuracy_of(trained(layers, 3, recipe("classifier", seed, 1000, 0.01), data, 0), data) != 1.0)
            fail_msg("seed %d does not learn XOR", (int)seed);
    dnn_dataset_destroy(data);
}

/* 194 points on two spirals of three turns. Lang and Witbrock, "Learning to tell two spirals apart", 1988. */
static void test_two_spirals_are_told_apart(void **state)
{
    (void)state;
    enum { HALF = 97 };
    double x[4 * HALF];
    int32_t labels[2 * HALF];
    for (int i = 0; i < HALF; i++) {
        const double radius = 6.5 * (104 - i) / 104, angle = i * pi / 16;
        for (int side = 0; side < 2; side++) {
            x[2 * (2 * i + side)] = (side ? -1 : 1) * radius * sin(angle);
            x[2 * (2 * i + side) + 1] = (side ? -1 : 1) * radius * cos(angle);
            labels[2 * i + side] = side;
        }
    }
    const int64_t layers[] = {2, 64, 64, 2};
    dnn_dataset *data = NULL;
    assert_ok(dnn_dataset_create_labels(x, 2 * HALF, 2, labels, 2, &data));
    for (int64_t seed = 0; seed < 5; seed++) {
        dnn_config *config = recipe("classifier", seed, 2000, 0.001);
        assert_ok(dnn_config_set(config, "patience", "300"));
        if (accuracy_of(trained(layers, 4, config, data, 1), data) != 1.0)
            fail_msg("seed %d does not tell the spirals apart", (int)seed);
    }
    dnn_dataset_destroy(data);
}

/* Standard normal, by Box and Muller. */
static double normal(struct generator *generator)
{
    const double radius = sqrt(-2 * log(1 - generator_uniform(generator)));
    return radius * cos(2 * pi * generator_uniform(generator));
}

/* Friedman, "Multivariate adaptive regression splines", 1991: of ten inputs five count; the noise has deviation 1. */
static dnn_dataset *friedman(uint64_t seed)
{
    enum { N = 2000 };
    static double x[N * 10], y[N];
    struct generator generator = {seed};
    for (int i = 0; i < N; i++) {
        double *row = &x[10 * i];
        generator_fill(&generator, row, 10, 0);
        y[i] = 10 * sin(pi * row[0] * row[1]) + 20 * (row[2] - 0.5) * (row[2] - 0.5) + 10 * row[3] + 5 * row[4] +
               normal(&generator);
    }
    dnn_dataset *data = NULL;
    assert_ok(dnn_dataset_create(x, N, 10, y, 1, &data));
    return data;
}

static void test_friedmans_function_is_learned_and_better_with_decay(void **state)
{
    (void)state;
    const int64_t layers[] = {10, 64, 64, 1};
    for (int64_t seed = 0; seed < 3; seed++) {
        dnn_dataset *training = friedman((uint64_t)(1000 + seed)), *test = friedman((uint64_t)(2000 + seed));
        for (int decays = 0; decays < 2; decays++) {
            dnn_config *config = recipe("regressor", seed, 100, 0.001);
            assert_ok(dnn_config_set_number(config, "weight_decay", decays ? 0.1 : 0.0));
            dnn_model *model = trained(layers, 4, config, training, 1);
            double r2 = 0.0;
            assert_ok(dnn_model_score(model, test, &r2));
            printf("Friedman, seed %d, weight_decay %g: R2 = %.4f\n", (int)seed, decays ? 0.1 : 0.0, r2);
            assert_true(r2 >= (decays ? 0.93 : 0.91));
            dnn_model_destroy(model);
        }
        dnn_dataset_destroy(training);
        dnn_dataset_destroy(test);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xor_is_solved_from_every_start),
        cmocka_unit_test(test_two_spirals_are_told_apart),
        cmocka_unit_test(test_friedmans_function_is_learned_and_better_with_decay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
