/*
 * data/idx.h - IDX, the file format of MNIST: a magic number, dimensions, then the numbers, all big-endian.
 *
 *     0 0 type dimensions | size_1 … size_d, 4 bytes each | size_1 × … × size_d numbers
 *
 * Described at yann.lecun.com/exdb/mnist. Here: type 0x08, unsigned bytes.
 */
#ifndef DNN_DATA_IDX_H
#define DNN_DATA_IDX_H

#include <stdint.h>

struct idx {
    int64_t n;      /* size of the first dimension */
    int64_t n_each; /* product of the others, 1 if there are none */
    int64_t dimensions;
    uint8_t *bytes; /* [n × n_each], owned: released with memory_free */
};

/* Reads a file, plain or gzip. DNN_ERROR_IO, DNN_ERROR_FORMAT, DNN_ERROR_UNSUPPORTED (another type),
 * DNN_ERROR_OUT_OF_MEMORY; then *out is untouched. Allocates no more than the file could hold. */
int32_t idx_read(const char *path, struct idx *out);

#endif
