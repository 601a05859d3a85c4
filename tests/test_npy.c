/*
 * test_npy.c - what numpy.save writes is read as numpy.load reads it, and what is no array of numbers is refused.
 *
 * The files of npy_expected.h are NumPy's own, with the numbers that NumPy reads from them: every type, byte order, layout
 * and version. Headers that NumPy does not write are made here, by hand. Damage is in test_hostile.c.
 */
#include "base/memory.h"
#include "data/npy.h"
#include "expect.h"
#include "files.h"
#include "parity/npy_case.h"
#include "parity/npy_expected.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static char x_path[FILES_PATH_CAPACITY], y_path[FILES_PATH_CAPACITY];

static int enter(void **state)
{
    if (files_enter(state) != 0)
        return -1;
    files_path("x.npy", x_path);
    files_path("y.npy", y_path);
    return 0;
}

/* A file of version 1: this header, as it is, and these bytes. */
static size_t make(const char *header, const void *data, size_t size, uint8_t *out)
{
    const size_t length = strlen(header);
    memcpy(out, "\223NUMPY\1\0", 8);
    out[8] = (uint8_t)(length % 256);
    out[9] = (uint8_t)(length / 256);
    memcpy(out + 10, header, length);
    memcpy(out + 10 + length, data, size);
    return 10 + length + size;
}

/* data: numbers as this machine has them, where the header says that the file has them with the lowest byte first. */
static void write_npy(const char *path, const char *header, const void *data, size_t size)
{
    uint8_t *file = allocate_or_fail(10 + strlen(header) + size, 1);
    const size_t whole = make(header, data, size, file);
    const char *order = strchr(header, '<');
    const size_t width = order == NULL ? 1 : (size_t)(order[2] - '0');
    if (size % width == 0)
        make_little_endian(file + whole - size, size, width);
    files_write(path, file, whole);
    free(file);
}

/* Labels 0, 1, 0, 1 … of n samples, n up to 8. */
static void write_labels(int n)
{
    const uint8_t labels[] = {0, 1, 0, 1, 0, 1, 0, 1};
    char header[80];
    snprintf(header, sizeof header, "{'descr': '|u1', 'fortran_order': False, 'shape': (%d,), }\n", n);
    write_npy(y_path, header, labels, (size_t)n);
}

static dnn_dataset *read_both(void)
{
    dnn_dataset *dataset = NULL;
    assert_ok(dnn_dataset_read_npy(x_path, y_path, &dataset));
    return dataset;
}

static void assert_refused(int32_t status, const char *words)
{
    dnn_dataset *dataset = NULL;
    expect_error(dnn_dataset_read_npy(x_path, y_path, &dataset), status, words);
    assert_null(dataset);
}

/* expected: [n × n_each], bit for bit. of_y: the targets, else the inputs. */
static void assert_rows(const dnn_dataset *dataset, int of_y, const double *expected, int64_t n, int64_t n_each)
{
    double row[16];
    assert_int_equal(dnn_dataset_size(dataset), n);
    assert_int_equal(of_y ? dnn_dataset_outputs(dataset) : dnn_dataset_inputs(dataset), n_each);
    assert_true(n_each <= 16);
    for (int64_t i = 0; i < n; i++) {
        assert_ok(dnn_dataset_get(dataset, i, of_y ? NULL : row, of_y ? row : NULL));
        assert_same_bits(row, expected + i * n_each, n_each);
    }
}

/* ---- NumPy's own files ---- */

static void test_every_type_order_layout_and_version_is_read_as_numpy_reads_it(void **state)
{
    (void)state;
    write_labels(3);
    assert_true(COUNT(npy_inputs) == 3 * 6 + 9 * 12);
    for (size_t i = 0; i < COUNT(npy_inputs); i++) {
        const struct npy_case *c = &npy_inputs[i];
        for (int is_gzip = 0; is_gzip < 2; is_gzip++) {
            (is_gzip ? files_write_gzip : files_write)(x_path, c->bytes, (size_t)c->size);
            dnn_dataset *dataset = read_both();
            assert_rows(dataset, 0, c->values, c->n, c->n_each);
            dnn_dataset_destroy(dataset);
        }
    }
}

/* Integers of one dimension are classes, bools two of them, all else targets. */
static void test_targets_are_classes_or_numbers_by_their_type_and_shape(void **state)
{
    (void)state;
    assert_true(COUNT(npy_targets) == 3 * 3 + 9 * 6);
    write_npy(x_path, "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", "abc", 3);
    for (size_t i = 0; i < COUNT(npy_targets); i++) {
        const struct npy_case *c = &npy_targets[i];
        files_write(y_path, c->bytes, (size_t)c->size);
        dnn_dataset *dataset = read_both();
        if (c->name[1] != 'f' && strstr(c->name, "1d") != NULL) {
            double one_hot[3 * 6] = {0};
            const int64_t classes = c->name[1] == 'b' ? 2 : 6;
            for (int64_t row = 0; row < 3; row++)
                one_hot[row * classes + (int64_t)c->values[row]] = 1;
            assert_rows(dataset, 1, one_hot, 3, classes);
        } else {
            assert_rows(dataset, 1, c->values, c->n, c->n_each);
        }
        dnn_dataset_destroy(dataset);
    }
}

static void test_bools_are_two_classes_even_where_all_are_alike(void **state)
{
    (void)state;
    write_npy(x_path, "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", "ab", 2);
    write_npy(y_path, "{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", "\0\0", 2);
    dnn_dataset *dataset = read_both();
    assert_int_equal(dnn_dataset_outputs(dataset), 2);
    dnn_dataset_destroy(dataset);
}

static void test_a_path_given_twice_makes_the_inputs_the_targets(void **state)
{
    (void)state;
    dnn_dataset *dataset = NULL;
    const double x[] = {1, 2, 3, 4, 5, 6};
    write_npy(x_path, "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }", x, sizeof x);
    const double rows[] = {1, 3, 5, 2, 4, 6};
    assert_ok(dnn_dataset_read_npy(x_path, x_path, &dataset));
    assert_rows(dataset, 0, rows, 2, 3);
    assert_rows(dataset, 1, rows, 2, 3);
    dnn_dataset_destroy(dataset);
}

/* ---- headers ---- */

static void test_a_header_may_be_any_dict_that_python_reads_alike(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 2), }            \n",
        "{'descr':'<i2','fortran_order':False,'shape':(2,2)}",
        "{\"shape\": (2, 2,), \"descr\": \"<i2\", \"fortran_order\": False}\n",
        "  {  'fortran_order'  :  False  ,  'shape'  :  (  2  ,  2  ,  )  ,  'descr'  :  '<i2'  ,  }  \n  ",
        "{'shape': (2L, 2L), 'fortran_order': False, 'descr': '<i2'}\n",
        "{\t'descr': '<i2',\r\n'fortran_order': False,\n'shape': (2, 2)}",
        "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 1, 2, 1, 1), }\n",
    };
    const double expected[] = {1, -1, 258, 3};
    write_labels(2);
    const int16_t numbers[] = {1, -1, 258, 3};
    for (size_t i = 0; i < COUNT(headers); i++) {
        write_npy(x_path, headers[i], numbers, sizeof numbers);
        dnn_dataset *dataset = read_both();
        assert_rows(dataset, 0, expected, 2, 2);
        dnn_dataset_destroy(dataset);
    }
}

struct refusal {
    int32_t status;
    const char *words;
    const char *header;
};

/* Four bytes follow each. */
static const struct refusal refusals[] = {
    {DNN_ERROR_FORMAT, "expected a dict", ""},
    {DNN_ERROR_FORMAT, "expected a dict", "['descr', '|u1']"},
    {DNN_ERROR_FORMAT, "expected a string", "{"},
    {DNN_ERROR_FORMAT, "expected a string", "{descr: '|u1'}"},
    {DNN_ERROR_FORMAT, "character 2: expected the end of the string", "{'descr"},
    {DNN_ERROR_FORMAT, "expected a colon", "{'descr'"},
    {DNN_ERROR_FORMAT, "expected a colon", "{'descr' '|u1'}"},
    {DNN_ERROR_FORMAT, "all of the keys", "{}"},
    {DNN_ERROR_FORMAT, "all of the keys", "{'descr': '|u1', 'shape': (4,)}"},
    {DNN_ERROR_FORMAT, "one each of the keys", "{'descr': '|u1', 'descr': '|u1'}"},
    {DNN_ERROR_FORMAT, "character 2: expected one each", "{'strides': (4,)}"},
    {DNN_ERROR_FORMAT, "one each of the keys", "{'Descr': '|u1'}"},
    {DNN_ERROR_FORMAT, "True or False", "{'fortran_order': 0}"},
    {DNN_ERROR_FORMAT, "comma or the end of the dict", "{'fortran_order': Falsehood}"},
    {DNN_ERROR_FORMAT, "comma or the end of the dict", "{'fortran_order': True 'descr': '|u1'}"},
    {DNN_ERROR_FORMAT, "the shape, a tuple", "{'shape': 4}"},
    {DNN_ERROR_FORMAT, "the shape, a tuple", "{'shape': [4]}"},
    {DNN_ERROR_FORMAT, "comma before the end of the shape", "{'shape': (4)}"},
    {DNN_ERROR_FORMAT, "comma or the end of the shape", "{'shape': (4 4)}"},
    {DNN_ERROR_FORMAT, "a dimension", "{'shape': (,)}"},
    {DNN_ERROR_FORMAT, "a dimension", "{'shape': (4,,)}"},
    {DNN_ERROR_FORMAT, "a dimension", "{'shape': (-4,)}"},
    {DNN_ERROR_FORMAT, "a dimension", "{'shape': (04,)}"},
    {DNN_ERROR_FORMAT, "comma or the end of the shape", "{'shape': (4.0,)}"},
    {DNN_ERROR_FORMAT, "comma or the end of the shape", "{'shape': (4"},
    {DNN_ERROR_FORMAT, "nothing more", "{'descr': '|u1', 'fortran_order': False, 'shape': (4,)} {}"},
    {DNN_ERROR_FORMAT, "no dimensions", "{'descr': '|u1', 'fortran_order': False, 'shape': ()}"},
    {DNN_ERROR_FORMAT, "dimension 1 is 0", "{'descr': '|u1', 'fortran_order': False, 'shape': (0,)}"},
    {DNN_ERROR_FORMAT, "dimension 2 is 0", "{'descr': '|u1', 'fortran_order': False, 'shape': (4, 0)}"},
    {DNN_ERROR_FORMAT, "impossibly large", "{'shape': (9223372036854775808,)}"},
    {DNN_ERROR_FORMAT, "impossibly large", "{'shape': (99999999999999999999999999999999999,)}"},
    {DNN_ERROR_FORMAT, "impossibly large",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (4294967296, 4294967296)}"},
    {DNN_ERROR_FORMAT, "impossibly large",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 4294967296, 4294967296)}"},
    {DNN_ERROR_FORMAT, "but 4 bytes follow",
     "{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807,)}"},
    {DNN_ERROR_FORMAT, "1 × 5 numbers of 1 bytes, but 4 bytes follow",
     "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 5)}"},
    {DNN_ERROR_FORMAT, "1 more bytes", "{'descr': '|u1', 'fortran_order': False, 'shape': (3,)}"},
    {DNN_ERROR_FORMAT, "3 more bytes", "{'descr': '|u1', 'fortran_order': True, 'shape': (1, 1)}"},
    {DNN_ERROR_UNSUPPORTED, "Python objects of type '|O'", "{'descr': '|O', "},
    {DNN_ERROR_UNSUPPORTED, "Python objects of type '|O8'", "{'descr': '|O8', "},
    {DNN_ERROR_UNSUPPORTED, "text of type '<U3'", "{'descr': '<U3', "},
    {DNN_ERROR_UNSUPPORTED, "text of type '|S3'", "{'descr': '|S3', "},
    {DNN_ERROR_UNSUPPORTED, "structures of type '|V4'", "{'descr': '|V4', "},
    {DNN_ERROR_UNSUPPORTED, "structures of type '[('a', '<f4')]", "{'descr': [('a', '<f4')], "},
    {DNN_ERROR_UNSUPPORTED, "structures of type '('<f4', (2,))", "{'descr': ('<f4', (2,)), "},
    {DNN_ERROR_UNSUPPORTED, "complex numbers of type '<c8'", "{'descr': '<c8', "},
    {DNN_ERROR_UNSUPPORTED, "dates of type '<M8[ns]'", "{'descr': '<M8[ns]', "},
    {DNN_ERROR_UNSUPPORTED, "durations of type '<m8[ns]'", "{'descr': '<m8[ns]', "},
    {DNN_ERROR_UNSUPPORTED, "floats of type '<f16'", "{'descr': '<f16', "},
    {DNN_ERROR_UNSUPPORTED, "floats of type '|f8'", "{'descr': '|f8', "},
    {DNN_ERROR_UNSUPPORTED, "numbers of type 'f8'", "{'descr': 'f8', "},
    {DNN_ERROR_UNSUPPORTED, "numbers of type '<q8'", "{'descr': '<q8', "},
    {DNN_ERROR_UNSUPPORTED, "numbers of type ''", "{'descr': '', "},
};

static void test_a_header_that_is_none_of_numbers_is_refused_with_the_reason(void **state)
{
    (void)state;
    write_labels(4);
    for (size_t i = 0; i < COUNT(refusals); i++) {
        write_npy(x_path, refusals[i].header, "\1\2\3\4", 4);
        assert_refused(refusals[i].status, refusals[i].words);
        assert_refused(refusals[i].status, x_path);
    }
}

static void test_more_dimensions_than_numpy_has_are_refused(void **state)
{
    (void)state;
    char header[512];
    for (int dimensions = 64; dimensions <= 65; dimensions++) {
        int length = snprintf(header, sizeof header, "{'descr': '|u1', 'fortran_order': True, 'shape': (");
        for (int i = 0; i < dimensions; i++)
            length += snprintf(header + length, sizeof header - (size_t)length, "1, ");
        snprintf(header + length, sizeof header - (size_t)length, ")}");
        write_npy(x_path, header, "\7", 1);
        write_labels(1);
        if (dimensions == 64)
            dnn_dataset_destroy(read_both());
        else
            assert_refused(DNN_ERROR_UNSUPPORTED, "more than 64 dimensions");
    }
}

static void test_what_is_no_npy_file_is_refused(void **state)
{
    (void)state;
    write_labels(4);
    files_write(x_path, "PK\3\4 and so on", 14);
    assert_refused(DNN_ERROR_UNSUPPORTED, "is a .npz archive");
    files_write(x_path, "PK\5\6 and so on", 14);
    assert_refused(DNN_ERROR_UNSUPPORTED, "numpy.save");
    files_write(x_path, "x,y\n1,2\n3,4\n", 12);
    assert_refused(DNN_ERROR_FORMAT, "starts with bytes 120 44 121, expected 147 78 85");
    files_write(x_path, "\223NUMPY\4\0 and so on", 18);
    assert_refused(DNN_ERROR_UNSUPPORTED, "version 4.0, expected 1.0, 2.0 or 3.0");
    files_write(x_path, "\223NUMPY\1\1 and so on", 18);
    assert_refused(DNN_ERROR_UNSUPPORTED, "version 1.1");
    files_write(x_path, "\223NUMPY\1\0\377\377{'descr", 17);
    assert_refused(DNN_ERROR_FORMAT, "header of 65535 bytes, expected at most 7");
    files_write(x_path, "\223NUMPY\2\0\377\377\377\377{'descr", 19);
    assert_refused(DNN_ERROR_FORMAT, "header of 4294967295 bytes, expected at most 7");
}

/* ---- numbers ---- */

static void test_what_is_not_finite_is_named_with_its_place(void **state)
{
    (void)state;
    const double c_order[6] = {1, 2, 3, 4, NAN, 6}, f_order[6] = {1, 2, 3, -INFINITY, 5, 6};
    const float single[6] = {1, 2, INFINITY, 4, 5, 6};
    write_labels(2);
    write_npy(x_path, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }", c_order, sizeof c_order);
    assert_refused(DNN_ERROR_NOT_FINITE, "is NaN in row 1, column 1 (counted from 0)");
    write_npy(x_path, "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }", f_order, sizeof f_order);
    assert_refused(DNN_ERROR_NOT_FINITE, "is infinite in row 1, column 1 (counted from 0)");
    write_npy(x_path, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", single, sizeof single);
    assert_refused(DNN_ERROR_NOT_FINITE, "is infinite in row 0, column 2");
    write_npy(x_path, "{'descr': '>f2', 'fortran_order': False, 'shape': (2, 2), }", "\0\1\2\3\4\5\176\0", 8);
    assert_refused(DNN_ERROR_NOT_FINITE, "is NaN in row 1, column 1");
    write_npy(y_path, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }", c_order, sizeof c_order);
    write_npy(x_path, "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", "ab", 2);
    assert_refused(DNN_ERROR_NOT_FINITE, y_path);
}

/* Three dimensions in Fortran order: number 13 of (2, 3, 4) has the indices 1, 0, 2, which is column 0 · 4 + 2. */
static void test_the_place_is_right_in_fortran_order(void **state)
{
    (void)state;
    double numbers[24] = {0};
    numbers[13] = NAN;
    write_labels(2);
    write_npy(x_path, "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3, 4), }", numbers, sizeof numbers);
    assert_refused(DNN_ERROR_NOT_FINITE, "is NaN in row 1, column 2 (counted from 0)");
}

/* Four dimensions in Fortran order, counted through by four loops, the first index fastest. */
static void test_trailing_dimensions_are_flattened_in_c_order(void **state)
{
    (void)state;
    float numbers[2 * 2 * 3 * 2];
    double expected[2 * 12];
    int k = 0;
    for (int d = 0; d < 2; d++)
        for (int c = 0; c < 3; c++)
            for (int b = 0; b < 2; b++)
                for (int a = 0; a < 2; a++, k++) {
                    numbers[k] = (float)k;
                    expected[a * 12 + (b * 3 + c) * 2 + d] = k;
                }
    write_labels(2);
    write_npy(x_path, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2, 3, 2), }", numbers, sizeof numbers);
    dnn_dataset *dataset = read_both();
    assert_rows(dataset, 0, expected, 2, 12);
    dnn_dataset_destroy(dataset);
}

static void test_integers_that_no_double_holds_are_refused(void **state)
{
    (void)state;
    const int64_t edge = INT64_C(1) << 53;
    const int64_t beyond[] = {edge + 1, -edge - 1, INT64_MAX, INT64_MIN};
    write_labels(2);
    for (size_t i = 0; i < COUNT(beyond); i++) {
        const int64_t numbers[2] = {edge, beyond[i]};
        write_npy(x_path, "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }", numbers, sizeof numbers);
        assert_refused(DNN_ERROR_UNSUPPORTED, "beyond 2^53, which no double holds, in row 1, column 0");
        write_npy(x_path, "{'descr': '<u8', 'fortran_order': False, 'shape': (2,), }", numbers, sizeof numbers);
        assert_refused(DNN_ERROR_UNSUPPORTED, "in row 1, column 0");
    }
    write_npy(x_path, "{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", "\1\2", 2);
    assert_refused(DNN_ERROR_FORMAT, "has the bool 2 in row 1");
}

static void test_labels_out_of_range_are_refused(void **state)
{
    (void)state;
    const int32_t negative[2] = {0, -1}, large[2] = {2147483647, 0};
    const int64_t larger[2] = {0, INT64_C(1) << 40};
    write_npy(x_path, "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", "ab", 2);
    write_npy(y_path, "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }", negative, sizeof negative);
    assert_refused(DNN_ERROR_FORMAT, "has the label -1 in row 1 (counted from 0), expected 0 or more");
    write_npy(y_path, "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }", large, sizeof large);
    assert_refused(DNN_ERROR_UNSUPPORTED, "has the label 2147483647 in row 0 (counted from 0), expected at most");
    write_npy(y_path, "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }", larger, sizeof larger);
    assert_refused(DNN_ERROR_UNSUPPORTED, "has the label 1099511627776 in row 1");
}

/* ---- pairs ---- */

static void test_files_that_do_not_belong_together_are_refused(void **state)
{
    (void)state;
    dnn_dataset *dataset = NULL;
    const double y[8] = {0};
    write_npy(x_path, "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1), }", "ab", 2);
    write_labels(3);
    assert_refused(DNN_ERROR_FORMAT, "holds 2 samples");
    assert_refused(DNN_ERROR_FORMAT, "3 labels");
    write_npy(y_path, "{'descr': '<f8', 'fortran_order': False, 'shape': (8,), }", y, sizeof y);
    assert_refused(DNN_ERROR_FORMAT, "8 rows of targets");
    write_npy(y_path, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2, 2), }", y, sizeof y);
    assert_refused(DNN_ERROR_FORMAT, "has 3 dimensions, expected 1 or 2");
    expect_error(dnn_dataset_read_npy(x_path, "", &dataset), DNN_ERROR_IO, "No such file");
    expect_invalid(dnn_dataset_read_npy(x_path, NULL, &dataset), "y_path is NULL");
    expect_invalid(dnn_dataset_read_npy(NULL, y_path, &dataset), "x_path is NULL");
    expect_invalid(dnn_dataset_read_npy(x_path, y_path, NULL), "out is NULL");
    assert_null(dataset);
}

/* Whoever keeps bytes as bytes, as is done with images: no reader of the public interface does it with NPY files. */
static void test_bytes_in_fortran_order_may_stay_bytes(void **state)
{
    (void)state;
    static const uint8_t in_file[] = {1, 2, 3, 4, 5, 6}, in_rows[] = {1, 3, 5, 2, 4, 6};
    struct number_stream stream = {0};
    void *bytes = NULL;
    write_npy(x_path, "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", in_file, sizeof in_file);
    assert_ok(npy_open(x_path, &stream));
    assert_int_equal(number_stream_stored(&stream, true), STORED_U8);
    assert_ok(number_stream_read(&stream, STORED_U8, &bytes));
    assert_memory_equal(bytes, in_rows, sizeof in_rows);
    number_stream_close(&stream);
    memory_free(bytes);
}

/* ---- many numbers ---- */

enum { N = 70001, N_EACH = 3 }; /* several blocks of every size that the reader uses, and a rest */

static double number_at(int64_t row, int64_t column)
{
    return (double)(row * 7 - column * 100000) / 8;
}

static void write_large(const char *descr, int is_fortran, int is_big_endian, int is_gzip)
{
    uint8_t *file = allocate_or_fail(200 + 8 * N * N_EACH, 1);
    uint8_t *data = allocate_or_fail(8 * N * N_EACH, 1);
    const size_t size = (size_t)(descr[2] - '0');
    for (int64_t k = 0; k < N * N_EACH; k++) {
        const double value = is_fortran ? number_at(k % N, k / N) : number_at(k / N_EACH, k % N_EACH);
        const float single = (float)value;
        for (size_t b = 0; b < size; b++) {
            const unsigned char *from = size == 8 ? (const unsigned char *)&value : (const unsigned char *)&single;
            data[(size_t)k * size + b] = from[b];
        }
        make_little_endian(data + (size_t)k * size, size, size);
        for (size_t b = 0; is_big_endian && b < size / 2; b++) {
            const uint8_t low = data[(size_t)k * size + b];
            data[(size_t)k * size + b] = data[(size_t)k * size + size - 1 - b];
            data[(size_t)k * size + size - 1 - b] = low;
        }
    }
    char header[100];
    snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': %s, 'shape': (%d, %d), }\n", descr,
             is_fortran ? "True" : "False", N, N_EACH);
    const size_t bytes = make(header, data, size * N * N_EACH, file);
    (is_gzip ? files_write_gzip : files_write)(x_path, file, bytes);
    free(file);
    free(data);
}

static void test_large_arrays_come_whole(void **state)
{
    (void)state;
    static const char *const types[] = {"<f8", ">f8", "<f4", ">f4"};
    for (int round = 0; round < 16; round++) {
        dnn_dataset *dataset = NULL;
        write_large(types[round / 4], round & 1, round / 4 % 2, round >> 1 & 1);
        assert_ok(dnn_dataset_read_npy(x_path, x_path, &dataset));
        assert_int_equal(dnn_dataset_size(dataset), N);
        for (int64_t i = 0; i < N; i++) {
            double x[N_EACH], y[N_EACH];
            assert_ok(dnn_dataset_get(dataset, i, x, y));
            for (int64_t j = 0; j < N_EACH; j++)
                if (x[j] != number_at(i, j) || y[j] != x[j])
                    fail_msg("%s, round %d: row %lld, column %lld", types[round / 4], round, (long long)i,
                             (long long)j);
        }
        dnn_dataset_destroy(dataset);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type_order_layout_and_version_is_read_as_numpy_reads_it),
        cmocka_unit_test(test_targets_are_classes_or_numbers_by_their_type_and_shape),
        cmocka_unit_test(test_bools_are_two_classes_even_where_all_are_alike),
        cmocka_unit_test(test_a_path_given_twice_makes_the_inputs_the_targets),
        cmocka_unit_test(test_a_header_may_be_any_dict_that_python_reads_alike),
        cmocka_unit_test(test_a_header_that_is_none_of_numbers_is_refused_with_the_reason),
        cmocka_unit_test(test_more_dimensions_than_numpy_has_are_refused),
        cmocka_unit_test(test_what_is_no_npy_file_is_refused),
        cmocka_unit_test(test_what_is_not_finite_is_named_with_its_place),
        cmocka_unit_test(test_the_place_is_right_in_fortran_order),
        cmocka_unit_test(test_trailing_dimensions_are_flattened_in_c_order),
        cmocka_unit_test(test_integers_that_no_double_holds_are_refused),
        cmocka_unit_test(test_labels_out_of_range_are_refused),
        cmocka_unit_test(test_files_that_do_not_belong_together_are_refused),
        cmocka_unit_test(test_bytes_in_fortran_order_may_stay_bytes),
        cmocka_unit_test(test_large_arrays_come_whole),
    };
    return cmocka_run_group_tests(tests, enter, files_leave);
}
