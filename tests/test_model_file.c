/*
 * test_model_file.c - a model comes back from its file as it was, bit for bit, whatever it is; the bytes are those that the
 * format asks for; and a file that was changed is not believed.
 *
 * The expected bytes are made by model_file_reference.py, without libdnn.
 */
#define _GNU_SOURCE /* memmem */
#include "expect.h"
#include "file_support.h"
#include "model_file_expected.h"
#include "support.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *const recipes[] = {"tutorial", "classifier", "regressor"};
static const char *const precisions[] = {"f64", "f32"};

/* ---- models come back ---- */

/* The model, its copy through memory and its copy through a file are the same, and so are the bytes of all three. */
static void assert_comes_back(const dnn_model *model)
{
    dnn_model *of_memory = NULL, *of_file = NULL;
    const char *path = scratch_path("a model.dnn");
    struct bytes first = saved(model), again = saved(model);
    assert_true(same_bytes(first, again));
    free(again.data);
    assert_ok(load_bytes(first, &of_memory));
    assert_ok(dnn_model_save(model, path));
    struct bytes file = read_whole(path);
    assert_true(same_bytes(first, file));
    free(file.data);
    assert_ok(dnn_model_load(path, &of_file));
    unlink(path);
    assert_same_model(model, of_memory);
    assert_same_model(model, of_file);
    again = saved(of_file);
    assert_true(same_bytes(first, again));
    free(again.data);
    free(first.data);
    dnn_model_destroy(of_memory);
    dnn_model_destroy(of_file);
}

static void standardize(dnn_model *model)
{
    dnn_dataset *dataset = random_dataset(5, 20, dnn_model_layer_size(model, 0), 1);
    assert_ok(dnn_model_standardize(model, dataset));
    dnn_dataset_destroy(dataset);
}

static void test_every_activation_comes_back_in_every_recipe_and_precision(void **state)
{
    (void)state;
    static const char *const names[] = {"identity", "sigmoid", "tanh", "relu",    "leaky_relu",
                                        "elu",      "gelu",    "silu", "softplus"};
    const int64_t layers[] = {5, 9, 4, 3};
    char settings[256];
    int tried = 0;
    for (size_t r = 0; r < COUNT(recipes); r++)
        for (size_t p = 0; p < COUNT(precisions); p++)
            for (size_t a = 0; a < COUNT(names); a++, tried++) {
                snprintf(settings, sizeof settings,
                         "precision=%s activation=%s seed=%d sigmoid_slope=0.3 leaky_slope=0.2 elu_alpha=0.7 %s%s",
                         precisions[p], names[a], tried, tried % 2 ? "activation.2=" : "",
                         tried % 2 ? names[(a + 3) % COUNT(names)] : "");
                dnn_model *model = model_of_recipe(recipes[r], layers, 4, settings);
                if (tried % 3 == 0)
                    standardize(model);
                assert_comes_back(model);
                dnn_model_destroy(model);
            }
    assert_int_equal(tried, 54);
}

static void test_every_output_and_loss_comes_back(void **state)
{
    (void)state;
    static const char *const pairs[] = {
        "output_activation=softmax loss=cross_entropy",   "output_activation=sigmoid loss=binary_cross_entropy",
        "output_activation=tanh loss=absolute_error",     "output_activation=identity loss=huber huber_delta=0.125",
        "output_activation=softplus loss=squared_error",  "output_activation=gelu loss=huber",
        "output_activation=softmax loss=squared_error",   "output_activation=elu loss=absolute_error",
        "output_activation=leaky_relu loss=squared_error"};
    const int64_t layers[] = {3, 4, 2};
    for (size_t p = 0; p < COUNT(pairs); p++) {
        dnn_model *model = model_of_recipe("classifier", layers, 3, pairs[p]), *back = NULL;
        dnn_dataset *dataset = random_dataset(3, 10, 3, 2);
        double loss, again;
        assert_comes_back(model);
        struct bytes file = saved(model);
        assert_ok(load_bytes(file, &back));
        assert_ok(dnn_model_evaluate(model, dataset, &loss, NULL));
        assert_ok(dnn_model_evaluate(back, dataset, &again, NULL));
        assert_same_bits(&loss, &again, 1);
        free(file.data);
        dnn_model_destroy(model);
        dnn_model_destroy(back);
        dnn_dataset_destroy(dataset);
    }
}

static void test_odd_shapes_come_back(void **state)
{
    (void)state;
    const int64_t shapes[][6] = {{2, 1, 1},    {3, 1, 3, 1},       {2, 1, 500},  {2, 500, 1},
                                 {2, 513, 63}, {5, 7, 1, 1, 1, 2}, {3, 8, 8, 8}, {4, 2, 2000, 1, 3}};
    for (size_t s = 0; s < COUNT(shapes); s++)
        for (size_t p = 0; p < COUNT(precisions); p++) {
            char settings[64];
            snprintf(settings, sizeof settings, "precision=%s init=glorot_normal", precisions[p]);
            dnn_model *model = model_of_recipe("regressor", shapes[s] + 1, shapes[s][0], settings);
            assert_comes_back(model);
            standardize(model);
            assert_comes_back(model);
            dnn_model_destroy(model);
        }
}

static void test_a_deep_network_comes_back_with_the_activation_of_each_layer(void **state)
{
    (void)state;
    enum { LAYERS = 120 };
    int64_t layers[LAYERS];
    dnn_config *config = config_of("init=glorot_normal activation=identity");
    for (int l = 0; l < LAYERS; l++)
        layers[l] = 2 + l % 3;
    for (int l = 1; l < LAYERS - 1; l += 2) {
        char key[32];
        snprintf(key, sizeof key, "activation.%d", l);
        assert_ok(dnn_config_set(config, key, l % 4 == 1 ? "tanh" : "softplus"));
    }
    dnn_model *model = NULL;
    assert_ok(dnn_model_create(layers, LAYERS, config, &model));
    assert_comes_back(model);
    dnn_model_destroy(model);
    dnn_config_destroy(config);
}

/* Not only the network: also how a trainer made without a config will learn. */
static void test_the_config_comes_back_with_what_the_user_chose(void **state)
{
    (void)state;
    const int64_t layers[] = {2, 3, 2};
    static const char *const configs[] = {"", "batch_size=7", "batch_size=128",
                                          "optimizer=rmsprop learning_rate=0.07 seed=-9223372036854775808 dropout=0.3",
                                          "epochs=3 schedule=cosine schedule_length=11 l2=1e-05 clip_norm=2.5"};
    dnn_dataset *dataset = random_dataset(8, 300, 2, 2);
    for (size_t c = 0; c < COUNT(configs); c++) {
        dnn_model *model = model_of_recipe("classifier", layers, 3, configs[c]), *back = NULL;
        struct bytes file = saved(model);
        assert_ok(load_bytes(file, &back));
        dnn_trainer *trainer = trainer_of(model), *other = trainer_of(back);
        assert_ok(dnn_trainer_fit(trainer, dataset, NULL));
        assert_ok(dnn_trainer_fit(other, dataset, NULL));
        assert_same_model(model, back);
        free(file.data);
        dnn_trainer_destroy(trainer);
        dnn_trainer_destroy(other);
        dnn_model_destroy(model);
        dnn_model_destroy(back);
    }
    dnn_dataset_destroy(dataset);
}

static void test_a_trainer_takes_a_config_beside_a_loaded_model_as_beside_the_one_saved(void **state)
{
    (void)state;
    const int64_t layers[] = {2, 3, 2};
    dnn_model *model = model_of_recipe("classifier", layers, 3, ""), *back = NULL;
    dnn_config *other = config_of("optimizer=sgd"), *wrong = config_of("activation=tanh");
    struct bytes file = saved(model);
    dnn_trainer *trainer = NULL;
    assert_ok(load_bytes(file, &back));
    assert_ok(dnn_trainer_create(back, other, &trainer));
    dnn_trainer_destroy(trainer);
    expect_invalid(dnn_trainer_create(back, wrong, &trainer), "activation is tanh");
    free(file.data);
    dnn_config_destroy(other);
    dnn_config_destroy(wrong);
    dnn_model_destroy(model);
    dnn_model_destroy(back);
}

static void test_extreme_weights_come_back(void **state)
{
    (void)state;
    const int64_t layers[] = {2, 2};
    const double of_f64[] = {5e-324, -0.0, 1.7976931348623157e308, -2.2250738585072009e-308, 1e-320, -1};
    const double of_f32[] = {0x1p-149, -0.0, 0x1.fffffep127, -0x1p-130, 1, -1};
    for (size_t p = 0; p < COUNT(precisions); p++) {
        char settings[64];
        snprintf(settings, sizeof settings, "precision=%s output_activation=identity", precisions[p]);
        dnn_model *model = model_of(layers, 2, settings);
        assert_ok(dnn_model_set_parameters(model, p == 0 ? of_f64 : of_f32));
        assert_comes_back(model);
        dnn_model_destroy(model);
    }
}

/* ---- the bytes ---- */

static void test_the_bytes_are_those_that_python_makes(void **state)
{
    (void)state;
    const int64_t layers[] = {2, 1, 2};
    const double theta[] = {0.5, -1.25, 0.1, 3, 1e-300, -0.0, 2};
    const struct bytes expected = {(uint8_t *)(uintptr_t)expected_f64, sizeof expected_f64};
    dnn_model *model = model_of(layers, 3, "");
    assert_ok(dnn_model_set_parameters(model, theta));
    struct bytes file = saved(model);
    assert_int_equal(file.size, expected.size);
    assert_memory_equal(file.data, expected.data, (size_t)file.size);
    free(file.data);
    dnn_model_destroy(model);
}

static void test_what_python_makes_is_read_and_written_again(void **state)
{
    (void)state;
    const struct bytes expected = {(uint8_t *)(uintptr_t)expected_f32, sizeof expected_f32};
    /* Casts, because where a float is computed in double (s390x) a constant 0.1F is 0.1. */
    const double theta[] = {(float)0.1, (float)0.2, (float)0.3, -0.5, 1.5, 0.25, 2.5, 0};
    const double wanted_mean[] = {0.5, -2, 3000}, wanted_scale[] = {1, 0.1, 0.30000000000000004};
    double mean[3], scale[3];
    dnn_model *model = NULL;
    assert_ok(load_bytes(expected, &model));
    double *now = weights_of(model);
    assert_same_bits(now, theta, 8);
    assert_ok(dnn_model_get_standardization(model, mean, scale));
    assert_same_bits(mean, wanted_mean, 3);
    assert_same_bits(scale, wanted_scale, 3);
    struct bytes file = saved(model);
    assert_true(same_bytes(file, expected));
    free(file.data);
    free(now);
    dnn_model_destroy(model);
}

static void test_a_decimal_comma_in_the_locale_changes_nothing(void **state)
{
    (void)state;
    const int64_t layers[] = {2, 3, 2};
    dnn_model *model = model_of_recipe("classifier", layers, 3, "learning_rate=0.0625 leaky_slope=0.3"), *back = NULL;
    standardize(model);
    struct bytes before = saved(model);
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL) {
        print_message("SKIPPED: no locale with a decimal comma is installed (de_DE.UTF-8 would do)\n");
        free(before.data);
        dnn_model_destroy(model);
        skip();
    }
    struct bytes during = saved(model);
    const int32_t status = load_bytes(before, &back);
    setlocale(LC_ALL, "C");
    assert_ok(status);
    assert_true(same_bytes(before, during));
    assert_same_model(model, back);
    free(before.data);
    free(during.data);
    dnn_model_destroy(model);
    dnn_model_destroy(back);
}

static void test_a_checkpoint_path_stays_out_of_the_file(void **state)
{
    (void)state;
    const int64_t layers[] = {2, 2};
    dnn_model *model = model_of(layers, 2, "checkpoint_path=/tmp/dnn-test-no-such-secret"),
              *plain = model_of(layers, 2, "");
    struct bytes file = saved(model), other = saved(plain);
    assert_null(memmem(file.data, (size_t)file.size, "secret", 6));
    assert_null(memmem(file.data, (size_t)file.size, "checkpoint_path", 15));
    assert_true(same_bytes(file, other));
    free(file.data);
    free(other.data);
    dnn_model_destroy(model);
    dnn_model_destroy(plain);
}

static void test_memory_is_asked_for_its_size_and_never_overrun(void **state)
{
    (void)state;
    const int64_t layers[] = {2, 2};
    dnn_model *model = model_of(layers, 2, "");
    int64_t size = -7;
    assert_ok(dnn_model_save_memory(model, NULL, 0, &size));
    assert_true(size > 0);
    uint8_t *buffer = allocate_or_fail((size_t)size, 1);
    memset(buffer, 0x5A, (size_t)size);
    const int64_t too_small[] = {0, 1, size / 2, size - 1};
    for (size_t i = 0; i < COUNT(too_small); i++) {
        int64_t out = -7;
        expect_invalid(dnn_model_save_memory(model, buffer, too_small[i], &out), "the model takes");
        assert_int_equal(out, -7);
        for (int64_t b = 0; b < size; b++)
            assert_int_equal(buffer[b], 0x5A);
    }
    expect_invalid(dnn_model_save_memory(model, buffer, -1, NULL), "capacity");
    expect_invalid(dnn_model_save_memory(model, NULL, 0, NULL), "size");
    expect_invalid(dnn_model_save_memory(NULL, buffer, size, NULL), "model");
    assert_ok(dnn_model_save_memory(model, buffer, size, NULL));
    assert_ok(dnn_model_save_memory(model, buffer, size, &size));
    free(buffer);
    dnn_model_destroy(model);
}

static void test_arguments_that_are_not_there_are_named(void **state)
{
    (void)state;
    const int64_t layers[] = {2, 2};
    dnn_model *model = model_of(layers, 2, ""), *out = NULL;
    dnn_trainer *trainer = trainer_of(model), *other = NULL;
    dnn_config *config = config_of("");
    expect_invalid(dnn_model_save(NULL, "x"), "model");
    expect_invalid(dnn_model_save(model, NULL), "path");
    expect_invalid(dnn_model_load(NULL, &out), "path");
    expect_invalid(dnn_model_load("x", NULL), "out");
    expect_invalid(dnn_model_load_with(NULL, config, &out), "path");
    expect_invalid(dnn_model_load_with("x", NULL, &out), "config");
    expect_invalid(dnn_model_load_with("x", config, NULL), "out");
    expect_invalid(dnn_model_load_memory(NULL, 5, &out), "bytes");
    expect_invalid(dnn_model_load_memory("x", 1, NULL), "out");
    expect_invalid(dnn_model_load_memory("x", -1, &out), "size");
    expect_invalid(dnn_trainer_save(NULL, "x"), "trainer");
    expect_invalid(dnn_trainer_save(trainer, NULL), "path");
    expect_invalid(dnn_trainer_load(NULL, &out, &other), "path");
    expect_invalid(dnn_trainer_load("x", NULL, &other), "model");
    expect_invalid(dnn_trainer_load("x", &out, NULL), "trainer");
    expect_error(dnn_model_load(scratch_path("none"), &out), DNN_ERROR_IO, "No such file");
    expect_error(dnn_model_load_with(scratch_path("none"), config, &out), DNN_ERROR_IO, scratch());
    expect_error(dnn_trainer_load(scratch_path("none"), &out, &other), DNN_ERROR_IO, "No such file");
    expect_error(dnn_model_load(scratch(), &out), DNN_ERROR_IO, "directory");
    expect_error(dnn_model_load_memory("", 0, &out), DNN_ERROR_FORMAT, "shorter");
    assert_true(out == NULL && other == NULL);
    dnn_config_destroy(config);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

/* ---- what is not believed ---- */

/* A standardized model's file with a part of its header replaced, signed again, is refused for that reason. */
static void expect_refused(const char *find, const char *replacement, int32_t status, const char *words)
{
    const int64_t layers[] = {2, 3, 1};
    dnn_model *model = model_of(layers, 3, "");
    standardize(model);
    struct bytes file = saved(model), other = changed(file, find, replacement);
    expect_no_model(other, status, words);
    free(file.data);
    free(other.data);
    dnn_model_destroy(model);
}

#define REFUSED(find, replacement, words) expect_refused(find, replacement, DNN_ERROR_FORMAT, words)

static void test_a_setting_that_is_not_right_is_refused(void **state)
{
    (void)state;
    REFUSED("\\\"seed\\\":\\\"0\\\"", "\\\"seed\\\":\\\"x\\\"", "seed is \"x\"");
    REFUSED("\\\"seed\\\":\\\"0\\\"", "\\\"seed\\\":0", "seed");
    REFUSED("\\\"seed\\\":\\\"0\\\"", "\\\"sead\\\":\\\"0\\\"", "there is no key \"sead\"");
    REFUSED("\\\"seed\\\":\\\"0\\\"", "\\\"l2\\\":\\\"0\\\"", "its dnn.config is no JSON: duplicate");
    REFUSED("\\\"seed\\\":\\\"0\\\"", "\\\"checkpoint_path\\\":\\\"/etc/passwd\\\"", "a file must not");
    REFUSED("\\\"seed\\\":\\\"0\\\"", "\\\"activation.2\\\":\\\"relu\\\"", "its output is layer 2");
    REFUSED("\\\"seed\\\":\\\"0\\\"", "\\\"activation.9000000000000000000\\\":\\\"relu\\\"", "activation.9");
    REFUSED("\\\"seed\\\":\\\"0\\\"", "\\\"activation.1\\\":\\\"softmax\\\"", "softmax");
    REFUSED("\\\"recipe\\\":\\\"tutorial\\\"", "\\\"recipe\\\":\\\"cake\\\"", "there is no recipe \"cake\"");
    REFUSED("\\\"epsilon\\\":\\\"1e-08\\\"", "\\\"epsilon\\\":\\\"nan\\\"", "epsilon");
    REFUSED("\\\"epsilon\\\":\\\"1e-08\\\"", "\\\"epsilon\\\":\\\"-1\\\"", "epsilon");
    REFUSED("\\\"epsilon\\\":\\\"1e-08\\\"", "\\\"epsilon\\\":\\\"1e999\\\"", "epsilon");
    REFUSED("\\\"output_activation\\\":\\\"sigmoid\\\"", "\\\"output_activation\\\":\\\"softmax\\\"", "over 1 output");
    REFUSED("\\\"loss\\\":\\\"squared_error\\\"", "\\\"loss\\\":\\\"cross_entropy\\\"", "goes with");
    REFUSED("\\\"sigmoid_slope\\\":\\\"0.01\\\"", "\\\"sigmoid_slope\\\":\\\"1e-320\\\"", "too small");
    REFUSED("\"{\\\"recipe", "\"[{\\\"recipe", "its dnn.config is n");
    REFUSED("\"{\\\"recipe", "\"", "its dnn.config is no JSON");
    REFUSED("\"dnn.config\":", "\"dnn.konfig\":", "has no dnn.config");
}

static void test_a_standardization_that_is_not_right_is_refused(void **state)
{
    (void)state;
    REFUSED("\"dnn.input_mean\":\"", "\"dnn.input_mean\":\"1 ", "no 2 numbers");
    REFUSED("\"dnn.input_mean\":\"", "\"dnn.input_mean\":\"x", "no 2 numbers");
    REFUSED("\"dnn.input_mean\":\"", "\"dnn.input_mean\":\" ", "no 2 numbers");
    REFUSED("\"dnn.input_mean\":\"", "\"dnn.input_mean\":\"1 nan\",\"dnn.no\":\"", "no 2 numbers");
    REFUSED("\"dnn.input_mean\":\"", "\"dnn.input_mean\":\"1 1e999\",\"dnn.no\":\"", "no 2 numbers");
    REFUSED("\"dnn.input_mean\":\"", "\"dnn.input_mean\":\"1 2 \",\"dnn.no\":\"", "no 2 numbers");
    REFUSED("\"dnn.input_mean\":\"", "\"dnn.input_mean\":\"1\",\"dnn.no\":\"", "too short");
    REFUSED("\"dnn.input_mean\":\"", "\"dnn.input_mean\":\"\",\"dnn.no\":\"", "too short");
    REFUSED("\"dnn.input_mean\":\"", "\"dnn.no\":\"", "expected both or none");
    REFUSED("\"dnn.input_scale\":\"", "\"dnn.no\":\"", "expected both or none");
    REFUSED("\"dnn.input_scale\":\"", "\"dnn.input_scale\":\"1 0\",\"dnn.no\":\"", "not above 0");
    REFUSED("\"dnn.input_scale\":\"", "\"dnn.input_scale\":\"1 -1\",\"dnn.no\":\"", "not above 0");
}

static void test_layers_that_make_no_network_are_refused(void **state)
{
    (void)state;
    REFUSED("layers.0.bias", "layers.0.bios", "no tensor \"layers.0.bias\"");
    REFUSED("layers.0.weight", "layers.7.weight", "no tensor \"layers.0.weight\"");
    REFUSED("layers.1.weight", "layers.7.weight", "belong to no layer");
    REFUSED("[3,2]", "[2,3]", "no list of 2 numbers");
    REFUSED("[3,2]", "[6]", "no matrix");
    REFUSED("[3,2]", "[3,2,1]", "no matrix");
    REFUSED("\"shape\":[3]", "\"shape\":[3,1]", "no list of 3 numbers");
    REFUSED("[1,3]", "[3,1]", "no list of 3 numbers");
    expect_refused("\"F64\",\"shape\":[3,2]", "\"I64\",\"shape\":[3,2]", DNN_ERROR_UNSUPPORTED, "is of I64");
    expect_refused("\"F64\",\"shape\":[3]", "\"U64\",\"shape\":[3]", DNN_ERROR_UNSUPPORTED, "is of U64");
}

static void test_a_format_of_tomorrow_and_one_of_nobody_are_told_apart(void **state)
{
    (void)state;
    expect_refused("\"dnn.format\":\"1\"", "\"dnn.format\":\"2\"", DNN_ERROR_UNSUPPORTED, "this version knows \"1\"");
    expect_refused("\"dnn.format\":\"1\"", "\"dnn.format\":\"\"", DNN_ERROR_UNSUPPORTED, "this version knows \"1\"");
    struct bytes plain = safetensors_of("{}", NULL, 0);
    expect_no_model(plain, DNN_ERROR_FORMAT, "dnn_model_load_with");
    free(plain.data);
}

/* One bit of that key, and the file would be a stranger's, whose numbers nobody vouches for. */
static void test_a_file_of_ours_without_its_format_is_damaged(void **state)
{
    (void)state;
    const int64_t layers[] = {2, 3, 1};
    dnn_model *model = model_of(layers, 3, "");
    dnn_config *config = config_of("");
    standardize(model);
    struct bytes file = saved(model), other = changed(file, "\"dnn.format\"", "\"dnn.formau\"");
    expect_no_model(other, DNN_ERROR_FORMAT, "no dnn.format");
    expect_no_model_with(other, config, DNN_ERROR_FORMAT, "no dnn.format");
    free(other.data);
    /* So is one with only one of its other texts: any tells whose it was. */
    static const char *const marks[][2] = {{"\"dnn.config\"", "\"dnn.confih\""},
                                           {"\"dnn.sha256\"", "\"dnn.sha257\""},
                                           {"\"dnn.header_sha256\"", "\"dnn.header_sha257\""}};
    for (int kept = 0; kept < 3; kept++) {
        other = changed(file, "\"dnn.format\"", "\"dnn.formau\"");
        for (int i = 0; i < 3; i++) {
            if (i != kept) {
                const struct bytes before = other;
                other = changed(before, marks[i][0], marks[i][1]);
                free(before.data);
            }
        }
        expect_no_model_with(other, config, DNN_ERROR_FORMAT, "no dnn.format");
        free(other.data);
    }
    free(file.data);
    dnn_config_destroy(config);
    dnn_model_destroy(model);
}

static void test_damage_is_found_by_the_checksums(void **state)
{
    (void)state;
    const int64_t layers[] = {2, 3, 1};
    dnn_model *model = model_of(layers, 3, "");
    struct bytes file = saved(model);
    file.data[file.size - 1] ^= 1;
    expect_no_model(file, DNN_ERROR_FORMAT, "checksum of its numbers is wrong");
    file.data[file.size - 1] ^= 1;
    uint8_t *rate = memmem(file.data, (size_t)file.size, "learning_rate\\\":\\\"0.01", 22);
    assert_non_null(rate);
    rate[21] = '2';
    expect_no_model(file, DNN_ERROR_FORMAT, "checksum of its header is wrong");
    rate[21] = '1';
    const char *const keys[] = {"\"dnn.sha256\"", "\"dnn.header_sha256\""};
    for (size_t k = 0; k < COUNT(keys); k++) {
        struct bytes other = changed(file, keys[k], "\"dnn.sha512\"");
        expect_no_model(other, DNN_ERROR_FORMAT, "no checksums");
        free(other.data);
    }
    struct bytes other = changed(file, "\"dnn.header_sha256\":\"", "\"dnn.header_sha256\":\"0\",\"x\":\"");
    expect_no_model(other, DNN_ERROR_FORMAT, "no checksums");
    free(other.data);
    dnn_model *back = NULL;
    assert_ok(load_bytes(file, &back));
    dnn_model_destroy(back);
    free(file.data);
    dnn_model_destroy(model);
}

/* Signed, so that the checksums do not help. */
static void test_weights_that_are_not_finite_are_refused(void **state)
{
    (void)state;
    const uint8_t bad[][4] = {{0, 0, 0xC0, 0x7F}, {0, 0, 0x80, 0x7F}, {0, 0, 0x80, 0xFF}, {1, 0, 0x80, 0xFF}};
    const int64_t layers[] = {2, 3, 2};
    dnn_model *model = model_of_recipe("classifier", layers, 3, "");
    struct bytes file = saved(model);
    const int64_t begin = data_begin(file);
    for (size_t b = 0; b < COUNT(bad); b++)
        for (int64_t at = begin; at < file.size; at += 4) {
            uint8_t before[4];
            memcpy(before, file.data + at, 4);
            memcpy(file.data + at, bad[b], 4);
            sign(file);
            expect_no_model(file, DNN_ERROR_FORMAT, "is not finite in f32");
            memcpy(file.data + at, before, 4);
        }
    free(file.data);
    dnn_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_activation_comes_back_in_every_recipe_and_precision),
        cmocka_unit_test(test_every_output_and_loss_comes_back),
        cmocka_unit_test(test_odd_shapes_come_back),
        cmocka_unit_test(test_a_deep_network_comes_back_with_the_activation_of_each_layer),
        cmocka_unit_test(test_the_config_comes_back_with_what_the_user_chose),
        cmocka_unit_test(test_a_trainer_takes_a_config_beside_a_loaded_model_as_beside_the_one_saved),
        cmocka_unit_test(test_extreme_weights_come_back),
        cmocka_unit_test(test_the_bytes_are_those_that_python_makes),
        cmocka_unit_test(test_what_python_makes_is_read_and_written_again),
        cmocka_unit_test(test_a_decimal_comma_in_the_locale_changes_nothing),
        cmocka_unit_test(test_a_checkpoint_path_stays_out_of_the_file),
        cmocka_unit_test(test_memory_is_asked_for_its_size_and_never_overrun),
        cmocka_unit_test(test_arguments_that_are_not_there_are_named),
        cmocka_unit_test(test_a_setting_that_is_not_right_is_refused),
        cmocka_unit_test(test_a_standardization_that_is_not_right_is_refused),
        cmocka_unit_test(test_layers_that_make_no_network_are_refused),
        cmocka_unit_test(test_a_format_of_tomorrow_and_one_of_nobody_are_told_apart),
        cmocka_unit_test(test_a_file_of_ours_without_its_format_is_damaged),
        cmocka_unit_test(test_damage_is_found_by_the_checksums),
        cmocka_unit_test(test_weights_that_are_not_finite_are_refused),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
