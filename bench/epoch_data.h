/*
 * epoch_data.h - the samples that all contestants of the suite "epoch" train on: the same bytes for C and for Python.
 */
#ifndef BENCH_EPOCH_DATA_H
#define BENCH_EPOCH_DATA_H

#include <stdint.h>

struct epoch_data {
    int64_t samples, inputs, classes;
    uint8_t *bytes;    /* [samples × inputs] pixels, read as byte / 255, then [samples] labels, 0 to classes − 1 */
    uint32_t checksum; /* Adler-32 of these bytes (RFC 1950), as zlib.adler32 in Python computes it */
    int file;          /* that holds them, and has no name: children inherit it and read /dev/fd/NUMBER */
};

/* Makes them. Dies where there is no memory or no temporary file. */
struct epoch_data epoch_data_make(int64_t samples, int64_t inputs, int64_t classes);

void epoch_data_free(struct epoch_data *data);

#endif
