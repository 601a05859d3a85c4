/*
 * test_idx.c - IDX files, plain and gzip, honest and not.
 *
 * A file is a stranger's claim. Whatever is cut off, added, swapped, flipped or exaggerated, reading returns a status and a
 * message with the path, and never asks for more memory than the file could hold: lying headers are read with memory rationed,
 * so that a reader which believes them runs out of it and returns another status.
 */
#include "expect.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if !defined(_WIN32)
#include <sys/resource.h>
#endif
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

/* 3 images of 2 × 2 bytes, and their labels. */
static const uint8_t images[] = {0, 0, 8, 3,  0,   0,   0,   3,   0, 0, 0, 2, 0, 0,
                                 0, 2, 0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6};
static const uint8_t labels[] = {0, 0, 8, 1, 0, 0, 0, 3, 2, 0, 1};

static char directory[] = "/tmp/dnn-test-idx-XXXXXX";
static char images_path[64], labels_path[64];

static int make_directory(void **state)
{
    (void)state;
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(images_path, sizeof images_path, "%s/images", directory);
    snprintf(labels_path, sizeof labels_path, "%s/labels", directory);
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    unlink(images_path);
    unlink(labels_path);
    return rmdir(directory);
}

static void write_file(const char *path, const void *bytes, size_t size, const char *mode)
{
    FILE *file = fopen(path, mode);
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* mode: "wb" for a new file, "ab" for one gzip member more. */
static void write_gzip(const char *path, const void *bytes, size_t size, const char *mode)
{
    gzFile file = gzopen(path, mode);
    assert_non_null(file);
    assert_int_equal(gzwrite(file, bytes, (unsigned)size), (int)size);
    assert_int_equal(gzclose(file), Z_OK);
}

static int write_both(void **state)
{
    (void)state;
    write_file(images_path, images, sizeof images, "wb");
    write_file(labels_path, labels, sizeof labels, "wb");
    return 0;
}

static size_t read_file(const char *path, uint8_t *bytes, size_t capacity)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    const size_t size = fread(bytes, 1, capacity, file);
    assert_int_equal(fclose(file), 0);
    assert_true(size < capacity);
    return size;
}

/* Both files are the ones above. */
static void assert_reads(void)
{
    dnn_dataset *dataset = NULL;
    assert_ok(dnn_dataset_read_idx(images_path, labels_path, &dataset));
    assert_int_equal(dnn_dataset_size(dataset), 3);
    assert_int_equal(dnn_dataset_inputs(dataset), 4);
    assert_int_equal(dnn_dataset_outputs(dataset), 3);
    for (int i = 0; i < 3; i++) {
        double x[4], y[3];
        assert_ok(dnn_dataset_get(dataset, i, x, y));
        for (int j = 0; j < 4; j++)
            assert_true(x[j] == images[16 + 4 * i + j] / 255.0);
        for (int j = 0; j < 3; j++)
            assert_true(y[j] == (j == labels[8 + i]));
    }
    dnn_dataset_destroy(dataset);
}

static void assert_refused(int32_t status, const char *words)
{
    dnn_dataset *dataset = NULL;
    expect_error(dnn_dataset_read_idx(images_path, labels_path, &dataset), status, words);
    assert_null(dataset);
}

/* ---- honest files ---- */

static void test_plain_files_are_read(void **state)
{
    (void)state;
    assert_reads();
}

static void test_gzip_files_are_read_and_mixed_with_plain_ones(void **state)
{
    (void)state;
    write_gzip(images_path, images, sizeof images, "wb");
    assert_reads();
    write_gzip(labels_path, labels, sizeof labels, "wb");
    assert_reads();
}

/* gzip allows several members one after the other: cat a.gz b.gz. */
static void test_gzip_members_are_read_as_one_wherever_they_meet(void **state)
{
    (void)state;
    for (size_t cut = 1; cut < sizeof images; cut++) {
        write_gzip(images_path, images, cut, "wb");
        write_gzip(images_path, images + cut, sizeof images - cut, "ab");
        assert_reads();
    }
}

static void test_images_may_have_any_number_of_dimensions(void **state)
{
    (void)state;
    const uint8_t flat[] = {0, 0, 8, 2, 0, 0, 0, 3, 0, 0, 0, 1, 7, 8, 9};
    const uint8_t scalar[] = {0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9};
    dnn_dataset *dataset = NULL;
    write_file(images_path, flat, sizeof flat, "wb");
    assert_ok(dnn_dataset_read_idx(images_path, labels_path, &dataset));
    assert_int_equal(dnn_dataset_inputs(dataset), 1);
    dnn_dataset_destroy(dataset);
    write_file(images_path, scalar, sizeof scalar, "wb");
    assert_ok(dnn_dataset_read_idx(images_path, labels_path, &dataset));
    assert_int_equal(dnn_dataset_inputs(dataset), 1);
    dnn_dataset_destroy(dataset);
}

/* ---- every type ---- */

/* Numbers of each type, big-endian, and what they are: 4 in 2 × 2. */
static const struct {
    uint8_t type;
    size_t size; /* of one */
    const char *bytes;
    double values[4];
} typed[] = {
    {0x08, 1, "\0\1\2\377", {0, 1 / 255.0, 2 / 255.0, 1}},
    {0x09, 1, "\0\1\177\200", {0, 1, 127, -128}},
    {0x0B, 2, "\0\1\1\0\177\377\200\0", {1, 256, 32767, -32768}},
    {0x0C, 4, "\0\0\0\1\0\0\1\0\177\377\377\377\200\0\0\0", {1, 256, 2147483647, -2147483648.0}},
    {0x0D, 4, "\77\200\0\0\277\300\0\0\0\0\0\1\177\177\377\377", {1, -1.5, 0x1p-149, 0x1.fffffep127}},
    {0x0E,
     8,
     "\77\360\0\0\0\0\0\0\277\370\0\0\0\0\0\0\0\0\0\0\0\0\0\1\177\357\377\377\377\377\377\377",
     {1, -1.5, 0x1p-1074, 0x1.fffffffffffffp1023}},
};

/* A file with these dimensions. Returns its size. */
static size_t make_typed(size_t t, int dimensions, const uint8_t *sizes, int count, uint8_t *out)
{
    const uint8_t magic[4] = {0, 0, typed[t].type, (uint8_t)dimensions};
    memcpy(out, magic, 4);
    for (int i = 0; i < dimensions; i++)
        memcpy(out + 4 + 4 * i, (const uint8_t[]){0, 0, 0, sizes[i]}, 4);
    memcpy(out + 4 + 4 * dimensions, typed[t].bytes, (size_t)count * typed[t].size);
    return 4 + 4 * (size_t)dimensions + (size_t)count * typed[t].size;
}

static void assert_typed(size_t t, const char *x_path, const char *y_path, int of_y)
{
    dnn_dataset *dataset = NULL;
    double row[2];
    assert_ok(dnn_dataset_read_idx(x_path, y_path, &dataset));
    assert_int_equal(dnn_dataset_size(dataset), 2);
    assert_int_equal(of_y ? dnn_dataset_outputs(dataset) : dnn_dataset_inputs(dataset), 2);
    for (int i = 0; i < 2; i++) {
        assert_ok(dnn_dataset_get(dataset, i, of_y ? NULL : row, of_y ? row : NULL));
        assert_true(row[0] == typed[t].values[2 * i] && row[1] == typed[t].values[2 * i + 1]);
    }
    dnn_dataset_destroy(dataset);
}

static void test_every_type_is_read_whatever_its_dimensions(void **state)
{
    (void)state;
    const uint8_t two[] = {0, 0, 8, 1, 0, 0, 0, 2, 1, 0};
    static const uint8_t sizes[][255] = {{2, 2}, {2, 2, 1}, {2, 1, 2, 1}, {2, 1, 1, 2, 1}};
    uint8_t bytes[64];
    write_file(labels_path, two, sizeof two, "wb");
    for (size_t t = 0; t < sizeof typed / sizeof *typed; t++) {
        for (int d = 2; d <= 5; d++) {
            const size_t size = make_typed(t, d, sizes[d - 2], 4, bytes);
            write_file(images_path, bytes, size, "wb");
            assert_typed(t, images_path, labels_path, 0);
            write_gzip(images_path, bytes, size, "wb");
            assert_typed(t, images_path, labels_path, 0);
        }
    }
}

static void test_the_most_dimensions_that_there_can_be_are_read(void **state)
{
    (void)state;
    uint8_t sizes[255], bytes[4 + 4 * 255 + 8];
    memset(sizes, 1, sizeof sizes);
    sizes[0] = sizes[254] = 2;
    const uint8_t two[] = {0, 0, 8, 1, 0, 0, 0, 2, 1, 0};
    write_file(labels_path, two, sizeof two, "wb");
    write_file(images_path, bytes, make_typed(2, 255, sizes, 4, bytes), "wb");
    assert_typed(2, images_path, labels_path, 0);
}

static void test_floating_labels_are_targets(void **state)
{
    (void)state;
    uint8_t bytes[64];
    for (size_t t = 4; t < 6; t++) {
        write_file(labels_path, bytes, make_typed(t, 2, (const uint8_t[]){2, 2}, 4, bytes), "wb");
        write_file(images_path, bytes, make_typed(t, 2, (const uint8_t[]){2, 2}, 4, bytes), "wb");
        assert_typed(t, images_path, labels_path, 1);
        write_file(labels_path, bytes, make_typed(t, 3, (const uint8_t[]){2, 2, 1}, 4, bytes), "wb");
        assert_refused(DNN_ERROR_FORMAT, "3 dimensions, expected 1 or 2");
        write_file(labels_path, bytes, make_typed(t, 1, (const uint8_t[]){2}, 2, bytes), "wb");
        dnn_dataset *dataset = NULL;
        double y;
        assert_ok(dnn_dataset_read_idx(images_path, labels_path, &dataset));
        assert_int_equal(dnn_dataset_outputs(dataset), 1);
        assert_ok(dnn_dataset_get(dataset, 1, NULL, &y));
        assert_true(y == -1.5);
        dnn_dataset_destroy(dataset);
    }
}

static void test_labels_of_every_integer_type_are_classes(void **state)
{
    (void)state;
    static const uint8_t files[][20] = {
        {0, 0, 0x08, 1, 0, 0, 0, 3, 2, 0, 1},
        {0, 0, 0x09, 1, 0, 0, 0, 3, 2, 0, 1},
        {0, 0, 0x0B, 1, 0, 0, 0, 3, 0, 2, 0, 0, 0, 1},
        {0, 0, 0x0C, 1, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1},
    };
    static const size_t sizes[] = {11, 11, 14, 20};
    for (size_t i = 0; i < 4; i++) {
        write_file(labels_path, files[i], sizes[i], "wb");
        assert_reads();
        write_gzip(labels_path, files[i], sizes[i], "wb");
        assert_reads();
    }
}

static void test_labels_out_of_range_are_refused(void **state)
{
    (void)state;
    const uint8_t negative[] = {0, 0, 0x09, 1, 0, 0, 0, 3, 2, 0xFF, 1};
    const uint8_t large[] = {0, 0, 0x0C, 1, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF};
    write_file(labels_path, negative, sizeof negative, "wb");
    assert_refused(DNN_ERROR_FORMAT, "has the label -1 in row 1 (counted from 0), expected 0 or more");
    write_file(labels_path, large, sizeof large, "wb");
    assert_refused(DNN_ERROR_UNSUPPORTED, "has the label 2147483647 in row 2");
}

static void test_what_is_not_finite_is_named_with_its_place(void **state)
{
    (void)state;
    const uint8_t two[] = {0, 0, 8, 1, 0, 0, 0, 2, 1, 0};
    uint8_t bytes[64];
    write_file(labels_path, two, sizeof two, "wb");
    make_typed(4, 2, (const uint8_t[]){2, 2}, 4, bytes);
    memcpy(bytes + 12 + 8, "\177\300\0\0", 4);
    write_file(images_path, bytes, 28, "wb");
    assert_refused(DNN_ERROR_NOT_FINITE, "is NaN in row 1, column 0 (counted from 0)");
    make_typed(5, 2, (const uint8_t[]){2, 2}, 4, bytes);
    memcpy(bytes + 12 + 8, "\377\360\0\0\0\0\0\0", 8);
    write_file(images_path, bytes, 44, "wb");
    assert_refused(DNN_ERROR_NOT_FINITE, "is infinite in row 0, column 1 (counted from 0)");
}

/* ---- files that are damaged ---- */

static void test_a_plain_file_cut_anywhere_is_refused(void **state)
{
    (void)state;
    for (size_t size = 0; size < sizeof images; size++) {
        write_file(images_path, images, size, "wb");
        assert_refused(DNN_ERROR_FORMAT, images_path);
    }
    write_both(NULL);
    for (size_t size = 0; size < sizeof labels; size++) {
        write_file(labels_path, labels, size, "wb");
        assert_refused(DNN_ERROR_FORMAT, labels_path);
    }
}

static void test_a_gzip_file_cut_anywhere_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[256];
    write_gzip(images_path, images, sizeof images, "wb");
    const size_t whole = read_file(images_path, bytes, sizeof bytes);
    for (size_t size = 0; size < whole; size++) {
        write_file(images_path, bytes, size, "wb");
        assert_refused(DNN_ERROR_FORMAT, images_path);
    }
}

/* The first 10 bytes aside: some of them, such as the time, mean nothing. */
static void test_a_gzip_file_with_any_byte_of_its_data_or_checksum_changed_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[256];
    write_gzip(images_path, images, sizeof images, "wb");
    const size_t whole = read_file(images_path, bytes, sizeof bytes);
    for (size_t at = 10; at < whole; at++) {
        dnn_dataset *dataset = NULL;
        bytes[at] ^= 0x55;
        write_file(images_path, bytes, whole, "wb");
        const int32_t status = dnn_dataset_read_idx(images_path, labels_path, &dataset);
        /* What has changed may be the IDX type. */
        assert_true(status == DNN_ERROR_FORMAT || status == DNN_ERROR_UNSUPPORTED);
        assert_null(dataset);
        bytes[at] ^= 0x55;
    }
    write_file(images_path, bytes, whole, "wb");
    assert_reads();
}

static void test_bytes_after_the_end_are_refused(void **state)
{
    (void)state;
    write_file(images_path, "x", 1, "ab");
    assert_refused(DNN_ERROR_FORMAT, "more bytes");
    write_gzip(images_path, images, sizeof images, "wb");
    write_gzip(images_path, "x", 1, "ab");
    assert_refused(DNN_ERROR_FORMAT, "more bytes");
    write_gzip(images_path, images, sizeof images, "wb");
    write_file(images_path, "x", 1, "ab");
    assert_refused(DNN_ERROR_FORMAT, "more bytes");
}

static void write_images_with(size_t at, const uint8_t *bytes, size_t count)
{
    uint8_t changed[sizeof images];
    memcpy(changed, images, sizeof images);
    memcpy(changed + at, bytes, count);
    write_file(images_path, changed, sizeof changed, "wb");
}

static void test_what_is_no_idx_file_is_refused(void **state)
{
    (void)state;
    write_images_with(0, (const uint8_t[]){'P', 'K'}, 2);
    assert_refused(DNN_ERROR_FORMAT, "is not an IDX file");
    write_images_with(1, (const uint8_t[]){1}, 1);
    assert_refused(DNN_ERROR_FORMAT, "starts with bytes 0 1");
    write_images_with(3, (const uint8_t[]){0}, 1);
    assert_refused(DNN_ERROR_FORMAT, "dimensions");
    write_images_with(7, (const uint8_t[]){0}, 1);
    assert_refused(DNN_ERROR_FORMAT, "dimension 1 is 0");
    write_images_with(15, (const uint8_t[]){0}, 1);
    assert_refused(DNN_ERROR_FORMAT, "dimension 3 is 0");
    for (int type = 0; type < 256; type++) {
        if (memchr("\x08\x09\x0B\x0C\x0D\x0E", type, 6) == NULL) {
            const uint8_t byte = (uint8_t)type;
            write_images_with(2, &byte, 1);
            assert_refused(DNN_ERROR_FORMAT, "is not an IDX file: its type is 0x");
        }
    }
}

/* A file of the wrong kind is refused by its first bytes, however long it is: this one has a hole of 2⁴⁰. */
static void test_a_wrong_large_file_is_not_read(void **state)
{
    (void)state;
    write_file(images_path, "P6 4000", 7, "wb");
    if (truncate(images_path, (off_t)1 << 40) == 0)
        assert_refused(DNN_ERROR_FORMAT, "starts with bytes 80 54");
    write_file(images_path, images, 16, "wb");
    if (truncate(images_path, (off_t)1 << 40) == 0)
        assert_refused(DNN_ERROR_FORMAT, "has 1099511627748 more bytes than its header tells");
}

static void test_files_that_do_not_belong_together_are_refused(void **state)
{
    (void)state;
    const uint8_t two[] = {0, 0, 8, 1, 0, 0, 0, 2, 2, 0};
    const uint8_t four[] = {0, 0, 8, 1, 0, 0, 0, 4, 2, 0, 1, 1};
    dnn_dataset *dataset = NULL;
    expect_error(dnn_dataset_read_idx(labels_path, images_path, &dataset), DNN_ERROR_FORMAT, "swapped");
    expect_error(dnn_dataset_read_idx(images_path, images_path, &dataset), DNN_ERROR_FORMAT,
                 "3 dimensions, expected 1");
    assert_null(dataset);
    write_file(labels_path, four, sizeof four, "wb");
    assert_refused(DNN_ERROR_FORMAT, "4 labels");
    write_file(labels_path, two, sizeof two, "wb");
    assert_refused(DNN_ERROR_FORMAT, "2 labels");
}

/* ---- files that lie ---- */

enum { RATION = 256 << 20 };

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#endif

#if defined(_WIN32)
/* No process can be limited so. */
struct rlimit {
    int none;
};
enum { RLIMIT_AS };

static struct rlimit ration_memory(void)
{
    return (struct rlimit){0};
}

static int setrlimit(int resource, const struct rlimit *limit)
{
    return resource + limit->none;
}
#else
/* From here on this process gets 256 MiB more and no more. The sanitizers' shadow memory leaves no sense to such a limit;
 * their allocators have one of their own, set in expect.c. */
static struct rlimit ration_memory(void)
{
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
#if !defined(IS_SANITIZED)
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%ld", &pages) != 1)
        pages = (1L << 30) / sysconf(_SC_PAGESIZE);
    if (file != NULL)
        fclose(file);
    const struct rlimit limit = {(rlim_t)(pages * sysconf(_SC_PAGESIZE)) + RATION, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
#endif
    return before;
}
#endif

/* Each of these claims a gigabyte or more; the files hold 12 kB, which could inflate to 12 MB. */
static void test_a_lying_header_gets_no_memory(void **state)
{
    (void)state;
    static const uint8_t claims[][12] = {
        {0x00, 0x10, 0, 0, 0x00, 0x00, 0x10, 0x00, 0, 0, 0, 1}, /* 2²⁰ images of 2¹² */
        {0, 0, 0, 1, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1},       /* one of 2³¹ − 1 */
        {0x40, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1},                /* 2³⁰ of one */
        {0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 1},             /* 2⁶² */
        {0, 0, 0, 2, 0x80, 0, 0, 0, 0x80, 0, 0, 0},             /* 2⁶³: overflows */
        {0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 4},             /* 2⁶⁴: wraps to 0 */
        {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
    };
    static uint8_t incompressible[16 + 12000];
    struct generator generator = {1};
    for (size_t i = 16; i < sizeof incompressible; i++)
        incompressible[i] = (uint8_t)generator_next(&generator);
    memcpy(incompressible, images, 4);
    const struct rlimit before = ration_memory();
    void *volatile refused = malloc((size_t)1 << 30);
    const int is_rationed = refused == NULL;
    free(refused);
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        memcpy(incompressible + 4, claims[i], 12);
        write_file(images_path, incompressible, sizeof incompressible, "wb");
        assert_refused(DNN_ERROR_FORMAT, images_path);
        write_gzip(images_path, incompressible, sizeof incompressible, "wb");
        assert_refused(DNN_ERROR_FORMAT, images_path);
    }
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    /* This test would otherwise prove nothing; as under qemu's emulation of a processor, which knows no such limit. */
    assert_true(is_rationed || DNN_EMULATED);
}

/* Labels are four bytes each in memory and one in the file: they are widened only when all of them are there. */
static void test_lying_labels_get_no_memory(void **state)
{
    (void)state;
    const uint8_t claim[] = {0, 0, 8, 1, 0x7F, 0xFF, 0xFF, 0xFF, 1, 2, 3};
    const struct rlimit before = ration_memory();
    write_file(labels_path, claim, sizeof claim, "wb");
    assert_refused(DNN_ERROR_FORMAT, labels_path);
    write_gzip(labels_path, claim, sizeof claim, "wb");
    assert_refused(DNN_ERROR_FORMAT, labels_path);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
}

/* ---- files that are not there ---- */

static void test_a_file_that_cannot_be_read_is_named_with_the_reason(void **state)
{
    (void)state;
    dnn_dataset *dataset = NULL;
    unlink(labels_path);
    assert_refused(DNN_ERROR_IO, labels_path);
    assert_refused(DNN_ERROR_IO, "No such file or directory");
    expect_error(dnn_dataset_read_idx("", images_path, &dataset), DNN_ERROR_IO, "No such file");
    expect_error(dnn_dataset_read_idx(directory, images_path, &dataset), DNN_ERROR_IO, "Is a directory");
    expect_error(dnn_dataset_read_idx(directory, images_path, &dataset), DNN_ERROR_IO, directory);
    assert_null(dataset);
}

#define WITH_FILES(test) cmocka_unit_test_setup(test, write_both)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FILES(test_plain_files_are_read),
        WITH_FILES(test_gzip_files_are_read_and_mixed_with_plain_ones),
        WITH_FILES(test_gzip_members_are_read_as_one_wherever_they_meet),
        WITH_FILES(test_images_may_have_any_number_of_dimensions),
        WITH_FILES(test_every_type_is_read_whatever_its_dimensions),
        WITH_FILES(test_the_most_dimensions_that_there_can_be_are_read),
        WITH_FILES(test_floating_labels_are_targets),
        WITH_FILES(test_labels_of_every_integer_type_are_classes),
        WITH_FILES(test_labels_out_of_range_are_refused),
        WITH_FILES(test_what_is_not_finite_is_named_with_its_place),
        WITH_FILES(test_a_plain_file_cut_anywhere_is_refused),
        WITH_FILES(test_a_gzip_file_cut_anywhere_is_refused),
        WITH_FILES(test_a_gzip_file_with_any_byte_of_its_data_or_checksum_changed_is_refused),
        WITH_FILES(test_bytes_after_the_end_are_refused),
        WITH_FILES(test_what_is_no_idx_file_is_refused),
        WITH_FILES(test_a_wrong_large_file_is_not_read),
        WITH_FILES(test_files_that_do_not_belong_together_are_refused),
        WITH_FILES(test_a_lying_header_gets_no_memory),
        WITH_FILES(test_lying_labels_get_no_memory),
        WITH_FILES(test_a_file_that_cannot_be_read_is_named_with_the_reason),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
