/*
 * test_diagnose_sound.c - a network that learns well is told that nothing speaks against it: with every optimizer, in its
 * first steps and at the end of a fit, and also when there is nothing left to learn.
 *
 * That it learns well is checked, by accuracy or R²: a silence over a network that does not learn would prove nothing.
 */
#include "expect.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { N = 256, INPUTS = 4, CLASSES = 3 };

static double x[N * INPUTS], shares[N * CLASSES], yes[N], numbers[N];
static int32_t labels[N];

/* Three classes in stripes, with a question of yes or no, and a number of size 3 with noise. */
static int make_samples(void **state)
{
    (void)state;
    struct generator generator = {11};
    for (int i = 0; i < N; i++) {
        double *row = &x[INPUTS * i];
        for (int j = 0; j < INPUTS; j++)
            row[j] = 3.4 * (generator_uniform(&generator) - 0.5);
        const double sum = row[0] + row[1];
        labels[i] = sum < -0.6 ? 0 : sum < 0.6 ? 1 : 2;
        shares[CLASSES * i + labels[i]] = 1;
        yes[i] = row[0] * row[2] > 0;
        numbers[i] = 3 + 2 * row[0] - row[1] * row[3] + 0.4 * (generator_uniform(&generator) - 0.5);
    }
    return 0;
}

static const struct optimizer {
    const char *settings;
} optimizers[] = {
    {"optimizer=sgd learning_rate=0.03"},
    {"optimizer=sgd learning_rate=0.03 clip_norm=1"},
    {"optimizer=momentum learning_rate=0.01"},
    {"optimizer=nesterov learning_rate=0.01"},
    {"optimizer=rmsprop"},
    {"optimizer=adam"},
    {"optimizer=adam learning_rate=0.01"},
    {"optimizer=adam schedule=cosine learning_rate=0.01"},
    {"optimizer=adam dropout=0.1"},
    {"optimizer=adamw weight_decay=0.01"},
    {"optimizer=adam l2=1e-4"},
    {"optimizer=rprop learning_rate=0.01 batch_size=256"},
};
enum { OPTIMIZERS = sizeof optimizers / sizeof *optimizers };

enum problem { WHICH, YES_OR_NO, HOW_MUCH, PROBLEMS };

static dnn_dataset *dataset_for(enum problem problem)
{
    dnn_dataset *data = NULL;
    if (problem == WHICH)
        assert_ok(dnn_dataset_create_labels(x, N, INPUTS, labels, CLASSES, &data));
    else
        assert_ok(dnn_dataset_create(x, N, INPUTS, problem == YES_OR_NO ? yes : numbers, 1, &data));
    return data;
}

/* A config of the recipe, with settings "key=value key=value". */
static dnn_config *config_for(enum problem problem, const char *settings)
{
    dnn_config *config = NULL;
    char text[256], *rest = text;
    assert_ok(dnn_config_create(problem == HOW_MUCH ? "regressor" : "classifier", &config));
    if (problem == YES_OR_NO) {
        assert_ok(dnn_config_set(config, "output_activation", "sigmoid"));
        assert_ok(dnn_config_set(config, "loss", "binary_cross_entropy"));
    }
    assert_ok(dnn_config_set(config, "epochs", "150"));
    snprintf(text, sizeof text, "%s", settings);
    for (char *pair; (pair = strtok_r(rest, " ", &rest)) != NULL;) {
        char *value = strchr(pair, '=');
        *value = '\0';
        assert_ok(dnn_config_set(config, pair, value + 1));
    }
    return config;
}

static void assert_sound(dnn_trainer *trainer, enum problem problem, const char *settings, const char *when)
{
    char said[4096];
    assert_ok(dnn_trainer_diagnose(trainer, said, sizeof said, NULL));
    if (strstr(said, "Nothing in these figures speaks against learning") == NULL)
        fail_msg("problem %d, %s, %s: %s", (int)problem, settings, when, said);
}

static void assert_learned(const dnn_model *model, const dnn_dataset *data, enum problem problem, const char *settings)
{
    double figure = 0;
    if (problem == HOW_MUCH)
        assert_ok(dnn_model_score(model, data, &figure));
    else
        assert_ok(dnn_model_evaluate(model, data, NULL, &figure));
    if (figure < 0.88)
        fail_msg("problem %d, %s: learned to %g only", (int)problem, settings, figure);
}

static void train(enum problem problem, const char *settings)
{
    const int64_t layers[] = {INPUTS, 32, problem == WHICH ? CLASSES : 1};
    const double *const y[] = {shares, yes, numbers};
    dnn_config *config = config_for(problem, settings);
    dnn_dataset *data = dataset_for(problem);
    dnn_model *model = NULL;
    assert_ok(dnn_model_create(layers, 3, config, &model));
    assert_ok(dnn_model_standardize(model, data));
    dnn_trainer *trainer = trainer_of(model);
    if (strstr(settings, "rmsprop") == NULL) { /* whose first updates are larger than the rate by √1000 */
        for (int k = 0; k < 4; k++) {
            assert_ok(dnn_trainer_step(trainer, x + 32 * k * INPUTS, y[problem] + 32 * k * layers[2], 32, NULL));
            assert_sound(trainer, problem, settings, "in the first steps");
        }
    }
    assert_ok(dnn_trainer_fit(trainer, data, NULL));
    assert_learned(model, data, problem, settings);
    assert_sound(trainer, problem, settings, "after fit");
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_dataset_destroy(data);
    dnn_config_destroy(config);
}

static void test_who_learns_well_hears_no_complaint(void **state)
{
    (void)state;
    for (int problem = 0; problem < PROBLEMS; problem++)
        for (int o = 0; o < OPTIMIZERS; o++)
            train((enum problem)problem, optimizers[o].settings);
}

/* The best straight line through points that lie on none: the gradient is 0, and the loss is not. */
static void test_nor_does_who_has_learned_all_that_there_is(void **state)
{
    (void)state;
    static const char *const settings[] = {
        "output_activation=identity learning_rate=0.1",
        "output_activation=identity optimizer=momentum learning_rate=0.02",
        "output_activation=identity optimizer=adam learning_rate=0.01",
    };
    const double points[] = {-1, -0.5, 0, 0.5, 1}, heights[] = {1, -1, 2, 0, 3};
    const int64_t layers[] = {1, 1};
    for (int i = 0; i < 3; i++) {
        double bent[2];
        dnn_model *model = model_of(layers, 2, settings[i]);
        dnn_trainer *trainer = trainer_of(model);
        for (int k = 0; k < 5000; k++)
            assert_ok(dnn_trainer_step(trainer, points, heights, 5, NULL));
        assert_ok(dnn_model_get_parameters(model, bent));
        assert_near("slope", 0, bent[0], 1, 1, 1e-6); /* Σ x y / Σ x² = 2.5 / 2.5 */
        assert_near("height", 0, bent[1], 1, 1, 1e-6);
        assert_sound(trainer, HOW_MUCH, settings[i], "at the optimum");
        dnn_trainer_destroy(trainer);
        dnn_model_destroy(model);
    }
}

/* One sample, met to the last digit but a few. */
static void test_nor_does_who_meets_the_targets(void **state)
{
    (void)state;
    const double one[] = {0.5, -0.5}, target[] = {0.25};
    const int64_t layers[] = {2, 8, 1};
    dnn_model *model =
        model_of(layers, 3, "activation=tanh init=glorot_uniform output_activation=identity learning_rate=0.05");
    dnn_trainer *trainer = trainer_of(model);
    for (int k = 0; k < 200; k++)
        assert_ok(dnn_trainer_step(trainer, one, target, 1, NULL));
    assert_sound(trainer, HOW_MUCH, "one sample", "after 200 steps");
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_learns_well_hears_no_complaint),
        cmocka_unit_test(test_nor_does_who_has_learned_all_that_there_is),
        cmocka_unit_test(test_nor_does_who_meets_the_targets),
    };
    return cmocka_run_group_tests(tests, make_samples, NULL);
}
