/*
 * csv_support.h - a CSV file of a test's making, plain or gzip, and the dataset that comes out of it.
 */
#ifndef DNN_TESTS_CSV_SUPPORT_H
#define DNN_TESTS_CSV_SUPPORT_H

#include <dnn.h>
#include <stddef.h>
#include <stdint.h>

/* The file's path, from csv_make_file on. */
extern char csv_path[];

/* cmocka's group setup and teardown: makes and removes an empty file. */
int csv_make_file(void **state);
int csv_remove_file(void **state);

/* The file's new content. */
void csv_write(const void *bytes, size_t size);
void csv_write_gzip(const void *bytes, size_t size);

/* The file's bytes; returns how many, fewer than capacity. */
size_t csv_file_bytes(uint8_t *bytes, size_t capacity);

/* The dataset that this text is; the test fails if it is none. */
dnn_dataset *csv_dataset(const char *text, const char *options);

/* This text is a dataset with these samples: rows of x then y, all numbers one after the other. */
void csv_expect(const char *text, const char *options, int64_t n, int64_t n_in, int64_t n_out, const double *numbers);

/* This text is refused. */
void csv_expect_error(const char *text, const char *options, int32_t status, const char *words);

#endif
