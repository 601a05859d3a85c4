/*
 * test_random.c - the generator gives the numbers that its authors publish, and its distributions are fair.
 *
 * The numbers are promised to stay: they are held against a second implementation (random_reference.py, which makes
 * random_expected.h). Fairness is held against bounds five standard deviations wide; seeds are fixed, so a test that has
 * passed passes again.
 */
#include "base/random.h"
#include "random_expected.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- the numbers ---- */

static void test_the_bits_are_those_of_the_authors(void **state)
{
    (void)state;
    struct random random = {{1, 2, 3, 4}};
    for (size_t i = 0; i < COUNT(expected_bits); i++)
        assert_true(random_bits(&random) == expected_bits[i]);
}

static void test_a_seed_is_spread_by_splitmix64(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 1234567, RANDOM_STREAM_WEIGHTS);
    assert_memory_equal(random.state, expected_state, sizeof expected_state);
}

static void test_each_seed_has_three_streams_of_its_own(void **state)
{
    (void)state;
    const enum random_stream streams[] = {RANDOM_STREAM_WEIGHTS, RANDOM_STREAM_SHUFFLE, RANDOM_STREAM_SPLIT};
    uint64_t seen[COUNT(expected_streams)];
    for (size_t i = 0; i < COUNT(expected_streams); i++) {
        struct random random;
        random_seed(&random, stream_seeds[i / 3], streams[i % 3]);
        seen[i] = random_bits(&random);
        assert_true(seen[i] == expected_streams[i]);
        for (size_t j = 0; j < i; j++)
            assert_true(seen[i] != seen[j]);
    }
}

static void test_uniform_numbers_are_the_top_bits_scaled(void **state)
{
    (void)state;
    struct random random;
    random_seed(&random, 42, RANDOM_STREAM_WEIGHTS);
    for (size_t i = 0; i < COUNT(expected_uniform); i++)
        assert_true(random_uniform(&random, i % 2 == 0 ? 53 : 24) == expected_uniform[i]);
}

static void test_a_shuffle_is_the_same_on_every_machine(void **state)
{
    (void)state;
    struct random random;
    int32_t order[COUNT(expected_order)];
    random_seed(&random, 42, RANDOM_STREAM_SHUFFLE);
    for (size_t i = 0; i < COUNT(order); i++)
        order[i] = (int32_t)i;
    random_shuffle(&random, order, COUNT(order));
    assert_memory_equal(order, expected_order, sizeof expected_order);
}

/* ---- uniform numbers ---- */

/* All bits 1: the largest number there is. The output is rotl(s0 + s3, 23) + s0, here rotl(2⁶⁴ − 1, 23) + 0. */
static void test_the_largest_uniform_number_is_below_one(void **state)
{
    (void)state;
    const struct random ones = {{0, 1, 2, UINT64_MAX}};
    struct random random = ones;
    assert_true(random_bits(&random) == UINT64_MAX);
    random = ones;
    assert_true(random_uniform(&random, 53) == 1.0 - ldexp(1.0, -53));
    random = ones;
    assert_true((float)random_uniform(&random, 24) == 1.0f - ldexpf(1.0f, -24));
}

/* χ² of counts that are all expected to be `expected`: the mean is the degrees of freedom, the variance twice that. */
static void assert_even(const int64_t *counts, size_t count, double expected)
{
    double chi_square = 0.0;
    for (size_t i = 0; i < count; i++)
        chi_square += ((double)counts[i] - expected) * ((double)counts[i] - expected) / expected;
    const double freedom = (double)count - 1.0;
    if (fabs(chi_square - freedom) > 5.0 * sqrt(2.0 * freedom))
        fail_msg("chi-square is %.1f at %.0f degrees of freedom", chi_square, freedom);
}

static void test_every_byte_of_the_bits_is_even(void **state)
{
    (void)state;
    struct random random;
    int64_t counts[8][256] = {{0}};
    random_seed(&random, 1, RANDOM_STREAM_WEIGHTS);
    for (int i = 0; i < 1 << 17; i++) {
        const uint64_t bits = random_bits(&random);
        for (int byte = 0; byte < 8; byte++)
            counts[byte][(bits >> (8 * byte)) & 0xFF]++;
    }
    for (int byte = 0; byte < 8; byte++)
        assert_even(counts[byte], 256, 512.0);
}

static void test_pairs_of_uniform_numbers_are_even(void **state)
{
    (void)state;
    const int digits[] = {24, 53};
    for (int d = 0; d < 2; d++) {
        struct random random;
        int64_t counts[256] = {0};
        random_seed(&random, 2, RANDOM_STREAM_SPLIT);
        for (int i = 0; i < 1 << 17; i++) {
            const double u = random_uniform(&random, digits[d]);
            const double v = random_uniform(&random, digits[d]);
            assert_true(u >= 0.0 && u < 1.0 && v >= 0.0 && v < 1.0);
            counts[16 * (int)(16.0 * u) + (int)(16.0 * v)]++;
        }
        assert_even(counts, 256, 512.0);
    }
}

/* ---- normal numbers ---- */

/* Φ(z), the share of normal numbers below z. */
static double share_below(double z)
{
    return 0.5 * erfc(-z / sqrt(2.0));
}

static void test_normal_numbers_have_the_normal_distribution(void **state)
{
    (void)state;
    struct random random;
    int64_t counts[64] = {0};
    const int n = 1 << 17;
    random_seed(&random, 3, RANDOM_STREAM_WEIGHTS);
    double sum = 0.0, sum_of_squares = 0.0, farthest = 0.0;
    for (int i = 0; i < n; i++) {
        const double z = random_normal(&random);
        sum += z;
        sum_of_squares += z * z;
        farthest = fmax(farthest, fabs(z));
        /* By Φ normal numbers become uniform ones. */
        counts[(int)fmin(63.0, 64.0 * share_below(z))]++;
    }
    assert_even(counts, 64, n / 64.0);
    assert_true(fabs(sum / n) < 5.0 / sqrt(n));
    assert_true(fabs(sum_of_squares / n - 1.0) < 5.0 * sqrt(2.0 / n));
    assert_true(farthest > 3.5 && farthest < 7.0);
}

/* ---- bounded integers ---- */

static void test_numbers_below_a_bound_are_even(void **state)
{
    (void)state;
    const uint64_t bounds[] = {2, 3, 7, 10, 64, 1000};
    for (size_t b = 0; b < COUNT(bounds); b++) {
        struct random random;
        int64_t counts[1000] = {0};
        random_seed(&random, 4, RANDOM_STREAM_SHUFFLE);
        for (int i = 0; i < 100000; i++) {
            const uint64_t number = random_below(&random, bounds[b]);
            assert_true(number < bounds[b]);
            counts[number]++;
        }
        assert_even(counts, (size_t)bounds[b], 100000.0 / (double)bounds[b]);
    }
}

static void test_below_one_there_is_only_zero(void **state)
{
    (void)state;
    struct random random = {{1, 2, 3, 4}};
    for (int i = 0; i < 1000; i++)
        assert_true(random_below(&random, 1) == 0);
}

/* Of 64 bits modulo 3 · 2⁶², the lowest third would come twice as often as each other one: without rejection this is red. */
static void test_unfair_remainders_are_rejected(void **state)
{
    (void)state;
    struct random random;
    int64_t thirds[3] = {0};
    random_seed(&random, 5, RANDOM_STREAM_SHUFFLE);
    for (int i = 0; i < 30000; i++)
        thirds[random_below(&random, (uint64_t)3 << 62) >> 62]++;
    assert_even(thirds, 3, 10000.0);
    for (int i = 0; i < 1000; i++)
        assert_true(random_below(&random, UINT64_MAX) < UINT64_MAX);
}

/* ---- shuffles ---- */

static void test_a_shuffle_is_a_permutation(void **state)
{
    (void)state;
    const int64_t counts[] = {1, 2, 3, 100, 1009};
    struct random random = {{1, 2, 3, 4}};
    for (size_t c = 0; c < COUNT(counts); c++) {
        int32_t order[1010];
        bool seen[1009] = {false};
        for (int32_t i = 0; i < 1010; i++)
            order[i] = i;
        random_shuffle(&random, order, counts[c]);
        for (int64_t i = 0; i < counts[c]; i++) {
            assert_in_range(order[i], 0, counts[c] - 1);
            assert_false(seen[order[i]]);
            seen[order[i]] = true;
        }
        assert_int_equal(order[counts[c]], counts[c]);
    }
}

static void test_a_shuffle_of_nothing_or_of_one_does_nothing(void **state)
{
    (void)state;
    struct random random = {{1, 2, 3, 4}};
    int32_t order[] = {7, 8};
    random_shuffle(&random, order, 0);
    random_shuffle(&random, order, 1);
    random_shuffle(&random, NULL, 0);
    assert_int_equal(order[0], 7);
    assert_int_equal(order[1], 8);
}

static void test_each_order_of_four_is_as_likely(void **state)
{
    (void)state;
    struct random random;
    int64_t counts[256] = {0}; /* by the order, read as a number of base 4 */
    int64_t found[24];
    random_seed(&random, 6, RANDOM_STREAM_SHUFFLE);
    for (int i = 0; i < 48000; i++) {
        int32_t order[] = {0, 1, 2, 3};
        random_shuffle(&random, order, 4);
        counts[64 * order[0] + 16 * order[1] + 4 * order[2] + order[3]]++;
    }
    size_t orders = 0;
    for (size_t i = 0; i < 256; i++)
        if (counts[i] > 0 && orders < 24)
            found[orders++] = counts[i];
    assert_int_equal(orders, 24);
    assert_even(found, 24, 2000.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_bits_are_those_of_the_authors),
        cmocka_unit_test(test_a_seed_is_spread_by_splitmix64),
        cmocka_unit_test(test_each_seed_has_three_streams_of_its_own),
        cmocka_unit_test(test_uniform_numbers_are_the_top_bits_scaled),
        cmocka_unit_test(test_a_shuffle_is_the_same_on_every_machine),
        cmocka_unit_test(test_the_largest_uniform_number_is_below_one),
        cmocka_unit_test(test_every_byte_of_the_bits_is_even),
        cmocka_unit_test(test_pairs_of_uniform_numbers_are_even),
        cmocka_unit_test(test_normal_numbers_have_the_normal_distribution),
        cmocka_unit_test(test_numbers_below_a_bound_are_even),
        cmocka_unit_test(test_below_one_there_is_only_zero),
        cmocka_unit_test(test_unfair_remainders_are_rejected),
        cmocka_unit_test(test_a_shuffle_is_a_permutation),
        cmocka_unit_test(test_a_shuffle_of_nothing_or_of_one_does_nothing),
        cmocka_unit_test(test_each_order_of_four_is_as_likely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
