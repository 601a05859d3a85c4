/*
 * core/propagate_part.c - the step of one sample in parts: see propagate.h.
 *
 * Each thread owns some rows of every W, forward and on the way back: they stay in its own cache, and what the threads tell
 * each other is vectors. Tried and left out: what a threaded BLAS does, which divides W otherwise for each product, so that
 * lines that one core wrote are fetched by the other (see the figures in bench/README.md).
 */
#include "core/activation.h"
#include "core/fused.h"
#include "core/propagate.h"

#include <string.h>

/* Rows of W_l, as a matrix of their own. */
static struct matrix rows_of(const struct network *network, const void *theta, int64_t l, int64_t first, int64_t count)
{
    const struct matrix w = network_weights(network, theta, l, sizeof(real));
    return matrix_part(w, first, 0, count, w.columns, sizeof(real));
}

/* Some numbers of one of the arrays of a pass, which lie as x_l does. */
static struct matrix part_of(const struct network *network, const struct pass *pass, void *const *arrays, int64_t l,
                             int64_t first, int64_t count)
{
    return matrix_part(pass_array(network, pass, arrays[l], l, sizeof(real)), 0, first, 1, count, sizeof(real));
}

/* softmax is the last of the table */
static bool needs_all(const struct network *network, int64_t l)
{
    return network->layers[l].activation.kind == activation_kind_count - 1;
}

void propagate_forward_part(const struct network *network, const void *theta, struct pass *pass, int64_t l,
                            int64_t first, int64_t count)
{
    const struct layer *layer = &network->layers[l];
    const bool is_whole = count == 0;
    if (!is_whole) {
        fused_forward(rows_of(network, theta, l, first, count), pass->x[l], (real *)pass->source[l + 1] + first);
    }
    if (is_whole == needs_all(network, l)) {
        const int64_t n = is_whole ? layer->n_out : count, from = is_whole ? 0 : first;
        const struct matrix z = part_of(network, pass, pass->source, l + 1, from, n);
        const struct matrix x = part_of(network, pass, pass->x, l + 1, from, n);
        activation_apply(&layer->activation, z, layer->keeps_z ? x : z);
    }
}

void propagate_descend_part(const struct network *network, struct pass *pass, int64_t l, int64_t first, int64_t count,
                            double eta, void *theta, void *partial)
{
    if (count == 0 && partial != NULL) {
        memset(partial, 0, (size_t)network_row_stride(network, l, sizeof(real)) * sizeof(real));
    }
    if (count > 0) {
        fused_descend(rows_of(network, theta, l, first, count), pass->x[l], (const real *)pass->psi[l + 1] + first, eta,
                      partial);
    }
}

void propagate_gather_part(const struct network *network, struct pass *pass, int64_t l, const void *partials,
                           int64_t parts, int64_t stride, int64_t first, int64_t count)
{
    if (count == 0) {
        return;
    }
    real *psi = (real *)pass->psi[l] + first;
    const real *from = (const real *)partials + first;
    for (int64_t j = 0; j < count; j++) {
        psi[j] = from[j];
    }
    for (int64_t t = 1; t < parts; t++) {
        for (int64_t j = 0; j < count; j++) {
            psi[j] += from[t * stride + j];
        }
    }
    activation_chain(&network->layers[l - 1].activation, part_of(network, pass, pass->source, l, first, count),
                     part_of(network, pass, pass->psi, l, first, count));
}
