/*
 * test_measure.c - loss, accuracy and confusion against plain loops over dnn_model_predict, one sample a call.
 *
 * The library measures in chunks of 256 samples, so the counts lie around that; targets come as numbers and as labels,
 * of which a dataset may have fewer classes than the model has outputs.
 */
#include "expect.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { N_IN = 3, MOST = 600, MOST_OUT = 5 };

static const int64_t counts[] = {1, 2, 255, 256, 257, 511, 512, 513, MOST};
static const int64_t output_counts[] = {1, 2, MOST_OUT};
static const char *const settings[] = {
    "precision=f64 activation=tanh output_activation=sigmoid sigmoid_slope=1 init=glorot_normal",
    "precision=f32 activation=tanh output_activation=sigmoid sigmoid_slope=1 init=glorot_normal"};

struct samples {
    int64_t n, n_out;
    double x[MOST * N_IN];
    double y[MOST * MOST_OUT];
    int32_t labels[MOST];
};

/* Targets are drawn; labels are below `classes`. With labels, y is their zeros and ones in n_out columns; in a single
 * column the label itself. */
static void draw(struct samples *s, int64_t n, int64_t n_out, int64_t classes, bool use_labels)
{
    struct generator generator = {(uint64_t)(n * 31 + n_out)};
    s->n = n;
    s->n_out = n_out;
    generator_fill(&generator, s->x, n * N_IN, 0.5);
    for (int64_t i = 0; i < n * N_IN; i++)
        s->x[i] *= 8; /* exact; spreads the outputs over both sides of 1/2 */
    generator_fill(&generator, s->y, n * n_out, 0.0);
    for (int64_t i = 0; i < n; i++) {
        s->labels[i] = (int32_t)(generator_next(&generator) % (uint64_t)classes);
        for (int64_t j = 0; use_labels && j < n_out; j++)
            s->y[i * n_out + j] = n_out == 1 ? s->labels[i] : j == s->labels[i] ? 1.0 : 0.0;
    }
}

static int64_t class_of(const double *row, int64_t n)
{
    if (n == 1)
        return row[0] >= 0.5;
    int64_t best = 0;
    for (int64_t j = 1; j < n; j++)
        if (row[j] > row[best])
            best = j;
    return best;
}

/* Measures sample by sample. */
static void measure_plainly(const dnn_model *model, const struct samples *s, double *loss, double *accuracy,
                            int64_t *confusion)
{
    long double sum = 0.0L;
    int64_t right = 0;
    memset(confusion, 0, sizeof *confusion * MOST_OUT * MOST_OUT);
    for (int64_t i = 0; i < s->n; i++) {
        double output[MOST_OUT];
        const double *y = s->y + i * s->n_out;
        assert_ok(dnn_model_predict(model, s->x + i * N_IN, 1, output));
        for (int64_t j = 0; j < s->n_out; j++)
            sum += ((long double)y[j] - output[j]) * ((long double)y[j] - output[j]);
        const int64_t truth = class_of(y, s->n_out), answer = class_of(output, s->n_out);
        right += truth == answer;
        if (s->n_out > 1)
            confusion[truth * s->n_out + answer]++;
    }
    *loss = (double)(sum / (long double)s->n);
    *accuracy = (double)right / (double)s->n;
}

static void check(const dnn_model *model, const dnn_dataset *dataset, const struct samples *s)
{
    int64_t expected[MOST_OUT * MOST_OUT], actual[MOST_OUT * MOST_OUT + 1];
    double expected_loss, expected_accuracy, loss = -1.0, accuracy = -1.0;
    measure_plainly(model, s, &expected_loss, &expected_accuracy, expected);
    assert_ok(dnn_model_evaluate(model, dataset, &loss, &accuracy));
    /* In float the rows of a chunk and a single row differ in their last bits. */
    assert_near("loss", s->n, loss, expected_loss, expected_loss, 1e-5);
    assert_true(accuracy == expected_accuracy);
    if (s->n_out == 1)
        return;
    const int64_t cells = s->n_out * s->n_out;
    for (int64_t i = 0; i <= cells; i++)
        actual[i] = -7; /* overwritten, not added to */
    assert_ok(dnn_model_confusion(model, dataset, actual));
    assert_memory_equal(actual, expected, (size_t)cells * sizeof *actual);
    assert_int_equal(actual[cells], -7);
}

static void for_each_model(void (*run)(const dnn_model *model, int64_t n_out, struct samples *s))
{
    struct samples *s = allocate_or_fail(1, sizeof *s);
    for (size_t p = 0; p < COUNT(settings); p++) {
        for (size_t o = 0; o < COUNT(output_counts); o++) {
            const int64_t layers[] = {N_IN, 6, output_counts[o]};
            dnn_model *model = model_of(layers, 3, settings[p]);
            run(model, output_counts[o], s);
            dnn_model_destroy(model);
        }
    }
    free(s);
}

/* ---- evaluate and confusion ---- */

static void run_targets(const dnn_model *model, int64_t n_out, struct samples *s)
{
    for (size_t c = 0; c < COUNT(counts); c++) {
        dnn_dataset *dataset = NULL;
        draw(s, counts[c], n_out, n_out, false);
        assert_ok(dnn_dataset_create(s->x, s->n, N_IN, s->y, n_out, &dataset));
        check(model, dataset, s);
        dnn_dataset_destroy(dataset);
    }
}

static void test_datasets_of_numbers_are_measured_like_plain_loops(void **state)
{
    (void)state;
    for_each_model(run_targets);
}

static void run_labels(const dnn_model *model, int64_t n_out, struct samples *s)
{
    const int64_t most = n_out == 1 ? 2 : n_out; /* one output tells two apart */
    for (int64_t classes = 1; classes <= most; classes++) {
        for (size_t c = 0; c < COUNT(counts); c++) {
            dnn_dataset *dataset = NULL;
            draw(s, counts[c], n_out, classes, true);
            assert_ok(dnn_dataset_create_labels(s->x, s->n, N_IN, s->labels, classes, &dataset));
            check(model, dataset, s);
            dnn_dataset_destroy(dataset);
        }
    }
}

static void test_labels_of_fewer_classes_than_outputs_are_measured_like_plain_loops(void **state)
{
    (void)state;
    for_each_model(run_labels);
}

/* The drawn samples are worth something: answers differ, and some are right and some wrong. */
static void test_the_samples_tell_right_from_wrong(void **state)
{
    (void)state;
    for (size_t o = 0; o < COUNT(output_counts); o++) {
        const int64_t layers[] = {N_IN, 6, output_counts[o]};
        struct samples *s = allocate_or_fail(1, sizeof *s);
        dnn_model *model = model_of(layers, 3, settings[0]);
        int64_t confusion[MOST_OUT * MOST_OUT];
        double loss, accuracy;
        draw(s, MOST, output_counts[o], output_counts[o], false);
        measure_plainly(model, s, &loss, &accuracy, confusion);
        assert_true(loss > 0.0 && accuracy > 0.1 && accuracy < 0.9);
        dnn_model_destroy(model);
        free(s);
    }
}

/* ---- arguments ---- */

static void test_either_figure_may_be_left_out(void **state)
{
    (void)state;
    const int64_t layers[] = {1, 2};
    const double x[] = {0.5}, y[] = {0.0, 1.0};
    double loss = -1.0, accuracy = -1.0, both_loss = -1.0, both_accuracy = -1.0;
    dnn_model *model = model_of(layers, 2, "");
    dnn_dataset *dataset = NULL;
    assert_ok(dnn_dataset_create(x, 1, 1, y, 2, &dataset));
    assert_ok(dnn_model_evaluate(model, dataset, &both_loss, &both_accuracy));
    assert_ok(dnn_model_evaluate(model, dataset, &loss, NULL));
    assert_ok(dnn_model_evaluate(model, dataset, NULL, &accuracy));
    assert_ok(dnn_model_evaluate(model, dataset, NULL, NULL));
    assert_true(loss == both_loss && accuracy == both_accuracy && loss > 0.0);
    dnn_dataset_destroy(dataset);
    dnn_model_destroy(model);
}

/* On failure every output is as it was. */
static void test_datasets_of_another_shape_are_refused(void **state)
{
    (void)state;
    const int64_t layers[] = {2, 3}, single[] = {2, 1};
    const double x[6] = {0}, y[6] = {0};
    const int32_t labels[] = {0};
    const int64_t shapes[][2] = {{1, 3}, {3, 3}, {2, 2}, {2, 4}};
    dnn_model *model = model_of(layers, 2, ""), *narrow = model_of(single, 2, "");
    dnn_dataset *dataset = NULL;
    int64_t confusion[9] = {-7, -7, -7, -7, -7, -7, -7, -7, -7};
    double loss = -7.0, accuracy = -7.0;
    for (size_t s = 0; s < COUNT(shapes); s++) {
        assert_ok(dnn_dataset_create(x, 1, shapes[s][0], y, shapes[s][1], &dataset));
        assert_int_equal(dnn_model_evaluate(model, dataset, &loss, &accuracy), DNN_ERROR_INVALID_ARGUMENT);
        assert_int_equal(dnn_model_confusion(model, dataset, confusion), DNN_ERROR_INVALID_ARGUMENT);
        dnn_dataset_destroy(dataset);
    }
    assert_ok(dnn_dataset_create_labels(x, 1, 2, labels, 4, &dataset)); /* more classes than outputs */
    assert_int_equal(dnn_model_evaluate(model, dataset, &loss, &accuracy), DNN_ERROR_INVALID_ARGUMENT);
    dnn_dataset_destroy(dataset);
    assert_ok(dnn_dataset_create(x, 1, 2, y, 1, &dataset)); /* a single output has no confusion */
    assert_int_equal(dnn_model_confusion(narrow, dataset, confusion), DNN_ERROR_INVALID_ARGUMENT);
    dnn_dataset_destroy(dataset);
    assert_true(loss == -7.0 && accuracy == -7.0);
    for (int i = 0; i < 9; i++)
        assert_int_equal(confusion[i], -7);
    dnn_model_destroy(model);
    dnn_model_destroy(narrow);
}

/* A table of which only one class has been seen yet: its samples are of class 0, not of what 1 at the label reads as. */
static void test_one_output_reads_a_label_as_a_number_also_where_all_are_0(void **state)
{
    (void)state;
    const int64_t layers[] = {1, 1};
    const double x[] = {1, 2}, w[] = {0, 0.25};
    const int32_t labels[] = {0, 0};
    dnn_model *model = model_of(layers, 2, "output_activation=identity");
    dnn_dataset *dataset = NULL;
    double loss = -7, accuracy = -7, target = -7;
    assert_ok(dnn_model_set_weights(model, 0, w));
    for (int64_t classes = 1; classes <= 2; classes++) {
        assert_ok(dnn_dataset_create_labels(x, 2, 1, labels, classes, &dataset));
        assert_ok(dnn_model_evaluate(model, dataset, &loss, &accuracy));
        assert_true(loss == 0.0625 && accuracy == 1);
        dnn_trainer *trainer = trainer_of(model);
        assert_ok(dnn_trainer_fit(trainer, dataset, NULL));
        assert_ok(dnn_trainer_history(trainer, 0, &loss, NULL, NULL));
        assert_true(loss <= 0.0625);
        assert_ok(dnn_model_set_weights(model, 0, w));
        dnn_trainer_destroy(trainer);
        dnn_dataset_destroy(dataset);
    }
    assert_ok(dnn_dataset_create_labels(x, 2, 1, labels, 1, &dataset));
    assert_ok(dnn_dataset_get(dataset, 0, NULL, &target));
    assert_true(target == 1); /* of one class, that one */
    dnn_dataset_destroy(dataset);
    assert_ok(dnn_dataset_create_labels(x, 2, 1, labels, 3, &dataset));
    expect_invalid(dnn_model_evaluate(model, dataset, &loss, NULL), "takes at most 2");
    dnn_dataset_destroy(dataset);
    dnn_model_destroy(model);
}

/* ---- numbers that do not fit ---- */

/* All that measures says which sample, in which column, and what it holds; fit says too that it is the validation's. */
static void expect_unfit(dnn_model *model, const dnn_dataset *dataset, const char *words)
{
    double loss = SENTINEL, accuracy = SENTINEL, r2 = SENTINEL;
    int64_t confusion[4] = {-7, -7, -7, -7};
    expect_not_finite(dnn_model_evaluate(model, dataset, &loss, &accuracy), words);
    expect_not_finite(dnn_model_score(model, dataset, &r2), words);
    expect_not_finite(dnn_model_confusion(model, dataset, confusion), words);
    assert_true(loss == SENTINEL && accuracy == SENTINEL && r2 == SENTINEL);
    assert_true(confusion[0] == -7 && confusion[3] == -7);

    const double x[N_IN] = {0}, y[2] = {0};
    char after[256];
    dnn_dataset *training = NULL;
    dnn_trainer *trainer = trainer_of(model);
    assert_ok(dnn_dataset_create(x, 1, N_IN, y, 2, &training));
    snprintf(after, sizeof after, "validation after epoch 1: %s", words);
    expect_not_finite(dnn_trainer_fit(trainer, training, dataset), after);
    dnn_dataset_destroy(training);
    dnn_trainer_destroy(trainer);
}

static void expect_unfit_samples(dnn_model *model, const struct samples *s, const char *words)
{
    dnn_dataset *dataset = NULL;
    assert_ok(dnn_dataset_create(s->x, s->n, N_IN, s->y, s->n_out, &dataset));
    expect_unfit(model, dataset, words);
    dnn_dataset_destroy(dataset);
}

static void test_the_first_sample_that_does_not_fit_is_named(void **state)
{
    (void)state;
    const int64_t layers[] = {N_IN, 6, 2};
    const char *threads[] = {"precision=f32 output_activation=identity threads=1",
                             "precision=f32 output_activation=identity threads=2"};
    struct samples *s = allocate_or_fail(1, sizeof *s);
    for (size_t t = 0; t < COUNT(threads); t++) {
        dnn_model *model = model_of(layers, 3, threads[t]);
        draw(s, MOST, 2, 2, false);
        s->y[500 * 2 + 1] = -TOO_LARGE_FOR_FLOAT;
        expect_unfit_samples(model, s,
                             "y of sample 500 is too large for f32 in column 1 (counted from 0): "
                             "the dataset holds -1e+300");
        s->x[400 * N_IN + 2] = TOO_LARGE_FOR_FLOAT;
        s->x[300 * N_IN + 1] = -1.5e200;
        expect_unfit_samples(model, s,
                             "x of sample 300 is too large for f32 in column 1 (counted from 0): "
                             "the dataset holds -1.5e+200");
        dnn_model_destroy(model);
    }
    free(s);
}

static void test_an_input_that_fits_until_it_is_standardized_is_named_as_it_came(void **state)
{
    (void)state;
    const int64_t layers[] = {N_IN, 6, 2};
    const double small[2 * N_IN] = {1e-30, 0, 0, -1e-30, 0, 0}, y[2 * 2] = {0};
    dnn_model *model = model_of(layers, 3, "precision=f32 output_activation=identity");
    dnn_dataset *dataset = NULL;
    assert_ok(dnn_dataset_create(small, 2, N_IN, y, 2, &dataset));
    assert_ok(dnn_model_standardize(model, dataset));
    dnn_dataset_destroy(dataset);
    struct samples *s = allocate_or_fail(1, sizeof *s);
    s->n = MOST;
    s->n_out = 2;
    s->x[7 * N_IN] = 1e25;
    expect_unfit_samples(model, s,
                         "x, once standardized, of sample 7 is too large for f32 in column 0 (counted from 0): "
                         "the dataset holds 1e+25");
    free(s);
    dnn_model_destroy(model);
}

/* The number of a sample is the one by which the caller can get it. */
static void test_a_sample_of_a_part_is_named_by_its_number_there(void **state)
{
    (void)state;
    enum { N = 40 };
    const int64_t layers[] = {N_IN, 6, 2};
    double x[N * N_IN] = {0}, y[N * 2] = {0}, row[N_IN];
    char words[64];
    for (int i = 0; i < N; i++)
        x[i * N_IN] = i == 11 ? TOO_LARGE_FOR_FLOAT : 0;
    dnn_model *model = model_of(layers, 3, "precision=f32 output_activation=identity");
    dnn_dataset *whole = NULL, *parts[2] = {NULL, NULL};
    assert_ok(dnn_dataset_create(x, N, N_IN, y, 2, &whole));
    assert_ok(dnn_dataset_split(whole, 0.5, 3, &parts[0], &parts[1]));
    for (int p = 0; p < 2; p++) {
        for (int64_t i = 0; i < dnn_dataset_size(parts[p]); i++) {
            assert_ok(dnn_dataset_get(parts[p], i, row, NULL));
            snprintf(words, sizeof words, "x of sample %d is too large for f32 in column 0", (int)i);
            if (row[0] != 0)
                expect_unfit(model, parts[p], words);
        }
        dnn_dataset_destroy(parts[p]);
    }
    dnn_dataset_destroy(whole);
    dnn_model_destroy(model);
}

static void test_a_loss_that_overflows_is_not_finite(void **state)
{
    (void)state;
    const int64_t layers[] = {1, 1};
    const double x[] = {1.0}, y[] = {-1e200}, w[] = {1e200, 0.0};
    double loss = -7.0, accuracy = -7.0;
    dnn_model *model = model_of(layers, 2, "output_activation=identity");
    dnn_dataset *dataset = NULL;
    assert_ok(dnn_model_set_weights(model, 0, w));
    assert_ok(dnn_dataset_create(x, 1, 1, y, 1, &dataset));
    assert_int_equal(dnn_model_evaluate(model, dataset, &loss, &accuracy), DNN_ERROR_NOT_FINITE);
    assert_true(loss == -7.0 && accuracy == -7.0);
    dnn_dataset_destroy(dataset);
    dnn_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_datasets_of_numbers_are_measured_like_plain_loops),
        cmocka_unit_test(test_labels_of_fewer_classes_than_outputs_are_measured_like_plain_loops),
        cmocka_unit_test(test_the_samples_tell_right_from_wrong),
        cmocka_unit_test(test_either_figure_may_be_left_out),
        cmocka_unit_test(test_datasets_of_another_shape_are_refused),
        cmocka_unit_test(test_one_output_reads_a_label_as_a_number_also_where_all_are_0),
        cmocka_unit_test(test_the_first_sample_that_does_not_fit_is_named),
        cmocka_unit_test(test_an_input_that_fits_until_it_is_standardized_is_named_as_it_came),
        cmocka_unit_test(test_a_sample_of_a_part_is_named_by_its_number_there),
        cmocka_unit_test(test_a_loss_that_overflows_is_not_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
