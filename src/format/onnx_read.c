/*
 * format/onnx_read.c - see onnx_read.h. Unpacks the file, walks over the graph, and turns the description of its output, from
 * the last layer back to the input, into a content. What the config is to be, onnx_settings.c tells.
 */
#include "format/onnx_read.h"

#include "base/memory.h"
#include "base/status.h"
#include "format/onnx_settings.h"

#include <math.h>
#include <string.h>

enum { MORE_MEMORY = 1 << 20, LARGEST_DEPTH = 65535 };

static int32_t unpack(const uint8_t *bytes, int64_t size, const char *file, struct arena *arena, Model **out)
{
    Model *model = dnn__onnx__model_proto__unpack(&arena->for_unpack, (size_t)size, bytes);
    if (model == NULL && arena->is_full) {
        return graph_full(&(struct walk){.file = file});
    }
    if (model == NULL) {
        return status_error(DNN_ERROR_FORMAT,
                            "\"%.200s\" is no ONNX file, or is damaged: its bytes are no protobuf message of a model",
                            file);
    }
    if (model->graph == NULL || model->ir_version < 1) {
        return status_error(DNN_ERROR_FORMAT, "\"%.200s\" is no ONNX file: it has no %s", file,
                            model->graph == NULL ? "graph" : "version");
    }
    *out = model;
    return DNN_OK;
}

static int32_t find_operator_set(const Model *model, const char *file, int64_t *version)
{
    enum { OLDEST = 7 }; /* before, Add and Mul had to be told to broadcast */
    *version = 0;
    for (size_t i = 0; i < model->n_opset_import; i++) {
        const char *domain = model->opset_import[i]->domain;
        if (*domain == '\0' || strcmp(domain, "ai.onnx") == 0) {
            *version = model->opset_import[i]->version;
        }
    }
    if (*version < 1) {
        return status_error(DNN_ERROR_FORMAT, "\"%.200s\" does not tell the version of ONNX's operators", file);
    }
    if (*version < OLDEST) {
        return status_error(DNN_ERROR_UNSUPPORTED, "\"%.200s\" has operator set %lld, expected %d or newer", file,
                            (long long)*version, OLDEST);
    }
    return DNN_OK;
}

/* ---- the output ---- */

static bool are_alike(const struct value *a, const struct value *b)
{
    return a->layer == b->layer && a->activation == b->activation && a->c == b->c;
}

/* The one output that is the network's; labels beside it do not count. */
static int32_t find_output(const struct walk *walk, struct value *out)
{
    const struct value *found = NULL;
    for (size_t i = 0; i < walk->graph->n_output; i++) {
        const char *name = walk->graph->output[i]->name;
        const struct value *value = graph_find(walk, name);
        if (value == NULL) {
            return status_error(DNN_ERROR_FORMAT, "\"%.200s\": nothing makes the output \"%.100s\"", walk->file, name);
        }
        if (value->form == LABEL) {
            continue;
        }
        if (value->form != SUM && value->form != ACTIVATED && value->form != PAIR && value->form != CUT) {
            return status_error(DNN_ERROR_UNSUPPORTED, "\"%.200s\": the output \"%.100s\" is not that of a layer",
                                walk->file, name);
        }
        if (found != NULL && !are_alike(found, value)) {
            return status_error(DNN_ERROR_UNSUPPORTED,
                                "\"%.200s\" has several outputs, \"%.100s\" is another one: expected 1", walk->file,
                                name);
        }
        found = value;
    }
    if (found == NULL) {
        return status_error(DNN_ERROR_UNSUPPORTED, "\"%.200s\" has no output but labels, if any: expected numbers",
                            walk->file);
    }
    *out = *found;
    return DNN_OK;
}

/* ---- layers ---- */

/* Sixty bytes name a matrix of millions again: layers that share their weights may not make the model much larger than
 * the file. */
static int32_t check_sharing(const struct walk *walk, const struct content *content, int64_t file_size)
{
    static const int64_t size_of[] = {[TENSOR_F16] = 2, [TENSOR_BF16] = 2, [TENSOR_F32] = 4, [TENSOR_F64] = 8};
    int64_t bytes = 0;
    for (int64_t l = 0; l < content->depth; l++) {
        const struct tensor *weight = &content->layers[l].weight;
        bytes += weight->rows * weight->columns * size_of[weight->type]; /* each product is a part of the file */
        if (bytes > file_size + MORE_MEMORY) {
            return status_error(
                DNN_ERROR_UNSUPPORTED,
                "\"%.200s\": layers share their weights, so that the model would be larger than the file", walk->file);
        }
    }
    return DNN_OK;
}

static int32_t take_layers(const struct walk *walk, const struct value *output, int64_t file_size,
                           struct content *content)
{
    const int64_t depth = output->layer->depth;
    if (depth > LARGEST_DEPTH) {
        return status_error(DNN_ERROR_UNSUPPORTED, "\"%.200s\" has %lld layers, expected at most %d", walk->file,
                            (long long)depth, LARGEST_DEPTH);
    }
    content->layers = memory_new(depth, sizeof *content->layers);
    if (content->layers == NULL) {
        return status_out_of_memory("the layers of a file");
    }
    content->depth = depth;
    const struct onnx_layer *layer = output->layer;
    for (int64_t l = depth - 1; l >= 0; l--, layer = layer->x.layer) {
        content->layers[l] = (struct content_layer){layer->weight, layer->bias};
        content->layers[l].bias.rows = layer->weight.rows;
        content->layers[l].bias.columns = 1;
    }
    return check_sharing(walk, content, file_size);
}

/* ---- standardization ---- */

/* (x − mean) / scale, changed by one step. */
static void step(const struct shift *shift, int64_t j, double *mean, double *scale)
{
    const double number = tensor_number(&shift->numbers->vector, shift->numbers->count == 1 ? 0 : j, 0);
    switch (shift->operator) {
    case '-':
        *mean += number * *scale;
        break;
    case '+':
        *mean -= number * *scale;
        break;
    case '*':
        *scale /= number;
        break;
    default:
        *scale *= number;
        break;
    }
}

/* Applies all steps from `last` back to the first one, in the order in which they are done. */
static int32_t take_standardization(const struct walk *walk, const struct shift *last, int64_t columns,
                                    struct content *content)
{
    content->mean = memory_new(columns, sizeof *content->mean);
    content->scale = memory_new(columns, sizeof *content->scale);
    if (content->mean == NULL || content->scale == NULL) {
        return status_out_of_memory("the scales of the inputs");
    }
    for (int64_t j = 0; j < columns; j++) {
        content->scale[j] = 1;
        for (int64_t k = 1; k <= last->steps; k++) {
            const struct shift *shift = last;
            while (shift->steps > k) {
                shift = shift->before;
            }
            step(shift, j, &content->mean[j], &content->scale[j]);
        }
        if (!isfinite(content->mean[j]) || !isfinite(content->scale[j])) {
            return status_error(DNN_ERROR_NOT_FINITE, "\"%.200s\" shifts or scales input %lld by what is not finite",
                                walk->file, (long long)j);
        }
        if (!(content->scale[j] > 0)) {
            return status_error(DNN_ERROR_UNSUPPORTED, "\"%.200s\" multiplies input %lld by what is no number > 0",
                                walk->file, (long long)j);
        }
    }
    return DNN_OK;
}

/* ---- all of it ---- */

static int32_t read_model(const Model *model, struct walk *walk, int64_t file_size, struct content *content)
{
    struct value output = {.form = NOT_YET};
    int32_t status = find_operator_set(model, walk->file, &walk->operator_set);
    status = status == DNN_OK ? graph_walk(walk) : status;
    status = status == DNN_OK ? find_output(walk, &output) : status;
    status = status == DNN_OK ? take_layers(walk, &output, file_size, content) : status;
    if (status != DNN_OK) {
        return status;
    }
    const struct onnx_layer *first = output.layer;
    while (first->x.layer != NULL) {
        first = first->x.layer;
    }
    if (first->x.shift != NULL) {
        status = take_standardization(walk, first->x.shift, first->weight.columns, content);
    }
    return status == DNN_OK ? onnx_settings(model, walk->file, &output, content) : status;
}

int32_t onnx_read(const uint8_t *bytes, int64_t size, const char *name, struct content *content)
{
    *content = (struct content){0};
    if (size > INT32_MAX) {
        return status_error(DNN_ERROR_FORMAT, "\"%.200s\" has %lld bytes, an ONNX file has at most %lld", name,
                            (long long)size, (long long)INT32_MAX);
    }
    struct arena arena;
    if (!arena_begin(&arena, size + MORE_MEMORY)) {
        return status_out_of_memory("the parts of an ONNX file");
    }
    Model *model = NULL;
    int32_t status = unpack(bytes, size, name, &arena, &model);
    if (status == DNN_OK) {
        struct walk walk = {.file = name, .arena = &arena, .graph = model->graph};
        status = read_model(model, &walk, size, content);
    }
    content->memory[0] = arena_end(&arena);
    return status;
}
