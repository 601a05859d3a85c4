/*
 * test_csv.c - CSV files that are right: every form that RFC 4180 and the wild have, and every option. What is wrong with a
 * file is in test_csv_errors.c, numbers are in test_csv_number.c.
 */
#include "csv_expected.h"
#include "csv_support.h"
#include "expect.h"
#include "support.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

static const double two_rows[] = {1, 2, 3, 4, 5, 6};

/* The class names of a dataset are these. */
static void assert_names(const dnn_dataset *dataset, const char *const *names, int64_t count)
{
    assert_int_equal(dnn_dataset_outputs(dataset), count);
    for (int64_t i = 0; i < count; i++)
        assert_string_equal(dnn_dataset_class_name(dataset, i), names[i]);
    assert_null(dnn_dataset_class_name(dataset, -1));
    assert_null(dnn_dataset_class_name(dataset, count));
}

/* ---- RFC 4180, and what is found beside it ---- */

static void test_the_same_table_in_many_forms(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "1,2,3\n4,5,6\n",                  /* LF */
        "1,2,3\r\n4,5,6\r\n",              /* CRLF */
        "1,2,3\r4,5,6\r",                  /* CR */
        "1,2,3\n4,5,6",                    /* no last line break */
        "1,2,3\r\n4,5,6",                  /* the same */
        "1,2,3\r4,5,6",                    /* the same */
        "1,2,3\r\n4,5,6\n\n",              /* mixed */
        "\n\n1,2,3\n\n\r\n\r4,5,6\n   \n", /* empty lines */
        "\xEF\xBB\xBF"
        "1,2,3\n4,5,6\n", /* byte-order mark */
        "\xEF\xBB\xBF"
        "\"1\",2,3\n4,5,6\n",                        /* which stands before a quote */
        "\"1\",\"2\",\"3\"\n\"4\",\"5\",\"6\"\n",    /* quotes */
        "\"1\",2,\"3\"\r\n4,\"5\",6",                /* some quotes */
        " 1 ,\t2\t, 3\n4  ,  5,6 \n",                /* spaces */
        " \"1\" , \" 2\"  ,3\n4,\"5 \",\"\n6\n\"\n", /* spaces and line breaks around and within quotes */
        "+1,2.0,3e0\n4.,50e-1,0.6E+1\n",             /* other ways to write a number */
        "1;2;3\n4;5;6\n",
        "1\t2\t3\n4\t5\t6\n",
        "1|2|3\n4|5|6\n",                                  /* separators */
        "a,b,c\n1,2,3\n4,5,6\n",                           /* a header */
        "\"a\",\"b, \"\"c\"\"\",\"d\ne\"\n1,2,3\n4,5,6\n", /* with everything in it */
        "a,,\n1,2,3\n4,5,6\n",                             /* names may be empty */
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        csv_expect(texts[i], NULL, 2, 2, 1, two_rows);
}

static void test_quotes_keep_what_is_in_them(void **state)
{
    (void)state;
    static const char *const names[] = {" b, \"c\" ", "a\r\nb", "x\"y", "\xC3\xA9t\xC3\xA9"};
    dnn_dataset *dataset =
        csv_dataset("1,\" b, \"\"c\"\" \"\r\n2,\"a\r\nb\"\r\n3,  x\"y \r\n4,\xC3\xA9t\xC3\xA9\r\n5,x\"y\r\n", NULL);
    assert_names(dataset, names, 4);
    static const int labels[] = {0, 1, 2, 3, 2};
    for (int i = 0; i < 5; i++) {
        double y[4];
        assert_ok(dnn_dataset_get(dataset, i, NULL, y));
        for (int j = 0; j < 4; j++)
            assert_true(y[j] == (j == labels[i]));
    }
    dnn_dataset_destroy(dataset);
}

static void test_one_row_and_one_value_are_a_table(void **state)
{
    (void)state;
    csv_expect("1,2,3", NULL, 1, 2, 1, two_rows);
    csv_expect("1", "targets=none", 1, 1, 1, (const double[]){1, 1});
    csv_expect("a\n1\n", "targets=none", 1, 1, 1, (const double[]){1, 1});
}

/* ---- options ---- */

static void test_a_header_is_found_or_told(void **state)
{
    (void)state;
    const double three[] = {7, 8, 9, 1, 2, 3, 4, 5, 6};
    csv_expect("7,8,9\n1,2,3\n4,5,6", "header=true", 2, 2, 1, two_rows);
    csv_expect("7,8,9\n1,2,3\n4,5,6", "header=auto", 3, 2, 1, three);
    csv_expect("7,8,9\n1,2,3\n4,5,6", "header=false", 3, 2, 1, three);
    /* One column of numbers with a name is enough; one whose first number is missing is no header. */
    csv_expect("id,2000,2001\n1,2,3\n4,5,6", NULL, 2, 2, 1, two_rows);
    csv_expect("NA,8,9\n1,2,3\n4,5,6", "missing=drop", 2, 2, 1, two_rows);
    /* Labels in every row are no header, unless a column of numbers begins with text as well. */
    dnn_dataset *dataset = csv_dataset("1,x\n2,y\n3,x\n", NULL);
    assert_int_equal(dnn_dataset_size(dataset), 3);
    dnn_dataset_destroy(dataset);
    dataset = csv_dataset("n,kind\n2,y\n3,x\n", NULL);
    assert_int_equal(dnn_dataset_size(dataset), 2);
    dnn_dataset_destroy(dataset);
}

static void test_columns_that_are_named_make_a_header(void **state)
{
    (void)state;
    dnn_dataset *dataset = csv_dataset("n,kind,2000\n7,y,NA\n8,x,?\n", "targets=kind ignore=2000 header=auto");
    assert_int_equal(dnn_dataset_size(dataset), 2);
    assert_int_equal(dnn_dataset_inputs(dataset), 1);
    dnn_dataset_destroy(dataset);
    dataset = csv_dataset("name,1\nbob,2\nann,3\n", "ignore=name targets=none");
    assert_int_equal(dnn_dataset_size(dataset), 2);
    dnn_dataset_destroy(dataset);
    dataset = csv_dataset("name,1\nbob,2\nann,3\n", "ignore=0 targets=none");
    assert_int_equal(dnn_dataset_size(dataset), 3);
    dnn_dataset_destroy(dataset);
}

/* Under a header a word is a name before it is an index; but a number, which may be a wrong index, makes no header of a row. */
static void test_names_may_be_numbers(void **state)
{
    (void)state;
    const char *years = "2019,2020,y\n1,2,u\n3,4,v\n", *swapped = "1,0,y\n2,3,u\n4,5,v\n";
    csv_expect(years, "targets=2020 ignore=y", 2, 1, 1, (const double[]){1, 2, 3, 4}); /* y makes it one */
    csv_expect(years, "targets=2020 ignore=2 header=true", 2, 1, 1, (const double[]){1, 2, 3, 4});
    csv_expect(years, "targets=none ignore=2019,2 header=true", 2, 1, 1, (const double[]){2, 2, 4, 4});
    csv_expect_error(years, "targets=2020 ignore=2", DNN_ERROR_INVALID_ARGUMENT,
                     "header=true: the first row holds names");
    csv_expect_error(years, "targets=2020 header=false", DNN_ERROR_INVALID_ARGUMENT, "has no column \"2020\"");
    csv_expect_error(years, "targets=2021", DNN_ERROR_INVALID_ARGUMENT, "without a header, columns are 0 to 2");
    csv_expect_error(years, "targets=99999999999999999999", DNN_ERROR_INVALID_ARGUMENT, "has no column \"9999");
    csv_expect_error("3,2,y\n4,5,u\n", "targets=3", DNN_ERROR_INVALID_ARGUMENT, "without a header, columns are 0 to 2");
    csv_expect_error("4,2,7\n5,6,8\n", "targets=4", DNN_ERROR_INVALID_ARGUMENT, "without a header, columns are 0 to 2");
    csv_expect(swapped, "targets=1 ignore=2", 3, 1, 1, (const double[]){1, 0, 2, 3, 4, 5});
    csv_expect(swapped, "targets=1 ignore=2 header=true", 2, 1, 1, (const double[]){3, 2, 5, 4});
    csv_expect(swapped, "targets=1 ignore=y", 2, 1, 1, (const double[]){3, 2, 5, 4});
    csv_expect("1,0,y\n2,3,4\n5,6,7\n", "targets=1 ignore=y", 2, 1, 1, (const double[]){3, 2, 6, 5});
    /* A field that is missing is no name that an empty word could mean. */
    csv_expect_error("1,,u\n2,3,v\n", "ignore=", DNN_ERROR_INVALID_ARGUMENT, "without a header, columns are 0 to 2");
}

static void test_separators_are_found_or_told(void **state)
{
    (void)state;
    csv_expect("1:2:3\n4:5:6\n", "separator=:", 2, 2, 1, two_rows);
    csv_expect("1,2,3\n4,5,6\n", "separator=,", 2, 2, 1, two_rows);
    csv_expect("1,2,3\n4,5,6\n", "separator=\",\"", 2, 2, 1, two_rows);
    csv_expect("1,2,3\n4,5,6\n", "separator=comma", 2, 2, 1, two_rows);
    csv_expect("1;2;3\n4;5;6\n", "separator=;", 2, 2, 1, two_rows);
    csv_expect("1;2;3\n4;5;6\n", "separator=semicolon header=auto", 2, 2, 1, two_rows);
    csv_expect("1|2|3\n4|5|6\n", "separator=pipe", 2, 2, 1, two_rows);
    csv_expect("1\t2\t3\n4\t5\t6\n", "separator=tab", 2, 2, 1, two_rows);
    csv_expect("1 2 3\n4 5 6\n", "separator=space", 2, 2, 1, two_rows);
    csv_expect("  1   2 \t 3  \n\t4\t5   6\t\r\n  \t \n", "separator=\" \"", 2, 2, 1, two_rows);
    csv_expect("a  \"b c\"   d \n 1   \"2\"  3\n4 5 6", "separator=space", 2, 2, 1, two_rows);
    /* The separator that divides the rows evenly is taken, not the most frequent one. */
    dnn_dataset *dataset = csv_dataset("1;2;\"a,b,c;,,\"\n4;5;\"d,e,,,\"\n", NULL);
    assert_string_equal(dnn_dataset_class_name(dataset, 0), "a,b,c;,,");
    dnn_dataset_destroy(dataset);
    dataset = csv_dataset("1;2;a,b,c\n4;5;d\n", NULL);
    assert_string_equal(dnn_dataset_class_name(dataset, 0), "a,b,c");
    dnn_dataset_destroy(dataset);
}

static void test_a_decimal_comma_can_be_told(void **state)
{
    (void)state;
    const double numbers[] = {1.5, -2.25, 3e5, 4, .5, 6};
    csv_expect("1,5;-2,25;3,0e5\n4;,5;6,\n", "decimal=comma", 2, 2, 1, numbers);
    csv_expect("\"1,5\"\t\"-2,25\"\t\"3,0e5\"\n4\t,5\t6\n", "decimal=comma", 2, 2, 1, numbers);
}

static void test_targets_are_any_columns(void **state)
{
    (void)state;
    const char *text = "a,\"b, c\",d\n1,2,3\n4,5,6\n";
    csv_expect(text, "targets=last", 2, 2, 1, two_rows);
    csv_expect(text, "targets=first", 2, 2, 1, (const double[]){2, 3, 1, 5, 6, 4});
    csv_expect(text, "targets=none", 2, 3, 3, (const double[]){1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6});
    csv_expect(text, "targets=a", 2, 2, 1, (const double[]){2, 3, 1, 5, 6, 4});
    csv_expect(text, "targets=\"b, c\"", 2, 2, 1, (const double[]){1, 3, 2, 4, 6, 5});
    csv_expect(text, "targets=1", 2, 2, 1, (const double[]){1, 3, 2, 4, 6, 5});
    csv_expect(text, "targets=d,a", 2, 1, 2, (const double[]){2, 3, 1, 5, 6, 4});
    csv_expect(text, "targets=d,\"b, c\"", 2, 1, 2, (const double[]){1, 3, 2, 4, 6, 5});
    csv_expect(text, "targets=2,0", 2, 1, 2, (const double[]){2, 3, 1, 5, 6, 4});
    /* A name goes before an index. */
    csv_expect("2,1,0\n1,2,3\n4,5,6\n", "header=true targets=0", 2, 2, 1, two_rows);
    /* White space of any kind between the options, and twice the same: the last holds. */
    csv_expect(text, " \n targets=first \t\r\n targets=last\n", 2, 2, 1, two_rows);
}

static void test_ignored_columns_may_hold_anything(void **state)
{
    (void)state;
    const char *text = "id,a,when,b,t,z\n\xFF\xFE,1,\"x\ny\",2,3,NA\n,4,2020-01-01,5,6,inf\n";
    csv_expect(text, "ignore=id,when,z", 2, 2, 1, two_rows);
    csv_expect(text, "ignore=0,2,5 targets=last", 2, 2, 1, two_rows);
    csv_expect("x,1,2,3\ny,4,5,6\n", "ignore=0", 2, 2, 1, two_rows);
}

static void test_the_targets_none_are_the_inputs_after_a_split_too(void **state)
{
    (void)state;
    dnn_dataset *whole = csv_dataset("1,2\n3,4\n5,6\n7,8\n", "targets=none"), *first = NULL, *second = NULL;
    double x[2], y[2];
    assert_ok(dnn_dataset_split(whole, 0.5, 1, &first, &second));
    dnn_dataset_destroy(whole);
    assert_ok(dnn_dataset_get(first, 1, x, y));
    assert_same_bits(x, y, 2);
    dnn_dataset_destroy(first);
    assert_ok(dnn_dataset_get(second, 1, x, y));
    assert_same_bits(x, y, 2);
    dnn_dataset_destroy(second);
}

/* ---- classes ---- */

static void test_text_becomes_classes_sorted_by_bytes(void **state)
{
    (void)state;
    static const char *const names[] = {"10", "9", "B", "a", "b"};
    dnn_dataset *dataset = csv_dataset("1,b\n2,a\n3,9\n4,B\n5,10\n6,b\n", NULL);
    assert_names(dataset, names, 5);
    dnn_dataset_destroy(dataset);
    static const char *const two[] = {"no", "yes"};
    dataset = csv_dataset("x,ok\n1,yes\n2,no\n", NULL);
    assert_names(dataset, two, 2);
    dnn_dataset_destroy(dataset);
}

/* The table of texts grows several times while it is filled. */
static void test_hundreds_of_classes_keep_their_names_and_rows(void **state)
{
    (void)state;
    enum { COUNT = 700 };
    static char text[COUNT * 2 * 20];
    size_t length = 0;
    for (int i = 0; i < 2 * COUNT; i++) /* 101 and 700 have no common divisor: each class comes twice, in no order */
        length += (size_t)snprintf(text + length, sizeof text - length, "%d,class%03d\n", i, i * 101 % COUNT);
    dnn_dataset *dataset = csv_dataset(text, NULL);
    assert_int_equal(dnn_dataset_outputs(dataset), COUNT);
    for (int i = 0; i < COUNT; i++) {
        char name[32];
        snprintf(name, sizeof name, "class%03d", i);
        assert_string_equal(dnn_dataset_class_name(dataset, i), name);
    }
    for (int i = 0; i < 2 * COUNT; i++) {
        double y[COUNT];
        assert_ok(dnn_dataset_get(dataset, i, NULL, y));
        for (int j = 0; j < COUNT; j++)
            assert_true(y[j] == (j == i * 101 % COUNT));
    }
    dnn_dataset_destroy(dataset);
}

static void test_numbers_become_classes_if_that_is_told(void **state)
{
    (void)state;
    static const char *const names[] = {"-1", "2.0", "10"};
    const char *text = "1,2.0\n2,10\n3,2\n4,-1\n5,1e1\n";
    dnn_dataset *dataset = csv_dataset(text, "classes=true");
    assert_names(dataset, names, 3);
    dnn_dataset_destroy(dataset);
    csv_expect(text, "classes=true", 5, 1, 3,
               (const double[]){1, 0, 1, 0, 2, 0, 0, 1, 3, 0, 1, 0, 4, 1, 0, 0, 5, 0, 0, 1});
    csv_expect(text, "classes=false", 5, 1, 1, (const double[]){1, 2, 2, 10, 3, 2, 4, -1, 5, 10});
    csv_expect(text, "classes=auto", 5, 1, 1, (const double[]){1, 2, 2, 10, 3, 2, 4, -1, 5, 10});
    dataset = csv_dataset(text, NULL);
    assert_null(dnn_dataset_class_name(dataset, 0));
    dnn_dataset_destroy(dataset);
    assert_null(dnn_dataset_class_name(NULL, 0));
    static const char *const mixed[] = {"1", "10", "9", "x"};
    dataset = csv_dataset("1,9\n2,10\n3,x\n4,1\n", "classes=true");
    assert_names(dataset, mixed, 4);
    dnn_dataset_destroy(dataset);
}

/* The target is a number in the first rows: the file is read a second time, plain, gzip, or from a pipe. */
static void test_text_that_comes_late_makes_classes_too(void **state)
{
    (void)state;
    enum { ROWS = 100000 };
    static char text[ROWS * 16];
    static const char *const names[] = {"0", "1", "2.50", "?!"};
    size_t size = 0;
    for (int i = 0; i < ROWS; i++)
        size += (size_t)sprintf(text + size, "%d,%s\n", i,
                                i == ROWS - 7 ? "?!"
                                : i % 3 == 2  ? "2.50"
                                : i % 3       ? "1"
                                              : "0");
    for (int is_gzip = 0; is_gzip < 2; is_gzip++) {
        dnn_dataset *dataset = NULL;
        (is_gzip ? csv_write_gzip : csv_write)(text, size);
        assert_ok(dnn_dataset_read_csv(csv_path, NULL, &dataset));
        assert_names(dataset, names, 4);
        assert_int_equal(dnn_dataset_size(dataset), ROWS);
        for (int i = 0; i < ROWS; i++) {
            double x, y[4];
            assert_ok(dnn_dataset_get(dataset, i, &x, y));
            assert_true(x == i && y[i == ROWS - 7 ? 3 : i % 3] == 1);
        }
        dnn_dataset_destroy(dataset);
    }
}

static void test_class_names_are_shared_by_the_parts_of_a_split(void **state)
{
    (void)state;
    dnn_dataset *whole = csv_dataset("1,b\n2,a\n3,a\n4,b\n", NULL), *first = NULL, *second = NULL;
    assert_ok(dnn_dataset_split(whole, 0.5, 1, &first, &second));
    assert_ptr_equal(dnn_dataset_class_name(whole, 1), dnn_dataset_class_name(second, 1));
    dnn_dataset_destroy(whole);
    dnn_dataset_destroy(first);
    assert_string_equal(dnn_dataset_class_name(second, 0), "a");
    dnn_dataset_destroy(second);
}

/* ---- missing values ---- */

static void test_rows_with_gaps_are_dropped(void **state)
{
    (void)state;
    const char *text =
        "a,b,t\n1,2,3\n,2,3\n1,NA,3\n1,2,NaN\nnan,2,3\nNULL,2,3\nnull,2,3\n?,2,3\n\"\",2,3\n N/A ,2,3\n4,5,6\n";
    csv_expect(text, "missing=drop", 2, 2, 1, two_rows);
    /* A class of which no row is left is none. */
    dnn_dataset *dataset = csv_dataset("x,k,y\n1,red,1\n2,green,NA\n3,NA,1\n4,blue,1\n", "targets=k missing=drop");
    static const char *const names[] = {"blue", "red"};
    assert_names(dataset, names, 2);
    assert_int_equal(dnn_dataset_size(dataset), 2);
    dnn_dataset_destroy(dataset);
}

static void test_gaps_become_the_mean_of_their_column(void **state)
{
    (void)state;
    csv_expect("a,b,t\n1,NA,3\nNA,7,1\n4,8,\n6,,0\n", "missing=mean", 3, 2, 1,
               (const double[]){1, 7, 3, 3.5, 7, 1, 6, 7, 0});
    csv_expect("1e308,1\n1.5e308,1\n,1\n", "missing=mean", 3, 1, 1,
               (const double[]){1e308, 1, 1.5e308, 1, 1.25e308, 1});
}

/* ---- large files ---- */

/* Numbers in a table that is much larger than the window, in forms that change from field to field, come back as they are:
 * whatever a window's end cuts through. */
static void test_a_large_table_comes_back_bit_for_bit(void **state)
{
    (void)state;
    enum { ROWS = 20000, COLUMNS = 7 };
    static double numbers[ROWS * COLUMNS];
    static char text[ROWS * COLUMNS * 40];
    struct generator generator = {5};
    size_t size = 0;
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        static const char *const forms[] = {"%.17g", "\"%.17g\"", " %.17g", "\"\n%.17g\r\n\" ", "%.25e"};
        numbers[i] = (generator_uniform(&generator) - 0.5) * (i % 3 == 0 ? 1e-9 : 1e4);
        size += (size_t)sprintf(text + size, forms[generator_next(&generator) % 5], numbers[i]);
        size += (size_t)sprintf(text + size, "%s",
                                (i + 1) % COLUMNS                ? ","
                                : generator_next(&generator) % 2 ? "\r\n"
                                                                 : "\n");
    }
    text[size] = '\0';
    csv_expect(text, NULL, ROWS, COLUMNS - 1, 1, numbers);
}

/* A window is 128 KiB at first: a row of a megabyte, with a header as long, and a quoted field of a megabyte. */
static void test_rows_may_be_longer_than_the_window(void **state)
{
    (void)state;
    enum { COLUMNS = 200000, LONG = (1 << 20) - 100 };
    char *text = allocate_or_fail(COLUMNS * 20 + LONG, 1), *at = text;
    for (int i = 0; i < COLUMNS; i++)
        at += sprintf(at, "c%d,", i);
    at += sprintf(at, "\"k\"\"\"\n");
    for (int i = 0; i < COLUMNS; i++)
        at += sprintf(at, "%d,", i);
    char *const label = at + 1;
    *at = '"';
    memset(label, 'x', LONG);
    strcpy(label + LONG, "\"\n");
    dnn_dataset *dataset = csv_dataset(text, "targets=\"k\"\"\"");
    assert_int_equal(dnn_dataset_inputs(dataset), COLUMNS);
    assert_int_equal(strlen(dnn_dataset_class_name(dataset, 0)), LONG);
    double *x = allocate_or_fail(COLUMNS, sizeof *x);
    assert_ok(dnn_dataset_get(dataset, 0, x, NULL));
    for (int i = 0; i < COLUMNS; i++)
        assert_true(x[i] == i);
    free(x);
    free(text);
    dnn_dataset_destroy(dataset);
}

/* gzip files one after the other are one file (RFC 1952), wherever a block of the reader ends among them: members of all
 * sizes, in a file of several blocks. */
static void test_gzip_members_are_read_as_one_file(void **state)
{
    (void)state;
    enum { ROWS = 60000 };
    struct generator generator = {7};
    unlink(csv_path);
    for (int i = 0; i < ROWS;) {
        gzFile file = gzopen(csv_path, "ab0"); /* stored, not deflated: the file is as large as its text */
        assert_non_null(file);
        for (int last = i + (int)(generator_next(&generator) % 2000); i < ROWS && i <= last; i++)
            assert_true(gzprintf(file, "%d,%d\n", i, -i) > 0);
        assert_int_equal(gzclose(file), Z_OK);
    }
    dnn_dataset *dataset = NULL;
    assert_ok(dnn_dataset_read_csv(csv_path, NULL, &dataset));
    assert_int_equal(dnn_dataset_size(dataset), ROWS);
    for (int i = 0; i < ROWS; i++) {
        double x, y;
        assert_ok(dnn_dataset_get(dataset, i, &x, &y));
        assert_true(x == i && y == -i);
    }
    dnn_dataset_destroy(dataset);
}

/* A block of the reader is 128 KiB: the second member begins before, at and behind its end. */
static void test_a_gzip_member_may_begin_at_the_end_of_a_block(void **state)
{
    (void)state;
    enum { BLOCK = 1 << 17, ROWS = 32700 };
    int exact = 0;
    for (int padding = 0; padding < 300; padding += padding < 200 ? 20 : 1) {
        gzFile file = gzopen(csv_path, "wb0");
        assert_non_null(file);
        for (int i = 0; i < ROWS; i++)
            gzputs(file, "1,2\n");
        for (int i = 0; i < padding; i++)
            gzputs(file, "\n");
        assert_int_equal(gzclose(file), Z_OK);
        struct stat about;
        assert_int_equal(stat(csv_path, &about), 0);
        exact += about.st_size == BLOCK - 1;
        file = gzopen(csv_path, "ab0");
        gzputs(file, "3,4\n");
        assert_int_equal(gzclose(file), Z_OK);
        dnn_dataset *dataset = NULL;
        assert_ok(dnn_dataset_read_csv(csv_path, NULL, &dataset));
        assert_int_equal(dnn_dataset_size(dataset), ROWS + 1);
        dnn_dataset_destroy(dataset);
    }
    assert_int_equal(exact, 1);
}

/* Wherever the end of a window cuts through a line break, it counts once. */
static void test_lines_are_counted_across_windows(void **state)
{
    (void)state;
    enum { ROWS = 60000 };
    static char text[ROWS * 5 + 64];
    for (int length = 1; length <= 5; length++) {
        char *at = text;
        at += sprintf(at, "%.*s,b\r\n", length, "aaaaa");
        for (int i = 0; i < ROWS; i++)
            at += sprintf(at, "1,2\r\n");
        strcpy(at, "x,2\r\n");
        csv_expect_error(text, NULL, DNN_ERROR_FORMAT, "line 60002, column 1");
    }
}

#if !defined(_WIN32)
static void *write_to_pipe(void *path)
{
    FILE *file = fopen(path, "wb");
    for (int i = 0; file != NULL && i < 50000; i++)
        fprintf(file, "%d,%s\n", i, i < 49000 ? "1" : "one");
    if (file != NULL)
        fclose(file);
    return NULL;
}

/* A pipe cannot be read twice, so it is kept. */
static void test_a_pipe_is_read_like_a_file(void **state)
{
    (void)state;
    char path[128];
    pthread_t writer;
    dnn_dataset *dataset = NULL;
    snprintf(path, sizeof path, "%s.pipe", csv_path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(pthread_create(&writer, NULL, write_to_pipe, path), 0);
    assert_ok(dnn_dataset_read_csv(path, NULL, &dataset));
    pthread_join(writer, NULL);
    unlink(path);
    assert_int_equal(dnn_dataset_size(dataset), 50000);
    assert_string_equal(dnn_dataset_class_name(dataset, 1), "one");
    dnn_dataset_destroy(dataset);
}
#endif

/* Inputs by pandas, classes by scikit-learn: see csv_reference.py. A mean is a sum, whose last bit depends on its order. */
static void test_a_mixed_table_is_what_pandas_makes_of_it(void **state)
{
    (void)state;
    dnn_dataset *dataset = csv_dataset(csv_table, "ignore=id missing=mean");
    assert_int_equal(dnn_dataset_size(dataset), CSV_ROWS);
    assert_int_equal(dnn_dataset_inputs(dataset), CSV_INPUTS);
    assert_names(dataset, csv_names, CSV_CLASSES);
    for (int i = 0; i < CSV_ROWS; i++) {
        double x[CSV_INPUTS], y[CSV_CLASSES];
        assert_ok(dnn_dataset_get(dataset, i, x, y));
        for (int j = 0; j < CSV_INPUTS; j++)
            assert_near("input", i * CSV_INPUTS + j, x[j], csv_inputs[i][j], fabs(csv_inputs[i][j]),
                        csv_gaps[i][j] ? 1e-15 : 0);
        for (int k = 0; k < CSV_CLASSES; k++)
            assert_true(y[k] == (k == csv_labels[i]));
    }
    dnn_dataset_destroy(dataset);
}

static void test_the_locale_changes_nothing(void **state)
{
    (void)state;
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL)
        skip();
    csv_expect("1.5,2,3\n4,5.00000000000000000000000000001,6\n", NULL, 2, 2, 1, (const double[]){1.5, 2, 3, 4, 5, 6});
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_table_in_many_forms),
        cmocka_unit_test(test_quotes_keep_what_is_in_them),
        cmocka_unit_test(test_one_row_and_one_value_are_a_table),
        cmocka_unit_test(test_a_header_is_found_or_told),
        cmocka_unit_test(test_columns_that_are_named_make_a_header),
        cmocka_unit_test(test_names_may_be_numbers),
        cmocka_unit_test(test_separators_are_found_or_told),
        cmocka_unit_test(test_a_decimal_comma_can_be_told),
        cmocka_unit_test(test_targets_are_any_columns),
        cmocka_unit_test(test_ignored_columns_may_hold_anything),
        cmocka_unit_test(test_the_targets_none_are_the_inputs_after_a_split_too),
        cmocka_unit_test(test_text_becomes_classes_sorted_by_bytes),
        cmocka_unit_test(test_hundreds_of_classes_keep_their_names_and_rows),
        cmocka_unit_test(test_numbers_become_classes_if_that_is_told),
        cmocka_unit_test(test_text_that_comes_late_makes_classes_too),
        cmocka_unit_test(test_class_names_are_shared_by_the_parts_of_a_split),
        cmocka_unit_test(test_rows_with_gaps_are_dropped),
        cmocka_unit_test(test_gaps_become_the_mean_of_their_column),
        cmocka_unit_test(test_a_large_table_comes_back_bit_for_bit),
        cmocka_unit_test(test_rows_may_be_longer_than_the_window),
        cmocka_unit_test(test_gzip_members_are_read_as_one_file),
        cmocka_unit_test(test_a_gzip_member_may_begin_at_the_end_of_a_block),
        cmocka_unit_test(test_lines_are_counted_across_windows),
#if !defined(_WIN32)
        cmocka_unit_test(test_a_pipe_is_read_like_a_file),
#endif
        cmocka_unit_test(test_a_mixed_table_is_what_pandas_makes_of_it),
        cmocka_unit_test(test_the_locale_changes_nothing),
    };
    return cmocka_run_group_tests(tests, csv_make_file, csv_remove_file);
}
