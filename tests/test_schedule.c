/*
 * test_schedule.c - the learning rate of every batch is PyTorch's, and it is what the weights move by.
 *
 * The numbers are in parity/schedules_expected.h, with the generator beside them. It describes the network, in which a
 * bias learns alone: so each loss that a plateau watches is the result of the rates before it, on both sides.
 * test_fit_options.c holds the rates against the formulas of dnn.h; here are PyTorch, and rates set by hand.
 */
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

enum { SAMPLES = 7, BATCHES = 4 };

#define BASE "output_activation=identity loss=squared_error optimizer=sgd batch_size=2 "

struct schedule_case {
    const char *name;
    const char *settings;
    int32_t fits;   /* one after the other, with one trainer */
    int32_t epochs; /* of each */
    int32_t has_validation;
    const double *rates; /* [fits · epochs × BATCHES] */
    double bias;         /* at the end */
};

#include "parity/schedules_expected.h"

enum { CASES = sizeof schedule_cases / sizeof *schedule_cases };

/* A network of one weight and one bias, and what it learns from. */
struct fixture {
    dnn_dataset *training;
    dnn_dataset *validation;
    dnn_model *model;
    dnn_trainer *trainer;
};

static struct fixture begin(const char *settings)
{
    struct fixture fixture;
    struct generator generator = {1};
    char text[256];
    double y[SAMPLES];
    generator_fill(&generator, y, SAMPLES, 0.0);
    assert_in_range(snprintf(text, sizeof text, BASE "%s", settings), 1, sizeof text - 1);
    assert_ok(dnn_dataset_create((const double[SAMPLES]){0}, SAMPLES, 1, y, 1, &fixture.training));
    assert_ok(dnn_dataset_create((const double[]){0}, 1, 1, (const double[]){0.75}, 1, &fixture.validation));
    fixture.model = model_of((const int64_t[]){1, 1}, 2, text);
    assert_ok(dnn_model_set_parameters(fixture.model, (const double[]){0, 1}));
    fixture.trainer = trainer_of(fixture.model);
    return fixture;
}

static void end(struct fixture *fixture)
{
    dnn_trainer_destroy(fixture->trainer);
    dnn_model_destroy(fixture->model);
    dnn_dataset_destroy(fixture->validation);
    dnn_dataset_destroy(fixture->training);
}

static double bias_of(const struct fixture *fixture)
{
    double theta[2];
    assert_ok(dnn_model_get_parameters(fixture->model, theta));
    return theta[1];
}

/* What the callback compares with, and how far it has come. */
struct watch {
    const double *rates;
    int64_t count;
    double tolerance;
};

static int32_t compare_rate(void *user, const dnn_progress *progress)
{
    struct watch *watch = user;
    const double expected = watch->rates[watch->count];
    assert_near("rate of batch", watch->count, dnn_progress_learning_rate(progress), expected, expected,
                watch->tolerance);
    watch->count++;
    return 1;
}

static void run_case(const struct schedule_case *expected, const char *precision, double tolerance,
                     double bias_tolerance)
{
    char settings[192];
    assert_in_range(snprintf(settings, sizeof settings, "%s precision=%s", expected->settings, precision), 1,
                    sizeof settings - 1);
    struct fixture fixture = begin(settings);
    struct watch watch = {expected->rates, 0, tolerance};
    assert_ok(dnn_trainer_set_progress(fixture.trainer, compare_rate, &watch));
    for (int32_t fit = 0; fit < expected->fits; fit++)
        assert_ok(
            dnn_trainer_fit(fixture.trainer, fixture.training, expected->has_validation ? fixture.validation : NULL));
    assert_int_equal(watch.count, expected->fits * expected->epochs * BATCHES);
    assert_near("bias", 0, bias_of(&fixture), expected->bias, expected->bias, bias_tolerance);
    end(&fixture);
}

/* ---- the properties ---- */

/* Some of PyTorch's schedulers compute a rate from the one before: hence 1e-13, and not the last bit. */
static void test_every_rate_is_that_of_pytorch(void **state)
{
    run_case(*state, "f64", 1e-13, 1e-13);
}

/* Rates are double whatever the model computes in; a bias of about 1 rounds by 6e-8 in each of up to 100 batches. */
static void test_every_rate_is_the_same_in_float(void **state)
{
    run_case(*state, "f32", 1e-13, 6e-6);
}

/* A new base after 6 batches of a fit, in the middle of its second epoch. */
static int32_t set_rate_after_6_batches(void *user, const dnn_progress *progress)
{
    struct fixture *fixture = user;
    const int64_t done = (dnn_progress_epoch(progress) - 1) * BATCHES + dnn_progress_batch(progress);
    const double expected = (done <= 6 ? 0.04 : 0.01) * pow(0.5, (double)((done - 1) / BATCHES));
    assert_near("rate of batch", done - 1, dnn_progress_learning_rate(progress), expected, expected, 1e-15);
    if (done == 6) {
        assert_ok(dnn_trainer_set_learning_rate(fixture->trainer, 0.01));
        assert_true(dnn_trainer_learning_rate(fixture->trainer) == 0.01);
    }
    return 1;
}

static void test_a_schedule_goes_on_from_a_rate_set_by_hand(void **state)
{
    (void)state;
    struct fixture fixture = begin("schedule=exponential schedule_rate=0.5 epochs=4 learning_rate=0.04");
    assert_ok(dnn_trainer_set_progress(fixture.trainer, set_rate_after_6_batches, &fixture));
    assert_ok(dnn_trainer_fit(fixture.trainer, fixture.training, NULL));
    end(&fixture);
}

/* E = (b − y)²: a step moves b by −η · 2 (b − y). */
static void assert_step_moves_by(struct fixture *fixture, double eta)
{
    const double before = bias_of(fixture);
    assert_ok(dnn_trainer_step(fixture->trainer, (const double[]){0}, (const double[]){0.25}, 1, NULL));
    assert_near("step by", 0, before - bias_of(fixture), eta * 2 * (before - 0.25), 1, 1e-15);
    assert_true(dnn_trainer_learning_rate(fixture->trainer) == eta);
}

static void test_a_step_takes_the_rate_that_the_fit_or_the_hand_left(void **state)
{
    (void)state;
    struct fixture fixture = begin("schedule=step schedule_every=1 schedule_factor=0.5 epochs=3 learning_rate=0.04");
    assert_step_moves_by(&fixture, 0.04);
    assert_ok(dnn_trainer_fit(fixture.trainer, fixture.training, NULL));
    assert_step_moves_by(&fixture, 0.01);
    assert_ok(dnn_trainer_set_learning_rate(fixture.trainer, 0.02));
    assert_step_moves_by(&fixture, 0.02);
    end(&fixture);
}

int main(void)
{
    static char names[2 * CASES][64];
    static struct CMUnitTest tests[2 * CASES + 2];
    for (int i = 0; i < CASES; i++) {
        void *const expected = (void *)(uintptr_t)&schedule_cases[i]; /* read only; cmocka's state is not const */
        snprintf(names[2 * i], sizeof names[0], "%s in double", schedule_cases[i].name);
        snprintf(names[2 * i + 1], sizeof names[0], "%s in float", schedule_cases[i].name);
        tests[2 * i] = (struct CMUnitTest){names[2 * i], test_every_rate_is_that_of_pytorch, NULL, NULL, expected};
        tests[2 * i + 1] =
            (struct CMUnitTest){names[2 * i + 1], test_every_rate_is_the_same_in_float, NULL, NULL, expected};
    }
    tests[2 * CASES] = (struct CMUnitTest)cmocka_unit_test(test_a_schedule_goes_on_from_a_rate_set_by_hand);
    tests[2 * CASES + 1] =
        (struct CMUnitTest)cmocka_unit_test(test_a_step_takes_the_rate_that_the_fit_or_the_hand_left);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
