/*
 * core/propagate.c - the loop over layers.
 *
 *     forward     z_{l+1} = W_l x̂_l,  x_{l+1} = φ(z_{l+1})
 *     backward    ψ_L = ∂E/∂x_L ⊙ φ′(z_L),  ψ_l = (W_lᵀ ψ_{l+1}) ⊙ φ′(z_l)
 *     gradient    ∇W_l = ψ_{l+1} x̂_lᵀ
 *
 * The whole way back is walked before the first weight changes: each ψ is made from the weights before the step, and a
 * step whose numbers overflow can be refused while the weights are still whole.
 */
#include "core/propagate.h"

#include "core/activation.h"
#include "core/affine.h"
#include "core/loss.h"
#include "core/norm.h"

#include <math.h>

/* W_l in an arena: [n_{l+1} × n_l+1] */
static struct matrix weights(const struct network *network, const void *theta, int64_t l)
{
    return network_weights(network, theta, l, sizeof(real));
}

/* x_l without its ones: [n × n_l] */
static struct matrix activations(const struct network *network, const struct pass *pass, int64_t l)
{
    return pass_activations(network, pass, l, sizeof(real));
}

/* X̂_l: [n × n_l+1] */
static struct matrix activations_hat(const struct network *network, const struct pass *pass, int64_t l)
{
    struct matrix x = activations(network, pass, l);
    x.columns++;
    return x;
}

/* Ψ_l: [n × n_l] */
static struct matrix psi_of(const struct network *network, const struct pass *pass, int64_t l)
{
    struct matrix psi = activations(network, pass, l);
    psi.data = pass->psi[l];
    return psi;
}

/* y: [n × n_L] */
static struct matrix targets(const struct network *network, const struct pass *pass)
{
    return pass_targets(network, pass, sizeof(real));
}

void propagate_prepare(const struct network *network, struct pass *pass)
{
    for (int64_t l = 0; l <= network->depth; l++) {
        const int64_t stride = network_row_stride(network, l, sizeof(real));
        real *ones = (real *)pass->x[l] + network_size(network, l);
        for (int64_t i = 0; i < pass->max_rows; i++) {
            ones[i * stride] = 1;
        }
    }
}

void propagate_forward(const struct network *network, const void *theta, struct pass *pass)
{
    for (int64_t l = 0; l < network->depth; l++) {
        const struct matrix x_next = activations(network, pass, l + 1);
        affine_forward(weights(network, theta, l), activations_hat(network, pass, l), x_next);
        activation_apply(&network->layers[l].activation, x_next);
    }
}

double propagate_loss(const struct network *network, const struct pass *pass)
{
    const struct matrix x = activations(network, pass, network->depth);
    const struct matrix y = targets(network, pass);
    double sum = 0;
    for (int64_t i = 0; i < x.rows; i++) {
        sum += loss_kinds[network->loss].value(x.columns, matrix_row(x, i), matrix_row(y, i));
    }
    return sum;
}

/* ψ_L = ∂E/∂x_L, still without φ′. */
static void derive_loss(const struct network *network, const struct pass *pass, struct matrix psi)
{
    const struct matrix x = activations(network, pass, network->depth);
    const struct matrix y = targets(network, pass);
    for (int64_t i = 0; i < x.rows; i++) {
        loss_kinds[network->loss].derivative(x.columns, matrix_row(x, i), matrix_row(y, i), matrix_row(psi, i));
    }
}

void propagate_backward(const struct network *network, const void *theta, struct pass *pass)
{
    const int64_t L = network->depth;
    for (int64_t l = L; l >= 1; l--) {
        const struct matrix psi = psi_of(network, pass, l);
        if (l == L) {
            derive_loss(network, pass, psi);
        } else {
            affine_backward(weights(network, theta, l), psi_of(network, pass, l + 1), psi);
        }
        activation_chain(&network->layers[l - 1].activation, activations(network, pass, l), psi);
    }
}

double propagate_gradient_bound(const struct network *network, const struct pass *pass)
{
    double bound = 0;
    for (int64_t l = 0; l < network->depth; l++) {
        const double psi = norm_largest(psi_of(network, pass, l + 1));
        const double x = norm_largest(activations_hat(network, pass, l));
        /* |Σ_i ψ_i x_i| ≤ n max|ψ| max|x|. Infinity × 0 is NaN, which the comparison below takes as too large. Half of
         * the range is left for the rounding of the products and their sum. */
        const double layer_bound = (double)pass->n_rows * psi * x;
        if (!(layer_bound <= (double)REAL_MAX / 2)) {
            return (double)INFINITY;
        }
        bound = fmax(bound, layer_bound);
    }
    return bound;
}

void propagate_gradient(const struct network *network, const struct pass *pass, bool accumulate, void *gradient)
{
    for (int64_t l = 0; l < network->depth; l++) {
        affine_gradient(psi_of(network, pass, l + 1), activations_hat(network, pass, l), accumulate,
                        weights(network, gradient, l));
    }
}

void propagate_descend(const struct network *network, const struct pass *pass, double eta, void *theta)
{
    for (int64_t l = 0; l < network->depth; l++) {
        affine_descend(psi_of(network, pass, l + 1), activations_hat(network, pass, l), eta,
                       weights(network, theta, l));
    }
}

int64_t propagate_saturated(const struct network *network, const struct pass *pass, int64_t l)
{
    return activation_saturated(&network->layers[l].activation, activations(network, pass, l + 1));
}
