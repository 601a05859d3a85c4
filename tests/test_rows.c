/*
 * test_rows.c - the caller's dense arrays into padded rows and back: every number in its place, the padding untouched.
 */
#include "core_support.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { ROWS = 5, COLUMNS = 7, STRIDE = 16, NUMBERS = ROWS * COLUMNS };

static struct matrix wide_rows(const struct kernels *k)
{
    return numbers_new(k->core, ROWS, COLUMNS, STRIDE, (double)NAN);
}

/* ---- in and out ---- */

static void test_doubles_go_in_and_come_back_rounded_to_the_precision(void **state)
{
    const struct kernels *k = *state;
    struct generator generator = {1};
    struct matrix a = wide_rows(k);
    double in[NUMBERS], out[NUMBERS + 1];
    for (int i = 0; i < NUMBERS; i++)
        in[i] = generator_uniform(&generator) / 3.0; /* not exact in float */
    out[NUMBERS] = 77.0;
    k->core->import_f64(in, a);
    k->core->export_f64(a, out);
    for (int i = 0; i < NUMBERS; i++) {
        const double expected = k == &kernels_f64 ? in[i] : (double)(float)in[i];
        assert_true(numbers_get(k->core, a, i / COLUMNS, i % COLUMNS) == expected);
        assert_true(out[i] == expected);
    }
    assert_true(out[NUMBERS] == 77.0);
    assert_padding(k->core, a, (double)NAN);
    numbers_free(a);
}

static void test_floats_go_in_and_come_back_the_same(void **state)
{
    const struct kernels *k = *state;
    struct generator generator = {2};
    struct matrix a = wide_rows(k);
    float in[NUMBERS], out[NUMBERS + 1];
    for (int i = 0; i < NUMBERS; i++)
        in[i] = (float)(generator_uniform(&generator) / 3.0);
    out[NUMBERS] = 77.0f;
    k->core->import_f32(in, a);
    k->core->export_f32(a, out);
    for (int i = 0; i < NUMBERS; i++)
        assert_true(numbers_get(k->core, a, i / COLUMNS, i % COLUMNS) == (double)in[i]);
    assert_memory_equal(in, out, sizeof in);
    assert_true(out[NUMBERS] == 77.0f);
    assert_padding(k->core, a, (double)NAN);
    numbers_free(a);
}

static void test_bytes_go_in_as_their_255th_part(void **state)
{
    const struct kernels *k = *state;
    struct matrix a = numbers_new(k->core, 2, 128, 136, (double)NAN);
    uint8_t in[256];
    for (int i = 0; i < 256; i++)
        in[i] = (uint8_t)i;
    k->core->import_u8(in, a);
    for (int i = 0; i < 256; i++) {
        const float in_float =
            (float)i / 255.0f; /* a variable: where C computes float in double, that is rounded once more */
        const double expected = k == &kernels_f64 ? i / 255.0 : (double)in_float;
        assert_true(numbers_get(k->core, a, i / 128, i % 128) == expected);
    }
    assert_true(numbers_get(k->core, a, 0, 0) == 0.0 && numbers_get(k->core, a, 1, 127) == 1.0);
    assert_padding(k->core, a, (double)NAN);
    numbers_free(a);
}

static void test_a_label_becomes_a_one_among_zeros(void **state)
{
    const struct kernels *k = *state;
    for (int32_t label = 0; label < COLUMNS; label++) {
        struct matrix a = numbers_new(k->core, 1, COLUMNS, STRIDE, (double)NAN);
        numbers_fill(k->core, a, 9.0);
        k->core->import_label(label, a);
        for (int32_t j = 0; j < COLUMNS; j++)
            assert_true(numbers_get(k->core, a, 0, j) == (j == label ? 1.0 : 0.0));
        assert_padding(k->core, a, (double)NAN);
        numbers_free(a);
    }
}

static void test_no_rows_are_no_work(void **state)
{
    const struct kernels *k = *state;
    const struct matrix none = matrix_from(NULL, 0, COLUMNS, STRIDE);
    k->core->import_f64(NULL, none);
    k->core->import_f32(NULL, none);
    k->core->import_u8(NULL, none);
    k->core->export_f64(none, NULL);
    k->core->export_f32(none, NULL);
    k->core->classes(none, NULL);
    k->core->add(none, none);
    assert_true(k->core->fit_f64(NULL, 0) && k->core->fit_f32(NULL, 0));
}

/* ---- classes ---- */

/* The class of one row of `columns` numbers. */
static int32_t class_of(const struct kernels *k, const double *row, int64_t columns)
{
    int32_t label[2] = {-1, -1};
    struct matrix a = numbers_new(k->core, 1, columns, STRIDE, 1e9); /* the padding is the largest number */
    k->core->import_f64(row, a);
    k->core->classes(a, label);
    numbers_free(a);
    assert_int_equal(label[1], -1);
    return label[0];
}

static void test_the_class_is_the_largest_numbers_column_the_first_of_equals(void **state)
{
    const struct kernels *k = *state;
    assert_int_equal(class_of(k, (const double[]){0.1, 0.9, 0.3}, 3), 1);
    assert_int_equal(class_of(k, (const double[]){0.9, 0.1, 0.3}, 3), 0);
    assert_int_equal(class_of(k, (const double[]){0.1, 0.3, 0.9}, 3), 2);
    assert_int_equal(class_of(k, (const double[]){0.5, 0.5, 0.5}, 3), 0);
    assert_int_equal(class_of(k, (const double[]){NAN, 5, 7}, 3), 2);
    assert_int_equal(class_of(k, (const double[]){NAN, -INFINITY, NAN}, 3), 1);
    assert_int_equal(class_of(k, (const double[]){5, NAN, 7}, 3), 2);
    assert_int_equal(class_of(k, (const double[]){NAN, NAN, NAN}, 3), 0);
    assert_int_equal(class_of(k, (const double[]){0.1, 0.7, 0.7}, 3), 1);
    assert_int_equal(class_of(k, (const double[]){-3, -1, -2}, 3), 1);
    assert_int_equal(class_of(k, (const double[]){0.2, 0.4}, 2), 1);
    assert_int_equal(class_of(k, (const double[]){-0.0, 0.0}, 2), 0);
}

static void test_a_single_number_means_class_1_from_one_half_on(void **state)
{
    const struct kernels *k = *state;
    const double below = 0.5 - k->epsilon;
    assert_int_equal(class_of(k, (const double[]){0.5}, 1), 1);
    assert_int_equal(class_of(k, &below, 1), 0);
    assert_int_equal(class_of(k, (const double[]){1e9}, 1), 1);
    assert_int_equal(class_of(k, (const double[]){-1e9}, 1), 0);
    assert_int_equal(class_of(k, (const double[]){0.0}, 1), 0);
}

static void test_each_row_has_a_class_of_its_own(void **state)
{
    const struct kernels *k = *state;
    struct generator generator = {3};
    struct matrix a = wide_rows(k);
    int32_t label[ROWS];
    for (int round = 0; round < 50; round++) {
        numbers_draw(k->core, &generator, a);
        k->core->classes(a, label);
        for (int64_t i = 0; i < ROWS; i++)
            for (int64_t j = 0; j < COLUMNS; j++)
                assert_true(numbers_get(k->core, a, i, j) <= numbers_get(k->core, a, i, label[i]));
    }
    numbers_free(a);
}

/* ---- sums ---- */

static void test_rows_are_added_whatever_their_strides(void **state)
{
    const struct kernels *k = *state;
    struct generator generator = {4};
    struct matrix in = wide_rows(k);
    struct matrix out = numbers_new(k->core, ROWS, COLUMNS, COLUMNS + 1, 3.0);
    double before[NUMBERS];
    numbers_draw(k->core, &generator, in);
    numbers_draw(k->core, &generator, out);
    k->core->export_f64(out, before);
    k->core->add(in, out);
    for (int i = 0; i < NUMBERS; i++)
        assert_near("sum", i, numbers_get(k->core, out, i / COLUMNS, i % COLUMNS),
                    before[i] + numbers_get(k->core, in, i / COLUMNS, i % COLUMNS), 1.0, k->epsilon);
    assert_padding(k->core, out, 3.0);
    numbers_free(in);
    numbers_free(out);
}

/* ---- what fits ---- */

static void test_numbers_fit_if_they_are_finite_in_the_precision(void **state)
{
    const struct kernels *k = *state;
    const bool is_f64 = k == &kernels_f64;
    /* clang-format off */
    const struct {
        double number;
        bool fits;
    } cases[] = {
        {0.0, true},          {-0.0, true},        {1.5, true},           {(double)FLT_MAX, true},
        {-(double)FLT_MAX, true},
        {3.5e38, is_f64},     {-3.5e38, is_f64},   {DBL_MAX, is_f64},     {-DBL_MAX, is_f64},       {5e-324, true},
        {(double)NAN, false}, {-(double)NAN, false}, {(double)INFINITY, false}, {-(double)INFINITY, false},
    };
    /* clang-format on */
    for (size_t c = 0; c < COUNT(cases); c++) {
        /* At every place: a loop over vectors has a head, a body and a tail. */
        for (int64_t place = 0; place < 37; place++) {
            double wide[37] = {0};
            float narrow[37] = {0};
            wide[place] = cases[c].number;
            narrow[place] = (float)fmax(fmin(cases[c].number, (double)FLT_MAX), -(double)FLT_MAX);
            if (!isfinite(cases[c].number))
                narrow[place] = (float)cases[c].number;
            assert_int_equal(k->core->fit_f64(wide, 37), cases[c].fits);
            assert_int_equal(k->core->fit_f32(narrow, 37), isfinite(cases[c].number));
            assert_true(k->core->fit_f64(wide, place) && k->core->fit_f32(narrow, place));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_BOTH_PRECISIONS(test_doubles_go_in_and_come_back_rounded_to_the_precision),
        IN_BOTH_PRECISIONS(test_floats_go_in_and_come_back_the_same),
        IN_BOTH_PRECISIONS(test_bytes_go_in_as_their_255th_part),
        IN_BOTH_PRECISIONS(test_a_label_becomes_a_one_among_zeros),
        IN_BOTH_PRECISIONS(test_no_rows_are_no_work),
        IN_BOTH_PRECISIONS(test_the_class_is_the_largest_numbers_column_the_first_of_equals),
        IN_BOTH_PRECISIONS(test_a_single_number_means_class_1_from_one_half_on),
        IN_BOTH_PRECISIONS(test_each_row_has_a_class_of_its_own),
        IN_BOTH_PRECISIONS(test_rows_are_added_whatever_their_strides),
        IN_BOTH_PRECISIONS(test_numbers_fit_if_they_are_finite_in_the_precision),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
