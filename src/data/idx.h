/*
 * data/idx.h - IDX, the file format of MNIST: a magic number, dimensions, then the numbers, all big-endian.
 *
 *     0 0 type dimensions | size_1 … size_d, 4 bytes each | size_1 × … × size_d numbers
 *
 * Described at yann.lecun.com/exdb/mnist. Types: 0x08 u1, 0x09 i1, 0x0B i2, 0x0C i4, 0x0D f4, 0x0E f8.
 */
#ifndef DNN_DATA_IDX_H
#define DNN_DATA_IDX_H

#include "data/number_stream.h"

/* Opens a file, plain or gzip, and reads its header. path: borrowed until the stream is closed. *out: released with
 * number_stream_close. DNN_ERROR_IO, DNN_ERROR_FORMAT, DNN_ERROR_OUT_OF_MEMORY; then *out is untouched. */
int32_t idx_open(const char *path, struct number_stream *out);

/* The same from a source at its first byte, which *out takes over, and which is closed if this fails. */
int32_t idx_read_header(struct gunzip *source, const char *path, struct number_stream *out);

#endif
