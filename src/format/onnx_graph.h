/*
 * format/onnx_graph.h - the walk over an ONNX graph: from the input, node by node in the file's order, each value is
 * described by how it is made from the last layer's sum z.
 *
 * A description is complete in itself and points back to the layers before, so nothing depends on who else reads a value:
 * branches, constants used twice and nodes that lead nowhere need no thought. The file's order is one in which each value
 * is made before it is read (ONNX asks for it), so a cycle is found as a value that is read too early, and nothing
 * recurses. At the end the graph's output is one description: a fully connected network, or not one.
 */
#ifndef DNN_FORMAT_ONNX_GRAPH_H
#define DNN_FORMAT_ONNX_GRAPH_H

#include "format/onnx_arena.h"
#include "format/onnx_tensor.h"

typedef Dnn__Onnx__ModelProto Model;
typedef Dnn__Onnx__GraphProto Graph;
typedef Dnn__Onnx__NodeProto Node;
typedef Dnn__Onnx__TensorProto Tensor;
typedef Dnn__Onnx__AttributeProto Attribute;

enum form {
    NOT_YET,      /* the node that makes it has not been met */
    CONSTANT,     /* `constant`, transposed if is_transposed */
    INPUT,        /* the graph's input, shifted and scaled by `shift` */
    SUM,          /* z = W x + b of `layer` */
    SCALED,       /* c z */
    ACTIVATED,    /* φ(z) */
    ERF,          /* erf(z / √2) */
    ERF_PLUS_1,   /* 1 + erf(z / √2), times c */
    Z_ERF_PLUS_1, /* z (1 + erf(z / √2)) */
    ONE_MINUS,    /* 1 − φ(z) */
    PAIR,         /* [1 − φ(z), φ(z)], from a single output */
    CUT,          /* φ(z) or z, cut up into rows of one number: good for an output alone */
    SHAPE,        /* the dimensions of a value with a row for each sample */
    BATCH,        /* the first of them */
    ROWS,         /* the dimensions [N, width] */
    LABEL         /* computed from the outputs: classes, say; of no use here */
};

/* One step of the inputs' standardization: x ∘ numbers. */
struct shift {
    const struct shift *before; /* NULL: this is the first */
    int64_t steps;              /* up to this one */
    char operator;              /* '-' '+' '*' '/' */
    const struct constant *numbers;
};

struct onnx_layer;

struct value {
    enum form form;
    bool is_transposed;
    bool is_deep; /* the input, which has more dimensions than samples and features */
    struct constant *constant;
    const struct shift *shift;
    const struct onnx_layer *layer;
    double c;
    const char *activation; /* φ, by our name */
    double slope;           /* its constant */
    int64_t width;          /* columns; −1: not known */
};

struct onnx_layer {
    struct value x; /* what it reads */
    struct tensor weight, bias;
    bool takes_bias; /* a product that nothing was added to yet */
    int64_t depth;   /* layers up to this one */
};

/* A name of the graph. */
struct slot {
    const char *name;
    int64_t order; /* where it comes from: initializers, then the input, then the nodes */
    struct value value;
};

struct walk {
    const char *file; /* for messages */
    struct arena *arena;
    const Graph *graph;
    int64_t operator_set;
    struct slot *slots; /* [slot_count], sorted by name */
    int64_t slot_count;
    const Node *node; /* that is being looked at */
    int64_t index;    /* of it */
};

/* Makes the table of names and walks over all nodes. */
int32_t graph_walk(struct walk *walk);

/* The description of a name; NULL if there is none. */
struct value *graph_find(const struct walk *walk, const char *name);

/* DNN_ERROR_UNSUPPORTED, or another status, with a message about the node that is being looked at: "node "x" (Gemm) …". */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
int32_t
graph_error(const struct walk *walk, int32_t status, const char *format, ...);

/* Input i of the node: an error if it has none. */
int32_t graph_input(const struct walk *walk, size_t i, struct value **out);
bool graph_has_input(const struct walk *walk, size_t i);

/* An attribute of the node, or what it is by default. */
const Attribute *graph_attribute(const struct walk *walk, const char *name);
double graph_float(const struct walk *walk, const char *name, double otherwise);
int64_t graph_integer(const struct walk *walk, const char *name, int64_t otherwise);

/* A new constant around a tensor; NULL if there is no room. */
struct constant *graph_constant(struct walk *walk, Tensor *tensor);

/* A constant of floats that an attribute holds: a list, or one number without dimensions. NULL if there is no room. */
struct constant *graph_floats(struct walk *walk, float *floats, size_t count, bool is_list);

/* Makes the numbers of a constant ready, times `factor`, for a layer or the standardization. */
int32_t graph_use(struct walk *walk, struct constant *constant, double factor);

/* True if the value is a constant of one number. */
bool graph_scalar(const struct walk *walk, const struct value *value, double *number);

/* DNN_ERROR_UNSUPPORTED: "is a Relu of an activation, expected …". */
int32_t graph_unexpected(const struct walk *walk, const struct value *value, const char *expected);

/* DNN_ERROR_UNSUPPORTED: the file's parts take more memory than the file may. */
int32_t graph_full(const struct walk *walk);

/* What an operator makes of the node's inputs; *out is all 0 before. */
typedef int32_t operator_function(struct walk *walk, struct value *out);

/* onnx_layer.c */
operator_function operator_gemm, operator_matmul, operator_transpose;
int32_t layer_add_bias(struct walk *walk, const struct value *sum, struct value *bias, struct value *out);

/* onnx_activation.c */
operator_function operator_relu, operator_leaky_relu, operator_sigmoid, operator_tanh, operator_elu, operator_softplus,
    operator_softmax, operator_gelu, operator_erf;

/* onnx_arithmetic.c */
operator_function operator_add, operator_sub, operator_mul, operator_div, operator_scaler;

/* onnx_shape.c */
operator_function operator_identity, operator_cast, operator_flatten, operator_reshape, operator_dropout,
    operator_shape, operator_gather, operator_unsqueeze, operator_concat, operator_zip_map, operator_label;

/* onnx_operator.c: runs the node's operator. */
int32_t operator_run(struct walk *walk, struct value *out);

#endif
