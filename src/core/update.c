/*
 * core/update.c - see update.h.
 *
 * Biases are not decayed. They stand in the last column of each matrix, so where there is decay a row is two runs: its
 * weights, and its bias with the padding. Without decay all rows are one run; the padding is 0, has gradient 0, and so
 * stays 0 under every optimizer.
 */
#include "core/update.h"

#include "core/norm.h"
#include "core/optimizer.h"

#include <math.h>
#include <stddef.h>

/* What is added to the gradient after clipping, times the weight. l2 · Σ w², whose derivative is 2 l2 w, is added
 * before. */
static double decay_of(const struct update *update)
{
    return optimizer_kinds[update->optimizer].decays_weights ? 0 : update->weight_decay;
}

static double shrinks_of(const struct update *update)
{
    return optimizer_kinds[update->optimizer].decays_weights ? update->eta * update->weight_decay : 0;
}

/* Σ (scale g + 2 l2 w)² over n weights; l2 counts for the first `decayed` of them. */
static double squared_length(const struct update *update, const real *g, const real *w, int64_t n, int64_t decayed)
{
    double sum = 0;
    for (int64_t i = 0; i < decayed; i++) {
        const double total = update->scale * (double)g[i] + 2 * update->l2 * (double)w[i];
        sum += total * total;
    }
    for (int64_t i = decayed; i < n; i++) {
        const double total = update->scale * (double)g[i];
        sum += total * total;
    }
    return sum;
}

/* ‖scale ∇ + 2 l2 W‖ over all layers. */
static double gradient_norm(const struct update *update, const struct network *network, const void *gradient,
                            const void *theta)
{
    double sum = 0;
    for (int64_t l = 0; l < network->depth; l++) {
        const struct matrix g = network_weights(network, gradient, l, sizeof(real));
        const struct matrix w = network_weights(network, theta, l, sizeof(real));
        for (int64_t i = 0; i < w.rows; i++) {
            sum += squared_length(update, matrix_row(g, i), matrix_row(w, i), w.columns, w.columns - 1);
        }
    }
    return sqrt(sum);
}

double update_clip(const struct update *update, const struct network *network, const void *gradient, const void *theta)
{
    if (update->clip_norm == 0) {
        return 1;
    }
    return fmin(1, update->clip_norm / (gradient_norm(update, network, gradient, theta) + 1e-6));
}

/* The part of a run from i on, n long. */
static struct optimizer_run part_of(const struct optimizer_run *run, int64_t i, int64_t n)
{
    struct optimizer_run part = *run;
    part.n = n;
    part.g += i;
    part.w += i;
    for (int32_t s = 0; s < UPDATE_MOST_STATES; s++) {
        part.state[s] = run->state[s] == NULL ? NULL : run->state[s] + i;
    }
    return part;
}

/* Numbers that are updated at once: few enough to be looked at, for the largest, while they are in the first cache. */
enum { BLOCK = 2048 };

/* A run in blocks. Returns the largest |w| after it. */
static double apply(const struct update *update, const struct optimizer_run *run)
{
    double largest = 0;
    for (int64_t i = 0; i < run->n; i += BLOCK) {
        const struct optimizer_run block = part_of(run, i, run->n - i < BLOCK ? run->n - i : BLOCK);
        optimizer_kinds[update->optimizer].update(update, block);
        largest = fmax(largest, norm_largest(matrix_from(block.w, 1, block.n, block.n)));
    }
    return largest;
}

/* Weights with decay, biases without. run: from the first row on */
static double decay_rows(const struct update *update, const struct layer *layer, int64_t count,
                         const struct optimizer_run *run)
{
    double largest = 0;
    for (int64_t i = 0; i < count; i++) {
        const int64_t row = i * layer->stride;
        struct optimizer_run bias = part_of(run, row + layer->n_in, layer->stride - layer->n_in);
        bias.penalty = 0;
        bias.shrinks = 0;
        const struct optimizer_run weights = part_of(run, row, layer->n_in);
        largest = fmax(largest, fmax(apply(update, &weights), apply(update, &bias)));
    }
    return largest;
}

double update_rows(const struct update *update, const struct network *network, struct rows rows,
                   const struct arenas *arenas)
{
    const struct layer *layer = &network->layers[rows.l];
    struct optimizer_run arena = {.factor = (real)(update->clip * update->scale),
                                  .penalty = (real)(update->clip * 2 * update->l2 + decay_of(update)),
                                  .shrinks = (real)shrinks_of(update),
                                  .g = arenas->gradient,
                                  .w = arenas->theta};
    for (int32_t s = 0; s < optimizer_kinds[update->optimizer].state_count; s++) {
        arena.state[s] = arenas->states[s];
    }
    const struct optimizer_run run =
        part_of(&arena, layer->offset + rows.first * layer->stride, rows.count * layer->stride);
    return run.penalty == 0 && run.shrinks == 0 ? apply(update, &run) : decay_rows(update, layer, rows.count, &run);
}

/* A norm beyond it could be a sum of squares that overflows, in a network of any size. */
static const double largest_clipped = 1e140;

double update_bound(const struct update *update, double gradient_bound, double weight_bound, double *state_bound)
{
    double gradient = fabs(update->scale) * gradient_bound + 2 * update->l2 * weight_bound;
    /* Two parts that cancel are short together, and are not cut: each must be finite by itself. */
    const bool may_cancel = update->l2 > 0 && !(gradient <= (double)REAL_MAX / 4);
    if (update->clip_norm > 0 && !may_cancel) {
        gradient = gradient <= largest_clipped ? fmin(gradient, update->clip_norm) : (double)INFINITY;
    }
    gradient += decay_of(update) * weight_bound;
    /* What η makes small again must be finite before that; and an infinite factor makes NaN of a 0. */
    if (!(gradient <= (double)REAL_MAX / 4) || !(shrinks_of(update) <= (double)REAL_MAX)) {
        return (double)INFINITY;
    }
    const double change = optimizer_kinds[update->optimizer].bound(update, gradient, state_bound);
    return change + shrinks_of(update) * weight_bound;
}

double update_held_bound(const struct update *update, const struct network *network, void *const *states)
{
    struct optimizer_run run = {.n = network->arena_count};
    for (int32_t s = 0; s < optimizer_kinds[update->optimizer].state_count; s++) {
        run.state[s] = states[s];
    }
    return optimizer_kinds[update->optimizer].held_bound(update, run);
}
