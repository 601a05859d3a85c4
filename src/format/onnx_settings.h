/*
 * format/onnx_settings.h - the config of a model that was read from an ONNX file.
 */
#ifndef DNN_FORMAT_ONNX_SETTINGS_H
#define DNN_FORMAT_ONNX_SETTINGS_H

#include "format/onnx_graph.h"

/* Adds settings to a content whose layers are there: those that the file keeps of our own, then what the graph says, which
 * wins. output: of the graph. */
int32_t onnx_settings(const Model *model, const char *file, const struct value *output, struct content *content);

#endif
