/*
 * api/config.h - a config inside the library: one value for each key of the table in config_keys.c.
 */
#ifndef DNN_API_CONFIG_H
#define DNN_API_CONFIG_H

#include "api/config_keys.h"
#include "core/core.h"

#include <dnn.h>

struct layer_activation {
    int64_t layer; /* ≥ 1 */
    int32_t kind;
};

struct dnn_config {
    union key_value values[KEY_COUNT];
    int32_t recipe;                    /* that it was made with; −1: not known, it came with a file */
    bool chosen[KEY_COUNT];            /* set by the user, not by the recipe */
    struct layer_activation *of_layer; /* [of_layer_count]: the keys activation.N that are set, each once */
    int64_t of_layer_count;
};

/* Makes a copy, released with dnn_config_destroy. */
int32_t config_copy(const dnn_config *config, dnn_config **out);

/* The value of a key of that type. */
double config_number(const dnn_config *config, enum key key);
const char *config_text(const dnn_config *config, enum key key);
int64_t config_integer(const dnn_config *config, enum key key); /* also the index of a choice, and a switch as 0 or 1 */

/* Of the keys that belong to the model, or of the others: DNN_ERROR_NOT_FINITE if a number is too large for a
 * precision, DNN_ERROR_INVALID_ARGUMENT if it is too small to keep its digits. */
int32_t config_check_precision(const dnn_config *config, bool of_model, const struct core *core);

/* An error unless loss and activation of n_out outputs make a pair. */
int32_t config_check_output(const dnn_config *config, int64_t n_out);

/* The activation of layer 1 … depth, of a network with depth weight matrices. */
int32_t config_activation(const dnn_config *config, int64_t layer, int64_t depth);

/* An error unless each activation.N names a hidden layer of a network with `depth` weight matrices. */
int32_t config_check_layers(const dnn_config *config, int64_t depth);

/* An error if a key that belongs to the model was chosen otherwise than in the model's config, or if the recipe is for
 * networks of another loss. */
int32_t config_check_same_model(const dnn_config *config, const dnn_config *of_model, int64_t depth);

#endif
