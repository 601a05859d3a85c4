/*
 * data/npy.h - NPY, NumPy's file of one array: a magic number, a version, a header that is a Python dict, the numbers.
 *
 *     0x93 N U M P Y | major minor | header's length, 2 bytes (version 1) or 4 (2 and 3), little-endian
 *     {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }  and spaces, then a line feed
 *
 * Described at numpy.org/neps/nep-0001-npy-format.html and in numpy.lib.format. Version 3 is 2 with its header in UTF-8.
 */
#ifndef DNN_DATA_NPY_H
#define DNN_DATA_NPY_H

#include "data/number_stream.h"

/* Opens a file, plain or gzip, and reads its header. path: borrowed until the stream is closed. *out: released with
 * number_stream_close. DNN_ERROR_IO, DNN_ERROR_FORMAT, DNN_ERROR_UNSUPPORTED (objects, text, structures, complex
 * numbers, .npz), DNN_ERROR_OUT_OF_MEMORY; then *out is untouched. */
int32_t npy_open(const char *path, struct number_stream *out);

/* The same from a source at its first byte, which *out takes over, and which is closed if this fails. */
int32_t npy_read_header(struct gunzip *source, const char *path, struct number_stream *out);

#endif
