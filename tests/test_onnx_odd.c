/*
 * test_onnx_odd.c - what an ONNX file may hold and no exporter that we know writes: each is read for what it means, or refused
 * with the node and the reason.
 *
 * Made byte by byte (onnx_bytes.h). What exporters do write is in test_onnx.c, and what lies about sizes in test_onnx_hostile.c.
 */
#include "expect.h"
#include "onnx_bytes.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#if DNN_ONNX
#include "api/model_content.h"
#include "core/network.h"
#include "format/onnx_read.h"
#include "format/onnx_write.h"
#include "format/settings.h"

enum { FLOAT16 = 10 };

static struct bytes graph, file;

static int32_t import(dnn_model **out)
{
    struct content content = {0};
    put_model(&file, &graph, 13);
    int32_t status = onnx_read(file.data, (int64_t)file.size, "odd.onnx", &content);
    if (status == DNN_OK)
        status = model_from_content(&content, NULL, "odd.onnx", out);
    content_clear(&content);
    return status;
}

static void expect_refused(int32_t status, const char *words)
{
    dnn_model *model = NULL;
    expect_error(import(&model), status, words);
    assert_null(model);
}

/* A tensor of 16-bit numbers, each with these bits; in a list of floats, where they have no business, if `is_listed`. */
static void put_halves(const char *name, int64_t rows, int64_t columns, uint8_t high_byte, bool is_listed)
{
    static struct bytes tensor;
    uint8_t bits[64] = {0};
    for (int64_t i = 0; i < rows * columns; i++)
        bits[2 * i + 1] = high_byte;
    tensor.size = 0;
    put_integer(&tensor, 1, rows);
    put_integer(&tensor, 1, columns);
    put_integer(&tensor, 2, FLOAT16);
    put_text(&tensor, 8, name);
    put_data(&tensor, is_listed ? 4 : 9, bits, (size_t)(rows * columns) * (is_listed ? 4 : 2));
    put_message(&graph, 5, &tensor);
}

static void put_integers(const char *name, int64_t count, double first, double second)
{
    put_tensor(&graph, name, ONNX_INT64, &count, 1, (const double[]){first, second, 1});
}

/* x has two columns, w makes three of them, v one. */
static void begin(void)
{
    static const double numbers[] = {1, 2, 3, 4, 5, 6};
    graph.size = 0;
    put_rows(&graph, 11, "x", 2);
    put_rows(&graph, 12, "y", 0);
    put_tensor(&graph, "w", ONNX_FLOAT, (const int64_t[]){2, 3}, 2, numbers);
    put_tensor(&graph, "v", ONNX_FLOAT, (const int64_t[]){2, 1}, 2, numbers);
    put_tensor(&graph, "b", ONNX_FLOAT, (const int64_t[]){3}, 1, numbers);
    put_tensor(&graph, "one", ONNX_FLOAT, NULL, 0, numbers);
    put_integers("index_0", 1, 0, 0);
    put_integers("index_1", 1, 1, 0);
    put_integers("minus_one", 1, -1, 0);
    put_integers("minus_ones", 2, -1, -1);
    put_integers("three", 3, -1, 3);
    put_integers("as_is", 2, 0, -1); /* 0: the dimension that is there */
    put_integers("two_rows", 2, 2, -1);
}

static void test_operators_are_refused_for_what_they_read_and_how(void **state)
{
    (void)state;
    static const struct {
        const char *operator, * inputs, *attributes;
        int32_t status;
        const char *words;
    } cases[] = {
        {"ai.onnx.ml.Scaler", "z", "", DNN_ERROR_UNSUPPORTED, "expected the input"},
        {"Softmax", "u", "", DNN_ERROR_UNSUPPORTED, "over 1 column, which is always 1"},
        {"Dropout", "z one minus_one", "", DNN_ERROR_UNSUPPORTED, "in training mode"},
        {"Dropout", "z one nothing", "", DNN_ERROR_FORMAT, "\"nothing\", which nothing makes"},
        {"Cast", "w", "to=1", DNN_ERROR_UNSUPPORTED, "expected the input or an activation"},
        {"Flatten", "w", "", DNN_ERROR_UNSUPPORTED, "expected the input or an activation"},
        {"Reshape", "w minus_ones", "", DNN_ERROR_UNSUPPORTED, "expected the input or an activation"},
        {"Reshape", "z z", "", DNN_ERROR_UNSUPPORTED, "expected a constant shape"},
        {"Reshape", "z w", "", DNN_ERROR_UNSUPPORTED, "was expected to hold 64-bit integers in this file"},
        {"Reshape", "z three", "", DNN_ERROR_UNSUPPORTED, "more dimensions than samples and features"},
        {"Reshape", "z minus_ones", "", DNN_ERROR_UNSUPPORTED, "a shape other than samples and features"},
        {"Reshape", "z minus_one", "", DNN_ERROR_UNSUPPORTED, "a shape other than samples and features"},
        {"Reshape", "z two_rows", "", DNN_ERROR_UNSUPPORTED, "is a Reshape to rows of -1 numbers"},
        {"Shape", "w", "", DNN_ERROR_UNSUPPORTED, "from its first dimension on"},
        {"Shape", "z", "start=1", DNN_ERROR_UNSUPPORTED, "from its first dimension on"},
        {"Gather", "z index_0", "", DNN_ERROR_UNSUPPORTED, "expected a shape and a constant"},
        {"Gather", "nothing index_0", "", DNN_ERROR_FORMAT, "\"nothing\", which nothing makes"},
        {"Gather", "s index_1", "", DNN_ERROR_UNSUPPORTED, "a dimension other than the number of samples"},
        {"Concat", "n minus_ones", "axis=0", DNN_ERROR_UNSUPPORTED, "more dimensions than samples and features"},
        {"Concat", "n index_0", "axis=0", DNN_ERROR_UNSUPPORTED, "a shape other than samples and features"},
        {"Transpose", "b", "", DNN_ERROR_UNSUPPORTED, "a tensor of 1 dimensions, expected 2"},
        {"Transpose", "w", "perm=[0,1]", DNN_ERROR_UNSUPPORTED, "other than [1, 0]"},
        {"Gemm", "x w b", "alpha=1.e99", DNN_ERROR_NOT_FINITE, "alpha or beta that is not finite"},
        {"Gemm", "x w b", "beta=1.e99", DNN_ERROR_NOT_FINITE, "alpha or beta that is not finite"},
        {"Gemm", "x half", "alpha=2.0", DNN_ERROR_UNSUPPORTED, "16-bit numbers by an alpha or beta other than 1"},
        {"Gemm", "x listed", "", DNN_ERROR_FORMAT, "16-bit numbers in a list of other numbers"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin();
        put_halves("half", 2, 3, 0, false);
        put_halves("listed", 2, 3, 0, true);
        put_node(&graph, "layer", "Gemm", "x w b", "z", "");
        put_node(&graph, "narrow", "Gemm", "x v", "u", "");
        put_node(&graph, "shape", "Shape", "x", "s", "");
        put_node(&graph, "batch", "Gather", "s index_0", "g", "");
        put_node(&graph, "list", "Unsqueeze", "g", "n", "");
        put_node(&graph, "odd", cases[i].operator, cases[i].inputs, "y", cases[i].attributes);
        expect_refused(cases[i].status, cases[i].words);
    }
}

/* An input of several dimensions is no rows of features. */
static void test_a_deep_input_must_be_flattened(void **state)
{
    (void)state;
    static struct bytes info, type, tensor, shape, dimension;
    info.size = type.size = tensor.size = shape.size = 0;
    begin();
    graph.size = 0;
    for (int i = 1; i <= 3; i++) {
        dimension.size = 0;
        put_integer(&dimension, 1, i);
        put_message(&shape, 1, &dimension);
    }
    put_integer(&tensor, 1, ONNX_FLOAT);
    put_message(&tensor, 2, &shape);
    put_message(&type, 1, &tensor);
    put_text(&info, 1, "x");
    put_message(&info, 2, &type);
    put_message(&graph, 11, &info);
    put_rows(&graph, 12, "y", 0);
    put_tensor(&graph, "w", ONNX_FLOAT, (const int64_t[]){6, 1}, 2, (const double[]){1, 2, 3, 4, 5, 6});
    put_node(&graph, "layer", "Gemm", "x w", "y", "");
    expect_refused(DNN_ERROR_UNSUPPORTED, "a Flatten is missing before it");
}

static void test_weights_that_are_infinite_in_16_bits_are_refused(void **state)
{
    (void)state;
    static const uint8_t high_bytes[] = {0x7C, 0xFC, 0x7E}; /* ±infinity and NaN */
    for (size_t i = 0; i < sizeof high_bytes; i++) {
        begin();
        put_halves("half", 2, 3, high_bytes[i], false);
        put_node(&graph, "layer", "Gemm", "x half", "y", "");
        expect_refused(DNN_ERROR_FORMAT, "not finite");
    }
}

static void expect_computes(const double *expected, int64_t count)
{
    dnn_model *model = NULL;
    double y[3];
    assert_ok(import(&model));
    assert_ok(dnn_model_predict(model, (const double[]){1, 10}, 1, y));
    for (int64_t i = 0; i < count; i++)
        assert_true(y[i] == expected[i]);
    dnn_model_destroy(model);
}

static void test_constants_may_be_numbers_in_nodes(void **state)
{
    (void)state;
    /* [1, 10] w = [41, 52, 63]; [1, 10] v = 21 */
    begin();
    put_node(&graph, "list", "Constant", "", "c", "value_floats=[0.5,1,2]");
    put_node(&graph, "layer", "Gemm", "x w c", "y", "");
    expect_computes((const double[]){41.5, 53, 65}, 3);
    begin();
    put_node(&graph, "number", "Constant", "", "c", "value_float=0.5");
    put_node(&graph, "layer", "Gemm", "x w c", "y", "");
    expect_computes((const double[]){41.5, 52.5, 63.5}, 3);
    begin();
    put_node(&graph, "list", "Constant", "", "shape", "value_ints=[-1,3]");
    put_node(&graph, "layer", "Gemm", "x w", "z", "");
    put_node(&graph, "rows", "Reshape", "z shape", "y", "");
    expect_computes((const double[]){41, 52, 63}, 3);
    begin();
    put_node(&graph, "layer", "Gemm", "x w", "z", "");
    put_node(&graph, "rows", "Reshape", "z as_is", "y", "");
    expect_computes((const double[]){41, 52, 63}, 3);
    begin(); /* the number of samples, in brackets or not, is the first dimension */
    put_node(&graph, "number", "Constant", "", "first", "value_int=0");
    put_node(&graph, "shape", "Shape", "x", "s", "");
    put_node(&graph, "batch", "Gather", "s first", "g", "");
    put_node(&graph, "list", "Unsqueeze", "g", "n", "");
    put_node(&graph, "columns", "Constant", "", "columns", "value_ints=[3]");
    put_node(&graph, "rows", "Concat", "n columns", "shape", "axis=0");
    put_node(&graph, "layer", "Gemm", "x w", "z", "");
    put_node(&graph, "reshape", "Reshape", "z shape", "y", "");
    expect_computes((const double[]){41, 52, 63}, 3);
    begin(); /* one number for each sample may lose its brackets */
    put_node(&graph, "layer", "Gemm", "x v", "z", "");
    put_node(&graph, "flat", "Reshape", "z minus_one", "y", "");
    expect_computes((const double[]){21}, 1);
}

/* A product takes biases once; a second Add would take the place of the first. */
static void test_biases_are_added_once(void **state)
{
    (void)state;
    begin();
    put_node(&graph, "layer", "MatMul", "x w", "z", "");
    put_node(&graph, "first", "Add", "z b", "s", "");
    put_node(&graph, "second", "Add", "s b", "y", "");
    expect_refused(DNN_ERROR_UNSUPPORTED, "node \"second\"");
}

/* As files of old versions do. What a node makes is no such thing. */
static void test_initializers_may_be_listed_as_inputs_too(void **state)
{
    (void)state;
    begin();
    put_rows(&graph, 11, "w", 3);
    put_rows(&graph, 11, "b", 3);
    put_node(&graph, "layer", "Gemm", "x w b", "y", "");
    expect_computes((const double[]){42, 54, 66}, 3);
    begin();
    put_node(&graph, "layer", "Gemm", "x w", "b", "");
    expect_refused(DNN_ERROR_FORMAT, "the name \"b\" is made twice");
    begin();
    put_rows(&graph, 11, "x", 2);
    put_node(&graph, "layer", "Gemm", "x w", "y", "");
    expect_refused(DNN_ERROR_FORMAT, "the name \"x\" is made twice");
}

/* In a network of doubles it need not be a float: it becomes the setting as it is. */
static void test_a_slope_may_be_no_float(void **state)
{
    (void)state;
    static const double weights[] = {1, 2}, slope = 0.1;
    const int64_t dims[] = {2, 1};
    struct content content = {0};
    dnn_model *model = NULL;
    double y = 0;
    graph.size = 0;
    put_rows(&graph, 11, "x", 2);
    put_rows(&graph, 12, "y", 0);
    put_tensor(&graph, "w", ONNX_DOUBLE, dims, 2, weights);
    put_tensor(&graph, "c", ONNX_DOUBLE, NULL, 0, &slope);
    put_node(&graph, "layer", "Gemm", "x w", "z", "");
    put_node(&graph, "slope", "Mul", "z c", "s", "");
    put_node(&graph, "sigmoid", "Sigmoid", "s", "y", "");
    put_model(&file, &graph, 13);
    assert_ok(onnx_read(file.data, (int64_t)file.size, "odd.onnx", &content));
    assert_string_equal(settings_find(&content.settings, "sigmoid_slope"), "0.1");
    content_clear(&content);
    assert_ok(import(&model));
    assert_ok(dnn_model_predict(model, (const double[]){1, 10}, 1, &y));
    assert_true(fabs(y - 1 / (1 + exp(-0.1 * 21))) < 1e-14);
    dnn_model_destroy(model);
}

/* (x − offset) · scale of ai.onnx.ml, beside the plain formula */
static void test_a_scaler_standardizes_the_input(void **state)
{
    (void)state;
    begin();
    put_node(&graph, "scaler", "ai.onnx.ml.Scaler", "x", "t", "offset=[0.5,2] scale=[2.0,0.25]");
    put_node(&graph, "layer", "Gemm", "t w", "y", "");
    /* t = [1, 2] */
    expect_computes((const double[]){9, 12, 15}, 3);
}

static void test_settings_that_are_too_long_or_too_many_are_refused(void **state)
{
    (void)state;
    static struct bytes entry;
    static char longer[4098];
    memset(longer, '1', sizeof longer - 1);
    for (int too_many = 0; too_many < 2; too_many++) {
        begin();
        put_node(&graph, "layer", "Gemm", "x w b", "y", "");
        put_model(&file, &graph, 13);
        for (int i = 0; i < (too_many ? 257 : 1); i++) {
            char key[40];
            snprintf(key, sizeof key, "dnn.config.key%d", i);
            entry.size = 0;
            put_text(&entry, 1, key);
            put_text(&entry, 2, too_many ? "1" : longer);
            put_message(&file, 14, &entry);
        }
        struct content content = {0};
        expect_error(onnx_read(file.data, (int64_t)file.size, "odd.onnx", &content), DNN_ERROR_FORMAT,
                     "settings that are too many, or too long");
        content_clear(&content);
    }
}

/* Refused before anything of them is looked at: sizes beyond what protobuf can say. */
static void test_files_beyond_2_gib_are_neither_read_nor_written(void **state)
{
    (void)state;
    struct content content = {0};
    expect_error(onnx_read((const uint8_t *)"", (int64_t)INT32_MAX + 1, "odd.onnx", &content), DNN_ERROR_FORMAT,
                 "\"odd.onnx\" has 2147483648 bytes, an ONNX file has at most 2147483647");
    struct network network = {.parameter_count = (int64_t)INT32_MAX + 1};
    const struct snapshot snapshot = {.network = &network};
    uint8_t *bytes = NULL;
    int64_t size = 0;
    expect_error(onnx_write(&snapshot, "", &bytes, &size), DNN_ERROR_UNSUPPORTED, "the model has 2147483648 weights");
    assert_null(bytes);
}

/* Parts so small that what is made of them is many times the file: at each count it is another part that finds no room. */
static void test_many_small_parts_find_no_room(void **state)
{
    (void)state;
    static const struct {
        const char *operator, * inputs, *attributes;
    } kinds[] = {{NULL, NULL, NULL},
                 {"Sub", "x one", ""},
                 {"MatMul", "x w", ""},
                 {"Add", "p b", ""},
                 {"Constant", "", "value_int=1"}};
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
        int read = 0, full = 0;
        graph.size = 0;
        for (int count = 100; graph.size < ONNX_CAPACITY - 200; count += count / 50) {
            dnn_model *model = NULL;
            begin();
            put_node(&graph, "", "MatMul", "x w", "p", "");
            for (int i = 0; i < count && graph.size < ONNX_CAPACITY - 200; i++) {
                char name[16];
                snprintf(name, sizeof name, "t%d", i);
                if (kinds[kind].operator== NULL)
                    put_tensor(&graph, name, ONNX_FLOAT, (const int64_t[]){0}, 1, NULL);
                else
                    put_node(&graph, "", kinds[kind].operator, kinds[kind].inputs, name, kinds[kind].attributes);
            }
            put_node(&graph, "", "Identity", "p", "y", "");
            const int32_t status = import(&model);
            read += status == DNN_OK;
            full += status == DNN_ERROR_UNSUPPORTED && strstr(dnn_last_error(), "too many small parts") != NULL;
            assert_int_equal(status == DNN_OK, model != NULL);
            assert_true(status == DNN_OK || status == DNN_ERROR_UNSUPPORTED || status == DNN_ERROR_FORMAT);
            dnn_model_destroy(model);
        }
        assert_true(read > 0 && full > 0);
    }
}
#endif

int main(void)
{
#if DNN_ONNX
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operators_are_refused_for_what_they_read_and_how),
        cmocka_unit_test(test_a_deep_input_must_be_flattened),
        cmocka_unit_test(test_weights_that_are_infinite_in_16_bits_are_refused),
        cmocka_unit_test(test_constants_may_be_numbers_in_nodes),
        cmocka_unit_test(test_biases_are_added_once),
        cmocka_unit_test(test_initializers_may_be_listed_as_inputs_too),
        cmocka_unit_test(test_a_slope_may_be_no_float),
        cmocka_unit_test(test_a_scaler_standardizes_the_input),
        cmocka_unit_test(test_settings_that_are_too_long_or_too_many_are_refused),
        cmocka_unit_test(test_files_beyond_2_gib_are_neither_read_nor_written),
        cmocka_unit_test(test_many_small_parts_find_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
#else
    return 0;
#endif
}
