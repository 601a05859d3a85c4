/*
 * test_memory.c - sizes that overflow are refused, memory comes zeroed and aligned, and what cannot be had is NULL.
 */
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* The sanitizers' allocators end the process when asked for too much, unless they are told to behave like malloc. */
const char *__asan_default_options(void);
const char *__tsan_default_options(void);
const char *__msan_default_options(void);

const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

const char *__tsan_default_options(void)
{
    return "allocator_may_return_null=1";
}

const char *__msan_default_options(void)
{
    return "allocator_may_return_null=1";
}

/* ---- arithmetic ---- */

/* clang-format off */
static const int64_t operands[] = {
    0, 1, 2, 3, 7, 1 << 20, 3037000499, 3037000500, 1LL << 31, 1LL << 32, 1LL << 61, 1LL << 62,
    INT64_MAX / 3, INT64_MAX / 2, INT64_MAX - 1, INT64_MAX,
};
/* clang-format on */

static void test_products_that_fit_are_right_and_others_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(operands); i++) {
        for (size_t j = 0; j < COUNT(operands); j++) {
            int64_t product = -7;
            /* a b ≤ m exactly when a ≤ ⌊m / b⌋ */
            const bool fits = operands[j] == 0 || operands[i] <= INT64_MAX / operands[j];
            assert_int_equal(memory_multiply(operands[i], operands[j], &product), fits);
            assert_true(product == (fits ? (int64_t)((uint64_t)operands[i] * (uint64_t)operands[j]) : -7));
        }
    }
}

static void test_negative_sizes_are_refused(void **state)
{
    (void)state;
    const int64_t negative[] = {-1, -2, INT64_MIN, INT64_MIN + 1};
    for (size_t i = 0; i < COUNT(negative); i++) {
        int64_t out = -7;
        assert_false(memory_multiply(negative[i], 1, &out) || memory_multiply(1, negative[i], &out));
        assert_false(memory_multiply(negative[i], 0, &out) || memory_multiply(0, negative[i], &out));
        assert_false(memory_multiply(negative[i], negative[i], &out));
        assert_int_equal(out, -7);
        assert_null(memory_new(negative[i], 1));
        assert_null(memory_new(1, negative[i]));
        assert_null(memory_new_aligned(negative[i], 8));
        assert_null(memory_new_aligned(8, negative[i]));
    }
}

/* ---- blocks ---- */

static void assert_zero(const unsigned char *block, int64_t size)
{
    for (int64_t i = 0; i < size; i++)
        if (block[i] != 0)
            fail_msg("byte %lld of %lld is %d", (long long)i, (long long)size, block[i]);
}

/* Memory that was used and released is handed out again soon: it must be cleaned. */
static void test_memory_is_zeroed_every_time(void **state)
{
    (void)state;
    for (int round = 0; round < 3; round++) {
        for (int64_t size = 1; size <= 3000; size += 37) {
            unsigned char *plain = memory_new(size, 3);
            unsigned char *aligned = memory_new_aligned(size, 3);
            assert_non_null(plain);
            assert_non_null(aligned);
            assert_zero(plain, 3 * size);
            assert_zero(aligned, 3 * size);
            memset(plain, 0xFF, (size_t)(3 * size));
            memset(aligned, 0xFF, (size_t)(3 * size));
            memory_free(plain);
            memory_free_aligned(aligned);
        }
    }
}

static void test_aligned_memory_starts_on_a_cache_line(void **state)
{
    (void)state;
    void *blocks[500];
    for (int64_t i = 0; i < 500; i++) {
        blocks[i] = memory_new_aligned(i * i, 1);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % 64, 0);
    }
    for (int64_t i = 0; i < 500; i++)
        memory_free_aligned(blocks[i]);
}

/* Two blocks of nothing can be told apart, so NULL always means that memory was refused. */
static void test_nothing_is_a_block_too(void **state)
{
    (void)state;
    void *blocks[] = {memory_new(0, 8), memory_new(8, 0), memory_new_aligned(0, 8), memory_new_aligned(8, 0)};
    for (size_t i = 0; i < COUNT(blocks); i++)
        assert_non_null(blocks[i]);
    memory_free(blocks[0]);
    memory_free(blocks[1]);
    memory_free_aligned(blocks[2]);
    memory_free_aligned(blocks[3]);
}

static void test_sizes_that_overflow_or_do_not_exist_are_null(void **state)
{
    (void)state;
    /* clang-format off */
    const int64_t huge[][2] = {
        {INT64_MAX, 1},  {INT64_MAX, 8},  {INT64_MAX, INT64_MAX}, {1LL << 62, 2},     {1LL << 61, 8},
        {1LL << 32, 1LL << 32},
        {INT64_MAX - 1, 1}, {INT64_MAX - 63, 1}, {INT64_MAX - 127, 1}, {INT64_MAX - 128, 1}, {INT64_MAX - 200, 1},
        {1LL << 62, 1},  {1LL << 50, 8},
    };
    /* clang-format on */
    unsigned char *block = memory_new(10, 1);
    memset(block, 5, 10);
    for (size_t i = 0; i < COUNT(huge); i++) {
        assert_null(memory_new(huge[i][0], huge[i][1]));
        assert_null(memory_new_aligned(huge[i][0], huge[i][1]));
        assert_null(memory_resize(block, huge[i][0], huge[i][1]));
    }
    /* A block that could not be resized is as it was. */
    for (int i = 0; i < 10; i++)
        assert_int_equal(block[i], 5);
    memory_free(block);
}

static void test_a_resized_block_keeps_what_it_holds(void **state)
{
    (void)state;
    unsigned char *block = memory_resize(NULL, 100, 1);
    assert_non_null(block);
    for (int i = 0; i < 100; i++)
        block[i] = (unsigned char)i;
    block = memory_resize(block, 100000, 2);
    assert_non_null(block);
    block[199999] = 1;
    block = memory_resize(block, 50, 1);
    assert_non_null(block);
    for (int i = 0; i < 50; i++)
        assert_int_equal(block[i], i);
    block = memory_resize(block, 0, 8); /* still a block, not a release */
    assert_non_null(block);
    memory_free(block);
}

static void test_releasing_null_does_nothing(void **state)
{
    (void)state;
    memory_free(NULL);
    memory_free_aligned(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_products_that_fit_are_right_and_others_refused),
        cmocka_unit_test(test_negative_sizes_are_refused),
        cmocka_unit_test(test_memory_is_zeroed_every_time),
        cmocka_unit_test(test_aligned_memory_starts_on_a_cache_line),
        cmocka_unit_test(test_nothing_is_a_block_too),
        cmocka_unit_test(test_sizes_that_overflow_or_do_not_exist_are_null),
        cmocka_unit_test(test_a_resized_block_keeps_what_it_holds),
        cmocka_unit_test(test_releasing_null_does_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
