/*
 * format/model_file_read.c - see model_file.h.
 *
 * A file of libdnn's and a plain one of PyTorch's differ in who says what the layers are. Here both become a list of pairs
 * NAME.weight and NAME.bias in the order of the layers; that the shapes chain up is checked once, for both.
 */
#include "base/memory.h"
#include "base/status.h"
#include "format/json.h"
#include "format/model_file.h"
#include "format/safetensors.h"
#include "format/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_CAPACITY = 128 };

/* What is being read, and how many of its tensors have found their use. */
struct reading {
    const struct model_file_request *request;
    struct safetensors *file;
    int64_t used;
    bool is_rest_skipped; /* the other tensors belong to a training that is not wanted */
};

static int32_t wrong(const struct reading *reading, const char *what)
{
    return status_error(DNN_ERROR_FORMAT, "\"%s\": %s", reading->request->name, what);
}

/* Whether a name ends in a suffix; *length: of what is before. */
static bool ends_in(const char *name, const char *suffix, int64_t *length)
{
    const size_t whole = strlen(name), end = strlen(suffix);
    *length = (int64_t)(whole - end);
    return whole >= end && strcmp(name + whole - end, suffix) == 0;
}

/* ------------------------------------------ the tensors of a layer ------------------------------------------ */

static int32_t check_type(const struct reading *reading, const struct safetensors_entry *entry)
{
    return entry->is_number ? DNN_OK
                            : status_error(DNN_ERROR_UNSUPPORTED,
                                           "\"%s\": tensor \"%.100s\" is of %s, expected F16, BF16, F32 or F64",
                                           reading->request->name, entry->name, entry->dtype);
}

/* How many numbers a tensor has, from its bytes; they are of a type that is known by then, or at least of this size. */
static int64_t numbers_of(const struct safetensors_entry *entry)
{
    static const int64_t size_of[] = {[TENSOR_F16] = 2, [TENSOR_BF16] = 2, [TENSOR_F32] = 4, [TENSOR_F64] = 8};
    return (entry->end - entry->begin) / (entry->is_number ? size_of[entry->tensor.type] : 1);
}

static int32_t take_weight(struct reading *reading, const struct safetensors_entry *entry, struct tensor *weight)
{
    if (entry->rank != 2 || entry->tensor.rows < 1 || entry->tensor.columns < 1 ||
        entry->tensor.rows > NETWORK_LARGEST_LAYER || entry->tensor.columns > NETWORK_LARGEST_LAYER) {
        return status_error(
            DNN_ERROR_FORMAT,
            "\"%s\": tensor \"%.100s\" is no matrix [outputs, inputs] of a fully connected layer: it has %lld "
            "numbers in %lld dimensions",
            reading->request->name, entry->name, (long long)numbers_of(entry), (long long)entry->rank);
    }
    *weight = entry->tensor;
    reading->used++;
    return check_type(reading, entry);
}

static int32_t take_bias(struct reading *reading, const struct safetensors_entry *entry, int64_t n_out,
                         struct tensor *bias)
{
    if (entry->rank != 1 || entry->tensor.rows != n_out) {
        return status_error(
            DNN_ERROR_FORMAT,
            "\"%s\": tensor \"%.100s\" is no list of %lld numbers, as its weight asks: it has %lld in %lld "
            "dimensions",
            reading->request->name, entry->name, (long long)n_out, (long long)numbers_of(entry),
            (long long)entry->rank);
    }
    *bias = entry->tensor;
    reading->used++;
    return check_type(reading, entry);
}

/* Both tensors of "name"; the bias may be missing where `is_bias_needed` is false. */
static int32_t take_layer(struct reading *reading, const char *name, bool is_bias_needed, struct content_layer *layer)
{
    char full[NAME_CAPACITY + 8];
    snprintf(full, sizeof full, "%s.weight", name);
    const struct safetensors_entry *weight = safetensors_find(reading->file, full);
    snprintf(full, sizeof full, "%s.bias", name);
    const struct safetensors_entry *bias = safetensors_find(reading->file, full);
    if (weight == NULL || (bias == NULL && is_bias_needed)) {
        return status_error(DNN_ERROR_FORMAT, "\"%s\" has no tensor \"%s.%s\"", reading->request->name, name,
                            weight == NULL ? "weight" : "bias");
    }
    const int32_t status = take_weight(reading, weight, &layer->weight);
    if (status != DNN_OK) {
        return status;
    }
    layer->bias = (struct tensor){.rows = layer->weight.rows, .columns = 1, .row_stride = 1, .column_stride = 1};
    return bias == NULL ? DNN_OK : take_bias(reading, bias, layer->weight.rows, &layer->bias);
}

/* Each layer takes what the one before gives. */
static int32_t check_chain(const struct reading *reading, const struct content *model)
{
    for (int64_t l = 1; l < model->depth; l++) {
        const int64_t given = model->layers[l - 1].weight.rows, taken = model->layers[l].weight.columns;
        if (given != taken) {
            return status_error(DNN_ERROR_FORMAT,
                                "\"%s\": its layer %lld takes %lld inputs, and the layer before has %lld outputs",
                                reading->request->name, (long long)l, (long long)taken, (long long)given);
        }
    }
    return DNN_OK;
}

static int32_t check_all_used(const struct reading *reading)
{
    return reading->used == safetensors_count(reading->file) || reading->is_rest_skipped
               ? DNN_OK
               : status_error(DNN_ERROR_FORMAT, "\"%s\" has %lld tensors that belong to no layer",
                              reading->request->name, (long long)(safetensors_count(reading->file) - reading->used));
}

static int32_t make_layers(struct content *model, int64_t depth)
{
    model->layers = memory_new(depth, (int64_t)sizeof *model->layers);
    model->depth = depth;
    return model->layers == NULL ? status_out_of_memory("the layers of a file") : DNN_OK;
}

/* ------------------------------------------- a file of libdnn's ------------------------------------------- */

/* How many tensors "layers.N.weight" there are from N = 0 on. */
static int64_t count_layers(const struct reading *reading, const char *prefix)
{
    char name[NAME_CAPACITY];
    int64_t depth = 0;
    do {
        snprintf(name, sizeof name, "%slayers.%lld.weight", prefix, (long long)depth++);
    } while (safetensors_find(reading->file, name) != NULL);
    return depth - 1;
}

static int32_t take_group(struct reading *reading, const char *prefix, int64_t depth, struct content_layer *layers)
{
    char name[NAME_CAPACITY];
    int32_t status = DNN_OK;
    for (int64_t l = 0; status == DNN_OK && l < depth; l++) {
        snprintf(name, sizeof name, "%slayers.%lld", prefix, (long long)l);
        status = take_layer(reading, name, true, &layers[l]);
    }
    return status;
}

static int32_t read_config(const struct reading *reading, const char *key, struct settings *settings)
{
    const char *json = safetensors_text(reading->file, key);
    if (json == NULL) {
        return status_error(DNN_ERROR_FORMAT, "\"%s\" has no %s", reading->request->name, key);
    }
    const struct json_source source = {reading->request->name, key, json, (int64_t)strlen(json)};
    return settings_from_json(&source, settings);
}

static int32_t read_numbers(const struct reading *reading, const char *text, int64_t count, double **numbers)
{
    *numbers = memory_new(count, sizeof **numbers);
    if (*numbers == NULL) {
        return status_out_of_memory("the standardization of a file");
    }
    return settings_parse_numbers(text, *numbers, count)
               ? DNN_OK
               : status_error(DNN_ERROR_FORMAT,
                              "\"%s\": its dnn.input_mean and dnn.input_scale are no %lld numbers each",
                              reading->request->name, (long long)count);
}

static int32_t read_standardization(const struct reading *reading, struct content *model)
{
    const char *mean = safetensors_text(reading->file, "dnn.input_mean");
    const char *scale = safetensors_text(reading->file, "dnn.input_scale");
    const int64_t n_in = model->layers[0].weight.columns;
    if (mean == NULL && scale == NULL) {
        return DNN_OK;
    }
    if (mean == NULL || scale == NULL) {
        return wrong(reading, "it has one of dnn.input_mean and dnn.input_scale, expected both or none");
    }
    /* A number takes two bytes of text at least: what is too short is not worth the memory. */
    if ((int64_t)strlen(mean) < 2 * n_in - 1 || (int64_t)strlen(scale) < 2 * n_in - 1) {
        return wrong(reading, "its dnn.input_mean or dnn.input_scale is too short for its inputs");
    }
    int32_t status = read_numbers(reading, mean, n_in, &model->mean);
    if (status == DNN_OK) {
        status = read_numbers(reading, scale, n_in, &model->scale);
    }
    for (int64_t j = 0; status == DNN_OK && j < n_in; j++) {
        if (!(model->scale[j] > 0)) {
            status = wrong(reading, "its dnn.input_scale has a number that is not above 0");
        }
    }
    return status;
}

static int32_t take_groups(struct reading *reading, const struct content *model, struct training_content *training)
{
    int32_t status = DNN_OK;
    for (int32_t i = 0; status == DNN_OK && i < reading->request->prefix_count; i++) {
        if (count_layers(reading, reading->request->prefixes[i]) > 0) {
            training->groups[i] = memory_new(model->depth, (int64_t)sizeof **training->groups);
            status = training->groups[i] == NULL
                         ? status_out_of_memory("the layers of a file")
                         : take_group(reading, reading->request->prefixes[i], model->depth, training->groups[i]);
        }
        for (int64_t l = 0; status == DNN_OK && training->groups[i] != NULL && l < model->depth; l++) {
            const struct tensor *one = &training->groups[i][l].weight, *of_model = &model->layers[l].weight;
            if (one->rows != of_model->rows || one->columns != of_model->columns) {
                status = wrong(reading, "a tensor of its training has another shape than the model's");
            }
        }
    }
    return status;
}

static int32_t read_training(struct reading *reading, const struct content *model, struct training_content *training)
{
    int32_t status = read_config(reading, "dnn.trainer", &training->state);
    const struct safetensors_entry *history = safetensors_find(reading->file, "trainer.history");
    if (status == DNN_OK && history != NULL) {
        reading->used++;
        training->history = history->tensor;
        if (history->rank != 2 || history->tensor.columns != MODEL_FILE_HISTORY_COLUMNS ||
            strcmp(history->dtype, "F64") != 0) {
            status = wrong(reading, "its trainer.history is no matrix of 3 columns of F64");
        }
    }
    return status == DNN_OK ? take_groups(reading, model, training) : status;
}

static int32_t read_own(struct reading *reading, struct content *model, struct training_content *training)
{
    int32_t status = safetensors_check(reading->file);
    if (status == DNN_OK) {
        status = read_config(reading, "dnn.config", &model->settings);
    }
    const int64_t depth = count_layers(reading, "");
    if (status == DNN_OK && depth < 1) {
        status = wrong(reading, "it has no tensor \"layers.0.weight\"");
    }
    if (status == DNN_OK) {
        status = make_layers(model, depth);
    }
    if (status == DNN_OK) {
        status = take_group(reading, "", depth, model->layers);
    }
    if (status == DNN_OK) {
        status = read_standardization(reading, model);
    }
    if (status == DNN_OK && safetensors_text(reading->file, "dnn.trainer") != NULL) {
        reading->is_rest_skipped = training == NULL;
        status = training != NULL ? read_training(reading, model, training) : DNN_OK;
    } else if (status == DNN_OK && training != NULL) {
        status = wrong(reading, "it holds a model and no training: load it with dnn_model_load");
    }
    return status;
}

/* ---------------------------------------------- a plain file ---------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "2" before "10": runs of digits compare as numbers. */
static int natural_order(const void *a, const void *b)
{
    const char *one = *(const char *const *)a, *other = *(const char *const *)b;
    while (*one != '\0' && *other != '\0') {
        if (is_digit(*one) && is_digit(*other)) {
            one += strspn(one, "0");
            other += strspn(other, "0");
            const size_t digits = strspn(one, "0123456789"), other_digits = strspn(other, "0123456789");
            const int order = digits != other_digits ? (digits < other_digits ? -1 : 1) : strncmp(one, other, digits);
            if (order != 0) {
                return order;
            }
            one += digits;
            other += digits;
        } else if (*one != *other) {
            break;
        } else {
            one++;
            other++;
        }
    }
    return (unsigned char)*one - (unsigned char)*other;
}

/* The names of all tensors NAME.weight, in their natural order. names: [count of the file's tensors] */
static int64_t list_weights(const struct reading *reading, const char **names)
{
    int64_t count = 0, length;
    for (int64_t i = 0; i < safetensors_count(reading->file); i++) {
        const char *name = safetensors_at(reading->file, i)->name;
        if (ends_in(name, ".weight", &length) && length < NAME_CAPACITY) {
            names[count++] = name;
        }
    }
    qsort(names, (size_t)count, sizeof *names, natural_order);
    return count;
}

static int32_t take_plain_layers(struct reading *reading, const char **names, struct content *model)
{
    const int64_t depth = list_weights(reading, names);
    int32_t status = depth < 1 ? wrong(reading, "it has no tensor named \"NAME.weight\"") : make_layers(model, depth);
    for (int64_t l = 0; status == DNN_OK && l < depth; l++) {
        char name[NAME_CAPACITY];
        snprintf(name, sizeof name, "%.*s", (int)(strlen(names[l]) - strlen(".weight")), names[l]);
        status = take_layer(reading, name, false, &model->layers[l]);
    }
    return status;
}

/* A file of libdnn's whose dnn.format is damaged must not pass for a stranger's: that would lose its standardization. */
static bool has_own_marks(const struct reading *reading)
{
    static const char *const marks[] = {"dnn.config", SAFETENSORS_DATA_CHECKSUM, SAFETENSORS_HEADER_CHECKSUM};
    bool is_marked = false;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        is_marked = is_marked || safetensors_text(reading->file, marks[i]) != NULL;
    }
    return is_marked;
}

static int32_t read_plain(struct reading *reading, struct content *model)
{
    if (has_own_marks(reading)) {
        return wrong(reading,
                     "it is libdnn's, and has no dnn.format: it is damaged, or was changed since it was saved");
    }
    if (!reading->request->is_plain_allowed) {
        return wrong(reading, "it has no dnn.format, so libdnn did not write it; dnn_model_load_with loads other "
                              "safetensors files, if you say what activations its layers have");
    }
    const int64_t count = safetensors_count(reading->file);
    const char **names = memory_new(count < 1 ? 1 : count, (int64_t)sizeof *names);
    if (names == NULL) {
        return status_out_of_memory("the names of a file's tensors");
    }
    const int32_t status = take_plain_layers(reading, names, model);
    memory_free(names);
    return status == DNN_OK ? read_standardization(reading, model) : status;
}

int32_t model_file_read(const uint8_t *bytes, int64_t size, const struct model_file_request *request,
                        struct content *model, struct training_content *training)
{
    struct reading reading = {.request = request};
    int32_t status = safetensors_open(bytes, size, request->name, &reading.file);
    if (status != DNN_OK) {
        return status;
    }
    const char *format = safetensors_text(reading.file, "dnn.format");
    if (format != NULL && strcmp(format, "1") != 0) {
        status = status_error(DNN_ERROR_UNSUPPORTED, "\"%s\" has dnn.format \"%.20s\", and this version knows \"1\"",
                              request->name, format);
    } else {
        status = format != NULL ? read_own(&reading, model, training) : read_plain(&reading, model);
    }
    if (status == DNN_OK) {
        status = check_all_used(&reading);
    }
    if (status == DNN_OK) {
        status = check_chain(&reading, model);
    }
    safetensors_close(reading.file);
    return status;
}

void training_content_clear(struct training_content *content)
{
    settings_clear(&content->state);
    for (int32_t i = 0; i < MODEL_FILE_MOST_GROUPS; i++) {
        memory_free(content->groups[i]);
    }
    *content = (struct training_content){0};
}
