/*
 * test_optimizer_parity.c - 100 updates by each optimizer end where PyTorch's end.
 *
 * Each run of parity/optimizers_expected.h is repeated by each of the three ways to train: dnn_trainer_step,
 * dnn_trainer_fit over the same batches in the same order, and dnn_trainer_accumulate with dnn_trainer_apply(1/n).
 *
 * A weight is compared relative to the larger of where it is and where it began, as in test_parity.c: each step rounds
 * at the weight's size of the moment. In float PyTorch itself, by optimizers.py --float, strays from its run in double
 * by up to 7.2e-6, and with rprop by 4.9e-4: it goes by signs, and a sign that rounding turns is a whole step. Hence
 * 1e-4, and 1e-2 for rprop.
 */
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parity/optimizer_case.h"

#include "parity/optimizers_expected.h"

#define CASE_COUNT ((int64_t)(sizeof optimizer_cases / sizeof optimizer_cases[0]))
#define MOST_PARAMETERS 128
#define VARIANTS 4 /* of each of the first six optimizers: plain, decay, clip, both */
#define VARIED_CASES (6 * VARIANTS)

static const double tolerance_f64 = 1e-10;

/* All samples of a case, batch after batch. */
struct samples {
    double *x; /* [batches · rows × n_0] */
    double *y; /* [batches · rows × n_L] */
};

/* What a run came to. */
struct outcome {
    double losses[OPTIMIZER_CHECKPOINTS];
    double theta[MOST_PARAMETERS];
    int64_t clipped;
};

static int64_t outputs(const struct optimizer_case *expected)
{
    return expected->layers[expected->layer_count - 1];
}

static struct samples draw_samples(const struct optimizer_case *expected)
{
    const int64_t n_in = expected->layers[0], n_out = outputs(expected);
    const int64_t count = expected->batches * expected->rows;
    struct generator generator = {expected->seed + 1};
    const struct samples samples = {allocate_or_fail((size_t)(count * n_in), sizeof(double)),
                                    allocate_or_fail((size_t)(count * n_out), sizeof(double))};
    for (int64_t i = 0; i < count; i += expected->rows) {
        generator_fill(&generator, samples.x + i * n_in, expected->rows * n_in, 0.0);
        if (!expected->labels)
            generator_fill(&generator, samples.y + i * n_out, expected->rows * n_out, 0.0);
        for (int64_t j = i; expected->labels && j < i + expected->rows; j++)
            samples.y[j * n_out + (int64_t)(generator_next(&generator) % (uint64_t)n_out)] = 1.0;
    }
    return samples;
}

static void release(struct samples samples)
{
    free(samples.x);
    free(samples.y);
}

static dnn_model *start(const struct optimizer_case *expected, const char *more)
{
    char settings[512];
    double theta[MOST_PARAMETERS];
    assert_in_range(snprintf(settings, sizeof settings, "%s %s", expected->settings, more), 1, sizeof settings - 1);
    dnn_model *model = model_of(expected->layers, expected->layer_count, settings);
    struct generator generator = {expected->seed};
    assert_in_range(dnn_model_parameter_count(model), 1, MOST_PARAMETERS);
    generator_fill(&generator, theta, dnn_model_parameter_count(model), 0.5);
    assert_ok(dnn_model_set_parameters(model, theta));
    return model;
}

/* ‖g‖ of the latest step, over all layers. */
static double gradient_norm(dnn_trainer *trainer, int64_t depth)
{
    double sum = 0.0;
    for (int64_t l = 0; l < depth; l++) {
        double norm = NAN;
        assert_ok(dnn_trainer_layer_stats(trainer, l, &norm, NULL, NULL));
        sum += norm * norm;
    }
    return sqrt(sum);
}

static double clip_norm_of(const struct optimizer_case *expected)
{
    const char *found = strstr(expected->settings, "clip_norm=");
    return found == NULL ? INFINITY : strtod(found + strlen("clip_norm="), NULL);
}

static struct outcome train(const struct optimizer_case *expected, const char *more)
{
    const struct samples samples = draw_samples(expected);
    dnn_model *model = start(expected, more);
    dnn_trainer *trainer = trainer_of(model);
    struct outcome outcome = {{0}, {0}, 0};
    for (int64_t step = 0, checkpoint = 0; step < OPTIMIZER_STEPS; step++) {
        const int64_t row = step % expected->batches * expected->rows;
        double loss = NAN;
        assert_ok(dnn_trainer_step(trainer, samples.x + row * expected->layers[0], samples.y + row * outputs(expected),
                                   expected->rows, &loss));
        if (step + 1 == optimizer_checkpoints[checkpoint])
            outcome.losses[checkpoint++] = loss;
        outcome.clipped += gradient_norm(trainer, expected->layer_count - 1) > clip_norm_of(expected);
    }
    assert_ok(dnn_model_get_parameters(model, outcome.theta));
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    release(samples);
    return outcome;
}

static double worst_seen;

static void assert_weights_near(const struct optimizer_case *expected, const double *theta, double tolerance)
{
    struct generator generator = {expected->seed};
    int64_t count = 0;
    for (int64_t l = 0; l + 1 < expected->layer_count; l++)
        count += expected->layers[l + 1] * (expected->layers[l] + 1);
    for (int64_t i = 0; i < count; i++) {
        const double began = generator_uniform(&generator) - 0.5;
        const double w = expected->weights[i];
        worst_seen = fmax(worst_seen, relative_error(theta[i], w, fmax(fabs(began), fabs(w))));
        assert_near("weight", i, theta[i], w, fmax(fabs(began), fabs(w)), tolerance);
    }
}

static void assert_losses_near(const struct optimizer_case *expected, const double *losses, double tolerance)
{
    for (int64_t i = 0; i < OPTIMIZER_CHECKPOINTS; i++)
        assert_near("loss of checkpoint", i, losses[i], expected->losses[i], expected->losses[i], tolerance);
}

/* ---- the properties ---- */

static void test_steps_in_double_are_those_of_pytorch(void **state)
{
    const struct optimizer_case *expected = *state;
    const struct outcome outcome = train(expected, "precision=f64");
    assert_losses_near(expected, outcome.losses, tolerance_f64);
    assert_weights_near(expected, outcome.theta, tolerance_f64);
    if (expected->clipped >= 0)
        assert_int_equal(outcome.clipped, expected->clipped);
}

static void test_a_fit_takes_the_same_steps(void **state)
{
    const struct optimizer_case *expected = *state;
    const struct samples samples = draw_samples(expected);
    char more[96];
    dnn_dataset *dataset = NULL;
    double theta[MOST_PARAMETERS];
    snprintf(more, sizeof more, "shuffle=false batch_size=%d epochs=%d", (int)expected->rows,
             (int)(OPTIMIZER_STEPS / expected->batches));
    dnn_model *model = start(expected, more);
    dnn_trainer *trainer = trainer_of(model);
    assert_ok(dnn_dataset_create(samples.x, expected->batches * expected->rows, expected->layers[0], samples.y,
                                 outputs(expected), &dataset));
    assert_ok(dnn_trainer_fit(trainer, dataset, NULL));
    assert_ok(dnn_model_get_parameters(model, theta));
    assert_weights_near(expected, theta, tolerance_f64);
    dnn_dataset_destroy(dataset);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    release(samples);
}

static void test_accumulate_and_apply_take_the_same_steps(void **state)
{
    const struct optimizer_case *expected = *state;
    const struct samples samples = draw_samples(expected);
    const int64_t n_in = expected->layers[0], n_out = outputs(expected), half = (expected->rows + 1) / 2;
    double theta[MOST_PARAMETERS];
    dnn_model *model = start(expected, "precision=f64");
    dnn_trainer *trainer = trainer_of(model);
    for (int64_t step = 0; step < OPTIMIZER_STEPS; step++) {
        const int64_t row = step % expected->batches * expected->rows;
        const double *x = samples.x + row * n_in, *y = samples.y + row * n_out;
        assert_ok(dnn_trainer_accumulate(trainer, x, y, half, NULL));
        if (half < expected->rows)
            assert_ok(dnn_trainer_accumulate(trainer, x + half * n_in, y + half * n_out, expected->rows - half, NULL));
        assert_ok(dnn_trainer_apply(trainer, 1.0 / (double)expected->rows));
    }
    assert_ok(dnn_model_get_parameters(model, theta));
    assert_weights_near(expected, theta, tolerance_f64);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    release(samples);
}

static void test_steps_in_float_are_near_those_of_pytorch(void **state)
{
    const struct optimizer_case *expected = *state;
    const double tolerance = strstr(expected->settings, "optimizer=rprop") == NULL ? 1e-4 : 1e-2;
    const struct outcome outcome = train(expected, "precision=f32");
    assert_losses_near(expected, outcome.losses, tolerance);
    assert_weights_near(expected, outcome.theta, tolerance);
}

/* An option that did nothing would be proven by nothing: each of the four runs of an optimizer ends elsewhere. */
static void test_decay_and_clipping_change_where_it_ends(void **state)
{
    (void)state;
    for (int64_t first = 0; first < VARIED_CASES; first += VARIANTS)
        for (int64_t a = first; a < first + VARIANTS; a++)
            for (int64_t b = first; b < a; b++) {
                const struct outcome one = train(&optimizer_cases[a], ""), other = train(&optimizer_cases[b], "");
                double difference = 0.0;
                for (int64_t i = 0; i < MOST_PARAMETERS; i++)
                    difference = fmax(difference, fabs(one.theta[i] - other.theta[i]));
                if (!(difference > 1e-3))
                    fail_msg("%s ends where %s ends, within %g", optimizer_cases[a].name, optimizer_cases[b].name,
                             difference);
            }
}

static int print_worst(void **state)
{
    (void)state;
    print_message("worst weight: %.3g\n", worst_seen);
    worst_seen = 0.0;
    return 0;
}

int main(void)
{
    static const struct {
        const char *way;
        CMUnitTestFunction test;
    } ways[] = {
        {"by steps", test_steps_in_double_are_those_of_pytorch},
        {"by fit", test_a_fit_takes_the_same_steps},
        {"by accumulate and apply", test_accumulate_and_apply_take_the_same_steps},
        {"in float", test_steps_in_float_are_near_those_of_pytorch},
    };
    enum { WAYS = sizeof ways / sizeof *ways };
    static char names[WAYS * CASE_COUNT][96];
    static struct CMUnitTest tests[WAYS * CASE_COUNT + 1];
    for (int64_t w = 0, t = 0; w < WAYS; w++)
        for (int64_t i = 0; i < CASE_COUNT; i++, t++) {
            void *const expected = (void *)(uintptr_t)&optimizer_cases[i]; /* read only; cmocka's state is not const */
            snprintf(names[t], sizeof names[t], "%s %s", optimizer_cases[i].name, ways[w].way);
            tests[t] =
                (struct CMUnitTest){names[t], ways[w].test, NULL, i == CASE_COUNT - 1 ? print_worst : NULL, expected};
        }
    tests[WAYS * CASE_COUNT] = (struct CMUnitTest)cmocka_unit_test(test_decay_and_clipping_change_where_it_ends);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
