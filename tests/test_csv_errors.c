/*
 * test_csv_errors.c - CSV files that are wrong, options that are wrong, and files that somebody made to do harm.
 *
 * A message names the file, the line, the column and its name, what was expected and what came, and what to do. Whatever is
 * cut off or flipped in a file, reading it gives a status or a dataset of finite numbers.
 */
#include "base/memory.h"
#include "csv_support.h"
#include "data/csv.h"
#include "expect.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

static void test_a_message_tells_where_and_what_to_do(void **state)
{
    (void)state;
    static const struct {
        const char *text, *options;
        int32_t status;
        const char *words;
    } cases[] = {
        /* text where a number should be */
        {"id,age,t\n1,20,0\n2,abc,1\n", NULL, DNN_ERROR_FORMAT,
         "line 3, column 2 (\"age\"): expected a number, found \"abc\""},
        {"id,age,t\n1,20,0\n2,abc,1\n", NULL, DNN_ERROR_FORMAT,
         "ignore=\"age\" leaves the column out, targets= makes it"},
        {"1,20,0\n2,abc,1\n", NULL, DNN_ERROR_FORMAT,
         "line 2, column 2: expected a number, found \"abc\"; CSV option ignore=1 "},
        {"name,age\nx,y\nz,w\n", NULL, DNN_ERROR_FORMAT, "header=true takes the first row"},
        {"1,2\n\"\n\n1x\",2\n", NULL, DNN_ERROR_FORMAT, "line 2, column 1: expected a number, found \"  1x\""},
        {"1,\"\n\n\",2\n1,x,2\n", "missing=drop", DNN_ERROR_FORMAT, "line 4, column 2"},
        {"1,2\r\n\r\n3,4\r\nx,6\r\n", NULL, DNN_ERROR_FORMAT, "line 4, column 1"},
        {"1,2\r\r3,4\rx,6\r", NULL, DNN_ERROR_FORMAT, "line 4, column 1"},
        {"1,5;2;3\n", "separator=;", DNN_ERROR_FORMAT, "is it a decimal comma (CSV option decimal=comma)?"},
        {"1,x\n2,y\n", "classes=false", DNN_ERROR_FORMAT, "found \"x\"; without classes=false"},
        {"a,b,c\n1,x,2\n2,y,3\n", "targets=b,c", DNN_ERROR_FORMAT, "not one of several"},
        {"1,0x10\n2,3\n", "classes=false header=false", DNN_ERROR_FORMAT, "found \"0x10\""},
        {"1_000,1\n2,3\n", "header=false", DNN_ERROR_FORMAT, "found \"1_000\""},
        {"1e,1\n2,3\n", "header=false", DNN_ERROR_FORMAT, "found \"1e\""},
        /* nothing where a number should be */
        {"a,b\n1,2\n,4\n", NULL, DNN_ERROR_FORMAT,
         "line 3, column 1 (\"a\"): a value is missing (\"\"); CSV option missing=drop"},
        {"a,b\n1,2\n2, NA \n", NULL, DNN_ERROR_FORMAT, "line 3, column 2 (\"b\"): a value is missing (\"NA\")"},
        {"a,b\n1,x\n2,?\n", NULL, DNN_ERROR_FORMAT, "line 3, column 2 (\"b\"): a value is missing (\"?\")"},
        {"a,b\n1,x\n2,\n", "classes=true", DNN_ERROR_FORMAT, "a value is missing"},
        {"a,b\nNA,1\n2,NA\n", "missing=drop", DNN_ERROR_FORMAT, "every row misses a value"},
        {"a,b\nNA,1\n,2\n", "missing=mean header=true", DNN_ERROR_FORMAT, "column 1: no row has a value"},
        /* numbers that are none */
        {"1,2\n1e999,3\n", NULL, DNN_ERROR_NOT_FINITE, "line 2, column 1: \"1e999\" is not a finite number"},
        {"1,2\n1,-inf\n", NULL, DNN_ERROR_NOT_FINITE, "line 2, column 2: \"-inf\""},
        {"1,2\nInfinity,1\n", NULL, DNN_ERROR_NOT_FINITE, "line 2, column 1"},
        /* rows of unequal length, which goes before what is in them */
        {"1,2,3\n4,5\n", NULL, DNN_ERROR_FORMAT, "line 2: expected 3 fields, as in the first row, found 2"},
        {"1,2,3\n\n4,5,6,x,y\n", NULL, DNN_ERROR_FORMAT, "line 3: expected 3 fields, as in the first row, found 5"},
        {"1,2,3\n4,x\n", NULL, DNN_ERROR_FORMAT, "line 2: expected 3 fields"},
        {"1,2,3\n4,5,6,\n", NULL, DNN_ERROR_FORMAT, "found 4"},
        {"a,b,c\n1,2,3\n4,NA\n", "missing=drop", DNN_ERROR_FORMAT, "line 3: expected 3 fields"},
        {"1 2 3\n4 5\n", "separator=space", DNN_ERROR_FORMAT, "line 2: expected 3 fields"},
        /* quotes */
        {"1,2\n\"3\"x,4\n", NULL, DNN_ERROR_FORMAT,
         "line 2, column 1: expected a separator or the end of the line behind the closing quote"},
        {"1,2\n3,\"4\n5,6\n", NULL, DNN_ERROR_FORMAT, "line 2, column 2: the quote is never closed"},
        {"\"1,2\n", NULL, DNN_ERROR_FORMAT, "line 1, column 1: the quote is never closed"},
        {"1,x\"y\n2,3,\"\n", NULL, DNN_ERROR_FORMAT, "line 2, column 3: the quote is never closed"},
        /* nothing to read */
        {"", NULL, DNN_ERROR_FORMAT, "is empty: it has no rows"},
        {"\n\r\n  \n", NULL, DNN_ERROR_FORMAT, "is empty: it has no rows"},
        {"\xEF\xBB\xBF", NULL, DNN_ERROR_FORMAT, "is empty: it has no rows"},
        {"a,b\n", NULL, DNN_ERROR_FORMAT, "has a header, and no rows"},
        {"1,2\n", "header=true", DNN_ERROR_FORMAT, "has a header, and no rows"},
        {"1\n2\n", NULL, DNN_ERROR_FORMAT, "has one column only, expected inputs and a target"},
        {"1,2\n", "ignore=0", DNN_ERROR_INVALID_ARGUMENT, "no column is left for the inputs"},
        {"1,2\n", "ignore=0,1 targets=none", DNN_ERROR_INVALID_ARGUMENT, "no column is left for the inputs"},
        {"1,2\n", "targets=0,1", DNN_ERROR_INVALID_ARGUMENT, "no column is left for the inputs"},
        /* other encodings */
        {"\xFF\xFE\x31", NULL, DNN_ERROR_FORMAT, "is text in UTF-16, expected UTF-8"},
        {"\xFE\xFF\x31", NULL, DNN_ERROR_FORMAT, "is text in UTF-16, expected UTF-8"},
        {"1,\xE9t\xE9\n", NULL, DNN_ERROR_FORMAT, "line 1, column 2: the text is not UTF-8"},
        {"n\xE9,k\n1,2\n", NULL, DNN_ERROR_FORMAT, "line 1, column 1: the name is not UTF-8"},
        {"1,2\n\xE9,4\n", NULL, DNN_ERROR_FORMAT, "line 2, column 1: expected a number"},
        /* options that do not go with the file */
        {"a,b\n1,2\n", "targets=c", DNN_ERROR_INVALID_ARGUMENT, "has no column \"c\"; its columns are a, b"},
        {"1,2\n1,2\n", "targets=c", DNN_ERROR_INVALID_ARGUMENT,
         "has no column \"c\"; without a header, columns are 0 to 1"},
        {"1,2\n1,2\n", "targets=2", DNN_ERROR_INVALID_ARGUMENT, "has no column \"2\""},
        {"1,2\n1,2\n", "targets=-1", DNN_ERROR_INVALID_ARGUMENT, "has no column \"-1\""},
        {"a,a\n1,2\n", "targets=a", DNN_ERROR_INVALID_ARGUMENT, "has several columns \"a\""},
        {"a,b\n1,2\n", "targets=a,a", DNN_ERROR_INVALID_ARGUMENT, "\"a\" is named twice"},
        {"a,b\n1,2\n", "targets=a ignore=0", DNN_ERROR_INVALID_ARGUMENT, "\"a\" is named twice"},
        {"a,b,c\n1,2,3\n", "targets=a,b classes=true", DNN_ERROR_INVALID_ARGUMENT,
         "needs one target column, there are 2"},
        {"a,b,c\n1,2,3\n", "targets=none classes=true", DNN_ERROR_INVALID_ARGUMENT,
         "needs one target column, there are 0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        csv_expect_error(cases[i].text, cases[i].options, cases[i].status, cases[i].words);
        if (strstr(cases[i].words, "line") != NULL)
            csv_expect_error(cases[i].text, cases[i].options, cases[i].status, csv_path);
    }
}

static void test_a_byte_0_is_told(void **state)
{
    (void)state;
    static const char *const texts[] = {"1,2\n3\0,4\n",
                                        ("1,2\n\0"
                                         "3,44\n"),
                                        "1,2\n\"\0\",4", "1,2\n\"3\"\0,4"};
    for (int i = 0; i < 4; i++) {
        dnn_dataset *dataset = NULL;
        csv_write(texts[i], 9);
        expect_error(dnn_dataset_read_csv(csv_path, NULL, &dataset), DNN_ERROR_FORMAT,
                     "line 2, column 1: there is a byte 0; expected text in UTF-8");
        csv_write_gzip(texts[i], 9);
        expect_error(dnn_dataset_read_csv(csv_path, NULL, &dataset), DNN_ERROR_FORMAT, "there is a byte 0");
    }
}

static void test_an_option_that_is_wrong_lists_what_is_right(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"heder=true",
         "no CSV option \"heder\"; the options are header, separator, targets, decimal, missing, classes and ignore"},
        {"header", "\"header\" has no value, expected key=value"},
        {"targets=petal length", "\"length\" has no value"},
        {"header=yes", "header=yes: expected auto, true or false"},
        {"header=true,false", "expected auto, true or false"},
        {"header=", "expected auto, true or false"},
        {"separator=ab", "expected auto, comma, semicolon, tab, space, pipe or a character"},
        {"separator=a", "expected auto, comma"},
        {"separator=.", "expected auto, comma"},
        {"separator=-", "expected auto, comma"},
        {"separator=", "expected auto, comma"},
        {"separator=\"\"\"\"", "expected auto, comma"},
        {"separator=\xC3\xA9", "expected auto, comma"},
        {"decimal=.", "expected point or comma"},
        {"missing=0", "expected error, drop or mean"},
        {"classes=maybe", "expected auto, true or false"},
        {"targets=\"a", "targets: a quote is not closed"},
        {"=", "no CSV option \"\""},
        {"decimal=comma separator=comma", "exclude each other"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        csv_expect_error("1,2\n", cases[i][0], DNN_ERROR_INVALID_ARGUMENT, cases[i][1]);
    dnn_dataset *dataset = NULL;
    expect_invalid(dnn_dataset_read_csv(NULL, NULL, &dataset), "path is NULL");
    expect_invalid(dnn_dataset_read_csv(csv_path, NULL, NULL), "out is NULL");
}

static void test_a_file_that_cannot_be_read_is_named_with_the_reason(void **state)
{
    (void)state;
    dnn_dataset *dataset = NULL;
    expect_error(dnn_dataset_read_csv("/nowhere/x.csv", NULL, &dataset), DNN_ERROR_IO,
                 "\"/nowhere/x.csv\": No such file");
    expect_error(dnn_dataset_read_csv("/tmp", NULL, &dataset), DNN_ERROR_IO, "Is a directory");
    expect_error(dnn_dataset_read_csv("/dev/zero", NULL, &dataset), DNN_ERROR_IO, "is a device");
}

/* A message repeats what it found in the file: short, in one line, UTF-8. */
static void test_a_long_field_is_shown_in_part(void **state)
{
    (void)state;
    for (int before = 0; before < 3; before++) { /* so that the 60 bytes end behind a character, and inside it */
        char text[4096], words[128];
        int length = snprintf(text, sizeof text, "1,2\n%.*s", before, "ab");
        int shown = snprintf(words, sizeof words, "found \"%.*s", before, "ab");
        for (int i = 0; i < 500; i++)
            length += snprintf(text + length, sizeof text - (size_t)length, "\xE2\x82\xAC");
        for (int i = 0; i < (60 - before) / 3; i++)
            shown += snprintf(words + shown, sizeof words - (size_t)shown, "\xE2\x82\xAC");
        snprintf(text + length, sizeof text - (size_t)length, ",4\n");
        snprintf(words + shown, sizeof words - (size_t)shown, "...\"; CSV option");
        csv_expect_error(text, "header=false", DNN_ERROR_FORMAT, words);
        assert_true(strlen(dnn_last_error()) < 400);
    }
}

/* ---- harm ---- */

/* Whatever came of it: a status that a file can have, or finite numbers. */
static void assert_status_or_dataset(const char *options)
{
    dnn_dataset *dataset = NULL;
    const int32_t status = dnn_dataset_read_csv(csv_path, options, &dataset);
    if (status != DNN_OK) {
        assert_true(status == DNN_ERROR_FORMAT || status == DNN_ERROR_NOT_FINITE ||
                    status == DNN_ERROR_INVALID_ARGUMENT || status == DNN_ERROR_UNSUPPORTED);
        assert_true(status == DNN_ERROR_INVALID_ARGUMENT || strstr(dnn_last_error(), csv_path) != NULL);
        assert_null(dataset);
        return;
    }
    const int64_t n_in = dnn_dataset_inputs(dataset), n_out = dnn_dataset_outputs(dataset);
    double *sample = allocate_or_fail((size_t)(n_in + n_out), sizeof *sample);
    for (int64_t i = 0; i < dnn_dataset_size(dataset); i++) {
        assert_ok(dnn_dataset_get(dataset, i, sample, sample + n_in));
        for (int64_t j = 0; j < n_in + n_out; j++)
            assert_true(isfinite(sample[j]));
    }
    free(sample);
    dnn_dataset_destroy(dataset);
}

static const char *const victims[][2] = {
    {"\xEF\xBB\xBFid,\"a \"\"b\"\"\",kind\r\n1,2.5e-3,\"x\r\ny\"\r\n-2,NA,z\n\"3\", 4 ,\xC3\xA9\n", "missing=mean"},
    {"1;0,5;3\n4;-1,25e2;6\n7;NA;9", "decimal=comma targets=1,2 missing=drop"},
    {"1 2 3\n  4   5 6\n", "separator=space targets=none"},
    {"1,1\n2,2\n3,x\n", NULL},
};

static void test_a_file_cut_anywhere_or_with_any_bit_flipped(void **state)
{
    (void)state;
    for (size_t v = 0; v < sizeof victims / sizeof *victims; v++) {
        for (int is_gzip = 0; is_gzip < 2; is_gzip++) {
            uint8_t bytes[512];
            (is_gzip ? csv_write_gzip : csv_write)(victims[v][0], strlen(victims[v][0]));
            const size_t size = csv_file_bytes(bytes, sizeof bytes);
            for (size_t cut = 0; cut < size; cut++) {
                dnn_dataset *dataset = NULL;
                csv_write(bytes, cut);
                if (is_gzip && cut >= 2)
                    expect_error(dnn_dataset_read_csv(csv_path, victims[v][1], &dataset), DNN_ERROR_FORMAT,
                                 "ends too early");
                else
                    assert_status_or_dataset(victims[v][1]);
            }
            for (size_t bit = 0; bit < 8 * size; bit++) {
                bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
                csv_write(bytes, size);
                assert_status_or_dataset(victims[v][1]);
                bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
            }
        }
    }
}

/* From memory: 100,000 files would keep the disk busy. */
static void test_random_bytes_of_the_alphabet_of_csv(void **state)
{
    (void)state;
    struct generator generator = {6};
    static const char alphabet[] = "0123456789,,,,;;\"\"\n\n\r\t ab.-+eE|NA?\xC3\xA9";
    static const char *const options[] = {
        NULL,
        "missing=drop",
        "separator=space missing=mean",
        "targets=none header=false",
        "decimal=comma classes=true",
        "targets=0,1 missing=mean ignore=2",
    };
    int64_t right = 0;
    for (int i = 0; i < 100000; i++) {
        uint8_t text[64];
        const size_t size = (size_t)generator_next(&generator) % (i % 2 ? sizeof text : 12);
        struct csv csv = {0};
        for (size_t k = 0; k < size; k++)
            text[k] = (uint8_t)alphabet[generator_next(&generator) % (sizeof alphabet - 1)];
        const int32_t status = csv_read_memory(text, (int64_t)size, "random", options[i % 6], &csv);
        assert_true(status == DNN_OK || status == DNN_ERROR_FORMAT || status == DNN_ERROR_NOT_FINITE ||
                    status == DNN_ERROR_INVALID_ARGUMENT);
        for (int64_t j = 0; j < csv.n * csv.n_in; j++)
            assert_true(isfinite(csv.x[j]));
        for (int64_t j = 0; csv.labels != NULL && j < csv.n; j++)
            assert_true(csv.labels[j] >= 0 && csv.labels[j] < csv.n_out);
        right += status == DNN_OK;
        memory_free(csv.x);
        memory_free(csv.y);
        memory_free(csv.labels);
        memory_free(csv.class_names);
    }
    assert_true(right > 1000);
}

/* What inflates to a thousand times its size, in one field, or in one record. */
static void write_bomb(const char *begin, const char *piece, const char *end, int megabytes)
{
    enum { BLOCK = 1 << 20 };
    char *block = allocate_or_fail(BLOCK, 1);
    for (size_t i = 0; i < BLOCK; i++)
        block[i] = piece[i % strlen(piece)];
    gzFile file = gzopen(csv_path, "wb1");
    assert_non_null(file);
    gzputs(file, begin);
    for (int i = 0; i < megabytes; i++)
        assert_int_equal(gzwrite(file, block, BLOCK), BLOCK);
    gzputs(file, end);
    assert_int_equal(gzclose(file), Z_OK);
    free(block);
}

static void test_a_bomb_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *begin, *piece, *end;
        int megabytes;
        const char *words;
    } bombs[] = {
        {"1,2\n3,\"", "x", "\"\n", 2,
         "line 2, column 2: the field has more than 1048576 bytes; is a quote never closed?"},
        {"1,2\n3,", "x", "\n", 2, "line 2, column 2: the field has more than 1048576 bytes"},
        {"1,2\n3,", "0", "\n", 2, "line 2, column 2: the field has more than 1048576 bytes"},
        {"", "1,", "1\n", 70, "line 1: the record is longer than 64 MiB"},
        {"1,2\n", "1,", "1\n", 70, "line 2: the record is longer than 64 MiB"},
        {"1,2\n3,4\n", " ", "\n", 70, "line 3: the record is longer than 64 MiB"},
    };
    for (size_t i = 0; i < sizeof bombs / sizeof *bombs; i++) {
        dnn_dataset *dataset = NULL;
        write_bomb(bombs[i].begin, bombs[i].piece, bombs[i].end, bombs[i].megabytes);
        expect_error(dnn_dataset_read_csv(csv_path, NULL, &dataset), DNN_ERROR_UNSUPPORTED, bombs[i].words);
    }
}

static void test_too_many_columns_are_refused(void **state)
{
    (void)state;
    enum { COLUMNS = (1 << 20) + 1 };
    char *text = allocate_or_fail(4 * COLUMNS + 1, 1);
    for (size_t i = 0; i < 2 * COLUMNS; i++)
        memcpy(text + 2 * i, i % COLUMNS == COLUMNS - 1 ? "1\n" : "1,", 2);
    csv_expect_error(text, NULL, DNN_ERROR_UNSUPPORTED, "has 1048577 columns, expected at most 1048576");
    text[2 * COLUMNS - 3] = '\n'; /* one fewer in the first row */
    csv_expect_error(text, NULL, DNN_ERROR_FORMAT, "line 2: expected 1048576 fields, as in the first row, found 1");
    free(text);
}

static void test_bytes_after_the_end_of_gzip_are_refused(void **state)
{
    (void)state;
    dnn_dataset *dataset = NULL;
    csv_write_gzip("1,2\n", 4);
    FILE *file = fopen(csv_path, "ab");
    assert_non_null(file);
    fputs("3,4\n", file);
    fclose(file);
    expect_error(dnn_dataset_read_csv(csv_path, NULL, &dataset), DNN_ERROR_FORMAT,
                 "has other bytes after its gzip data");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_message_tells_where_and_what_to_do),
        cmocka_unit_test(test_a_byte_0_is_told),
        cmocka_unit_test(test_an_option_that_is_wrong_lists_what_is_right),
        cmocka_unit_test(test_a_file_that_cannot_be_read_is_named_with_the_reason),
        cmocka_unit_test(test_a_long_field_is_shown_in_part),
        cmocka_unit_test(test_a_file_cut_anywhere_or_with_any_bit_flipped),
        cmocka_unit_test(test_random_bytes_of_the_alphabet_of_csv),
        cmocka_unit_test(test_a_bomb_is_refused),
        cmocka_unit_test(test_too_many_columns_are_refused),
        cmocka_unit_test(test_bytes_after_the_end_of_gzip_are_refused),
    };
    return cmocka_run_group_tests(tests, csv_make_file, csv_remove_file);
}
