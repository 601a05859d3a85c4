/*
 * api/trainer_batch.h - what a step of a batch is made of, divided among the threads of a trainer: each takes some of the samples
 * there and back, then some rows of every W.
 */
#ifndef DNN_API_TRAINER_BATCH_H
#define DNN_API_TRAINER_BATCH_H

#include "api/trainer.h"

/* How many threads a batch is worth, as config and size say; 1: the caller's alone. */
int32_t batch_thread_count(const dnn_trainer *trainer);

/* Memory for figures of up to max_rows samples, and panels for the threads. The team, if any, is there. */
int32_t batch_prepare(dnn_trainer *trainer);

/* Whether a step of n samples is to be done by the team, and, once it is done, what it took: the way of base/pace.h. */
void batch_begin(dnn_trainer *trainer, int64_t n);
void batch_end(dnn_trainer *trainer, int64_t n);

/* Loads samples from `first` on into the pass, as many as its n_rows says, and runs them forward and backward. *loss_sum: Σ E.
 * *bound: no number of their gradient is larger; infinity: it, or the way back, is not finite. */
void batch_differentiate(dnn_trainer *trainer, const struct samples *samples, int64_t first, double *loss_sum,
                         double *bound);

/* gradient = Ψᵀ X̂ of the pass, or += if `accumulate`. */
void batch_gradient(dnn_trainer *trainer, bool accumulate, void *gradient);

/* W −= η Ψᵀ X̂ of the pass. */
void batch_descend(dnn_trainer *trainer, double eta);

/* W ← the update of W by its scale · gradient; with `makes_gradient` the gradient is that of the pass, made here, row by row while it
 * is in a cache. Returns the largest |w| after it. */
double batch_update(dnn_trainer *trainer, const struct update *update, bool makes_gradient, void *gradient);

#endif
