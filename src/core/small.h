/*
 * core/small.h - one sample through a network so small that calls cost more than numbers.
 *
 * Everything between the caller's arrays is one function, without matrices, calls or branches that depend on numbers: the
 * latency of a layer (its sums, an exponential, a division) times the depth is what is left.
 */
#ifndef DNN_CORE_SMALL_H
#define DNN_CORE_SMALL_H

#include "core/pass.h"
#include "core/small_step.h"
#include "core/real.h"

#define small_fits REAL_NAME(small_fits)
#define small_predict REAL_NAME(small_predict)
#define small_predict_rows REAL_NAME(small_predict_rows)
#define small_descend REAL_NAME(small_descend)

/* True if a network is small enough, and each layer's φ one of those that are known here. */
bool small_fits(const struct network *network);

/* y = x_L of one sample. memory: [SMALL_MEMORY] bytes on a cache line of its own, for one thread at a time; x_l is left in it
 * from number l × SMALL_ROW on. by: what x is standardized by, or NULL. x: [n_0], y: [n_L], which may be x. False, and nothing but memory written, if a number of x is
 * not finite in the core's precision. */
bool small_predict(const struct network *network, const void *theta, void *memory, const struct standardization *by,
                   const double *x, double *y);

/* y = x_L of n samples, whose numbers are finite in the core's precision. x and y may not overlap. */
void small_predict_rows(const struct network *network, const void *theta, const struct small_rows *rows);

/* W_l −= η ∇W_l for each l, from one sample by plain gradient descent, left in the pass as propagate_backward does. False,
 * and no weight changed, if a number is not finite or could become so, or the loss is not one of z alone: go the long way. */
bool small_descend(const struct network *network, void *theta, struct pass *pass, struct small_step *step);

#endif
