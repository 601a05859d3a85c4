/*
 * test_optimizer_parity.c - 100 steps of each optimizer and each loss beside PyTorch, from the same weights and batches.
 *
 * The numbers are in parity/optimizers_expected.h, with the generator beside them, which says how both sides draw.
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

enum { LAYERS = 4, ROWS = 8, STEPS = 100, N_IN = 5, N_OUT = 3, PARAMETERS = 7 * 6 + 6 * 8 + 3 * 7 };

struct optimizer_case {
    const char *settings;
    double weights[PARAMETERS]; /* after the last step */
};

#include "parity/optimizers_expected.h"

enum { CASES = sizeof optimizer_cases / sizeof *optimizer_cases };

static const int64_t layers[LAYERS] = {N_IN, 7, 6, N_OUT};

/* On the recipe "tutorial", made exact. */
#define BASE "sigmoid_slope=1 sigmoid_derivative=exact huber_delta=0.25 learning_rate=0.01 "

static void draw_start(double *theta)
{
    struct generator generator = {1};
    generator_fill(&generator, theta, PARAMETERS, 0.5);
}

/* The weights that the library comes to. */
static void run(const char *settings, const char *more, double *theta)
{
    char text[512];
    snprintf(text, sizeof text, "%s%s%s", BASE, settings, more);
    dnn_model *model = model_of(layers, LAYERS, text);
    dnn_trainer *trainer = trainer_of(model);
    struct generator generator = {2};
    double x[ROWS * N_IN], y[ROWS * N_OUT];
    draw_start(theta);
    assert_ok(dnn_model_set_parameters(model, theta));
    for (int step = 0; step < STEPS; step++) {
        if (step == 0 || strstr(settings, "rprop") == NULL) {
            generator_fill(&generator, x, ROWS * N_IN, 0.5);
            generator_fill(&generator, y, ROWS * N_OUT, 0.0);
        }
        assert_ok(dnn_trainer_step(trainer, x, y, ROWS, NULL));
    }
    assert_ok(dnn_model_get_parameters(model, theta));
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

/* The largest difference, relative to the larger of the expected weight and its start: weights pass near 0. */
static double worst_error(const double *theta, const double *expected)
{
    double start[PARAMETERS], worst = 0.0;
    draw_start(start);
    for (int i = 0; i < PARAMETERS; i++)
        worst = fmax(worst, relative_error(theta[i], expected[i], fmax(fabs(expected[i]), fabs(start[i]))));
    return worst;
}

static void test_a_hundred_steps_agree_with_pytorch_in_double(void **state)
{
    (void)state;
    double worst = 0.0;
    for (int c = 0; c < CASES; c++) {
        double theta[PARAMETERS];
        run(optimizer_cases[c].settings, "", theta);
        const double error = worst_error(theta, optimizer_cases[c].weights);
        if (!(error <= 1e-10))
            fail_msg("%s: off by %g", optimizer_cases[c].settings, error);
        worst = fmax(worst, error);
    }
    printf("worst of %d cases: %.3g\n", (int)CASES, worst);
}

/* Float has 7 digits, of which 100 steps may lose some: rprop, which goes by signs alone, is left out, since a sign that
 * rounding turns is a whole step. */
static void test_they_agree_in_float_to_its_rounding(void **state)
{
    (void)state;
    for (int c = 0; c < CASES; c++) {
        double theta[PARAMETERS];
        if (strstr(optimizer_cases[c].settings, "rprop") != NULL)
            continue;
        run(optimizer_cases[c].settings, " precision=f32", theta);
        double start[PARAMETERS], largest = 0.0;
        draw_start(start);
        for (int i = 0; i < PARAMETERS; i++)
            largest = fmax(largest, fabs(theta[i] - optimizer_cases[c].weights[i]));
        if (!(largest <= 2e-3))
            fail_msg("%s: off by %g in float", optimizer_cases[c].settings, largest);
    }
}

/* An option that changes nothing would agree with PyTorch by doing nothing on both sides. */
static void test_decay_and_clipping_each_change_the_weights(void **state)
{
    (void)state;
    for (int c = 1; c < CASES; c++)
        for (int other = 0; other < c; other++)
            if (worst_error(optimizer_cases[c].weights, optimizer_cases[other].weights) < 1e-6 &&
                /* but the two adams are one without decay */
                strstr(optimizer_cases[c].settings, "adamw weight_decay=0 ") == NULL)
                fail_msg("%s comes to the weights of %s", optimizer_cases[c].settings, optimizer_cases[other].settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_hundred_steps_agree_with_pytorch_in_double),
        cmocka_unit_test(test_they_agree_in_float_to_its_rounding),
        cmocka_unit_test(test_decay_and_clipping_each_change_the_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
