/*
 * test_weights.c - samples and classes that count for more than others: a weight is a repetition.
 */
#include "expect.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { N = 6, N_IN = 3, N_OUT = 2, REPEATED = 12, PARAMETERS = 4 * 4 + 2 * 5 };

static const int64_t layers[] = {N_IN, 4, N_OUT};
static const double repetitions[N] = {1, 0, 3, 2, 5, 1};

#define SETTINGS                                                                                                       \
    "activation=tanh output_activation=softmax loss=cross_entropy init=he_normal sigmoid_slope=1 batch_size=100 "      \
    "learning_rate=0.1 epochs=3 "

static void draw(double *x, int32_t *labels)
{
    struct generator generator = {3};
    generator_fill(&generator, x, (int64_t)N * N_IN, 0.5);
    for (int i = 0; i < N; i++)
        labels[i] = i % 3 == 0;
}

static dnn_dataset *samples(void)
{
    double x[N * N_IN];
    int32_t labels[N];
    dnn_dataset *data = NULL;
    draw(x, labels);
    assert_ok(dnn_dataset_create_labels(x, N, N_IN, labels, N_OUT, &data));
    return data;
}

/* Each sample as often as it weighs. */
static dnn_dataset *repeated_samples(void)
{
    double x[N * N_IN], more[REPEATED * N_IN];
    int32_t labels[N], more_labels[REPEATED];
    int count = 0;
    draw(x, labels);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < (int)repetitions[i]; k++, count++) {
            for (int j = 0; j < N_IN; j++)
                more[count * N_IN + j] = x[i * N_IN + j];
            more_labels[count] = labels[i];
        }
    assert_int_equal(count, REPEATED);
    dnn_dataset *data = NULL;
    assert_ok(dnn_dataset_create_labels(more, REPEATED, N_IN, more_labels, N_OUT, &data));
    return data;
}

/* The weights after a fit, and the loss of evaluate on the same dataset. */
static double fit(const char *settings, const dnn_dataset *data, double *theta)
{
    double loss = 0.0;
    dnn_model *model = model_of(layers, 3, settings);
    dnn_trainer *trainer = trainer_of(model);
    assert_ok(dnn_trainer_fit(trainer, data, NULL));
    assert_ok(dnn_model_get_parameters(model, theta));
    assert_ok(dnn_model_evaluate(model, data, &loss, NULL));
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    return loss;
}

static void assert_alike(const double *a, const double *b)
{
    for (int i = 0; i < PARAMETERS; i++)
        assert_near("weight", i, a[i], b[i], 1.0, 1e-13);
}

static void test_a_weight_is_a_repetition(void **state)
{
    (void)state;
    double weighted[PARAMETERS], repeated[PARAMETERS], plain[PARAMETERS], scaled[N];
    dnn_dataset *data = samples(), *more = repeated_samples();
    fit(SETTINGS, data, plain);
    for (int i = 0; i < N; i++)
        scaled[i] = 1e300 * repetitions[i]; /* only proportions count */
    assert_ok(dnn_dataset_set_weights(data, scaled));
    const double loss = fit(SETTINGS, data, weighted);
    assert_near("loss", 0, loss, fit(SETTINGS, more, repeated), 1.0, 1e-13);
    assert_alike(weighted, repeated);
    assert_true(fabs(weighted[0] - plain[0]) > 1e-6);
    assert_ok(dnn_dataset_set_weights(data, NULL));
    fit(SETTINGS, data, weighted);
    assert_same_bits(weighted, plain, PARAMETERS);
    dnn_dataset_destroy(data);
    dnn_dataset_destroy(more);
}

/* Two samples of class 1, four of class 0: the weights 6 / (2 · 2) and 6 / (2 · 4). */
static void test_balanced_classes_are_weights_by_hand(void **state)
{
    (void)state;
    double balanced[PARAMETERS], by_hand[PARAMETERS], both[PARAMETERS];
    const double weights[N] = {1.5, 0.75, 0.75, 1.5, 0.75, 0.75};
    dnn_dataset *data = samples();
    fit(SETTINGS "class_weight=balanced", data, balanced);
    assert_ok(dnn_dataset_set_weights(data, weights));
    fit(SETTINGS, data, by_hand);
    assert_alike(balanced, by_hand);
    fit(SETTINGS "class_weight=balanced", data, both);
    assert_true(fabs(both[0] - balanced[0]) > 1e-6);
    dnn_dataset_destroy(data);
}

static void test_numbers_have_no_classes_to_balance(void **state)
{
    (void)state;
    dnn_dataset *data = random_dataset(1, N, N_IN, N_OUT);
    dnn_model *model = model_of(layers, 3, "class_weight=balanced");
    dnn_trainer *trainer = trainer_of(model);
    double *theta = weights_of(model);
    expect_invalid(dnn_trainer_fit(trainer, data, NULL), "needs classes");
    assert_weights(model, theta);
    free(theta);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_dataset_destroy(data);
}

/* The parts of a split, in whatever order, have the weights of their samples: together their losses are the whole's. */
/* Two samples count, alike. Either each part has one of them, and the whole's loss is the mean of the parts'; or one part
 * has both, the weights of the other are all 0, and the split is refused. */
static void test_parts_inherit_the_weights_and_none_is_without(void **state)
{
    (void)state;
    dnn_dataset *data = samples();
    const double weights[N] = {0, 4, 0, 4, 0, 0};
    assert_ok(dnn_dataset_set_weights(data, weights));
    dnn_model *model = model_of(layers, 3, SETTINGS);
    double whole = 0.0, loss[2];
    assert_ok(dnn_model_evaluate(model, data, &whole, NULL));
    int made = 0;
    for (int64_t seed = 0; seed < 20; seed++) {
        dnn_dataset *parts[2] = {NULL, NULL};
        if (dnn_dataset_split(data, 0.5, seed, &parts[0], &parts[1]) != DNN_OK) {
            expect_invalid(dnn_dataset_split(data, 0.5, seed, &parts[0], &parts[1]), "in one part are 0");
            assert_true(parts[0] == NULL && parts[1] == NULL);
            continue;
        }
        for (int p = 0; p < 2; p++) {
            assert_ok(dnn_model_evaluate(model, parts[p], &loss[p], NULL));
            dnn_dataset_destroy(parts[p]);
        }
        assert_near("loss", seed, (loss[0] + loss[1]) / 2, whole, 1.0, 1e-12);
        made++;
    }
    assert_true(made > 0 && made < 20);
    dnn_model_destroy(model);
    dnn_dataset_destroy(data);
}

static void test_weights_that_are_none_are_refused_and_the_old_ones_stay(void **state)
{
    (void)state;
    double before[PARAMETERS], after[PARAMETERS];
    dnn_dataset *data = samples();
    assert_ok(dnn_dataset_set_weights(data, repetitions));
    fit(SETTINGS, data, before);
    double bad[N] = {1, 1, -1, 1, 1, 1};
    expect_invalid(dnn_dataset_set_weights(data, bad), "weights[2] is -1, expected at least 0");
    bad[2] = (double)NAN;
    expect_not_finite(dnn_dataset_set_weights(data, bad), "weights[2]");
    const double zeros[N] = {0};
    expect_invalid(dnn_dataset_set_weights(data, zeros), "all weights are 0");
    expect_invalid(dnn_dataset_set_weights(NULL, repetitions), "dataset is NULL");
    fit(SETTINGS, data, after);
    assert_same_bits(before, after, PARAMETERS);
    dnn_dataset_destroy(data);
}

/* Training, and the loss, of a dataset with one sample that weighs nothing and has these numbers. */
static double with_a_stranger(double input, double target, double *theta)
{
    const int64_t shape[] = {N_IN, 4, 1};
    struct generator generator = {3};
    double x[N * N_IN], y[N], loss = 0.0;
    const double weights[N] = {1, 2, 1, 0, 1, 3};
    generator_fill(&generator, x, (int64_t)N * N_IN, 0.5);
    generator_fill(&generator, y, N, 0.5);
    y[3] = target;
    dnn_dataset *data = NULL;
    assert_ok(dnn_dataset_create(x, N, N_IN, y, 1, &data));
    assert_ok(dnn_dataset_set_weights(data, weights));
    dnn_model *model = model_of(shape, 3, "precision=f32 activation=tanh output_activation=identity init=he_normal");
    assert_ok(dnn_model_evaluate(model, data, &loss, NULL));
    dnn_dataset_destroy(data);
    x[3 * N_IN] = input;
    assert_ok(dnn_dataset_create(x, N, N_IN, y, 1, &data));
    assert_ok(dnn_dataset_set_weights(data, weights));
    for (int batch = 0; batch < 2; batch++) {
        dnn_trainer *trainer = NULL;
        dnn_config *config = config_of(batch == 0 ? "epochs=3 batch_size=1" : "epochs=3 batch_size=6 optimizer=adam");
        assert_ok(dnn_trainer_create(model, config, &trainer));
        assert_ok(dnn_trainer_fit(trainer, data, NULL));
        dnn_trainer_destroy(trainer);
        dnn_config_destroy(config);
    }
    assert_ok(dnn_model_get_parameters(model, theta));
    dnn_model_destroy(model);
    dnn_dataset_destroy(data);
    return loss;
}

static void test_a_sample_of_weight_0_spoils_nothing_whatever_its_numbers(void **state)
{
    (void)state;
    double usual[4 * 4 + 5], strange[4 * 4 + 5];
    const double loss = with_a_stranger(0.5, 0.5, usual);
    assert_true(loss > 0);
    assert_true(with_a_stranger(TOO_LARGE_FOR_FLOAT, TOO_LARGE_FOR_FLOAT, strange) == loss);
    assert_same_bits(strange, usual, 4 * 4 + 5);
    assert_true(with_a_stranger(3e38, -3e38, strange) == loss);
    assert_same_bits(strange, usual, 4 * 4 + 5);
}

/* One output that says yes or no takes labels of two classes as 0 and 1. */
static void test_one_output_takes_two_classes(void **state)
{
    (void)state;
    const int64_t one[] = {N_IN, 4, 1};
    dnn_dataset *data = samples();
    dnn_model *model = model_of(one, 3,
                                "activation=tanh init=he_normal sigmoid_slope=1 sigmoid_derivative=exact "
                                "loss=binary_cross_entropy optimizer=adam learning_rate=0.1 epochs=300 "
                                "batch_size=6 class_weight=balanced");
    dnn_trainer *trainer = trainer_of(model);
    double accuracy = 0.0;
    assert_ok(dnn_trainer_fit(trainer, data, NULL));
    assert_ok(dnn_model_evaluate(model, data, NULL, &accuracy));
    assert_true(accuracy == 1.0);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_dataset_destroy(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_weight_is_a_repetition),
        cmocka_unit_test(test_balanced_classes_are_weights_by_hand),
        cmocka_unit_test(test_numbers_have_no_classes_to_balance),
        cmocka_unit_test(test_parts_inherit_the_weights_and_none_is_without),
        cmocka_unit_test(test_weights_that_are_none_are_refused_and_the_old_ones_stay),
        cmocka_unit_test(test_a_sample_of_weight_0_spoils_nothing_whatever_its_numbers),
        cmocka_unit_test(test_one_output_takes_two_classes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
