/*
 * data/npy_header.h - the Python dict in an NPY file's header.
 */
#ifndef DNN_DATA_NPY_HEADER_H
#define DNN_DATA_NPY_HEADER_H

#include "data/number_stream.h"

/* Sets element, is_big_endian, is_fortran, dimensions and sizes of a stream by its header. text: [length].
 * DNN_ERROR_FORMAT, DNN_ERROR_UNSUPPORTED. */
int32_t npy_header_parse(const char *text, int64_t length, struct number_stream *stream);

#endif
