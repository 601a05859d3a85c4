/*
 * test_dataset.c - samples come out of a dataset as they went in, whatever they were kept as, and the parts of a split are the
 * whole.
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

enum { SAMPLES = 5, N_IN = 2, CLASSES = 3 };

static void assert_shape(const dnn_dataset *dataset, int64_t size, int64_t inputs, int64_t outputs)
{
    assert_int_equal(dnn_dataset_size(dataset), size);
    assert_int_equal(dnn_dataset_inputs(dataset), inputs);
    assert_int_equal(dnn_dataset_outputs(dataset), outputs);
}

/* ---- in and out ---- */

static void test_doubles_and_floats_come_out_as_they_went_in(void **state)
{
    (void)state;
    const double x[] = {0.1, -2, 3, 1e300, 5, -0.0}, y[] = {1, 1e-300, -3};
    const float x_f32[] = {0.1f, -2, 3, 1e38f, 5, -0.0f}, y_f32[] = {1, 1e-38f, -3};
    dnn_dataset *f64 = NULL, *f32 = NULL;
    assert_ok(dnn_dataset_create(x, 3, 2, y, 1, &f64));
    assert_ok(dnn_dataset_create_f32(x_f32, 3, 2, y_f32, 1, &f32));
    assert_shape(f64, 3, 2, 1);
    assert_shape(f32, 3, 2, 1);
    for (int i = 0; i < 3; i++) {
        double got_x[2], got_y[1];
        assert_ok(dnn_dataset_get(f64, i, got_x, got_y));
        assert_same_bits(got_x, x + 2 * i, 2);
        assert_same_bits(got_y, y + i, 1);
        assert_ok(dnn_dataset_get(f32, i, got_x, got_y));
        assert_true(got_x[0] == (double)x_f32[2 * i] && got_x[1] == (double)x_f32[2 * i + 1]);
        assert_true(got_y[0] == (double)y_f32[i]);
    }
    dnn_dataset_destroy(f64);
    dnn_dataset_destroy(f32);
}

static void test_labels_come_out_as_zeros_and_a_one_and_bytes_as_255ths(void **state)
{
    (void)state;
    const double x[SAMPLES * N_IN] = {0, 1, 127 / 255.0, 1, 0.5, 2, 3, 4, 5, 6};
    const float x_f32[SAMPLES * N_IN] = {0, 1, 127 / 255.0f, 1, 0.5f, 2, 3, 4, 5, 6};
    const uint8_t x_u8[SAMPLES * N_IN] = {0, 255, 127, 255, 1, 2, 3, 4, 5, 254};
    const int32_t labels[SAMPLES] = {0, 2, 1, 2, 0};
    dnn_dataset *datasets[3] = {NULL};
    assert_ok(dnn_dataset_create_labels(x, SAMPLES, N_IN, labels, CLASSES, &datasets[0]));
    assert_ok(dnn_dataset_create_labels_f32(x_f32, SAMPLES, N_IN, labels, CLASSES, &datasets[1]));
    assert_ok(dnn_dataset_create_labels_u8(x_u8, SAMPLES, N_IN, labels, CLASSES, &datasets[2]));
    for (int d = 0; d < 3; d++) {
        assert_shape(datasets[d], SAMPLES, N_IN, CLASSES);
        for (int i = 0; i < SAMPLES; i++) {
            double got_x[N_IN], got_y[CLASSES];
            assert_ok(dnn_dataset_get(datasets[d], i, got_x, got_y));
            for (int j = 0; j < N_IN; j++) {
                const int at = i * N_IN + j;
                const double expected[] = {x[at], (double)x_f32[at], x_u8[at] / 255.0};
                assert_near("x", at, got_x[j], expected[d], 1, 1e-15);
            }
            for (int j = 0; j < CLASSES; j++)
                assert_true(got_y[j] == (j == labels[i] ? 1.0 : 0.0));
        }
        dnn_dataset_destroy(datasets[d]);
    }
}

static void test_a_dataset_keeps_a_copy(void **state)
{
    (void)state;
    double x[2] = {1, 2}, y[2] = {3, 4}, got_x, got_y;
    dnn_dataset *dataset = NULL;
    assert_ok(dnn_dataset_create(x, 2, 1, y, 1, &dataset));
    x[1] = y[1] = SENTINEL;
    assert_ok(dnn_dataset_get(dataset, 1, &got_x, &got_y));
    assert_true(got_x == 2 && got_y == 4);
    dnn_dataset_destroy(dataset);
}

static void test_half_a_sample_can_be_asked_for_and_none_beyond_the_last(void **state)
{
    (void)state;
    dnn_dataset *dataset = random_dataset(1, SAMPLES, N_IN, 1);
    double x[N_IN], y[1];
    fill_sentinel(x, N_IN);
    fill_sentinel(y, 1);
    expect_invalid(dnn_dataset_get(dataset, SAMPLES, x, y), "i is 5, expected 0 to 4");
    expect_invalid(dnn_dataset_get(dataset, -1, x, y), "i is -1, expected 0 to 4");
    assert_ok(dnn_dataset_get(dataset, 0, NULL, NULL));
    assert_untouched(x, N_IN);
    assert_ok(dnn_dataset_get(dataset, 0, x, NULL));
    assert_untouched(y, 1);
    assert_ok(dnn_dataset_get(dataset, 0, NULL, y));
    assert_true(x[0] != SENTINEL && y[0] != SENTINEL);
    dnn_dataset_destroy(dataset);
}

static void test_a_label_out_of_range_is_named_with_its_place(void **state)
{
    (void)state;
    static const int32_t bad[] = {-1, 3, INT32_MIN, INT32_MAX};
    const double x[SAMPLES] = {0};
    const float x_f32[SAMPLES] = {0};
    const uint8_t x_u8[SAMPLES] = {0};
    dnn_dataset *out = NULL;
    for (int i = 0; i < 4; i++) {
        const int32_t labels[SAMPLES] = {0, 1, 2, 0, bad[i]};
        char words[64];
        snprintf(words, sizeof words, "labels[4] is %d, expected 0 to 2", (int)bad[i]);
        expect_invalid(dnn_dataset_create_labels(x, SAMPLES, 1, labels, 3, &out), words);
        expect_invalid(dnn_dataset_create_labels_f32(x_f32, SAMPLES, 1, labels, 3, &out), words);
        expect_invalid(dnn_dataset_create_labels_u8(x_u8, SAMPLES, 1, labels, 3, &out), words);
    }
    assert_null(out);
}

/* ---- sizes ---- */

static void test_impossible_sizes_are_refused_by_name(void **state)
{
    (void)state;
    static const int64_t bad[] = {0, -1, INT64_MIN, INT64_C(2147483648), HUGE_SIZE, INT64_MAX};
    const double x[1] = {0};
    const float x_f32[1] = {0};
    const uint8_t x_u8[1] = {0};
    const int32_t labels[1] = {0};
    dnn_dataset *out = NULL;
    for (int i = 0; i < 6; i++) {
        const int64_t n = bad[i];
        expect_invalid(dnn_dataset_create(x, n, 1, x, 1, &out), "n is");
        expect_invalid(dnn_dataset_create(x, 1, n, x, 1, &out), "n_in is");
        expect_invalid(dnn_dataset_create(x, 1, 1, x, n, &out), "n_out is");
        expect_invalid(dnn_dataset_create_f32(x_f32, n, 1, x_f32, 1, &out), "n is");
        expect_invalid(dnn_dataset_create_f32(x_f32, 1, n, x_f32, 1, &out), "n_in is");
        expect_invalid(dnn_dataset_create_f32(x_f32, 1, 1, x_f32, n, &out), "n_out is");
        expect_invalid(dnn_dataset_create_labels(x, n, 1, labels, 1, &out), "n is");
        expect_invalid(dnn_dataset_create_labels(x, 1, n, labels, 1, &out), "n_in is");
        expect_invalid(dnn_dataset_create_labels(x, 1, 1, labels, n, &out), "classes is");
        expect_invalid(dnn_dataset_create_labels_f32(x_f32, n, 1, labels, 1, &out), "n is");
        expect_invalid(dnn_dataset_create_labels_f32(x_f32, 1, n, labels, 1, &out), "n_in is");
        expect_invalid(dnn_dataset_create_labels_f32(x_f32, 1, 1, labels, n, &out), "classes is");
        expect_invalid(dnn_dataset_create_labels_u8(x_u8, n, 1, labels, 1, &out), "n is");
        expect_invalid(dnn_dataset_create_labels_u8(x_u8, 1, n, labels, 1, &out), "n_in is");
        expect_invalid(dnn_dataset_create_labels_u8(x_u8, 1, 1, labels, n, &out), "classes is");
    }
    assert_null(out);
}

/* Both sizes are allowed, and their product is not: it overflows, or is more than there is. */
static void test_a_product_of_sizes_that_no_memory_holds_is_refused(void **state)
{
    (void)state;
    const double x[1] = {0};
    const uint8_t x_u8[1] = {0};
    const int32_t labels[1] = {0};
    dnn_dataset *out = NULL;
    const int64_t n = 2147483647, width = 2147483520;
    expect_invalid(dnn_dataset_create(x, n, width, x, 1, &out), "memory");
    expect_invalid(dnn_dataset_create(x, n, 1 << 30, x, width, &out), "memory");
    expect_error(dnn_dataset_create(x, n, 1 << 26, x, 1, &out), DNN_ERROR_OUT_OF_MEMORY, "memory");
    const int32_t status = dnn_dataset_create_labels_u8(x_u8, n, width, labels, 1, &out);
    assert_true(status == DNN_ERROR_OUT_OF_MEMORY || status == DNN_ERROR_INVALID_ARGUMENT);
    assert_null(out);
}

/* ---- split ---- */

enum { WHOLE = 101 };

/* A dataset of WHOLE samples whose x and y are their numbers. */
static dnn_dataset *numbered(void)
{
    double x[WHOLE];
    dnn_dataset *dataset = NULL;
    for (int i = 0; i < WHOLE; i++)
        x[i] = i;
    assert_ok(dnn_dataset_create(x, WHOLE, 1, x, 1, &dataset));
    return dataset;
}

/* Marks each sample of a part, once more than it was. */
static void mark(const dnn_dataset *part, int *seen)
{
    for (int64_t i = 0; i < dnn_dataset_size(part); i++) {
        double x = NAN, y = NAN;
        assert_ok(dnn_dataset_get(part, i, &x, &y));
        assert_true(x == y && x >= 0 && x < WHOLE);
        seen[(int)x]++;
    }
}

static void test_two_parts_need_two_places(void **state)
{
    (void)state;
    const double x[] = {1, 2}, y[] = {1, 2};
    dnn_dataset *dataset = NULL, *part = NULL;
    assert_ok(dnn_dataset_create(x, 2, 1, y, 1, &dataset));
    expect_invalid(dnn_dataset_split(dataset, 0.5, 0, &part, &part), "same place");
    assert_null(part);
    dnn_dataset_destroy(dataset);
}

static void test_the_parts_of_a_split_are_the_whole_and_survive_it(void **state)
{
    (void)state;
    static const double fractions[] = {0.01, 0.25, 0.5, 0.8, 0.99};
    static const int64_t sizes[] = {1, 25, 51, 81, 100}; /* of 1.01, 25.25, 50.5, 80.8, 99.99 */
    for (int k = 0; k < 5; k++) {
        dnn_dataset *whole = numbered(), *first = NULL, *second = NULL, *quarters[2] = {NULL};
        int seen[WHOLE] = {0};
        assert_ok(dnn_dataset_split(whole, fractions[k], k, &first, &second));
        dnn_dataset_destroy(whole);
        assert_shape(first, sizes[k], 1, 1);
        assert_shape(second, WHOLE - sizes[k], 1, 1);
        dnn_dataset *large = sizes[k] > 50 ? first : second, *small = large == first ? second : first;
        assert_ok(dnn_dataset_split(large, 0.5, 1, &quarters[0], &quarters[1])); /* a part is a dataset like any */
        dnn_dataset_destroy(large);
        mark(small, seen);
        mark(quarters[0], seen);
        mark(quarters[1], seen);
        for (int i = 0; i < WHOLE; i++)
            assert_int_equal(seen[i], 1);
        dnn_dataset_destroy(quarters[0]);
        dnn_dataset_destroy(small);
        dnn_dataset_destroy(quarters[1]);
    }
}

static void test_a_split_is_random_and_the_seed_decides_it(void **state)
{
    (void)state;
    dnn_dataset *whole = numbered();
    int seen[4][WHOLE] = {{0}}, in_order[WHOLE] = {0};
    static const int64_t seeds[] = {1, 1, 2, INT64_MIN};
    for (int k = 0; k < 4; k++) {
        dnn_dataset *first = NULL, *second = NULL;
        assert_ok(dnn_dataset_split(whole, 0.5, seeds[k], &first, &second));
        mark(first, seen[k]);
        dnn_dataset_destroy(first);
        dnn_dataset_destroy(second);
    }
    for (int i = 0; i < 51; i++)
        in_order[i] = 1;
    assert_memory_equal(seen[0], seen[1], sizeof seen[0]);
    assert_memory_not_equal(seen[0], seen[2], sizeof seen[0]);
    assert_memory_not_equal(seen[0], seen[3], sizeof seen[0]);
    assert_memory_not_equal(seen[0], in_order, sizeof seen[0]);
    dnn_dataset_destroy(whole);
}

static void test_a_split_that_leaves_a_part_empty_is_refused(void **state)
{
    (void)state;
    static const double fractions[] = {0, 1, -0.5, 1.5, 0.001, 0.999, -0.0, 1e300};
    dnn_dataset *whole = numbered(), *one = random_dataset(1, 1, 1, 1), *first = NULL, *second = NULL;
    for (int i = 0; i < 8; i++)
        expect_invalid(dnn_dataset_split(whole, fractions[i], 0, &first, &second), "fraction");
    expect_invalid(dnn_dataset_split(one, 0.5, 0, &first, &second), "fraction is 0.5, expected");
    static const double unfit[] = {NAN, INFINITY, -INFINITY};
    for (int i = 0; i < 3; i++) {
        mark_last_error();
        const int32_t status = dnn_dataset_split(whole, unfit[i], 0, &first, &second);
        assert_true(status == DNN_ERROR_INVALID_ARGUMENT || status == DNN_ERROR_NOT_FINITE);
        assert_non_null(strstr(dnn_last_error(), "fraction"));
    }
    assert_true(first == NULL && second == NULL);
    dnn_dataset_destroy(whole);
    dnn_dataset_destroy(one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doubles_and_floats_come_out_as_they_went_in),
        cmocka_unit_test(test_labels_come_out_as_zeros_and_a_one_and_bytes_as_255ths),
        cmocka_unit_test(test_a_dataset_keeps_a_copy),
        cmocka_unit_test(test_half_a_sample_can_be_asked_for_and_none_beyond_the_last),
        cmocka_unit_test(test_a_label_out_of_range_is_named_with_its_place),
        cmocka_unit_test(test_impossible_sizes_are_refused_by_name),
        cmocka_unit_test(test_a_product_of_sizes_that_no_memory_holds_is_refused),
        cmocka_unit_test(test_two_parts_need_two_places),
        cmocka_unit_test(test_the_parts_of_a_split_are_the_whole_and_survive_it),
        cmocka_unit_test(test_a_split_is_random_and_the_seed_decides_it),
        cmocka_unit_test(test_a_split_that_leaves_a_part_empty_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
