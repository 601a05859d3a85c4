/*
 * api/model_content.h - between a model and what a file holds of it.
 */
#ifndef DNN_API_MODEL_CONTENT_H
#define DNN_API_MODEL_CONTENT_H

#include "api/model.h"
#include "format/content.h"

/* All keys of a config but those that are texts (a path belongs to the machine that it was set on), its recipe, and
 * which keys the user chose. */
int32_t settings_from_config(const dnn_config *config, int64_t depth, struct settings *settings);

/* A config with those keys set, on top of `base` (NULL: the recipe tutorial, or the one that the key "recipe" names), for a
 * network of that depth. path: of the file, for messages. Those named in "chosen" count as chosen by the user; all, without
 * it. DNN_ERROR_FORMAT if a key or value is not right. */
int32_t config_from_settings(const struct settings *settings, const dnn_config *base, int64_t depth, const char *path,
                             dnn_config **out);

/* Makes a model of what a file holds, its settings on top of `base` as above. DNN_ERROR_FORMAT, naming the file, if a
 * number is not finite or a setting not right; then *out is untouched. */
int32_t model_from_content(const struct content *content, const dnn_config *base, const char *path, dnn_model **out);

/* Copies the tensors of each layer into an arena of the model's shape. DNN_ERROR_FORMAT if a number is not finite in its
 * precision. */
int32_t arena_from_layers(const struct content_layer *layers, const dnn_model *model, const char *path, void *arena);

/* The model as a writer sees it. settings: filled by settings_from_config; both borrowed. */
struct snapshot model_snapshot(const dnn_model *model, const struct settings *settings);

#endif
