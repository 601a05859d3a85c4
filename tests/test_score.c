/*
 * test_score.c - R² against a naive loop; and the pairs of loss and output that make no sense.
 */
#include "expect.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { N = 300, N_IN = 3, N_OUT = 2 }; /* more than one chunk of rows */

static const int64_t layers[] = {N_IN, 4, N_OUT};

static void draw(double *x, double *y)
{
    struct generator generator = {11};
    generator_fill(&generator, x, (int64_t)N * N_IN, 0.5);
    generator_fill(&generator, y, (int64_t)N * N_OUT, 0.5);
}

static double score_of(const dnn_model *model, const double *x, const double *y)
{
    double r2 = SENTINEL;
    dnn_dataset *data = NULL;
    assert_ok(dnn_dataset_create(x, N, N_IN, y, N_OUT, &data));
    assert_ok(dnn_model_score(model, data, &r2));
    dnn_dataset_destroy(data);
    return r2;
}

static void test_r2_is_that_of_a_naive_loop(void **state)
{
    (void)state;
    static double x[N * N_IN], y[N * N_OUT], answer[N * N_OUT];
    draw(x, y);
    dnn_model *model = model_of(layers, 3, "activation=tanh output_activation=identity init=he_normal");
    assert_ok(dnn_model_predict(model, x, N, answer));
    long double expected = 0.0L;
    for (int j = 0; j < N_OUT; j++) {
        long double mean = 0.0L, residual = 0.0L, total = 0.0L;
        for (int i = 0; i < N; i++)
            mean += (long double)y[i * N_OUT + j] / N;
        for (int i = 0; i < N; i++) {
            residual += powl((long double)y[i * N_OUT + j] - answer[i * N_OUT + j], 2);
            total += powl(y[i * N_OUT + j] - mean, 2);
        }
        expected += (1 - residual / total) / N_OUT;
    }
    assert_near("R2", 0, score_of(model, x, y), (double)expected, fabs((double)expected), 1e-12);
    assert_true(score_of(model, x, answer) == 1.0);
    dnn_model_destroy(model);
}

/* As scikit-learn's r2_score has it: 1 where equal targets are all met, else 0. */
static void test_equal_targets_count_as_met_or_not(void **state)
{
    (void)state;
    static double x[N * N_IN], y[N * N_OUT];
    const double zeros[4 * 4 + 2 * 5] = {0};
    draw(x, y);
    for (int i = 0; i < N * N_OUT; i++)
        y[i] = i % N_OUT; /* 0 and 1 */
    dnn_model *model = model_of(layers, 3, "output_activation=identity");
    assert_ok(dnn_model_set_parameters(model, zeros));
    assert_true(score_of(model, x, y) == 0.5);
    dnn_model_destroy(model);
}

static void test_squares_that_overflow_are_not_finite(void **state)
{
    (void)state;
    static double x[N * N_IN], y[N * N_OUT];
    draw(x, y);
    y[0] = 1e200;
    double r2 = SENTINEL;
    dnn_dataset *data = NULL;
    assert_ok(dnn_dataset_create(x, N, N_IN, y, N_OUT, &data));
    dnn_model *model = model_of(layers, 3, "loss=absolute_error");
    expect_not_finite(dnn_model_score(model, data, &r2), "too large");
    expect_invalid(dnn_model_score(NULL, data, &r2), "model is NULL");
    expect_invalid(dnn_model_score(model, NULL, &r2), "dataset is NULL");
    expect_invalid(dnn_model_score(model, data, NULL), "r2 is NULL");
    assert_true(r2 == SENTINEL);
    dnn_model_destroy(model);
    dnn_dataset_destroy(data);
}

static void expect_no_model(const char *settings, int64_t n_out, const char *words)
{
    const int64_t sizes[] = {2, n_out};
    dnn_config *config = config_of(settings);
    dnn_model *model = NULL;
    expect_invalid(dnn_model_create(sizes, 2, config, &model), words);
    assert_null(model);
    dnn_config_destroy(config);
}

static void test_pairs_that_make_no_sense_are_told_what_to_use(void **state)
{
    (void)state;
    expect_no_model("output_activation=softmax loss=binary_cross_entropy", 3,
                    "set output_activation = sigmoid, or loss = cross_entropy");
    expect_no_model("output_activation=sigmoid loss=cross_entropy", 3,
                    "set output_activation = softmax, or loss = binary_cross_entropy");
    expect_no_model("output_activation=tanh loss=cross_entropy", 3,
                    "set output_activation = softmax, or loss = squared_error");
    expect_no_model("output_activation=softmax loss=cross_entropy", 1, "softmax over 1 output is always 1");
    dnn_config *config = config_of("");
    expect_invalid(dnn_config_set(config, "activation", "softmax"), "expected one of identity");
    dnn_config_destroy(config);
}

static void test_targets_that_are_no_probabilities_are_refused(void **state)
{
    (void)state;
    dnn_model *model = model_of(layers, 3, "output_activation=softmax loss=cross_entropy");
    dnn_trainer *trainer = trainer_of(model);
    const double x[2 * N_IN] = {0}, y[2 * N_OUT] = {0, 1, 1.5, 0};
    expect_invalid(dnn_trainer_step(trainer, x, y, 2, NULL), "target 1.5 in row 1, column 0");
    dnn_dataset *data = NULL;
    assert_ok(dnn_dataset_create(x, 2, N_IN, y, N_OUT, &data));
    expect_invalid(dnn_trainer_fit(trainer, data, NULL), "target 1.5 in row 1, column 0");
    expect_invalid(dnn_model_evaluate(model, data, NULL, NULL), "expected 0 to 1 for the loss cross_entropy");
    dnn_dataset_destroy(data);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r2_is_that_of_a_naive_loop),
        cmocka_unit_test(test_equal_targets_count_as_met_or_not),
        cmocka_unit_test(test_squares_that_overflow_are_not_finite),
        cmocka_unit_test(test_pairs_that_make_no_sense_are_told_what_to_use),
        cmocka_unit_test(test_targets_that_are_no_probabilities_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
