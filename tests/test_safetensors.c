/*
 * test_safetensors.c - files of strangers: weights from other programs are taken as they are, and what is no right
 * safetensors file is refused with the reason, whatever it claims.
 */
#define _GNU_SOURCE /* memmem */
#include "base/memory.h"
#include "expect.h"
#include "file_support.h"
#include "format/safetensors.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char numbers[4096]; /* zeros */

/* ---- what PyTorch writes ---- */

/* A file whose data are numbers of this machine, of the one type that the header names. */
static struct bytes plain_file(const char *header, const void *data, int64_t size)
{
    struct bytes file = safetensors_of(header, data, size);
    const size_t width = strstr(header, "\"F64\"") != NULL ? 8 : strstr(header, "\"F32\"") != NULL ? 4 : 1;
    make_little_endian(file.data + data_begin(file), (size_t)size, width);
    return file;
}

/* Loads a file with a config, and compares all its weights. */
static void expect_weights(const char *header, const void *data, int64_t size, const char *settings,
                           const double *theta)
{
    struct bytes file = plain_file(header, data, size);
    dnn_config *config = config_of(settings);
    dnn_model *model = NULL;
    assert_ok(load_bytes_with(file, config, &model));
    double *now = weights_of(model);
    assert_same_bits(now, theta, dnn_model_parameter_count(model));
    free(now);
    free(file.data);
    dnn_model_destroy(model);
    dnn_config_destroy(config);
    /* Without the config nobody knows what its activations are. */
    file = plain_file(header, data, size);
    expect_no_model(file, DNN_ERROR_FORMAT, "dnn_model_load_with");
    free(file.data);
}

static void test_layers_are_taken_in_the_natural_order_of_their_names(void **state)
{
    (void)state;
    const float data[] = {10, 11, 0.5F, 1, 2, 3, 4, 20, 21, 22, 23, 0.25F, 0.75F};
    const double theta[] = {1, 3, 2, 4, 20, 21, 0.25, 22, 23, 0.75, 10, 11, 0.5};
    static const char *const names[][3] = {
        {"0", "2", "10"}, {"fc1", "fc2", "fc10"}, {"net.1.a", "net.1.b", "net.01.c"}};
    for (size_t n = 0; n < COUNT(names); n++) {
        char header[1024];
        snprintf(header, sizeof header,
                 "{\"%s.weight\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
                 "\"%s.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]},"
                 "\"%s.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[20,28]},"
                 "\"%s.weight\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[12,20]},"
                 "\"%s.weight\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[28,44]},"
                 "\"%s.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[44,52]}}  ",
                 names[n][2], names[n][2], names[n][0], names[n][0], names[n][1], names[n][1]);
        expect_weights(header, data, sizeof data, "precision=f64", theta);
        expect_weights(header, data, sizeof data, "precision=f32 activation=relu", theta);
    }
}

static void test_a_missing_bias_is_zeros(void **state)
{
    (void)state;
    const double data[] = {1, 2, 3, 4, 0.5, -0.5}, theta[] = {1, 2, 0, 3, 4, 0, 0.5, -0.5, 0};
    expect_weights("{\"__metadata__\":{\"format\":\"pt\"},"
                   "\"a.weight\":{\"dtype\":\"F64\",\"shape\":[2,2],\"data_offsets\":[0,32]},"
                   "\"b.weight\":{\"dtype\":\"F64\",\"shape\":[1,2],\"data_offsets\":[32,48]}}",
                   data, sizeof data, "precision=f64", theta);
}

/* IEEE 754 binary16 and its upper half of binary32, by hand. */
static void test_halves_are_widened_exactly(void **state)
{
    (void)state;
    const uint8_t data[] = {0x00, 0x3C, 0x01, 0x00, 0xFF, 0x7B, 0x00, 0x80, 0xFF, 0x03, 0x55, 0x35,
                            0x80, 0x3F, 0x49, 0x40, 0x01, 0x00, 0x7F, 0x7F, 0x80, 0xBF, 0x00, 0x80};
    const double theta[] = {1,          0x1p-24,  1,          65504, -0.0, 3.140625, 0x1.ff8p-15,
                            0x1.554p-2, 0x1p-133, 0x1.fep127, -1,    -0.0, 0};
    expect_weights("{\"a.weight\":{\"dtype\":\"F16\",\"shape\":[3,2],\"data_offsets\":[0,12]},"
                   "\"a.bias\":{\"dtype\":\"BF16\",\"shape\":[3],\"data_offsets\":[12,18]},"
                   "\"b.weight\":{\"dtype\":\"BF16\",\"shape\":[1,3],\"data_offsets\":[18,24]}}",
                   data, sizeof data, "precision=f64", theta);
}

/* ---- what makes no network ---- */

static void refuse_with(const char *header, int64_t size, const char *settings, int32_t status, const char *words)
{
    struct bytes file = safetensors_of(header, numbers, size);
    dnn_config *config = config_of(settings);
    expect_no_model_with(file, config, status, words);
    dnn_config_destroy(config);
    free(file.data);
}

#define LAYER(name, shape, begin, end)                                                                                 \
    "\"" name "\":{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":[" begin "," end "]}"

static void test_a_plain_file_that_is_no_network_is_refused(void **state)
{
    (void)state;
    refuse_with("{" LAYER("a.weight", "[2,2]", "0", "16") "," LAYER("b.weight", "[1,3]", "16", "28") "}", 28, "",
                DNN_ERROR_FORMAT, "its layer 1 takes 3 inputs, and the layer before has 2 outputs");
    refuse_with("{" LAYER("a.weight", "[2,2]", "0", "16") "," LAYER("other", "[3]", "16", "28") "}", 28, "",
                DNN_ERROR_FORMAT, "1 tensors that belong to no layer");
    refuse_with("{" LAYER("a.weight", "[2,2]", "0", "16") "," LAYER("b.bias", "[3]", "16", "28") "}", 28, "",
                DNN_ERROR_FORMAT, "belong to no layer");
    refuse_with("{" LAYER("a.weight", "[2,2]", "0", "16") "," LAYER("a.bias", "[3]", "16", "28") "}", 28, "",
                DNN_ERROR_FORMAT, "no list of 2 numbers");
    refuse_with("{" LAYER("a.weight", "[4]", "0", "16") "}", 16, "", DNN_ERROR_FORMAT, "no matrix");
    refuse_with("{" LAYER("a.weight", "[]", "0", "4") "}", 4, "", DNN_ERROR_FORMAT, "no matrix");
    refuse_with("{" LAYER("a.weight", "[0,4]", "0", "0") "}", 0, "", DNN_ERROR_FORMAT, "no matrix");
    refuse_with("{" LAYER("a.weight", "[4,0]", "0", "0") "}", 0, "", DNN_ERROR_FORMAT, "no matrix");
    refuse_with("{" LAYER("a.bias", "[4]", "0", "16") "}", 16, "", DNN_ERROR_FORMAT, "NAME.weight");
    refuse_with("{}", 0, "", DNN_ERROR_FORMAT, "NAME.weight");
    refuse_with("{\"a.weight\":{\"dtype\":\"I32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}", 16, "",
                DNN_ERROR_UNSUPPORTED, "is of I32, expected F16, BF16, F32 or F64");
    refuse_with("{" LAYER("a.weight", "[1,2]", "0", "8") "}", 8, "output_activation=softmax loss=cross_entropy",
                DNN_ERROR_INVALID_ARGUMENT, "over 1 output");
    refuse_with("{" LAYER("a.weight", "[1,2]", "0", "8") "}", 8, "activation.1=relu", DNN_ERROR_INVALID_ARGUMENT,
                "activation.1");
}

static void test_numbers_too_large_for_the_precision_are_refused(void **state)
{
    (void)state;
    const double data[] = {1e300, 2};
    struct bytes file =
        plain_file("{\"a.weight\":{\"dtype\":\"F64\",\"shape\":[1,2],\"data_offsets\":[0,16]}}", data, sizeof data);
    dnn_config *narrow = config_of("precision=f32"), *wide = config_of("precision=f64");
    dnn_model *model = NULL;
    expect_no_model_with(file, narrow, DNN_ERROR_FORMAT, "is not finite in f32");
    assert_ok(load_bytes_with(file, wide, &model));
    dnn_model_destroy(model);
    dnn_config_destroy(narrow);
    dnn_config_destroy(wide);
    free(file.data);
}

/* ---- what is no safetensors file ---- */

static void refuse(const char *header, int64_t size, const char *words)
{
    struct bytes file = safetensors_of(header, numbers, size);
    dnn_config *config = config_of("");
    expect_no_model(file, DNN_ERROR_FORMAT, words);
    expect_no_model_with(file, config, DNN_ERROR_FORMAT, words);
    expect_no_trainer(file, DNN_ERROR_FORMAT, words);
    dnn_config_destroy(config);
    free(file.data);
}

static void test_a_length_that_lies_is_refused(void **state)
{
    (void)state;
    const uint64_t lengths[] = {UINT64_C(1) << 63, UINT64_MAX, INT64_MAX, UINT64_C(1) << 32, (16 << 20) + 1, 3, 4096};
    for (size_t l = 0; l < COUNT(lengths); l++) {
        struct bytes file = safetensors_of("{}", NULL, 0);
        for (int i = 0; i < 8; i++)
            file.data[i] = (uint8_t)(lengths[l] >> 8 * i);
        expect_no_model(file, DNN_ERROR_FORMAT, "it tells of a header of");
        free(file.data);
    }
    /* A file that has the 16 MiB + 1. */
    const int64_t large = (16 << 20) + 1;
    char *header = allocate_or_fail((size_t)large + 1, 1);
    memset(header, ' ', (size_t)large);
    memcpy(header, "{}", 2);
    refuse(header, 0, "it tells of a header of 16777217 bytes");
    header[large - 1] = '\0';
    struct bytes file = safetensors_of(header, NULL, 0); /* 16 MiB are allowed */
    expect_no_model(file, DNN_ERROR_FORMAT, "dnn_model_load_with");
    free(file.data);
    free(header);
}

static void test_a_header_that_is_no_json_is_refused(void **state)
{
    (void)state;
    refuse("", 0, "no JSON");
    refuse("[]", 0, "no JSON object");
    refuse("nul", 0, "no JSON");
    refuse("{\"a\":", 0, "no JSON");
    refuse("{} x", 0, "no JSON");
    refuse("{\"a\\", 0, "no JSON");
    refuse("{\"\xff\":{}}", 0, "no JSON");
    refuse("{\"a\\u0000b\":{}}", 0, "no JSON");
    refuse("{\"a\\uD800b\":{}}", 0, "no JSON");
    refuse("{\"a\":{},\"a\":{}}", 0, "duplicate");
    refuse("{\"a\":{},\"\\u0061\":{}}", 0, "duplicate");
    refuse("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, "duplicate");
    refuse("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", 4, "duplicate");
    refuse("{\"a\":[[[[1]]]]}", 0, "nested too deep");
    refuse("]]]]]]]]{\"a\":[[[[[[[[1]]]]]]]]}", 0, "no JSON");
}

/* A small file can claim more nesting, or more values, than a parser has stack or memory for. */
static void test_bombs_are_refused(void **state)
{
    (void)state;
    enum { LENGTH = 1 << 20 };
    char *header = allocate_or_fail(LENGTH + 64, 1);
    memset(header, '[', LENGTH);
    refuse(header, 0, "nested too deep");
    for (int i = 0; i < LENGTH / 5; i++)
        memcpy(header + 5 * i, "{\"a\":", 5);
    refuse(header, 0, "nested too deep");
    memset(header, 0, LENGTH);
    strcpy(header, "{\"a\":[1");
    for (int i = 7; i < 4000; i += 2)
        memcpy(header + i, ",1", 2);
    strcat(header, "]}");
    refuse(header, 0, "full of tiny values");
    /* The same within a text of the metadata, which is JSON again. */
    dnn_model *model = model_of((const int64_t[]){1, 1}, 2, "");
    struct bytes file = saved(model), other;
    header[0] = '\0';
    for (int i = 0; i < 5000; i++)
        strcat(header, "\\\"\\\",");
    char *list = allocate_or_fail(strlen(header) + 64, 1);
    sprintf(list, "\"dnn.config\":\"[%s1]", header);
    other = changed(file, "\"dnn.config\":\"", list);
    expect_no_model(other, DNN_ERROR_FORMAT, "its dnn.config is full of tiny values");
    free(other.data);
    other = changed(file, "\"dnn.config\":\"", "\"dnn.config\":\"{\\\"a\\\":[[[");
    expect_no_model(other, DNN_ERROR_FORMAT, "its dnn.config is nested too deep");
    free(other.data);
    free(file.data);
    free(list);
    free(header);
    dnn_model_destroy(model);
}

static void test_metadata_that_is_no_texts_is_refused(void **state)
{
    (void)state;
    refuse("{\"__metadata__\":{\"a\":1}}", 0, "which is no string");
    refuse("{\"__metadata__\":{\"a\":{}}}", 0, "which is no string");
    refuse("{\"__metadata__\":{\"a\":null}}", 0, "which is no string");
    refuse("{\"__metadata__\":[]}", 0, "no JSON object");
    refuse("{\"__metadata__\":\"x\"}", 0, "no JSON object");
}

static void test_a_tensor_that_is_described_wrongly_is_refused(void **state)
{
    (void)state;
    static const char *const entries[] = {"1",
                                          "[]",
                                          "{}",
                                          "{\"dtype\":\"F32\",\"shape\":[1]}",
                                          "{\"dtype\":\"F32\",\"shape\":1,\"data_offsets\":[0,4]}",
                                          "{\"dtype\":\"F32\",\"shape\":{},\"data_offsets\":[0,4]}",
                                          "{\"dtype\":4,\"shape\":[1],\"data_offsets\":[0,4]}",
                                          "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}",
                                          "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,4]}",
                                          "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":4}",
                                          "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"more\":1}"};
    for (size_t e = 0; e < COUNT(entries); e++) {
        char header[256];
        snprintf(header, sizeof header, "{\"a\":%s}", entries[e]);
        refuse(header, 4, "is not described by dtype, shape and two data_offsets");
    }
    refuse_with("{\"a\":{\"dtype\":\"F4\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "", DNN_ERROR_UNSUPPORTED,
                "\"F4\"");
    refuse_with("{\"a\":{\"dtype\":\"f32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "", DNN_ERROR_UNSUPPORTED,
                "\"f32\"");
    refuse_with("{\"a\":{\"dtype\":\"\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "", DNN_ERROR_UNSUPPORTED,
                "not known");
}

/* Numbers of types that no weights are of take their place, too, each as many bytes as the format says. */
static void test_every_type_has_its_size(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int size;
    } types[] = {{"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E4M3", 1}, {"F8_E5M2", 1},
                 {"I16", 2},  {"U16", 2}, {"F16", 2}, {"BF16", 2},    {"I32", 4},
                 {"U32", 4},  {"F32", 4}, {"I64", 8}, {"U64", 8},     {"F64", 8}};
    for (size_t i = 0; i < COUNT(types); i++) {
        for (int more = 0; more < 2; more++) {
            const int end = 16 + 3 * types[i].size + more;
            char header[256];
            snprintf(header, sizeof header,
                     "{" LAYER("a.weight", "[2,2]", "0", "16") ",\"n\":{\"dtype\":\"%s\",\"shape\":[3],"
                                                               "\"data_offsets\":[16,%d]}}",
                     types[i].name, end);
            refuse_with(header, end, "", DNN_ERROR_FORMAT, more ? "bytes" : "1 tensors that belong to no layer");
        }
    }
}

static void test_shapes_that_lie_are_refused(void **state)
{
    (void)state;
    static const char *const no_sizes[] = {"[-1]",
                                           "[-1,-4]",
                                           "[1.0]",
                                           "[1e3]",
                                           "[\"1\"]",
                                           "[null]",

                                           "[4294967296,4294967296]",
                                           "[9223372036854775807,2]",
                                           "[3037000500,3037000500]",
                                           "[0,-1]"};
    char header[256];
    for (size_t s = 0; s < COUNT(no_sizes); s++) {
        snprintf(header, sizeof header, "{\"a\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[0,4]}}", no_sizes[s]);
        refuse(header, 4, "has a shape that is no list of sizes");
    }
    static const char *const others[] = {"[2]",
                                         "[]",
                                         "[1,2]",
                                         "[0]",
                                         "[9223372036854775807]",
                                         "[2305843009213693952]",

                                         "[4611686018427387905]",
                                         "[1,1,1,2]"};
    for (size_t s = 0; s < COUNT(others); s++) {
        snprintf(header, sizeof header, "{\"a\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[0,%s]}}", others[s],
                 s == 1 ? "8" : "4");
        refuse(header, s == 1 ? 8 : 4, "has another number of bytes than its shape and dtype say");
    }
    refuse("{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775808],\"data_offsets\":[0,4]}}", 4, "no JSON");
}

static void test_places_that_lie_are_refused(void **state)
{
    (void)state;
    refuse("{" LAYER("a", "[1]", "0", "4") "}", 3, "lies outside");
    refuse("{" LAYER("a", "[1]", "-4", "0") "}", 4, "lies outside");
    refuse("{" LAYER("a", "[1]", "4", "0") "}", 4, "lies outside");
    refuse("{" LAYER("a", "[1]", "0", "9223372036854775807") "}", 4, "lies outside");
    refuse("{" LAYER("a", "[1]", "9223372036854775807", "9223372036854775807") "}", 4, "lies outside");
    refuse("{" LAYER("a", "[1]", "0.0", "4") "}", 4, "lies outside");
    refuse("{" LAYER("a", "[1]", "4", "8") "}", 8, "has a hole before it");
    refuse("{" LAYER("a", "[1]", "0", "4") "," LAYER("b", "[1]", "8", "12") "}", 12, "\"b\" has a hole before it");
    refuse("{" LAYER("a", "[1]", "0", "4") "," LAYER("b", "[1]", "0", "4") "}", 4, "overlaps another one");
    refuse("{" LAYER("a", "[2]", "0", "8") "," LAYER("b", "[1]", "4", "8") "}", 8, "overlaps another one");
    refuse("{" LAYER("a", "[2]", "0", "8") "," LAYER("b", "[0]", "4", "4") "}", 8, "overlaps another one");
    refuse("{" LAYER("a", "[1]", "0", "4") "}", 5, "1 bytes behind its tensors");
    refuse("{}", 4000, "4000 bytes behind its tensors");
}

/* The name is a stranger's: it may be long, and hold anything. */
static void test_messages_are_one_line_whatever_the_names_are(void **state)
{
    (void)state;
    char header[4096], name[2048] = "";
    for (int i = 0; i < 400; i++)
        strcat(name, i % 2 ? "\\n" : "\xE2\x82\xAC");
    snprintf(header, sizeof header, "{\"%s\":{}}", name);
    refuse(header, 0, "is not described");
    assert_null(strchr(dnn_last_error(), '\n'));
    snprintf(header, sizeof header, "{\"__metadata__\":{\"%s\":1}}", name);
    refuse(header, 0, "which is no string");
    assert_null(strchr(dnn_last_error(), '\n'));
}

/* Escapes of every length: what a name decodes to is counted, so that none can be lost. */
static void test_names_with_escapes_are_read(void **state)
{
    (void)state;
    const double data[] = {1, 2, 3}, theta[] = {1, 2, 3};
    expect_weights("{\"__metadata__\":{\"\\u00e9\\uD83D\\uDE00\\n\\\"\\\\\\/\":\"\\u20AC \xF0\x9F\x98\x80\"},"
                   "\"\\u0061\\u00E4.weight\":{\"dtype\":\"F64\",\"shape\":[1,2],\"data_offsets\":[0,16]},"
                   "\"a\xC3\xA4.bias\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[16,24]}}",
                   data, sizeof data, "precision=f64", theta);
}

/* ---- the largest header ---- */

/* Writes one number, and a text of `length` bytes. *header: the length that the file says its header has */
static int32_t write_with_text(int64_t length, uint8_t **bytes, int64_t *size, int64_t *header)
{
    const double number = 0.5;
    const struct safetensors_source tensor = {"a", false, 1, 1, 1, 1, 1, &number};
    char *text = allocate_or_fail((size_t)length + 1, 1);
    memset(text, 'x', (size_t)length);
    struct settings metadata = {0};
    assert_ok(settings_add(&metadata, "key", text));
    free(text);
    const int32_t status = safetensors_write(&tensor, 1, &metadata, bytes, size);
    settings_clear(&metadata);
    *header = 0;
    for (int i = 7; status == DNN_OK && i >= 0; i--)
        *header = *header << 8 | (*bytes)[i];
    return status;
}

static void test_a_header_may_have_16_mib_and_no_more(void **state)
{
    (void)state;
    uint8_t *bytes = NULL;
    int64_t size, header, length = (16 << 20) - 1000;
    assert_ok(write_with_text(length, &bytes, &size, &header));
    memory_free(bytes);
    assert_true(header > length && header < 16 << 20);
    const int64_t first = length + (16 << 20) - header;
    length = first; /* whatever it is filled up with: as long a text as fits is found from here */
    while (write_with_text(length, &bytes, &size, &header) == DNN_OK) {
        assert_true(header == 16 << 20 && size == 8 + header + 8);
        struct safetensors *file = NULL;
        assert_ok(safetensors_open(bytes, size, "large", &file));
        assert_int_equal(safetensors_count(file), 1);
        assert_int_equal(strlen(safetensors_text(file, "key")), length);
        safetensors_close(file);
        memory_free(bytes);
        length++;
    }
    expect_error(write_with_text(length, &bytes, &size, &header), DNN_ERROR_UNSUPPORTED, "the format allows 16777216");
    assert_true(length > first); /* one was as large as allowed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layers_are_taken_in_the_natural_order_of_their_names),
        cmocka_unit_test(test_a_missing_bias_is_zeros),
        cmocka_unit_test(test_halves_are_widened_exactly),
        cmocka_unit_test(test_a_plain_file_that_is_no_network_is_refused),
        cmocka_unit_test(test_numbers_too_large_for_the_precision_are_refused),
        cmocka_unit_test(test_a_length_that_lies_is_refused),
        cmocka_unit_test(test_a_header_that_is_no_json_is_refused),
        cmocka_unit_test(test_bombs_are_refused),
        cmocka_unit_test(test_metadata_that_is_no_texts_is_refused),
        cmocka_unit_test(test_a_tensor_that_is_described_wrongly_is_refused),
        cmocka_unit_test(test_every_type_has_its_size),
        cmocka_unit_test(test_shapes_that_lie_are_refused),
        cmocka_unit_test(test_places_that_lie_are_refused),
        cmocka_unit_test(test_messages_are_one_line_whatever_the_names_are),
        cmocka_unit_test(test_names_with_escapes_are_read),
        cmocka_unit_test(test_a_header_may_have_16_mib_and_no_more),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
