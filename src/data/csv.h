/*
 * data/csv.h - a table in text, as arrays of inputs and targets. See dnn_dataset_read_csv for what is read and how.
 */
#ifndef DNN_DATA_CSV_H
#define DNN_DATA_CSV_H

#include <stdint.h>

struct csv {
    int64_t n, n_in, n_out;
    double *x;          /* [n × n_in] */
    double *y;          /* [n × n_out], or NULL: the targets are labels, or there are none */
    int32_t *labels;    /* [n], each 0 to n_out − 1, or NULL */
    char **class_names; /* [n_out] in one block, if there are labels */
};

/* Reads a file. options: see csv_options.h; NULL for the defaults. *out: each array is released with memory_free; untouched
 * on failure. Beside the arrays it takes a quarter of a mebibyte, unless a record is longer. */
int32_t csv_read(const char *path, const char *options_or_null, struct csv *out);

/* The same for the bytes of a file. name: stands for the path in messages. */
int32_t csv_read_memory(const uint8_t *bytes, int64_t size, const char *name, const char *options_or_null,
                        struct csv *out);

#endif
