/*
 * core/small.c - see small.h.
 */
#include "core/small.h"

#include "core/small_layer.h"

#include <stddef.h>

bool small_fits(const struct network *network)
{
    bool fits = network->depth <= SMALL_DEEPEST && network->layers[0].n_in <= SMALL_WIDEST &&
                network->parameter_count <= network->depth * SMALL_WEIGHTS;
    for (int64_t l = 0; l < network->depth; l++) {
        const struct activation *activation = &network->layers[l].activation;
        fits = fits && network->layers[l].n_out <= SMALL_WIDEST && activation->kind <= ACTIVATION_LEAKY_RELU &&
               activation->slope <= (double)REAL_MAX / 2; /* times 1 / ln 2 it is finite */
    }
    return fits;
}

bool small_predict(const struct network *network, const void *theta, void *memory, const struct standardization *by,
                   const double *x, double *y)
{
    lanes first;
    real *from = memory;
    if (!small_take(x, by, network->layers[0].n_in, from, &first)) {
        return false;
    }
    for (int64_t l = 0; l < network->depth; l++) {
        const struct layer *layer = &network->layers[l];
        first = small_forward(layer, (const real *)theta + layer->offset, first, from, from + SMALL_ROW);
        from += SMALL_ROW;
    }
    const int64_t n_last = network->layers[network->depth - 1].n_out;
    for (int k = 0; k < LANES && k < n_last; k++) {
        y[k] = (double)first[k];
    }
    for (int64_t j = LANES; j < n_last; j++) {
        y[j] = (double)from[j];
    }
    return true;
}
