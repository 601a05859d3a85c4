/*
 * api/config.c - the config handle. Everything about a single key is in config_keys.c.
 */
#include "api/config.h"

#include "api/check.h"
#include "base/memory.h"
#include "base/text.h"

#include <string.h>

/* Every text is the config's own copy. */
static int32_t replace_text(union key_value *value, const char *text)
{
    char *copy = memory_copy_text(text);
    if (copy == NULL) {
        return status_out_of_memory("a config");
    }
    memory_free((char *)value->text);
    value->text = copy;
    return DNN_OK;
}

static int32_t set_defaults(dnn_config *config, int32_t recipe)
{
    int32_t status = DNN_OK;
    for (int key = 0; key < KEY_COUNT && status == DNN_OK; key++) {
        const char *text = key_table[key].defaults[recipe];
        status = key_table[key].type == KEY_IS_TEXT ? replace_text(&config->values[key], text)
                                                    : key_parse((enum key)key, 0, text, &config->values[key]);
    }
    return status;
}

static int32_t find_recipe(const char *name, int32_t *recipe)
{
    char list[64] = "";
    struct text text = {list, sizeof list, 0};
    for (int32_t i = 0; recipe_name(i) != NULL; i++) {
        if (strcmp(name, recipe_name(i)) == 0) {
            *recipe = i;
            return DNN_OK;
        }
        text_append(&text, "%s%s", i == 0 ? "" : ", ", recipe_name(i));
    }
    return status_error(DNN_ERROR_INVALID_ARGUMENT, "there is no recipe \"%.100s\"; the recipes are %s", name, list);
}

int32_t dnn_config_create(const char *recipe, dnn_config **out)
{
    REQUIRE(out);
    int32_t found = RECIPE_TUTORIAL;
    int32_t status = recipe == NULL ? DNN_OK : find_recipe(recipe, &found);
    if (status != DNN_OK) {
        return status;
    }
    dnn_config *config = memory_new(1, sizeof *config);
    if (config == NULL) {
        return status_out_of_memory("a config");
    }
    config->recipe = found;
    status = set_defaults(config, found);
    if (status != DNN_OK) {
        dnn_config_destroy(config);
        return status;
    }
    *out = config;
    return DNN_OK;
}

void dnn_config_destroy(dnn_config *config)
{
    if (config != NULL) {
        for (int key = 0; key < KEY_COUNT; key++) {
            if (key_table[key].type == KEY_IS_TEXT) {
                memory_free((char *)config->values[key].text);
            }
        }
        memory_free(config->of_layer);
        memory_free(config);
    }
}

int32_t config_copy(const dnn_config *config, dnn_config **out)
{
    dnn_config *copy = memory_new(1, sizeof *copy);
    if (copy == NULL) {
        return status_out_of_memory("a config");
    }
    *copy = *config;
    int32_t status = DNN_OK;
    for (int key = 0; key < KEY_COUNT; key++) {
        if (key_table[key].type == KEY_IS_TEXT) {
            copy->values[key].text = NULL;
            status = status == DNN_OK ? replace_text(&copy->values[key], config->values[key].text) : status;
        }
    }
    copy->of_layer = memory_new(config->of_layer_count, sizeof *copy->of_layer);
    if (status != DNN_OK || copy->of_layer == NULL) {
        dnn_config_destroy(copy);
        return status_out_of_memory("a config");
    }
    if (config->of_layer_count > 0) {
        memcpy(copy->of_layer, config->of_layer, (size_t)config->of_layer_count * sizeof *copy->of_layer);
    }
    *out = copy;
    return DNN_OK;
}

static struct layer_activation *find_layer(const dnn_config *config, int64_t layer)
{
    for (int64_t i = 0; i < config->of_layer_count; i++) {
        if (config->of_layer[i].layer == layer) {
            return &config->of_layer[i];
        }
    }
    return NULL;
}

static int32_t set_layer_activation(dnn_config *config, int64_t layer, int32_t kind)
{
    struct layer_activation *entry = find_layer(config, layer);
    if (entry == NULL) {
        entry = memory_resize(config->of_layer, config->of_layer_count + 1, sizeof *entry);
        if (entry == NULL) {
            return status_out_of_memory("a config");
        }
        config->of_layer = entry;
        entry += config->of_layer_count++;
    }
    *entry = (struct layer_activation){layer, kind};
    return DNN_OK;
}

static int32_t store(dnn_config *config, enum key key, int64_t layer, union key_value value)
{
    if (layer > 0) {
        return set_layer_activation(config, layer, (int32_t)value.integer);
    }
    int32_t status = DNN_OK;
    if (key_table[key].type == KEY_IS_TEXT) {
        status = replace_text(&config->values[key], value.text);
    } else {
        config->values[key] = value;
    }
    config->chosen[key] = config->chosen[key] || status == DNN_OK;
    return status;
}

int32_t dnn_config_set(dnn_config *config, const char *key, const char *text)
{
    REQUIRE(config);
    REQUIRE(key);
    REQUIRE(text);
    enum key found;
    int64_t layer;
    union key_value value;
    int32_t status = key_find(key, &found, &layer);
    if (status == DNN_OK) {
        status = key_parse(found, layer, text, &value);
    }
    return status == DNN_OK ? store(config, found, layer, value) : status;
}

int32_t dnn_config_set_number(dnn_config *config, const char *key, double number)
{
    REQUIRE(config);
    REQUIRE(key);
    enum key found;
    int64_t layer;
    union key_value value;
    int32_t status = key_find(key, &found, &layer);
    if (status == DNN_OK) {
        status = key_from_number(found, layer, number, &value);
    }
    return status == DNN_OK ? store(config, found, layer, value) : status;
}

int32_t dnn_config_set_integer(dnn_config *config, const char *key, int64_t integer)
{
    REQUIRE(config);
    REQUIRE(key);
    enum key found;
    int64_t layer;
    union key_value value;
    int32_t status = key_find(key, &found, &layer);
    if (status == DNN_OK) {
        status = key_from_integer(found, layer, integer, &value);
    }
    return status == DNN_OK ? store(config, found, layer, value) : status;
}

int32_t dnn_config_get(const dnn_config *config, const char *key, char *buffer, int64_t capacity, int64_t *length)
{
    REQUIRE(config);
    REQUIRE(key);
    enum key found;
    int64_t layer;
    int32_t status = key_find(key, &found, &layer);
    if (status != DNN_OK) {
        return status;
    }
    union key_value value = config->values[found];
    const struct layer_activation *of_layer = layer > 0 ? find_layer(config, layer) : NULL;
    if (of_layer != NULL) {
        value.integer = of_layer->kind;
    }
    char scratch[TEXT_NUMBER_CAPACITY];
    const char *text = key_text(found, value, scratch);
    const int64_t needed = (int64_t)strlen(text);
    status = check_text_buffer(buffer, capacity, needed);
    if (status != DNN_OK) {
        return status;
    }
    if (buffer != NULL) {
        memcpy(buffer, text, (size_t)needed + 1);
    }
    if (length != NULL) {
        *length = needed;
    }
    return DNN_OK;
}

int64_t dnn_config_key_count(void)
{
    return KEY_COUNT;
}

const char *dnn_config_key_name(int64_t index)
{
    return index >= 0 && index < KEY_COUNT ? key_table[index].name : NULL;
}

const char *dnn_config_key_help(int64_t index)
{
    return index >= 0 && index < KEY_COUNT ? key_table[index].help : NULL;
}

const char *config_text(const dnn_config *config, enum key key)
{
    return config->values[key].text;
}

double config_number(const dnn_config *config, enum key key)
{
    return config->values[key].number;
}

int64_t config_integer(const dnn_config *config, enum key key)
{
    return config->values[key].integer;
}

/* A number that must be > 0 must stay so, and keep its digits. */
static int32_t check_precision(const dnn_config *config, enum key key, const struct core *core)
{
    const double number = config_number(config, key);
    const bool is_tiny = key_table[key].range == RANGE_POSITIVE && number < core->smallest_number;
    if (!is_tiny && number <= core->largest_number) {
        return DNN_OK;
    }
    char text[TEXT_NUMBER_CAPACITY];
    text_from_number(number, text);
    const bool is_large = number > core->largest_number;
    return status_error(is_large ? DNN_ERROR_NOT_FINITE : DNN_ERROR_INVALID_ARGUMENT, "%s is %s, too %s for %s",
                        key_table[key].name, text, is_large ? "large" : "small", core->precision);
}

int32_t config_check_precision(const dnn_config *config, bool of_model, const struct core *core)
{
    int32_t status = DNN_OK;
    for (int key = 0; status == DNN_OK && key < KEY_COUNT; key++) {
        if (key_table[key].type == KEY_IS_NUMBER && key_table[key].of_model == of_model) {
            status = check_precision(config, (enum key)key, core);
        }
    }
    return status;
}

/* The loss that is made for an activation, or one that goes with all. */
static const char *loss_for(const char *activation)
{
    const char *any = NULL;
    for (int32_t i = 0; core_f64.loss_name(i) != NULL; i++) {
        const char *only_with = core_f64.loss_only_with(i);
        if (only_with != NULL && strcmp(only_with, activation) == 0) {
            return core_f64.loss_name(i);
        }
        any = any == NULL && only_with == NULL ? core_f64.loss_name(i) : any;
    }
    return any;
}

int32_t config_check_output(const dnn_config *config, int64_t n_out)
{
    const int32_t loss = (int32_t)config_integer(config, KEY_LOSS);
    const int32_t output = (int32_t)config_integer(config, KEY_OUTPUT_ACTIVATION);
    const char *name = core_f64.activation_name(output), *only_with = core_f64.loss_only_with(loss);
    if (only_with != NULL && strcmp(name, only_with) != 0) {
        return status_error(DNN_ERROR_INVALID_ARGUMENT,
                            "loss = %s goes with output_activation = %s alone, and that is %s: set output_activation = "
                            "%s, or loss = %s",
                            core_f64.loss_name(loss), only_with, name, only_with, loss_for(name));
    }
    if (core_f64.activation_is_for_output(output) && n_out == 1) {
        return status_error(
            DNN_ERROR_INVALID_ARGUMENT,
            "%s over 1 output is always 1: make 2 outputs, or set output_activation = sigmoid and loss = "
            "%s",
            name, loss_for("sigmoid"));
    }
    return DNN_OK;
}

int32_t config_activation(const dnn_config *config, int64_t layer, int64_t depth)
{
    const struct layer_activation *of_layer = find_layer(config, layer);
    const enum key key = layer == depth ? KEY_OUTPUT_ACTIVATION : KEY_ACTIVATION;
    return of_layer != NULL ? of_layer->kind : (int32_t)config_integer(config, key);
}

int32_t config_check_layers(const dnn_config *config, int64_t depth)
{
    for (int64_t i = 0; i < config->of_layer_count; i++) {
        const int64_t layer = config->of_layer[i].layer;
        if (layer == depth) {
            return status_error(DNN_ERROR_INVALID_ARGUMENT,
                                "activation.%lld is set, but layer %lld is the output: set output_activation instead",
                                (long long)layer, (long long)layer);
        }
        if (layer > depth) {
            return status_error(DNN_ERROR_INVALID_ARGUMENT,
                                "activation.%lld is set, but the network's output is layer %lld", (long long)layer,
                                (long long)depth);
        }
    }
    return DNN_OK;
}
