/*
 * api/fit_epoch.c - see fit_epoch.h.
 */
#include "api/fit_epoch.h"

#include "base/memory.h"
#include "base/status.h"
#include "core/schedule.h"

#include <math.h>
#include <string.h>

static struct schedule schedule_of(const dnn_trainer *trainer)
{
    const dnn_config *config = trainer->config;
    const int64_t length = config_integer(config, KEY_SCHEDULE_LENGTH);
    return (struct schedule){.kind = (int32_t)config_integer(config, KEY_SCHEDULE),
                             .eta = trainer->eta_base,
                             .factor = config_number(config, KEY_SCHEDULE_FACTOR),
                             .rate = config_number(config, KEY_SCHEDULE_RATE),
                             .every = config_integer(config, KEY_SCHEDULE_EVERY),
                             .length = length > 0 ? length : config_integer(config, KEY_EPOCHS),
                             .warmup = config_number(config, KEY_SCHEDULE_WARMUP),
                             .minimum = config_number(config, KEY_SCHEDULE_MINIMUM)};
}

void fit_set_rate(struct fit *fit)
{
    dnn_trainer *trainer = fit->trainer;
    const struct schedule schedule = schedule_of(trainer);
    const struct schedule_time time = {.epoch = trainer->history_count,
                                       .batch = fit->progress.batch,
                                       .batches = fit->progress.batches,
                                       .cuts = trainer->cuts};
    trainer->eta = schedule_eta(&schedule, time);
    fit->progress.learning_rate = trainer->eta;
}

/* Shows a loss to a watch; true if it is the best so far. */
static bool is_better(struct watch *watch, double loss, double min_delta)
{
    if (loss < watch->best - min_delta || isinf(watch->best)) {
        watch->best = loss;
        watch->waiting = 0;
        return true;
    }
    watch->waiting++;
    return false;
}

void fit_watch(struct fit *fit)
{
    dnn_trainer *trainer = fit->trainer;
    const dnn_config *config = trainer->config;
    const double loss = fit->validation != NULL ? fit->progress.validation_loss : fit->progress.loss;
    const double min_delta = config_number(config, KEY_MIN_DELTA);
    if (schedule_is_plateau((int32_t)config_integer(config, KEY_SCHEDULE)) &&
        !is_better(&trainer->plateau, loss, min_delta) &&
        trainer->plateau.waiting >= config_integer(config, KEY_SCHEDULE_EVERY)) {
        trainer->cuts++;
        trainer->plateau.waiting = 0;
    }
    if (config_integer(config, KEY_PATIENCE) > 0 && is_better(&trainer->patience, loss, min_delta)) {
        trainer->best_epoch = trainer->history_count - 1;
        if (trainer->best != NULL) {
            memcpy(trainer->best, trainer->model->theta,
                   (size_t)(trainer->network->arena_count * trainer->core->real_size));
        }
    }
}

bool fit_has_no_patience(const struct fit *fit)
{
    const int64_t patience = config_integer(fit->trainer->config, KEY_PATIENCE);
    return patience > 0 && fit->trainer->patience.waiting >= patience;
}

void fit_restore_best(struct fit *fit)
{
    dnn_trainer *trainer = fit->trainer;
    dnn_model *model = trainer->model;
    if (trainer->best != NULL && trainer->best_epoch >= 0) {
        memcpy(model->theta, trainer->best, (size_t)(trainer->network->arena_count * trainer->core->real_size));
        model->weight_bound = trainer->core->largest(trainer_arena(trainer, model->theta));
    }
}

/* An error unless each sample of the dataset belongs to a class. */
static int32_t check_classes(const struct fit *fit)
{
    const struct core *core = fit->trainer->core;
    const int32_t loss = fit->trainer->network->loss.kind;
    const struct numbers *y = &fit->training->store->y;
    const char *only_with = core->loss_only_with(loss);
    const bool is_softmax = only_with != NULL && strcmp(only_with, "softmax") == 0;
    if (y->type == NUMBER_LABEL || is_softmax || (core->loss_takes_probabilities(loss) && y->columns == 1)) {
        return DNN_OK;
    }
    return status_error(DNN_ERROR_INVALID_ARGUMENT,
                        "class_weight = balanced needs classes: a dataset of labels, or the loss cross_entropy, or "
                        "binary_cross_entropy with one output");
}

/* weights[i] *= n / (classes × samples of i's class), counted over the classes that occur. counts: [classes], zeros */
static void balance(const dnn_dataset *dataset, int64_t classes, int64_t *counts, double *weights)
{
    int64_t present = 0;
    for (int64_t i = 0; i < dataset->size; i++) {
        counts[dataset_class(dataset, i)]++;
    }
    for (int64_t c = 0; c < classes; c++) {
        present += counts[c] > 0;
    }
    for (int64_t i = 0; i < dataset->size; i++) {
        const int64_t count = counts[dataset_class(dataset, i)];
        weights[i] *= (double)dataset->size / ((double)present * (double)count);
    }
}

static int32_t balance_classes(struct fit *fit)
{
    const int64_t columns = fit->training->store->y.columns;
    const int64_t classes = columns < 2 ? 2 : columns;
    int32_t status = check_classes(fit);
    if (status != DNN_OK) {
        return status;
    }
    int64_t *counts = memory_new(classes, sizeof *counts);
    if (counts == NULL) {
        return status_out_of_memory("the counts of the classes");
    }
    balance(fit->training, classes, counts, fit->weights);
    memory_free(counts);
    return DNN_OK;
}

/* values ← values, scaled to a mean of 1. */
static void scale_to_mean_1(double *values, int64_t count)
{
    double sum = 0;
    for (int64_t i = 0; i < count; i++) {
        sum += values[i];
    }
    for (int64_t i = 0; i < count; i++) {
        values[i] *= (double)count / sum;
    }
}

int32_t fit_make_weights(struct fit *fit)
{
    const int64_t size = fit->training->size;
    const bool is_balanced = config_integer(fit->trainer->config, KEY_CLASS_WEIGHT) == CLASS_WEIGHT_BALANCED;
    struct sample_weights *given = dataset_hold_weights(fit->training);
    int32_t status = DNN_OK;
    if (given != NULL || is_balanced) {
        fit->weights = memory_new(size, sizeof *fit->weights);
        status = fit->weights == NULL ? status_out_of_memory("the weights of the samples") : DNN_OK;
    }
    for (int64_t i = 0; fit->weights != NULL && i < size; i++) {
        fit->weights[i] = given == NULL ? 1 : given->values[i];
    }
    dataset_release_weights(given);
    if (status == DNN_OK && is_balanced) {
        status = balance_classes(fit);
    }
    if (status == DNN_OK && fit->weights != NULL) {
        scale_to_mean_1(fit->weights, size);
    }
    return status;
}
