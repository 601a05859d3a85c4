/*
 * format/c_source_write.c - see c_source_write.h.
 *
 * What is written is read by people, and runs where a kilobyte counts: the weights as constant arrays, the few functions that
 * the network needs, and one that calls them layer by layer. Activations go from array to array on the stack, two by
 * turns, each as long as the longest that it holds; the first layer reads the caller's x and the last one writes the caller's
 * y. Static arrays would have made one call at a time the most there can be. Indices are size_t, which reaches as far
 * as the machine's memory does, where an int may have 16 bits.
 *
 * In float, the mean of an input is kept as a sum of two floats, mean + mean_rest: x - mean is then exact near the mean, also
 * for a column of timestamps, and no double is needed, which small processors compute by hundreds of instructions.
 */
#include "format/c_source_write.h"

#include "base/file.h"
#include "base/status.h"
#include "base/text.h"
#include "core/core.h"
#include "format/c_source.h"
#include "format/c_source_functions.h"

#include <float.h>
#include <math.h>
#include <string.h>

struct writer {
    const struct snapshot *snapshot;
    const struct network *network;
    struct c_source source;
    int64_t real_size;                     /* bytes of its numbers */
    int64_t lengths[2];                    /* of the two arrays on the stack; 0: not needed */
    char upper[C_SOURCE_LONGEST_NAME + 1]; /* the name in capital letters */
};

/* ---- what the file begins with ---- */

static void add_table(struct writer *w)
{
    c_source_add(&w->source, " *     layer     neurons   parameters  activation\n");
    c_source_add(&w->source, " *     0    %12lld               (input%s)\n", (long long)w->network->layers[0].n_in,
                 w->snapshot->by != NULL ? ", standardized" : "");
    for (int64_t l = 0; l < w->network->depth; l++) {
        const struct layer *layer = &w->network->layers[l];
        c_source_add(&w->source, " *     %-5lld%12lld %12lld  %s\n", (long long)l + 1, (long long)layer->n_out,
                     (long long)(layer->n_out * (layer->n_in + 1)), core_f64.activation_name(layer->activation.kind));
    }
}

/* The function of an activation, if a layer has it and needs one; else NULL. */
static const struct c_function *function_in_use(const struct network *network, int32_t kind)
{
    for (int64_t l = 0; l < network->depth; l++) {
        if (network->layers[l].activation.kind == kind) {
            return c_function_of(core_f64.activation_name(kind));
        }
    }
    return NULL;
}

static bool needs_math(const struct network *network)
{
    for (int32_t kind = 0; core_f64.activation_name(kind) != NULL; kind++) {
        const struct c_function *function = function_in_use(network, kind);
        if (function != NULL && function->needs_math) {
            return true;
        }
    }
    return false;
}

/* Bytes of the constant arrays: the weights, and in float three, in double two numbers for an input that is standardized. */
static int64_t constant_bytes(const struct writer *w)
{
    const int64_t columns = w->snapshot->by != NULL ? w->snapshot->by->columns : 0;
    return (w->network->parameter_count + columns * (w->snapshot->is_f32 ? 3 : 2)) * w->real_size;
}

static void add_head(struct writer *w, const char *version)
{
    const bool has_math = needs_math(w->network);
    struct c_source *source = &w->source;
    c_source_add(source,
                 "/*\n"
                 " * @_predict: a neural network in plain C99. It needs no library%s, no heap and no file but this.\n"
                 " *\n",
                 has_math ? " but <math.h>" : "");
    add_table(w);
    c_source_add(source, " *\n *     constants    %lld bytes: %lld parameters of ~%s\n", (long long)constant_bytes(w),
                 (long long)w->network->parameter_count,
                 w->snapshot->by != NULL ? ", and what standardizes the input" : "");
    c_source_add(source, " *     stack        %lld bytes of arrays, and what a few nested calls take\n *\n",
                 (long long)((w->lengths[0] + w->lengths[1]) * w->real_size));
    c_source_add(source,
                 " * Compile it as C99 or later, or as C++%s. To call it, copy the enum and the declaration of\n"
                 " * @_predict, with its extern \"C\" if that is C++, to where you need them.\n *\n"
                 " * Written by libdnn %s, dnn_model_export_c.\n */\n",
                 has_math ? ", and link with -lm" : "", version);
    c_source_add(source, "%s#include <stddef.h>\n\n", has_math ? "#include <math.h>\n" : "");
    c_source_add(source, "enum { %s_INPUTS = %lld, %s_OUTPUTS = %lld };\n\n", w->upper,
                 (long long)network_size(w->network, 0), w->upper,
                 (long long)network_size(w->network, w->network->depth));
    c_source_add(source,
                 "/* x: [%s_INPUTS]. y: [%s_OUTPUTS], overwritten; it must not overlap x. Nothing is kept from call\n"
                 " * to call, so threads and interrupts may call it at the same time. What is not finite in x is not\n"
                 " * noticed. */\n",
                 w->upper, w->upper);
    c_source_add(source, "#ifdef __cplusplus\nextern \"C\"\n#endif\nvoid @_predict(const ~ *x, ~ *y);\n\n");
}

/* ---- its numbers ---- */

static double weight(const struct writer *w, struct matrix weights, int64_t i, int64_t j)
{
    const int64_t at = i * weights.stride + j;
    return w->snapshot->is_f32 ? (double)((const float *)weights.data)[at] : ((const double *)weights.data)[at];
}

static void add_weights(struct writer *w, int64_t l)
{
    const struct matrix weights = network_weights(w->network, w->snapshot->theta, l, w->real_size);
    c_source_add(
        &w->source, "/* W, [%lld x %lld], the bias last in each row */\nstatic const ~ @_weights_%lld[%lld] = {\n",
        (long long)weights.rows, (long long)weights.columns, (long long)l, (long long)(weights.rows * weights.columns));
    for (int64_t i = 0; i < weights.rows; i++) {
        for (int64_t j = 0; j < weights.columns; j++) {
            c_source_item(&w->source, weight(w, weights, i, j));
        }
        c_source_end_line(&w->source);
    }
    c_source_add(&w->source, "};\n\n");
}

/* What a double has beyond the float nearest to it. */
static double rest(double number)
{
    return number - (double)(float)number;
}

static double itself(double number)
{
    return number;
}

static void add_list(struct writer *w, const char *name, const double *numbers, double (*part)(double))
{
    c_source_add(&w->source, "static const ~ @_%s[%lld] = {\n", name, (long long)w->snapshot->by->columns);
    for (int64_t i = 0; i < w->snapshot->by->columns; i++) {
        c_source_item(&w->source, part(numbers[i]));
    }
    c_source_end_line(&w->source);
    c_source_add(&w->source, "};\n\n");
}

static void add_standardization(struct writer *w, const struct standardization *by)
{
    add_list(w, "mean", by->mean, itself);
    if (w->snapshot->is_f32) {
        add_list(w, "mean_rest", by->mean, rest);
    }
    add_list(w, "scale", by->scale, itself);
}

/* ---- its functions ---- */

static void add_functions(struct writer *w)
{
    if (w->snapshot->by != NULL) {
        c_source_add(&w->source, "%s",
                     w->snapshot->is_f32 ? c_function_standardize_f32.code : c_function_standardize_f64.code);
    }
    c_source_add(&w->source, "%s", c_function_layer.code);
    for (int32_t kind = 0; core_f64.activation_name(kind) != NULL; kind++) {
        const struct c_function *function = function_in_use(w->network, kind);
        if (function != NULL) {
            c_source_add(&w->source, "%s", function->code);
        }
    }
}

/* "    @_leaky_relu(a, 8, 0.01f);" */
static void add_activation_call(struct writer *w, const struct layer *layer, const char *z)
{
    const struct c_function *function = c_function_of(core_f64.activation_name(layer->activation.kind));
    if (function == NULL) {
        return;
    }
    c_source_add(&w->source, "    @_%s(%s, %lld", function->name, z, (long long)layer->n_out);
    if (core_f64.activation_slope(layer->activation.kind) != SLOPE_NONE) {
        c_source_add(&w->source, ", ");
        c_source_number(&w->source, layer->activation.slope);
    }
    c_source_add(&w->source, ");\n");
}

static void add_predict(struct writer *w)
{
    static const char *const arrays[] = {"a", "b"};
    const char *x = "x";
    int64_t next = 0;
    c_source_add(&w->source, "void @_predict(const ~ *x, ~ *y)\n{\n");
    if (w->lengths[0] > 0) {
        c_source_add(&w->source, "    ~ a[%lld]", (long long)w->lengths[0]);
        if (w->lengths[1] > 0) {
            c_source_add(&w->source, ", b[%lld]", (long long)w->lengths[1]);
        }
        c_source_add(&w->source, ";\n\n");
    }
    if (w->snapshot->by != NULL) {
        x = arrays[next++];
        c_source_add(&w->source, "    @_standardize(x, %lld, %s);\n", (long long)w->snapshot->by->columns, x);
    }
    for (int64_t l = 0; l < w->network->depth; l++) {
        const struct layer *layer = &w->network->layers[l];
        const char *z = l + 1 == w->network->depth ? "y" : arrays[next++ % 2];
        c_source_add(&w->source, "    @_layer(@_weights_%lld, %lld, %lld, %s, %s);\n", (long long)l,
                     (long long)layer->n_in, (long long)layer->n_out, x, z);
        add_activation_call(w, layer, z);
        x = z;
    }
    c_source_add(&w->source, "}\n");
}

/* ---- before it is begun ---- */

/* lengths ← those of the arrays on the stack: the standardized x, if it is, and x_1 … x_{L−1}, by turns. */
static void measure_arrays(struct writer *w)
{
    int64_t count = 0;
    for (int64_t l = w->snapshot->by != NULL ? 0 : 1; l < w->network->depth; l++, count++) {
        const int64_t size = network_size(w->network, l);
        w->lengths[count % 2] = size > w->lengths[count % 2] ? size : w->lengths[count % 2];
    }
}

/* A standardization that was made of doubles may be out of a float's reach. */
static int32_t check_standardization(const struct snapshot *snapshot)
{
    const struct standardization *by = snapshot->is_f32 ? snapshot->by : NULL;
    for (int64_t i = 0; by != NULL && i < by->columns; i++) {
        if (fabs(by->mean[i]) > (double)FLT_MAX || by->scale[i] < (double)FLT_MIN || by->scale[i] > (double)FLT_MAX) {
            char mean[TEXT_NUMBER_CAPACITY], scale[TEXT_NUMBER_CAPACITY];
            text_from_number(by->mean[i], mean);
            text_from_number(by->scale[i], scale);
            return status_error(
                DNN_ERROR_UNSUPPORTED,
                "input %lld is standardized by mean %s and scale %s, which a float cannot hold: divide that "
                "input by a constant, or make the model with precision = f64",
                (long long)i, mean, scale);
        }
    }
    return DNN_OK;
}

int32_t c_source_write(const struct snapshot *snapshot, const char *name, const char *version, const char *path)
{
    struct writer w = {.snapshot = snapshot, .network = snapshot->network};
    w.source.name = name;
    w.source.is_f32 = snapshot->is_f32;
    w.real_size = snapshot->is_f32 ? (int64_t)sizeof(float) : (int64_t)sizeof(double);
    for (int64_t i = 0; name[i] != '\0'; i++) {
        w.upper[i] = (char)(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 'a' + 'A' : name[i]);
    }
    measure_arrays(&w);
    int32_t status = check_standardization(snapshot);
    status = status == DNN_OK ? file_write_begin(path, &w.source.file) : status;
    if (status != DNN_OK) {
        return status;
    }
    add_head(&w, version);
    if (snapshot->by != NULL) {
        add_standardization(&w, snapshot->by);
    }
    for (int64_t l = 0; l < w.network->depth; l++) {
        add_weights(&w, l);
    }
    add_functions(&w);
    add_predict(&w);
    return file_write_end(w.source.file, c_source_end(&w.source));
}
