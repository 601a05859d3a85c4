/*
 * format/onnx_operator.c - the operators of ONNX that a fully connected network is made of.
 */
#include "base/status.h"
#include "base/text.h"
#include "format/onnx_graph.h"

#include <stdio.h>
#include <string.h>

static operator_function operator_constant, operator_log_softmax;

static const struct known {
    const char *domain; /* "" is ONNX's own */
    const char *name;
    operator_function *run;
} known[] = {
    {"", "Gemm", operator_gemm},
    {"", "MatMul", operator_matmul},
    {"", "Add", operator_add},
    {"", "Sub", operator_sub},
    {"", "Mul", operator_mul},
    {"", "Div", operator_div},
    {"", "Relu", operator_relu},
    {"", "LeakyRelu", operator_leaky_relu},
    {"", "Sigmoid", operator_sigmoid},
    {"", "Tanh", operator_tanh},
    {"", "Elu", operator_elu},
    {"", "Softplus", operator_softplus},
    {"", "Softmax", operator_softmax},
    {"", "Gelu", operator_gelu},
    {"", "Erf", operator_erf},
    {"", "Identity", operator_identity},
    {"", "Dropout", operator_dropout},
    {"", "Flatten", operator_flatten},
    {"", "Reshape", operator_reshape},
    {"", "Cast", operator_cast},
    {"", "Transpose", operator_transpose},
    {"", "Constant", operator_constant},
    {"", "Shape", operator_shape},
    {"", "Gather", operator_gather},
    {"", "Unsqueeze", operator_unsqueeze},
    {"", "Concat", operator_concat},
    {"", "ArgMax", operator_label},
    {"", "LogSoftmax", operator_log_softmax}, /* to tell what to do */
    {"ai.onnx.ml", "Scaler", operator_scaler},
    {"ai.onnx.ml", "ZipMap", operator_zip_map},
    {"ai.onnx.ml", "Binarizer", operator_label},
    {"ai.onnx.ml", "ArrayFeatureExtractor", operator_label},
};

enum { KNOWN_COUNT = sizeof known / sizeof *known };

static int32_t operator_log_softmax(struct walk *walk, struct value *out)
{
    (void)out;
    return graph_error(
        walk, DNN_ERROR_UNSUPPORTED,
        "is a LogSoftmax, which this library has not: export the model with Softmax instead, whose classes "
        "are the same");
}

/* A list of numbers as a tensor; one number without dimensions if it is no list. Its numbers are to be filled in. */
static Tensor *new_tensor(struct walk *walk, int32_t type, size_t count, bool is_list)
{
    Tensor *tensor = arena_new(walk->arena, 1, sizeof *tensor);
    int64_t *dims = arena_new(walk->arena, 1, sizeof *dims);
    if (tensor == NULL || dims == NULL) {
        return NULL;
    }
    dnn__onnx__tensor_proto__init(tensor);
    tensor->name = walk->node->n_output > 0 ? walk->node->output[0] : (char *)"";
    tensor->data_type = type;
    tensor->n_dims = is_list;
    tensor->dims = dims;
    dims[0] = (int64_t)count;
    return tensor;
}

struct constant *graph_floats(struct walk *walk, float *floats, size_t count, bool is_list)
{
    Tensor *tensor = new_tensor(walk, DNN__ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, count, is_list);
    if (tensor != NULL) {
        tensor->n_float_data = count;
        tensor->float_data = floats;
    }
    return tensor == NULL ? NULL : graph_constant(walk, tensor);
}

static struct constant *integers(struct walk *walk, int64_t *integers, size_t count, bool is_list)
{
    Tensor *tensor = new_tensor(walk, DNN__ONNX__TENSOR_PROTO__DATA_TYPE__INT64, count, is_list);
    if (tensor != NULL) {
        tensor->n_int64_data = count;
        tensor->int64_data = integers;
    }
    return tensor == NULL ? NULL : graph_constant(walk, tensor);
}

static int32_t operator_constant(struct walk *walk, struct value *out)
{
    Attribute *attribute = walk->node->n_attribute == 1 ? walk->node->attribute[0] : NULL;
    const char *name = attribute == NULL ? "" : attribute->name;
    if (strcmp(name, "value") == 0 && attribute->t != NULL) {
        if (*attribute->t->name == '\0' && walk->node->n_output > 0) {
            attribute->t->name = walk->node->output[0]; /* for messages */
        }
        out->constant = graph_constant(walk, attribute->t);
    } else if (strcmp(name, "value_float") == 0) {
        out->constant = graph_floats(walk, &attribute->f, 1, false);
    } else if (strcmp(name, "value_floats") == 0) {
        out->constant = graph_floats(walk, attribute->floats, attribute->n_floats, true);
    } else if (strcmp(name, "value_int") == 0) {
        out->constant = integers(walk, &attribute->i, 1, false);
    } else if (strcmp(name, "value_ints") == 0) {
        out->constant = integers(walk, attribute->ints, attribute->n_ints, true);
    } else {
        return graph_error(walk, DNN_ERROR_UNSUPPORTED, "is a Constant that holds neither a tensor nor numbers");
    }
    out->form = CONSTANT;
    return out->constant == NULL ? graph_full(walk) : DNN_OK;
}

static int32_t unknown_operator(const struct walk *walk)
{
    char list[400] = "";
    struct text text = {list, sizeof list, 0};
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        if (known[i].run != operator_log_softmax) {
            text_append(&text, "%s%s", i == 0 ? "" : ", ", known[i].name);
        }
    }
    const Node *node = walk->node;
    return graph_error(walk, DNN_ERROR_UNSUPPORTED,
                       "is a %.60s%s%.60s, which a fully connected network has not; known are: %s", node->domain,
                       *node->domain == '\0' ? "" : ".", node->op_type, list);
}

/* True if an input is a label: whatever is made from it cannot be the network's output. */
static bool reads_a_label(const struct walk *walk)
{
    for (size_t i = 0; i < walk->node->n_input; i++) {
        const struct value *value = graph_find(walk, walk->node->input[i]);
        if (value != NULL && value->form == LABEL) {
            return true;
        }
    }
    return false;
}

/* A number of another type lies in another field of the message, and would be read as 0. */
static int32_t check_attributes(const struct walk *walk)
{
    static const char *const floats = " alpha beta ", *const integers = " transA transB axis to start end ";
    for (size_t i = 0; i < walk->node->n_attribute; i++) {
        const Attribute *attribute = walk->node->attribute[i];
        char word[16] = "";
        const int length = snprintf(word, sizeof word, " %s ", attribute->name);
        const bool is_word = length < (int)sizeof word && strchr(attribute->name, ' ') == NULL && length > 2;
        const bool is_float = is_word && strstr(floats, word) != NULL;
        const bool is_known = is_float || (is_word && strstr(integers, word) != NULL);
        const int32_t type = is_float ? DNN__ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT
                                      : DNN__ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT;
        if (is_known && (int32_t)attribute->type != type) {
            return graph_error(walk, DNN_ERROR_FORMAT, "has an attribute %.100s that is no %s", attribute->name,
                               is_float ? "float" : "integer");
        }
    }
    return DNN_OK;
}

int32_t operator_run(struct walk *walk, struct value *out)
{
    const Node *node = walk->node;
    const char *domain = strcmp(node->domain, "ai.onnx") == 0 ? "" : node->domain;
    if (reads_a_label(walk)) {
        return operator_label(walk, out);
    }
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        if (strcmp(known[i].name, node->op_type) == 0 && strcmp(known[i].domain, domain) == 0) {
            const int32_t status = check_attributes(walk);
            return status == DNN_OK ? known[i].run(walk, out) : status;
        }
    }
    return unknown_operator(walk);
}
