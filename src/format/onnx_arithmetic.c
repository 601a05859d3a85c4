/*
 * format/onnx_arithmetic.c - Add, Sub, Mul and Div: with constants before the first layer they are the standardization, after a
 * product the biases, and otherwise parts of Sigmoid with a slope, of Gelu, of Silu, and of a pair of probabilities.
 */
#include "base/status.h"
#include "format/onnx_graph.h"

#include <math.h>
#include <string.h>

/* More than any exporter writes. Each costs a pass over the columns, and sixty bytes of a file may name a long list again
 * and again. */
enum { LARGEST_STEPS = 16 };

static const char *describe(enum form form)
{
    static const char *const names[] = {
        [NOT_YET] = "nothing",
        [CONSTANT] = "a constant",
        [INPUT] = "the input",
        [SUM] = "a layer's sum",
        [SCALED] = "a multiple of a layer's sum",
        [ACTIVATED] = "an activation",
        [ERF] = "an Erf",
        [ERF_PLUS_1] = "a part of Gelu",
        [Z_ERF_PLUS_1] = "a part of Gelu",
        [ONE_MINUS] = "one minus a probability",
        [PAIR] = "a pair of probabilities",
        [CUT] = "rows that were cut up",
        [SHAPE] = "a shape",
        [BATCH] = "the number of samples",
        [ROWS] = "a shape",
        [LABEL] = "a label",
    };
    return names[form];
}

int32_t graph_unexpected(const struct walk *walk, const struct value *value, const char *expected)
{
    return graph_error(walk, DNN_ERROR_UNSUPPORTED, "is a %.60s that reads %s, expected %s", walk->node->op_type,
                       describe(value->form), expected);
}

bool graph_scalar(const struct walk *walk, const struct value *value, double *number)
{
    if (value->form != CONSTANT || value->constant->is_scaled ||
        constant_numbers(walk->file, value->constant) != DNN_OK || value->constant->count != 1) {
        return false;
    }
    value->constant->is_used = true;
    *number = tensor_number(&value->constant->vector, 0, 0);
    return true;
}

/* Numbers for the columns. [1, n] that was turned is a column itself: numbers for the samples. */
static bool is_list(const struct value *value)
{
    return value->form == CONSTANT && !value->is_transposed;
}

static bool is_near(double number, double expected)
{
    return fabs(number - expected) <= 1e-6 * fabs(expected);
}

/* The graph's input, shifted or scaled by one number, or one for each column. */
static int32_t shift_input(struct walk *walk, const struct value *x, char operator, struct constant * numbers,
                           struct value *out)
{
    const int32_t status = graph_use(walk, numbers, 1);
    if (status != DNN_OK) {
        return status;
    }
    const int64_t count = numbers->count;
    if (count != 1 && (x->is_deep || numbers->columns != count || (x->width >= 0 && x->width != count))) {
        return graph_error(walk, DNN_ERROR_UNSUPPORTED,
                           "shifts or scales the input by %lld numbers, expected 1, or one for each of its columns",
                           (long long)count);
    }
    if (x->shift != NULL && x->shift->steps >= LARGEST_STEPS) {
        return graph_error(walk, DNN_ERROR_UNSUPPORTED, "is one of more than %d that shift or scale the input",
                           LARGEST_STEPS);
    }
    struct shift *shift = arena_new(walk->arena, 1, sizeof *shift);
    if (shift == NULL) {
        return graph_full(walk);
    }
    *shift = (struct shift){x->shift, x->shift == NULL ? 1 : x->shift->steps + 1, operator, numbers };
    *out = *x;
    out->shift = shift;
    out->width = count != 1 ? count : x->width;
    return DNN_OK;
}

/* Both inputs; if one of them is a constant and the other is not, the constant comes second, and *swapped tells. */
static int32_t take_two(struct walk *walk, struct value **a, struct value **b, bool *swapped)
{
    int32_t status = graph_input(walk, 0, a);
    status = status == DNN_OK ? graph_input(walk, 1, b) : status;
    *swapped = status == DNN_OK && (*a)->form == CONSTANT && (*b)->form != CONSTANT;
    if (*swapped) {
        struct value *constant = *a;
        *a = *b;
        *b = constant;
    }
    return status;
}

static int32_t refuse(const struct walk *walk, const struct value *a, const struct value *b)
{
    if (a->form == SUM && b->form == SUM && a->layer == b->layer && strcmp(walk->node->op_type, "Mul") == 0) {
        return graph_error(
            walk, DNN_ERROR_UNSUPPORTED,
            "squares a layer's sum; if this is Gelu by approximation (tanh), export the model with the exact "
            "one: the two differ by up to 0.0005");
    }
    return graph_error(walk, DNN_ERROR_UNSUPPORTED,
                       "is a %.60s of %s and %s, which is no part of a fully connected network that this library knows",
                       walk->node->op_type, describe(a->form), describe(b->form));
}

int32_t operator_add(struct walk *walk, struct value *out)
{
    struct value *a, *b;
    bool swapped;
    double number;
    const int32_t status = take_two(walk, &a, &b, &swapped);
    if (status != DNN_OK) {
        return status;
    }
    if (a->form == INPUT && is_list(b)) {
        return shift_input(walk, a, '+', b->constant, out);
    }
    if (a->form == SUM && a->layer->takes_bias && b->form == CONSTANT) {
        return layer_add_bias(walk, a, b, out);
    }
    if (a->form == ERF && graph_scalar(walk, b, &number) && number == 1) {
        *out = *a;
        out->form = ERF_PLUS_1;
        return DNN_OK;
    }
    return refuse(walk, a, b);
}

int32_t operator_sub(struct walk *walk, struct value *out)
{
    struct value *a, *b;
    bool swapped;
    double number;
    const int32_t status = take_two(walk, &a, &b, &swapped);
    if (status != DNN_OK) {
        return status;
    }
    if (a->form == INPUT && is_list(b) && !swapped) {
        return shift_input(walk, a, '-', b->constant, out);
    }
    if (swapped && a->form == ACTIVATED && a->width == 1 && graph_scalar(walk, b, &number) && number == 1) {
        *out = *a;
        out->form = ONE_MINUS;
        return DNN_OK;
    }
    return refuse(walk, a, b);
}

/* A value times a number. */
static bool multiply_by_number(const struct value *a, double number, struct value *out)
{
    *out = *a;
    if (a->form == SUM || a->form == SCALED) {
        out->c = a->c * number;
        out->form = out->c == 1 ? SUM : SCALED;
        return true;
    }
    if (a->form == ERF_PLUS_1) {
        out->c = a->c * number;
        return true;
    }
    if (a->form == Z_ERF_PLUS_1 && number == 0.5) {
        out->form = ACTIVATED;
        out->activation = "gelu";
        return true;
    }
    return number == 1 && a->form == ACTIVATED;
}

static bool is_plain_sigmoid(const struct value *value)
{
    return value->form == ACTIVATED && strcmp(value->activation, "sigmoid") == 0 && value->slope == 1;
}

/* Two values of the same layer: z or a multiple of it, and what becomes Silu or Gelu with it. */
static bool multiply_values(const struct value *z, const struct value *b, struct value *out)
{
    if ((z->form != SUM && z->form != SCALED) || z->layer != b->layer) {
        return false;
    }
    *out = *z;
    out->form = ACTIVATED;
    if (z->form == SUM && is_plain_sigmoid(b)) {
        out->activation = "silu";
        return true;
    }
    if (b->form == ERF_PLUS_1 && is_near(z->c * b->c, 0.5)) {
        out->activation = "gelu";
        return true;
    }
    out->form = Z_ERF_PLUS_1;
    return b->form == ERF_PLUS_1 && is_near(z->c * b->c, 1);
}

int32_t operator_mul(struct walk *walk, struct value *out)
{
    struct value *a, *b;
    bool swapped;
    double number;
    const int32_t status = take_two(walk, &a, &b, &swapped);
    if (status != DNN_OK) {
        return status;
    }
    if (a->form == INPUT && is_list(b)) {
        return shift_input(walk, a, '*', b->constant, out);
    }
    if ((graph_scalar(walk, b, &number) && multiply_by_number(a, number, out)) || multiply_values(a, b, out) ||
        multiply_values(b, a, out)) {
        return DNN_OK;
    }
    return refuse(walk, a, b);
}

int32_t operator_div(struct walk *walk, struct value *out)
{
    struct value *a, *b;
    bool swapped;
    double number;
    const int32_t status = take_two(walk, &a, &b, &swapped);
    if (status != DNN_OK) {
        return status;
    }
    if (a->form == INPUT && is_list(b) && !swapped) {
        return shift_input(walk, a, '/', b->constant, out);
    }
    if (!swapped && (a->form == SUM || a->form == SCALED) && graph_scalar(walk, b, &number) && number != 0 &&
        multiply_by_number(a, 1 / number, out)) {
        return DNN_OK;
    }
    return refuse(walk, a, b);
}

/* (x − offset) · scale, of ai.onnx.ml: what scikit-learn's StandardScaler becomes. */
int32_t operator_scaler(struct walk *walk, struct value *out)
{
    const Attribute *lists[] = {graph_attribute(walk, "offset"), graph_attribute(walk, "scale")};
    struct value *x;
    int32_t status = graph_input(walk, 0, &x);
    if (status == DNN_OK && x->form != INPUT) {
        status = graph_unexpected(walk, x, "the input");
    }
    if (status == DNN_OK) {
        *out = *x;
    }
    for (int i = 0; status == DNN_OK && i < 2; i++) {
        if (lists[i] != NULL && lists[i]->n_floats > 0) {
            const struct value before = *out;
            struct constant *numbers = graph_floats(walk, lists[i]->floats, lists[i]->n_floats, true);
            status = numbers == NULL ? graph_full(walk) : shift_input(walk, &before, "-*"[i], numbers, out);
        }
    }
    return status;
}
