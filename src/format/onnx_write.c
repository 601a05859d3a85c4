/*
 * format/onnx_write.c - see onnx_write.h.
 *
 * Operator set 13, which every ONNX runtime of the last years reads: Gemm and an activation a layer, in the model's own
 * precision. Names are PyTorch's: layers.N.weight, layers.N.bias. The inputs' shift and scale are done in double, as the
 * library does it: in float, the mean of a column of timestamps is off by more than the column's spread.
 *
 * All messages come from one arena, whose size is known beforehand: so many objects a layer, the numbers, the settings.
 */
#include "format/onnx_write.h"

#include "base/memory.h"
#include "base/status.h"
#include "core/core.h"
#include "format/onnx_build.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum {
    IR_VERSION = 7, /* the oldest that goes with operator set 13 */
    OPERATOR_SET = 13,
    NODES_PER_LAYER = 6, /* the most: gelu */
    MORE_NODES = 4,      /* of the standardization */
    MORE_TENSORS = 8,    /* of the standardization, and constants */
    BYTES_PER_LAYER = 8192,
    BYTES_PER_SETTING = 256,
    MORE_BYTES = 65536
};

/* x_0 = (x − mean) / scale, in double */
static void write_standardization(struct writer *w, const struct standardization *by)
{
    if (w->snapshot->is_f32) {
        build_integer(w, build_node(w, "Cast", "to_double", w->value, NULL, NULL), "to",
                      DNN__ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE);
    }
    build_node(w, "Sub", "sub", w->value, build_doubles(w, "mean", by->mean, by->columns), NULL);
    build_node(w, "Div", "div", w->value, build_doubles(w, "scale", by->scale, by->columns), NULL);
    if (w->snapshot->is_f32) {
        build_integer(w, build_node(w, "Cast", "to_float", w->value, NULL, NULL), "to",
                      DNN__ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
    }
}

/* 1 / (1 + e^(−c z)) */
static void write_sigmoid(struct writer *w, double c)
{
    if (c != 1) {
        build_node(w, "Mul", "slope", w->value, build_constant(w, "sigmoid_slope", c), NULL);
    }
    build_node(w, "Sigmoid", "sigmoid", w->value, NULL, NULL);
}

static void write_leaky_relu(struct writer *w, double slope)
{
    build_float(w, build_node(w, "LeakyRelu", "leaky_relu", w->value, NULL, NULL), "alpha", slope);
}

static void write_elu(struct writer *w, double alpha)
{
    build_float(w, build_node(w, "Elu", "elu", w->value, NULL, NULL), "alpha", alpha);
}

/* z σ(z) */
static void write_silu(struct writer *w, double slope)
{
    (void)slope;
    char *z = w->value;
    build_node(w, "Sigmoid", "sigmoid", z, NULL, NULL);
    build_node(w, "Mul", "silu", z, w->value, NULL);
}

/* z · ½ (1 + erf(z / √2)): operator set 13 has no Gelu. */
static void write_gelu(struct writer *w, double slope)
{
    (void)slope;
    char *z = w->value;
    build_node(w, "Div", "div", z, build_constant(w, "sqrt_2", sqrt(2)), NULL);
    build_node(w, "Erf", "erf", w->value, NULL, NULL);
    build_node(w, "Add", "add", w->value, build_constant(w, "one", 1), NULL);
    build_node(w, "Mul", "mul", z, w->value, NULL);
    build_node(w, "Mul", "gelu", w->value, build_constant(w, "half", 0.5), NULL);
}

static void write_softmax(struct writer *w, double slope)
{
    (void)slope;
    build_integer(w, build_node(w, "Softmax", "softmax", w->value, NULL, NULL), "axis", -1);
}

static void write_activation(struct writer *w, const struct activation *activation)
{
    static const struct {
        const char *name;                       /* ours */
        const char *operator;                   /* ONNX's, where it is one that has no attributes */
        void (*write)(struct writer *, double); /* otherwise */
    } table[] = {
        {"sigmoid", NULL, write_sigmoid}, {"leaky_relu", NULL, write_leaky_relu},
        {"elu", NULL, write_elu},         {"silu", NULL, write_silu},
        {"gelu", NULL, write_gelu},       {"softmax", NULL, write_softmax},
        {"relu", "Relu", NULL},           {"tanh", "Tanh", NULL},
        {"softplus", "Softplus", NULL},
    };
    const char *name = core_f64.activation_name(activation->kind);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(name, table[i].name) == 0 && table[i].operator!= NULL) {
            build_node(w, table[i].operator, name, w->value, NULL, NULL);
        } else if (strcmp(name, table[i].name) == 0) {
            table[i].write(w, activation->slope);
        }
    }
    /* identity is nothing to write */
}

static void write_graph(struct writer *w)
{
    const struct network *network = w->snapshot->network;
    w->layer = -1;
    w->value = (char *)"input";
    if (w->snapshot->by != NULL) {
        write_standardization(w, w->snapshot->by);
    }
    for (w->layer = 0; w->layer < network->depth; w->layer++) {
        const struct layer *layer = &network->layers[w->layer];
        char *x = w->value;
        char *weight = build_weights(w, "weight", 0, layer->n_in);
        char *bias = build_weights(w, "bias", layer->n_in, 1);
        build_integer(w, build_node(w, "Gemm", "linear", x, weight, bias), "transB", 1);
        write_activation(w, &layer->activation);
    }
    /* Nobody reads what the last node makes. */
    w->graph.node[w->graph.n_node - 1]->output[0] = (char *)"output";
}

/* All keys of the config, so that our own files come back as they went. */
static void write_settings(struct writer *w, Model *model)
{
    const struct settings *settings = w->snapshot->settings;
    model->metadata_props = build_take(w, settings->count, sizeof *model->metadata_props);
    for (int64_t i = 0; i < settings->count; i++) {
        Dnn__Onnx__StringStringEntryProto *entry = build_take(w, 1, sizeof *entry);
        dnn__onnx__string_string_entry_proto__init(entry);
        entry->key = arena_text(&w->arena, "dnn.config.", -1, settings->items[i].key);
        entry->value = settings->items[i].value;
        assert(entry->key != NULL);
        model->metadata_props[model->n_metadata_props++] = entry;
    }
}

static int32_t pack(const Model *model, uint8_t **bytes, int64_t *size)
{
    const size_t packed = dnn__onnx__model_proto__get_packed_size(model);
    if (packed > INT32_MAX) { /* GCOVR_EXCL_START: a test of it would need 2 GiB of weights, and as much again */
        return status_error(DNN_ERROR_UNSUPPORTED, "the model would take %llu bytes, an ONNX file has at most %lld",
                            (unsigned long long)packed, (long long)INT32_MAX);
    } /* GCOVR_EXCL_STOP */
    uint8_t *out = memory_new((int64_t)packed, 1);
    if (out == NULL) {
        return status_out_of_memory("the bytes of an ONNX file");
    }
    *size = (int64_t)dnn__onnx__model_proto__pack(model, out);
    *bytes = out;
    return DNN_OK;
}

static int64_t arena_size(const struct snapshot *snapshot)
{
    const int64_t size = snapshot->is_f32 ? (int64_t)sizeof(float) : (int64_t)sizeof(double);
    const int64_t columns = snapshot->by != NULL ? snapshot->by->columns : 0;
    int64_t bytes = MORE_BYTES + snapshot->network->parameter_count * size + 2 * columns * (int64_t)sizeof(double);
    bytes += snapshot->network->depth * BYTES_PER_LAYER + snapshot->settings->count * BYTES_PER_SETTING;
    return bytes;
}

int32_t onnx_write(const struct snapshot *snapshot, const char *version, uint8_t **bytes, int64_t *size)
{
    const int64_t depth = snapshot->network->depth;
    struct writer w = {.snapshot = snapshot};
    if (snapshot->network->parameter_count > INT32_MAX) {
        return status_error(DNN_ERROR_UNSUPPORTED, "the model has %lld weights, an ONNX file has at most %lld bytes",
                            (long long)snapshot->network->parameter_count, (long long)INT32_MAX);
    }
    if (!arena_begin(&w.arena, arena_size(snapshot))) {
        return status_out_of_memory("the weights of an ONNX file");
    }
    dnn__onnx__graph_proto__init(&w.graph);
    w.graph.name = (char *)"libdnn";
    w.graph.node = build_take(&w, depth * NODES_PER_LAYER + MORE_NODES, sizeof *w.graph.node);
    w.graph.initializer = build_take(&w, depth * 2 + MORE_TENSORS, sizeof *w.graph.initializer);
    write_graph(&w);
    w.graph.input = build_rows(&w, "input", network_size(snapshot->network, 0));
    w.graph.output = build_rows(&w, "output", network_size(snapshot->network, depth));
    w.graph.n_input = w.graph.n_output = 1;

    Dnn__Onnx__OperatorSetIdProto operators = DNN__ONNX__OPERATOR_SET_ID_PROTO__INIT, *list[] = {&operators};
    operators.version = OPERATOR_SET;
    Model model = DNN__ONNX__MODEL_PROTO__INIT;
    model.ir_version = IR_VERSION;
    model.producer_name = (char *)"libdnn";
    model.producer_version = (char *)version;
    model.n_opset_import = 1;
    model.opset_import = list;
    model.graph = &w.graph;
    write_settings(&w, &model);
    const int32_t status = pack(&model, bytes, size);
    memory_free(arena_end(&w.arena));
    return status;
}
