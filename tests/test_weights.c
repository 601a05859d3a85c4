/*
 * test_weights.c - samples and classes that count for more than others: a weight is a repetition.
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

enum { N = 6, N_IN = 3, N_OUT = 2, REPEATED = 12, PARAMETERS = 4 * 4 + 2 * 5, SAID = 4096 };

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

/* ---- what is told of samples of weight 0 ---- */

/* Every fourth sample counts, and not the first. Networks of 4-16-2. */
enum { SEEN = 128, COUNTED = SEEN / 4, WIDTH = 4, HIDDEN = 16, OUTPUTS = 2 };

static const int64_t told[] = {WIDTH, HIDDEN, OUTPUTS};

struct told {
    const char *settings;
    double input;   /* inputs are uniform in [-1/2, 1/2), times this */
    double targets; /* of two, which add up to this */
    const char *says;
};

static void draw_told(const struct told *t, double *x, double *y)
{
    struct generator generator = {7};
    generator_fill(&generator, x, (int64_t)SEEN * WIDTH, 0.5);
    generator_fill(&generator, y, (int64_t)SEEN * OUTPUTS, 0.0);
    for (int i = 0; i < SEEN * WIDTH; i++)
        x[i] *= t->input;
    for (int i = 0; i < SEEN; i++) {
        y[OUTPUTS * i] *= t->targets;
        y[OUTPUTS * i + 1] = t->targets - y[OUTPUTS * i];
    }
}

/* The samples with weights; or, without any, those alone that count. */
static dnn_dataset *dataset_told(const double *x, const double *y, int is_weighted)
{
    dnn_dataset *data = NULL;
    double weights[SEEN], some_x[COUNTED * WIDTH], some_y[COUNTED * OUTPUTS];
    if (is_weighted) {
        for (int i = 0; i < SEEN; i++)
            weights[i] = i % 4 == 1;
        assert_ok(dnn_dataset_create(x, SEEN, WIDTH, y, OUTPUTS, &data));
        assert_ok(dnn_dataset_set_weights(data, weights));
        return data;
    }
    for (int i = 0; i < COUNTED; i++) {
        memcpy(&some_x[WIDTH * i], &x[WIDTH * (4 * i + 1)], WIDTH * sizeof *x);
        memcpy(&some_y[OUTPUTS * i], &y[OUTPUTS * (4 * i + 1)], OUTPUTS * sizeof *y);
    }
    assert_ok(dnn_dataset_create(some_x, COUNTED, WIDTH, some_y, OUTPUTS, &data));
    return data;
}

/* A trainer after one update from them all. */
static dnn_trainer *trainer_told(dnn_model *model, const dnn_dataset *data)
{
    dnn_trainer *trainer = trainer_of(model);
    assert_ok(dnn_trainer_fit(trainer, data, NULL));
    return trainer;
}

static void make_diagnosis(const struct told *t, const char *settings, int is_weighted, char *said)
{
    double x[SEEN * WIDTH], y[SEEN * OUTPUTS];
    draw_told(t, x, y);
    dnn_dataset *data = dataset_told(x, y, is_weighted);
    dnn_model *model = model_of(told, 3, settings);
    dnn_trainer *trainer = trainer_told(model, data);
    assert_ok(dnn_trainer_diagnose(trainer, said, SAID, NULL));
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_dataset_destroy(data);
}

#define ONCE " epochs=1 batch_size=128 shuffle=false sigmoid_derivative=exact"
#define LINEAR "activation=tanh init=glorot_uniform output_activation=identity"
#define SHARES "activation=leaky_relu init=he_normal output_activation=softmax loss=cross_entropy"

static void test_samples_of_weight_0_are_not_diagnosed(void **state)
{
    (void)state;
    static const struct told cases[] = {
        {SHARES, 3, 1, "Nothing in these figures"},
        {SHARES, 3, 0.5, "add up to 0.5,"},
        {SHARES, 3000, 1, "cost "},
        {SHARES, 40, 1, "Nothing in these figures"},
        {LINEAR, 120, 1, "Inputs are not of size 1: those of column"},
        {LINEAR, 3, 200, "those of output"},
        {LINEAR " activation=relu init=he_normal", 3, 1, "Nothing in these figures"},
        {LINEAR " activation=gelu", 3, 1, "Nothing in these figures"},
        {LINEAR " activation=sigmoid sigmoid_slope=50", 300, 1, "flat for all of the last 32 samples"},
        {LINEAR " learning_rate=1e-9", 3, 1, "Updates are too small"},
        {LINEAR " learning_rate=1e-9 init=zeros", 3, 0, "All neurons of layer 1"},
        {LINEAR " optimizer=adam engine=blas", 3, 1, "Nothing in these figures"},
        {LINEAR " optimizer=adam engine=fused threads=2", 3, 1, "Nothing in these figures"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int is_float = 0; is_float < 2; is_float++) {
            char settings[256], all[SAID], some[SAID];
            snprintf(settings, sizeof settings, "%s%s%s", cases[i].settings, ONCE, is_float ? " precision=f32" : "");
            make_diagnosis(&cases[i], settings, 1, all);
            make_diagnosis(&cases[i], settings, 0, some);
            if (strstr(some, cases[i].says) == NULL)
                fail_msg("of %s, \"%s\" is not in: %s", settings, cases[i].says, some);
            if (is_float) /* sums of 128 and of 32 numbers may differ in a digit that is shown */
                assert_non_null(strstr(all, cases[i].says));
            else
                assert_string_equal(all, some);
        }
}

/* Errors of 1 either way: of 250 samples that count, `zeros` to one side. */
static void diagnose_sides(int zeros, char *said)
{
    enum { ALL = 1000 };
    static const int64_t line[] = {1, 1};
    double x[ALL], y[ALL], weights[ALL];
    const double theta[] = {1, 0};
    for (int i = 0; i < ALL; i++) {
        x[i] = 1;
        y[i] = i / 4 < zeros ? 0 : 2;
        weights[i] = i % 4 == 1;
    }
    dnn_dataset *data = NULL;
    assert_ok(dnn_dataset_create(x, ALL, 1, y, 1, &data));
    assert_ok(dnn_dataset_set_weights(data, weights));
    dnn_model *model = model_of(line, 2, "output_activation=identity learning_rate=1e-9 epochs=1 batch_size=1000");
    assert_ok(dnn_model_set_parameters(model, theta));
    dnn_trainer *trainer = trainer_told(model, data);
    assert_ok(dnn_trainer_diagnose(trainer, said, SAID, NULL));
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_dataset_destroy(data);
}

/* There is more to learn where the mean gradient is a hundredth of a sample's own, or more: here (2 · zeros − 250) / 250. */
static void test_nor_do_they_hide_that_there_is_more_to_learn(void **state)
{
    (void)state;
    char said[SAID];
    diagnose_sides(128, said);
    assert_non_null(strstr(said, "Updates are too small"));
    diagnose_sides(126, said);
    assert_non_null(strstr(said, "Nothing in these figures"));
}

/* The share of a hidden layer of ReLUs that are off, of the samples that count. w: [HIDDEN × (WIDTH + 1)] */
static double off_by_hand(const double *w, const double *x)
{
    int off = 0;
    for (int i = 1; i < SEEN; i += 4)
        for (int k = 0; k < HIDDEN; k++) {
            const double *row = &w[(WIDTH + 1) * k];
            double z = row[WIDTH];
            for (int j = 0; j < WIDTH; j++)
                z += row[j] * x[WIDTH * i + j];
            off += z <= 0;
        }
    return (double)off / (COUNTED * HIDDEN);
}

static void test_nor_do_they_count_as_saturated(void **state)
{
    (void)state;
    static const char *const settings[] = {"", " optimizer=adam", " dropout=0.5", " engine=fused threads=2"};
    double x[SEEN * WIDTH], y[SEEN * OUTPUTS], w[HIDDEN * (WIDTH + 1)];
    draw_told(&(struct told){"", 2, 1, ""}, x, y);
    dnn_dataset *data = dataset_told(x, y, 1);
    for (size_t i = 0; i < sizeof settings / sizeof *settings * 2; i++) {
        char all[256];
        double before, share, after;
        snprintf(all, sizeof all, "%s%s%s%s", LINEAR " activation=relu init=he_normal", ONCE, settings[i / 2],
                 i % 2 == 0 ? "" : " precision=f32");
        dnn_model *model = model_of(told, 3, all);
        assert_ok(dnn_model_get_weights(model, 0, w));
        dnn_trainer *trainer = trainer_told(model, data);
        dnn_model *twin = model_of(told, 3, all);
        dnn_trainer *other = trainer_told(twin, data);
        assert_ok(dnn_trainer_layer_stats(other, 0, &before, NULL, NULL));
        assert_ok(dnn_trainer_layer_stats(trainer, 0, NULL, NULL, &share));
        assert_ok(dnn_trainer_layer_stats(trainer, 0, &after, NULL, NULL));
        assert_true(share == off_by_hand(w, x) && share > 0.1 && share < 0.9);
        assert_true(after == before && after > 0); /* the gradient is the whole batch's, whenever it is asked for */
        dnn_trainer_destroy(other);
        dnn_model_destroy(twin);
        dnn_trainer_destroy(trainer);
        dnn_model_destroy(model);
    }
    dnn_dataset_destroy(data);
}

/* The last batch weighs nothing: there is no gradient, and nothing to tell. Afterwards a step is told of, whatever the first
 * sample of that batch weighed. */
static void test_of_a_batch_of_weight_0_nothing_is_known(void **state)
{
    (void)state;
    static const int64_t shapes[][3] = {{1, 2, 1}, {1, 200, 1}}; /* small, and not */
    static const char *const batches[] = {"1", "2", "2 optimizer=adam"};
    const double x[] = {1, 2, -1, -2}, y[] = {0, 0, 0, 0}, weights[] = {1, 2, 0, 0};
    dnn_dataset *data = NULL;
    assert_ok(dnn_dataset_create(x, 4, 1, y, 1, &data));
    assert_ok(dnn_dataset_set_weights(data, weights));
    for (int i = 0; i < 6; i++) {
        char settings[256], said[SAID];
        double norm = -1, share = -1, w[400];
        snprintf(settings, sizeof settings, LINEAR " activation=relu init=zeros epochs=1 shuffle=false batch_size=%s",
                 batches[i / 2]);
        dnn_model *model = model_of(shapes[i % 2], 3, settings);
        for (int k = 0; k < 200; k++) {
            w[2 * k] = k % 2 == 0 ? 1 : -1; /* half of them are off */
            w[2 * k + 1] = 0;
        }
        assert_ok(dnn_model_set_weights(model, 0, w));
        dnn_trainer *trainer = trainer_told(model, data);
        assert_ok(dnn_trainer_layer_stats(trainer, 0, &norm, NULL, &share));
        assert_true(norm == 0 && share == 0);
        assert_ok(dnn_trainer_diagnose(trainer, said, SAID, NULL));
        assert_non_null(strstr(said, "all of the last samples have weight 0"));
        assert_null(strstr(said, "\n- "));
        assert_null(strstr(said, "nan"));
        assert_ok(dnn_trainer_step(trainer, x, y, 1, NULL));
        assert_ok(dnn_trainer_layer_stats(trainer, 0, NULL, NULL, &share));
        assert_true(share == 0.5);
        dnn_trainer_destroy(trainer);
        dnn_model_destroy(model);
    }
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
        cmocka_unit_test(test_samples_of_weight_0_are_not_diagnosed),
        cmocka_unit_test(test_nor_do_they_hide_that_there_is_more_to_learn),
        cmocka_unit_test(test_nor_do_they_count_as_saturated),
        cmocka_unit_test(test_of_a_batch_of_weight_0_nothing_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
