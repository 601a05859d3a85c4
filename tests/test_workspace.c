/*
 * test_workspace.c - a workspace predicts what its model predicts, bit for bit, and shows the activations on the way.
 */
#include "expect.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { N_IN = 3, N_OUT = 2, ROWS = 7 };
static const int64_t layers[] = {N_IN, 5, 4, N_OUT};

static dnn_workspace *workspace_of(const dnn_model *model, int64_t max_rows)
{
    dnn_workspace *workspace = NULL;
    assert_ok(dnn_workspace_create(model, max_rows, &workspace));
    return workspace;
}

static void predict_alike(const char *settings)
{
    dnn_model *model = model_of(layers, 4, settings);
    dnn_workspace *workspace = workspace_of(model, ROWS);
    struct generator generator = {1};
    double x[ROWS * N_IN], a[ROWS * N_OUT], b[ROWS * N_OUT];
    float x_f32[ROWS * N_IN], a_f32[ROWS * N_OUT], b_f32[ROWS * N_OUT];
    generator_fill(&generator, x, ROWS * N_IN, 0.5);
    for (int i = 0; i < ROWS * N_IN; i++)
        x_f32[i] = (float)x[i];
    for (int64_t n = 1; n <= ROWS; n++) {
        fill_sentinel(b, ROWS * N_OUT);
        assert_ok(dnn_model_predict(model, x, n, a));
        assert_ok(dnn_workspace_predict(workspace, x, n, b));
        assert_same_bits(a, b, n * N_OUT);
        assert_untouched(b + n * N_OUT, (ROWS - n) * N_OUT);
        assert_ok(dnn_model_predict_f32(model, x_f32, n, a_f32));
        assert_ok(dnn_workspace_predict_f32(workspace, x_f32, n, b_f32));
        assert_memory_equal(a_f32, b_f32, (size_t)n * N_OUT * sizeof(float));
    }
    dnn_workspace_destroy(workspace);
    dnn_model_destroy(model);
}

static void test_a_workspace_predicts_what_its_model_predicts(void **state)
{
    (void)state;
    predict_alike("precision=f64");
    predict_alike("precision=f32");
}

static void test_a_workspace_sees_the_weights_of_today(void **state)
{
    (void)state;
    dnn_model *model = model_of(layers, 4, "");
    dnn_workspace *workspace = workspace_of(model, 1);
    dnn_trainer *trainer = trainer_of(model);
    const double x[N_IN] = {0.1, 0.2, 0.3}, y[N_OUT] = {0.3, 0.67};
    double before[N_OUT], after[N_OUT], expected[N_OUT];
    assert_ok(dnn_workspace_predict(workspace, x, 1, before));
    assert_ok(dnn_trainer_step(trainer, x, y, 1, NULL));
    assert_ok(dnn_workspace_predict(workspace, x, 1, after));
    assert_ok(dnn_model_predict(model, x, 1, expected));
    assert_same_bits(after, expected, N_OUT);
    assert_true(before[0] != after[0]);
    dnn_trainer_destroy(trainer);
    dnn_workspace_destroy(workspace);
    dnn_model_destroy(model);
}

static void test_more_rows_than_it_was_made_for_are_refused(void **state)
{
    (void)state;
    dnn_model *model = model_of(layers, 4, "");
    dnn_workspace *workspace = workspace_of(model, ROWS);
    const double x[(ROWS + 1) * N_IN] = {0};
    double y[(ROWS + 1) * N_OUT];
    fill_sentinel(y, (ROWS + 1) * N_OUT);
    expect_invalid(dnn_workspace_predict(workspace, x, ROWS + 1, y), "n is 8, expected 0 to 7");
    assert_untouched(y, (ROWS + 1) * N_OUT);
    assert_ok(dnn_workspace_predict(workspace, x, ROWS, y));
    assert_untouched(y + ROWS * N_OUT, N_OUT);
    dnn_workspace_destroy(workspace);
    dnn_model_destroy(model);
}

/* 2³¹ rows of a million neurons: within the limits of each, and more than an address can reach. */
static void test_a_workspace_larger_than_memory_is_refused(void **state)
{
    (void)state;
    static const int64_t wide[] = {1, 1 << 20, 1};
    dnn_model *model = model_of(wide, 3, "init=zeros");
    dnn_workspace *workspace = NULL;
    expect_error(dnn_workspace_create(model, INT64_C(2147483647), &workspace), DNN_ERROR_OUT_OF_MEMORY, "memory");
    assert_null(workspace);
    workspace = workspace_of(model, 1); /* the model is none the worse */
    dnn_workspace_destroy(workspace);
    dnn_model_destroy(model);
}

static void test_activations_are_the_naive_networks(void **state)
{
    (void)state;
    const struct naive_options options = {"tanh", "sigmoid", 0.01L, 0.01L, 1};
    dnn_model *model = model_of(layers, 4, "activation=tanh");
    struct naive *net = naive_create(layers, 4, options);
    dnn_workspace *workspace = workspace_of(model, ROWS);
    double *theta = weights_of(model);
    double x[ROWS * N_IN], y[ROWS * N_OUT], activations[ROWS * 5];
    struct generator generator = {2};
    generator_fill(&generator, x, ROWS * N_IN, 0.5);
    naive_set_parameters(net, theta);
    assert_ok(dnn_workspace_predict(workspace, x, ROWS, y));
    int64_t neuron = 0; /* where layer l begins in net->x */
    for (int64_t l = 0; l < 4; l++) {
        fill_sentinel(activations, ROWS * 5);
        assert_ok(dnn_workspace_activations(workspace, l, activations));
        for (int i = 0; i < ROWS; i++) {
            (void)naive_predict(net, x + i * N_IN);
            for (int64_t j = 0; j < layers[l]; j++)
                assert_near("activation", l, activations[i * layers[l] + j], (double)net->x[neuron + j], 1, 1e-14);
        }
        assert_untouched(activations + ROWS * layers[l], ROWS * (5 - layers[l]));
        neuron += layers[l];
    }
    free(theta);
    naive_destroy(net);
    dnn_workspace_destroy(workspace);
    dnn_model_destroy(model);
}

static void test_activations_are_those_of_the_last_predict_that_succeeded(void **state)
{
    (void)state;
    dnn_model *model = model_of(layers, 4, "");
    dnn_workspace *workspace = workspace_of(model, 2);
    const double first[2 * N_IN] = {1, 2, 3, 4, 5, 6}, bad[N_IN] = {7, 8, INFINITY};
    double y[2 * N_OUT], x[2 * N_IN];
    fill_sentinel(x, 2 * N_IN);
    expect_invalid(dnn_workspace_activations(workspace, 0, x), "nothing was predicted");
    assert_ok(dnn_workspace_predict(workspace, NULL, 0, NULL));
    expect_invalid(dnn_workspace_activations(workspace, 0, x), "nothing was predicted");
    assert_untouched(x, 2 * N_IN);
    assert_ok(dnn_workspace_predict(workspace, first, 2, y));
    expect_not_finite(dnn_workspace_predict(workspace, bad, 1, y), "x is infinite");
    assert_ok(dnn_workspace_predict(workspace, NULL, 0, NULL));
    assert_ok(dnn_workspace_activations(workspace, 0, x));
    assert_same_bits(x, first, 2 * N_IN);
    for (int times = 0; times < 3; times++) { /* of one sample, the way of small networks */
        const float bad_f32[N_IN] = {7, NAN, 8};
        float y_f32[N_OUT];
        assert_ok(dnn_workspace_predict(workspace, first + times, 1, y));
        expect_not_finite(dnn_workspace_predict(workspace, bad, 1, y), "x is infinite");
        expect_not_finite(dnn_workspace_predict_f32(workspace, bad_f32, 1, y_f32), "x is NaN");
        assert_ok(dnn_workspace_activations(workspace, 0, x));
        assert_same_bits(x, first + times, N_IN);
        assert_ok(dnn_workspace_activations(workspace, 3, x));
        assert_same_bits(x, y, N_OUT);
    }
    dnn_workspace_destroy(workspace);
    dnn_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_workspace_predicts_what_its_model_predicts),
        cmocka_unit_test(test_a_workspace_sees_the_weights_of_today),
        cmocka_unit_test(test_more_rows_than_it_was_made_for_are_refused),
        cmocka_unit_test(test_a_workspace_larger_than_memory_is_refused),
        cmocka_unit_test(test_activations_are_the_naive_networks),
        cmocka_unit_test(test_activations_are_those_of_the_last_predict_that_succeeded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
