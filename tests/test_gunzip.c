/*
 * test_gunzip.c - plain and gzip bytes come whole and exact; damaged ones are refused, wherever the damage is.
 *
 * The property behind most of it: a read that ends well gave the very bytes that were compressed. Every truncation and
 * every flipped bit of a small file is tried.
 */
#include "data/gunzip.h"
#include "base/status.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { CAPACITY = 1 << 20 };

/* Bytes that compress a little: letters drawn from four. */
static void fill(uint8_t *bytes, int64_t n)
{
    struct generator generator = {(uint64_t)n};
    for (int64_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)('a' + generator_next(&generator) % 4);
}

/* Adds one gzip member, of n bytes, at the end of file. level: zlib's, 0 to 9. */
static void add_member(uint8_t *file, int64_t *size, const uint8_t *bytes, int64_t n, int level)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, level, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)bytes;
    stream.avail_in = (uInt)n;
    stream.next_out = file + *size;
    stream.avail_out = (uInt)(CAPACITY - *size);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    *size = CAPACITY - (int64_t)stream.avail_out;
    assert_int_equal(deflateEnd(&stream), Z_OK);
}

static struct gunzip *open_bytes(const uint8_t *file, int64_t size)
{
    struct gunzip *source = NULL;
    assert_ok(gunzip_open(file, size, "the file", &source));
    return source;
}

/* Reads n bytes in pieces, then expects the end. */
static int32_t read_whole(const uint8_t *file, int64_t size, uint8_t *out, int64_t n, int64_t piece)
{
    struct gunzip *source = open_bytes(file, size);
    int32_t status = DNN_OK;
    for (int64_t done = 0; status == DNN_OK && done < n; done += piece)
        status = gunzip_read(source, out + done, n - done < piece ? n - done : piece);
    if (status == DNN_OK)
        status = gunzip_end(source);
    gunzip_close(source);
    return status;
}

/* Whatever the pieces. */
static void assert_content(const uint8_t *file, int64_t size, const uint8_t *expected, int64_t n)
{
    const int64_t pieces[] = {1, 2, 7, 4096, n > 0 ? n : 1};
    uint8_t *out = allocate_or_fail((size_t)n + 1, 1);
    for (size_t p = n > 20000 ? 2 : 0; p < COUNT(pieces); p++) {
        memset(out, '#', (size_t)n + 1);
        assert_ok(read_whole(file, size, out, n, pieces[p]));
        assert_memory_equal(out, expected, (size_t)n);
        assert_int_equal(out[n], '#');
    }
    free(out);
}

/* ---- whole files ---- */

static void test_plain_bytes_come_as_they_are(void **state)
{
    (void)state;
    uint8_t bytes[1000];
    fill(bytes, 1000);
    assert_content(bytes, 1000, bytes, 1000);
    assert_content(bytes, 1, bytes, 1);
    assert_content(bytes, 0, bytes, 0);
    const uint8_t half_magic[] = {0x1F};
    assert_content(half_magic, 1, half_magic, 1);
}

static void test_gzip_bytes_come_decompressed(void **state)
{
    (void)state;
    const int64_t counts[] = {0, 1, 100, 32768, 300000};
    uint8_t *bytes = allocate_or_fail(300000, 1);
    uint8_t *file = allocate_or_fail(CAPACITY, 1);
    for (size_t c = 0; c < COUNT(counts); c++) {
        for (int level = 0; level <= 9; level += 3) {
            int64_t size = 0;
            fill(bytes, counts[c]);
            add_member(file, &size, bytes, counts[c], level);
            assert_content(file, size, bytes, counts[c]);
        }
    }
    free(bytes);
    free(file);
}

/* RFC 1952, 2.2: members, empty ones too, are one file. */
static void test_members_follow_one_another(void **state)
{
    (void)state;
    uint8_t bytes[3000];
    uint8_t *file = allocate_or_fail(CAPACITY, 1);
    int64_t size = 0;
    fill(bytes, 3000);
    add_member(file, &size, bytes, 0, 6);
    add_member(file, &size, bytes, 1000, 6);
    add_member(file, &size, bytes + 1000, 1, 0);
    add_member(file, &size, bytes, 0, 6);
    add_member(file, &size, bytes + 1001, 1999, 9);
    add_member(file, &size, bytes, 0, 6);
    assert_content(file, size, bytes, 3000);
    free(file);
}

/* ---- damage ---- */

/* A file of two members, 200 bytes. */
static int64_t make_small_file(uint8_t *file, uint8_t *bytes)
{
    int64_t size = 0;
    fill(bytes, 200);
    add_member(file, &size, bytes, 150, 6);
    add_member(file, &size, bytes + 150, 50, 6);
    return size;
}

static void test_a_file_cut_anywhere_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[200], out[200];
    uint8_t *file = allocate_or_fail(CAPACITY, 1);
    const int64_t size = make_small_file(file, bytes);
    for (int64_t cut = 0; cut < size; cut++) {
        uint8_t *kept =
            allocate_or_fail((size_t)cut + 1, 1); /* of its own, so that a sanitizer sees a read beyond it */
        memcpy(kept, file, (size_t)cut);
        assert_int_equal(read_whole(kept, cut, out, 200, 200), DNN_ERROR_FORMAT);
        assert_int_equal(read_whole(kept, cut, out, 200, 1), DNN_ERROR_FORMAT);
        assert_non_null(strstr(status_message(), "the file"));
        free(kept);
    }
    free(file);
}

/* Some bits of the header mean nothing for the content (time, system); every other flip must be found. */
static void test_a_flipped_bit_never_gives_other_bytes(void **state)
{
    (void)state;
    uint8_t bytes[200], out[200];
    uint8_t *file = allocate_or_fail(CAPACITY, 1);
    const int64_t size = make_small_file(file, bytes);
    int64_t refused = 0;
    for (int64_t bit = 0; bit < 8 * size; bit++) {
        file[bit / 8] ^= (uint8_t)(1 << bit % 8);
        memset(out, 0, sizeof out);
        const int32_t status = read_whole(file, size, out, 200, 200);
        if (status == DNN_OK)
            assert_memory_equal(out, bytes, 200);
        else
            assert_int_equal(status, DNN_ERROR_FORMAT);
        refused += status != DNN_OK;
        file[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    /* At most 56 bits of a member go unseen: FTEXT, the time's 32, the 8 that name the level, the 8 that name the system,
     * and the up to 7 that fill the last byte of the compressed data. */
    assert_in_range(refused, 8 * size - 2 * 56, 8 * size - 1);
    free(file);
}

static void test_bytes_after_the_end_are_refused(void **state)
{
    (void)state;
    uint8_t bytes[200], out[200];
    const uint8_t extras[] = {0x00, 0x1F, 'x'};
    uint8_t *file = allocate_or_fail(CAPACITY, 1);
    const int64_t size = make_small_file(file, bytes);
    for (size_t e = 0; e < COUNT(extras); e++) {
        file[size] = extras[e];
        assert_int_equal(read_whole(file, size + 1, out, 200, 200), DNN_ERROR_FORMAT);
    }
    /* The start of a member that never comes. */
    file[size] = 0x1F;
    file[size + 1] = 0x8B;
    assert_int_equal(read_whole(file, size + 2, out, 200, 200), DNN_ERROR_FORMAT);
    assert_int_equal(read_whole(bytes, 200, out, 199, 199), DNN_ERROR_FORMAT);
    free(file);
}

static void test_fewer_or_more_bytes_than_asked_for_are_refused(void **state)
{
    (void)state;
    uint8_t bytes[200], out[300];
    uint8_t *file = allocate_or_fail(CAPACITY, 1);
    const int64_t size = make_small_file(file, bytes);
    assert_int_equal(read_whole(file, size, out, 199, 199), DNN_ERROR_FORMAT);
    assert_int_equal(read_whole(file, size, out, 150, 150), DNN_ERROR_FORMAT);
    assert_int_equal(read_whole(file, size, out, 0, 1), DNN_ERROR_FORMAT);
    assert_int_equal(read_whole(file, size, out, 201, 201), DNN_ERROR_FORMAT);
    assert_int_equal(read_whole(bytes, 200, out, 201, 201), DNN_ERROR_FORMAT);
    free(file);
}

/* ---- the bound ---- */

/* At each point of a read, no more can come than the bound said: a header that promises more is a lie. */
static void test_no_more_bytes_come_than_the_bound_tells(void **state)
{
    (void)state;
    const int64_t n = 10000000; /* zeros: what deflate makes smallest, nearly 1032 : 1 */
    uint8_t *bytes = allocate_or_fail((size_t)n, 1);
    uint8_t *file = allocate_or_fail(CAPACITY, 1);
    int64_t size = 0;
    add_member(file, &size, bytes, n, 9);
    assert_true(size < n / 1000);
    struct gunzip *source = open_bytes(file, size);
    for (int64_t done = 0; done < n; done += 12345) {
        assert_true(gunzip_bound(source) >= n - done);
        assert_true(gunzip_bound(source) <= 1032 * (size + 9));
        assert_ok(gunzip_read(source, bytes, n - done < 12345 ? n - done : 12345));
    }
    assert_ok(gunzip_end(source));
    gunzip_close(source);
    free(bytes);
    free(file);
}

static void test_the_bound_of_plain_bytes_is_what_is_left(void **state)
{
    (void)state;
    uint8_t bytes[10] = {1}, out[10];
    struct gunzip *source = open_bytes(bytes, 10);
    assert_int_equal(gunzip_bound(source), 10);
    assert_ok(gunzip_read(source, out, 7));
    assert_int_equal(gunzip_bound(source), 3);
    assert_int_equal(gunzip_read(source, out, 4), DNN_ERROR_FORMAT);
    assert_int_equal(gunzip_bound(source), 3);
    assert_ok(gunzip_read(source, out, 3));
    assert_ok(gunzip_read(source, NULL, 0));
    assert_ok(gunzip_end(source));
    gunzip_close(source);
    gunzip_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_bytes_come_as_they_are),
        cmocka_unit_test(test_gzip_bytes_come_decompressed),
        cmocka_unit_test(test_members_follow_one_another),
        cmocka_unit_test(test_a_file_cut_anywhere_is_refused),
        cmocka_unit_test(test_a_flipped_bit_never_gives_other_bytes),
        cmocka_unit_test(test_bytes_after_the_end_are_refused),
        cmocka_unit_test(test_fewer_or_more_bytes_than_asked_for_are_refused),
        cmocka_unit_test(test_no_more_bytes_come_than_the_bound_tells),
        cmocka_unit_test(test_the_bound_of_plain_bytes_is_what_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
