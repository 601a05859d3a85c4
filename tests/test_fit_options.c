/*
 * test_fit_options.c - what fit does between epochs: schedules, early stopping, the best weights; and dropout.
 *
 * Rates are compared with the formulas of dnn.h, written out here once more.
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

enum { N = 20, N_IN = 3, N_OUT = 2, BATCHES = 4, MOST = 400, PARAMETERS = 8 * 4 + 2 * 9 };

static const double pi = 3.14159265358979323846;
static const int64_t layers[] = {N_IN, 8, N_OUT};

#define SETTINGS                                                                                                       \
    "activation=tanh init=he_normal output_activation=identity optimizer=adam learning_rate=0.5 shuffle=true "         \
    "batch_size=5 "

struct record {
    int count;
    double rate[MOST];
    double speed;
};

static int32_t note(void *user, const dnn_progress *progress)
{
    struct record *record = user;
    assert_true(record->count < MOST);
    record->rate[record->count++] = dnn_progress_learning_rate(progress);
    record->speed = dnn_progress_samples_per_second(progress);
    return 1;
}

static struct record rates(const char *settings, int fits)
{
    char text[512];
    struct record record = {0};
    snprintf(text, sizeof text, "%s%s", SETTINGS, settings);
    dnn_dataset *data = random_dataset(1, N, N_IN, N_OUT);
    dnn_model *model = model_of(layers, 3, text);
    dnn_trainer *trainer = trainer_of(model);
    assert_ok(dnn_trainer_set_progress(trainer, note, &record));
    for (int f = 0; f < fits; f++)
        assert_ok(dnn_trainer_fit(trainer, data, NULL));
    assert_true(record.speed > 0.0);
    assert_true(dnn_trainer_learning_rate(trainer) == record.rate[record.count - 1]);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_dataset_destroy(data);
    return record;
}

static void check_rates(const char *settings, int fits, double (*formula)(int epoch, double t))
{
    const struct record record = rates(settings, fits);
    for (int i = 0; i < record.count; i++)
        assert_near(settings, i, record.rate[i], formula(i / BATCHES, (double)i / BATCHES), 0.5, 1e-15);
}

static double step_rate(int epoch, double t)
{
    (void)t;
    return 0.5 * pow(0.25, epoch / 3);
}

static double exponential_rate(int epoch, double t)
{
    (void)t;
    return 0.5 * pow(0.9, epoch);
}

static double cosine_rate(int epoch, double t)
{
    (void)epoch;
    return 0.1 + (0.5 - 0.1) * (1 + cos(pi * fmod(t, 6) / 6)) / 2;
}

static double warm_rate(int epoch, double t)
{
    (void)epoch;
    return t < 2 ? 0.5 * (t + 0.25) / 2 : 0.5 * (1 + cos(pi * (t - 2) / 6)) / 2;
}

static double constant_rate(int epoch, double t)
{
    (void)epoch, (void)t;
    return 0.5;
}

static void test_each_schedule_is_its_formula(void **state)
{
    (void)state;
    check_rates("epochs=8", 1, constant_rate);
    check_rates("epochs=8 schedule=step schedule_factor=0.25 schedule_every=3", 1, step_rate);
    check_rates("epochs=4 schedule=step schedule_factor=0.25 schedule_every=3", 2, step_rate); /* over two fits */
    check_rates("epochs=8 schedule=exponential schedule_rate=0.9", 1, exponential_rate);
    check_rates("epochs=6 schedule=cosine schedule_minimum=0.1", 2, cosine_rate); /* and begins again */
    check_rates("epochs=3 schedule=cosine schedule_length=6 schedule_minimum=0.1", 4, cosine_rate);
    check_rates("epochs=8 schedule=warmup_cosine schedule_warmup=2", 1, warm_rate);
}

/* With a min_delta that no loss reaches, each epoch after the first is a wait: cuts after epochs 4, 7, 10 … */
static double plateau_rate(int epoch, double t)
{
    (void)t;
    return fmax(0.01, 0.5 * pow(0.5, epoch < 1 ? 0 : (epoch - 1) / 3));
}

static void test_a_plateau_cuts_the_rate(void **state)
{
    (void)state;
    check_rates("epochs=24 schedule=plateau schedule_factor=0.5 schedule_every=3 schedule_minimum=0.01 min_delta=1e9",
                1, plateau_rate);
}

static void test_the_rate_can_be_set_by_hand(void **state)
{
    (void)state;
    dnn_model *model = model_of(layers, 3, SETTINGS "precision=f32");
    dnn_trainer *trainer = trainer_of(model);
    assert_true(dnn_trainer_learning_rate(trainer) == 0.5);
    assert_ok(dnn_trainer_set_learning_rate(trainer, 0.125));
    expect_invalid(dnn_trainer_set_learning_rate(trainer, 0), "rate is 0, which is not above 0");
    expect_invalid(dnn_trainer_set_learning_rate(trainer, -1), "rate is -1, which is not above 0");
    expect_not_finite(dnn_trainer_set_learning_rate(trainer, TOO_LARGE_FOR_FLOAT),
                      "1e+300, which is not finite in f32");
    expect_not_finite(dnn_trainer_set_learning_rate(trainer, (double)NAN), "not finite");
    assert_true(dnn_trainer_learning_rate(trainer) == 0.125 && isnan(dnn_trainer_learning_rate(NULL)));
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

/* A rate of 0.5 is far too large: the validation loss rises and falls, and the last weights are not the best. */
static void check_best(const char *settings, int restores)
{
    char text[512];
    snprintf(text, sizeof text, SETTINGS "epochs=200 patience=7 %s", settings);
    dnn_dataset *data = random_dataset(1, N, N_IN, N_OUT), *validation = random_dataset(2, N, N_IN, N_OUT);
    dnn_model *model = model_of(layers, 3, text);
    dnn_trainer *trainer = trainer_of(model);
    assert_true(dnn_trainer_best_epoch(trainer) == -1 && dnn_trainer_best_epoch(NULL) == -1);
    assert_ok(dnn_trainer_fit(trainer, data, validation));
    const int64_t count = dnn_trainer_history_count(trainer), best = dnn_trainer_best_epoch(trainer);
    assert_int_equal(best + 1 + 7, count); /* stopped 7 epochs after it */
    double best_loss = INFINITY, last_loss = INFINITY, loss = 0.0;
    for (int64_t e = 0; e < count; e++) {
        assert_ok(dnn_trainer_history(trainer, e, NULL, &last_loss, NULL));
        assert_true(e == best || last_loss >= best_loss || e < best);
        if (e == best)
            best_loss = last_loss;
    }
    assert_ok(dnn_model_evaluate(model, validation, &loss, NULL));
    assert_true(last_loss != best_loss);
    assert_true(loss == (restores ? best_loss : last_loss));
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_dataset_destroy(data);
    dnn_dataset_destroy(validation);
}

static void test_fit_stops_and_goes_back_to_the_best_weights(void **state)
{
    (void)state;
    check_best("", 1);
    check_best("precision=f32", 1);
    check_best("restore_best=false", 0);
}

static void trained(const char *settings, double *theta)
{
    char text[512];
    snprintf(text, sizeof text, SETTINGS "epochs=3 %s", settings);
    dnn_dataset *data = random_dataset(1, N, N_IN, N_OUT);
    dnn_model *model = model_of(layers, 3, text);
    dnn_trainer *trainer = trainer_of(model);
    assert_ok(dnn_trainer_fit(trainer, data, NULL));
    assert_ok(dnn_model_get_parameters(model, theta));
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_dataset_destroy(data);
}

static void test_the_same_seed_trains_the_same_weights_bit_for_bit(void **state)
{
    (void)state;
    double a[PARAMETERS], b[PARAMETERS];
    trained("seed=5 dropout=0.3", a);
    trained("seed=5 dropout=0.3", b);
    assert_same_bits(a, b, PARAMETERS);
    trained("seed=5", b);
    assert_true(a[0] != b[0]);
    trained("seed=6 dropout=0.3", b);
    assert_true(a[0] != b[0]);
}

/* The gradient of one sample with one hidden layer of identity: a dropped neuron's row of ∇W_1 is 0, a kept one's x is
 * 1 / (1 − p) times what it is without dropout. 10,000 activations; 5 deviations are 0.023. */
static void test_dropout_drops_its_share_and_scales_the_rest(void **state)
{
    (void)state;
    enum { HIDDEN = 10000 };
    const int64_t wide[] = {1, HIDDEN, 1};
    dnn_model *model = model_of(wide, 3, "activation=identity output_activation=identity dropout=0.25");
    dnn_trainer *trainer = trainer_of(model);
    double *theta = allocate_or_fail(3 * HIDDEN + 1, sizeof *theta);
    double *gradient = allocate_or_fail(3 * HIDDEN + 1, sizeof *gradient);
    for (int i = 0; i < 2 * HIDDEN; i++)
        theta[i] = i % 2 == 0; /* x_1 = x_0, and W_1 = 0: y = 0, ψ = −2 */
    assert_ok(dnn_model_set_parameters(model, theta));
    const double x = 1.0, y = 1.0;
    assert_ok(dnn_trainer_accumulate(trainer, &x, &y, 1, NULL));
    assert_ok(dnn_trainer_get_gradient(trainer, gradient));
    int dropped = 0;
    for (int j = 0; j < HIDDEN; j++) {
        dropped += gradient[2 * HIDDEN + j] == 0.0;
        if (gradient[2 * HIDDEN + j] != 0.0)
            assert_near("x / (1 - p)", j, gradient[2 * HIDDEN + j], -2 / 0.75, 1.0, 1e-15);
    }
    assert_true(fabs(dropped / (double)HIDDEN - 0.25) < 0.023);
    free(theta);
    free(gradient);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

/* Once an epoch was worse than the best one, a rate with which no update stays finite. */
static int32_t explode(void *user, const dnn_progress *progress)
{
    dnn_trainer *trainer = user;
    if (dnn_progress_batch(progress) == dnn_progress_batches(progress) &&
        dnn_trainer_best_epoch(trainer) < dnn_trainer_history_count(trainer) - 1)
        assert_ok(dnn_trainer_set_learning_rate(trainer, 1e300));
    return 1;
}

static void test_a_fit_that_overflows_goes_back_to_the_best_weights_too(void **state)
{
    (void)state;
    dnn_dataset *data = random_dataset(1, N, N_IN, N_OUT), *validation = random_dataset(2, N, N_IN, N_OUT);
    dnn_model *model = model_of(layers, 3, SETTINGS "epochs=200 patience=7");
    dnn_trainer *trainer = trainer_of(model);
    double best_loss, loss;
    assert_ok(dnn_trainer_set_progress(trainer, explode, trainer));
    expect_not_finite(dnn_trainer_fit(trainer, data, validation), "batch 1 of 4");
    const int64_t best = dnn_trainer_best_epoch(trainer);
    assert_true(best >= 0 && best < dnn_trainer_history_count(trainer) - 1);
    assert_ok(dnn_trainer_history(trainer, best, NULL, &best_loss, NULL));
    assert_ok(dnn_model_evaluate(model, validation, &loss, NULL));
    assert_true(loss == best_loss);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_dataset_destroy(data);
    dnn_dataset_destroy(validation);
}

/* ---- validation ---- */

struct judged {
    dnn_dataset *validation;
    double loss[3], accuracy[3];
};

/* After each epoch it puts other weights in the place of the validation set's. */
static int32_t reweigh(void *user, const dnn_progress *progress)
{
    struct judged *judged = user;
    if (dnn_progress_batch(progress) == dnn_progress_batches(progress)) {
        const int64_t epoch = dnn_progress_epoch(progress) - 1;
        double weights[N] = {0};
        weights[epoch] = 1;
        judged->loss[epoch] = dnn_progress_validation_loss(progress);
        judged->accuracy[epoch] = dnn_progress_validation_accuracy(progress);
        assert_ok(dnn_dataset_set_weights(judged->validation, weights));
    }
    return 1;
}

static struct judged judge(dnn_dataset *validation)
{
    struct judged judged = {.validation = validation};
    dnn_dataset *data = random_dataset(1, N, N_IN, N_OUT);
    dnn_model *model = model_of(layers, 3, "activation=tanh init=he_normal learning_rate=1e-300 epochs=3");
    dnn_trainer *trainer = trainer_of(model);
    assert_ok(dnn_trainer_set_progress(trainer, reweigh, &judged));
    assert_ok(dnn_trainer_fit(trainer, data, validation));
    double accuracy = 0;
    assert_ok(dnn_trainer_history(trainer, 2, NULL, NULL, &accuracy));
    assert_same_bits(&accuracy, &judged.accuracy[2], 1);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_dataset_destroy(data);
    dnn_dataset_destroy(validation);
    return judged;
}

/* At a rate of 1e-300 no weight of the model moves. */
static void test_a_fit_keeps_the_validation_weights_that_it_began_with(void **state)
{
    (void)state;
    const struct judged judged = judge(random_dataset(2, N, N_IN, N_OUT));
    assert_true(judged.loss[0] > 0 && judged.loss[1] == judged.loss[0] && judged.loss[2] == judged.loss[0]);
}

static void test_numbers_have_no_accuracy_and_classes_have_one(void **state)
{
    (void)state;
    const struct judged numbers = judge(random_dataset(2, N, N_IN, N_OUT));
    for (int e = 0; e < 3; e++)
        assert_true(isnan(numbers.accuracy[e]));
    struct generator generator = {4};
    double x[N * N_IN], y[N * N_OUT];
    float y_f32[N * N_OUT], x_f32[N * N_IN];
    int32_t labels[N];
    generator_fill(&generator, x, (int64_t)N * N_IN, 0.5);
    for (int i = 0; i < N * N_IN; i++)
        x_f32[i] = (float)x[i];
    for (int i = 0; i < N; i++) {
        labels[i] = i % 2;
        for (int j = 0; j < N_OUT; j++)
            y_f32[i * N_OUT + j] = (float)(y[i * N_OUT + j] = i % 2 == j);
    }
    dnn_dataset *classes[3] = {NULL};
    assert_ok(dnn_dataset_create_labels(x, N, N_IN, labels, N_OUT, &classes[0]));
    assert_ok(dnn_dataset_create(x, N, N_IN, y, N_OUT, &classes[1]));
    assert_ok(dnn_dataset_create_f32(x_f32, N, N_IN, y_f32, N_OUT, &classes[2]));
    for (int d = 0; d < 3; d++) {
        const struct judged judged = judge(classes[d]);
        assert_true(judged.accuracy[0] >= 0 && judged.accuracy[0] <= 1);
    }
    y[N * N_OUT - 1] = 0.5;
    dnn_dataset *nearly = NULL;
    assert_ok(dnn_dataset_create(x, N, N_IN, y, N_OUT, &nearly));
    assert_true(isnan(judge(nearly).accuracy[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_schedule_is_its_formula),
        cmocka_unit_test(test_a_plateau_cuts_the_rate),
        cmocka_unit_test(test_the_rate_can_be_set_by_hand),
        cmocka_unit_test(test_fit_stops_and_goes_back_to_the_best_weights),
        cmocka_unit_test(test_the_same_seed_trains_the_same_weights_bit_for_bit),
        cmocka_unit_test(test_dropout_drops_its_share_and_scales_the_rest),
        cmocka_unit_test(test_a_fit_that_overflows_goes_back_to_the_best_weights_too),
        cmocka_unit_test(test_a_fit_keeps_the_validation_weights_that_it_began_with),
        cmocka_unit_test(test_numbers_have_no_accuracy_and_classes_have_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
