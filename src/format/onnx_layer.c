/*
 * format/onnx_layer.c - the products: what makes a layer of a fully connected network.
 *
 * Gemm is alpha A B + beta C, MatMul a product that an Add may follow. The weights stay where they are; a transposed
 * matrix is one that is read in the other order. alpha and beta are multiplied into the numbers, which only one
 * layer can do to them: numbers that two layers share are left alone, or the file is refused.
 */
#include "base/status.h"
#include "format/onnx_graph.h"

#include <math.h>

int32_t graph_use(struct walk *walk, struct constant *constant, double factor)
{
    const int32_t status = constant_numbers(walk->file, constant);
    if (status != DNN_OK) {
        return status;
    }
    const enum tensor_type type = constant->vector.type;
    if (factor != 1 && type != TENSOR_F32 && type != TENSOR_F64) {
        return graph_error(walk, DNN_ERROR_UNSUPPORTED, "multiplies 16-bit numbers by an alpha or beta other than 1");
    }
    if (constant->is_scaled || (constant->is_used && factor != 1)) {
        return graph_error(walk, DNN_ERROR_UNSUPPORTED,
                           "shares \"%.100s\" with another node, and one of them has an alpha or beta other than 1",
                           constant->proto->name);
    }
    constant->is_used = true;
    if (factor != 1) {
        constant_scale(constant, factor);
        constant->is_scaled = true;
    }
    return DNN_OK;
}

/* What a layer reads: the input, or another layer's output. */
static int32_t take_rows(const struct walk *walk, const struct value *x)
{
    if (x->form == INPUT && x->is_deep) {
        return graph_error(
            walk, DNN_ERROR_UNSUPPORTED,
            "reads an input of more dimensions than samples and features: a Flatten is missing before it");
    }
    if (x->form != INPUT && x->form != SUM && x->form != ACTIVATED) {
        return graph_unexpected(walk, x, "the input or an activation");
    }
    return DNN_OK;
}

/* Weights [n_out × n_in]; in the file they lie so if `is_out_first`, else as [n_in × n_out]. */
static int32_t take_weight(struct walk *walk, struct value *value, bool is_out_first, double alpha,
                           struct tensor *weight)
{
    if (value->form != CONSTANT) {
        return graph_unexpected(walk, value, "constant weights as its second input");
    }
    struct constant *constant = value->constant;
    const int32_t status = graph_use(walk, constant, alpha);
    if (status != DNN_OK) {
        return status;
    }
    if (constant->rank != 2) {
        return graph_error(walk, DNN_ERROR_UNSUPPORTED, "has weights of %lld dimensions, expected 2",
                           (long long)constant->rank);
    }
    const int64_t columns = constant->columns, rows = constant->count / columns;
    *weight = constant->vector;
    if (is_out_first != value->is_transposed) {
        weight->rows = rows, weight->columns = columns;
        weight->row_stride = columns, weight->column_stride = 1;
    } else {
        weight->rows = columns, weight->columns = rows;
        weight->row_stride = 1, weight->column_stride = columns;
    }
    /* GCOVR_EXCL_START: a file has less than 2³¹ bytes, and such a row at least as many */
    if (rows > NETWORK_LARGEST_LAYER || columns > NETWORK_LARGEST_LAYER) {
        return graph_error(walk, DNN_ERROR_UNSUPPORTED, "has %lld × %lld weights, a layer has at most %lld neurons",
                           (long long)rows, (long long)columns, (long long)NETWORK_LARGEST_LAYER);
    }
    /* GCOVR_EXCL_STOP */
    return DNN_OK;
}

/* Biases [n_out], or one number for all. */
static int32_t take_bias(struct walk *walk, struct value *value, int64_t n_out, double beta, struct tensor *bias)
{
    if (value->form != CONSTANT || value->is_transposed) { /* [1, n] turned is a column, one number a sample */
        return graph_unexpected(walk, value, "constant biases");
    }
    const int32_t status = graph_use(walk, value->constant, beta);
    if (status != DNN_OK) {
        return status;
    }
    const struct constant *constant = value->constant;
    if (constant->count != 1 && (constant->count != n_out || constant->columns != n_out)) {
        return graph_error(walk, DNN_ERROR_FORMAT, "has %lld biases, expected %lld", (long long)constant->count,
                           (long long)n_out);
    }
    *bias = constant->vector;
    bias->rows = n_out;
    bias->row_stride = constant->count == 1 ? 0 : 1;
    return DNN_OK;
}

static int32_t make_layer(struct walk *walk, const struct value *x, const struct tensor *weight, struct value *out,
                          struct onnx_layer **made)
{
    if (x->width >= 0 && x->width != weight->columns) {
        return graph_error(walk, DNN_ERROR_FORMAT, "has weights for %lld columns, and reads %lld",
                           (long long)weight->columns, (long long)x->width);
    }
    struct onnx_layer *layer = arena_new(walk->arena, 1, sizeof *layer);
    if (layer == NULL) {
        return graph_full(walk);
    }
    layer->x = *x;
    layer->weight = *weight;
    layer->depth = x->layer == NULL ? 1 : x->layer->depth + 1;
    *out = (struct value){.form = SUM, .layer = layer, .c = 1, .width = weight->rows};
    *made = layer;
    return DNN_OK;
}

/* alpha A B + beta C */
int32_t operator_gemm(struct walk *walk, struct value *out)
{
    const double alpha = graph_float(walk, "alpha", 1), beta = graph_float(walk, "beta", 1);
    struct value *x, *w, *b;
    struct tensor weight;
    struct onnx_layer *layer;
    if (graph_integer(walk, "transA", 0) != 0) {
        return graph_error(walk, DNN_ERROR_UNSUPPORTED, "is a Gemm with transA, expected a row for each sample");
    }
    if (!isfinite(alpha) || !isfinite(beta)) {
        return graph_error(walk, DNN_ERROR_NOT_FINITE, "has an alpha or beta that is not finite");
    }
    int32_t status = graph_input(walk, 0, &x);
    status = status == DNN_OK ? take_rows(walk, x) : status;
    status = status == DNN_OK ? graph_input(walk, 1, &w) : status;
    status = status == DNN_OK ? take_weight(walk, w, graph_integer(walk, "transB", 0) != 0, alpha, &weight) : status;
    status = status == DNN_OK ? make_layer(walk, x, &weight, out, &layer) : status;
    if (status != DNN_OK || !graph_has_input(walk, 2) || beta == 0) {
        if (status == DNN_OK) {
            layer->takes_bias = true;
        }
        return status;
    }
    status = graph_input(walk, 2, &b);
    return status == DNN_OK ? take_bias(walk, b, out->width, beta, &layer->bias) : status;
}

int32_t operator_matmul(struct walk *walk, struct value *out)
{
    struct value *x, *w;
    struct tensor weight;
    struct onnx_layer *layer;
    int32_t status = graph_input(walk, 0, &x);
    status = status == DNN_OK ? take_rows(walk, x) : status;
    status = status == DNN_OK ? graph_input(walk, 1, &w) : status;
    status = status == DNN_OK ? take_weight(walk, w, false, 1, &weight) : status;
    status = status == DNN_OK ? make_layer(walk, x, &weight, out, &layer) : status;
    if (status == DNN_OK) {
        layer->takes_bias = true;
    }
    return status;
}

/* The sum of a product without biases, and constants: a layer like it, which has them. */
int32_t layer_add_bias(struct walk *walk, const struct value *sum, struct value *bias, struct value *out)
{
    struct tensor found;
    const int32_t status = take_bias(walk, bias, sum->width, 1, &found);
    if (status != DNN_OK) {
        return status;
    }
    struct onnx_layer *layer = arena_new(walk->arena, 1, sizeof *layer);
    if (layer == NULL) {
        return graph_full(walk);
    }
    *layer = *sum->layer;
    layer->bias = found;
    layer->takes_bias = false;
    *out = *sum;
    out->layer = layer;
    return DNN_OK;
}

/* Of constant weights alone: exporters write it where they do not fold constants. */
int32_t operator_transpose(struct walk *walk, struct value *out)
{
    struct value *value;
    const Attribute *order = graph_attribute(walk, "perm");
    int32_t status = graph_input(walk, 0, &value);
    if (status == DNN_OK && value->form != CONSTANT) {
        status = graph_unexpected(walk, value, "constant weights");
    }
    if (status == DNN_OK && value->constant->proto->n_dims != 2) {
        status = graph_error(walk, DNN_ERROR_UNSUPPORTED, "transposes a tensor of %lld dimensions, expected 2",
                             (long long)value->constant->proto->n_dims);
    }
    if (status == DNN_OK && order != NULL && (order->n_ints != 2 || order->ints[0] != 1 || order->ints[1] != 0)) {
        status = graph_error(walk, DNN_ERROR_UNSUPPORTED, "has an order of dimensions other than [1, 0]");
    }
    if (status == DNN_OK) {
        *out = *value;
        out->is_transposed = !value->is_transposed;
    }
    return status;
}
