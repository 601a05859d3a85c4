/*
 * api/fit_epoch.h - what a fit decides between batches and epochs: the learning rate, whether the loss got better, and
 * what each sample weighs.
 */
#ifndef DNN_API_FIT_EPOCH_H
#define DNN_API_FIT_EPOCH_H

#include "api/progress.h"
#include "api/trainer.h"

/* What one call of fit holds. */
struct fit {
    dnn_trainer *trainer;
    const dnn_dataset *training;
    const dnn_dataset *validation;             /* or NULL */
    int32_t *order;                            /* [training->size], or NULL for the dataset's own */
    double *weights;                           /* [training->size] of the samples, their mean 1, or NULL: all 1 */
    struct view view;                          /* of all these */
    struct sample_weights *validation_weights; /* held: those that the fit began with; or NULL: all 1 */
    struct view validation_view;
    bool has_classes; /* the validation's targets are classes, so that an accuracy means something */
    int64_t batch_size;
    int64_t samples;         /* of this epoch so far */
    double began;            /* seconds */
    double learning_seconds; /* in steps, of this epoch so far */
    struct dnn_progress progress;
};

/* The trainer's η for the next batch, by its schedule. */
void fit_set_rate(struct fit *fit);

/* After an epoch: is its loss the best so far, for patience and for the schedule? Keeps the weights if they are
 * wanted. */
void fit_watch(struct fit *fit);

/* True if as many epochs as `patience` brought nothing better. */
bool fit_has_no_patience(const struct fit *fit);

/* The model's weights ← those of the best epoch, if they were kept. */
void fit_restore_best(struct fit *fit);

/* fit->weights ← the dataset's weights × those that balance the classes. */
int32_t fit_make_weights(struct fit *fit);

#endif
