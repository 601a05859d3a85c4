/*
 * test_arguments.c - every function of dnn.h, called wrongly.
 *
 * NULL for each pointer in turn; sizes that are negative, zero, one too large, 2⁴⁰ and the largest there is. Each time: the
 * status, a message that names the argument and what came, outputs and weights as they were, and handles that still
 * work, which the teardown of each test tries. Numbers that are not finite are in test_not_finite.c.
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

enum { N_IN = 3, N_OUT = 2, ROWS = 4, PARAMETERS = 4 * (N_IN + 1) + N_OUT * (4 + 1) };
static const int64_t layers[] = {N_IN, 4, N_OUT};

/* Values of a size that no function takes. */
static const int64_t wrong_sizes[] = {-1, INT64_MIN, INT64_C(2147483648), HUGE_SIZE, INT64_MAX};
enum { WRONG_SIZES = sizeof wrong_sizes / sizeof *wrong_sizes };

/* One of each handle, and arrays of ROWS samples. */
struct fixture {
    dnn_config *config;
    dnn_model *model;
    dnn_trainer *trainer;
    dnn_workspace *workspace;
    dnn_dataset *dataset;
    double *theta; /* the model's weights */
    double x[ROWS * N_IN];
    double y[ROWS * N_OUT];
    float x_f32[ROWS * N_IN];
    float y_f32[ROWS * N_OUT];
};

static int setup(void **state)
{
    struct fixture *f = allocate_or_fail(1, sizeof *f);
    struct generator generator = {1};
    generator_fill(&generator, f->x, ROWS * N_IN, 0.5);
    generator_fill(&generator, f->y, ROWS * N_OUT, 0.0);
    for (int i = 0; i < ROWS * N_IN; i++)
        f->x_f32[i] = (float)f->x[i];
    for (int i = 0; i < ROWS * N_OUT; i++)
        f->y_f32[i] = (float)f->y[i];
    f->config = config_of("");
    f->model = model_of(layers, 3, "");
    f->trainer = trainer_of(f->model);
    assert_ok(dnn_workspace_create(f->model, ROWS, &f->workspace));
    assert_ok(dnn_dataset_create(f->x, ROWS, N_IN, f->y, N_OUT, &f->dataset));
    f->theta = weights_of(f->model);
    *state = f;
    return 0;
}

/* Whatever was tried, the weights are as they were and every handle works. */
static int teardown(void **state)
{
    struct fixture *f = *state;
    double out[ROWS * N_OUT];
    assert_weights(f->model, f->theta);
    assert_ok(dnn_workspace_predict(f->workspace, f->x, ROWS, out));
    assert_ok(dnn_trainer_step(f->trainer, f->x, f->y, ROWS, out));
    assert_ok(dnn_trainer_fit(f->trainer, f->dataset, f->dataset));
    assert_ok(dnn_config_set(f->config, "epochs", "3"));
    dnn_dataset_destroy(f->dataset);
    dnn_workspace_destroy(f->workspace);
    dnn_trainer_destroy(f->trainer);
    dnn_model_destroy(f->model);
    dnn_config_destroy(f->config);
    free(f->theta);
    free(f);
    return 0;
}

/* ---- NULL ---- */

static void test_destroying_null_does_nothing(void **state)
{
    (void)state;
    dnn_config_destroy(NULL);
    dnn_model_destroy(NULL);
    dnn_workspace_destroy(NULL);
    dnn_trainer_destroy(NULL);
    dnn_dataset_destroy(NULL);
}

static void test_the_sizes_of_null_are_minus_one(void **state)
{
    (void)state;
    assert_int_equal(dnn_model_layer_count(NULL), -1);
    assert_int_equal(dnn_model_layer_size(NULL, 0), -1);
    assert_int_equal(dnn_model_parameter_count(NULL), -1);
    assert_int_equal(dnn_dataset_size(NULL), -1);
    assert_int_equal(dnn_dataset_inputs(NULL), -1);
    assert_int_equal(dnn_dataset_outputs(NULL), -1);
    assert_int_equal(dnn_trainer_history_count(NULL), -1);
    assert_int_equal(dnn_progress_epoch(NULL), -1);
    assert_int_equal(dnn_progress_epochs(NULL), -1);
    assert_int_equal(dnn_progress_batch(NULL), -1);
    assert_int_equal(dnn_progress_batches(NULL), -1);
    assert_true(isnan(dnn_progress_loss(NULL)));
    assert_true(isnan(dnn_progress_validation_loss(NULL)));
    assert_true(isnan(dnn_progress_validation_accuracy(NULL)));
    assert_true(isnan(dnn_progress_seconds(NULL)));
}

static void test_config_and_model_refuse_null_by_name(void **state)
{
    struct fixture *f = *state;
    double w[PARAMETERS];
    int64_t counts[N_OUT * N_OUT], length = -5;
    char text[64] = "";
    dnn_model *model = NULL;
    expect_invalid(dnn_config_create(NULL, NULL), "out is NULL");
    expect_invalid(dnn_config_set(NULL, "epochs", "1"), "config is NULL");
    expect_invalid(dnn_config_set(f->config, NULL, "1"), "key is NULL");
    expect_invalid(dnn_config_set(f->config, "epochs", NULL), "text is NULL");
    expect_invalid(dnn_config_set_number(NULL, "epochs", 1), "config is NULL");
    expect_invalid(dnn_config_set_number(f->config, NULL, 1), "key is NULL");
    expect_invalid(dnn_config_set_integer(NULL, "epochs", 1), "config is NULL");
    expect_invalid(dnn_config_set_integer(f->config, NULL, 1), "key is NULL");
    expect_invalid(dnn_config_get(NULL, "epochs", text, sizeof text, &length), "config is NULL");
    expect_invalid(dnn_config_get(f->config, NULL, text, sizeof text, &length), "key is NULL");
    expect_invalid(dnn_config_get(f->config, "epochs", NULL, sizeof text, &length), "buffer is NULL");
    expect_invalid(dnn_model_create(NULL, 3, NULL, &model), "layers is NULL");
    expect_invalid(dnn_model_create(layers, 3, NULL, NULL), "out is NULL");
    expect_invalid(dnn_model_clone(NULL, &model), "model is NULL");
    expect_invalid(dnn_model_clone(f->model, NULL), "out is NULL");
    expect_invalid(dnn_model_get_weights(NULL, 0, w), "model is NULL");
    expect_invalid(dnn_model_get_weights(f->model, 0, NULL), "w is NULL");
    expect_invalid(dnn_model_set_weights(NULL, 0, f->theta), "model is NULL");
    expect_invalid(dnn_model_set_weights(f->model, 0, NULL), "w is NULL");
    expect_invalid(dnn_model_get_parameters(NULL, w), "model is NULL");
    expect_invalid(dnn_model_get_parameters(f->model, NULL), "theta is NULL");
    expect_invalid(dnn_model_set_parameters(NULL, f->theta), "model is NULL");
    expect_invalid(dnn_model_set_parameters(f->model, NULL), "theta is NULL");
    expect_invalid(dnn_model_evaluate(NULL, f->dataset, NULL, NULL), "model is NULL");
    expect_invalid(dnn_model_evaluate(f->model, NULL, NULL, NULL), "dataset is NULL");
    expect_invalid(dnn_model_confusion(NULL, f->dataset, counts), "model is NULL");
    expect_invalid(dnn_model_confusion(f->model, NULL, counts), "dataset is NULL");
    expect_invalid(dnn_model_confusion(f->model, f->dataset, NULL), "counts is NULL");
    expect_invalid(dnn_model_summary(NULL, text, sizeof text, &length), "model is NULL");
    expect_invalid(dnn_model_summary(f->model, NULL, sizeof text, &length), "buffer is NULL");
    assert_null(model);
    assert_int_equal(length, -5);
    assert_string_equal(text, "");
}

static void test_predictions_refuse_null_by_name(void **state)
{
    struct fixture *f = *state;
    double out[ROWS * N_OUT];
    float out_f32[ROWS * N_OUT];
    int32_t label[ROWS];
    dnn_workspace *workspace = NULL;
    fill_sentinel(out, ROWS * N_OUT);
    expect_invalid(dnn_model_predict(NULL, f->x, 1, out), "model is NULL");
    expect_invalid(dnn_model_predict(f->model, NULL, 1, out), "x is NULL");
    expect_invalid(dnn_model_predict(f->model, f->x, 1, NULL), "y is NULL");
    expect_invalid(dnn_model_predict_f32(NULL, f->x_f32, 1, out_f32), "model is NULL");
    expect_invalid(dnn_model_predict_f32(f->model, NULL, 1, out_f32), "x is NULL");
    expect_invalid(dnn_model_predict_f32(f->model, f->x_f32, 1, NULL), "is NULL");
    expect_invalid(dnn_model_classify(NULL, f->x, 1, label), "model is NULL");
    expect_invalid(dnn_model_classify(f->model, NULL, 1, label), "x is NULL");
    expect_invalid(dnn_model_classify(f->model, f->x, 1, NULL), "label is NULL");
    expect_invalid(dnn_workspace_create(NULL, 1, &workspace), "model is NULL");
    expect_invalid(dnn_workspace_create(f->model, 1, NULL), "out is NULL");
    expect_invalid(dnn_workspace_predict(NULL, f->x, 1, out), "workspace is NULL");
    expect_invalid(dnn_workspace_predict(f->workspace, NULL, 1, out), "x is NULL");
    expect_invalid(dnn_workspace_predict(f->workspace, f->x, 1, NULL), "y is NULL");
    expect_invalid(dnn_workspace_predict_f32(NULL, f->x_f32, 1, out_f32), "workspace is NULL");
    expect_invalid(dnn_workspace_predict_f32(f->workspace, NULL, 1, out_f32), "x is NULL");
    expect_invalid(dnn_workspace_predict_f32(f->workspace, f->x_f32, 1, NULL), "is NULL");
    expect_invalid(dnn_workspace_activations(NULL, 0, out), "workspace is NULL");
    expect_invalid(dnn_workspace_activations(f->workspace, 0, NULL), "x is NULL");
    assert_untouched(out, ROWS * N_OUT);
    assert_null(workspace);
}

static void test_the_trainer_refuses_null_by_name(void **state)
{
    struct fixture *f = *state;
    double out = SENTINEL;
    dnn_trainer *trainer = NULL;
    expect_invalid(dnn_trainer_create(NULL, NULL, &trainer), "model is NULL");
    expect_invalid(dnn_trainer_create(f->model, NULL, NULL), "out is NULL");
    expect_invalid(dnn_trainer_step(NULL, f->x, f->y, 1, &out), "trainer is NULL");
    expect_invalid(dnn_trainer_step(f->trainer, NULL, f->y, 1, &out), "x is NULL");
    expect_invalid(dnn_trainer_step(f->trainer, f->x, NULL, 1, &out), "y is NULL");
    expect_invalid(dnn_trainer_step_f32(NULL, f->x_f32, f->y_f32, 1, &out), "trainer is NULL");
    expect_invalid(dnn_trainer_step_f32(f->trainer, NULL, f->y_f32, 1, &out), "x is NULL");
    expect_invalid(dnn_trainer_step_f32(f->trainer, f->x_f32, NULL, 1, &out), "y is NULL");
    expect_invalid(dnn_trainer_fit(NULL, f->dataset, NULL), "trainer is NULL");
    expect_invalid(dnn_trainer_fit(f->trainer, NULL, NULL), "training is NULL");
    expect_invalid(dnn_trainer_set_progress(NULL, NULL, NULL), "trainer is NULL");
    expect_invalid(dnn_trainer_cancel(NULL), "trainer is NULL");
    expect_invalid(dnn_trainer_history(NULL, 0, &out, &out, &out), "trainer is NULL");
    expect_invalid(dnn_trainer_accumulate(NULL, f->x, f->y, 1, &out), "trainer is NULL");
    expect_invalid(dnn_trainer_accumulate(f->trainer, NULL, f->y, 1, &out), "x is NULL");
    expect_invalid(dnn_trainer_accumulate(f->trainer, f->x, NULL, 1, &out), "y is NULL");
    expect_invalid(dnn_trainer_get_gradient(NULL, &out), "trainer is NULL");
    expect_invalid(dnn_trainer_get_gradient(f->trainer, NULL), "gradient is NULL");
    expect_invalid(dnn_trainer_set_gradient(NULL, &out), "trainer is NULL");
    expect_invalid(dnn_trainer_set_gradient(f->trainer, NULL), "gradient is NULL");
    expect_invalid(dnn_trainer_apply(NULL, 1), "trainer is NULL");
    expect_invalid(dnn_trainer_layer_stats(NULL, 0, &out, &out, &out), "trainer is NULL");
    expect_invalid(dnn_trainer_check_gradient(NULL, f->x, f->y, 1, &out), "trainer is NULL");
    expect_invalid(dnn_trainer_check_gradient(f->trainer, NULL, f->y, 1, &out), "x is NULL");
    expect_invalid(dnn_trainer_check_gradient(f->trainer, f->x, NULL, 1, &out), "y is NULL");
    expect_invalid(dnn_trainer_check_gradient(f->trainer, f->x, f->y, 1, NULL), "max_relative_error is NULL");
    assert_true(out == SENTINEL);
    assert_null(trainer);
}

static void test_the_dataset_refuses_null_by_name(void **state)
{
    struct fixture *f = *state;
    const int32_t labels[1] = {0};
    const uint8_t bytes[N_IN] = {0};
    dnn_dataset *out = NULL, *other = NULL;
    expect_invalid(dnn_dataset_create(NULL, 1, N_IN, f->y, N_OUT, &out), "x is NULL");
    expect_invalid(dnn_dataset_create(f->x, 1, N_IN, NULL, N_OUT, &out), "y is NULL");
    expect_invalid(dnn_dataset_create(f->x, 1, N_IN, f->y, N_OUT, NULL), "out is NULL");
    expect_invalid(dnn_dataset_create_f32(NULL, 1, N_IN, f->y_f32, N_OUT, &out), "x is NULL");
    expect_invalid(dnn_dataset_create_f32(f->x_f32, 1, N_IN, NULL, N_OUT, &out), "y is NULL");
    expect_invalid(dnn_dataset_create_f32(f->x_f32, 1, N_IN, f->y_f32, N_OUT, NULL), "out is NULL");
    expect_invalid(dnn_dataset_create_labels(NULL, 1, N_IN, labels, 2, &out), "x is NULL");
    expect_invalid(dnn_dataset_create_labels(f->x, 1, N_IN, NULL, 2, &out), "labels is NULL");
    expect_invalid(dnn_dataset_create_labels(f->x, 1, N_IN, labels, 2, NULL), "out is NULL");
    expect_invalid(dnn_dataset_create_labels_f32(NULL, 1, N_IN, labels, 2, &out), "x is NULL");
    expect_invalid(dnn_dataset_create_labels_f32(f->x_f32, 1, N_IN, NULL, 2, &out), "labels is NULL");
    expect_invalid(dnn_dataset_create_labels_f32(f->x_f32, 1, N_IN, labels, 2, NULL), "out is NULL");
    expect_invalid(dnn_dataset_create_labels_u8(NULL, 1, N_IN, labels, 2, &out), "x is NULL");
    expect_invalid(dnn_dataset_create_labels_u8(bytes, 1, N_IN, NULL, 2, &out), "labels is NULL");
    expect_invalid(dnn_dataset_create_labels_u8(bytes, 1, N_IN, labels, 2, NULL), "out is NULL");
    expect_invalid(dnn_dataset_read_idx(NULL, "labels", &out), "images_path is NULL");
    expect_invalid(dnn_dataset_read_idx("images", NULL, &out), "labels_path is NULL");
    expect_invalid(dnn_dataset_read_idx("images", "labels", NULL), "out is NULL");
    expect_invalid(dnn_dataset_get(NULL, 0, NULL, NULL), "dataset is NULL");
    expect_invalid(dnn_dataset_split(NULL, 0.5, 0, &out, &other), "dataset is NULL");
    expect_invalid(dnn_dataset_split(f->dataset, 0.5, 0, NULL, &other), "first is NULL");
    expect_invalid(dnn_dataset_split(f->dataset, 0.5, 0, &out, NULL), "second is NULL");
    assert_null(out);
    assert_null(other);
}

/* ---- sizes ---- */

static void test_no_function_takes_an_impossible_number_of_rows(void **state)
{
    struct fixture *f = *state;
    double out[ROWS * N_OUT];
    float out_f32[1];
    int32_t label[1] = {SENTINEL_LABEL};
    dnn_workspace *workspace = NULL;
    fill_sentinel(out, ROWS * N_OUT);
    for (int i = 0; i < WRONG_SIZES; i++) {
        const int64_t n = wrong_sizes[i];
        char came[64];
        snprintf(came, sizeof came, "is %lld", (long long)n);
        expect_invalid(dnn_model_predict(f->model, f->x, n, out), came);
        expect_invalid(dnn_model_predict_f32(f->model, f->x_f32, n, out_f32), came);
        expect_invalid(dnn_model_classify(f->model, f->x, n, label), came);
        expect_invalid(dnn_workspace_create(f->model, n, &workspace), came);
        expect_invalid(dnn_workspace_predict(f->workspace, f->x, n, out), came);
        expect_invalid(dnn_workspace_predict_f32(f->workspace, f->x_f32, n, out_f32), came);
        expect_invalid(dnn_trainer_step(f->trainer, f->x, f->y, n, out), came);
        expect_invalid(dnn_trainer_step_f32(f->trainer, f->x_f32, f->y_f32, n, out), came);
        expect_invalid(dnn_trainer_accumulate(f->trainer, f->x, f->y, n, out), came);
        expect_invalid(dnn_trainer_check_gradient(f->trainer, f->x, f->y, n, out), came);
    }
    assert_untouched(out, ROWS * N_OUT);
    assert_int_equal(label[0], SENTINEL_LABEL);
    assert_null(workspace);
}

static void test_zero_rows_are_nothing_to_predict_and_no_step(void **state)
{
    struct fixture *f = *state;
    double out = SENTINEL;
    int32_t label = SENTINEL_LABEL;
    dnn_workspace *workspace = NULL;
    assert_ok(dnn_model_predict(f->model, f->x, 0, &out));
    assert_ok(dnn_model_predict(f->model, NULL, 0, NULL));
    assert_ok(dnn_model_predict_f32(f->model, NULL, 0, NULL));
    assert_ok(dnn_model_classify(f->model, NULL, 0, NULL));
    assert_ok(dnn_model_classify(f->model, f->x, 0, &label));
    assert_ok(dnn_workspace_predict(f->workspace, f->x, 0, &out));
    assert_ok(dnn_workspace_predict(f->workspace, NULL, 0, NULL));
    assert_ok(dnn_workspace_predict_f32(f->workspace, NULL, 0, NULL));
    expect_invalid(dnn_workspace_create(f->model, 0, &workspace), "max_rows is 0");
    expect_invalid(dnn_trainer_step(f->trainer, f->x, f->y, 0, &out), "n is 0, expected 1 to");
    expect_invalid(dnn_trainer_step_f32(f->trainer, f->x_f32, f->y_f32, 0, &out), "n is 0");
    expect_invalid(dnn_trainer_accumulate(f->trainer, f->x, f->y, 0, &out), "n is 0");
    expect_invalid(dnn_trainer_check_gradient(f->trainer, f->x, f->y, 0, &out), "n is 0");
    assert_true(out == SENTINEL);
    assert_int_equal(label, SENTINEL_LABEL);
    assert_null(workspace);
}

static void test_there_is_no_layer_sample_or_epoch_outside(void **state)
{
    struct fixture *f = *state;
    static const int64_t outside[] = {-1, INT64_MIN, 3, 4, HUGE_SIZE, INT64_MAX};
    double out[PARAMETERS];
    fill_sentinel(out, PARAMETERS);
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        const int64_t at = outside[i];
        assert_int_equal(dnn_model_layer_size(f->model, at), -1);
        expect_invalid(dnn_model_get_weights(f->model, at, out), "layer is");
        expect_invalid(dnn_model_set_weights(f->model, at, f->theta), "layer is");
        expect_invalid(dnn_workspace_activations(f->workspace, at, out), "layer is");
        expect_invalid(dnn_trainer_layer_stats(f->trainer, at, out, out, out), "layer is");
        expect_invalid(dnn_trainer_history(f->trainer, at, out, out, out), "epoch is");
        expect_invalid(dnn_dataset_get(f->dataset, at == 3 ? ROWS : at, out, out), "i is");
        assert_null(at < 0 || at > 4 ? dnn_config_key_name(at) : NULL);
        assert_null(at < 0 || at > 4 ? dnn_config_key_help(at) : NULL);
    }
    assert_null(dnn_config_key_name(dnn_config_key_count()));
    assert_null(dnn_config_key_help(dnn_config_key_count()));
    /* There is a layer 2, but no weights that lead away from it. */
    expect_invalid(dnn_model_get_weights(f->model, 2, out), "layer is 2, expected 0 to 1");
    expect_invalid(dnn_model_set_weights(f->model, 2, f->theta), "layer is 2, expected 0 to 1");
    expect_invalid(dnn_trainer_layer_stats(f->trainer, 2, out, out, out), "layer is 2, expected 0 to 1");
    assert_untouched(out, PARAMETERS);
}

static void test_a_dataset_of_the_wrong_width_is_refused(void **state)
{
    struct fixture *f = *state;
    dnn_dataset *wide = random_dataset(1, 5, N_IN + 1, N_OUT);
    dnn_dataset *tall = random_dataset(1, 5, N_IN, N_OUT + 1);
    double out = SENTINEL;
    int64_t counts[9] = {-5};
    const char *inputs = "dataset has 4 inputs, the model takes 3";
    const char *outputs = "dataset has 3 outputs, the model gives 2";
    expect_invalid(dnn_model_evaluate(f->model, wide, &out, &out), inputs);
    expect_invalid(dnn_model_evaluate(f->model, tall, &out, &out), outputs);
    expect_invalid(dnn_model_confusion(f->model, wide, counts), inputs);
    expect_invalid(dnn_model_confusion(f->model, tall, counts), outputs);
    expect_invalid(dnn_trainer_fit(f->trainer, wide, NULL), inputs);
    expect_invalid(dnn_trainer_fit(f->trainer, tall, NULL), outputs);
    expect_invalid(dnn_trainer_fit(f->trainer, f->dataset, wide), inputs);
    expect_invalid(dnn_trainer_fit(f->trainer, f->dataset, tall), outputs);
    assert_true(out == SENTINEL);
    assert_int_equal(counts[0], -5);
    assert_int_equal(dnn_trainer_history_count(f->trainer), 0);
    dnn_dataset_destroy(wide);
    dnn_dataset_destroy(tall);
}

/* ---- results that are not wanted ---- */

static void test_results_that_may_be_null_may_be_null(void **state)
{
    struct fixture *f = *state;
    assert_ok(dnn_model_evaluate(f->model, f->dataset, NULL, NULL));
    assert_ok(dnn_dataset_get(f->dataset, 0, NULL, NULL));
    assert_ok(dnn_trainer_accumulate(f->trainer, f->x, f->y, ROWS, NULL));
    assert_ok(dnn_trainer_layer_stats(f->trainer, 0, NULL, NULL, NULL));
    assert_ok(dnn_config_get(f->config, "epochs", NULL, 0, NULL));
    assert_ok(dnn_model_summary(f->model, NULL, 0, NULL));
    assert_ok(dnn_trainer_set_progress(f->trainer, NULL, NULL));
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_destroying_null_does_nothing),
        cmocka_unit_test(test_the_sizes_of_null_are_minus_one),
        WITH_FIXTURE(test_config_and_model_refuse_null_by_name),
        WITH_FIXTURE(test_predictions_refuse_null_by_name),
        WITH_FIXTURE(test_the_trainer_refuses_null_by_name),
        WITH_FIXTURE(test_the_dataset_refuses_null_by_name),
        WITH_FIXTURE(test_no_function_takes_an_impossible_number_of_rows),
        WITH_FIXTURE(test_zero_rows_are_nothing_to_predict_and_no_step),
        WITH_FIXTURE(test_there_is_no_layer_sample_or_epoch_outside),
        WITH_FIXTURE(test_a_dataset_of_the_wrong_width_is_refused),
        WITH_FIXTURE(test_results_that_may_be_null_may_be_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
