/*
 * api/model_content.c - see model_content.h.
 */
#include "api/model_content.h"

#include "api/check.h"
#include "base/memory.h"
#include "base/text.h"
#include "format/settings.h"

#include <math.h>
#include <string.h>

enum { CHOSEN_CAPACITY = 2048 };

static int32_t add_activation(const dnn_config *config, int64_t layer, int64_t depth, struct settings *settings)
{
    char key[TEXT_NUMBER_CAPACITY];
    struct text text = {key, sizeof key, 0};
    text_append(&text, "activation.%lld", (long long)layer);
    return settings_add(settings, key, core_f64.activation_name(config_activation(config, layer, depth)));
}

/* The keys that the user set, with spaces between. */
static int32_t add_chosen(const dnn_config *config, struct settings *settings)
{
    char list[CHOSEN_CAPACITY] = "";
    struct text text = {list, sizeof list, 0};
    for (int key = 0; key < KEY_COUNT; key++) {
        if (config->chosen[key] && key_table[key].type != KEY_IS_TEXT) {
            text_append(&text, "%s%s", text.length == 0 ? "" : " ", key_table[key].name);
        }
    }
    return settings_add(settings, "chosen", list);
}

int32_t settings_from_config(const dnn_config *config, int64_t depth, struct settings *settings)
{
    int32_t status = config->recipe < 0 ? DNN_OK : settings_add(settings, "recipe", recipe_name(config->recipe));
    if (status == DNN_OK) {
        status = add_chosen(config, settings);
    }
    for (int i = 0; status == DNN_OK && i < KEY_COUNT; i++) {
        char scratch[TEXT_NUMBER_CAPACITY];
        const enum key key = (enum key)i;
        if (key_table[key].type != KEY_IS_TEXT) {
            status = settings_add(settings, key_table[key].name, key_text(key, config->values[key], scratch));
        }
    }
    const int32_t others = (int32_t)config_integer(config, KEY_ACTIVATION);
    for (int64_t l = 1; status == DNN_OK && config->of_layer_count > 0 && l < depth; l++) {
        if (config_activation(config, l, depth) != others) {
            status = add_activation(config, l, depth, settings);
        }
    }
    return status;
}

/* An error of a setting, as one of the file. */
static int32_t of_file(int32_t status, const char *path)
{
    return status == DNN_OK || status == DNN_ERROR_OUT_OF_MEMORY || status == DNN_ERROR_FORMAT
               ? status
               : status_error(DNN_ERROR_FORMAT, "\"%s\": %s", path, status_message());
}

/* One pair; "recipe" and "chosen" are no keys, and are looked at elsewhere. A layer that is not there is refused at once:
 * to find one among a million of them takes long. */
static int32_t set(dnn_config *config, const struct setting *item, int64_t depth, const char *path)
{
    if (strcmp(item->key, "recipe") == 0 || strcmp(item->key, "chosen") == 0) {
        return DNN_OK;
    }
    enum key key;
    int64_t layer;
    const int32_t status = key_find(item->key, &key, &layer);
    if (status == DNN_OK && layer >= depth) {
        return status_error(DNN_ERROR_FORMAT, "\"%s\" sets %.100s, and its output is layer %lld", path, item->key,
                            (long long)depth);
    }
    if (status == DNN_OK && key_table[key].type == KEY_IS_TEXT) {
        return status_error(DNN_ERROR_FORMAT, "\"%s\" sets %s, which a file must not", path, item->key);
    }
    return status == DNN_OK ? dnn_config_set(config, item->key, item->value) : status;
}

/* True if a list of words with spaces between holds a word. */
static bool has_word(const char *list, const char *word)
{
    const size_t length = strlen(word);
    for (const char *at = list; *at != '\0'; at += strcspn(at, " "), at += strspn(at, " ")) {
        if (strcspn(at, " ") == length && strncmp(at, word, length) == 0) {
            return true;
        }
    }
    return false;
}

int32_t config_from_settings(const struct settings *settings, const dnn_config *base, int64_t depth, const char *path,
                             dnn_config **out)
{
    dnn_config *config = NULL;
    const char *recipe = settings_find(settings, "recipe"), *chosen = settings_find(settings, "chosen");
    int32_t status = base != NULL ? config_copy(base, &config) : dnn_config_create(recipe, &config);
    if (status == DNN_OK && base == NULL && recipe == NULL) {
        config->recipe = -1;
    }
    for (int64_t i = 0; status == DNN_OK && i < settings->count; i++) {
        status = set(config, &settings->items[i], depth, path);
    }
    for (int i = 0; status == DNN_OK && chosen != NULL && i < KEY_COUNT; i++) {
        config->chosen[i] = has_word(chosen, key_table[i].name);
    }
    if (status != DNN_OK) {
        dnn_config_destroy(config);
        return of_file(status, path);
    }
    *out = config;
    return DNN_OK;
}

static bool is_little_endian(void)
{
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return first == 1;
}

/* Row i of a tensor, as numbers of the model's precision. Where they lie in the file as in memory they are copied; that
 * is what a model of libdnn's own does. */
static void read_row(const struct tensor *tensor, int64_t i, const struct core *core, void *out)
{
    const bool is_f32 = core->real_size == (int64_t)sizeof(float);
    if (tensor->bytes != NULL && tensor->type == (is_f32 ? TENSOR_F32 : TENSOR_F64) && tensor->column_stride == 1 &&
        is_little_endian()) {
        memcpy(out, tensor->bytes + i * tensor->row_stride * core->real_size,
               (size_t)(tensor->columns * core->real_size));
        return;
    }
    for (int64_t j = 0; j < tensor->columns; j++) {
        const double number = tensor_number(tensor, i, j);
        if (is_f32) {
            ((float *)out)[j] = (float)number;
        } else {
            ((double *)out)[j] = number;
        }
    }
}

int32_t arena_from_layers(const struct content_layer *layers, const dnn_model *model, const char *path, void *arena)
{
    const struct core *core = model->core;
    for (int64_t l = 0; l < model->network->depth; l++) {
        const struct layer *layer = &model->network->layers[l];
        for (int64_t i = 0; i < layer->n_out; i++) {
            char *row = (char *)arena + (layer->offset + i * layer->stride) * core->real_size;
            read_row(&layers[l].weight, i, core, row);
            read_row(&layers[l].bias, i, core, row + layer->n_in * core->real_size);
        }
        if (isinf(core->largest(network_weights(model->network, arena, l, core->real_size)))) {
            return status_error(DNN_ERROR_FORMAT, "\"%s\": a number of layer %lld is not finite in %s", path,
                                (long long)l, core->precision);
        }
    }
    return DNN_OK;
}

static int32_t fill(const struct content *content, const char *path, dnn_model *model)
{
    const int32_t status = arena_from_layers(content->layers, model, path, model->theta);
    if (status != DNN_OK) {
        return status;
    }
    model_measure_weights(model);
    if (content->mean != NULL) {
        if (!model_make_standardization(model)) {
            return status_out_of_memory("the standardization of a model");
        }
        const size_t bytes = (size_t)model->standardization.columns * sizeof(double);
        memcpy(model->standardization.mean, content->mean, bytes);
        memcpy(model->standardization.scale, content->scale, bytes);
        model->is_standardized = true;
    }
    return DNN_OK;
}

int32_t model_from_content(const struct content *content, const dnn_config *base, const char *path, dnn_model **out)
{
    dnn_config *config = NULL;
    dnn_model *model = NULL;
    int64_t *layers = memory_new(content->depth + 1, sizeof *layers);
    if (layers == NULL) {
        return status_out_of_memory("the layers of a file");
    }
    for (int64_t l = 0; l < content->depth; l++) {
        layers[l] = content->layers[l].weight.columns;
        layers[l + 1] = content->layers[l].weight.rows;
    }
    int32_t status = config_from_settings(&content->settings, base, content->depth, path, &config);
    if (status == DNN_OK) {
        status = model_create_zeros(layers, content->depth + 1, config, &model);
        /* With a config of the caller's, what is wrong with it is not the file's fault. */
        status = base == NULL ? of_file(status, path) : status;
    }
    if (status == DNN_OK) {
        status = fill(content, path, model);
    }
    memory_free(layers);
    dnn_config_destroy(config);
    if (status != DNN_OK) {
        model_release(model);
        return status;
    }
    *out = model;
    return DNN_OK;
}

struct snapshot model_snapshot(const dnn_model *model, const struct settings *settings)
{
    return (struct snapshot){.network = model->network,
                             .theta = model->theta,
                             .is_f32 = model->core->real_size == (int64_t)sizeof(float),
                             .by = model_standardization(model),
                             .settings = settings};
}
