/*
 * api/summary.c - a model as a table for people.
 */
#include "api/check.h"
#include "api/model.h"
#include "base/text.h"

/* "sigmoid, slope 0.01": the name, and the constant of those that have one. */
static void describe_activation(const struct activation *activation, char *out, int64_t capacity)
{
    struct text text = {out, capacity, 0};
    text_append(&text, "%s", core_f64.activation_name(activation->kind));
    if (core_f64.activation_slope(activation->kind) != SLOPE_NONE) {
        char slope[TEXT_NUMBER_CAPACITY];
        text_from_number(activation->slope, slope);
        text_append(&text, ", slope %s", slope);
    }
}

/* The root mean square of W_l, with three digits. */
static void append_weights(const dnn_model *model, int64_t l, struct text *text)
{
    const struct matrix w = network_weights(model->network, model->theta, l, model->core->real_size);
    char digits[TEXT_NUMBER_CAPACITY];
    text_from_number(text_round(model->core->root_mean_square(w)), digits);
    text_append(text, "%10s  ", digits);
}

/* What can be seen to be wrong with the weights alone. */
static void append_findings(const dnn_model *model, struct text *text)
{
    for (int64_t l = 0; l < model->network->depth; l++) {
        const struct matrix w = network_weights(model->network, model->theta, l, model->core->real_size);
        if (model->core->largest(w) == 0) {
            text_append(text,
                        "all weights of layer %lld are 0: no gradient passes below it; train from init = he_normal "
                        "or glorot_uniform\n",
                        (long long)l + 1);
        }
    }
}

static void summarize(const dnn_model *model, struct text *text)
{
    const struct network *network = model->network;
    text_append(text, "%-8s %12s %14s %10s  %s\n", "layer", "neurons", "parameters", "weights", "activation");
    text_append(text, "%-8s %12lld %14s %10s  %s\n", "0", (long long)network->layers[0].n_in, "", "",
                model->is_standardized ? "(input, standardized)" : "(input)");
    for (int64_t l = 0; l < network->depth; l++) {
        const struct layer *layer = &network->layers[l];
        char activation[80] = "";
        describe_activation(&layer->activation, activation, sizeof activation);
        text_append(text, "%-8lld %12lld %14lld ", (long long)l + 1, (long long)layer->n_out,
                    (long long)(layer->n_out * (layer->n_in + 1)));
        append_weights(model, l, text);
        text_append(text, "%s\n", activation);
    }
    text_append(text, "%lld parameters, %s, loss %s\n", (long long)network->parameter_count, model->core->precision,
                model->core->loss_name(network->loss.kind));
    append_findings(model, text);
}

int32_t dnn_model_summary(const dnn_model *model, char *buffer, int64_t capacity, int64_t *length)
{
    REQUIRE(model);
    struct text counted = {NULL, 0, 0};
    summarize(model, &counted);
    const int32_t status = check_text_buffer(buffer, capacity, counted.length);
    if (status != DNN_OK) {
        return status;
    }
    if (buffer != NULL) {
        struct text written = {buffer, capacity, 0};
        summarize(model, &written);
    }
    if (length != NULL) {
        *length = counted.length;
    }
    return DNN_OK;
}
