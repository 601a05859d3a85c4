/*
 * test_parity.c - the library takes the same steps as the tutorial's NumPy class.
 *
 * Each run of parity/expected.h is repeated with the library, in double and in float: after 1, 10 and 1,000 steps its
 * loss, its predictions and its weights are those of NumPy, number by number.
 *
 * What "relative" means. Losses and predictions: relative to the expected number. A weight: relative to the larger of
 * where it is and where it began. The reason for "began": each step rounds at the weight's size of the moment, and a
 * weight that travels from 0.8 to 0.00003 keeps the rounding of its journey. Measured against where it ends, these runs
 * made in float by NumPy itself are off by up to 2e-3; against the larger of both, by less than 5e-6. Sums and norms of
 * blocks: relative to the sum and the norm of those scales.
 */
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parity/parity_case.h"

#include "parity/expected.h"

#define CASE_COUNT ((int64_t)(sizeof parity_cases / sizeof parity_cases[0]))
#define MOST_ROWS 7
#define MOST_NEURONS 8 /* of an input or output layer */

static const double tolerance_f64 = 1e-12;
static const double tolerance_f32 = 1e-4;

/* A run in the middle: the network, what it began with, and how far the tables of its case are read. */
struct run {
    const struct parity_case *expected;
    double tolerance;
    dnn_model *model;
    dnn_trainer *trainer;
    struct generator samples;
    int64_t parameter_count;
    double *start;         /* [parameter_count] */
    double *theta;         /* [parameter_count]: the library's weights at the checkpoint */
    const double *weights; /* the next number of each table */
    const double *sums;
    const double *norms;
};

static int64_t inputs(const struct parity_case *expected)
{
    return expected->layers[0];
}

static int64_t outputs(const struct parity_case *expected)
{
    return expected->layers[expected->layer_count - 1];
}

static int has_tutorial_sample(const struct parity_case *expected)
{
    return inputs(expected) == 2 && outputs(expected) == 2;
}

/* The samples of step `step`, from 0. x: [rows × n_0], y: [rows × n_L] */
static void draw_samples(const struct parity_case *expected, struct generator *generator, int64_t step, double *x,
                         double *y)
{
    generator_fill(generator, x, expected->rows * inputs(expected), 0.0);
    generator_fill(generator, y, expected->rows * outputs(expected), 0.0);
    if (has_tutorial_sample(expected) && step % 4 == 0) {
        memcpy(x, (const double[]){0.2, 0.3}, 2 * sizeof *x);
        memcpy(y, (const double[]){0.3, 0.67}, 2 * sizeof *y);
    }
}

static void begin(struct run *run, const struct parity_case *expected, const char *precision, double tolerance)
{
    char settings[256];
    const int written = snprintf(settings, sizeof settings, "%s precision=%s", expected->settings, precision);
    assert_in_range(written, 1, sizeof settings - 1);
    assert_in_range(expected->rows, 1, MOST_ROWS);
    assert_in_range(inputs(expected), 1, MOST_NEURONS);
    assert_in_range(outputs(expected), 1, MOST_NEURONS);
    run->expected = expected;
    run->tolerance = tolerance;
    run->model = model_of(expected->layers, expected->layer_count, settings);
    run->trainer = trainer_of(run->model);
    run->parameter_count = dnn_model_parameter_count(run->model);
    run->start = allocate_or_fail((size_t)run->parameter_count, sizeof(double));
    run->theta = allocate_or_fail((size_t)run->parameter_count, sizeof(double));
    run->samples.state = expected->seed;
    generator_fill(&run->samples, run->start, run->parameter_count, expected->weight_offset);
    assert_ok(dnn_model_set_parameters(run->model, run->start));
    run->weights = expected->weights;
    run->sums = expected->sums;
    run->norms = expected->norms;
}

static void end(struct run *run)
{
    dnn_trainer_destroy(run->trainer);
    dnn_model_destroy(run->model);
    free(run->start);
    free(run->theta);
}

/* How large weight i has been, at its beginning or now: what its rounding is measured against. */
static double weight_scale(const struct run *run, int64_t i, double now)
{
    return fmax(fabs(run->start[i]), fabs(now));
}

/* first: where the layer begins in theta; count: its weights */
static void compare_weights(struct run *run, struct generator *places, int64_t first, int64_t count)
{
    const int64_t watched = run->expected->watched;
    const int all = count <= watched;
    for (int64_t k = 0; k < (all ? count : watched); k++, run->weights++) {
        const int64_t i = first + (all ? k : (int64_t)(generator_next(places) % (uint64_t)count));
        assert_near("weight", i, run->theta[i], *run->weights, weight_scale(run, i, *run->weights), run->tolerance);
    }
}

static void compare_blocks(struct run *run, int64_t first, int64_t count, int64_t row_length)
{
    const int64_t length = run->expected->block * row_length;
    for (int64_t at = 0; at < count; at += length, run->sums++, run->norms++) {
        double sum = 0.0, square = 0.0, scale = 0.0, square_scale = 0.0;
        for (int64_t i = first + at; i < first + (at + length < count ? at + length : count); i++) {
            const double w_scale = weight_scale(run, i, run->theta[i]);
            sum += run->theta[i];
            square += run->theta[i] * run->theta[i];
            scale += w_scale;
            square_scale += w_scale * w_scale;
        }
        assert_near("sum of the block at weight", first + at, sum, *run->sums, scale, run->tolerance);
        assert_near("norm of the block at weight", first + at, sqrt(square), *run->norms, sqrt(square_scale),
                    run->tolerance);
    }
}

static void compare_predictions(const struct run *run, int64_t checkpoint)
{
    const struct parity_case *expected = run->expected;
    const int64_t count = PARITY_PROBES * outputs(expected);
    double x[PARITY_PROBES * MOST_NEURONS];
    double y[PARITY_PROBES * MOST_NEURONS];
    struct generator probes = {expected->seed + 1};
    generator_fill(&probes, x, PARITY_PROBES * inputs(expected), 0.0);
    if (has_tutorial_sample(expected))
        memcpy(x, (const double[]){0.2, 0.3}, 2 * sizeof *x);
    /* Once one by one and once together: the library may compute a row and a batch by different means. */
    for (int64_t rows = 1; rows <= PARITY_PROBES; rows += PARITY_PROBES - 1) {
        for (int64_t i = 0; i < PARITY_PROBES; i += rows)
            assert_ok(dnn_model_predict(run->model, x + i * inputs(expected), rows, y + i * outputs(expected)));
        for (int64_t i = 0; i < count; i++) {
            const double y_i = expected->predictions[checkpoint * count + i];
            assert_near("prediction", i, y[i], y_i, fabs(y_i), run->tolerance);
        }
    }
}

static void compare(struct run *run, int64_t checkpoint, double loss)
{
    const struct parity_case *expected = run->expected;
    struct generator places = {expected->seed + 2};
    assert_near("loss of checkpoint", checkpoint, loss, expected->losses[checkpoint], expected->losses[checkpoint],
                run->tolerance);
    compare_predictions(run, checkpoint);
    assert_ok(dnn_model_get_parameters(run->model, run->theta));
    for (int64_t l = 0, first = 0; l + 1 < expected->layer_count; l++) {
        const int64_t row_length = expected->layers[l] + 1;
        const int64_t count = expected->layers[l + 1] * row_length;
        compare_weights(run, &places, first, count);
        compare_blocks(run, first, count, row_length);
        first += count;
    }
}

static void run_case(const struct parity_case *expected, const char *precision, double tolerance)
{
    struct run run;
    double x[MOST_ROWS * MOST_NEURONS];
    double y[MOST_ROWS * MOST_NEURONS];
    begin(&run, expected, precision, tolerance);
    for (int64_t step = 0, checkpoint = 0; checkpoint < PARITY_CHECKPOINTS; step++) {
        double loss = NAN;
        draw_samples(expected, &run.samples, step, x, y);
        assert_ok(dnn_trainer_step(run.trainer, x, y, expected->rows, &loss));
        if (step + 1 == parity_steps[checkpoint])
            compare(&run, checkpoint++, loss);
    }
    end(&run);
}

/* ---- the properties ---- */

static void test_steps_in_double_are_those_of_numpy(void **state)
{
    run_case(*state, "f64", tolerance_f64);
}

static void test_steps_in_float_are_those_of_numpy(void **state)
{
    run_case(*state, "f32", tolerance_f32);
}

/* The naive network is what test_gradient.c trusts. Its losses are tied to NumPy's here, and in turn it gives what
 * expected.h is too small for: each of a million weights by itself. */
static void test_every_weight_of_the_large_network_is_that_of_the_naive_one(void **state)
{
    (void)state;
    const struct parity_case *expected = NULL;
    for (int64_t i = 0; i < CASE_COUNT; i++)
        if (strcmp(parity_cases[i].name, "tutorial_2_1000_1000_2") == 0)
            expected = &parity_cases[i];
    assert_non_null(expected);

    struct run run;
    double x[MOST_NEURONS];
    double y[MOST_NEURONS];
    begin(&run, expected, "f64", tolerance_f64);
    struct naive *net = naive_create(
        expected->layers, expected->layer_count,
        (struct naive_options){.hidden = "sigmoid", .output = "sigmoid", .slope = 0.01L, .tutorial_derivative = 1});
    naive_set_parameters(net, run.start);
    for (int64_t step = 0; step < 10; step++) {
        draw_samples(expected, &run.samples, step, x, y);
        assert_ok(dnn_trainer_step(run.trainer, x, y, 1, NULL));
        const double error = (double)naive_accumulate(net, x, y);
        naive_apply(net, 0.01L);
        if (step == 0 || step == 9)
            assert_near("loss after step", step, error, expected->losses[step / 9], error, 1e-14);
    }
    assert_ok(dnn_model_get_parameters(run.model, run.theta));
    for (int64_t i = 0; i < run.parameter_count; i++) {
        const double w = (double)net->theta[i];
        assert_near("weight", i, run.theta[i], w, weight_scale(&run, i, w), tolerance_f64);
    }
    naive_destroy(net);
    end(&run);
}

int main(void)
{
    static char names[2 * CASE_COUNT][64];
    static struct CMUnitTest tests[2 * CASE_COUNT + 1];
    for (int64_t i = 0; i < CASE_COUNT; i++) {
        void *const expected = (void *)(uintptr_t)&parity_cases[i]; /* read only; cmocka's state is not const */
        snprintf(names[2 * i], sizeof names[0], "%s in double", parity_cases[i].name);
        snprintf(names[2 * i + 1], sizeof names[0], "%s in float", parity_cases[i].name);
        tests[2 * i] = (struct CMUnitTest){names[2 * i], test_steps_in_double_are_those_of_numpy, NULL, NULL, expected};
        tests[2 * i + 1] =
            (struct CMUnitTest){names[2 * i + 1], test_steps_in_float_are_those_of_numpy, NULL, NULL, expected};
    }
    tests[2 * CASE_COUNT] =
        (struct CMUnitTest)cmocka_unit_test(test_every_weight_of_the_large_network_is_that_of_the_naive_one);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
