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
#include "core/fused.h"
#include "core/loss.h"
#include "core/norm.h"
#include "core/product.h"

#include <math.h>
#include <stddef.h>

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

/* One of the arrays that lie as x_l does: Ψ_l, what φ′ is computed from, the mask of dropout. [n × n_l] */
static struct matrix beside(const struct network *network, const struct pass *pass, void *const *arrays, int64_t l)
{
    return pass_array(network, pass, arrays[l], l, sizeof(real));
}

/* Ψ_l: [n × n_l] */
static struct matrix psi_of(const struct network *network, const struct pass *pass, int64_t l)
{
    return beside(network, pass, pass->psi, l);
}

/* What φ′(z_l) is computed from: [n × n_l] */
static struct matrix source_of(const struct network *network, const struct pass *pass, int64_t l)
{
    return beside(network, pass, pass->source, l);
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

/* out = a ⊙ b; out may be either. */
static void multiply(struct matrix a, struct matrix b, struct matrix out)
{
    for (int64_t i = 0; i < out.rows; i++) {
        const real *row_a = matrix_row(a, i), *row_b = matrix_row(b, i);
        real *row = matrix_row(out, i);
        for (int64_t j = 0; j < out.columns; j++) {
            row[j] = row_a[j] * row_b[j];
        }
    }
}

void propagate_draw_masks(const struct network *network, struct pass *pass, double rate, struct random *random)
{
    const real kept = (real)(1 / (1 - rate));
    const uint64_t threshold = (uint64_t)(rate * 0x1p32); /* of the 32 bits that each activation takes */
    for (int64_t l = 1; l < network->depth; l++) {
        const struct matrix mask = beside(network, pass, pass->mask, l);
        for (int64_t i = 0; i < mask.rows; i++) {
            real *row = matrix_row(mask, i);
            uint64_t bits = 0;
            for (int64_t j = 0; j < mask.columns; j++) {
                bits = j % 2 == 0 ? random_bits(random) : bits >> 32;
                row[j] = (bits & UINT32_MAX) < threshold ? 0 : kept;
            }
        }
    }
}

/* Many go through core/product.h, if there is memory for it, and else through the BLAS. */
static bool has_products(const struct pass *pass)
{
    return pass->panels != NULL;
}

/* One sample goes through core/fused.h, if the network says so; but not if it is what is left of many, which are all computed in the
 * same way. */
static bool is_fused(const struct network *network, const struct pass *pass)
{
    return network->is_fused && pass->n_rows == 1 && !(pass->is_part && has_products(pass));
}

/* So few that reading W for each of them is sooner done than a product: measured. */
enum { FEW = 20 / sizeof(real) };

static bool are_few(const struct network *network, const struct pass *pass)
{
    return is_fused(network, pass) ||
           (network->is_fused && has_products(pass) && pass->n_rows <= FEW && !pass->is_part);
}

/* Z_{l+1} = X̂_l W_lᵀ */
static void multiply_forward(const struct network *network, const void *theta, const struct pass *pass, int64_t l,
                             struct matrix z)
{
    const struct matrix w = weights(network, theta, l), x = activations_hat(network, pass, l);
    if (are_few(network, pass)) {
        for (int64_t i = 0; i < x.rows; i++) {
            fused_forward(w, matrix_row(x, i), matrix_row(z, i));
        }
    } else if (has_products(pass)) {
        product_forward(w, x, pass->panels, z);
    } else {
        affine_forward(w, x, z);
    }
}

/* Ψ_l = Ψ_{l+1} W_l[:, :n_l] */
static void multiply_backward(const struct network *network, const void *theta, const struct pass *pass, int64_t l)
{
    const struct matrix w = weights(network, theta, l);
    const struct matrix psi = psi_of(network, pass, l + 1), psi_below = psi_of(network, pass, l);
    if (are_few(network, pass)) {
        for (int64_t i = 0; i < psi.rows; i++) {
            fused_backward(w, matrix_row(psi, i), matrix_row(psi_below, i));
        }
    } else if (has_products(pass)) {
        product_backward(w, psi, psi_below);
    } else {
        affine_backward(w, psi, psi_below);
    }
}

void propagate_forward(const struct network *network, const void *theta, struct pass *pass)
{
    for (int64_t l = 0; l < network->depth; l++) {
        const struct layer *layer = &network->layers[l];
        const struct matrix x_next = activations(network, pass, l + 1);
        const struct matrix z = source_of(network, pass, l + 1); /* may be x_next */
        const struct matrix phi = layer->keeps_z ? x_next : z;   /* in place, where z need not be kept */
        multiply_forward(network, theta, pass, l, z);
        activation_apply(&layer->activation, z, phi);
        if (pass->mask != NULL && l + 1 < network->depth) {
            multiply(phi, beside(network, pass, pass->mask, l + 1), x_next);
        }
    }
}

/* The loss is computed from z_L, and its derivative is ∂E/∂z_L. */
static bool is_loss_of_z(const struct network *network)
{
    return loss_kinds[network->loss.kind].only_with != NULL;
}

static struct loss_end end_of(const struct network *network)
{
    return (struct loss_end){&network->loss, &network->layers[network->depth - 1].activation};
}

double propagate_loss(const struct network *network, const struct pass *pass)
{
    const int64_t L = network->depth;
    const struct matrix v = is_loss_of_z(network) ? source_of(network, pass, L) : activations(network, pass, L);
    const struct matrix y = targets(network, pass);
    const struct loss_end end = end_of(network);
    double sum = 0;
    for (int64_t i = 0; i < v.rows; i++) {
        if (pass_weight(pass, i) == 0) {
            continue; /* 0 · ∞ would be NaN */
        }
        const double value = loss_kinds[network->loss.kind].value(end, v.columns, matrix_row(v, i), matrix_row(y, i));
        sum += pass_weight(pass, i) * value;
    }
    return sum;
}

/* ψ_L = w ∂E/∂x_L, still without φ′; or w ∂E/∂z_L, which has it. */
static void derive_loss(const struct network *network, const struct pass *pass, struct matrix psi)
{
    const struct matrix x = activations(network, pass, network->depth);
    const struct matrix y = targets(network, pass);
    const struct loss_end end = end_of(network);
    for (int64_t i = 0; i < x.rows; i++) {
        real *row = matrix_row(psi, i);
        loss_kinds[network->loss.kind].derivative(end, x.columns, matrix_row(x, i), matrix_row(y, i), row);
        if (pass->is_weighted) {
            const real weight = (real)pass_weight(pass, i);
            for (int64_t j = 0; j < psi.columns; j++) {
                row[j] *= weight;
            }
        }
    }
}

/* What turns W_lᵀ ψ_{l+1} into ψ_l, and ∂E/∂x_L into ψ_L: ⊙ mask ⊙ φ′ */
static void chain(const struct network *network, const struct pass *pass, int64_t l)
{
    const struct matrix psi = psi_of(network, pass, l);
    const bool is_output = l == network->depth;
    if (!is_output && pass->mask != NULL) {
        multiply(psi, beside(network, pass, pass->mask, l), psi);
    }
    if (!is_output || !is_loss_of_z(network)) {
        activation_chain(&network->layers[l - 1].activation, source_of(network, pass, l), psi);
    }
}

void propagate_backward(const struct network *network, const void *theta, struct pass *pass)
{
    const int64_t L = network->depth;
    for (int64_t l = L; l >= 1; l--) {
        if (l == L) {
            derive_loss(network, pass, psi_of(network, pass, l));
        } else {
            multiply_backward(network, theta, pass, l);
        }
        chain(network, pass, l);
    }
}

double propagate_fused_bound(const struct network *network, const struct pass *pass, double weight_bound)
{
    const int64_t L = network->depth;
    derive_loss(network, pass, psi_of(network, pass, L));
    chain(network, pass, L);
    double psi = norm_largest(psi_of(network, pass, L)), bound = 0;
    for (int64_t l = L - 1; l >= 0; l--) {
        bound = fmax(bound, psi * norm_largest(activations_hat(network, pass, l)));
        if (l > 0) {
            /* |ψ_l| ≤ n max|W| max|ψ| sup|φ′| max|mask| */
            const struct activation *activation = &network->layers[l - 1].activation;
            psi *= (double)network_size(network, l + 1) * weight_bound *
                   activation_kinds[activation->kind].steepest(activation);
            psi *= pass->mask == NULL ? 1 : fmax(1, norm_largest(beside(network, pass, pass->mask, l)));
        }
        if (!(bound <= (double)REAL_MAX / 4 && psi <= (double)REAL_MAX / 4)) {
            return (double)INFINITY;
        }
    }
    return bound;
}

void propagate_fused_descend(const struct network *network, const struct pass *pass, double eta, void *theta)
{
    for (int64_t l = network->depth - 1; l >= 0; l--) {
        fused_descend(weights(network, theta, l), pass->x[l], pass->psi[l + 1], eta, l > 0 ? pass->psi[l] : NULL);
        if (l > 0) {
            chain(network, pass, l);
        }
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

/* Columns of Ψ_{l+1}, which belong to rows of W_l. */
static struct matrix psi_part(const struct network *network, const struct pass *pass, struct rows rows)
{
    const struct matrix psi = psi_of(network, pass, rows.l + 1);
    return matrix_part(psi, 0, rows.first, psi.rows, rows.count, sizeof(real));
}

static struct matrix weights_part(const struct network *network, const void *arena, struct rows rows)
{
    const struct matrix w = weights(network, arena, rows.l);
    return matrix_part(w, rows.first, 0, rows.count, w.columns, sizeof(real));
}

void propagate_gradient(const struct network *network, const struct pass *pass, struct rows rows, bool accumulate,
                        void *gradient)
{
    const struct matrix psi = psi_part(network, pass, rows), x = activations_hat(network, pass, rows.l);
    const struct matrix a = weights_part(network, gradient, rows);
    if (is_fused(network, pass)) {
        fused_gradient(psi.data, x.data, accumulate, a);
    } else if (has_products(pass)) {
        product_gradient(1, psi, x, accumulate ? 1 : 0, a);
    } else {
        affine_gradient(psi, x, accumulate, a);
    }
}

void propagate_descend(const struct network *network, const struct pass *pass, struct rows rows, double eta,
                       void *theta)
{
    const struct matrix psi = psi_part(network, pass, rows), x = activations_hat(network, pass, rows.l);
    const struct matrix w = weights_part(network, theta, rows);
    if (is_fused(network, pass)) {
        fused_descend(w, x.data, psi.data, eta, NULL);
    } else if (has_products(pass)) {
        product_gradient((real)-eta, psi, x, 1, w);
    } else {
        affine_descend(psi, x, eta, w);
    }
}

int64_t propagate_saturated(const struct network *network, const struct pass *pass, int64_t l)
{
    const bool loses_nothing = l + 1 == network->depth && is_loss_of_z(network);
    return loses_nothing ? 0 : activation_saturated(&network->layers[l].activation, source_of(network, pass, l + 1));
}

int64_t propagate_dead(const struct network *network, const struct pass *pass, int64_t l)
{
    const bool loses_nothing = l + 1 == network->depth && is_loss_of_z(network);
    return loses_nothing ? 0 : activation_dead(&network->layers[l].activation, source_of(network, pass, l + 1));
}
