/*
 * test_hostile.c - damaged data files: cut at every byte, and with each single bit flipped, plain and gzip.
 *
 * Each attempt returns a status with the path in its message and leaves the output alone, or makes a dataset that is sound:
 * every number finite, every target in range. A cut file is never read; a flipped gzip file that is read gives what the
 * whole one gives, for its checksum is right. Memory never rises above twice the file and 1 MiB, and all of it is returned.
 * Each allocation is refused in turn as well.
 *
 * How memory is counted: see counted_memory.h.
 */
#include "counted_memory.h"

#include "expect.h"
#include "files.h"
#include "parity/npy_case.h"
#include "parity/npy_expected.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- what is damaged ---- */

/* A kind of file: one of the two that a reader takes, beside a whole one. */
struct kind {
    const char *name;
    int32_t (*read)(const char *x_path, const char *y_path, dnn_dataset **out);
    const char *bytes;
    size_t size;
    int is_y;
    const char *other; /* the other file's bytes */
    size_t other_size;
};

#define IDX_LABELS "\0\0\10\1\0\0\0\3\2\0\1"
#define NPY_HEADER(descr, shape) "{'descr': '" descr "', 'fortran_order': False, 'shape': (" shape "), }\n"
#define NPY_LABELS "\223NUMPY\1\0\72\0" NPY_HEADER("|u1", "3,") "\2\0\1"
#define BYTES(text) text, sizeof(text) - 1

static const struct kind kinds[] = {
    {"idx u1", dnn_dataset_read_idx, BYTES("\0\0\10\3\0\0\0\3\0\0\0\2\0\0\0\2abcdefghijkl"), 0, BYTES(IDX_LABELS)},
    {"idx i2", dnn_dataset_read_idx, BYTES("\0\0\13\2\0\0\0\3\0\0\0\2abcdefghijkl"), 0, BYTES(IDX_LABELS)},
    {"idx f4", dnn_dataset_read_idx, BYTES("\0\0\15\2\0\0\0\3\0\0\0\1abcdefghijkl"), 0, BYTES(IDX_LABELS)},
    {"idx f8", dnn_dataset_read_idx, BYTES("\0\0\16\1\0\0\0\2abcdefghijklmnop"), 1, BYTES("\0\0\10\1\0\0\0\2ab")},
    {"idx labels", dnn_dataset_read_idx, BYTES(IDX_LABELS), 1, BYTES("\0\0\10\1\0\0\0\3abc")},
    {"idx i4 labels", dnn_dataset_read_idx, BYTES("\0\0\14\1\0\0\0\2\0\0\0\1\0\0\0\0"), 1,
     BYTES("\0\0\10\1\0\0\0\2ab")},
    {"npy labels", dnn_dataset_read_npy, BYTES(NPY_LABELS), 1, BYTES(NPY_LABELS)},
};

static char paths[2][FILES_PATH_CAPACITY];

static int enter(void **state)
{
    if (files_enter(state) != 0)
        return -1;
    files_path("x", paths[0]);
    files_path("y", paths[1]);
    return 0;
}

/* The sum of a dataset's numbers, each of which is checked. */
static double sum_of(const dnn_dataset *dataset)
{
    const int64_t n_in = dnn_dataset_inputs(dataset), n_out = dnn_dataset_outputs(dataset);
    assert_true(dnn_dataset_size(dataset) >= 1 && n_in >= 1 && n_in < 100 && n_out >= 1);
    /* A flipped bit may make a class of any number: then there is one output for each. */
    double *y = n_out < 10000 ? allocate_or_fail((size_t)n_out, sizeof *y) : NULL;
    double x[100], sum = 0;
    for (int64_t i = 0; i < dnn_dataset_size(dataset); i++) {
        assert_ok(dnn_dataset_get(dataset, i, x, y));
        for (int64_t j = 0; j < n_in; j++) {
            assert_true(isfinite(x[j]));
            sum += x[j] / (double)(j + 1) / 1e10;
        }
        for (int64_t j = 0; y != NULL && j < n_out; j++) {
            assert_true(isfinite(y[j]));
            sum += y[j] / (double)(j + 2) / 1e10;
        }
    }
    free(y);
    return sum;
}

/* The whole file's figures, to compare with. */
struct attempt {
    const struct kind *kind;
    int is_gzip;
    double sum;
    int64_t read_count, refused_count;
};

static int is_one_of(int32_t status)
{
    return status == DNN_ERROR_FORMAT || status == DNN_ERROR_UNSUPPORTED || status == DNN_ERROR_NOT_FINITE;
}

static void try_one(void *user, enum files_damage damage, const uint8_t *bytes, size_t size)
{
    struct attempt *attempt = user;
    const struct kind *kind = attempt->kind;
    dnn_dataset *dataset = NULL;
    files_write(paths[kind->is_y], bytes, size);
    const int64_t before = counted.bytes;
    counted.peak = counted.bytes;
    const int32_t status = kind->read(paths[0], paths[1], &dataset);
    assert_true(counted.peak - before <= (int64_t)(2 * (size + kind->other_size)) + (1 << 20));
    if (status != DNN_OK) {
        if (!is_one_of(status) || strstr(dnn_last_error(), paths[kind->is_y]) == NULL)
            fail_msg("%s: status %d, \"%s\"", kind->name, (int)status, dnn_last_error());
        assert_null(dataset);
        attempt->refused_count++;
    } else {
        const double sum = sum_of(dataset);
        assert_true(damage == FILES_FLIPPED);
        if (attempt->is_gzip && memcmp(&sum, &attempt->sum, sizeof sum) != 0)
            fail_msg("%s: a damaged gzip file gave other numbers", kind->name);
        attempt->read_count++;
    }
    dnn_dataset_destroy(dataset);
    assert_int_equal(counted.bytes, before);
}

static void try_kind(const struct kind *kind)
{
    uint8_t *compressed;
    const size_t compressed_size = files_gzip(kind->bytes, kind->size, &compressed);
    for (int is_gzip = 0; is_gzip < 2; is_gzip++) {
        struct attempt attempt = {.kind = kind, .is_gzip = is_gzip};
        const uint8_t *bytes = is_gzip ? compressed : (const uint8_t *)kind->bytes;
        const size_t size = is_gzip ? compressed_size : kind->size;
        dnn_dataset *dataset = NULL;
        files_write(paths[kind->is_y], bytes, size);
        (is_gzip ? files_write_gzip : files_write)(paths[!kind->is_y], kind->other, kind->other_size);
        assert_ok(kind->read(paths[0], paths[1], &dataset));
        attempt.sum = sum_of(dataset);
        dnn_dataset_destroy(dataset);
        files_damage_everywhere(bytes, size, try_one, &attempt);
        assert_int_equal(attempt.read_count + attempt.refused_count, 9 * size);
        assert_true(attempt.read_count > 0 && attempt.refused_count > 0);
    }
    free(compressed);
}

static void test_damaged_files_are_refused_or_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++)
        try_kind(&kinds[i]);
}

/* NumPy's own files: each type once, orders, layouts and versions in turn. */
static void test_damaged_files_of_numpy_are_refused_or_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(npy_inputs); i += 7) {
        const struct npy_case *c = &npy_inputs[i];
        try_kind(&(struct kind){c->name, dnn_dataset_read_npy, c->bytes, (size_t)c->size, 0, BYTES(NPY_LABELS)});
    }
    for (size_t i = 0; i < COUNT(npy_targets); i += 11) {
        const struct npy_case *c = &npy_targets[i];
        try_kind(&(struct kind){c->name, dnn_dataset_read_npy, c->bytes, (size_t)c->size, 1, BYTES(NPY_LABELS)});
    }
}

/* ---- memory that is refused ---- */

/* Refuses each allocation of a reading in turn. */
static void refuse_each(const struct kind *kind)
{
    int32_t status = DNN_ERROR_OUT_OF_MEMORY;
    int64_t k = 0;
    for (; status != DNN_OK; k++) {
        dnn_dataset *dataset = NULL;
        const int64_t before = counted.bytes;
        mark_last_error();
        counted.requests = 0;
        counted.refused = k + 1;
        status = kind->read(paths[0], paths[1], &dataset);
        counted.refused = 0;
        if (status != DNN_OK) {
            check_error(status, DNN_ERROR_OUT_OF_MEMORY, "not enough memory", __FILE__, __LINE__);
            assert_null(dataset);
        }
        dnn_dataset_destroy(dataset);
        assert_int_equal(counted.bytes, before);
        assert_true(k < 100);
    }
    assert_true(k > 8);
}

static void test_a_reading_that_is_refused_memory_leaves_nothing_behind(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(npy_inputs); i++) {
        const struct npy_case *c = &npy_inputs[i];
        const struct kind kind = {c->name, dnn_dataset_read_npy, c->bytes, (size_t)c->size, 0, BYTES(NPY_LABELS)};
        for (int is_gzip = 0; is_gzip < 2; is_gzip++) {
            (is_gzip ? files_write_gzip : files_write)(paths[0], kind.bytes, kind.size);
            (is_gzip ? files_write_gzip : files_write)(paths[1], kind.other, kind.other_size);
            refuse_each(&kind);
        }
    }
}

/* ---- memory that a large array takes ---- */

enum { N = 1000000 };

static void test_a_large_array_takes_its_own_size_and_little_more(void **state)
{
    (void)state;
    const char *const layouts[] = {"False", "True"};
    uint8_t *file = allocate_or_fail(300 + 8 * N, 1);
    for (int round = 0; round < 4; round++) {
        char header[100];
        dnn_dataset *dataset = NULL;
        const int length = snprintf(header, sizeof header, "{'descr': '<i4', 'fortran_order': %s, 'shape': (%d, 2), }",
                                    layouts[round % 2], N);
        memcpy(file, "\223NUMPY\1\0", 8);
        file[8] = (uint8_t)length;
        memcpy(file + 10, header, (size_t)length);
        (round < 2 ? files_write : files_write_gzip)(paths[0], file, 10 + (size_t)length + 8 * N);
        const int64_t before = counted.bytes;
        counted.peak = counted.bytes;
        assert_ok(dnn_dataset_read_npy(paths[0], paths[0], &dataset)); /* twice: as inputs and as targets */
        const int64_t array = 2 * N * (int64_t)sizeof(double);
        assert_true(counted.bytes - before >= 2 * array);
        /* A growing array may have to move: then its old half and its new whole are there at once. */
        const int64_t allowed = 2 * array + (round == 2 ? array / 2 : 0) + (2 << 20);
        if (counted.peak - before > allowed)
            fail_msg("round %d: %lld bytes at most, %lld allowed", round, (long long)(counted.peak - before),
                     (long long)allowed);
        dnn_dataset_destroy(dataset);
    }
    free(file);
}

/* A compressed file whose header claims 256 MiB, which so many bytes could inflate to, and that holds 256 KiB. */
static void test_a_compressed_lie_gets_memory_for_what_comes_alone(void **state)
{
    (void)state;
    static uint8_t file[1 << 18];
    const char *const layouts[] = {"False", "True"};
    struct generator generator = {1};
    for (size_t i = 0; i < sizeof file; i++)
        file[i] = (uint8_t)generator_next(&generator);
    for (int i = 0; i < 2; i++) {
        char header[100];
        dnn_dataset *dataset = NULL;
        const int length = snprintf(header, sizeof header, "{'descr': '<i2', 'fortran_order': %s, 'shape': (2, %d), }",
                                    layouts[i], 1 << 26);
        memcpy(file, "\223NUMPY\1\0", 8);
        file[8] = (uint8_t)length;
        file[9] = 0;
        memcpy(file + 10, header, (size_t)length);
        files_write_gzip(paths[0], file, sizeof file);
        files_write(paths[1], NPY_LABELS, sizeof NPY_LABELS - 1);
        const int64_t before = counted.bytes;
        counted.peak = counted.bytes;
        expect_error(dnn_dataset_read_npy(paths[0], paths[0], &dataset), DNN_ERROR_FORMAT, "ends too early");
        assert_in_range(counted.peak - before, 1, 2 * sizeof file + (3 << 19));
        assert_null(dataset);
    }
}

/* Three rows of 20,000 columns: what is asked for goes by the numbers that there are, not by a count of rows. */
static void test_a_wide_table_takes_memory_for_its_few_rows_alone(void **state)
{
    (void)state;
    enum { ROWS = 3, COLUMNS = 20000, SIZE = 2 * ROWS * COLUMNS };
    static char file[SIZE];
    dnn_dataset *dataset = NULL;
    for (int i = 0; i < SIZE; i += 2) {
        file[i] = '7';
        file[i + 1] = (i / 2 + 1) % COLUMNS == 0 ? '\n' : ',';
    }
    files_write(paths[0], file, SIZE);
    const int64_t before = counted.bytes, array = (int64_t)sizeof(double) * ROWS * COLUMNS;
    counted.peak = counted.bytes;
    assert_ok(dnn_dataset_read_csv(paths[0], "targets=none", &dataset));
    assert_in_range(counted.peak - before, array, 4 * array + (1 << 20));
    assert_int_equal(dnn_dataset_size(dataset), ROWS);
    assert_int_equal(dnn_dataset_inputs(dataset), COLUMNS);
    dnn_dataset_destroy(dataset);
    assert_int_equal(counted.bytes, before);
}

int main(void)
{
    count_memory();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damaged_files_are_refused_or_sound),
        cmocka_unit_test(test_damaged_files_of_numpy_are_refused_or_sound),
        cmocka_unit_test(test_a_reading_that_is_refused_memory_leaves_nothing_behind),
        cmocka_unit_test(test_a_large_array_takes_its_own_size_and_little_more),
        cmocka_unit_test(test_a_compressed_lie_gets_memory_for_what_comes_alone),
        cmocka_unit_test(test_a_wide_table_takes_memory_for_its_few_rows_alone),
    };
    return cmocka_run_group_tests(tests, enter, files_leave);
}
