/*
 * format/onnx_settings.c - see onnx_settings.h.
 *
 * A graph says what a network computes, and nothing of how it learned. Our own files keep that as `dnn.config.KEY`; for
 * others the recipe goes by the output: softmax and sigmoid are a classifier's.
 *
 * ONNX keeps the constants of LeakyRelu and Elu as floats, even in a network of doubles: 0.01 becomes
 * 0.00999999977648258. The shortest decimal number that is the same float is what was meant; and if our own file's
 * setting is the same float, it stays as it is, so that nothing changes from export to import.
 */
#include "format/onnx_settings.h"

#include "base/status.h"
#include "base/text.h"
#include "format/settings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LARGEST_COUNT = 256, LARGEST_LENGTH = 4096, KEY_CAPACITY = 64 };

static const char prefix[] = "dnn.config.";

/* Those of our own files; the activations of single layers are told by the graph. */
static int32_t add_kept(const Model *model, const char *file, struct settings *settings)
{
    int32_t status = DNN_OK;
    for (size_t i = 0; status == DNN_OK && i < model->n_metadata_props; i++) {
        const char *key = model->metadata_props[i]->key, *value = model->metadata_props[i]->value;
        if (strncmp(key, prefix, sizeof prefix - 1) != 0) {
            continue;
        }
        key += sizeof prefix - 1;
        if (strncmp(key, "activation.", 11) == 0) {
            continue;
        }
        if (settings->count >= LARGEST_COUNT || strlen(key) > LARGEST_LENGTH || strlen(value) > LARGEST_LENGTH) {
            return status_error(DNN_ERROR_FORMAT, "\"%.200s\" has settings that are too many, or too long", file);
        }
        if (settings_find(settings, key) != NULL) {
            return status_error(DNN_ERROR_FORMAT, "\"%.200s\" has the setting \"%.100s\" twice", file, key);
        }
        status = settings_add(settings, key, value);
    }
    return status;
}

/* The shortest decimal text that is this float. number: > 0 */
static void text_of_float(double number, char *text)
{
    const int exponent = (int)floor(log10(number));
    for (int digits = 1; digits <= 9; digits++) {
        const int power = digits - 1 - exponent;
        double back = 0;
        snprintf(text, TEXT_NUMBER_CAPACITY, "%llde%d", (long long)llround(number * pow(10, power)), -power);
        if (text_to_number(text, &back) && (float)back == (float)number) {
            return;
        }
    }
    text_from_number(number, text); /* GCOVR_EXCL_LINE: 9 digits tell every float */
}

/* A slope or its like; it must be the same in all layers that have one. */
static int32_t add_slope(const char *file, struct settings *settings, const char *key, double *known, double slope)
{
    const char *kept = settings_find(settings, key);
    const bool is_float = (double)(float)slope == slope;
    double number;
    char text[TEXT_NUMBER_CAPACITY];
    if (*known != 0 && *known != slope) {
        return status_error(DNN_ERROR_UNSUPPORTED, "\"%.200s\" has layers with different %s, expected one for all",
                            file, key);
    }
    if (*known != 0) {
        return DNN_OK;
    }
    *known = slope;
    if (kept != NULL && text_to_number(kept, &number) &&
        (number == slope || (is_float && (float)number == (float)slope))) {
        return DNN_OK;
    }
    if (is_float) {
        text_of_float(slope, text);
    } else {
        text_from_number(slope, text);
    }
    return settings_add(settings, key, text);
}

static const char *activation_of(const struct value *value)
{
    return value->activation == NULL ? "identity" : value->activation;
}

/* φ of layer l, from 1, and its constant. hidden: that of the hidden layers, by the settings so far. */
static int32_t add_activation(const char *file, struct settings *settings, const struct value *x, const char *hidden,
                              double slopes[3])
{
    const char *name = activation_of(x);
    char key[KEY_CAPACITY] = "output_activation";
    int32_t status = DNN_OK;
    if (hidden != NULL && strcmp(name, "softmax") == 0) {
        return status_error(DNN_ERROR_UNSUPPORTED, "\"%.200s\" has a Softmax before its last layer", file);
    }
    if (hidden != NULL) {
        snprintf(key, sizeof key, "activation.%lld", (long long)x->layer->depth);
    }
    if (hidden == NULL || strcmp(name, hidden) != 0) {
        status = settings_add(settings, key, name);
    }
    static const struct {
        const char *activation, *key;
    } table[3] = {{"sigmoid", "sigmoid_slope"}, {"leaky_relu", "leaky_slope"}, {"elu", "elu_alpha"}};
    for (int i = 0; status == DNN_OK && i < 3; i++) {
        if (strcmp(name, table[i].activation) == 0) {
            status = add_slope(file, settings, table[i].key, &slopes[i], x->slope);
        }
    }
    return status;
}

/* The hidden layers' activation: what our own file says, or else that of the last of them. */
static int32_t add_hidden(struct settings *settings, const struct value *output, char *hidden, size_t capacity)
{
    const char *kept = settings_find(settings, "activation");
    const bool has_hidden = output->layer->x.layer != NULL;
    int32_t status = DNN_OK;
    if (kept == NULL && has_hidden) {
        kept = activation_of(&output->layer->x);
        status = settings_add(settings, "activation", kept);
    }
    snprintf(hidden, capacity, "%s", kept == NULL ? "" : kept);
    return status;
}

static int32_t add_recipe(struct settings *settings, const struct value *output)
{
    const char *name = activation_of(output);
    const bool is_sigmoid = strcmp(name, "sigmoid") == 0, is_softmax = strcmp(name, "softmax") == 0;
    const int32_t status = settings_add(settings, "recipe", is_sigmoid || is_softmax ? "classifier" : "regressor");
    return status == DNN_OK && is_sigmoid ? settings_add(settings, "loss", "binary_cross_entropy") : status;
}

int32_t onnx_settings(const Model *model, const char *file, const struct value *output, struct content *content)
{
    struct settings *settings = &content->settings;
    char hidden[KEY_CAPACITY];
    double slopes[3] = {0};
    bool is_f64 = false;
    int32_t status = add_kept(model, file, settings);
    if (status == DNN_OK && settings->count == 0) {
        status = add_recipe(settings, output);
    }
    for (int64_t l = 0; l < content->depth; l++) {
        is_f64 = is_f64 || content->layers[l].weight.type == TENSOR_F64;
    }
    status = status == DNN_OK ? settings_add(settings, "precision", is_f64 ? "f64" : "f32") : status;
    status = status == DNN_OK ? add_hidden(settings, output, hidden, sizeof hidden) : status;
    const struct value *x = output;
    for (int64_t l = content->depth; status == DNN_OK && l >= 1; l--, x = &x->layer->x) {
        status = add_activation(file, settings, x, l == content->depth ? NULL : hidden, slopes);
    }
    return status;
}
