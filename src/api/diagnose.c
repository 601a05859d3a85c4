/*
 * api/diagnose.c - why is it not learning? The figures of dnn_trainer_layer_stats in plain words, each finding with
 * what to change.
 *
 * The thresholds are rules of thumb: they are set so that a network which learns is told nothing.
 */
#include "api/check.h"
#include "api/diagnose.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

static const double mostly = 0.9;     /* of a layer's activations: it is saturated */
static const double many = 0.4;       /* of a layer's neurons: dead */
static const double vanishing = 1e-4; /* size of a gradient beside the output layer's */
static const double exploding = 1e4;  /* likewise */
static const double alike = 1e-6;     /* of the largest weight: what rows that are the same differ by, for rounding */
enum { ENOUGH_ROWS = 16 };            /* samples that tell a dead neuron from one that is not needed just now */

struct figures {
    double gradient; /* ‖∇W‖ */
    double weight;   /* ‖W‖ */
    double saturated;
    double dead; /* share of the neurons */
    double size; /* root mean square of ∇W */
};

static int32_t look(dnn_trainer *trainer, int64_t l, struct figures *figures)
{
    const struct layer *layer = &trainer->network->layers[l];
    const int32_t status =
        dnn_trainer_layer_stats(trainer, l, &figures->gradient, &figures->weight, &figures->saturated);
    figures->dead = trainer_drop_weightless(trainer) < ENOUGH_ROWS
                        ? 0
                        : (double)trainer->core->dead(trainer->network, trainer->pass, l) / (double)layer->n_out;
    figures->size = figures->gradient / sqrt((double)layer->n_out * (double)(layer->n_in + 1));
    return status;
}

/* Three digits of a number. */
static void append_number(struct text *text, double number)
{
    char digits[TEXT_NUMBER_CAPACITY];
    text_from_number(text_round(number), digits);
    text_append(text, " %10s", digits);
}

static const char *activation_of(const dnn_trainer *trainer, int64_t l)
{
    return core_f64.activation_name(trainer->network->layers[l].activation.kind);
}

static void append_advice(struct text *text, const dnn_trainer *trainer, int64_t l)
{
    if (strcmp(activation_of(trainer, l), "sigmoid") == 0) {
        text_append(text, "standardize the inputs, or make the model anew with sums that are smaller (a smaller "
                          "sigmoid_slope, such as 0.01; init = glorot_uniform), or with activation = leaky_relu and "
                          "init = he_normal");
    } else {
        text_append(text,
                    "standardize the inputs, lower learning_rate, or make the model anew with init = he_normal or "
                    "glorot_uniform, or with activation = leaky_relu");
    }
}

/* True if all neurons of the layer behind W_l have the same weights: then they have the same gradient, and stay so. */
static bool is_alike(const dnn_trainer *trainer, int64_t l)
{
    const struct core *core = trainer->core;
    const struct matrix w = network_weights(trainer->network, trainer->model->theta, l, core->real_size);
    const double limit = alike * core->largest(w) * sqrt((double)w.columns);
    for (int64_t i = 1; i < w.rows; i++) {
        const struct matrix first = matrix_part(w, 0, 0, 1, w.columns, core->real_size);
        const struct matrix row = matrix_part(w, i, 0, 1, w.columns, core->real_size);
        if (diagnose_norm(core, row, 1, first, -1) > limit) {
            return false;
        }
    }
    return w.rows > 1 || core->largest(w) == 0;
}

/* Hidden layers whose neurons cannot become different, as init = zeros leaves them. */
static int32_t append_alike(struct text *text, const dnn_trainer *trainer)
{
    for (int64_t l = 0; l + 1 < trainer->network->depth; l++) {
        if (is_alike(trainer, l)) {
            text_append(text,
                        "- All neurons of layer %lld have the same weights, as init = zeros makes them, and learn the "
                        "same for ever, or nothing. To change: make the model anew with init = he_normal or "
                        "glorot_uniform.\n",
                        (long long)l + 1);
            return 1;
        }
    }
    return 0;
}

/* Findings about one layer. */
static int32_t append_layer(struct text *text, const dnn_trainer *trainer, int64_t l, const struct figures *f)
{
    if (f->dead >= many) {
        text_append(text,
                    "- Layer %lld (%s) has dead units: %d %% of its neurons are flat for all of the last %lld "
                    "samples, and do not learn. To change: ",
                    (long long)l + 1, activation_of(trainer, l), (int)(100 * f->dead),
                    (long long)trainer->pass->n_rows);
    } else if (f->saturated >= mostly) {
        text_append(text,
                    "- Layer %lld (%s) is saturated: %d %% of its activations lie where the function is flat, and "
                    "no gradient passes. To change: ",
                    (long long)l + 1, activation_of(trainer, l), (int)(100 * f->saturated));
    } else {
        return 0;
    }
    append_advice(text, trainer, l);
    text_append(text, ".\n");
    return 1;
}

/* True if gradients of 0 are no illness: the targets are met, or the samples pull to different sides and are in balance. */
static bool is_done(const dnn_trainer *trainer)
{
    const int64_t L = trainer->network->depth, n_out = network_size(trainer->network, L);
    const int64_t stride = network_row_stride(trainer->network, L, trainer->core->real_size);
    const struct matrix psi = matrix_from(trainer->pass->psi[L], trainer->pass->n_rows, n_out, stride);
    return diagnose_is_learned(trainer) || trainer->core->largest(psi) > 0;
}

/* Findings about the gradients of all layers beside each other. */
static int32_t append_gradients(struct text *text, const dnn_trainer *trainer, const struct figures *first,
                                const struct figures *last, bool all_zero)
{
    if (all_zero) {
        if (is_done(trainer)) {
            return 0;
        }
        text_append(text, "- Every gradient is 0: no weight changes, and nothing is learned. Layers that are named "
                          "saturated or dead below are why.\n");
        return 1;
    }
    if (first->size < vanishing * last->size) {
        text_append(text,
                    "- Gradients vanish on the way back: those of layer 1 are less than 1/10000 of the last's. "
                    "To change: make the model anew with activation = leaky_relu and init = he_normal, fewer layers, "
                    "or another slope.\n");
        return 1;
    }
    if (last->size > 0 && first->size > exploding * last->size) {
        text_append(text,
                    "- Gradients explode on the way back: those of layer 1 are more than 10000 times the last's. "
                    "To change: standardize the inputs%s, or make the model anew with init = he_normal or "
                    "glorot_uniform.\n",
                    config_number(trainer->config, KEY_CLIP_NORM) == 0 ? ", set clip_norm = 1" : "");
        return 1;
    }
    return 0;
}

static int32_t append_table(struct text *text, dnn_trainer *trainer, struct figures *first, struct figures *last,
                            bool *all_zero)
{
    text_append(text, "%-6s %-11s %10s %10s %10s %6s\n", "layer", "activation", "gradient", "weights", "saturated",
                "dead");
    *all_zero = true;
    for (int64_t l = 0; l < trainer->network->depth; l++) {
        const int32_t status = look(trainer, l, last);
        if (status != DNN_OK) {
            return status;
        }
        if (l == 0) {
            *first = *last;
        }
        *all_zero = *all_zero && last->gradient == 0;
        text_append(text, "%-6lld %-11s", (long long)l + 1, activation_of(trainer, l));
        append_number(text, last->gradient);
        append_number(text, last->weight);
        text_append(text, " %8d %% %4d %%\n", (int)(100 * last->saturated), (int)(100 * last->dead));
    }
    return DNN_OK;
}

/* What follows the table. first, last: of its layers. */
static int32_t append_findings(struct text *text, dnn_trainer *trainer, const struct figures *first,
                               const struct figures *last, bool all_zero)
{
    int32_t status = DNN_OK, found = diagnose_inputs(trainer, text) + diagnose_targets(trainer, text);
    const int32_t same = append_alike(text, trainer);
    found += same + diagnose_activations(trainer, text) + diagnose_outputs(trainer, text);
    if (same == 0 || all_zero) { /* neurons that are the same explain gradients that vanish */
        found += append_gradients(text, trainer, first, last, all_zero);
    }
    for (int64_t l = 0; status == DNN_OK && l < trainer->network->depth; l++) {
        struct figures figures;
        status = look(trainer, l, &figures);
        if (status == DNN_OK) {
            found += append_layer(text, trainer, l, &figures);
        }
    }
    if (status == DNN_OK) {
        status = diagnose_updates(trainer, text, &found);
    }
    if (status == DNN_OK && found == 0) {
        text_append(text, "Nothing in these figures speaks against learning.\n");
    }
    return status;
}

static int32_t diagnose(dnn_trainer *trainer, struct text *text)
{
    if (trainer->has_failed) {
        text_append(text,
                    "- The latest step failed because its numbers overflowed, or those of a sample were not finite; "
                    "the weights are as before it. To change: leave such samples out, standardize the inputs "
                    "(dnn_model_standardize), scale targets that are large, lower learning_rate, set clip_norm = "
                    "1, or make the model anew with init = he_normal.\n");
        return DNN_OK;
    }
    if (trainer->latest == LATEST_NONE) {
        text_append(text, "Nothing is known yet: no step has been made.\n");
        return DNN_OK;
    }
    if (trainer->pass->n_rows == 0) { /* a gradient was set or applied */
        text_append(text, "Nothing is known: no samples have been seen, or the latest of them failed.\n");
        return DNN_OK;
    }
    struct figures first = {0}, last = {0};
    bool all_zero;
    const int32_t status = append_table(text, trainer, &first, &last, &all_zero);
    if (status != DNN_OK) {
        return status;
    }
    if (trainer_drop_weightless(trainer) == 0) {
        text_append(text, "Nothing else is known: all of the last samples have weight 0.\n");
        return DNN_OK;
    }
    return append_findings(text, trainer, &first, &last, all_zero);
}

/* The whole text into a buffer that has room for it. The second run asks for memory too, and may be refused it: so it
 * writes elsewhere. */
static int32_t diagnose_into(dnn_trainer *trainer, int64_t length, char *buffer)
{
    struct text text = {memory_new(length + 1, 1), length + 1, 0};
    const int32_t status = text.buffer == NULL ? status_out_of_memory("a diagnosis") : diagnose(trainer, &text);
    if (status == DNN_OK) {
        memcpy(buffer, text.buffer, (size_t)length + 1);
    }
    memory_free(text.buffer);
    return status;
}

int32_t dnn_trainer_diagnose(dnn_trainer *trainer, char *buffer, int64_t capacity, int64_t *length)
{
    REQUIRE(trainer);
    struct text counted = {NULL, 0, 0};
    int32_t status = diagnose(trainer, &counted);
    if (status == DNN_OK) {
        status = check_text_buffer(buffer, capacity, counted.length);
    }
    if (status == DNN_OK && buffer != NULL) {
        status = diagnose_into(trainer, counted.length, buffer);
    }
    if (status == DNN_OK && length != NULL) {
        *length = counted.length;
    }
    return status;
}
