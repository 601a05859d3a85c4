/*
 * format/onnx_write.h - a model as the bytes of an ONNX file.
 */
#ifndef DNN_FORMAT_ONNX_WRITE_H
#define DNN_FORMAT_ONNX_WRITE_H

#include "format/content.h"

/* Packs a model. version: of this library, kept in the file. *bytes: released with memory_free. The same model gives the
 * same bytes. DNN_ERROR_OUT_OF_MEMORY; DNN_ERROR_UNSUPPORTED if they are more than a protobuf message can have. */
int32_t onnx_write(const struct snapshot *snapshot, const char *version, uint8_t **bytes, int64_t *size);

#endif
