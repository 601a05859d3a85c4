/*
 * format/onnx_build.h - the messages of an ONNX file, one call each: nodes, tensors, constants.
 */
#ifndef DNN_FORMAT_ONNX_BUILD_H
#define DNN_FORMAT_ONNX_BUILD_H

#include "format/content.h"
#include "format/onnx_arena.h"
#include "onnx.pb-c.h"

typedef Dnn__Onnx__ModelProto Model;
typedef Dnn__Onnx__GraphProto Graph;
typedef Dnn__Onnx__NodeProto Node;
typedef Dnn__Onnx__TensorProto Tensor;
typedef Dnn__Onnx__AttributeProto Attribute;

struct writer {
    const struct snapshot *snapshot;
    struct arena arena; /* made large enough for all that is written: see onnx_write.c */
    Graph graph;
    int64_t layer; /* that is being written; −1 before the first */
    char *value;   /* the name of what the last node made */
};

/* count × size zeroed bytes of the arena. */
void *build_take(struct writer *w, int64_t count, int64_t size);

/* A node of up to three inputs (NULL: no more), which is named `what` of its layer, as is its output. */
Node *build_node(struct writer *w, const char *operator, const char * what, char *a, char *b, char *c);

/* Gives it its one attribute. */
void build_integer(struct writer *w, Node *node, const char *name, int64_t value);
void build_float(struct writer *w, Node *node, const char *name, double value);

/* Bytes of a number of the model, and ONNX's name for it. */
int64_t build_real_size(const struct writer *w);
int32_t build_real_type(const struct writer *w);

/* A number in the model's precision, of a name that all layers share. Returns the name. */
char *build_constant(struct writer *w, const char *name, double value);

/* A list of doubles. */
char *build_doubles(struct writer *w, const char *what, const double *values, int64_t count);

/* Columns `first` … first + columns − 1 of the layer's W, in the model's precision; a list if first > 0. */
char *build_weights(struct writer *w, const char *what, int64_t first, int64_t columns);

/* Tells of the graph's input or output: [N, columns]. */
Dnn__Onnx__ValueInfoProto **build_rows(struct writer *w, const char *name, int64_t columns);

#endif
