/*
 * core/small.c - see small.h.
 *
 * Four neurons of a layer at a time: their four sums are scalars, which the processor works on side by side, and become one
 * vector for φ. Arrays that were written a number at a time are read so: a vector read across two fresh writes waits until
 * both have left the processor, and so would every call for the one before; on the stack, between the registers that a
 * function saves, all of it took half as long again. Tried and left out: a vector a row, whose sum across the register takes as long as the row itself; and
 * vectors as wide as the processor has, which tiny layers do not fill.
 */
#if DNN_REAL_F32
#define LANES_BYTES 16
#else
#define LANES_BYTES 32
#endif
#include "core/small.h"

#include "core/activation.h"
#include "core/loss.h"
#include "core/small_apply.h"

#include <math.h>
#include <stddef.h>

_Static_assert(LANES == 4, "four sums make a vector");
_Static_assert(SMALL_ROW >= SMALL_WIDEST + LANES, "a row has room for whole vectors");

bool small_fits(const struct network *network)
{
    bool fits = network->depth <= SMALL_DEEPEST && network->layers[0].n_in <= SMALL_WIDEST &&
                network->parameter_count <= network->depth * SMALL_WEIGHTS;
    for (int64_t l = 0; l < network->depth; l++) {
        fits = fits && network->layers[l].n_out <= SMALL_WIDEST &&
               network->layers[l].activation.kind <= ACTIVATION_LEAKY_RELU;
    }
    return fits;
}

/* z = W x̂ for four rows from w on; beyond the last row, the first again. */
LANES_INLINE lanes sums(const real *w, int64_t stride, int64_t rows, const real *x, int64_t n_in)
{
    const real *w1 = rows > 1 ? w + stride : w, *w2 = rows > 2 ? w + 2 * stride : w,
               *w3 = rows > 3 ? w + 3 * stride : w;
    real z0 = w[n_in], z1 = w1[n_in], z2 = w2[n_in], z3 = w3[n_in]; /* the bias */
    for (int64_t j = 0; j < n_in; j++) {
        z0 += w[j] * x[j];
        z1 += w1[j] * x[j];
        z2 += w2[j] * x[j];
        z3 += w3[j] * x[j];
    }
    return (lanes){z0, z1, z2, z3};
}

/* φ′ from x = φ(z) */
LANES_INLINE real derivative(const struct activation *activation, real x)
{
    switch (activation->kind) {
    case ACTIVATION_SIGMOID:
        return (real)(activation->tutorial ? 1 : activation->slope) * (x * (1 - x));
    case ACTIVATION_TANH:
        return 1 - x * x;
    case ACTIVATION_RELU:
        return x > 0 ? 1 : 0;
    case ACTIVATION_LEAKY_RELU:
        return x > 0 ? 1 : (real)activation->slope;
    default:
        return 1;
    }
}

LANES_INLINE void forward(const struct network *network, const real *theta, struct pass *pass)
{
    for (int64_t l = 0; l < network->depth; l++) {
        const struct layer *layer = &network->layers[l];
        const real *w = theta + layer->offset, *x = pass->x[l];
        real *x_next = pass->x[l + 1];
        for (int64_t i = 0; i < layer->n_out; i += LANES) {
            const int64_t rows = layer->n_out - i;
            const lanes activations =
                small_apply(&layer->activation, sums(w + i * layer->stride, layer->stride, rows, x, layer->n_in));
            for (int k = 0; k < LANES && k < rows; k++) {
                x_next[i + k] = activations[k];
            }
        }
    }
    pass->n_rows = 1;
}

/* out = in, or (in − mean) / scale; false if a number is not finite in the core's precision. */
LANES_INLINE bool take(const double *in, const struct standardization *by, int64_t n, real *out)
{
    real spoilt = 0; /* v − v is NaN for an infinity and for NaN */
    for (int64_t j = 0; j < n; j++) {
        const real v = small_input(in[j], by, j);
        spoilt += v - v;
        out[j] = v;
    }
    return spoilt == 0;
}

bool small_predict(const struct network *network, const void *theta, void *memory, const struct standardization *by,
                   const double *x, double *y)
{
    real *from = memory;
    if (!take(x, by, network->layers[0].n_in, from)) {
        return false;
    }
    for (int64_t l = 0; l < network->depth; l++) {
        const struct layer *layer = &network->layers[l];
        const real *w = (const real *)theta + layer->offset;
        real *to = from + SMALL_ROW;
        for (int64_t i = 0; i < layer->n_out; i += LANES) {
            const lanes z = sums(w + i * layer->stride, layer->stride, layer->n_out - i, from, layer->n_in);
            const lanes activations = small_apply(&layer->activation, z);
            const int64_t left = layer->n_out - i;
            for (int k = 0; k < LANES && k < left; k++) {
                to[i + k] = activations[k];
            }
        }
        from = to;
    }
    const int64_t n_last = network->layers[network->depth - 1].n_out;
    for (int64_t j = 0; j < n_last; j++) {
        y[j] = (double)from[j];
    }
    return true;
}

/* max |v_j|, and at least `least` */
LANES_INLINE double largest_of(const real *v, int64_t n, double least)
{
    real largest = (real)least;
    for (int64_t j = 0; j < n; j++) {
        const real magnitude = v[j] < 0 ? -v[j] : v[j];
        largest = magnitude > largest ? magnitude : largest;
    }
    return (double)largest;
}

/* ψ_L. False if it, or the loss, is not finite. */
LANES_INLINE bool derive_loss(const struct network *network, struct pass *pass, struct small_step *step)
{
    const int64_t L = network->depth;
    const struct layer *last = &network->layers[L - 1];
    const struct loss_kind *kind = &loss_kinds[network->loss.kind];
    const struct loss_end end = {&network->loss, &last->activation};
    const real *x = pass->x[L];
    real *psi = pass->psi[L];
    step->loss = kind->value(end, last->n_out, x, pass->y);
    kind->derivative(end, last->n_out, x, pass->y, psi);
    for (int64_t j = 0; j < last->n_out; j++) {
        psi[j] *= derivative(&last->activation, x[j]);
    }
    return isfinite(step->loss);
}

/* True if every number on the way back surely stays finite: see propagate_fused_bound. */
LANES_INLINE bool stays_finite(const struct network *network, const struct pass *pass, const struct small_step *step)
{
    const int64_t L = network->depth;
    double psi = largest_of(pass->psi[L], network->layers[L - 1].n_out, 0), bound = 0;
    for (int64_t l = L - 1; l >= 0; l--) {
        const struct layer *layer = &network->layers[l];
        const double product = psi * largest_of(pass->x[l], layer->n_in, 1);
        bound = product > bound ? product : bound;
        if (l > 0) {
            const struct activation *activation = &network->layers[l - 1].activation;
            const double steepest = activation->slope > 1 ? activation->slope : 1; /* or less */
            psi *= (double)layer->n_out * step->weight_bound * steepest;
        }
    }
    const double limit = (double)REAL_MAX / 4;
    return bound <= limit && psi <= limit && step->eta <= limit &&
           2 * step->eta * bound <= (double)REAL_MAX - step->weight_bound;
}

/* ψ_l and W_l, row by row: see core/fused.c. psi_in: [n_in + 1], padded */
LANES_INLINE void move_rows(const struct layer *layer, real *w, const real *x_hat, const real *psi_out, real eta,
                            real *psi_in)
{
    for (int64_t j = 0; j <= layer->n_in; j += LANES) {
        lanes sum = lanes_of(0);
        const lanes x = lanes_load(x_hat + j);
        for (int64_t i = 0; i < layer->n_out; i++) {
            const lanes row = lanes_load(w + i * layer->stride + j);
            sum += psi_out[i] * row;
            lanes_store(row - eta * psi_out[i] * x, w + i * layer->stride + j);
        }
        if (psi_in != NULL) {
            lanes_store(sum, psi_in + j);
        }
    }
}

bool small_descend(const struct network *network, void *theta, struct pass *pass, struct small_step *step)
{
    const int64_t L = network->depth;
    if (!take(step->x, step->by, network->layers[0].n_in, pass->x[0]) ||
        !take(step->y, NULL, network->layers[L - 1].n_out, pass->y)) {
        return false;
    }
    forward(network, theta, pass);
    if (!derive_loss(network, pass, step) || !stays_finite(network, pass, step)) {
        return false;
    }
    double bound = 0;
    for (int64_t l = L - 1; l >= 0; l--) {
        const struct layer *layer = &network->layers[l];
        const double product = largest_of(pass->psi[l + 1], layer->n_out, 0) * largest_of(pass->x[l], layer->n_in, 1);
        bound = product > bound ? product : bound;
        real *psi = l > 0 ? pass->psi[l] : NULL;
        move_rows(layer, (real *)theta + layer->offset, pass->x[l], pass->psi[l + 1], (real)step->eta, psi);
        const real *x = pass->x[l];
        for (int64_t j = 0; l > 0 && j < layer->n_in; j++) {
            psi[j] *= derivative(&network->layers[l - 1].activation, x[j]);
        }
    }
    step->change = step->eta * bound;
    return true;
}
