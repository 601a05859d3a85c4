/*
 * api/diagnose_samples.c - what can be seen in the samples of the latest pass: inputs, targets, activations and outputs
 * that no learning rate can make good.
 *
 * First weights are drawn, and rates chosen, for inputs and targets of size 1 or so. The limits are a good deal wider,
 * because many a network learns all the same: grey values of 0 to 16, or targets around 14. Findings name one column, the
 * worst, as an example.
 */
#include "api/diagnose.h"

#include <math.h>
#include <string.h>

static const double large_input = 30;   /* root mean square of a column */
static const double small_input = 0.01; /* the largest of all */
static const double large_target = 100; /* root mean square of a column */
static const double learned_part = 0.5; /* error of the outputs beside the spread of the targets: it is learning */
static const double met = 0.01;         /* error beside the size of the targets: they are met */
static const double reach = 0.05;       /* what a target may lie outside the range of the output, for noise */
static const double explosion = 100;    /* size of activations beside that of the inputs */
static const double far_off = 30;       /* size of the outputs beside that of the targets */
static const double enormous_loss = 20; /* of a cross-entropy, an output where each has its own: e^-20 for the truth */
static const double tiny_loss = 0.05;   /* likewise: all classes are right, and surely so */

enum { CHUNK = 128 };

struct column {
    double size; /* root mean square */
    double mean;
    double least;
    double largest;
};

/* The matrix without all columns but j. */
static struct matrix column_of(const struct core *core, struct matrix a, int64_t j)
{
    return matrix_part(a, 0, j, a.rows, 1, core->real_size);
}

static struct column look_at(const struct core *core, struct matrix column)
{
    double values[CHUNK];
    struct column found = {core->frobenius(column) / sqrt((double)column.rows), 0, INFINITY, -INFINITY};
    for (int64_t i = 0; i < column.rows; i += CHUNK) {
        const int64_t n = column.rows - i < CHUNK ? column.rows - i : CHUNK;
        core->export_f64(matrix_part(column, i, 0, n, 1, core->real_size), values);
        for (int64_t k = 0; k < n; k++) {
            found.mean += values[k] / (double)column.rows;
            found.least = fmin(found.least, values[k]);
            found.largest = fmax(found.largest, values[k]);
        }
    }
    return found;
}

/* The root mean square of all numbers. */
static double size_of(const struct core *core, struct matrix a)
{
    return core->frobenius(a) / sqrt((double)a.rows * (double)a.columns);
}

/* The column whose root mean square is largest. */
static int64_t largest_column(const struct core *core, struct matrix a)
{
    int64_t largest = 0;
    double size = -1;
    for (int64_t j = 0; j < a.columns; j++) {
        const double of_j = core->frobenius(column_of(core, a, j));
        if (of_j > size) {
            size = of_j;
            largest = j;
        }
    }
    return largest;
}

void diagnose_append_number(struct text *text, const char *before, double number, const char *after)
{
    char digits[TEXT_NUMBER_CAPACITY];
    text_from_number(text_round(fabs(number)), digits);
    text_append(text, "%s%s%s%s", before, number < 0 ? "-" : "", digits, after);
}

static struct matrix inputs(const dnn_trainer *trainer)
{
    return pass_x(trainer->core, trainer->network, trainer->pass, 0);
}

static struct matrix outputs(const dnn_trainer *trainer)
{
    return pass_x(trainer->core, trainer->network, trainer->pass, trainer->network->depth);
}

static struct matrix targets(const dnn_trainer *trainer)
{
    return pass_y(trainer->core, trainer->network, trainer->pass);
}

double diagnose_weight(const dnn_trainer *trainer)
{
    const struct pass *pass = trainer->pass;
    double sum = 0;
    for (int64_t i = 0; i < pass->n_rows; i++) {
        sum += pass_weight(pass, i);
    }
    return sum;
}

double diagnose_target_size(const dnn_trainer *trainer)
{
    return size_of(trainer->core, targets(trainer));
}

int32_t diagnose_inputs(const dnn_trainer *trainer, struct text *text)
{
    const struct core *core = trainer->core;
    const struct matrix x = inputs(trainer);
    const int64_t j = largest_column(core, x);
    const double size = size_of(core, column_of(core, x, j)), largest = core->largest(x);
    if (size <= large_input && (largest >= small_input || largest == 0)) {
        return 0;
    }
    text_append(text, "- Inputs are not of size 1: ");
    if (size > large_input) {
        text_append(text, "those of column %lld", (long long)j);
        diagnose_append_number(text, " are of size ", size, "");
    } else {
        diagnose_append_number(text, "none is above ", largest, "");
    }
    text_append(text, ". To change: dnn_model_standardize, with the training samples and before training.\n");
    return 1;
}

/* Where the numbers of an activation lie, by its name. */
static void range_of(const struct activation *activation, double *least, double *largest)
{
    const char *name = core_f64.activation_name(activation->kind);
    const bool is_share = strcmp(name, "sigmoid") == 0 || strcmp(name, "softmax") == 0;
    const bool is_positive = strcmp(name, "relu") == 0 || strcmp(name, "softplus") == 0;
    *least = -INFINITY;
    *largest = INFINITY;
    if (is_share || is_positive) {
        *least = 0;
        *largest = is_share ? 1 : INFINITY;
    } else if (strcmp(name, "tanh") == 0) {
        *least = -1;
        *largest = 1;
    } else if (strcmp(name, "elu") == 0) {
        *least = -activation->slope;
    } else if (strcmp(name, "gelu") == 0) {
        *least = -0.17;
    } else if (strcmp(name, "silu") == 0) {
        *least = -0.2785;
    }
}

static const struct activation *output_activation(const dnn_trainer *trainer)
{
    return &trainer->network->layers[trainer->network->depth - 1].activation;
}

/* Targets that the output cannot reach. */
static int32_t append_out_of_reach(const dnn_trainer *trainer, struct text *text)
{
    double least, largest;
    range_of(output_activation(trainer), &least, &largest);
    const struct matrix y = targets(trainer);
    for (int64_t j = 0; j < y.columns; j++) {
        const struct column column = look_at(trainer->core, column_of(trainer->core, y, j));
        if (column.least < least - reach || column.largest > largest + reach) {
            text_append(text, "- Targets out of reach: those of output %lld go", (long long)j);
            diagnose_append_number(text, " from ", column.least, "");
            diagnose_append_number(text, " to ", column.largest, "");
            text_append(text, ", and %s gives numbers", core_f64.activation_name(output_activation(trainer)->kind));
            diagnose_append_number(text, " from ", least, "");
            if (isinf(largest)) {
                text_append(text, " up");
            } else {
                diagnose_append_number(text, " to ", largest, "");
            }
            text_append(text, ". To change: scale the targets into that range, or make the model anew with "
                              "output_activation = identity.\n");
            return 1;
        }
    }
    return 0;
}

/* Shares of classes that are none: a softmax always sums to 1. */
static int32_t append_no_shares(const dnn_trainer *trainer, struct text *text)
{
    const struct core *core = trainer->core;
    const struct matrix y = targets(trainer);
    if (!core->activation_is_for_output(output_activation(trainer)->kind)) {
        return 0;
    }
    for (int64_t i = 0; i < y.rows; i++) {
        const struct matrix row = matrix_part(y, i, 0, 1, y.columns, core->real_size);
        double sum = 0;
        for (int64_t j = 0; j < y.columns; j++) {
            sum += look_at(core, column_of(core, row, j)).mean;
        }
        if (fabs(sum - 1) > reach) {
            diagnose_append_number(
                text, "- Targets out of reach: those of a sample add up to ", sum,
                ", and the outputs of softmax to 1. To change: targets that add up to 1, or make the "
                "model anew with output_activation = sigmoid and loss = binary_cross_entropy.\n");
            return 1;
        }
    }
    return 0;
}

/* Targets of a size that first weights and usual rates take for ever to reach, unless they are learned already. */
static int32_t append_large_targets(const dnn_trainer *trainer, struct text *text)
{
    const struct core *core = trainer->core;
    const struct matrix y = targets(trainer), x = outputs(trainer);
    const int64_t j = largest_column(core, y);
    const struct column column = look_at(core, column_of(core, y, j));
    if (column.size <= large_target) {
        return 0;
    }
    const double error =
        diagnose_norm(core, column_of(core, x, j), 1, column_of(core, y, j), -1) / sqrt((double)y.rows);
    const double share = column.mean / column.size, spread = column.size * sqrt(fmax(0, 1 - share * share));
    if (error <= learned_part * spread || error <= met * column.size) {
        return 0;
    }
    text_append(text, "- Targets are large: those of output %lld", (long long)j);
    diagnose_append_number(text, " are of size ", column.size,
                           ", and updates of the usual size need long to get there. To change: scale the targets to "
                           "mean 0 and deviation 1, and the outputs back.\n");
    return 1;
}

int32_t diagnose_targets(const dnn_trainer *trainer, struct text *text)
{
    const int32_t found = append_out_of_reach(trainer, text) + append_no_shares(trainer, text);
    return found > 0 ? found : append_large_targets(trainer, text);
}

int32_t diagnose_activations(const dnn_trainer *trainer, struct text *text)
{
    const struct core *core = trainer->core;
    const double limit = explosion * fmax(1, size_of(core, inputs(trainer)));
    for (int64_t l = 1; l < trainer->network->depth; l++) {
        const double size = size_of(core, pass_x(core, trainer->network, trainer->pass, l));
        if (size > limit) {
            text_append(text, "- Activations explode: those of layer %lld are", (long long)l);
            diagnose_append_number(text, " of size ", size,
                                   ". To change: make the model anew with init = he_normal or glorot_uniform; if it "
                                   "was, lower learning_rate.\n");
            return 1;
        }
    }
    return 0;
}

static bool is_cross_entropy(const dnn_trainer *trainer)
{
    return trainer->core->loss_takes_probabilities(trainer->network->loss.kind);
}

static double mean_loss(const dnn_trainer *trainer)
{
    return trainer->core->loss_sum(trainer->network, trainer->pass) / diagnose_weight(trainer);
}

int32_t diagnose_outputs(const dnn_trainer *trainer, struct text *text)
{
    const struct core *core = trainer->core;
    const char *advice =
        ". To change: lower learning_rate, standardize the inputs (dnn_model_standardize), or make the "
        "model anew with init = he_normal.\n";
    const double loss = mean_loss(trainer), size = size_of(core, outputs(trainer));
    const bool is_softmax = core->activation_is_for_output(output_activation(trainer)->kind);
    const double sums = is_softmax ? 1 : (double)targets(trainer).columns;
    if (is_cross_entropy(trainer) && loss > enormous_loss * sums) {
        text_append(text, "- The loss is enormous: the outputs are sure of what is wrong, and");
        diagnose_append_number(text, " cost ", loss, " a sample");
        text_append(text, "%s", advice);
        return 1;
    }
    if (size > far_off * fmax(1, diagnose_target_size(trainer))) {
        text_append(text, "- The loss is enormous: the outputs are");
        diagnose_append_number(text, " of size ", size, "");
        diagnose_append_number(text, ", the targets of size ", diagnose_target_size(trainer), "");
        text_append(text, "%s", advice);
        return 1;
    }
    return 0;
}

bool diagnose_is_learned(const dnn_trainer *trainer)
{
    const struct core *core = trainer->core;
    const struct matrix x = outputs(trainer), y = targets(trainer);
    if (is_cross_entropy(trainer)) {
        return mean_loss(trainer) < tiny_loss;
    }
    const double error = diagnose_norm(core, x, 1, y, -1) / sqrt((double)x.rows * (double)x.columns);
    return error <= met * fmax(1, size_of(core, y));
}
