/*
 * api/diagnose.c - why is it not learning? The figures of dnn_trainer_layer_stats in plain words, each finding with
 * what to change.
 *
 * The thresholds are rules of thumb: they are set so that a network which learns is told nothing.
 */
#include "api/check.h"
#include "api/trainer.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

static const double mostly = 0.9;     /* of a layer's activations: it is saturated */
static const double many = 0.4;       /* of a layer's neurons: dead */
static const double vanishing = 1e-4; /* size of a gradient beside the output layer's */
static const double exploding = 1e4;  /* likewise */
static const double overshooting = 1; /* an update of plain descent beside the weights */
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
    figures->dead = trainer->pass->n_rows < ENOUGH_ROWS
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
        text_append(text, "make the sums smaller (a smaller sigmoid_slope, such as 0.01; standardized inputs; init = "
                          "glorot_uniform), or set activation = leaky_relu with init = he_normal");
    } else {
        text_append(text, "standardize the inputs, set init = he_normal or glorot_uniform, lower learning_rate, or set "
                          "activation = leaky_relu");
    }
}

/* Findings about one layer. */
static int32_t append_layer(struct text *text, const dnn_trainer *trainer, int64_t l, const struct figures *f)
{
    const int32_t optimizer = (int32_t)config_integer(trainer->config, KEY_OPTIMIZER);
    int32_t found = 0;
    if (f->saturated >= mostly && f->dead < many) {
        text_append(text,
                    "- Layer %lld (%s) is saturated: %d %% of its activations lie where the function is flat, and "
                    "no gradient passes. To change: ",
                    (long long)l + 1, activation_of(trainer, l), (int)(100 * f->saturated));
        append_advice(text, trainer, l);
        text_append(text, ".\n");
        found++;
    } else if (f->dead >= many) {
        text_append(text,
                    "- Layer %lld (%s) has dead units: %d %% of its neurons are flat for all of the last %lld "
                    "samples, and do not learn. To change: ",
                    (long long)l + 1, activation_of(trainer, l), (int)(100 * f->dead),
                    (long long)trainer->pass->n_rows);
        append_advice(text, trainer, l);
        text_append(text, ".\n");
        found++;
    }
    if (trainer->core->is_plain_descent(optimizer) && f->weight > 0 &&
        trainer->eta * f->gradient > overshooting * f->weight) {
        text_append(text,
                    "- Updates of W_%lld are larger than its weights. To change: lower learning_rate, or set "
                    "clip_norm = 1.\n",
                    (long long)l);
        found++;
    }
    return found;
}

/* Findings about the gradients of all layers beside each other. */
static int32_t append_gradients(struct text *text, const struct figures *first, const struct figures *last,
                                bool all_zero)
{
    if (all_zero) {
        text_append(text, "- Every gradient is 0: no weight changes, and nothing is learned. If a layer below is named "
                          "saturated or dead, that is why; if not, the targets are met exactly, or all weights are 0 "
                          "(init = zeros).\n");
        return 1;
    }
    if (first->size < vanishing * last->size) {
        text_append(text,
                    "- Gradients vanish on the way back: the first layer's are less than 1/10000 of the last's. To "
                    "change: activation = leaky_relu with init = he_normal, fewer layers, or a smaller slope.\n");
        return 1;
    }
    if (last->size > 0 && first->size > exploding * last->size) {
        text_append(text,
                    "- Gradients explode on the way back: the first layer's are more than 10000 times the last's. "
                    "To change: init = he_normal or glorot_uniform, clip_norm = 1, standardized inputs.\n");
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

static int32_t diagnose(dnn_trainer *trainer, struct text *text)
{
    if (trainer->has_failed) {
        text_append(text,
                    "- The latest step failed because its numbers overflowed; the weights are as before it. To "
                    "change: standardize the inputs (dnn_model_standardize), lower learning_rate, set clip_norm = "
                    "1, or init = he_normal.\n");
        return DNN_OK;
    }
    if (trainer->latest == LATEST_NONE || trainer->pass->n_rows == 0) {
        text_append(text, "Nothing is known yet: no step has been made.\n");
        return DNN_OK;
    }
    struct figures first = {0}, last = {0};
    bool all_zero;
    int32_t status = append_table(text, trainer, &first, &last, &all_zero);
    if (status != DNN_OK) {
        return status;
    }
    int32_t found = append_gradients(text, &first, &last, all_zero);
    for (int64_t l = 0; status == DNN_OK && l < trainer->network->depth; l++) {
        struct figures figures;
        status = look(trainer, l, &figures);
        if (status == DNN_OK) {
            found += append_layer(text, trainer, l, &figures);
        }
    }
    if (found == 0) {
        text_append(text, "Nothing in these figures speaks against learning.\n");
    }
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
        struct text written = {buffer, capacity, 0};
        status = diagnose(trainer, &written);
    }
    if (status == DNN_OK && length != NULL) {
        *length = counted.length;
    }
    return status;
}
