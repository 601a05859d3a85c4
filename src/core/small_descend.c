/*
 * core/small_descend.c - one step of a small network: see small.h.
 *
 * Forward, the whole way back, and only then the weights: so a step whose numbers overflow is known while they are still as
 * they were. W_0 moves first: the next step begins with it.
 */
#include "core/small.h"

#include "core/loss.h"
#include "core/small_layer.h"

#include <math.h>
#include <stddef.h>

/* φ′ from x = φ(z) */
LANES_INLINE lanes derivative(const struct activation *activation, lanes x)
{
    const real slope = (real)activation->slope;
    switch (activation->kind) {
    case ACTIVATION_SIGMOID:
        return (activation->tutorial ? 1 : slope) * (x * (1 - x));
    case ACTIVATION_TANH:
        return 1 - x * x;
    case ACTIVATION_RELU:
        return lanes_select((lanes_bits)(x > 0), lanes_of(1), lanes_of(0));
    case ACTIVATION_LEAKY_RELU:
        return lanes_select((lanes_bits)(x > 0), lanes_of(1), lanes_of(slope));
    default: /* ACTIVATION_IDENTITY */
        return lanes_of(1);
    }
}

/* ψ_L = ∂E/∂x_L ⊙ φ′. x: the first vector of x_L. Returns that of ψ_L. */
LANES_INLINE lanes derive_loss(const struct network *network, struct pass *pass, lanes x)
{
    const int64_t L = network->depth;
    const struct layer *last = &network->layers[L - 1];
    const struct loss_end end = {&network->loss, &last->activation};
    const bool is_squared = network->loss.kind == LOSS_SQUARED_ERROR;
    const real *y = pass->y;
    real *psi = pass->psi[L];
    if (!is_squared) {
        loss_kinds[network->loss.kind].derivative(end, last->n_out, pass->x[L], y, psi);
    }
    lanes first = lanes_of(0);
    for (int64_t j = 0; j < last->n_out; j += LANES) {
        const lanes x_j = j == 0 ? x : lanes_load((const real *)pass->x[L] + j);
        lanes psi_j = -2 * (lanes_load(y + j) - x_j); /* as the table's, but not through memory */
        if (!is_squared) {
            psi_j = lanes_load(psi + j);
        }
        psi_j *= derivative(&last->activation, x_j);
        lanes_store(psi_j, psi + j);
        first = j == 0 ? psi_j : first;
    }
    return first;
}

/* ψ_in = (Wᵀ ψ_out) ⊙ φ′, with φ of the layer below. x, psi_in: [n_in], psi_out: [n_out], whole vectors */
static __attribute__((noinline)) void backward_wide(const struct layer *layer, const real *w, const real *x,
                                                    const real *psi_out, real *psi_in)
{
    for (int64_t j = 0; j < layer->n_in; j += LANES) {
        lanes sum = lanes_of(0);
        for (int64_t i = 0; i < layer->n_out; i++) {
            sum += psi_out[i] * lanes_load(w + i * layer->stride + j);
        }
        lanes_store(sum * derivative(&layer[-1].activation, lanes_load(x + j)), psi_in + j);
    }
}

/* The same for any layer. psi: the first vector of psi_out. Returns that of psi_in. */
LANES_INLINE lanes backward(const struct layer *layer, const real *w, const real *x, lanes psi, const real *psi_out,
                            real *psi_in)
{
    if (!small_is_narrow(layer)) {
        backward_wide(layer, w, x, psi_out, psi_in);
        return lanes_load(psi_in);
    }
    lanes sum = SMALL_REPEAT(psi, 0) * lanes_load(w);
    if (layer->n_out > 1) {
        sum += SMALL_REPEAT(psi, 1) * lanes_load(w + layer->stride);
    }
    if (layer->n_out > 2) {
        sum += SMALL_REPEAT(psi, 2) * lanes_load(w + 2 * layer->stride);
    }
    sum *= derivative(&layer[-1].activation, lanes_load(x));
    lanes_store(sum, psi_in);
    return sum;
}

/* W −= η ψ x̂ᵀ */
static __attribute__((noinline)) void descend_wide(const struct layer *layer, real *w, const real *x_hat,
                                                   const real *psi, real eta)
{
    for (int64_t j = 0; j <= layer->n_in; j += LANES) {
        const lanes x = lanes_load(x_hat + j);
        for (int64_t i = 0; i < layer->n_out; i++) {
            real *row = w + i * layer->stride + j;
            lanes_store(lanes_load(row) - (eta * psi[i]) * x, row);
        }
    }
}

/* The same for a narrow layer. psi: its only vector */
LANES_INLINE void descend_narrow(const struct layer *layer, real *w, const real *x_hat, lanes psi, real eta)
{
    const lanes x = lanes_load(x_hat), change = eta * psi;
    lanes_store(lanes_load(w) - SMALL_REPEAT(change, 0) * x, w);
    if (layer->n_out > 1) {
        real *row = w + layer->stride;
        lanes_store(lanes_load(row) - SMALL_REPEAT(change, 1) * x, row);
    }
    if (layer->n_out > 2) {
        real *row = w + 2 * layer->stride;
        lanes_store(lanes_load(row) - SMALL_REPEAT(change, 2) * x, row);
    }
}

/* Σ |v_j| over whole vectors of v: [n]. Unlike a maximum it loses no NaN. */
LANES_INLINE lanes magnitude(const real *v, int64_t n)
{
    lanes sum = lanes_of(0);
    for (int64_t j = 0; j < n; j += LANES) {
        sum += (lanes)((lanes_bits)lanes_load(v + j) & ~SIGN_BIT);
    }
    return sum;
}

/* True if no weight can become infinite when it moves by η times a number that is not larger than `bound`, which may be NaN. */
LANES_INLINE bool stays_finite(const struct small_step *step, double bound)
{
    const double limit = (double)REAL_MAX / 4; /* the rest is for rounding */
    return isfinite(step->loss) && bound <= limit && step->eta <= limit &&
           2 * step->eta * bound <= (double)REAL_MAX - step->weight_bound;
}

/* x_0 and y into the pass, if they are not there. *x: the first vector of x̂_0. False if a number is not finite. */
LANES_INLINE bool take_sample(const struct network *network, struct pass *pass, const struct small_step *step, lanes *x)
{
    lanes y;
    if (step->x == NULL) {
        *x = lanes_load(pass->x[0]);
        return true;
    }
    return small_take(step->x, step->by, network->layers[0].n_in, pass->x[0], x) &&
           small_take(step->y, NULL, network->layers[network->depth - 1].n_out, pass->y, &y);
}

bool small_descend(const struct network *network, void *theta, struct pass *pass, struct small_step *step)
{
    const int64_t L = network->depth;
    const struct layer *layers = network->layers;
    real *w = theta;
    lanes x, size_of_x = lanes_of(0), size_of_psi = lanes_of(0);
    if (!take_sample(network, pass, step, &x)) {
        return false;
    }
    for (int64_t l = 0; l < L; l++) {
        x = small_forward(&layers[l], w + layers[l].offset, x, pass->x[l], pass->x[l + 1]);
        size_of_x += magnitude(pass->x[l], layers[l].n_in + 1);
    }
    pass->n_rows = 1;
    const struct loss_end end = {&network->loss, &layers[L - 1].activation};
    step->loss = loss_kinds[network->loss.kind].value(end, layers[L - 1].n_out, pass->x[L], pass->y);
    lanes psi = derive_loss(network, pass, x);
    size_of_psi += magnitude(pass->psi[L], layers[L - 1].n_out);
    for (int64_t l = L - 1; l > 0; l--) {
        psi = backward(&layers[l], w + layers[l].offset, pass->x[l], psi, pass->psi[l + 1], pass->psi[l]);
        size_of_psi += magnitude(pass->psi[l], layers[l].n_in);
    }
    /* No ψ_i x_j of any layer is larger; far from it, but the limit is farther. */
    const double bound = (double)lanes_sum(size_of_psi) * (double)lanes_sum(size_of_x);
    if (!stays_finite(step, bound)) {
        return false;
    }
    step->change = step->eta * bound;
    for (int64_t l = 0; l < L; l++) {
        real *w_l = w + layers[l].offset;
        if (small_is_narrow(&layers[l])) {
            descend_narrow(&layers[l], w_l, pass->x[l], l == 0 ? psi : lanes_load(pass->psi[l + 1]), (real)step->eta);
        } else {
            descend_wide(&layers[l], w_l, pass->x[l], pass->psi[l + 1], (real)step->eta);
        }
    }
    return true;
}
