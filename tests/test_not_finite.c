/*
 * test_not_finite.c - NaN, infinity, and numbers too large for the model's precision.
 *
 * Wherever a number comes in, an unfit one is DNN_ERROR_NOT_FINITE, with the place in the message; outputs are untouched, and
 * the weights are the same bit for bit, also where the numbers are fit but what they lead to is not. Each test runs in
 * double and in float: for float, 1e300 is as bad as infinity.
 */
#include "expect.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N_IN = 3, N_OUT = 2, ROWS = 4, PARAMETERS = 4 * (N_IN + 1) + N_OUT * (4 + 1) };
static const int64_t layers[] = {N_IN, 4, N_OUT};

/* A double can hold the last two. */
static const double unfit[] = {NAN, INFINITY, -INFINITY, TOO_LARGE_FOR_FLOAT, -TOO_LARGE_FOR_FLOAT};
enum { UNFIT_FOR_FLOAT = 5, UNFIT_FOR_DOUBLE = 3 };

struct fixture {
    dnn_model *model;
    dnn_trainer *trainer;
    dnn_workspace *workspace;
    double *theta; /* the model's weights */
    double x[ROWS * N_IN];
    double y[ROWS * N_OUT];
    int unfit_count; /* how many of `unfit` do not fit the model */
};

static int setup(void **state, const char *settings, int unfit_count)
{
    struct fixture *f = allocate_or_fail(1, sizeof *f);
    struct generator generator = {1};
    generator_fill(&generator, f->x, ROWS * N_IN, 0.5);
    generator_fill(&generator, f->y, ROWS * N_OUT, 0.0);
    f->model = model_of(layers, 3, settings);
    f->trainer = trainer_of(f->model);
    assert_ok(dnn_workspace_create(f->model, ROWS, &f->workspace));
    f->theta = weights_of(f->model);
    f->unfit_count = unfit_count;
    *state = f;
    return 0;
}

static int setup_f64(void **state)
{
    return setup(state, "precision=f64", UNFIT_FOR_DOUBLE);
}

static int setup_f32(void **state)
{
    return setup(state, "precision=f32", UNFIT_FOR_FLOAT);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    assert_weights(f->model, f->theta);
    assert_ok(dnn_trainer_step(f->trainer, f->x, f->y, ROWS, NULL));
    dnn_workspace_destroy(f->workspace);
    dnn_trainer_destroy(f->trainer);
    dnn_model_destroy(f->model);
    free(f->theta);
    free(f);
    return 0;
}

/* ---- what comes in ---- */

static void try_samples(struct fixture *f)
{
    double out[ROWS * N_OUT];
    int32_t label[ROWS] = {SENTINEL_LABEL, SENTINEL_LABEL, SENTINEL_LABEL, SENTINEL_LABEL};
    const char *place = "in row 2, column 1";
    fill_sentinel(out, ROWS * N_OUT);
    expect_not_finite(dnn_model_predict(f->model, f->x, ROWS, out), place);
    expect_not_finite(dnn_model_classify(f->model, f->x, ROWS, label), place);
    expect_not_finite(dnn_workspace_predict(f->workspace, f->x, ROWS, out), place);
    expect_not_finite(dnn_trainer_step(f->trainer, f->x, f->y, ROWS, out), place);
    expect_not_finite(dnn_trainer_accumulate(f->trainer, f->x, f->y, ROWS, out), place);
    expect_not_finite(dnn_trainer_check_gradient(f->trainer, f->x, f->y, ROWS, out), place);
    assert_untouched(out, ROWS * N_OUT);
    for (int i = 0; i < ROWS; i++)
        assert_int_equal(label[i], SENTINEL_LABEL);
}

static void test_an_unfit_input_is_named_with_its_place(void **state)
{
    struct fixture *f = *state;
    double *number = &f->x[2 * N_IN + 1];
    const double kept = *number;
    for (int i = 0; i < f->unfit_count; i++) {
        *number = unfit[i];
        try_samples(f);
    }
    *number = kept;
}

static void test_an_unfit_target_is_named_with_its_place(void **state)
{
    struct fixture *f = *state;
    double out = SENTINEL;
    double *number = &f->y[3 * N_OUT + 0];
    const double kept = *number;
    for (int i = 0; i < f->unfit_count; i++) {
        *number = unfit[i];
        expect_not_finite(dnn_trainer_step(f->trainer, f->x, f->y, ROWS, &out), "y is");
        expect_not_finite(dnn_trainer_accumulate(f->trainer, f->x, f->y, ROWS, &out), "in row 3, column 0");
        expect_not_finite(dnn_trainer_check_gradient(f->trainer, f->x, f->y, ROWS, &out), "in row 3, column 0");
    }
    assert_true(out == SENTINEL);
    *number = kept;
}

static void test_unfit_floats_are_refused_alike(void **state)
{
    struct fixture *f = *state;
    const float bad[] = {NAN, INFINITY, -INFINITY};
    float out[N_OUT] = {(float)SENTINEL, (float)SENTINEL};
    double loss = SENTINEL;
    const float good[N_IN] = {0};
    for (int i = 0; i < 3; i++) {
        const float x[N_IN] = {0, 0, bad[i]};
        const float y[N_OUT] = {0, bad[i]};
        expect_not_finite(dnn_model_predict_f32(f->model, x, 1, out), "row 0, column 2");
        expect_not_finite(dnn_workspace_predict_f32(f->workspace, x, 1, out), "row 0, column 2");
        expect_not_finite(dnn_trainer_step_f32(f->trainer, x, good, 1, &loss), "x is");
        expect_not_finite(dnn_trainer_step_f32(f->trainer, good, y, 1, &loss), "y is");
    }
    assert_true(out[0] == (float)SENTINEL && out[1] == (float)SENTINEL && loss == SENTINEL);
}

static void test_unfit_weights_change_nothing(void **state)
{
    struct fixture *f = *state;
    double theta[PARAMETERS];
    for (int i = 0; i < f->unfit_count; i++) {
        for (int at = 0; at < PARAMETERS; at += PARAMETERS - 1) {
            memset(theta, 0, sizeof theta);
            theta[at] = unfit[i];
            expect_not_finite(dnn_model_set_parameters(f->model, theta), at == 0 ? "theta[0]" : "theta[25]");
            expect_not_finite(dnn_trainer_set_gradient(f->trainer, theta), at == 0 ? "gradient[0]" : "gradient[25]");
        }
        memset(theta, 0, sizeof theta);
        theta[N_OUT * 5 - 1] = unfit[i];
        expect_not_finite(dnn_model_set_weights(f->model, 1, theta), "w[9]");
    }
    expect_invalid(dnn_trainer_apply(f->trainer, 1), "no gradient");
}

static void test_an_unfit_scale_applies_nothing(void **state)
{
    struct fixture *f = *state;
    double before[PARAMETERS], after[PARAMETERS];
    assert_ok(dnn_trainer_accumulate(f->trainer, f->x, f->y, ROWS, NULL));
    assert_ok(dnn_trainer_get_gradient(f->trainer, before));
    for (int i = 0; i < UNFIT_FOR_DOUBLE; i++)
        expect_not_finite(dnn_trainer_apply(f->trainer, unfit[i]), "scale");
    assert_ok(dnn_trainer_get_gradient(f->trainer, after));
    assert_same_bits(before, after, PARAMETERS);
}

static void test_a_failed_accumulate_leaves_the_sum_as_it_was(void **state)
{
    struct fixture *f = *state;
    double before[PARAMETERS], after[PARAMETERS];
    assert_ok(dnn_trainer_accumulate(f->trainer, f->x, f->y, ROWS, NULL));
    assert_ok(dnn_trainer_get_gradient(f->trainer, before));
    const double y[N_OUT] = {NAN, 0};
    expect_not_finite(dnn_trainer_accumulate(f->trainer, f->x, y, 1, NULL), "y is NaN");
    const double far[N_OUT] = {1e200, 0}; /* finite, and its square is not */
    expect_not_finite(dnn_trainer_accumulate(f->trainer, f->x, far, 1, NULL), "loss");
    assert_ok(dnn_trainer_get_gradient(f->trainer, after));
    assert_same_bits(before, after, PARAMETERS);
    assert_true(largest_magnitude(before, PARAMETERS) > 0);
}

/* ---- what comes of it ---- */

static void test_a_loss_that_overflows_leaves_the_weights_as_they_were(void **state)
{
    struct fixture *f = *state;
    double loss = SENTINEL;
    double y[ROWS * N_OUT];
    for (int i = 0; i < ROWS * N_OUT; i++)
        y[i] = f->unfit_count == UNFIT_FOR_FLOAT ? 3e38 : 1e200;
    /* In float the loss, which is summed in double, holds; the gradient −2 (y − x) does not. */
    expect_not_finite(dnn_trainer_step(f->trainer, f->x, y, ROWS, &loss), "not finite");
    expect_not_finite(dnn_trainer_step(f->trainer, f->x, y, 1, &loss), "not finite");
    expect_not_finite(dnn_trainer_check_gradient(f->trainer, f->x, y, ROWS, &loss), "not finite");
    assert_true(loss == SENTINEL);
}

/* Trains with a learning rate so large that any gradient at all carries the weights away. */
static void overflow_by(const char *settings)
{
    const double x[N_IN] = {1, 1, 1}, y[N_OUT] = {0, 1};
    dnn_model *model = model_of(layers, 3, settings);
    dnn_trainer *trainer = trainer_of(model);
    double *theta = weights_of(model);
    double loss = SENTINEL;
    expect_not_finite(dnn_trainer_step(trainer, x, y, 1, &loss), "weights");
    assert_weights(model, theta);
    assert_true(loss == SENTINEL);
    double before[PARAMETERS], after[PARAMETERS];
    assert_ok(dnn_trainer_accumulate(trainer, x, y, 1, NULL));
    assert_ok(dnn_trainer_get_gradient(trainer, before));
    expect_not_finite(dnn_trainer_apply(trainer, 1), "weights");
    assert_ok(dnn_trainer_get_gradient(trainer, after));
    assert_same_bits(before, after, PARAMETERS);
    assert_weights(model, theta);
    assert_ok(dnn_trainer_apply(trainer, 1e-300)); /* and a sum that was refused can still be applied */
    free(theta);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

static void test_an_update_that_overflows_leaves_the_weights_as_they_were(void **state)
{
    (void)state;
    overflow_by("learning_rate=1.7e308 output_activation=identity");
    overflow_by("learning_rate=3.4e38 output_activation=identity precision=f32");
}

/* The product of a rate beyond float and a gradient of 0 is 0, not 0 · ∞. */
static void test_a_rate_outside_float_is_refused_and_a_large_one_makes_no_nan_of_a_dead_network(void **state)
{
    (void)state;
    dnn_model *outside = model_of(layers, 3, "precision=f32 learning_rate=1e39");
    dnn_trainer *trainer = NULL;
    expect_error(dnn_trainer_create(outside, NULL, &trainer), DNN_ERROR_NOT_FINITE, "learning_rate");
    assert_null(trainer);
    dnn_model_destroy(outside);

    dnn_model *model = model_of(layers, 3, "precision=f32 learning_rate=3e38 activation=relu output_activation=relu");
    trainer = trainer_of(model);
    double theta[PARAMETERS];
    for (int i = 0; i < PARAMETERS; i++)
        theta[i] = -1;
    assert_ok(dnn_model_set_parameters(model, theta));
    const double x[2 * N_IN] = {1, 1, 1, 1, 1, 1}, y[2 * N_OUT] = {0.5, 0.5, 0.5, 0.5};
    for (int64_t n = 1; n <= 2; n++) {
        assert_ok(dnn_trainer_step(trainer, x, y, n, NULL));
        assert_weights(model, theta);
    }
    const double zeros[PARAMETERS] = {0};
    assert_ok(dnn_trainer_set_gradient(trainer, zeros));
    expect_error(dnn_trainer_apply(trainer, 10), DNN_ERROR_NOT_FINITE, "too large");
    assert_weights(model, theta);
    assert_ok(dnn_trainer_apply(trainer, 1));
    assert_weights(model, theta);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

/* The bound on an update is exact, the core rounds: η, the product and their sum may each be a little more. */
static void test_an_update_at_the_very_edge_of_float_is_refused(void **state)
{
    (void)state;
    const int64_t one[] = {1, 1};
    dnn_config *config = config_of("precision=f32 output_activation=identity init=zeros");
    assert_ok(dnn_config_set_number(config, "learning_rate", 1 + 0x1p-24 + 0x1p-49));
    dnn_model *model = NULL;
    assert_ok(dnn_model_create(one, 2, config, &model));
    dnn_trainer *trainer = trainer_of(model);
    const double x = 0, y = 0x1.fffffcp126, zeros[2] = {0, 0};
    expect_error(dnn_trainer_step(trainer, &x, &y, 1, NULL), DNN_ERROR_NOT_FINITE, "not finite");
    assert_weights(model, zeros);
    double norm;
    expect_error(dnn_trainer_layer_stats(trainer, 0, &norm, NULL, NULL), DNN_ERROR_INVALID_ARGUMENT, "failed");
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_config_destroy(config);
}

/* A model of one weight and one bias in float, with a trainer. */
struct pair {
    dnn_model *model;
    dnn_trainer *trainer;
};

static struct pair pair_of(const char *settings, const double *theta)
{
    const int64_t one[] = {1, 1};
    char all[256] = "precision=f32 output_activation=identity init=zeros ";
    struct pair pair = {model_of(one, 2, strncat(all, settings, sizeof all - strlen(all) - 1)), NULL};
    assert_ok(dnn_model_set_parameters(pair.model, theta));
    pair.trainer = trainer_of(pair.model);
    return pair;
}

static void release(struct pair pair)
{
    dnn_trainer_destroy(pair.trainer);
    dnn_model_destroy(pair.model);
}

static void refuse_step(const char *settings, const double *theta, double x, double y)
{
    const struct pair pair = pair_of(settings, theta);
    expect_not_finite(dnn_trainer_step(pair.trainer, &x, &y, 1, NULL), "weight");
    assert_weights(pair.model, theta);
    release(pair);
}

static void refuse_apply(const char *settings, const double *theta, double gradient, double scale)
{
    const struct pair pair = pair_of(settings, theta);
    const double g[] = {gradient, 0};
    assert_ok(dnn_trainer_set_gradient(pair.trainer, g));
    expect_not_finite(dnn_trainer_apply(pair.trainer, scale), "weight");
    assert_weights(pair.model, theta);
    release(pair);
}

/* The weights after it would be finite; a number on the way to them is not, in float: ∞ · 0 is NaN. */
static void test_an_update_whose_parts_overflow_leaves_the_weights_as_they_were(void **state)
{
    (void)state;
    const double zeros[] = {0, 0}, large[] = {1e10, 0}, huge[] = {-0x1p126, 0};
    refuse_step("optimizer=adam learning_rate=5e37", zeros, 1, 0); /* η / (1 − β₁), gradient 0 */
    refuse_step("optimizer=adamw learning_rate=1e20 weight_decay=1e20", zeros, 1, 0); /* η λ */
    refuse_step("optimizer=adam learning_rate=1e30 beta1=0.999999999 epsilon=1", zeros, 1, 1e-3);
    refuse_apply("optimizer=sgd learning_rate=1e-10", zeros, 1e20, 1e20);            /* scale g */
    refuse_step("optimizer=sgd learning_rate=0.001 weight_decay=1e30", large, 0, 0); /* λ w */
    refuse_apply("optimizer=sgd learning_rate=1e-30 l2=50 clip_norm=1", huge, 1e38,
                 100); /* scale g and 2 l2 w cancel */
    refuse_apply("optimizer=sgd learning_rate=1e-30 l2=0.5 clip_norm=1", huge, 1e38, 100);
}

/* m of an old gradient over ε alone, once β₂ has forgotten it, before η makes it small. */
static void test_a_quotient_that_overflows_leaves_the_weights_as_they_were(void **state)
{
    (void)state;
    const double zeros[] = {0, 0}, first[] = {1e18, 0};
    const struct pair pair = pair_of("optimizer=adam learning_rate=1e-30 beta2=0 epsilon=1e-37", zeros);
    double theta[2];
    assert_ok(dnn_trainer_set_gradient(pair.trainer, first));
    (void)dnn_trainer_apply(pair.trainer, 1); /* may be refused: crude, but safe */
    assert_ok(dnn_trainer_set_gradient(pair.trainer, zeros));
    (void)dnn_trainer_apply(pair.trainer, 1);
    assert_ok(dnn_model_get_parameters(pair.model, theta));
    assert_true(isfinite(theta[0]) && isfinite(theta[1]));
    release(pair);
}

static void test_no_figures_are_made_of_outputs_that_overflow(void **state)
{
    (void)state;
    const int64_t shape[] = {1, 2};
    dnn_model *model = model_of(shape, 2, "output_activation=identity");
    const double theta[] = {1e308, 1e308, 1e308, 1e308}, x[] = {10}, y[] = {0, 1};
    assert_ok(dnn_model_set_parameters(model, theta));
    dnn_dataset *dataset = NULL;
    assert_ok(dnn_dataset_create(x, 1, 1, y, 2, &dataset));
    int64_t counts[4] = {-7, -7, -7, -7};
    double loss = -7, accuracy = -7;
    expect_error(dnn_model_confusion(model, dataset, counts), DNN_ERROR_NOT_FINITE, "not finite");
    expect_error(dnn_model_evaluate(model, dataset, &loss, &accuracy), DNN_ERROR_NOT_FINITE, "not finite");
    assert_true(loss == -7 && accuracy == -7 && counts[0] == -7 && counts[3] == -7);
    dnn_dataset_destroy(dataset);
    dnn_model_destroy(model);
}

static void test_no_figures_are_made_of_a_pass_that_overflowed(void **state)
{
    (void)state;
    const int64_t one[] = {1, 1};
    dnn_model *model = model_of(one, 2, "output_activation=identity");
    dnn_trainer *trainer = trainer_of(model);
    const double theta[] = {1e200, 0}, x = 1, y = 0, gradient[] = {1, 1};
    double saturated = -7;
    assert_ok(dnn_model_set_parameters(model, theta));
    expect_error(dnn_trainer_step(trainer, &x, &y, 1, NULL), DNN_ERROR_NOT_FINITE, "not finite");
    assert_ok(dnn_trainer_set_gradient(trainer, gradient));
    expect_error(dnn_trainer_layer_stats(trainer, 0, NULL, NULL, &saturated), DNN_ERROR_INVALID_ARGUMENT, "failed");
    assert_true(saturated == -7);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

/* Each loss is finite; their sum over an epoch is not, and nobody needs it. */
static void test_the_mean_loss_of_an_epoch_does_not_overflow(void **state)
{
    (void)state;
    const int64_t one[] = {1, 1};
    dnn_model *model = model_of(one, 2, "output_activation=identity init=zeros learning_rate=1e-250");
    dnn_trainer *trainer = trainer_of(model);
    const double x[] = {0, 0, 0, 0}, y[] = {1.2e154, 1.2e154, 1.2e154, 1.2e154};
    dnn_dataset *dataset = NULL;
    assert_ok(dnn_dataset_create(x, 4, 1, y, 1, &dataset));
    assert_ok(dnn_trainer_fit(trainer, dataset, NULL));
    double loss = -7;
    assert_ok(dnn_trainer_history(trainer, 0, &loss, NULL, NULL));
    assert_near("loss", 0, loss, 1.44e308, 1.44e308, 1e-15);
    dnn_dataset_destroy(dataset);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

static void test_a_gradient_check_beside_an_overflow_says_so(void **state)
{
    (void)state;
    const int64_t one[] = {1, 1};
    dnn_model *model = model_of(one, 2, "output_activation=identity");
    dnn_trainer *trainer = trainer_of(model);
    const double theta[] = {1, 1.3407807e154}, x = 1, y = 0;
    double error = -7;
    assert_ok(dnn_model_set_parameters(model, theta));
    expect_error(dnn_trainer_check_gradient(trainer, &x, &y, 1, &error), DNN_ERROR_NOT_FINITE, "not finite");
    assert_true(error == -7);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

static void step_from_far(const char *settings, double weight)
{
    dnn_model *model = model_of(layers, 3, settings);
    dnn_trainer *trainer = trainer_of(model);
    const int64_t count = dnn_model_parameter_count(model);
    double *theta = allocate_or_fail((size_t)count, sizeof *theta);
    for (int64_t i = 0; i < count; i++)
        theta[i] = i % 2 == 0 ? weight : -weight;
    assert_ok(dnn_model_set_parameters(model, theta));
    free(theta);
    theta = weights_of(model);
    const double x[2 * N_IN] = {10, 10, 10, -10, 5, 10}, y[2 * N_OUT] = {0};
    double loss = SENTINEL;
    expect_not_finite(dnn_trainer_step(trainer, x, y, 1, &loss), "finite");
    expect_not_finite(dnn_trainer_step(trainer, x, y, 2, &loss), "finite");
    dnn_dataset *dataset = NULL;
    assert_ok(dnn_dataset_create(x, 2, N_IN, y, N_OUT, &dataset));
    expect_not_finite(dnn_model_evaluate(model, dataset, &loss, &loss), "loss");
    assert_true(loss == SENTINEL);
    assert_weights(model, theta);
    dnn_dataset_destroy(dataset);
    free(theta);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

static void test_weights_so_large_that_the_network_overflows_stay_as_they_are(void **state)
{
    (void)state;
    step_from_far("activation=identity output_activation=identity", 1e300);
    step_from_far("activation=identity output_activation=identity precision=f32", 1e38);
    step_from_far("activation=relu output_activation=identity sigmoid_derivative=exact", 1e300);
}

/* Each number is finite, and so is their mean, but not their difference. */
static void test_a_clone_knows_how_large_its_weights_are(void **state)
{
    (void)state;
    dnn_model *model = model_of(layers, 3, "learning_rate=1"), *clone = NULL;
    double theta[PARAMETERS], gradient[PARAMETERS];
    for (int i = 0; i < PARAMETERS; i++) {
        theta[i] = 1.7e308;
        gradient[i] = -0.8e308;
    }
    assert_ok(dnn_model_set_parameters(model, theta));
    assert_ok(dnn_model_clone(model, &clone));
    dnn_trainer *trainer = trainer_of(clone);
    assert_ok(dnn_trainer_set_gradient(trainer, gradient));
    expect_not_finite(dnn_trainer_apply(trainer, 1), "weights");
    assert_weights(clone, theta);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(clone);
    dnn_model_destroy(model);
}

static void test_a_dataset_holds_finite_numbers_only(void **state)
{
    (void)state;
    dnn_dataset *out = NULL;
    const double good[2] = {0.5, 0.5};
    const float good_f32[2] = {0.5f, 0.5f};
    const int32_t labels[2] = {0, 1};
    for (int i = 0; i < UNFIT_FOR_DOUBLE; i++) {
        const double bad[2] = {0.5, unfit[i]};
        const float bad_f32[2] = {0.5f, (float)unfit[i]};
        expect_not_finite(dnn_dataset_create(bad, 2, 1, good, 1, &out), "x is");
        expect_not_finite(dnn_dataset_create(good, 2, 1, bad, 1, &out), "y is");
        expect_not_finite(dnn_dataset_create_f32(bad_f32, 2, 1, good_f32, 1, &out), "row 1, column 0");
        expect_not_finite(dnn_dataset_create_f32(good_f32, 1, 1, bad_f32 + 1, 1, &out), "row 0, column 0");
        expect_not_finite(dnn_dataset_create_labels(bad, 2, 1, labels, 2, &out), "row 1, column 0");
        expect_not_finite(dnn_dataset_create_labels_f32(bad_f32, 1, 2, labels, 2, &out), "row 0, column 1");
    }
    assert_null(out);
}

static void fit_unfit(const double *x, const double *y, const char *settings, bool standardized, const char *words)
{
    dnn_dataset *dataset = NULL;
    char text[256];
    snprintf(text, sizeof text, "precision=f32 activation=identity output_activation=identity epochs=2 %s", settings);
    assert_ok(dnn_dataset_create(x, ROWS, N_IN, y, N_OUT, &dataset));
    dnn_model *model = model_of(layers, 3, text);
    if (standardized) {
        double small[ROWS * N_IN];
        for (int i = 0; i < ROWS * N_IN; i++)
            small[i] = 1e-30 * i;
        dnn_dataset *others = NULL;
        assert_ok(dnn_dataset_create(small, ROWS, N_IN, y, N_OUT, &others));
        assert_ok(dnn_model_standardize(model, others));
        dnn_dataset_destroy(others);
    }
    dnn_trainer *trainer = trainer_of(model);
    double *theta = weights_of(model);
    expect_not_finite(dnn_trainer_fit(trainer, dataset, NULL), words);
    if (strstr(settings, "batch_size=4") != NULL)
        assert_weights(model, theta);
    free(theta);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_dataset_destroy(dataset);
}

static void test_fit_names_the_sample_whose_numbers_are_too_large(void **state)
{
    (void)state;
    double x[ROWS * N_IN] = {0}, y[ROWS * N_OUT] = {0};
    const char *batches[] = {"batch_size=1 learning_rate=1e-30", "batch_size=4", "batch_size=4 shuffle=true",
                             "batch_size=4 optimizer=adam"};
    for (int b = 0; b < 4; b++) {
        y[2 * N_OUT + 1] = -TOO_LARGE_FOR_FLOAT;
        fit_unfit(x, y, batches[b], false,
                  "y of sample 2 is too large for f32 in column 1 (counted from 0): the dataset holds -1e+300");
        y[2 * N_OUT + 1] = 0;
        x[3 * N_IN + 2] = TOO_LARGE_FOR_FLOAT;
        fit_unfit(x, y, batches[b], false, "x of sample 3 is too large for f32 in column 2");
        x[3 * N_IN + 2] = 1e30;
        fit_unfit(x, y, batches[b], true,
                  "x, once standardized, of sample 3 is too large for f32 in column 2 (counted from 0): the dataset "
                  "holds 1e+30");
        x[3 * N_IN + 2] = 0;
    }
    y[0] = 1e38; /* it fits, and its square, though a double, makes no gradient in float */
    y[1] = 3e38;
    fit_unfit(x, y, "batch_size=4", false, "the gradient is not finite");
}

/* A dataset of doubles may hold what a model in float cannot: the model says so, and is not harmed. */
static void test_a_dataset_too_large_for_a_float_model_is_refused_by_it(void **state)
{
    (void)state;
    const double x[N_IN] = {TOO_LARGE_FOR_FLOAT, 0, 0}, y[N_OUT] = {0};
    dnn_dataset *dataset = NULL;
    dnn_model *model = model_of(layers, 3, "precision=f32 activation=identity output_activation=identity");
    dnn_trainer *trainer = trainer_of(model);
    double *theta = weights_of(model);
    double loss = SENTINEL;
    assert_ok(dnn_dataset_create(x, 1, N_IN, y, N_OUT, &dataset));
    expect_not_finite(dnn_trainer_fit(trainer, dataset, NULL), "epoch 1, batch 1 of 1");
    expect_not_finite(dnn_model_evaluate(model, dataset, &loss, NULL),
                      "x of sample 0 is too large for f32 in column 0");
    assert_true(loss == SENTINEL);
    assert_weights(model, theta);
    free(theta);
    dnn_dataset_destroy(dataset);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

#define IN(setup, test) cmocka_unit_test_setup_teardown(test, setup, teardown)
#define IN_BOTH(test) IN(setup_f64, test), IN(setup_f32, test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOTH(test_an_unfit_input_is_named_with_its_place),
        IN_BOTH(test_an_unfit_target_is_named_with_its_place),
        IN_BOTH(test_unfit_floats_are_refused_alike),
        IN_BOTH(test_unfit_weights_change_nothing),
        IN_BOTH(test_an_unfit_scale_applies_nothing),
        IN(setup_f64, test_a_failed_accumulate_leaves_the_sum_as_it_was),
        IN_BOTH(test_a_loss_that_overflows_leaves_the_weights_as_they_were),
        cmocka_unit_test(test_an_update_that_overflows_leaves_the_weights_as_they_were),
        cmocka_unit_test(test_a_rate_outside_float_is_refused_and_a_large_one_makes_no_nan_of_a_dead_network),
        cmocka_unit_test(test_an_update_at_the_very_edge_of_float_is_refused),
        cmocka_unit_test(test_an_update_whose_parts_overflow_leaves_the_weights_as_they_were),
        cmocka_unit_test(test_a_quotient_that_overflows_leaves_the_weights_as_they_were),
        cmocka_unit_test(test_no_figures_are_made_of_outputs_that_overflow),
        cmocka_unit_test(test_no_figures_are_made_of_a_pass_that_overflowed),
        cmocka_unit_test(test_the_mean_loss_of_an_epoch_does_not_overflow),
        cmocka_unit_test(test_a_gradient_check_beside_an_overflow_says_so),
        cmocka_unit_test(test_weights_so_large_that_the_network_overflows_stay_as_they_are),
        cmocka_unit_test(test_a_clone_knows_how_large_its_weights_are),
        cmocka_unit_test(test_a_dataset_holds_finite_numbers_only),
        cmocka_unit_test(test_fit_names_the_sample_whose_numbers_are_too_large),
        cmocka_unit_test(test_a_dataset_too_large_for_a_float_model_is_refused_by_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
