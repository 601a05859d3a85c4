/*
 * csv_support.c - see csv_support.h.
 */
#include "csv_support.h"

#include "expect.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

char csv_path[] = "/tmp/dnn-test-csv-XXXXXX";

int csv_make_file(void **state)
{
    (void)state;
    const int descriptor = mkstemp(csv_path);
    return descriptor >= 0 && close(descriptor) == 0 ? 0 : -1;
}

int csv_remove_file(void **state)
{
    (void)state;
    return unlink(csv_path);
}

void csv_write(const void *bytes, size_t size)
{
    FILE *file = fopen(csv_path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

void csv_write_gzip(const void *bytes, size_t size)
{
    gzFile file = gzopen(csv_path, "wb");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, bytes, (unsigned)size), (int)size);
    assert_int_equal(gzclose(file), Z_OK);
}

size_t csv_file_bytes(uint8_t *bytes, size_t capacity)
{
    FILE *file = fopen(csv_path, "rb");
    assert_non_null(file);
    const size_t size = fread(bytes, 1, capacity, file);
    assert_int_equal(fclose(file), 0);
    assert_true(size < capacity);
    return size;
}

dnn_dataset *csv_dataset(const char *text, const char *options)
{
    dnn_dataset *dataset = NULL;
    csv_write(text, strlen(text));
    assert_ok(dnn_dataset_read_csv(csv_path, options, &dataset));
    return dataset;
}

static void assert_samples(const dnn_dataset *dataset, const char *text, int64_t n, int64_t n_in, int64_t n_out,
                           const double *numbers)
{
    if (dnn_dataset_size(dataset) != n || dnn_dataset_inputs(dataset) != n_in || dnn_dataset_outputs(dataset) != n_out)
        fail_msg("%lld samples of %lld and %lld, expected %lld of %lld and %lld, from:\n%s",
                 (long long)dnn_dataset_size(dataset), (long long)dnn_dataset_inputs(dataset),
                 (long long)dnn_dataset_outputs(dataset), (long long)n, (long long)n_in, (long long)n_out, text);
    double *sample = allocate_or_fail((size_t)(n_in + n_out), sizeof *sample);
    for (int64_t i = 0; i < n; i++) {
        assert_ok(dnn_dataset_get(dataset, i, sample, sample + n_in));
        assert_same_bits(sample, numbers + i * (n_in + n_out), n_in + n_out);
    }
    free(sample);
}

/* Twice: plain, and as gzip. */
void csv_expect(const char *text, const char *options, int64_t n, int64_t n_in, int64_t n_out, const double *numbers)
{
    dnn_dataset *dataset = csv_dataset(text, options);
    assert_samples(dataset, text, n, n_in, n_out, numbers);
    dnn_dataset_destroy(dataset);
    csv_write_gzip(text, strlen(text));
    assert_ok(dnn_dataset_read_csv(csv_path, options, &dataset));
    assert_samples(dataset, text, n, n_in, n_out, numbers);
    dnn_dataset_destroy(dataset);
}

void csv_expect_error(const char *text, const char *options, int32_t status, const char *words)
{
    dnn_dataset *dataset = NULL;
    csv_write(text, strlen(text));
    expect_error(dnn_dataset_read_csv(csv_path, options, &dataset), status, words);
    assert_null(dataset);
}
