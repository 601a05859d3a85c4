/*
 * test_model.c - a model's life, shape and weights, what it predicts, and how it is measured.
 *
 * Predictions are held against the naive network of support.c; measures against counting by hand.
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

static const int64_t layers[] = {3, 5, 4, 2};
enum { N_IN = 3, N_OUT = 2, PARAMETERS = 5 * 4 + 4 * 6 + 2 * 5 };

/* ---- shape ---- */

static void test_a_model_tells_its_shape(void **state)
{
    (void)state;
    dnn_model *model = model_of(layers, 4, "");
    assert_int_equal(dnn_model_layer_count(model), 4);
    for (int64_t l = 0; l < 4; l++)
        assert_int_equal(dnn_model_layer_size(model, l), layers[l]);
    assert_int_equal(dnn_model_parameter_count(model), PARAMETERS);
    dnn_model_destroy(model);
}

static void test_impossible_layers_are_refused_by_place(void **state)
{
    (void)state;
    static const int64_t bad[] = {0, -1, INT64_MIN, INT64_C(2147483521), HUGE_SIZE, INT64_MAX};
    static const int64_t counts[] = {1, 0, -1, INT64_MIN, HUGE_SIZE, INT64_MAX};
    dnn_model *model = NULL;
    for (int i = 0; i < 6; i++) {
        char came[64];
        const int64_t sizes[] = {3, bad[i], 2};
        snprintf(came, sizeof came, "layers[1] is %lld, expected 1 to", (long long)bad[i]);
        expect_invalid(dnn_model_create(sizes, 3, NULL, &model), came);
        snprintf(came, sizeof came, "layer_count is %lld, expected 2 to", (long long)counts[i]);
        expect_invalid(dnn_model_create(layers, counts[i], NULL, &model), came);
    }
    assert_null(model);
}

/* Each layer is allowed; their product is more than there is, or than can be counted. */
static void test_more_weights_than_memory_are_refused(void **state)
{
    (void)state;
    static const int64_t largest[] = {2147483520, 2147483520, 2147483520, 2147483520};
    static const int64_t large[] = {1 << 28, 1 << 28};
    dnn_model *model = NULL;
    expect_error(dnn_model_create(largest, 4, NULL, &model), DNN_ERROR_OUT_OF_MEMORY, "memory");
    expect_error(dnn_model_create(large, 2, NULL, &model), DNN_ERROR_OUT_OF_MEMORY, "72057594306363392 weights");
    assert_null(model);
}

static void test_the_activation_of_a_layer_that_is_not_hidden_is_refused(void **state)
{
    (void)state;
    dnn_model *model = NULL;
    dnn_config *output = config_of("activation.3=relu");
    dnn_config *beyond = config_of("activation.4=relu");
    expect_invalid(dnn_model_create(layers, 4, output, &model), "layer 3 is the output");
    expect_invalid(dnn_model_create(layers, 4, beyond, &model), "output is layer 3");
    assert_null(model);
    dnn_config_destroy(output);
    dnn_config_destroy(beyond);
}

static void test_a_constant_too_large_for_the_precision_is_refused(void **state)
{
    (void)state;
    static const char *const settings[] = {"precision=f32 sigmoid_slope=1e300",
                                           "precision=f32 leaky_slope=1e300 activation=leaky_relu"};
    for (int i = 0; i < 2; i++) {
        dnn_model *model = NULL;
        dnn_config *config = config_of(settings[i]);
        expect_not_finite(dnn_model_create(layers, 4, config, &model), i == 0 ? "sigmoid_slope" : "leaky_slope");
        assert_null(model);
        dnn_config_destroy(config);
    }
}

/* ---- weights ---- */

static void test_a_seed_decides_the_first_weights(void **state)
{
    (void)state;
    dnn_model *a = model_of(layers, 4, "seed=7"), *b = model_of(layers, 4, "seed=7"),
              *c = model_of(layers, 4, "seed=8");
    double *of_a = weights_of(a), *of_b = weights_of(b), *of_c = weights_of(c);
    assert_same_bits(of_a, of_b, PARAMETERS);
    for (int64_t i = 0; i < PARAMETERS; i++) {
        assert_true(of_a[i] >= 0 && of_a[i] < 1);
        assert_true(of_a[i] != of_c[i]);
    }
    free(of_a), free(of_b), free(of_c);
    dnn_model_destroy(a), dnn_model_destroy(b), dnn_model_destroy(c);
}

static void test_weights_come_back_as_they_were_set_layer_by_layer(void **state)
{
    (void)state;
    dnn_model *model = model_of(layers, 4, "");
    struct generator generator = {3};
    double theta[PARAMETERS], back[PARAMETERS + 1];
    generator_fill(&generator, theta, PARAMETERS, 0.5);
    const double *next = theta;
    for (int64_t l = 0; l < 3; l++) {
        const int64_t count = layers[l + 1] * (layers[l] + 1);
        fill_sentinel(back, PARAMETERS + 1);
        assert_ok(dnn_model_set_weights(model, l, next));
        assert_ok(dnn_model_get_weights(model, l, back));
        assert_same_bits(back, next, count);
        assert_untouched(back + count, PARAMETERS + 1 - count);
        next += count;
    }
    assert_weights(model, theta);
    generator_fill(&generator, theta, PARAMETERS, 0.5);
    assert_ok(dnn_model_set_parameters(model, theta));
    assert_weights(model, theta);
    dnn_model_destroy(model);
}

static void test_a_clone_goes_its_own_way(void **state)
{
    (void)state;
    dnn_model *model = model_of(layers, 4, "precision=f32 activation.2=relu"), *clone = NULL;
    double *theta = weights_of(model);
    char of_model[1024], of_clone[1024];
    assert_ok(dnn_model_clone(model, &clone));
    assert_weights(clone, theta);
    assert_ok(dnn_model_summary(model, of_model, sizeof of_model, NULL));
    assert_ok(dnn_model_summary(clone, of_clone, sizeof of_clone, NULL));
    assert_string_equal(of_model, of_clone);
    const double zeros[PARAMETERS] = {0};
    assert_ok(dnn_model_set_parameters(model, zeros));
    assert_weights(clone, theta);
    dnn_model_destroy(model);
    assert_weights(clone, theta);
    dnn_trainer *trainer = trainer_of(clone); /* with the config that came along */
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(clone);
    free(theta);
}

/* ---- predict ---- */

/* More rows than a chunk of the library's, in every combination of array and precision. */
static void predict_like_the_naive_network(const char *settings, double tolerance)
{
    enum { ROWS = 600 };
    const struct naive_options options = {"sigmoid", "sigmoid", 0.01L, 0.01L, 1};
    dnn_model *model = model_of(layers, 4, settings);
    struct naive *net = naive_create(layers, 4, options);
    double *theta = weights_of(model), *x = allocate_or_fail(ROWS * N_IN, sizeof *x);
    double *y = allocate_or_fail(ROWS * N_OUT, sizeof *y);
    float *x_f32 = allocate_or_fail(ROWS * N_IN, sizeof *x_f32), *y_f32 = allocate_or_fail(ROWS * N_OUT, sizeof *y_f32);
    struct generator generator = {5};
    generator_fill(&generator, x, ROWS * N_IN, 0.5);
    for (int i = 0; i < ROWS * N_IN; i++)
        x_f32[i] = (float)x[i];
    naive_set_parameters(net, theta);
    assert_ok(dnn_model_predict(model, x, ROWS, y));
    assert_ok(dnn_model_predict_f32(model, x_f32, ROWS, y_f32));
    for (int i = 0; i < ROWS; i++) {
        const long double *expected = naive_predict(net, x + i * N_IN);
        for (int j = 0; j < N_OUT; j++) {
            assert_near("y", i, y[i * N_OUT + j], (double)expected[j], 1, tolerance);
            assert_near("y in float", i, (double)y_f32[i * N_OUT + j], (double)expected[j], 1, fmax(tolerance, 1e-7));
        }
    }
    free(theta), free(x), free(y), free(x_f32), free(y_f32);
    naive_destroy(net);
    dnn_model_destroy(model);
}

static void test_predictions_are_the_naive_networks(void **state)
{
    (void)state;
    predict_like_the_naive_network("precision=f64", 1e-15);
    predict_like_the_naive_network("precision=f32", 1e-6);
}

/* A model without hidden layers whose outputs are its inputs. */
static dnn_model *identity_model(int64_t n)
{
    const int64_t sizes[] = {n, n};
    dnn_model *model = model_of(sizes, 2, "output_activation=identity init=zeros");
    double *w = allocate_or_fail((size_t)(n * (n + 1)), sizeof *w);
    for (int64_t i = 0; i < n; i++)
        w[i * (n + 1) + i] = 1;
    assert_ok(dnn_model_set_weights(model, 0, w));
    free(w);
    return model;
}

static void test_the_class_is_the_first_of_the_largest(void **state)
{
    (void)state;
    dnn_model *model = identity_model(3);
    const double x[] = {1, 2, 3, 5, 5, 4, -1, -3, -1, 0, 0, 0, 1, 7, 7};
    static const int32_t expected[] = {2, 0, 0, 0, 1};
    int32_t label[5] = {SENTINEL_LABEL};
    assert_ok(dnn_model_classify(model, x, 5, label));
    for (int i = 0; i < 5; i++)
        assert_int_equal(label[i], expected[i]);
    dnn_model_destroy(model);
}

static void test_a_single_output_is_a_class_from_one_half_on(void **state)
{
    (void)state;
    dnn_model *model = identity_model(1);
    const double x[] = {0.5, 0.49999999999999994, -3, 7};
    int32_t label[4];
    assert_ok(dnn_model_classify(model, x, 4, label));
    assert_true(label[0] == 1 && label[1] == 0 && label[2] == 0 && label[3] == 1);
    dnn_model_destroy(model);
}

/* ---- measures ---- */

/* 700 samples, several chunks, of an identity network, whose outputs are known: both measures counted by hand. */
static void test_measures_equal_counting_by_hand(void **state)
{
    (void)state;
    enum { ROWS = 700, CLASSES = 3 };
    dnn_model *model = identity_model(CLASSES);
    struct generator generator = {11};
    static double x[ROWS * CLASSES];
    static int32_t truth[ROWS];
    int64_t expected[CLASSES * CLASSES] = {0}, counts[CLASSES * CLASSES], right = 0;
    double sum = 0, loss = SENTINEL, accuracy = SENTINEL;
    generator_fill(&generator, x, ROWS * CLASSES, 0);
    for (int i = 0; i < ROWS; i++) {
        const double *row = x + i * CLASSES;
        truth[i] = (int32_t)(generator_next(&generator) % CLASSES);
        const int taken = row[0] >= row[1] && row[0] >= row[2] ? 0 : row[1] >= row[2] ? 1 : 2;
        expected[truth[i] * CLASSES + taken]++;
        right += taken == truth[i];
        for (int j = 0; j < CLASSES; j++)
            sum += pow((j == truth[i]) - row[j], 2);
    }
    dnn_dataset *dataset = NULL;
    assert_ok(dnn_dataset_create_labels(x, ROWS, CLASSES, truth, CLASSES, &dataset));
    assert_ok(dnn_model_evaluate(model, dataset, &loss, &accuracy));
    assert_near("loss", 0, loss, sum / ROWS, loss, 1e-13);
    assert_true(accuracy == (double)right / ROWS);
    for (int i = 0; i < CLASSES * CLASSES; i++)
        counts[i] = -5;
    assert_ok(dnn_model_confusion(model, dataset, counts));
    for (int i = 0; i < CLASSES * CLASSES; i++)
        assert_int_equal(counts[i], expected[i]);
    dnn_dataset_destroy(dataset);
    dnn_model_destroy(model);
}

static void test_labels_may_have_fewer_classes_than_outputs_and_not_more(void **state)
{
    (void)state;
    dnn_model *model = identity_model(3);
    const double x[6] = {1, 0, 0, 0, 0, 1};
    const int32_t truth[2] = {0, 1};
    int64_t counts[9];
    double accuracy = SENTINEL;
    dnn_dataset *fewer = NULL, *more = NULL;
    assert_ok(dnn_dataset_create_labels(x, 2, 3, truth, 2, &fewer));
    assert_ok(dnn_dataset_create_labels(x, 2, 3, truth, 4, &more));
    assert_ok(dnn_model_confusion(model, fewer, counts));
    assert_true(counts[0] == 1 && counts[3 + 2] == 1);
    expect_invalid(dnn_model_evaluate(model, more, NULL, &accuracy), "dataset has 4 classes, the model gives 3");
    assert_true(accuracy == SENTINEL);
    dnn_dataset_destroy(fewer);
    dnn_dataset_destroy(more);
    dnn_model_destroy(model);
}

static void test_a_single_output_has_no_confusion(void **state)
{
    (void)state;
    dnn_model *model = identity_model(1);
    dnn_dataset *dataset = random_dataset(1, 4, 1, 1);
    int64_t counts[1] = {-5};
    expect_invalid(dnn_model_confusion(model, dataset, counts), "1 output");
    assert_int_equal(counts[0], -5);
    dnn_dataset_destroy(dataset);
    dnn_model_destroy(model);
}

static void test_the_summary_names_every_layer_and_fits_its_length(void **state)
{
    (void)state;
    dnn_model *model = model_of(layers, 4, "activation.2=leaky_relu output_activation=tanh");
    int64_t length = -5;
    char text[1024];
    assert_ok(dnn_model_summary(model, NULL, 0, &length));
    memset(text, '#', sizeof text);
    expect_invalid(dnn_model_summary(model, text, length, NULL), "are needed");
    assert_true(text[0] == '#');
    assert_ok(dnn_model_summary(model, text, length + 1, NULL));
    assert_int_equal(strlen(text), length);
    static const char *const words[] = {"sigmoid", "leaky_relu", "tanh", "54 parameters", "f64", "squared_error"};
    for (int i = 0; i < 6; i++)
        assert_non_null(strstr(text, words[i]));
    dnn_model_destroy(model);
}

/* The norm of the matrix is infinite; the root mean square of its numbers is no larger than they are. */
static void test_the_summary_of_weights_near_the_end_of_the_range_is_finite(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 4};
    double w[12];
    char text[1024];
    dnn_model *model = model_of(shape, 2, "");
    for (int i = 0; i < 12; i++)
        w[i] = i % 2 == 0 ? 1.7e308 : -1.7e308;
    assert_ok(dnn_model_set_parameters(model, w));
    assert_ok(dnn_model_summary(model, text, sizeof text, NULL));
    assert_non_null(strstr(text, "1.7e+308"));
    assert_null(strstr(text, "inf"));
    dnn_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_model_tells_its_shape),
        cmocka_unit_test(test_impossible_layers_are_refused_by_place),
        cmocka_unit_test(test_more_weights_than_memory_are_refused),
        cmocka_unit_test(test_the_activation_of_a_layer_that_is_not_hidden_is_refused),
        cmocka_unit_test(test_a_constant_too_large_for_the_precision_is_refused),
        cmocka_unit_test(test_a_seed_decides_the_first_weights),
        cmocka_unit_test(test_weights_come_back_as_they_were_set_layer_by_layer),
        cmocka_unit_test(test_a_clone_goes_its_own_way),
        cmocka_unit_test(test_predictions_are_the_naive_networks),
        cmocka_unit_test(test_the_class_is_the_first_of_the_largest),
        cmocka_unit_test(test_a_single_output_is_a_class_from_one_half_on),
        cmocka_unit_test(test_measures_equal_counting_by_hand),
        cmocka_unit_test(test_labels_may_have_fewer_classes_than_outputs_and_not_more),
        cmocka_unit_test(test_a_single_output_has_no_confusion),
        cmocka_unit_test(test_the_summary_names_every_layer_and_fits_its_length),
        cmocka_unit_test(test_the_summary_of_weights_near_the_end_of_the_range_is_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
