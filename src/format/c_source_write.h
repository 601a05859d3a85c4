/*
 * format/c_source_write.h - a model as a file of C99 that needs nothing but itself.
 */
#ifndef DNN_FORMAT_C_SOURCE_WRITE_H
#define DNN_FORMAT_C_SOURCE_WRITE_H

#include "format/content.h"

/* The longest name, so that even NAME_weights_65534 has no more than the 63 characters that every compiler of C99 tells apart. */
enum { C_SOURCE_LONGEST_NAME = 40 };

/* Writes the file. The snapshot's settings are not looked at. name: a C identifier of up to C_SOURCE_LONGEST_NAME
 * characters. version: of this library. The same model and name give the same bytes. DNN_ERROR_IO; DNN_ERROR_UNSUPPORTED
 * if a float cannot hold the standardization; DNN_ERROR_OUT_OF_MEMORY. */
int32_t c_source_write(const struct snapshot *snapshot, const char *name, const char *version, const char *path);

#endif
