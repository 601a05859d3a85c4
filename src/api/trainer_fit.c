/*
 * api/trainer_fit.c - fit: epochs of batches, progress, cancel, history.
 *
 * A batch is gathered from the dataset straight into the pass: of the dataset no more than one batch is copied, and an
 * order of rows, 4 bytes a sample, if they are shuffled.
 */
#include "api/check.h"
#include "api/fit_epoch.h"
#include "api/measure.h"
#include "base/memory.h"
#include "base/seconds.h"

#include <math.h>

enum { LEAST_UPDATES = 64, HISTORY_AT_ONCE = 4096 };

/* Seconds since the fit began; 0 if nobody is shown them: reading the clock takes as long as a step of a tiny network. */
static double elapsed(const struct fit *fit)
{
    return fit->trainer->callback == NULL ? 0 : seconds_now() - fit->began;
}

/* Shows the progress to the callback. DNN_STOPPED if it, or a cancel, asks for the end. */
static int32_t report(struct fit *fit)
{
    dnn_trainer *trainer = fit->trainer;
    fit->progress.seconds = elapsed(fit);
    if (trainer->callback != NULL && trainer->callback(trainer->user, &fit->progress) != 1) {
        return DNN_STOPPED;
    }
    return atomic_load_explicit(&trainer->cancelled, memory_order_relaxed) ? DNN_STOPPED : DNN_OK;
}

/* One batch: a run of the epoch's order. */
struct batch {
    const struct fit *fit;
    int64_t first;
};

static void load_batch(const void *source, const dnn_trainer *trainer, struct pass *pass, int64_t first)
{
    const struct batch *batch = source;
    dataset_gather(&batch->fit->view, batch->first + first, trainer->core, trainer->network, pass);
}

/* The failing step has worded what happened. This adds when, and in its place which sample's numbers did not fit. */
static int32_t add_place(const struct fit *fit, int64_t first, int64_t n, int32_t status)
{
    const dnn_trainer *trainer = fit->trainer;
    if (status != DNN_ERROR_NOT_FINITE) {
        return status;
    }
    (void)dataset_name_unfit(&fit->view, first, n, trainer->core, trainer->network, trainer->pass);
    return status_error(status, "epoch %lld, batch %lld of %lld: %s", (long long)fit->progress.epoch,
                        (long long)fit->progress.batch, (long long)fit->progress.batches, status_message());
}

static int32_t run_batch(struct fit *fit, int64_t first)
{
    const int64_t left = fit->training->size - first;
    const struct batch batch = {fit, first};
    const struct samples samples = {load_batch, &batch, left < fit->batch_size ? left : fit->batch_size};
    double loss_sum;
    const double began = elapsed(fit);
    fit_set_rate(fit);
    fit->progress.batch++;
    const int32_t status = trainer_step(fit->trainer, &samples, &loss_sum);
    if (status != DNN_OK) {
        return add_place(fit, first, samples.n, status);
    }
    fit->learning_seconds += elapsed(fit) - began;
    fit->samples += samples.n;
    /* The mean moves towards the batch's: a sum over the epoch could overflow where no loss did. */
    const double share = (double)samples.n / (double)fit->samples;
    fit->progress.loss += share * (loss_sum / (double)samples.n - fit->progress.loss);
    fit->progress.samples_per_second =
        fit->learning_seconds > 0 ? (double)fit->samples / fit->learning_seconds : (double)NAN;
    return DNN_OK;
}

/* Room in the history for the epochs that are left, or many of them, before one is run: what was learned can then be noted
 * for sure, and no later epoch waits for memory. */
static int32_t reserve_history(dnn_trainer *trainer, int64_t epochs)
{
    const int64_t wanted = trainer->history_count + (epochs < HISTORY_AT_ONCE ? epochs : HISTORY_AT_ONCE);
    if (wanted <= trainer->history_capacity) {
        return DNN_OK;
    }
    const int64_t doubled = trainer->history_capacity < 8 ? 16 : 2 * trainer->history_capacity;
    const int64_t capacity = wanted < doubled ? doubled : wanted;
    struct epoch *history = memory_resize(trainer->history, capacity, sizeof *history);
    if (history == NULL) {
        return status_out_of_memory("the history");
    }
    trainer->history = history;
    trainer->history_capacity = capacity;
    return DNN_OK;
}

/* Every checkpoint_every epochs, and after the last one. */
static int32_t write_checkpoint(const struct fit *fit)
{
    dnn_trainer *trainer = fit->trainer;
    const char *path = config_text(trainer->config, KEY_CHECKPOINT_PATH);
    const bool is_due = trainer->epochs_done % config_integer(trainer->config, KEY_CHECKPOINT_EVERY) == 0 ||
                        trainer->epochs_done == fit->progress.epochs || fit_has_no_patience(fit);
    if (path[0] == '\0' || !is_due) {
        return DNN_OK;
    }
    const int32_t status = trainer_write(trainer, path);
    return status == DNN_OK ? status
                            : status_error(status, "checkpoint after epoch %lld: %s", (long long)fit->progress.epoch,
                                           status_message());
}

/* The checkpoint of the last epoch was written before the weights of the best one were brought back. */
static int32_t write_best_checkpoint(const struct fit *fit)
{
    const dnn_trainer *trainer = fit->trainer;
    const bool is_over = trainer->epochs_done == fit->progress.epochs || fit_has_no_patience(fit);
    const bool is_restored =
        trainer->best != NULL && trainer->best_epoch >= 0 && trainer->best_epoch < trainer->history_count - 1;
    return is_over && is_restored ? write_checkpoint(fit) : DNN_OK;
}

/* After the last batch of an epoch: validation, its line in the history, a checkpoint. */
static int32_t end_epoch(struct fit *fit)
{
    dnn_trainer *trainer = fit->trainer;
    struct dnn_progress *progress = &fit->progress;
    if (fit->validation != NULL) {
        const int32_t status =
            measure(trainer->model, &fit->validation_view, &trainer->cancelled, &progress->validation_loss,
                    fit->has_classes ? &progress->validation_accuracy : NULL);
        if (status < DNN_OK) {
            return status_error(status, "validation after epoch %lld: %s", (long long)progress->epoch,
                                status_message());
        }
        if (status == DNN_STOPPED) {
            return status;
        }
    }
    trainer->history[trainer->history_count++] =
        (struct epoch){progress->loss, progress->validation_loss, progress->validation_accuracy};
    trainer->epochs_done++;
    fit_watch(fit);
    return write_checkpoint(fit);
}

/* From the samples' own order each time: so the generator's state is all that the order of an epoch depends on, and a
 * checkpoint need not hold the order. */
static void shuffle(dnn_trainer *trainer, int32_t *order, int64_t size)
{
    for (int64_t i = 0; i < size; i++) {
        order[i] = (int32_t)i;
    }
    random_shuffle(&trainer->shuffle, order, size);
}

static int32_t run_epoch(struct fit *fit)
{
    const int64_t size = fit->training->size;
    fit->progress.epoch++;
    fit->progress.batch = 0;
    fit->progress.validation_loss = NAN;
    fit->progress.validation_accuracy = NAN;
    fit->samples = 0;
    fit->learning_seconds = 0;
    fit->progress.loss = 0;
    if (fit->order != NULL) {
        shuffle(fit->trainer, fit->order, size);
    }
    int32_t status = reserve_history(fit->trainer, fit->progress.epochs - fit->progress.epoch + 1);
    for (int64_t first = 0; status == DNN_OK && first < size; first += fit->batch_size) {
        status = run_batch(fit, first);
        if (status == DNN_OK && size - first <= fit->batch_size) {
            status = end_epoch(fit);
        }
        if (status == DNN_OK) {
            status = report(fit);
        }
    }
    return status;
}

static int32_t make_order(struct fit *fit)
{
    if (!config_integer(fit->trainer->config, KEY_SHUFFLE)) {
        return DNN_OK;
    }
    fit->order = memory_new(fit->training->size, sizeof *fit->order);
    return fit->order == NULL ? status_out_of_memory("the order of the samples") : DNN_OK;
}

/* A recipe's batch_size suits a large dataset; of a small one it would make a handful of updates an epoch, which is no
 * training. So where the user did not set it, an epoch is at least 64 updates. */
static int64_t batch_size_for(const dnn_config *config, int64_t size)
{
    const int64_t batch_size = config_integer(config, KEY_BATCH_SIZE), most = (size - 1) / LEAST_UPDATES + 1;
    return config->chosen[KEY_BATCH_SIZE] || batch_size < most ? batch_size : most;
}

/* A new fit; or, of a trainer that was loaded from a checkpoint, the rest of the one that was interrupted. */
static void begin(struct fit *fit)
{
    dnn_trainer *trainer = fit->trainer;
    if (trainer->epochs_done == 0 || trainer->epochs_done >= fit->progress.epochs || fit_has_no_patience(fit)) {
        trainer->epochs_done = 0;
        trainer->patience = (struct watch){.best = INFINITY};
        if (config_integer(trainer->config, KEY_PATIENCE) > 0) {
            trainer->best_epoch = -1;
        }
    }
    fit->progress.epoch = trainer->epochs_done;
}

/* What each epoch is measured on: the weights are held, so that the losses of one fit compare. The memory of a validation is
 * taken and given back, so that the model keeps it, and its threads are started: the first epoch's end need not wait for them. */
static int32_t begin_validation(struct fit *fit)
{
    int32_t status = DNN_OK;
    if (fit->validation != NULL) {
        struct pass *pass = NULL;
        struct sample_weights *weights = fit->validation_weights = dataset_hold_weights(fit->validation);
        fit->validation_view = (struct view){
            .dataset = fit->validation, .weights = weights == NULL ? NULL : weights->values, .by = fit->view.by};
        fit->has_classes = dataset_has_classes(fit->validation);
        status = model_borrow_pass(fit->trainer->model, &pass);
        if (status == DNN_OK) {
            crew_prepare(fit->trainer->model, fit->validation->size, pass);
            model_return_pass(fit->trainer->model, pass);
        }
    }
    return status;
}

static int32_t run(dnn_trainer *trainer, const dnn_dataset *training, const dnn_dataset *validation)
{
    const int64_t batch_size = batch_size_for(trainer->config, training->size);
    struct fit fit = {.trainer = trainer, .training = training, .validation = validation, .batch_size = batch_size};
    fit.progress.epochs = config_integer(trainer->config, KEY_EPOCHS);
    begin(&fit);
    fit.progress.batches = (training->size - 1) / batch_size + 1;
    fit.began = seconds_now();
    int32_t status = make_order(&fit);
    if (status == DNN_OK) {
        status = fit_make_weights(&fit);
    }
    if (status == DNN_OK) {
        fit.view = (struct view){training, fit.order, fit.weights, model_standardization(trainer->model)};
        status = begin_validation(&fit);
    }
    while (status == DNN_OK && fit.progress.epoch < fit.progress.epochs && !fit_has_no_patience(&fit)) {
        status = run_epoch(&fit);
    }
    if (status >= DNN_OK || status == DNN_ERROR_NOT_FINITE) {
        fit_restore_best(&fit);
        const int32_t written = write_best_checkpoint(&fit);
        status = written == DNN_OK ? status : written;
    }
    trainer->epochs_done = 0;
    dataset_release_weights(fit.validation_weights);
    memory_free(fit.weights);
    memory_free(fit.order);
    return status;
}

int32_t dnn_trainer_fit(dnn_trainer *trainer, const dnn_dataset *training, const dnn_dataset *validation)
{
    REQUIRE(trainer);
    REQUIRE(training);
    int32_t status = dataset_check(training, "training", trainer->network);
    if (status == DNN_OK && validation != NULL) {
        status = dataset_check(validation, "validation", trainer->network);
    }
    if (status == DNN_OK) {
        status = model_begin_training(trainer->model);
    }
    if (status != DNN_OK) {
        return status;
    }
    /* Held, because the callback may destroy the caller's handles. */
    trainer_retain(trainer);
    dnn_dataset *held_training = dataset_retain(training);
    dnn_dataset *held_validation = validation == NULL ? NULL : dataset_retain(validation);
    atomic_store_explicit(&trainer->cancelled, false, memory_order_relaxed);
    status = run(trainer, training, validation);
    model_end_training(trainer->model);
    dnn_dataset_destroy(held_validation);
    dnn_dataset_destroy(held_training);
    dnn_trainer_destroy(trainer);
    return status;
}

int32_t dnn_trainer_set_progress(dnn_trainer *trainer, int32_t (*callback)(void *user, const dnn_progress *progress),
                                 void *user)
{
    REQUIRE(trainer);
    /* A binding sets the callback of each fit: one that is called inside another must not take that one's away. */
    if (atomic_load_explicit(&trainer->references, memory_order_relaxed) > 1) {
        return status_error(
            DNN_ERROR_INVALID_ARGUMENT,
            "this trainer's fit is running, and keeps its callback: set another before fit or after it");
    }
    trainer->callback = callback;
    trainer->user = user;
    return DNN_OK;
}

int32_t dnn_trainer_cancel(dnn_trainer *trainer)
{
    REQUIRE(trainer);
    atomic_store_explicit(&trainer->cancelled, true, memory_order_relaxed);
    return DNN_OK;
}
