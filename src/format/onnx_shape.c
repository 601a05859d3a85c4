/*
 * format/onnx_shape.c - operators that change no number: they rename, convert, or arrange values which are already a row for
 * each sample. Also the detour by which exporters say "flatten to the number of samples": Shape, Gather, Unsqueeze, Concat,
 * Reshape; and what classifiers append to their probabilities.
 */
#include "base/status.h"
#include "format/onnx_graph.h"

static bool has_rows(const struct value *value)
{
    return value->form == INPUT || value->form == SUM || value->form == ACTIVATED;
}

int32_t operator_identity(struct walk *walk, struct value *out)
{
    struct value *value;
    const int32_t status = graph_input(walk, 0, &value);
    if (status == DNN_OK) {
        *out = *value;
    }
    return status;
}

/* Nothing is dropped but in training. */
int32_t operator_dropout(struct walk *walk, struct value *out)
{
    struct value *training = NULL;
    if (graph_has_input(walk, 2)) {
        const int32_t status = graph_input(walk, 2, &training);
        if (status != DNN_OK) {
            return status;
        }
    }
    if (training != NULL && training->form == CONSTANT) {
        const ProtobufCBinaryData *raw = &training->constant->proto->raw_data;
        if (raw->len > 0 && raw->data[0] != 0) {
            return graph_error(walk, DNN_ERROR_UNSUPPORTED,
                               "is a Dropout in training mode: export the model for inference");
        }
    }
    return operator_identity(walk, out);
}

int32_t operator_cast(struct walk *walk, struct value *out)
{
    struct value *value;
    const int32_t status = graph_input(walk, 0, &value);
    const int64_t type = graph_integer(walk, "to", 0);
    if (status != DNN_OK) {
        return status;
    }
    if (!has_rows(value) && value->form != PAIR) {
        return graph_unexpected(walk, value, "the input or an activation");
    }
    if (type != DNN__ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT && type != DNN__ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE) {
        return graph_error(walk, DNN_ERROR_UNSUPPORTED,
                           "is a Cast to ONNX type %lld; known are 1 (float) and 11 (double)", (long long)type);
    }
    *out = *value;
    return DNN_OK;
}

int32_t operator_flatten(struct walk *walk, struct value *out)
{
    struct value *value;
    const int32_t status = graph_input(walk, 0, &value);
    const int64_t axis = graph_integer(walk, "axis", 1);
    if (status != DNN_OK) {
        return status;
    }
    if (!has_rows(value)) {
        return graph_unexpected(walk, value, "the input or an activation");
    }
    if (axis != 1 && (axis != -1 || value->is_deep)) {
        return graph_error(walk, DNN_ERROR_UNSUPPORTED, "is a Flatten from axis %lld, expected 1", (long long)axis);
    }
    *out = *value;
    out->is_deep = false;
    return DNN_OK;
}

/* To rows of n numbers, −1: of as many as there are. keeps_rows: their number is left as it is. */
static int32_t reshape(struct walk *walk, const struct value *value, bool keeps_rows, int64_t n, struct value *out)
{
    if (n == 1 && value->width > 1 && value->form != INPUT) {
        /* What skl2onnx ends a regressor of several outputs with: the same numbers, in the same order. */
        *out = *value;
        out->form = CUT;
        return DNN_OK;
    }
    const bool fits = n == -1 ? keeps_rows : value->width == n || (value->width < 0 && n > 0);
    if (!fits) {
        return graph_error(walk, DNN_ERROR_UNSUPPORTED, "is a Reshape to rows of %lld numbers, and reads rows of %lld",
                           (long long)n, (long long)value->width);
    }
    *out = *value;
    out->is_deep = false;
    out->width = n == -1 ? value->width : n;
    return DNN_OK;
}

int32_t operator_reshape(struct walk *walk, struct value *out)
{
    struct value *value, *shape;
    int64_t dimensions[2], length = 0;
    int32_t status = graph_input(walk, 0, &value);
    status = status == DNN_OK ? graph_input(walk, 1, &shape) : status;
    if (status == DNN_OK && !has_rows(value)) {
        status = graph_unexpected(walk, value, "the input or an activation");
    }
    if (status == DNN_OK && shape->form == ROWS) {
        return reshape(walk, value, true, shape->width, out);
    }
    if (status == DNN_OK && shape->form != CONSTANT) {
        status = graph_unexpected(walk, shape, "a constant shape");
    }
    status = status == DNN_OK ? constant_integers(walk->file, shape->constant, 2, dimensions, &length) : status;
    if (status != DNN_OK) {
        return status;
    }
    if (length == 1 && dimensions[0] == -1 && value->width == 1) {
        *out = *value; /* one number for each sample */
        return DNN_OK;
    }
    if (length != 2 || dimensions[0] < -1 || dimensions[1] < -1 || (dimensions[0] == -1 && dimensions[1] == -1)) {
        return graph_error(walk, DNN_ERROR_UNSUPPORTED, "is a Reshape to a shape other than samples and features");
    }
    return reshape(walk, value, dimensions[0] == 0, dimensions[1], out);
}

int32_t operator_shape(struct walk *walk, struct value *out)
{
    struct value *value;
    const int32_t status = graph_input(walk, 0, &value);
    if (status != DNN_OK) {
        return status;
    }
    if (!has_rows(value) || graph_integer(walk, "start", 0) != 0) {
        return graph_unexpected(walk, value, "the input or an activation, from its first dimension on");
    }
    *out = (struct value){.form = graph_integer(walk, "end", 0) == 1 ? BATCH : SHAPE};
    return DNN_OK;
}

/* The first dimension of a shape. */
int32_t operator_gather(struct walk *walk, struct value *out)
{
    struct value *shape, *index;
    int64_t position = -1, length = 0;
    int32_t status = graph_input(walk, 0, &shape);
    status = status == DNN_OK ? graph_input(walk, 1, &index) : status;
    if (status != DNN_OK) {
        return status;
    }
    if (shape->form != SHAPE || index->form != CONSTANT) {
        return graph_unexpected(walk, shape, "a shape and a constant");
    }
    status = constant_integers(walk->file, index->constant, 1, &position, &length);
    if (status == DNN_OK && (length != 1 || position != 0)) {
        status = graph_error(walk, DNN_ERROR_UNSUPPORTED, "takes a dimension other than the number of samples");
    }
    out->form = BATCH;
    return status;
}

int32_t operator_unsqueeze(struct walk *walk, struct value *out)
{
    const int32_t status = operator_identity(walk, out);
    return status == DNN_OK && out->form != BATCH ? graph_unexpected(walk, out, "the number of samples") : status;
}

/* [1 − p, p], or the shape [N, n] */
int32_t operator_concat(struct walk *walk, struct value *out)
{
    struct value *a, *b;
    const int64_t axis = graph_integer(walk, "axis", 0);
    int32_t status = graph_input(walk, 0, &a);
    status = status == DNN_OK ? graph_input(walk, 1, &b) : status;
    if (status != DNN_OK) {
        return status;
    }
    const bool are_two = walk->node->n_input == 2;
    if (are_two && a->form == ONE_MINUS && b->form == ACTIVATED && a->layer == b->layer && axis != 0) {
        *out = *b;
        out->form = PAIR;
        return DNN_OK;
    }
    if (are_two && a->form == BATCH && b->form == CONSTANT) {
        int64_t length = 0;
        out->form = ROWS;
        status = constant_integers(walk->file, b->constant, 1, &out->width, &length);
        if (status == DNN_OK && (length != 1 || (out->width < 1 && out->width != -1))) {
            status = graph_error(walk, DNN_ERROR_UNSUPPORTED, "makes a shape other than samples and features");
        }
        return status;
    }
    return graph_unexpected(walk, a, "[1 - p, p] of one probability p");
}

/* Probabilities under the names of their classes. */
int32_t operator_zip_map(struct walk *walk, struct value *out)
{
    const int32_t status = operator_identity(walk, out);
    return status == DNN_OK && out->form != PAIR && out->form != ACTIVATED
               ? graph_unexpected(walk, out, "probabilities")
               : status;
}

int32_t operator_label(struct walk *walk, struct value *out)
{
    (void)walk;
    out->form = LABEL;
    return DNN_OK;
}
