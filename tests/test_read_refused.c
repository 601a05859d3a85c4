/*
 * test_read_refused.c - memory that is refused while a file of data is read, at each request in turn.
 *
 * The files of trials.h are small. These are larger than what the readers first make room for, so that their buffers grow: a
 * record longer than the window, numbers beyond the first block, a pipe that has no size. Each request is refused once, and
 * from then on: the reader must say so, leave its result alone and leave nothing behind; or it did without, and then the
 * numbers are right. What is right is their sum, which is known as they are made: they are whole numbers.
 */
#include "counted_memory.h"

#include "base/file.h"
#include "base/memory.h"
#include "data/csv.h"
#include "expect.h"
#include "files.h"
#include "support.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

enum { RECORDS = 2, FIELDS = 20000, FIELD = 8 }; /* 160000 bytes a record */
enum { ROWS = 40000, COLUMNS = 3, HEADER = 128 };

static char csv[RECORDS * FIELDS * FIELD + 1], numbers[HEADER + ROWS * COLUMNS], labels[8 + ROWS];
static char csv_path[FILES_PATH_CAPACITY], npy_path[FILES_PATH_CAPACITY], fortran_path[FILES_PATH_CAPACITY],
    idx_path[FILES_PATH_CAPACITY], labels_path[FILES_PATH_CAPACITY];
static double csv_sum, numbers_sum, labels_sum;
static uint8_t *csv_gzip;
static size_t csv_gzip_size;

/* ---- the files ---- */

static void make_csv(void)
{
    csv_sum = 0;
    for (int i = 0; i < RECORDS * FIELDS; i++) {
        const int number = 1000000 + i % 997;
        snprintf(csv + FIELD * i, FIELD + 1, "%d%c", number, i % FIELDS == FIELDS - 1 ? '\n' : ',');
        csv_sum += number;
    }
}

/* Bytes, which are as good in any order of rows and columns: their sum is the same. */
static int make_numbers(int begin)
{
    numbers_sum = 0;
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        numbers[begin + i] = (char)(i % 101);
        numbers_sum += i % 101;
    }
    return begin + ROWS * COLUMNS;
}

static void make_npy(const char *path, const char *is_fortran)
{
    char header[HEADER];
    const int length = snprintf(header, sizeof header, "{'descr': '|u1', 'fortran_order': %s, 'shape': (%d, %d), }\n",
                                is_fortran, (int)ROWS, (int)COLUMNS);
    memcpy(numbers, "\223NUMPY\1\0", 8);
    numbers[8] = (char)length;
    numbers[9] = 0;
    memcpy(numbers + 10, header, (size_t)length);
    files_write_gzip(path, numbers, (size_t)make_numbers(10 + length));
}

static void make_idx(void)
{
    const uint8_t of_images[] = {0, 0, 8, 2, 0, 0, ROWS >> 8, ROWS & 255, 0, 0, 0, COLUMNS};
    const uint8_t of_labels[] = {0, 0, 8, 1, 0, 0, ROWS >> 8, ROWS & 255};
    memcpy(numbers, of_images, sizeof of_images);
    files_write_gzip(idx_path, numbers, (size_t)make_numbers(sizeof of_images));
    memcpy(labels, of_labels, sizeof of_labels);
    for (int i = 0; i < ROWS; i++)
        labels[8 + i] = (char)(i % 2);
    files_write_gzip(labels_path, labels, sizeof labels);
    labels_sum = ROWS; /* one 1 in each row of targets */
}

static int make_all(void **state)
{
    if (files_enter(state) != 0)
        return -1;
#if !defined(_WIN32)
    signal(SIGPIPE, SIG_IGN); /* a pipe whose reader has given up */
#endif
    make_csv();
    csv_gzip_size = files_gzip(csv, sizeof csv - 1, &csv_gzip);
    files_write(files_path("x.csv", csv_path), csv, sizeof csv - 1);
    make_npy(files_path("c.npy.gz", npy_path), "False");
    make_npy(files_path("fortran.npy.gz", fortran_path), "True");
    files_path("images.gz", idx_path);
    files_path("labels.gz", labels_path);
    make_idx();
    return 0;
}

static int remove_all(void **state)
{
    free(csv_gzip);
    return files_leave(state);
}

/* ---- reading ---- */

/* Takes the dataset over. */
static int32_t sum_dataset(int32_t status, dnn_dataset *dataset, double *sum)
{
    if (status != DNN_OK) {
        assert_null(dataset);
        return status;
    }
    const int64_t n_in = dnn_dataset_inputs(dataset), n_each = n_in + dnn_dataset_outputs(dataset);
    double *sample = allocate_or_fail((size_t)n_each, sizeof *sample);
    *sum = 0;
    for (int64_t i = 0; i < dnn_dataset_size(dataset); i++) {
        assert_ok(dnn_dataset_get(dataset, i, sample, sample + n_in));
        for (int64_t j = 0; j < n_each; j++)
            *sum += sample[j];
    }
    free(sample);
    dnn_dataset_destroy(dataset);
    return DNN_OK;
}

static int32_t read_csv(double *sum)
{
    dnn_dataset *dataset = NULL;
    const int32_t status = dnn_dataset_read_csv(csv_path, "header=false classes=false", &dataset);
    return sum_dataset(status, dataset, sum);
}

static int32_t sum_csv_memory(const void *bytes, size_t size, double *sum)
{
    struct csv out = {0};
    const int32_t status = csv_read_memory(bytes, (int64_t)size, "x.csv", "header=false targets=none", &out);
    assert_int_equal(status == DNN_OK, out.x != NULL);
    *sum = 0;
    for (int64_t i = 0; i < out.n * out.n_in; i++)
        *sum += out.x[i];
    if (out.x != NULL)
        memory_free(out.x);
    return status;
}

static int32_t read_csv_memory(double *sum)
{
    return sum_csv_memory(csv, sizeof csv - 1, sum);
}

static int32_t read_csv_memory_gzip(double *sum)
{
    return sum_csv_memory(csv_gzip, csv_gzip_size, sum);
}

static int32_t read_npy(double *sum)
{
    dnn_dataset *dataset = NULL;
    const int32_t status = dnn_dataset_read_npy(npy_path, npy_path, &dataset);
    return sum_dataset(status, dataset, sum);
}

static int32_t read_fortran(double *sum)
{
    dnn_dataset *dataset = NULL;
    const int32_t status = dnn_dataset_read_npy(fortran_path, fortran_path, &dataset);
    return sum_dataset(status, dataset, sum);
}

static int32_t read_idx(double *sum)
{
    dnn_dataset *dataset = NULL;
    const int32_t status = dnn_dataset_read_idx(idx_path, labels_path, &dataset);
    return sum_dataset(status, dataset, sum);
}

/* ---- a pipe ---- */

#if !defined(_WIN32)

struct pipe_writer {
    pthread_t thread;
    int ends[2];
    char path[32];
};

static void *fill_pipe(void *argument)
{
    struct pipe_writer *writer = argument;
    for (size_t done = 0; done < sizeof csv - 1;) {
        const ssize_t count = write(writer->ends[1], csv + done, sizeof csv - 1 - done);
        if (count < 0)
            break; /* nobody reads any more */
        done += (size_t)count;
    }
    close(writer->ends[1]);
    return NULL;
}

static void begin_pipe(struct pipe_writer *writer)
{
    assert_int_equal(pipe(writer->ends), 0);
    snprintf(writer->path, sizeof writer->path, "/dev/fd/%d", writer->ends[0]);
    assert_int_equal(pthread_create(&writer->thread, NULL, fill_pipe, writer), 0);
}

static void end_pipe(struct pipe_writer *writer)
{
    close(writer->ends[0]);
    assert_int_equal(pthread_join(writer->thread, NULL), 0);
}

static int32_t read_pipe(double *sum)
{
    struct pipe_writer writer;
    uint8_t *bytes = NULL;
    int64_t size = -7;
    begin_pipe(&writer);
    const int32_t status = file_read(writer.path, &bytes, &size);
    end_pipe(&writer);
    if (status != DNN_OK) {
        assert_true(bytes == NULL && size == -7);
        return status;
    }
    assert_int_equal(size, sizeof csv - 1);
    assert_memory_equal(bytes, csv, sizeof csv - 1);
    memory_free(bytes);
    *sum = csv_sum;
    return DNN_OK;
}

static int32_t read_csv_pipe(double *sum)
{
    struct pipe_writer writer;
    dnn_dataset *dataset = NULL;
    begin_pipe(&writer);
    const int32_t status = dnn_dataset_read_csv(writer.path, "header=false classes=false", &dataset);
    end_pipe(&writer);
    return sum_dataset(status, dataset, sum);
}
#endif

/* ---- what is refused ---- */

typedef int32_t reader(double *sum);

/* One reading with a request refused. False: it needs no such request. */
static bool refuse(reader *read, double expected, int64_t refused, int goes_on, int64_t *told)
{
    const int64_t blocks = counted.blocks, refusals = counted.refusals;
    double sum = 0;
    mark_last_error();
    counted.requests = 0;
    counted.goes_on = goes_on;
    counted.refused = refused;
    const int32_t status = read(&sum);
    counted.refused = 0;
    assert_int_equal(counted.blocks, blocks);
    if (status == DNN_OK) {
        assert_true(sum == expected);
    } else if (status != DNN_ERROR_OUT_OF_MEMORY || strstr(dnn_last_error(), "not enough memory") == NULL) {
        fail_msg("request %lld: status %d, \"%s\"", (long long)refused, (int)status, dnn_last_error());
    }
    *told += status != DNN_OK;
    return counted.refusals > refusals;
}

/* fewest: requests that it is known to make, and to need. */
static void refuse_each(reader *read, double expected, int64_t fewest)
{
    for (int goes_on = 0; goes_on < 2; goes_on++) {
        int64_t told = 0, refused = 1;
        while (refuse(read, expected, refused, goes_on, &told))
            assert_true(++refused < 1000);
        assert_true(told >= fewest);
    }
}

static void test_a_record_longer_than_the_window(void **state)
{
    (void)state;
    refuse_each(read_csv, csv_sum, 5);
}

static void test_text_in_memory(void **state)
{
    (void)state;
    refuse_each(read_csv_memory, csv_sum, 5);
    refuse_each(read_csv_memory_gzip, csv_sum, 7);
}

static void test_numbers_beyond_the_first_block(void **state)
{
    (void)state;
    refuse_each(read_npy, 2 * numbers_sum, 8);
    refuse_each(read_fortran, 2 * numbers_sum, 8);
}

static void test_images_beyond_the_first_block(void **state)
{
    (void)state;
    double expected = 0; /* bytes are read as x / 255, rounded */
    assert_ok(read_idx(&expected));
    assert_true(fabs(expected - (numbers_sum / 255 + labels_sum)) < 1e-3);
    refuse_each(read_idx, expected, 8);
}

#if !defined(_WIN32)
static void test_a_pipe(void **state)
{
    (void)state;
    if (access("/dev/fd", F_OK) != 0) {
        print_message("SKIPPED: there is no /dev/fd here\n");
        skip();
    }
    refuse_each(read_pipe, csv_sum, 4); /* 64 KiB, and twice that until 313 KiB fit */
    refuse_each(read_csv_pipe, csv_sum, 6);
}
#endif

int main(void)
{
    count_memory();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_record_longer_than_the_window),
        cmocka_unit_test(test_text_in_memory),
        cmocka_unit_test(test_numbers_beyond_the_first_block),
        cmocka_unit_test(test_images_beyond_the_first_block),
#if !defined(_WIN32)
        cmocka_unit_test(test_a_pipe),
#endif
    };
    return cmocka_run_group_tests(tests, make_all, remove_all);
}
