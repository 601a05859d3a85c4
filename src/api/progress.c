/*
 * api/progress.c - what a fit tells of itself: to the callback while it runs, and as history afterwards.
 */
#include "api/progress.h"

#include "api/check.h"
#include "api/trainer.h"

#include <math.h>

int64_t dnn_progress_epoch(const dnn_progress *progress)
{
    return progress == NULL ? -1 : progress->epoch;
}

int64_t dnn_progress_epochs(const dnn_progress *progress)
{
    return progress == NULL ? -1 : progress->epochs;
}

int64_t dnn_progress_batch(const dnn_progress *progress)
{
    return progress == NULL ? -1 : progress->batch;
}

int64_t dnn_progress_batches(const dnn_progress *progress)
{
    return progress == NULL ? -1 : progress->batches;
}

double dnn_progress_loss(const dnn_progress *progress)
{
    return progress == NULL ? (double)NAN : progress->loss;
}

double dnn_progress_validation_loss(const dnn_progress *progress)
{
    return progress == NULL ? (double)NAN : progress->validation_loss;
}

double dnn_progress_validation_accuracy(const dnn_progress *progress)
{
    return progress == NULL ? (double)NAN : progress->validation_accuracy;
}

double dnn_progress_seconds(const dnn_progress *progress)
{
    return progress == NULL ? (double)NAN : progress->seconds;
}

double dnn_progress_learning_rate(const dnn_progress *progress)
{
    return progress == NULL ? (double)NAN : progress->learning_rate;
}

double dnn_progress_samples_per_second(const dnn_progress *progress)
{
    return progress == NULL ? (double)NAN : progress->samples_per_second;
}

int64_t dnn_trainer_history_count(const dnn_trainer *trainer)
{
    return trainer == NULL ? -1 : trainer->history_count;
}

int32_t dnn_trainer_history(const dnn_trainer *trainer, int64_t epoch, double *loss, double *validation_loss,
                            double *validation_accuracy)
{
    REQUIRE(trainer);
    if (epoch < 0 || epoch >= trainer->history_count) {
        return status_error(DNN_ERROR_INVALID_ARGUMENT, "epoch is %lld, and %lld epochs are completed, counted from 0",
                            (long long)epoch, (long long)trainer->history_count);
    }
    const struct epoch *entry = &trainer->history[epoch];
    if (loss != NULL) {
        *loss = entry->loss;
    }
    if (validation_loss != NULL) {
        *validation_loss = entry->validation_loss;
    }
    if (validation_accuracy != NULL) {
        *validation_accuracy = entry->validation_accuracy;
    }
    return DNN_OK;
}

int64_t dnn_trainer_best_epoch(const dnn_trainer *trainer)
{
    return trainer == NULL ? -1 : trainer->best_epoch;
}
