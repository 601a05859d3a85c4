/*
 * format/onnx_build.c - see onnx_build.h.
 */
#include "format/onnx_build.h"

#include <assert.h>
#include <string.h>

void *build_take(struct writer *w, int64_t count, int64_t size)
{
    void *object = arena_new(&w->arena, count, size);
    assert(object != NULL); /* the arena was made large enough */
    return object;
}

/* "layers.3.relu", or "input.sub" before the first layer */
static char *name_of(struct writer *w, const char *what)
{
    char *name = w->layer < 0 ? arena_text(&w->arena, "input.", -1, what)
                              : arena_text(&w->arena, "layers.", w->layer, arena_text(&w->arena, ".", -1, what));
    assert(name != NULL);
    return name;
}

Node *build_node(struct writer *w, const char *operator, const char * what, char *a, char *b, char *c)
{
    Node *node = build_take(w, 1, sizeof *node);
    dnn__onnx__node_proto__init(node);
    node->op_type = (char *)operator;
    node->name = name_of(w, what);
    node->input = build_take(w, 3, sizeof *node->input);
    node->output = build_take(w, 1, sizeof *node->output);
    char *const inputs[] = {a, b, c};
    while (node->n_input < 3 && inputs[node->n_input] != NULL) {
        node->input[node->n_input] = inputs[node->n_input];
        node->n_input++;
    }
    node->output[0] = w->value = name_of(w, arena_text(&w->arena, what, -1, "_output"));
    node->n_output = 1;
    w->graph.node[w->graph.n_node++] = node;
    return node;
}

static Attribute *add_attribute(struct writer *w, Node *node, const char *name)
{
    Attribute *attribute = build_take(w, 1, sizeof *attribute);
    dnn__onnx__attribute_proto__init(attribute);
    attribute->name = (char *)name;
    node->attribute = build_take(w, 1, sizeof *node->attribute);
    node->attribute[node->n_attribute++] = attribute;
    return attribute;
}

void build_integer(struct writer *w, Node *node, const char *name, int64_t value)
{
    Attribute *attribute = add_attribute(w, node, name);
    attribute->type = DNN__ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT;
    attribute->i = value;
}

void build_float(struct writer *w, Node *node, const char *name, double value)
{
    Attribute *attribute = add_attribute(w, node, name);
    attribute->type = DNN__ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT;
    attribute->f = (float)value;
}

static void put_little_endian(uint64_t bits, int64_t size, uint8_t *bytes)
{
    for (int64_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)(bits >> 8 * i);
    }
}

/* One number of the model's arena, or a double, to little-endian bytes. */
static void put_number(const void *number, int64_t size, uint8_t *bytes)
{
    uint64_t wide;
    uint32_t narrow;
    if (size == sizeof wide) {
        memcpy(&wide, number, sizeof wide);
    } else {
        memcpy(&narrow, number, sizeof narrow);
        wide = narrow;
    }
    put_little_endian(wide, size, bytes);
}

/* An initializer of numbers of `size` bytes; dimension 0: a scalar, [rows]: columns 0. Its bytes are to be filled in. */
static Tensor *add_tensor(struct writer *w, char *name, int64_t rows, int64_t columns, int64_t size)
{
    Tensor *tensor = build_take(w, 1, sizeof *tensor);
    dnn__onnx__tensor_proto__init(tensor);
    tensor->name = name;
    tensor->data_type =
        size == sizeof(double) ? DNN__ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE : DNN__ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
    tensor->n_dims = (rows > 0) + (size_t)(columns > 0);
    tensor->dims = build_take(w, 2, sizeof *tensor->dims);
    tensor->dims[0] = rows;
    tensor->dims[1] = columns;
    tensor->raw_data.len = (size_t)((rows > 0 ? rows : 1) * (columns > 0 ? columns : 1) * size);
    tensor->raw_data.data = build_take(w, (int64_t)tensor->raw_data.len, 1);
    w->graph.initializer[w->graph.n_initializer++] = tensor;
    return tensor;
}

int64_t build_real_size(const struct writer *w)
{
    return w->snapshot->is_f32 ? (int64_t)sizeof(float) : (int64_t)sizeof(double);
}

int32_t build_real_type(const struct writer *w)
{
    return w->snapshot->is_f32 ? DNN__ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT : DNN__ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE;
}

char *build_constant(struct writer *w, const char *name, double value)
{
    for (size_t i = 0; i < w->graph.n_initializer; i++) {
        if (strcmp(w->graph.initializer[i]->name, name) == 0) {
            return w->graph.initializer[i]->name;
        }
    }
    Tensor *tensor = add_tensor(w, (char *)name, 0, 0, build_real_size(w));
    const float narrow = (float)value;
    put_number(w->snapshot->is_f32 ? (const void *)&narrow : &value, build_real_size(w), tensor->raw_data.data);
    return tensor->name;
}

char *build_doubles(struct writer *w, const char *what, const double *values, int64_t count)
{
    Tensor *tensor = add_tensor(w, name_of(w, what), count, 0, sizeof *values);
    for (int64_t i = 0; i < count; i++) {
        put_number(&values[i], sizeof *values, tensor->raw_data.data + i * (int64_t)sizeof *values);
    }
    return tensor->name;
}

char *build_weights(struct writer *w, const char *what, int64_t first, int64_t columns)
{
    const int64_t size = build_real_size(w);
    const struct matrix all = network_weights(w->snapshot->network, w->snapshot->theta, w->layer, size);
    Tensor *tensor = add_tensor(w, name_of(w, what), all.rows, first > 0 ? 0 : columns, size);
    uint8_t *out = tensor->raw_data.data;
    for (int64_t i = 0; i < all.rows; i++) {
        for (int64_t j = first; j < first + columns; j++, out += size) {
            put_number((const uint8_t *)all.data + (i * all.stride + j) * size, size, out);
        }
    }
    return tensor->name;
}

Dnn__Onnx__ValueInfoProto **build_rows(struct writer *w, const char *name, int64_t columns)
{
    struct {
        Dnn__Onnx__ValueInfoProto *list[1];
        Dnn__Onnx__ValueInfoProto info;
        Dnn__Onnx__TypeProto type;
        Dnn__Onnx__TypeProto__Tensor tensor;
        Dnn__Onnx__TensorShapeProto shape;
        Dnn__Onnx__TensorShapeProto__Dimension *list_of_dimensions[2];
        Dnn__Onnx__TensorShapeProto__Dimension dimensions[2];
    } *all = build_take(w, 1, sizeof *all);
    dnn__onnx__value_info_proto__init(&all->info);
    dnn__onnx__type_proto__init(&all->type);
    dnn__onnx__type_proto__tensor__init(&all->tensor);
    dnn__onnx__tensor_shape_proto__init(&all->shape);
    for (int i = 0; i < 2; i++) {
        dnn__onnx__tensor_shape_proto__dimension__init(&all->dimensions[i]);
        all->list_of_dimensions[i] = &all->dimensions[i];
    }
    all->dimensions[0].value_case = DNN__ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
    all->dimensions[0].dim_param = (char *)"N";
    all->dimensions[1].value_case = DNN__ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
    all->dimensions[1].dim_value = columns;
    all->shape.n_dim = 2;
    all->shape.dim = all->list_of_dimensions;
    all->tensor.elem_type = build_real_type(w);
    all->tensor.shape = &all->shape;
    all->type.tensor_type = &all->tensor;
    all->info.name = (char *)name;
    all->info.type = &all->type;
    all->list[0] = &all->info;
    return all->list;
}
