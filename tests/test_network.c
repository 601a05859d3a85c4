/*
 * test_network.c - where the weights lie: one after the other, each row on a cache line, no row a multiple of 4096 bytes.
 */
#include "core/network.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const int64_t real_sizes[] = {8, 4};

/* The layout of a network; NULL if it was refused. Released with free. */
static struct network *lay_out(const int64_t *sizes, int64_t layer_count, int64_t real_size)
{
    struct network *network =
        allocate_or_fail(1, sizeof *network + (size_t)(layer_count - 1) * sizeof network->layers[0]);
    if (!network_layout(network, sizes, layer_count, real_size)) {
        free(network);
        return NULL;
    }
    return network;
}

static void test_each_matrix_follows_the_one_before(void **state)
{
    (void)state;
    const int64_t sizes[] = {2, 1000, 7, 511, 1, 3};
    for (size_t r = 0; r < COUNT(real_sizes); r++) {
        struct network *network = lay_out(sizes, COUNT(sizes), real_sizes[r]);
        int64_t offset = 0, parameters = 0;
        assert_non_null(network);
        assert_int_equal(network->depth, 5);
        for (int64_t l = 0; l < 5; l++) {
            const struct layer *layer = &network->layers[l];
            assert_int_equal(layer->n_in, sizes[l]);
            assert_int_equal(layer->n_out, sizes[l + 1]);
            assert_int_equal(layer->offset, offset);
            assert_true(layer->stride >= layer->n_in + 1);
            offset += layer->n_out * layer->stride;
            parameters += sizes[l + 1] * (sizes[l] + 1);
        }
        assert_int_equal(network->arena_count, offset);
        assert_int_equal(network->parameter_count, parameters);
        free(network);
    }
}

static void test_a_matrix_of_the_arena_has_the_layers_shape_and_place(void **state)
{
    (void)state;
    const int64_t sizes[] = {3, 5, 2};
    struct network *network = lay_out(sizes, 3, 4);
    assert_non_null(network);
    float *arena = allocate_or_fail((size_t)network->arena_count, sizeof *arena);
    for (int64_t l = 0; l < 2; l++) {
        const struct matrix w = network_weights(network, arena, l, 4);
        assert_ptr_equal(w.data, arena + network->layers[l].offset);
        assert_int_equal(w.rows, sizes[l + 1]);
        assert_int_equal(w.columns, sizes[l] + 1);
        assert_int_equal(w.stride, network->layers[l].stride);
    }
    for (int64_t l = 0; l < 3; l++)
        assert_int_equal(network_size(network, l), sizes[l]);
    free(arena);
    free(network);
}

/* The least stride that meets the promises, found by trying. */
static int64_t least_stride(int64_t columns, int64_t real_size)
{
    while (columns * real_size % 64 != 0 || columns * real_size % 4096 == 0)
        columns++;
    return columns;
}

static void test_rows_are_padded_to_cache_lines_but_never_to_4096_bytes(void **state)
{
    (void)state;
    for (size_t r = 0; r < COUNT(real_sizes); r++) {
        for (int64_t n = 1; n <= 5000; n++) {
            const int64_t sizes[] = {n, 2};
            struct network *network = lay_out(sizes, 2, real_sizes[r]);
            assert_non_null(network);
            const int64_t stride = network->layers[0].stride;
            if (stride != least_stride(n + 1, real_sizes[r]))
                fail_msg("n = %lld, %lld bytes a number: stride %lld, expected %lld", (long long)n,
                         (long long)real_sizes[r], (long long)stride, (long long)least_stride(n + 1, real_sizes[r]));
            /* X̂ has the rows of W. */
            assert_int_equal(network_row_stride(network, 0, real_sizes[r]), stride);
            assert_int_equal(network_row_stride(network, 1, real_sizes[r]), least_stride(3, real_sizes[r]));
            free(network);
        }
    }
}

/* ---- the largest networks ---- */

static void test_the_largest_layers_row_can_be_counted_with_31_bits(void **state)
{
    (void)state;
    const int64_t sizes[] = {NETWORK_LARGEST_LAYER, 1};
    for (size_t r = 0; r < COUNT(real_sizes); r++) {
        struct network *network = lay_out(sizes, 2, real_sizes[r]);
        assert_non_null(network);
        assert_true(network->layers[0].stride <= INT32_MAX);
        assert_int_equal(network->layers[0].stride, least_stride(NETWORK_LARGEST_LAYER + 1, real_sizes[r]));
        free(network);
    }
}

/* Each product of two such layers is below 2⁶², so two of them fit into 63 bits, and the third does not. */
static void test_sizes_whose_sum_overflows_are_refused(void **state)
{
    (void)state;
    const int64_t sizes[] = {NETWORK_LARGEST_LAYER, NETWORK_LARGEST_LAYER, NETWORK_LARGEST_LAYER,
                             NETWORK_LARGEST_LAYER};
    for (size_t r = 0; r < COUNT(real_sizes); r++) {
        struct network *network = lay_out(sizes, 3, real_sizes[r]);
        assert_non_null(network);
        assert_true(network->arena_count > 0 && network->parameter_count > 0);
        assert_true(network->arena_count >= network->parameter_count);
        free(network);
        assert_null(lay_out(sizes, 4, real_sizes[r]));
    }
}

/* Through the ABI the same is memory that cannot be had; nothing crashes and nothing is allocated for long. */
static void test_a_network_that_is_too_large_is_refused_by_the_library(void **state)
{
    (void)state;
    const int64_t sizes[] = {NETWORK_LARGEST_LAYER, NETWORK_LARGEST_LAYER, NETWORK_LARGEST_LAYER,
                             NETWORK_LARGEST_LAYER};
    dnn_model *model = NULL;
    assert_int_equal(dnn_model_create(sizes, 4, NULL, &model), DNN_ERROR_OUT_OF_MEMORY);
    assert_null(model);
    const int64_t larger[] = {(int64_t)NETWORK_LARGEST_LAYER + 1, 1};
    assert_int_equal(dnn_model_create(larger, 2, NULL, &model), DNN_ERROR_INVALID_ARGUMENT);
    assert_null(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_matrix_follows_the_one_before),
        cmocka_unit_test(test_a_matrix_of_the_arena_has_the_layers_shape_and_place),
        cmocka_unit_test(test_rows_are_padded_to_cache_lines_but_never_to_4096_bytes),
        cmocka_unit_test(test_the_largest_layers_row_can_be_counted_with_31_bits),
        cmocka_unit_test(test_sizes_whose_sum_overflows_are_refused),
        cmocka_unit_test(test_a_network_that_is_too_large_is_refused_by_the_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
