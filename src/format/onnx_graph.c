/*
 * format/onnx_graph.c - see onnx_graph.h. Names are found by bisection in a sorted table: a hash would be quicker until a
 * stranger chooses the names.
 */
#include "format/onnx_graph.h"

#include "base/status.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- messages ---- */

int32_t graph_full(const struct walk *walk)
{
    return status_error(
        DNN_ERROR_UNSUPPORTED,
        "\"%.200s\": unpacking takes more memory than the file's size and 1 MiB: it is made of too many "
        "small parts",
        walk->file);
}

int32_t graph_error(const struct walk *walk, int32_t status, const char *format, ...)
{
    char what[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    const Node *node = walk->node;
    if (*node->name != '\0') {
        return status_error(status, "\"%.200s\": node \"%.100s\" %s", walk->file, node->name, what);
    }
    return status_error(status, "\"%.200s\": node %lld, which makes \"%.100s\", %s", walk->file, (long long)walk->index,
                        node->n_output > 0 ? node->output[0] : "nothing", what);
}

/* ---- names ---- */

static int compare(const struct slot *a, const struct slot *b)
{
    const int by_name = strcmp(a->name, b->name);
    return by_name != 0 ? by_name : (a->order > b->order) - (a->order < b->order);
}

/* Lets slots[i] sink to its place in the heap of the first `count`. */
static void sink(struct slot *slots, int64_t i, int64_t count)
{
    for (int64_t child = 2 * i + 1; child < count; child = 2 * i + 1) {
        child += child + 1 < count && compare(&slots[child], &slots[child + 1]) < 0;
        if (compare(&slots[i], &slots[child]) >= 0) {
            return;
        }
        const struct slot kept = slots[i];
        slots[i] = slots[child];
        slots[child] = kept;
        i = child;
    }
}

/* Heap sort: no memory, no recursion, and no order of names that makes it slow. */
static void sort(struct slot *slots, int64_t count)
{
    for (int64_t i = count / 2 - 1; i >= 0; i--) {
        sink(slots, i, count);
    }
    for (int64_t end = count - 1; end > 0; end--) {
        const struct slot largest = slots[0];
        slots[0] = slots[end];
        slots[end] = largest;
        sink(slots, 0, end);
    }
}

static struct slot *find_slot(const struct walk *walk, const char *name)
{
    int64_t low = 0, high = walk->slot_count;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        const int order = strcmp(walk->slots[middle].name, name);
        if (order == 0) {
            return &walk->slots[middle];
        }
        low = order < 0 ? middle + 1 : low;
        high = order > 0 ? middle : high;
    }
    return NULL;
}

struct value *graph_find(const struct walk *walk, const char *name)
{
    struct slot *slot = find_slot(walk, name);
    return slot == NULL ? NULL : &slot->value;
}

static struct slot *add_slot(struct walk *walk, const char *name)
{
    struct slot *slot = &walk->slots[walk->slot_count];
    slot->name = name;
    slot->order = walk->slot_count++;
    return slot;
}

static int32_t add_initializers(struct walk *walk)
{
    for (size_t i = 0; i < walk->graph->n_initializer; i++) {
        struct slot *slot = add_slot(walk, walk->graph->initializer[i]->name);
        slot->value.form = CONSTANT;
        slot->value.constant = graph_constant(walk, walk->graph->initializer[i]);
        if (slot->value.constant == NULL) {
            return graph_full(walk);
        }
    }
    return DNN_OK;
}

/* What the file says of the input's shape: a width, or that it has other dimensions. */
static struct value describe_input(const Dnn__Onnx__ValueInfoProto *input)
{
    struct value value = {.form = INPUT, .width = -1};
    const Dnn__Onnx__TypeProto__Tensor *tensor = input->type == NULL ? NULL : input->type->tensor_type;
    const Dnn__Onnx__TensorShapeProto *shape = tensor == NULL ? NULL : tensor->shape;
    if (shape == NULL) {
        return value;
    }
    value.is_deep = shape->n_dim > 2;
    if (shape->n_dim == 2 && shape->dim[1]->value_case == DNN__ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE) {
        value.width = shape->dim[1]->dim_value;
    }
    return value;
}

/* Each name must be made once. Old files list the initializers among the inputs as well. */
static int32_t check_names(struct walk *walk, int64_t initializers, int64_t inputs)
{
    int64_t kept = 0, real_inputs = 0;
    for (int64_t i = 0; i < walk->slot_count; i++) {
        const struct slot *slot = &walk->slots[i];
        const bool is_input = slot->order >= initializers && slot->order < initializers + inputs;
        if (kept > 0 && strcmp(walk->slots[kept - 1].name, slot->name) == 0) {
            if (is_input && walk->slots[kept - 1].order < initializers) {
                continue;
            }
            return status_error(DNN_ERROR_FORMAT, "\"%.200s\": the name \"%.100s\" is made twice", walk->file,
                                slot->name);
        }
        real_inputs += is_input;
        walk->slots[kept++] = *slot;
    }
    walk->slot_count = kept;
    if (real_inputs != 1) {
        return status_error(DNN_ERROR_UNSUPPORTED, "\"%.200s\": the graph has %lld inputs, expected 1", walk->file,
                            (long long)real_inputs);
    }
    return DNN_OK;
}

static int32_t make_table(struct walk *walk)
{
    const Graph *graph = walk->graph;
    int64_t count = (int64_t)(graph->n_initializer + graph->n_input);
    for (size_t i = 0; i < graph->n_node; i++) {
        count += (int64_t)graph->node[i]->n_output;
    }
    walk->slots = arena_new(walk->arena, count, sizeof *walk->slots);
    if (walk->slots == NULL) {
        return graph_full(walk);
    }
    const int32_t status = add_initializers(walk);
    if (status != DNN_OK) {
        return status;
    }
    for (size_t i = 0; i < graph->n_input; i++) {
        add_slot(walk, graph->input[i]->name)->value = describe_input(graph->input[i]);
    }
    for (size_t i = 0; i < graph->n_node; i++) {
        for (size_t k = 0; k < graph->node[i]->n_output; k++) {
            if (*graph->node[i]->output[k] != '\0') { /* else: one that is not wanted */
                add_slot(walk, graph->node[i]->output[k]);
            }
        }
    }
    sort(walk->slots, walk->slot_count);
    return check_names(walk, (int64_t)graph->n_initializer, (int64_t)graph->n_input);
}

/* ---- nodes ---- */

bool graph_has_input(const struct walk *walk, size_t i)
{
    return i < walk->node->n_input && *walk->node->input[i] != '\0';
}

int32_t graph_input(const struct walk *walk, size_t i, struct value **out)
{
    if (!graph_has_input(walk, i)) {
        return graph_error(walk, DNN_ERROR_FORMAT, "has no input %d", (int)i + 1);
    }
    const char *name = walk->node->input[i];
    struct value *value = graph_find(walk, name);
    if (value == NULL) {
        return graph_error(walk, DNN_ERROR_FORMAT, "reads \"%.100s\", which nothing makes", name);
    }
    if (value->form == NOT_YET) {
        return graph_error(walk, DNN_ERROR_FORMAT,
                           "reads \"%.100s\" before it is made: the nodes are out of order, or go in a circle", name);
    }
    *out = value;
    return DNN_OK;
}

const Attribute *graph_attribute(const struct walk *walk, const char *name)
{
    for (size_t i = 0; i < walk->node->n_attribute; i++) {
        if (strcmp(walk->node->attribute[i]->name, name) == 0) {
            return walk->node->attribute[i];
        }
    }
    return NULL;
}

double graph_float(const struct walk *walk, const char *name, double otherwise)
{
    const Attribute *attribute = graph_attribute(walk, name);
    return attribute == NULL ? otherwise : (double)attribute->f;
}

int64_t graph_integer(const struct walk *walk, const char *name, int64_t otherwise)
{
    const Attribute *attribute = graph_attribute(walk, name);
    return attribute == NULL ? otherwise : attribute->i;
}

struct constant *graph_constant(struct walk *walk, Tensor *tensor)
{
    struct constant *constant = arena_new(walk->arena, 1, sizeof *constant);
    if (constant != NULL) {
        constant->proto = tensor;
    }
    return constant;
}

/* The first output is what the operator made; others, such as the mask of Dropout, are of no use here. */
static void store(struct walk *walk, const struct value *value)
{
    for (size_t i = 0; i < walk->node->n_output; i++) {
        struct value *out = graph_find(walk, walk->node->output[i]);
        if (out != NULL && *walk->node->output[i] != '\0') {
            *out = i == 0 ? *value : (struct value){.form = LABEL};
        }
    }
}

int32_t graph_walk(struct walk *walk)
{
    int32_t status = make_table(walk);
    for (size_t i = 0; status == DNN_OK && i < walk->graph->n_node; i++) {
        struct value value = {.form = NOT_YET};
        walk->node = walk->graph->node[i];
        walk->index = (int64_t)i;
        status = operator_run(walk, &value);
        if (status == DNN_OK) {
            store(walk, &value);
        }
    }
    return status;
}
