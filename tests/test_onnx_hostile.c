/*
 * test_onnx_hostile.c - ONNX files that lie.
 *
 * Every truncation and every flipped bit of two small files, one of ours and one as others write them, gives a status with
 * a message or a model that predicts: no crash, no leak (run under the address sanitizer). Then the lies that a bit does not
 * tell: sizes beyond 2⁶³, products that overflow, circles, numbers that are not finite, many thousands of the smallest
 * parts, weights shared until the model would not fit in any memory.
 *
 * In all of this the reader asks for the file's size and 1 MiB, and what the layers and settings take beside: base/memory.c
 * is compiled into this program with calloc and realloc replaced by counting ones.
 */
#include <stddef.h>
#include <stdlib.h>

static void *counted_calloc(size_t count, size_t size);
static void *counted_realloc(void *block, size_t size);

#define calloc counted_calloc
#define realloc counted_realloc
#include "base/memory.c" /* NOLINT: on purpose */
#undef calloc
#undef realloc

#include "expect.h"
#include "onnx_bytes.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static size_t asked_for;         /* bytes, since it was last set to 0 */
static int64_t requests;         /* likewise */
static int64_t refused_one = -1; /* the request, from 0, that is refused; −1: none */

static void *counted_calloc(size_t count, size_t size)
{
    asked_for += count * size;
    return requests++ == refused_one ? NULL : calloc(count, size);
}

static void *counted_realloc(void *block, size_t size)
{
    asked_for += size;
    return requests++ == refused_one ? NULL : realloc(block, size);
}

#if DNN_ONNX
#include "api/model_content.h"
#include "format/onnx_read.h"

static struct bytes graph, file;

/* Reads as dnn_model_import_onnx does, from memory that ends where the file ends. */
static int32_t import(const uint8_t *bytes, size_t size, dnn_model **out)
{
    struct content content = {0};
    uint8_t *exact = malloc(size > 0 ? size : 1);
    assert_non_null(exact);
    if (size > 0)
        memcpy(exact, bytes, size);
    asked_for = 0;
    int32_t status = onnx_read(exact, (int64_t)size, "hostile.onnx", &content);
    assert_true(asked_for <= size + (1 << 20) + 4096 + (size_t)content.depth * 512);
    free(exact);
    if (status == DNN_OK)
        status = model_from_content(&content, NULL, "hostile.onnx", out);
    content_clear(&content);
    return status;
}

static void expect_refused(int32_t status, const char *words)
{
    dnn_model *model = NULL;
    put_model(&file, &graph, 13);
    expect_error(import(file.data, file.size, &model), status, words);
    assert_null(model);
}

/* A status that a reader may return, with a message; or a model that predicts. */
static int check_any(const uint8_t *bytes, size_t size)
{
    dnn_model *model = NULL;
    mark_last_error();
    const int32_t status = import(bytes, size, &model);
    if (status != DNN_OK) {
        assert_null(model);
        assert_true(status == DNN_ERROR_FORMAT || status == DNN_ERROR_UNSUPPORTED || status == DNN_ERROR_NOT_FINITE ||
                    status == DNN_ERROR_OUT_OF_MEMORY);
        assert_non_null(strstr(dnn_last_error(), "hostile.onnx"));
        return 0;
    }
    double *x = allocate_or_fail((size_t)dnn_model_layer_size(model, 0), sizeof *x);
    double *y = allocate_or_fail((size_t)dnn_model_layer_size(model, dnn_model_layer_count(model) - 1), sizeof *y);
    const int32_t predicted = dnn_model_predict(model, x, 1, y); /* a scale may be so small that 0 is not finite */
    assert_true(predicted == DNN_OK || predicted == DNN_ERROR_NOT_FINITE);
    free(x);
    free(y);
    dnn_model_destroy(model);
    return 1;
}

/* One of ours, with standardization; its settings are left out, or they would be most of the bits. */
static void make_ours(void)
{
    const double mean[] = {1, 2}, scale[] = {3, 4}, w[] = {1, 2, 3, 4, 5, 6}, half = 0.5;
    graph.size = 0;
    put_rows(&graph, 11, "input", 2);
    put_rows(&graph, 12, "output", 1);
    put_tensor(&graph, "m", ONNX_DOUBLE, (const int64_t[]){2}, 1, mean);
    put_tensor(&graph, "s", ONNX_DOUBLE, (const int64_t[]){2}, 1, scale);
    put_tensor(&graph, "w", ONNX_FLOAT, (const int64_t[]){2, 2}, 2, w);
    put_tensor(&graph, "b", ONNX_FLOAT, (const int64_t[]){2}, 1, w);
    put_tensor(&graph, "v", ONNX_FLOAT, (const int64_t[]){1, 2}, 2, w);
    put_tensor(&graph, "c", ONNX_FLOAT, NULL, 0, &half);
    put_node(&graph, "1", "Cast", "input", "i", "to=11");
    put_node(&graph, "2", "Sub", "i m", "j", "");
    put_node(&graph, "3", "Div", "j s", "k", "");
    put_node(&graph, "4", "Gemm", "k w b", "z", "transB=1");
    put_node(&graph, "5", "Relu", "z", "r", "");
    put_node(&graph, "6", "Gemm", "r v", "u", "transB=1 alpha=0.5");
    put_node(&graph, "7", "Mul", "u c", "t", "");
    put_node(&graph, "8", "Sigmoid", "t", "output", "");
    put_model(&file, &graph, 13);
    static struct bytes entry;
    entry.size = 0;
    put_text(&entry, 1, "dnn.config.epochs");
    put_text(&entry, 2, "12");
    put_message(&file, 14, &entry);
}

/* As skl2onnx writes a classifier of two classes. */
static void make_theirs(void)
{
    const double w[] = {1, -2, 3, -4}, one = 1;
    graph.size = 0;
    put_rows(&graph, 11, "X", 2);
    put_rows(&graph, 12, "label", 0);
    put_rows(&graph, 12, "p", 0);
    put_listed_tensor(&graph, "w", ONNX_FLOAT, (const int64_t[]){2, 1}, 2, w);
    put_listed_tensor(&graph, "b", ONNX_FLOAT, (const int64_t[]){1, 1}, 2, w);
    put_tensor(&graph, "1", ONNX_FLOAT, NULL, 0, &one);
    put_node(&graph, "a", "MatMul", "X w", "m", "");
    put_node(&graph, "b", "Add", "m b", "z", "");
    put_node(&graph, "c", "Sigmoid", "z", "s", "");
    put_node(&graph, "d", "Sub", "1 s", "n", "");
    put_node(&graph, "e", "Concat", "n s", "p", "axis=1");
    put_node(&graph, "f", "ArgMax", "p", "label", "axis=1");
    put_model(&file, &graph, 13);
}

static void (*const makers[])(void) = {make_ours, make_theirs};

static void test_every_truncation_gives_a_status_or_a_model(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        makers[i]();
        assert_int_equal(check_any(file.data, file.size), 1);
        int refused = 0;
        for (size_t size = 0; size < file.size; size++)
            refused += !check_any(file.data, size);
        assert_true(refused > (int)file.size * 9 / 10);
    }
}

static void test_every_flipped_bit_gives_a_status_or_a_model(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        makers[i]();
        int models = 0;
        for (size_t bit = 0; bit < 8 * file.size; bit++) {
            file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
            models += check_any(file.data, file.size);
            file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        /* A bit of a weight makes another weight; one of a name or a length makes nonsense. */
        assert_true(models > 100 && models < (int)file.size * 6);
    }
}

/* ---- what is no model at all ---- */

static void test_bytes_that_are_no_model_are_refused(void **state)
{
    (void)state;
    dnn_model *model = NULL;
    static const char text[] = "This is a text, and no ONNX file.";
    expect_error(import((const uint8_t *)"", 0, &model), DNN_ERROR_FORMAT, "no graph");
    expect_error(import((const uint8_t *)text, sizeof text, &model), DNN_ERROR_FORMAT, "no protobuf message");
    graph.size = 0;
    put_model(&file, &graph, 0);
    expect_error(import(file.data, file.size, &model), DNN_ERROR_FORMAT, "version of ONNX's operators");
    file.size = 0;
    put_message(&file, 7, &graph);
    expect_error(import(file.data, file.size, &model), DNN_ERROR_FORMAT, "no version");
    expect_refused(DNN_ERROR_UNSUPPORTED, "0 inputs");
}

/* ---- sizes ---- */

static void begin(void)
{
    graph.size = 0;
    put_rows(&graph, 11, "x", 2);
    put_rows(&graph, 12, "y", 0);
    put_node(&graph, "layer", "Gemm", "x w", "y", "");
}

/* A tensor with those dimensions and 16 bytes. */
static void put_lie(const char *name, int64_t rows, int64_t columns, int type)
{
    static struct bytes tensor;
    tensor.size = 0;
    put_integer(&tensor, 1, rows);
    put_integer(&tensor, 1, columns);
    put_integer(&tensor, 2, type);
    put_text(&tensor, 8, name);
    put_data(&tensor, 9, (const uint8_t[16]){0}, 16);
    put_message(&graph, 5, &tensor);
}

static void test_dimensions_that_lie_are_refused_before_anything_is_allocated(void **state)
{
    (void)state;
    static const struct {
        int64_t rows, columns;
        const char *words;
    } lies[] = {{2, 3, "has 16 bytes, its dimensions ask for 24"},
                {2, 1, "has 16 bytes, its dimensions ask for 8"},
                {INT64_MAX, 1, "impossibly large"},
                {INT64_MAX / 4, 4, "impossibly large"},
                {INT64_C(1) << 32, INT64_C(1) << 32, "impossibly large"},
                {INT64_C(1) << 62, 4, "impossibly large"},
                {HUGE_SIZE, 1, "has 16 bytes"},
                {-1, 4, "negative"},
                {INT64_MIN, INT64_MIN, "negative"},
                {-2, -2, "negative"},
                {0, 4, "empty"},
                {0, INT64_MAX, "empty"}};
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        begin();
        put_lie("w", lies[i].rows, lies[i].columns, ONNX_FLOAT);
        expect_refused(DNN_ERROR_FORMAT, lies[i].words);
        expect_refused(DNN_ERROR_FORMAT, "\"w\"");
    }
    begin();
    put_lie("w", 2, 2, 6);
    expect_refused(DNN_ERROR_UNSUPPORTED, "ONNX type 6");
    begin();
    put_lie("w", 4, 1, ONNX_FLOAT);
    expect_refused(DNN_ERROR_FORMAT, "weights for 4 columns, and reads 2");
}

/* Lists that hold fewer numbers than the dimensions say, and no numbers at all. */
static void test_lists_that_are_too_short_are_refused(void **state)
{
    (void)state;
    static struct bytes tensor;
    for (int field = 4; field <= 10; field += 6) {
        begin();
        tensor.size = 0;
        put_integer(&tensor, 1, 2);
        put_integer(&tensor, 1, 3);
        put_integer(&tensor, 2, field == 4 ? ONNX_FLOAT : ONNX_DOUBLE);
        put_text(&tensor, 8, "w");
        put_data(&tensor, field, (const uint8_t[16]){0}, 16);
        put_message(&graph, 5, &tensor);
        expect_refused(DNN_ERROR_FORMAT, "dimensions ask for 6");
    }
    graph.size = 0;
    put_rows(&graph, 11, "x", 2);
    put_rows(&graph, 12, "y", 0);
    put_tensor(&graph, "w", ONNX_FLOAT, (const int64_t[]){2, 2}, 2, (const double[4]){1});
    put_tensor(&graph, "three", ONNX_FLOAT, (const int64_t[]){3}, 1, (const double[3]){1});
    put_node(&graph, "layer", "Gemm", "x w three", "y", "");
    expect_refused(DNN_ERROR_FORMAT, "has 3 biases, expected 2");
}

static void test_numbers_in_another_file_are_refused(void **state)
{
    (void)state;
    static struct bytes tensor;
    begin();
    tensor.size = 0;
    put_integer(&tensor, 1, 2);
    put_integer(&tensor, 1, 2);
    put_integer(&tensor, 2, ONNX_FLOAT);
    put_text(&tensor, 8, "w");
    put_integer(&tensor, 14, 1);
    put_message(&graph, 5, &tensor);
    expect_refused(DNN_ERROR_UNSUPPORTED, "keeps its numbers in another file");
}

/* ---- graphs ---- */

static void put_square(const char *name, double first)
{
    put_tensor(&graph, name, ONNX_FLOAT, (const int64_t[]){2, 2}, 2, (const double[]){first, 2, 3, 4});
}

static void test_circles_missing_and_double_names_are_refused(void **state)
{
    (void)state;
    begin();
    expect_refused(DNN_ERROR_FORMAT, "reads \"w\", which nothing makes");
    begin();
    put_square("w", 1);
    put_square("w", 1);
    expect_refused(DNN_ERROR_FORMAT, "\"w\" is made twice");
    begin();
    put_square("w", 1);
    put_node(&graph, "again", "Relu", "y", "y", "");
    expect_refused(DNN_ERROR_FORMAT, "\"y\" is made twice");
    graph.size = 0;
    put_rows(&graph, 11, "x", 2);
    put_rows(&graph, 12, "y", 0);
    put_square("w", 1);
    put_node(&graph, "tail", "Relu", "head", "middle", "");
    put_node(&graph, "snake", "Gemm", "middle w", "head", "");
    put_node(&graph, "layer", "Gemm", "x w", "y", "");
    expect_refused(DNN_ERROR_FORMAT, "node \"tail\" reads \"head\" before it is made");
    graph.size = 0;
    put_rows(&graph, 11, "x", 2);
    put_rows(&graph, 12, "nothing", 0);
    expect_refused(DNN_ERROR_FORMAT, "nothing makes the output \"nothing\"");
    begin();
    put_square("w", 1);
    put_node(&graph, "empty", "Gemm", "x", "z", "");
    expect_refused(DNN_ERROR_FORMAT, "\"empty\" has no input 2");
}

static void test_numbers_that_are_not_finite_are_refused(void **state)
{
    (void)state;
    static const double odd[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};
    for (int i = 0; i < 3; i++) {
        begin();
        put_square("w", odd[i]);
        expect_refused(DNN_ERROR_FORMAT, "not finite");
        graph.size = 0;
        put_rows(&graph, 11, "x", 2);
        put_rows(&graph, 12, "y", 0);
        put_square("w", 1);
        put_tensor(&graph, "m", ONNX_FLOAT, NULL, 0, &odd[i]);
        put_node(&graph, "", "Sub", "x m", "t", "");
        put_node(&graph, "", "Gemm", "t w", "y", "");
        expect_refused(DNN_ERROR_NOT_FINITE, "not finite");
    }
}

static void test_settings_that_are_wrong_are_the_files_fault(void **state)
{
    (void)state;
    static const char *const wrong[][3] = {{"dnn.config.epochs", "many", "epochs"},
                                           {"dnn.config.colour", "red", "colour"},
                                           {"dnn.config.recipe", "cake", "cake"},
                                           {"dnn.config.loss", "cross_entropy", "loss"}};
    for (int i = 0; i < 4; i++) {
        static struct bytes entry;
        dnn_model *model = NULL;
        begin();
        put_square("w", 1);
        put_model(&file, &graph, 13);
        entry.size = 0;
        put_text(&entry, 1, wrong[i][0]);
        put_text(&entry, 2, wrong[i][1]);
        put_message(&file, 14, &entry);
        expect_error(import(file.data, file.size, &model), DNN_ERROR_FORMAT, wrong[i][2]);
        put_message(&file, 14, &entry);
        expect_error(import(file.data, file.size, &model), DNN_ERROR_FORMAT, "twice");
    }
}

/* ---- much of little ---- */

static uint8_t *large;
static size_t large_size;

static void put_large(const void *bytes, size_t size)
{
    memcpy(large + large_size, bytes, size);
    large_size += size;
}

/* A model file with `count` copies of a field of the graph after what it has. */
static void repeat(const void *field, size_t size, size_t count)
{
    static struct bytes head;
    large = allocate_or_fail(graph.size + size * count + 64, 1);
    large_size = head.size = 0;
    put_integer(&head, 1, 7);
    put_message(&head, 8, &(struct bytes){.data = {0x10, 13}, .size = 2});
    put_varint(&head, 7 << 3 | 2);
    put_varint(&head, graph.size + size * count);
    put_large(head.data, head.size);
    put_large(graph.data, graph.size);
    for (size_t i = 0; i < count; i++)
        put_large(field, size);
}

static void test_a_million_empty_nodes_are_refused_in_little_memory(void **state)
{
    (void)state;
    dnn_model *model = NULL;
    begin();
    repeat((const uint8_t[]){1 << 3 | 2, 0}, 2, 1000000);
    expect_error(import(large, large_size, &model), DNN_ERROR_UNSUPPORTED, "too many small parts");
    free(large);
    begin();
    repeat((const uint8_t[]){5 << 3 | 2, 0}, 2, 1000000);
    expect_error(import(large, large_size, &model), DNN_ERROR_UNSUPPORTED, "too many small parts");
    free(large);
}

/* A chain as long as the memory allows: its walk does not recurse. */
static void test_a_long_chain_takes_no_stack(void **state)
{
    (void)state;
    dnn_model *model = NULL;
    enum { LENGTH = 1500 };
    graph.size = 0;
    put_rows(&graph, 11, "x", 2);
    put_rows(&graph, 12, "y", 0);
    put_square("w", 1);
    put_node(&graph, "", "Gemm", "x w", "0", "");
    for (int i = 0; i < LENGTH; i++) {
        char from[16], to[16];
        snprintf(from, sizeof from, "%d", i);
        snprintf(to, sizeof to, "%d", i + 1);
        put_node(&graph, "", "Identity", from, i + 1 < LENGTH ? to : "y", "");
    }
    put_model(&file, &graph, 13);
    assert_ok(import(file.data, file.size, &model));
    dnn_model_destroy(model);
}

/* One matrix of 512 KiB in a hundred layers would be a model of 50 MiB from a file of half a MiB. */
static void test_a_matrix_shared_by_many_layers_is_refused(void **state)
{
    (void)state;
    enum { N = 362, LAYERS = 100 };
    static struct bytes head;
    dnn_model *model = NULL;
    graph.size = 0;
    put_rows(&graph, 11, "0", N);
    put_rows(&graph, 12, "y", 0);
    for (int i = 0; i < LAYERS; i++) {
        char from[16], to[16];
        snprintf(from, sizeof from, "%d w", i);
        snprintf(to, sizeof to, "%d", i + 1);
        put_node(&graph, "", "MatMul", from, i + 1 < LAYERS ? to : "y", "");
    }
    const size_t numbers = (size_t)N * N * sizeof(float);
    uint8_t *tensor = allocate_or_fail(numbers + 64, 1);
    head.size = 0;
    put_integer(&head, 1, N);
    put_integer(&head, 1, N);
    put_integer(&head, 2, ONNX_FLOAT);
    put_text(&head, 8, "w");
    put_varint(&head, 9 << 3 | 2);
    put_varint(&head, numbers);
    struct bytes *field = allocate_or_fail(1, sizeof *field);
    put_varint(field, 5 << 3 | 2);
    put_varint(field, head.size + numbers);
    memcpy(tensor, field->data, field->size);
    memcpy(tensor + field->size, head.data, head.size);
    repeat(tensor, field->size + head.size + numbers, 1);
    expect_error(import(large, large_size, &model), DNN_ERROR_UNSUPPORTED, "layers share their weights");
    free(field);
    free(tensor);
    free(large);
}

/* Each shift of the input costs a pass over its columns. */
static void test_endless_shifts_of_the_input_are_refused(void **state)
{
    (void)state;
    graph.size = 0;
    put_rows(&graph, 11, "0", 2);
    put_rows(&graph, 12, "y", 0);
    put_square("w", 1);
    put_tensor(&graph, "m", ONNX_FLOAT, (const int64_t[]){2}, 1, (const double[]){1, 2});
    for (int i = 0; i < 100; i++) {
        char from[16], to[16];
        snprintf(from, sizeof from, "%d m", i);
        snprintf(to, sizeof to, "%d", i + 1);
        put_node(&graph, "", "Sub", from, to, "");
    }
    put_node(&graph, "", "Gemm", "100 w", "y", "");
    expect_refused(DNN_ERROR_UNSUPPORTED, "more than 16");
}

/* Each request of an export and of an import refused in turn; what is left behind, the leak sanitizer tells. */
static void test_memory_that_is_refused_is_a_status(void **state)
{
    (void)state;
    static char path[] = "/tmp/dnn-test-onnx-memory-XXXXXX";
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    dnn_model *model = model_of((const int64_t[]){3, 4, 2}, 3, "activation=gelu activation.1=silu precision=f32"),
              *back = NULL;
    for (int k = 0; k < 2; k++) {
        int32_t status = DNN_ERROR_OUT_OF_MEMORY;
        int64_t tried = 0;
        for (; status != DNN_OK; tried++) {
            requests = 0;
            refused_one = tried;
            mark_last_error();
            status = k == 0 ? dnn_model_export_onnx(model, path) : dnn_model_import_onnx(path, &back);
            refused_one = -1;
            if (status != DNN_OK)
                check_error(status, DNN_ERROR_OUT_OF_MEMORY, "not enough memory", __FILE__, __LINE__);
            assert_true((back != NULL) == (k == 1 && status == DNN_OK));
        }
        assert_true(tried > 50);
    }
    dnn_model_destroy(model);
    dnn_model_destroy(back);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_truncation_gives_a_status_or_a_model),
        cmocka_unit_test(test_every_flipped_bit_gives_a_status_or_a_model),
        cmocka_unit_test(test_bytes_that_are_no_model_are_refused),
        cmocka_unit_test(test_dimensions_that_lie_are_refused_before_anything_is_allocated),
        cmocka_unit_test(test_lists_that_are_too_short_are_refused),
        cmocka_unit_test(test_numbers_in_another_file_are_refused),
        cmocka_unit_test(test_circles_missing_and_double_names_are_refused),
        cmocka_unit_test(test_numbers_that_are_not_finite_are_refused),
        cmocka_unit_test(test_settings_that_are_wrong_are_the_files_fault),
        cmocka_unit_test(test_a_million_empty_nodes_are_refused_in_little_memory),
        cmocka_unit_test(test_a_long_chain_takes_no_stack),
        cmocka_unit_test(test_a_matrix_shared_by_many_layers_is_refused),
        cmocka_unit_test(test_endless_shifts_of_the_input_are_refused),
        cmocka_unit_test(test_memory_that_is_refused_is_a_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
int main(void)
{
    return 0; /* nothing is read */
}
#endif
