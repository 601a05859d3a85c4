/*
 * core/propagate.h - the algorithm: forward through the layers, psi backward, gradients or updates from both.
 */
#ifndef DNN_CORE_PROPAGATE_H
#define DNN_CORE_PROPAGATE_H

#include "base/random.h"
#include "core/network.h"
#include "core/pass.h"
#include "core/real.h"

#define propagate_prepare REAL_NAME(propagate_prepare)
#define propagate_forward REAL_NAME(propagate_forward)
#define propagate_loss REAL_NAME(propagate_loss)
#define propagate_backward REAL_NAME(propagate_backward)
#define propagate_gradient_bound REAL_NAME(propagate_gradient_bound)
#define propagate_gradient REAL_NAME(propagate_gradient)
#define propagate_descend REAL_NAME(propagate_descend)
#define propagate_fused_bound REAL_NAME(propagate_fused_bound)
#define propagate_fused_descend REAL_NAME(propagate_fused_descend)
#define propagate_forward_part REAL_NAME(propagate_forward_part)
#define propagate_descend_part REAL_NAME(propagate_descend_part)
#define propagate_gather_part REAL_NAME(propagate_gather_part)
#define propagate_saturated REAL_NAME(propagate_saturated)
#define propagate_dead REAL_NAME(propagate_dead)
#define propagate_draw_masks REAL_NAME(propagate_draw_masks)

/* Below, theta is a network's arena of weights, gradient an arena of the same layout. n is pass->n_rows. */

/* Once for the memory of a pass: puts the ones beside the activations. */
void propagate_prepare(const struct network *network, struct pass *pass);

/* x_0 → x_1 … x_L. */
void propagate_forward(const struct network *network, const void *theta, struct pass *pass);

/* Draws what dropout multiplies the hidden activations by, anew: 0 with probability `rate`, else 1 / (1 − rate), so
 * that the mean stays. pass->mask is not NULL. Srivastava et al., "Dropout", 2014, in the inverted form. */
void propagate_draw_masks(const struct network *network, struct pass *pass, double rate, struct random *random);

/* Σ over the samples of w E(x_L, y), w the sample's weight. */
double propagate_loss(const struct network *network, const struct pass *pass);

/* x_1 … x_L, y → ψ_L … ψ_1, each sample's multiplied by its weight. */
void propagate_backward(const struct network *network, const void *theta, struct pass *pass);

/* A bound on every number of the gradients that this pass can give: n max|Ψ| max|X̂|, over the layers. Infinity if
 * it is too large for the precision, or a ψ is not finite: then no gradient and no update may be made. */
double propagate_gradient_bound(const struct network *network, const struct pass *pass);

/* ∇W_l = Ψ_{l+1}ᵀ X̂_l, the sum over the samples, in some of its rows; or added to what is there, if `accumulate`. */
void propagate_gradient(const struct network *network, const struct pass *pass, struct rows rows, bool accumulate,
                        void *gradient);

/* W_l −= η Ψ_{l+1}ᵀ X̂_l in some of its rows. */
void propagate_descend(const struct network *network, const struct pass *pass, struct rows rows, double eta,
                       void *theta);

/* The same for one sample (n = 1) with each W_l read once: ψ_{L−1} … ψ_1 are made on the way, of the weights as they were.
 * It cannot be known before what they will be, so propagate_fused_bound, which makes ψ_L, bounds them from max|W| ≤
 * weight_bound: every number of the gradient, and each sum on the way, is smaller, unless it is infinity: then go the
 * other way. After it propagate_gradient_bound tells the bound of what was done. */
double propagate_fused_bound(const struct network *network, const struct pass *pass, double weight_bound);
void propagate_fused_descend(const struct network *network, const struct pass *pass, double eta, void *theta);

/* The same in parts, for threads that each own some rows of W_l (n = 1, no dropout). One layer at a time, and each part of it
 * before the next function is called: */

/* Numbers first … first + count − 1 of x_{l+1}. Softmax needs all of z: then they are left as z, and `propagate_forward_part`
 * with count = 0, after all others, makes x of them. */
void propagate_forward_part(const struct network *network, const void *theta, struct pass *pass, int64_t l,
                            int64_t first, int64_t count);

/* W_l −= η ψ_{l+1} x̂_lᵀ for those rows, and partial = their part of W_lᵀ ψ_{l+1}, with W_l as it was. partial: [n_l + 1],
 * padded, zeros if count is 0; or NULL: not wanted. */
void propagate_descend_part(const struct network *network, struct pass *pass, int64_t l, int64_t first, int64_t count,
                            double eta, void *theta, void *partial);

/* Numbers first … first + count − 1 of ψ_l from all `parts` partials, which lie `stride` numbers apart. */
void propagate_gather_part(const struct network *network, struct pass *pass, int64_t l, const void *partials,
                           int64_t parts, int64_t stride, int64_t first, int64_t count);

/* How many of the activations x_{l+1} are saturated, and how many of its neurons dead: activation_saturated,
 * activation_dead. 0 at an output whose loss is computed from z: no gradient is lost there. */
int64_t propagate_saturated(const struct network *network, const struct pass *pass, int64_t l);
int64_t propagate_dead(const struct network *network, const struct pass *pass, int64_t l);

#endif
