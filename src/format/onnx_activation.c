/*
 * format/onnx_activation.c - operators that are an activation φ of a layer's sum z, or a step on the way to one.
 */
#include "base/status.h"
#include "format/onnx_graph.h"

#include <math.h>
#include <string.h>

/* φ of input 0, which must be z. */
static int32_t activate(struct walk *walk, const char *activation, double slope, struct value *out)
{
    struct value *z;
    const int32_t status = graph_input(walk, 0, &z);
    if (status != DNN_OK) {
        return status;
    }
    if (z->form != SUM) {
        return graph_unexpected(walk, z, "a layer's sum (Gemm, or MatMul and Add)");
    }
    *out = *z;
    out->form = ACTIVATED;
    out->activation = activation;
    out->slope = slope;
    return DNN_OK;
}

/* The same with a constant that must be > 0. */
static int32_t activate_with(struct walk *walk, const char *activation, const char *name, double slope,
                             struct value *out)
{
    if (!(slope > 0) || !isfinite(slope)) {
        return graph_error(walk, DNN_ERROR_UNSUPPORTED, "has an %s that is not a number > 0", name);
    }
    return activate(walk, activation, slope, out);
}

int32_t operator_relu(struct walk *walk, struct value *out)
{
    return activate(walk, "relu", 0, out);
}

int32_t operator_leaky_relu(struct walk *walk, struct value *out)
{
    const double slope = graph_float(walk, "alpha", 0.01);
    return slope == 0 ? activate(walk, "relu", 0, out) : activate_with(walk, "leaky_relu", "alpha", slope, out);
}

int32_t operator_elu(struct walk *walk, struct value *out)
{
    return activate_with(walk, "elu", "alpha", graph_float(walk, "alpha", 1), out);
}

int32_t operator_tanh(struct walk *walk, struct value *out)
{
    return activate(walk, "tanh", 0, out);
}

int32_t operator_softplus(struct walk *walk, struct value *out)
{
    return activate(walk, "softplus", 0, out);
}

/* σ(c z): a Mul before it gives the slope. */
int32_t operator_sigmoid(struct walk *walk, struct value *out)
{
    struct value *z;
    const int32_t status = graph_input(walk, 0, &z);
    if (status != DNN_OK || z->form != SCALED) {
        return status == DNN_OK ? activate(walk, "sigmoid", 1, out) : status;
    }
    if (!(z->c > 0) || !isfinite(z->c)) {
        return graph_error(walk, DNN_ERROR_UNSUPPORTED,
                           "is a Sigmoid whose input is multiplied by what is no number > 0");
    }
    *out = *z;
    out->form = ACTIVATED;
    out->activation = "sigmoid";
    out->slope = z->c;
    return DNN_OK;
}

/* Over the columns. Until operator set 12, the axis was 1 by default, and then the last. */
int32_t operator_softmax(struct walk *walk, struct value *out)
{
    const int64_t axis = graph_integer(walk, "axis", walk->operator_set < 13 ? 1 : -1);
    if (axis != 1 && axis != -1) {
        return graph_error(walk, DNN_ERROR_UNSUPPORTED, "is a Softmax over axis %lld, expected 1 or -1",
                           (long long)axis);
    }
    const int32_t status = activate(walk, "softmax", 0, out);
    if (status == DNN_OK && out->width == 1) {
        return graph_error(walk, DNN_ERROR_UNSUPPORTED, "is a Softmax over 1 column, which is always 1");
    }
    return status;
}

int32_t operator_gelu(struct walk *walk, struct value *out)
{
    const Attribute *form = graph_attribute(walk, "approximate");
    if (form != NULL && form->s.len > 0 && (form->s.len != 4 || memcmp(form->s.data, "none", 4) != 0)) {
        return graph_error(walk, DNN_ERROR_UNSUPPORTED,
                           "is a Gelu by approximation, expected approximate = none: the two differ by up to 0.0005");
    }
    return activate(walk, "gelu", 0, out);
}

/* erf(z / √2), as the writers of Gelu have it. */
int32_t operator_erf(struct walk *walk, struct value *out)
{
    struct value *z;
    const int32_t status = graph_input(walk, 0, &z);
    if (status != DNN_OK) {
        return status;
    }
    if (z->form != SCALED || fabs(z->c * sqrt(2) - 1) > 1e-6) {
        return graph_unexpected(walk, z, "a layer's sum divided by the square root of 2, as in Gelu");
    }
    *out = *z;
    out->form = ERF;
    out->c = 1;
    return DNN_OK;
}
