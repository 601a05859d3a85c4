/*
 * test_standardize.c - inputs shifted and scaled by the model: against a naive loop, and numbers of every size.
 */
#include "core/core.h"
#include "core/moments.h"
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

enum { N = 50, COLUMNS = 6 };

static const int64_t layers[] = {COLUMNS, 4, 2};

/* Ordinary; constant; huge; tiny; far from 0; constant at a number that is no binary fraction. */
static void draw(double *x, double *y)
{
    struct generator generator = {5};
    for (int i = 0; i < N; i++) {
        double *row = x + (ptrdiff_t)i * COLUMNS;
        generator_fill(&generator, row, COLUMNS, 0.5);
        row[1] = 3.0;
        row[2] *= 1.5e308;
        row[3] *= 1e-300;
        row[4] += 1e9;
        row[5] = 0.1;
    }
    generator_fill(&generator, y, (int64_t)N * 2, 0.0);
}

static dnn_dataset *dataset_of(const double *x, const double *y)
{
    dnn_dataset *data = NULL;
    assert_ok(dnn_dataset_create(x, N, COLUMNS, y, 2, &data));
    return data;
}

static void test_mean_and_scale_are_those_of_a_naive_loop(void **state)
{
    (void)state;
    double x[N * COLUMNS], y[N * 2], mean[COLUMNS], scale[COLUMNS];
    draw(x, y);
    dnn_dataset *data = dataset_of(x, y);
    dnn_model *model = model_of(layers, 3, "");
    assert_ok(dnn_model_get_standardization(model, mean, scale));
    for (int j = 0; j < COLUMNS; j++)
        assert_true(mean[j] == 0.0 && scale[j] == 1.0);
    assert_ok(dnn_model_standardize(model, data));
    assert_ok(dnn_model_get_standardization(model, mean, scale));
    for (int j = 0; j < COLUMNS; j++) {
        /* In a unit of the column's size: a long double may reach no further than a double. */
        const long double unit = ldexpl(1.0L, j == 2 ? 1020 : j == 3 ? -1000 : 0);
        long double sum = 0.0L, squares = 0.0L;
        for (int i = 0; i < N; i++)
            sum += x[i * COLUMNS + j] / unit;
        for (int i = 0; i < N; i++)
            squares += powl(x[i * COLUMNS + j] / unit - sum / N, 2);
        const double average = (double)(sum / N * unit), deviation = (double)(sqrtl(squares / N) * unit);
        assert_near("mean", j, mean[j], average, fabs(average) + deviation, 1e-14);
        assert_near("scale", j, scale[j], j == 1 || j == 5 ? 1.0 : deviation, scale[j], j == 4 ? 1e-6 : 1e-13);
    }
    dnn_model_destroy(model);
    dnn_dataset_destroy(data);
}

/* What the model makes of raw inputs is what another makes of inputs that were standardized by hand. */
static void check_predictions(const char *settings, double tolerance)
{
    double x[N * COLUMNS], y[N * 2], by_hand[N * COLUMNS], mean[COLUMNS], scale[COLUMNS], a[N * 2], b[N * 2];
    draw(x, y);
    dnn_dataset *data = dataset_of(x, y);
    dnn_model *model = model_of(layers, 3, settings), *plain = NULL, *clone = NULL;
    assert_ok(dnn_model_clone(model, &plain));
    assert_ok(dnn_model_standardize(model, data));
    assert_ok(dnn_model_clone(model, &clone));
    assert_ok(dnn_model_get_standardization(model, mean, scale));
    for (int i = 0; i < N * COLUMNS; i++)
        by_hand[i] = (x[i] - mean[i % COLUMNS]) / scale[i % COLUMNS];
    dnn_dataset *scaled = dataset_of(by_hand, y);
    assert_ok(dnn_model_predict(model, x, N, a));
    assert_ok(dnn_model_predict(plain, by_hand, N, b));
    assert_same_bits(a, b, (int64_t)N * 2);
    assert_ok(dnn_model_predict(clone, x, N, b));
    assert_same_bits(a, b, (int64_t)N * 2);
    double loss[2];
    assert_ok(dnn_model_evaluate(model, data, &loss[0], NULL));
    assert_ok(dnn_model_evaluate(plain, scaled, &loss[1], NULL));
    assert_true(loss[0] == loss[1]);
    dnn_trainer *trainers[2] = {trainer_of(model), trainer_of(plain)};
    assert_ok(dnn_trainer_fit(trainers[0], data, NULL));
    assert_ok(dnn_trainer_fit(trainers[1], scaled, NULL));
    assert_ok(dnn_trainer_step(trainers[0], x, y, N, NULL));
    assert_ok(dnn_trainer_step(trainers[1], by_hand, y, N, NULL));
    double error = 1.0;
    assert_ok(dnn_trainer_check_gradient(trainers[0], x, y, 3, &error));
    assert_true(error < tolerance);
    double *theta = weights_of(plain);
    assert_weights(model, theta);
    free(theta);
    for (int t = 0; t < 2; t++)
        dnn_trainer_destroy(trainers[t]);
    dnn_model_destroy(model);
    dnn_model_destroy(plain);
    dnn_model_destroy(clone);
    dnn_dataset_destroy(data);
    dnn_dataset_destroy(scaled);
}

static void test_everything_that_takes_inputs_standardizes_them(void **state)
{
    (void)state;
    static const char common[] = "activation=tanh init=he_normal sigmoid_slope=1 sigmoid_derivative=exact batch_size=7";
    char settings[256];
    snprintf(settings, sizeof settings, "%s precision=f64", common);
    check_predictions(settings, 1e-6);
    snprintf(settings, sizeof settings, "%s precision=f32", common); /* to which 1e308 is no number */
    check_predictions(settings, 1e-4);
}

/* One low, three high: (−1, 1, 1, 1), of mean 1/2 and deviation √3/2, times 1.7e308. in − mean alone would overflow. */
static void test_numbers_at_both_ends_of_the_range_are_standardized(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 2};
    const double x[] = {1.7e308, 1, 1.7e308, 2, -1.7e308, 3, 1.7e308, 2}, y[8] = {0}, w[] = {1, 0, 0, 0, 1, 0};
    const double far[] = {-1.79e308, 1e300}; /* finite, whatever the mean */
    const double expected[] = {1 / sqrt(3), -sqrt(2), 1 / sqrt(3), 0, -sqrt(3), sqrt(2), 1 / sqrt(3), 0};
    const char *settings[] = {"precision=f64 output_activation=identity", "precision=f32 output_activation=identity"};
    for (int p = 0; p < 2; p++) {
        double answer[8], loss = 0;
        dnn_dataset *data = NULL;
        dnn_model *model = model_of(shape, 2, settings[p]);
        assert_ok(dnn_dataset_create(x, 4, 2, y, 2, &data));
        assert_ok(dnn_model_set_parameters(model, w));
        assert_ok(dnn_model_standardize(model, data));
        assert_ok(dnn_model_predict(model, x, 4, answer));
        for (int i = 0; i < 8; i++)
            assert_near("standardized", i, answer[i], expected[i], 1.0, p == 0 ? 1e-14 : 1e-6);
        assert_ok(dnn_model_evaluate(model, data, &loss, NULL));
        assert_near("loss", 0, loss, 2, 1, 1e-6); /* the variances' sum */
        if (p == 0)
            assert_ok(dnn_model_predict(model, far, 1, answer));
        else
            expect_not_finite(dnn_model_predict(model, far, 1, answer), "too large for f32 in row 0");
        dnn_model_destroy(model);
        dnn_dataset_destroy(data);
    }
}

static void test_a_row_with_nan_is_named_and_refused(void **state)
{
    (void)state;
    double x[N * COLUMNS], y[N * 2];
    draw(x, y);
    x[17 * COLUMNS + 2] = (double)NAN;
    dnn_dataset *data = NULL;
    expect_not_finite(dnn_dataset_create(x, N, COLUMNS, y, 2, &data), "row 17, column 2");
    assert_null(data);
}

static void test_what_does_not_fit_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    double x[N * COLUMNS], y[N * 2], answer[2] = {SENTINEL, SENTINEL};
    draw(x, y);
    dnn_dataset *data = dataset_of(x, y), *narrow = random_dataset(1, 9, COLUMNS - 1, 2);
    dnn_model *model = model_of(layers, 3, "precision=f32");
    expect_invalid(dnn_model_standardize(model, narrow), "5 inputs, the model takes 6");
    expect_invalid(dnn_model_standardize(NULL, data), "model is NULL");
    expect_invalid(dnn_model_standardize(model, NULL), "dataset is NULL");
    assert_ok(dnn_model_standardize(model, data));
    double far[COLUMNS] = {0, 3, 0, 1, 1e9, 0.1}; /* 1 is 1e300 deviations away */
    expect_not_finite(dnn_model_predict(model, far, 1, answer), "once standardized, is too large for f32 in row 0");
    double rows[2 * COLUMNS], answers[4] = {SENTINEL, SENTINEL, SENTINEL, SENTINEL};
    float rows_f32[2 * COLUMNS], answers_f32[4] = {0};
    memcpy(rows, x, COLUMNS * sizeof *rows);
    memcpy(rows + COLUMNS, far, sizeof far);
    for (int j = 0; j < 2 * COLUMNS; j++)
        rows_f32[j] = j == 2 ? 0 : (float)rows[j]; /* which is no float in row 0 */
    expect_not_finite(dnn_model_predict(model, rows, 2, answers),
                      "x, once standardized, is too large for f32 in row 1");
    expect_not_finite(dnn_model_predict_f32(model, rows_f32, 2, answers_f32), "too large for f32 in row 1");
    assert_untouched(answers, 4);
    far[3] = (double)INFINITY;
    expect_not_finite(dnn_model_predict(model, far, 1, answer), "infinite in row 0, column 3");
    assert_untouched(answer, 2);
    far[3] = 0;
    assert_ok(dnn_model_predict(model, far, 1, answer));
    dnn_model_destroy(model);
    dnn_dataset_destroy(data);
    dnn_dataset_destroy(narrow);
}

/* A row fits if each of its columns does, the first and the last too. */
static void test_each_column_is_looked_at(void **state)
{
    (void)state;
    enum { ROWS = 2, WIDTH = 5 };
    double mean[WIDTH] = {0}, scale[WIDTH] = {1, 1, 1, 1, 1};
    for (int bad = -1; bad < WIDTH; bad++) {
        double x[ROWS * WIDTH] = {0};
        float narrow[ROWS * WIDTH] = {0};
        if (bad >= 0) {
            scale[bad] = 1e-300;
            x[WIDTH + bad] = narrow[WIDTH + bad] = 1e30F;
        }
        const struct standardization by = {WIDTH, mean, scale};
        assert_int_equal(core_f64.fit_standardized_f64(x, &by, ROWS), bad < 0);
        assert_int_equal(core_f64.fit_standardized_f32(narrow, &by, ROWS), bad < 0);
        assert_int_equal(core_f32.fit_standardized_f64(x, &by, ROWS), bad < 0);
        assert_int_equal(core_f32.fit_standardized_f32(narrow, &by, ROWS), bad < 0);
        scale[bad < 0 ? 0 : bad] = 1;
    }
}

/* Bytes are numbers from 0 to 1, as everywhere. */
static void test_bytes_are_standardized_row_by_row(void **state)
{
    (void)state;
    enum { ROWS = 3, WIDTH = 4, STRIDE = 8 };
    static const uint8_t in[ROWS * WIDTH] = {0, 255, 51, 102, 7, 8, 9, 10, 200, 100, 50, 25};
    static const double mean[WIDTH] = {0.5, 0.25, -1, 0}, scale[WIDTH] = {0.5, 2, 4, 0.125};
    const struct standardization by = {WIDTH, (double *)mean, (double *)scale};
    double of_f64[ROWS * STRIDE];
    float of_f32[ROWS * STRIDE];
    core_f64.standardize_u8(in, &by, matrix_from(of_f64, ROWS, WIDTH, STRIDE));
    core_f32.standardize_u8(in, &by, matrix_from(of_f32, ROWS, WIDTH, STRIDE));
    for (int i = 0; i < ROWS * WIDTH; i++) {
        const double expected = (in[i] / 255.0 - mean[i % WIDTH]) / scale[i % WIDTH];
        const int at = i / WIDTH * STRIDE + i % WIDTH;
        assert_near("double", i, of_f64[at], expected, 1, 1e-15);
        assert_near("float", i, of_f32[at], expected, 1, 1e-6);
    }
}

/* Moments without exponents are of the rows as they are. */
static void test_moments_need_no_exponents(void **state)
{
    (void)state;
    static const double rows[4][2] = {{1, 100}, {3, 100}, {5, 100}, {7, 100}};
    double mean[2] = {0}, squares[2] = {0};
    struct moments moments = {.columns = 2, .mean = mean, .squares = squares};
    for (int i = 0; i < 4; i++)
        moments_add(&moments, rows[i]);
    moments_standardize(&moments, mean, squares);
    assert_true(mean[0] == 4 && fabs(squares[0] - sqrt(5)) < 1e-15); /* (9 + 1 + 1 + 9) / 4 */
    assert_true(mean[1] == 100 && squares[1] == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mean_and_scale_are_those_of_a_naive_loop),
        cmocka_unit_test(test_everything_that_takes_inputs_standardizes_them),
        cmocka_unit_test(test_moments_need_no_exponents),
        cmocka_unit_test(test_numbers_at_both_ends_of_the_range_are_standardized),
        cmocka_unit_test(test_a_row_with_nan_is_named_and_refused),
        cmocka_unit_test(test_what_does_not_fit_is_refused_and_changes_nothing),
        cmocka_unit_test(test_each_column_is_looked_at),
        cmocka_unit_test(test_bytes_are_standardized_row_by_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
