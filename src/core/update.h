/*
 * core/update.h - one update of all weights of a network: scale, penalty, clipping, then the optimizer over flat
 * arrays.
 */
#ifndef DNN_CORE_UPDATE_H
#define DNN_CORE_UPDATE_H

#include "core/network.h"

#include <stdbool.h>
#include <stdint.h>

enum { UPDATE_MOST_STATES = 2 };

/* The numbers of one update, named as in dnn.h. */
struct update {
    int32_t optimizer; /* index in the table */
    double scale;      /* the mean gradient is scale · the array */
    double eta;
    double momentum;
    double beta1;
    double beta2;
    double epsilon;
    double weight_decay;
    double l2;
    double clip_norm;   /* 0: none */
    double clip;        /* what clipping multiplies the gradient by: of update_clip; 1 without it */
    double correction1; /* 1 − β₁^t, t counting updates from 1 */
    double correction2; /* 1 − β₂^t */
};

/* All arrays of an update, each like the weights. */
struct arenas {
    const void *gradient;
    void *const *states; /* those that the optimizer has none of are NULL */
    void *theta;
};

#ifdef DNN_REAL_F32
#include "core/real.h"
#define update_clip REAL_NAME(update_clip)
#define update_rows REAL_NAME(update_rows)
#define update_bound REAL_NAME(update_bound)
#define update_held_bound REAL_NAME(update_held_bound)

/* What clipping multiplies scale · gradient by: min(1, clip_norm / (‖∇‖ + 1e-6)), as in PyTorch's clip_grad_norm_, ∇ with the
 * penalty of l2; 1 without clipping. gradient, theta: arenas */
double update_clip(const struct update *update, const struct network *network, const void *gradient, const void *theta);

/* Rows of W ← the update of them by scale · gradient. Returns the largest |w| of them after it. */
double update_rows(const struct update *update, const struct network *network, struct rows rows,
                   const struct arenas *arenas);

/* A bound on what the update changes any weight by, if no number of the gradient array is larger than `gradient_bound`
 * and no weight than `weight_bound`: as `bound` in optimizer.h. */
double update_bound(const struct update *update, double gradient_bound, double weight_bound, double *state_bound);

/* The *state_bound of states that came from a file, `update` being the latest that they had: as `held_bound` in
 * optimizer.h. */
double update_held_bound(const struct update *update, const struct network *network, void *const *states);
#endif

#endif
