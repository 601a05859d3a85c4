/*
 * core/optimizer.h - how a gradient changes the weights, as a table of name and formulas. An optimizer sees flat
 * arrays, no layers.
 */
#ifndef DNN_CORE_OPTIMIZER_H
#define DNN_CORE_OPTIMIZER_H

#include "core/real.h"
#include "core/update.h"

#define optimizer_kinds REAL_NAME(optimizer_kinds)
#define optimizer_kind_count REAL_NAME(optimizer_kind_count)

/* One run of weights, of their gradient, and of what the optimizer keeps of the past: all [n], all 0 at first. */
struct optimizer_run {
    int64_t n;
    real factor;   /* what the gradient is multiplied by */
    real penalty;  /* g += penalty · w */
    real shrinks;  /* w −= shrinks · w, before anything else */
    const real *g; /* the gradient */
    real *w;
    real *state[UPDATE_MOST_STATES]; /* those beyond state_count are NULL */
};

struct optimizer_kind {
    const char *name; /* in configs, files, messages and the manual */

    /* True if the update is W −= η ∇W and nothing else: then it can be made without a gradient in memory
     * (affine_descend). */
    bool is_plain_descent;

    /* True if weight_decay shrinks the weights themselves; else it is added to the gradient. */
    bool decays_weights;

    int32_t state_count; /* arrays like the weights that it keeps from update to update, at most UPDATE_MOST_STATES */

    /* One update, a single pass over the arrays, which do not overlap. */
    void (*update)(const struct update *update, struct optimizer_run run);

    /* A bound on what an update changes any weight by, if no |g| is larger than `gradient`; infinity if something that
     * it keeps might not stay finite. *state_bound: no number in state[0] is larger; brought up to after the update.
     * Crude: it only has to tell numbers that might overflow from those that cannot. */
    double (*bound)(const struct update *update, double gradient, double *state_bound);

    /* The *state_bound that goes with states which came from a file; infinity if this optimizer cannot have left them, and
     * an update made with them might not stay finite. update: the latest that they had; run: of its states alone. */
    double (*held_bound)(const struct update *update, struct optimizer_run run);
};

extern const struct optimizer_kind optimizer_kinds[];
extern const int32_t optimizer_kind_count;

#endif
