/*
 * format/onnx_read.h - the bytes of an ONNX file as what a model is made from.
 */
#ifndef DNN_FORMAT_ONNX_READ_H
#define DNN_FORMAT_ONNX_READ_H

#include "format/content.h"

/* Reads a file's bytes, which may go afterwards. name: of the file, for messages. *content: released with content_clear,
 * also after an error. DNN_ERROR_FORMAT if they are no valid ONNX file, DNN_ERROR_UNSUPPORTED if what it holds is no fully
 * connected network, DNN_ERROR_NOT_FINITE, DNN_ERROR_OUT_OF_MEMORY. Takes at most `size` bytes and 1 MiB, and a few
 * hundred bytes a layer. */
int32_t onnx_read(const uint8_t *bytes, int64_t size, const char *name, struct content *content);

#endif
