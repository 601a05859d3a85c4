/*
 * test_onnx.c - models to ONNX and back, and what other programs write.
 *
 * A model that was exported and imported predicts the same bits and has the same config. Graphs of others are made here byte by
 * byte (onnx_bytes.h), and what they compute is written down as the plain formula. Whatever is no fully connected network
 * is refused by node and operator. That ONNX Runtime agrees is the business of tests/onnx/, and hostile files
 * that of test_onnx_hostile.c.
 */
#include "golden/expected.h"
#include "expect.h"
#include "onnx_bytes.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/dnn-test-onnx-XXXXXX";
static char path[64], second_path[64];

static int make_directory(void **state)
{
    (void)state;
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/model.onnx", directory);
    snprintf(second_path, sizeof second_path, "%s/second.onnx", directory);
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    unlink(path);
    unlink(second_path);
    return rmdir(directory);
}

static void test_null_is_refused_by_name(void **state)
{
    (void)state;
    dnn_model *model = model_of((const int64_t[]){1, 1}, 2, ""), *none = NULL;
    expect_invalid(dnn_model_export_onnx(NULL, path), "model is NULL");
    expect_invalid(dnn_model_export_onnx(model, NULL), "path is NULL");
    expect_invalid(dnn_model_import_onnx(NULL, &none), "path is NULL");
    expect_invalid(dnn_model_import_onnx(path, NULL), "out is NULL");
    dnn_model_destroy(model);
}

#if DNN_ONNX

static size_t read_bytes(const char *name, uint8_t *bytes, size_t capacity)
{
    FILE *file = fopen(name, "rb");
    assert_non_null(file);
    const size_t size = fread(bytes, 1, capacity, file);
    assert_int_equal(fclose(file), 0);
    assert_true(size < capacity);
    return size;
}

static void write_bytes(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* ---- there and back ---- */

static void assert_same_config(const dnn_model *a, const dnn_model *b)
{
    char of_a[4096], of_b[4096];
    assert_ok(dnn_model_summary(a, of_a, sizeof of_a, NULL));
    assert_ok(dnn_model_summary(b, of_b, sizeof of_b, NULL));
    assert_string_equal(of_a, of_b);
}

static void assert_predicts_alike(const dnn_model *a, const dnn_model *b)
{
    enum { ROWS = 9, LARGEST = 16 };
    double x[ROWS * LARGEST], of_a[ROWS * LARGEST], of_b[ROWS * LARGEST];
    const int64_t n_in = dnn_model_layer_size(a, 0), n_out = dnn_model_layer_size(a, dnn_model_layer_count(a) - 1);
    assert_true(n_in <= LARGEST && n_out <= LARGEST);
    generator_fill(&(struct generator){7}, x, ROWS * n_in, 0.5);
    for (int64_t i = 0; i < ROWS * n_in; i++)
        x[i] *= 20; /* into the tails */
    assert_ok(dnn_model_predict(a, x, ROWS, of_a));
    assert_ok(dnn_model_predict(b, x, ROWS, of_b));
    assert_same_bits(of_a, of_b, ROWS * n_out);
}

/* Exports, imports, compares; and a second export gives the first one's bytes. */
static void assert_returns(const dnn_model *model)
{
    static uint8_t bytes[2][1 << 16];
    dnn_model *back = NULL;
    assert_ok(dnn_model_export_onnx(model, path));
    assert_ok(dnn_model_import_onnx(path, &back));
    assert_predicts_alike(model, back);
    assert_same_config(model, back);
    assert_ok(dnn_model_export_onnx(back, second_path));
    const size_t size = read_bytes(path, bytes[0], sizeof bytes[0]);
    assert_int_equal(read_bytes(second_path, bytes[1], sizeof bytes[1]), size);
    assert_memory_equal(bytes[0], bytes[1], size);
    dnn_model_destroy(back);
}

static void standardize(dnn_model *model)
{
    const int64_t n_in = dnn_model_layer_size(model, 0);
    double x[50 * 16], y[50 * 16] = {0};
    generator_fill(&(struct generator){3}, x, 50 * n_in, 0.0);
    for (int64_t i = 0; i < 50 * n_in; i++)
        x[i] = x[i] * 3.7 + 1e6 * (double)(i % n_in);
    dnn_dataset *dataset = NULL;
    assert_ok(
        dnn_dataset_create(x, 50, n_in, y, dnn_model_layer_size(model, dnn_model_layer_count(model) - 1), &dataset));
    assert_ok(dnn_model_standardize(model, dataset));
    dnn_dataset_destroy(dataset);
}

static const char *const activations[] = {"identity", "sigmoid", "tanh", "relu",     "leaky_relu",
                                          "elu",      "gelu",    "silu", "softplus", "softmax"};
enum { ACTIVATIONS = sizeof activations / sizeof *activations };

/* Each activation at the output and, but for softmax, in front of it; in both precisions; with slopes that are no floats. */
static void test_every_activation_and_precision_comes_back_bit_for_bit(void **state)
{
    (void)state;
    const int64_t layers[] = {3, 5, 4, 2};
    for (int a = 0; a < ACTIVATIONS * 4; a++) {
        const char *name = activations[a / 4];
        char settings[256];
        snprintf(settings, sizeof settings,
                 "precision=%s init=he_normal activation=%s output_activation=%s sigmoid_slope=0.3 leaky_slope=0.07 "
                 "elu_alpha=1.3 seed=%d",
                 a % 2 == 0 ? "f32" : "f64", strcmp(name, "softmax") == 0 ? "tanh" : name, name, a);
        dnn_model *model = model_of(layers, 4, settings);
        if (a / 2 % 2 == 1)
            standardize(model);
        assert_returns(model);
        dnn_model_destroy(model);
    }
}

static void test_layers_of_different_activations_and_one_layer_alone_come_back(void **state)
{
    (void)state;
    dnn_model *mixed = model_of((const int64_t[]){2, 3, 4, 5, 1}, 5,
                                "activation=relu activation.2=tanh activation.3=identity output_activation=sigmoid "
                                "loss=binary_cross_entropy optimizer=adam learning_rate=0.123");
    assert_returns(mixed);
    dnn_model_destroy(mixed);
    dnn_model *single = model_of((const int64_t[]){4, 3}, 2, "precision=f32 init=he_uniform");
    assert_returns(single);
    dnn_model_destroy(single);
    dnn_model *narrow = model_of((const int64_t[]){1, 1, 3, 1}, 4, "precision=f32 init=he_uniform");
    assert_returns(narrow); /* a matrix of one column is a matrix still */
    dnn_model_destroy(narrow);
}

/* What training needs comes back too: the two models learn alike. */
static void test_a_model_that_came_back_learns_as_the_first_one(void **state)
{
    (void)state;
    dnn_model *model = model_of((const int64_t[]){3, 6, 2}, 3,
                                "activation=gelu output_activation=softmax loss=cross_entropy init=he_normal "
                                "optimizer=adam learning_rate=0.05 batch_size=4 epochs=3 shuffle=true"),
              *back = NULL;
    assert_ok(dnn_model_export_onnx(model, path));
    assert_ok(dnn_model_import_onnx(path, &back));
    dnn_dataset *dataset = random_dataset(5, 20, 3, 2);
    dnn_trainer *trainers[] = {trainer_of(model), trainer_of(back)};
    for (int i = 0; i < 2; i++) {
        assert_ok(dnn_trainer_fit(trainers[i], dataset, NULL));
        dnn_trainer_destroy(trainers[i]);
    }
    assert_predicts_alike(model, back);
    dnn_dataset_destroy(dataset);
    dnn_model_destroy(model);
    dnn_model_destroy(back);
}

static void test_many_small_layers_come_back(void **state)
{
    (void)state;
    enum { COUNT = 201 };
    int64_t layers[COUNT];
    for (int l = 0; l < COUNT; l++)
        layers[l] = 3;
    dnn_model *model = model_of(layers, COUNT, "precision=f32 activation=gelu init=he_normal"), *back = NULL;
    assert_ok(dnn_model_export_onnx(model, path));
    assert_ok(dnn_model_import_onnx(path, &back));
    assert_predicts_alike(model, back);
    dnn_model_destroy(model);
    dnn_model_destroy(back);
}

static void test_what_cannot_be_written_or_read_is_told_with_its_path(void **state)
{
    (void)state;
    dnn_model *model = model_of((const int64_t[]){1, 1}, 2, ""), *none = NULL;
    expect_error(dnn_model_export_onnx(model, "/nowhere/model.onnx"), DNN_ERROR_IO, "/nowhere/model.onnx");
    expect_error(dnn_model_import_onnx("/nowhere/model.onnx", &none), DNN_ERROR_IO, "/nowhere/model.onnx");
    assert_null(none);
    dnn_model_destroy(model);
}

/* ---- the graphs of others ---- */

static struct bytes graph, model_bytes;

/* x of 2 columns, w [2 × 3], v [3 × 2] its transpose, b [3], and numbers. */
static const double w[] = {1, -2, 3, 0.5, -0.25, 0.125}, v[] = {1, 0.5, -2, -0.25, 3, 0.125}, b[] = {0.1, 0.2, -0.3};

static void begin(void)
{
    static const double numbers[] = {2, 4};
    static const struct {
        const char *name;
        double value;
    } scalars[] = {{"one", 1}, {"half", 0.5}, {"two", 2}, {"sqrt2", 1.4142135623730951}, {"zero", 0}, {"minus", -1}};
    graph.size = 0;
    put_rows(&graph, 11, "x", 2);
    put_rows(&graph, 12, "y", 0);
    put_tensor(&graph, "w", ONNX_FLOAT, (const int64_t[]){2, 3}, 2, w);
    put_tensor(&graph, "v", ONNX_FLOAT, (const int64_t[]){3, 2}, 2, v);
    put_listed_tensor(&graph, "b", ONNX_FLOAT, (const int64_t[]){3}, 1, b);
    put_tensor(&graph, "b1", ONNX_FLOAT, (const int64_t[]){1, 3}, 2, b);
    put_listed_tensor(&graph, "wd", ONNX_DOUBLE, (const int64_t[]){2, 3}, 2, w);
    put_tensor(&graph, "mean", ONNX_FLOAT, (const int64_t[]){2}, 1, b);
    put_tensor(&graph, "scale", ONNX_FLOAT, (const int64_t[]){1, 2}, 2, numbers);
    put_tensor(&graph, "minus_one_3", ONNX_INT64, (const int64_t[]){2}, 1, (const double[]){-1, 3});
    put_tensor(&graph, "minus_one_2", ONNX_INT64, (const int64_t[]){2}, 1, (const double[]){-1, 2});
    for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++)
        put_tensor(&graph, scalars[i].name, ONNX_FLOAT, NULL, 0, &scalars[i].value);
}

static int32_t import(int64_t operator_set, dnn_model **out)
{
    put_model(&model_bytes, &graph, operator_set);
    write_bytes(path, model_bytes.data, model_bytes.size);
    return dnn_model_import_onnx(path, out);
}

static double gelu(double z)
{
    return z * 0.5 * (1 + erf(z / sqrt(2)));
}

static double leaky(double z)
{
    return z > 0 ? z : 0.25 * z;
}

static double elu(double z)
{
    return z > 0 ? z : 1.5 * (exp(z) - 1);
}

static double sigmoid(double z)
{
    return 1 / (1 + exp(-z));
}

static double sigmoid2(double z)
{
    return sigmoid(2 * z);
}

static double softplus(double z)
{
    return log1p(exp(z));
}

static double silu(double z)
{
    return z * sigmoid(z);
}

static double relu(double z)
{
    return z > 0 ? z : 0;
}

static double identity(double z)
{
    return z;
}

/* The graph that was begun is φ(alpha xw + beta b) with x shifted and scaled, on a few inputs. */
struct expected {
    double (*phi)(double);
    double alpha, beta;
    double mean[2], scale[2];
};

static void assert_computes(int64_t operator_set, struct expected expected)
{
    static const double x[][2] = {{0.5, -1}, {2, 3}, {-0.125, 0.75}};
    dnn_model *model = NULL;
    assert_ok(import(operator_set, &model));
    assert_int_equal(dnn_model_layer_count(model), 2);
    for (int i = 0; i < 3; i++) {
        double y[3];
        assert_ok(dnn_model_predict(model, x[i], 1, y));
        for (int j = 0; j < 3; j++) {
            double z = expected.beta * b[j];
            for (int k = 0; k < 2; k++)
                z += expected.alpha * (x[i][k] - expected.mean[k]) / expected.scale[k] * w[3 * k + j];
            assert_near("y", j, y[j], expected.phi(z), 1, 2e-6);
        }
    }
    dnn_model_destroy(model);
}

static const struct expected plain = {identity, 1, 1, {0, 0}, {1, 1}};

static struct expected with(double (*phi)(double))
{
    struct expected expected = plain;
    expected.phi = phi;
    return expected;
}

static void test_a_layer_may_be_written_in_many_ways(void **state)
{
    (void)state;
    static const struct {
        const char *inputs, *attributes;
        double alpha, beta;
    } gemms[] = {{"x w b", "", 1, 1},
                 {"x v b", "transB=1", 1, 1},
                 {"x w b1", "transA=0 transB=0", 1, 1},
                 {"x w", "", 1, 0},
                 {"x w b", "alpha=2.5 beta=0.5", 2.5, 0.5},
                 {"x v b", "alpha=0.5 transB=1", 0.5, 1},
                 {"x w b", "beta=0.0", 1, 0},
                 {"x wd b", "", 1, 1}};
    for (size_t i = 0; i < sizeof gemms / sizeof *gemms; i++) {
        struct expected expected = plain;
        expected.alpha = gemms[i].alpha;
        expected.beta = gemms[i].beta;
        begin();
        put_node(&graph, "layer", "Gemm", gemms[i].inputs, "y", gemms[i].attributes);
        assert_computes(13, expected);
    }
    static const char *const sums[] = {"p b", "b p", "p b1"};
    for (int i = 0; i < 3; i++) {
        begin();
        put_node(&graph, "product", "MatMul", "x w", "p", "");
        put_node(&graph, "sum", "Add", sums[i], "y", "");
        assert_computes(13, plain);
    }
    begin();
    put_node(&graph, "turned", "Transpose", "v", "t", "");
    put_node(&graph, "product", "MatMul", "x t", "p", "");
    put_node(&graph, "sum", "Add", "p b", "y", "");
    assert_computes(13, plain);
    begin();
    put_node(&graph, "product", "MatMul", "x w", "y", "");
    struct expected unbiased = plain;
    unbiased.beta = 0;
    assert_computes(13, unbiased);
}

static void test_a_model_of_double_weights_computes_in_double(void **state)
{
    (void)state;
    static const char *const weights[] = {"x w b", "x wd b"}, *const words[] = {"f32", "f64"};
    for (int i = 0; i < 2; i++) {
        dnn_model *model = NULL;
        char summary[2048];
        begin();
        put_node(&graph, "layer", "Gemm", weights[i], "y", "");
        assert_ok(import(13, &model));
        assert_ok(dnn_model_summary(model, summary, sizeof summary, NULL));
        assert_non_null(strstr(summary, words[i]));
        dnn_model_destroy(model);
    }
}

static void test_activations_are_found_as_operators_and_as_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *operator, * attributes;
        double (*phi)(double);
    } operators[] = {{"Relu", "", relu},
                     {"LeakyRelu", "alpha=0.25", leaky},
                     {"LeakyRelu", "alpha=0.0", relu},
                     {"Elu", "alpha=1.5", elu},
                     {"Sigmoid", "", sigmoid},
                     {"Tanh", "", tanh},
                     {"Softplus", "", softplus},
                     {"Gelu", "", gelu},
                     {"Gelu", "approximate='none'", gelu},
                     {"Identity", "", identity},
                     {"Dropout", "", identity},
                     {"Cast", "to=1", identity},
                     {"Cast", "to=11", identity},
                     {"Flatten", "", identity},
                     {"Flatten", "axis=-1", identity}};
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        begin();
        put_node(&graph, "layer", "Gemm", "x w b", "z", "");
        put_node(&graph, "phi", operators[i].operator, "z", "y", operators[i].attributes);
        assert_computes(20, with(operators[i].phi));
    }
    begin();
    put_node(&graph, "", "Gemm", "x w b", "z", "");
    put_node(&graph, "", "Sigmoid", "z", "s", "");
    put_node(&graph, "", "Mul", "s z", "y", "");
    assert_computes(13, with(silu));
    begin();
    put_node(&graph, "", "Gemm", "x w b", "z", "");
    put_node(&graph, "", "Mul", "two z", "c", "");
    put_node(&graph, "", "Sigmoid", "c", "y", "");
    assert_computes(13, with(sigmoid2));
}

/* z (1 + erf(z / √2)) / 2, as it can be multiplied out. */
static void test_gelu_is_found_in_every_order(void **state)
{
    (void)state;
    static const char *const orders[][3][2] = {{{"z e1", "m"}, {"m half", "y"}, {"", ""}},
                                               {{"e1 half", "m"}, {"z m", "y"}, {"", ""}},
                                               {{"half z", "m"}, {"m e1", "y"}, {"", ""}}};
    for (int i = 0; i < 3; i++) {
        begin();
        put_node(&graph, "", "Gemm", "x w b", "z", "");
        put_node(&graph, "", "Div", "z sqrt2", "d", "");
        put_node(&graph, "", "Erf", "d", "e", "");
        put_node(&graph, "", "Add", i == 0 ? "e one" : "one e", "e1", "");
        for (int k = 0; k < 2; k++)
            put_node(&graph, "", "Mul", orders[i][k][0], orders[i][k][1], "");
        assert_computes(13, with(gelu));
    }
}

static void test_constants_before_the_first_layer_are_the_standardization(void **state)
{
    (void)state;
    const double m0 = 0.1, m1 = 0.2; /* `mean`, in float */
    const struct {
        const char *first, *with, *second, *by;
        double mean[2], scale[2];
    } cases[] = {{"Sub", "x mean", "Div", "t scale", {m0, m1}, {2, 4}},
                 {"Sub", "x mean", "Mul", "scale t", {m0, m1}, {0.5, 0.25}},
                 {"Add", "mean x", "Div", "t two", {-m0, -m1}, {2, 2}},
                 {"Mul", "x two", "Sub", "t mean", {m0 / 2, m1 / 2}, {0.5, 0.5}},
                 {"Div", "x scale", "Add", "t mean", {-2 * m0, -4 * m1}, {2, 4}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct expected expected = plain;
        memcpy(expected.mean, cases[i].mean, sizeof expected.mean);
        memcpy(expected.scale, cases[i].scale, sizeof expected.scale);
        begin();
        put_node(&graph, "", cases[i].first, cases[i].with, "t", "");
        put_node(&graph, "", cases[i].second, cases[i].by, "u", "");
        put_node(&graph, "", "Gemm", "u w b", "y", "");
        assert_computes(13, expected);
    }
}

static void test_what_changes_no_number_is_stepped_over(void **state)
{
    (void)state;
    begin();
    put_node(&graph, "", "Cast", "x", "a", "to=11");
    put_node(&graph, "", "Identity", "a", "b2", "");
    put_node(&graph, "", "Reshape", "b2 minus_one_2", "c", "");
    put_node(&graph, "", "Flatten", "c", "d", "axis=1");
    put_node(&graph, "", "Identity", "w", "w2", "");
    put_node(&graph, "", "Gemm", "d w2 b", "z", "");
    put_node(&graph, "", "Dropout", "z", "e mask", "");
    put_node(&graph, "", "Relu", "e", "f", "");
    put_node(&graph, "", "Reshape", "f minus_one_3", "g", "");
    put_node(&graph, "", "Cast", "g", "y", "to=1");
    assert_computes(13, with(relu));
}

/* Two layers share one matrix; nodes share one name; a branch leads nowhere. */
static void test_sharing_names_and_dead_ends_do_no_harm(void **state)
{
    (void)state;
    dnn_model *model = NULL;
    begin();
    put_tensor(&graph, "q", ONNX_FLOAT, (const int64_t[]){2, 2}, 2, (const double[]){1, 2, 3, 4});
    put_node(&graph, "same", "MatMul", "x q", "a", "");
    put_node(&graph, "same", "Tanh", "a", "dead", "");
    put_node(&graph, "same", "Relu", "a", "r", "");
    put_node(&graph, "same", "MatMul", "r q", "y", "");
    for (int i = 0; i < 300; i++) {
        char out[16];
        snprintf(out, sizeof out, "more%d", i);
        put_node(&graph, "same", "Identity", "y", out, "");
    }
    assert_ok(import(13, &model));
    double y[2];
    assert_ok(dnn_model_predict(model, (const double[]){1, -0.25}, 1, y));
    /* x q = [0.25, 1]; times q */
    assert_near("y", 0, y[0], 3.25, 1, 1e-6);
    assert_near("y", 1, y[1], 4.5, 1, 1e-6);
    dnn_model_destroy(model);
}

/* The recipe goes by the output. */
static void test_the_config_goes_by_the_output(void **state)
{
    (void)state;
    static const struct {
        const char *operator, * loss;
    } cases[] = {{"Softmax", "cross_entropy"}, {"Sigmoid", "binary_cross_entropy"}, {"Identity", "squared_error"}};
    for (int i = 0; i < 3; i++) {
        dnn_model *model = NULL;
        char summary[2048];
        begin();
        put_node(&graph, "", "Gemm", "x w b", "z", "");
        put_node(&graph, "", cases[i].operator, "z", "y", "");
        assert_ok(import(13, &model));
        assert_ok(dnn_model_summary(model, summary, sizeof summary, NULL));
        assert_non_null(strstr(summary, cases[i].loss));
        dnn_trainer_destroy(trainer_of(model));
        dnn_model_destroy(model);
    }
}

/* ---- what is refused ---- */

static void expect_refused(int64_t operator_set, int32_t status, const char *words)
{
    dnn_model *model = NULL;
    expect_error(import(operator_set, &model), status, words);
    assert_null(model);
}

static void test_other_operators_are_refused_by_node_and_name(void **state)
{
    (void)state;
    static const struct {
        const char *operator, * inputs, *attributes, *words;
    } cases[] = {
        {"Conv", "z w", "", "node \"odd\" is a Conv, which a fully connected network has not; known are: Gemm"},
        {"com.acme.Gemm", "z w", "", "is a com.acme.Gemm"},
        {"LogSoftmax", "z", "", "export the model with Softmax instead"},
        {"Gelu", "z", "approximate='tanh'", "expected approximate = none"},
        {"Gelu", "z", "approximate='n'", "expected approximate = none"},
        {"Gelu", "z", "approximate='nones'", "expected approximate = none"},
        {"Gemm", "z w b", "transA=1", "transA"},
        {"Softmax", "z", "axis=0", "over axis 0"},
        {"LeakyRelu", "z", "alpha=-0.5", "alpha"},
        {"Elu", "z", "alpha=0.0", "alpha"},
        {"Relu", "x", "", "is a Relu that reads the input"},
        {"Erf", "z", "", "as in Gelu"},
        {"Mul", "z z", "", "Gelu by approximation"},
        {"Add", "z z", "", "is a Add of a layer's sum and a layer's sum"},
        {"Sub", "one z", "", "is a Sub of"},
        {"Div", "one z", "", "is a Div of"},
        {"Div", "z zero", "", "is a Div of"},
        {"Cast", "z", "to=7", "to ONNX type 7"},
        {"Flatten", "z", "axis=0", "axis 0"},
        {"Reshape", "z minus_one_2", "", "rows of 2 numbers, and reads rows of 3"},
        {"MatMul", "w z", "", "reads a constant"},
        {"Gemm", "z z", "", "constant weights"},
        {"Transpose", "z", "", "constant weights"},
        {"Constant", "", "", "is a Constant that holds neither"},
        {"ai.onnx.ml.ZipMap", "x", "", "expected probabilities"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin();
        put_node(&graph, "layer", "Gemm", "x w b", "z", "");
        put_node(&graph, "odd", cases[i].operator, cases[i].inputs, "y", cases[i].attributes);
        expect_refused(13, DNN_ERROR_UNSUPPORTED, cases[i].words);
        expect_refused(13, DNN_ERROR_UNSUPPORTED, "odd");
    }
}

static void test_graphs_that_are_no_chain_of_layers_are_refused(void **state)
{
    (void)state;
    begin();
    put_node(&graph, "", "Gemm", "x w b", "z", "");
    put_node(&graph, "", "Softmax", "z", "p", "");
    put_tensor(&graph, "q", ONNX_FLOAT, (const int64_t[]){3, 3}, 2, (const double[9]){1});
    put_node(&graph, "", "Gemm", "p q b", "y", "");
    expect_refused(13, DNN_ERROR_UNSUPPORTED, "Softmax before its last layer");
    begin();
    put_rows(&graph, 12, "second", 0);
    put_node(&graph, "", "Gemm", "x w b", "y", "");
    put_node(&graph, "", "Relu", "y", "second", "");
    expect_refused(13, DNN_ERROR_UNSUPPORTED, "several outputs");
    begin();
    put_rows(&graph, 11, "x2", 2);
    put_node(&graph, "", "Gemm", "x w b", "y", "");
    expect_refused(13, DNN_ERROR_UNSUPPORTED, "2 inputs");
    begin();
    put_node(&graph, "", "Gemm", "x w b", "z", "");
    put_node(&graph, "", "ArgMax", "z", "y", "");
    expect_refused(13, DNN_ERROR_UNSUPPORTED, "labels");
    begin();
    put_node(&graph, "", "Identity", "x", "y", "");
    expect_refused(13, DNN_ERROR_UNSUPPORTED, "not that of a layer");
    begin();
    put_node(&graph, "", "Mul", "x minus", "t", "");
    put_node(&graph, "", "Gemm", "t w b", "y", "");
    expect_refused(13, DNN_ERROR_UNSUPPORTED, "no number > 0");
    static const char *const wrong_types[] = {"alpha=2", "beta=2", "transB=1.0", "transA='0'"};
    for (size_t i = 0; i < sizeof wrong_types / sizeof *wrong_types; i++) {
        begin();
        put_node(&graph, "layer", "Gemm", "x w b", "y", wrong_types[i]);
        expect_refused(13, DNN_ERROR_FORMAT, i < 2 ? "that is no float" : "that is no integer");
    }
    begin(); /* [1, n] that is turned is a number for each sample, not for each column */
    put_node(&graph, "", "Transpose", "b1", "t", "");
    put_node(&graph, "", "Gemm", "x w t", "y", "");
    expect_refused(13, DNN_ERROR_UNSUPPORTED, "constant biases");
    begin();
    put_node(&graph, "", "Transpose", "scale", "t", "");
    put_node(&graph, "", "Mul", "x t", "scaled", "");
    put_node(&graph, "", "Gemm", "scaled w b", "y", "");
    expect_refused(13, DNN_ERROR_UNSUPPORTED, "is a Mul of the input and a constant");
    begin();
    put_node(&graph, "", "Gemm", "x w b", "y", "");
    expect_refused(6, DNN_ERROR_UNSUPPORTED, "operator set 6");
    expect_refused(1, DNN_ERROR_UNSUPPORTED, "operator set 1,");
    begin(); /* what multiplies a sum is one number, not one for each column */
    put_node(&graph, "", "Gemm", "x w b", "a", "");
    put_node(&graph, "", "Mul", "a b", "y", "");
    expect_refused(13, DNN_ERROR_UNSUPPORTED, "is a Mul of a layer's sum and a constant");
}

/* Sets of operators have domains: "" or "ai.onnx" is the one that the version is of, whatever stands before or behind it. */
static void test_only_the_standard_operators_version_counts(void **state)
{
    (void)state;
    static struct bytes set;
    static const struct {
        const char *domain;
        int version;
    } sets[][2] = {
        {{"", 13}, {"ai.onnx.ml", 1}}, {{"ai.onnx.ml", 1}, {"ai.onnx", 13}}, {{"ai.onnx", 13}, {"com.microsoft", 1}}};
    for (size_t i = 0; i < 4; i++) {
        begin();
        put_node(&graph, "", "Gemm", "x w b", "y", "");
        put_model(&model_bytes, &graph, 0);
        for (int k = 0; k < 2; k++) {
            set.size = 0;
            put_text(&set, 1, i < 3 ? sets[i][k].domain : "ai.onnx.ml");
            put_integer(&set, 2, i < 3 ? sets[i][k].version : 3);
            put_message(&model_bytes, 8, &set);
        }
        write_bytes(path, model_bytes.data, model_bytes.size);
        dnn_model *model = NULL;
        if (i < 3) {
            assert_ok(dnn_model_import_onnx(path, &model));
        } else {
            expect_error(dnn_model_import_onnx(path, &model), DNN_ERROR_FORMAT, "version of ONNX's operators");
        }
        dnn_model_destroy(model);
    }
}

static void test_slopes_that_differ_are_refused(void **state)
{
    (void)state;
    begin();
    put_tensor(&graph, "q", ONNX_FLOAT, (const int64_t[]){3, 3}, 2, (const double[9]){1});
    put_node(&graph, "", "Gemm", "x w b", "a", "");
    put_node(&graph, "", "LeakyRelu", "a", "c", "alpha=0.1");
    put_node(&graph, "", "Gemm", "c q b", "d", "");
    put_node(&graph, "", "LeakyRelu", "d", "y", "alpha=0.2");
    expect_refused(13, DNN_ERROR_UNSUPPORTED, "different leaky_slope");
}

/* A matrix that one layer multiplies by alpha cannot also be another's. */
static void test_numbers_that_are_shared_and_scaled_are_refused(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        begin();
        put_tensor(&graph, "q", ONNX_FLOAT, (const int64_t[]){2, 2}, 2, (const double[]){1, 2, 3, 4});
        put_node(&graph, "", "Gemm", "x q", "a", i == 0 ? "alpha=2.0" : "");
        put_node(&graph, "", "Gemm", "a q", "y", i == 0 ? "" : "alpha=2.0");
        expect_refused(13, DNN_ERROR_UNSUPPORTED, "shares \"q\"");
    }
    begin(); /* nor what scales the input */
    put_tensor(&graph, "one_row", ONNX_FLOAT, (const int64_t[]){2, 1}, 2, (const double[]){1, 2});
    put_node(&graph, "", "Mul", "x half", "scaled", "");
    put_node(&graph, "", "Gemm", "scaled one_row half", "y", "beta=2.0");
    expect_refused(13, DNN_ERROR_UNSUPPORTED, "shares \"half\"");
    begin(); /* nor a slope */
    put_tensor(&graph, "one_row", ONNX_FLOAT, (const int64_t[]){3, 1}, 2, (const double[]){1, 2, 3});
    put_node(&graph, "", "Gemm", "x w b", "a", "");
    put_node(&graph, "", "Mul", "a half", "c", "");
    put_node(&graph, "", "Sigmoid", "c", "d", "");
    put_node(&graph, "", "Gemm", "d one_row half", "y", "beta=2.0");
    expect_refused(13, DNN_ERROR_UNSUPPORTED, "shares \"half\"");
}
#else
static void test_a_build_without_onnx_says_so(void **state)
{
    (void)state;
    dnn_model *model = model_of((const int64_t[]){1, 1}, 2, ""), *none = NULL;
    expect_error(dnn_model_export_onnx(model, path), DNN_ERROR_UNSUPPORTED, "DNN_ONNX=OFF");
    expect_error(dnn_model_import_onnx(path, &none), DNN_ERROR_UNSUPPORTED, "DNN_ONNX=OFF");
    assert_null(none);
    dnn_model_destroy(model);
}
#endif

/* Files of earlier versions, with what they predicted then: see golden/README.md. */
static void test_golden_files_predict_what_they_predicted(void **state)
{
    (void)state;
    enum { GOLDEN_ROWS = 4, GOLDEN_IN = 3, GOLDEN_OUT = 2 };
    const struct {
        const char *name;
        const double *expected;
        double tolerance;
    } files[] = {{"classifier", expected_classifier, 1e-6},
                 {"tutorial", expected_tutorial, 1e-13},
                 {"activations", expected_activations, 1e-13}};
    for (size_t f = 0; f < sizeof files / sizeof files[0]; f++) {
        char file[4096];
        double x[GOLDEN_ROWS * GOLDEN_IN], y[GOLDEN_ROWS * GOLDEN_OUT];
        dnn_model *model = NULL;
        snprintf(file, sizeof file, "%s/tests/golden/%s.onnx", DNN_SOURCE_DIR, files[f].name);
        for (int i = 0; i < GOLDEN_ROWS * GOLDEN_IN; i++)
            x[i] = (double)((i + 3) * 7919 % 1000) / 1000 - 0.5; /* as in golden/make_golden.c */
        assert_ok(dnn_model_import_onnx(file, &model));
        assert_ok(dnn_model_predict(model, x, GOLDEN_ROWS, y));
        for (int i = 0; i < GOLDEN_ROWS * GOLDEN_OUT; i++)
            assert_near(files[f].name, i, y[i], files[f].expected[i], 1, files[f].tolerance);
        dnn_model_destroy(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_files_predict_what_they_predicted),
        cmocka_unit_test(test_null_is_refused_by_name),
#if DNN_ONNX
        cmocka_unit_test(test_every_activation_and_precision_comes_back_bit_for_bit),
        cmocka_unit_test(test_layers_of_different_activations_and_one_layer_alone_come_back),
        cmocka_unit_test(test_a_model_that_came_back_learns_as_the_first_one),
        cmocka_unit_test(test_many_small_layers_come_back),
        cmocka_unit_test(test_what_cannot_be_written_or_read_is_told_with_its_path),
        cmocka_unit_test(test_a_layer_may_be_written_in_many_ways),
        cmocka_unit_test(test_a_model_of_double_weights_computes_in_double),
        cmocka_unit_test(test_activations_are_found_as_operators_and_as_patterns),
        cmocka_unit_test(test_gelu_is_found_in_every_order),
        cmocka_unit_test(test_constants_before_the_first_layer_are_the_standardization),
        cmocka_unit_test(test_what_changes_no_number_is_stepped_over),
        cmocka_unit_test(test_sharing_names_and_dead_ends_do_no_harm),
        cmocka_unit_test(test_the_config_goes_by_the_output),
        cmocka_unit_test(test_other_operators_are_refused_by_node_and_name),
        cmocka_unit_test(test_graphs_that_are_no_chain_of_layers_are_refused),
        cmocka_unit_test(test_only_the_standard_operators_version_counts),
        cmocka_unit_test(test_slopes_that_differ_are_refused),
        cmocka_unit_test(test_numbers_that_are_shared_and_scaled_are_refused),
#else
        cmocka_unit_test(test_a_build_without_onnx_says_so),
#endif
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
