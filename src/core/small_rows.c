/*
 * core/small_rows.c - many samples through a small network: a vector holds one number of several samples.
 *
 * Nothing depends on the shape then: sums run down a layer's weights, each of which serves all samples of the vector.
 */
#include "core/small.h"
#include "core/small_apply.h"

#include <stddef.h>

/* Number j of up to LANES samples from x on, `columns` apart; beyond the last sample, the last again. */
LANES_INLINE lanes gather(const double *x, const struct standardization *by, int64_t columns, int64_t j,
                          int64_t samples)
{
    lanes v = lanes_of(0);
    for (int64_t k = 0; k < LANES; k++) {
        v[k] = small_input(x[(k < samples ? k : samples - 1) * columns + j], by, j);
    }
    return v;
}

/* x_{l+1} of the samples in x_l; both: [SMALL_WIDEST] */
LANES_INLINE void run_layer(const struct layer *layer, const real *w, const lanes *x, lanes *x_next)
{
    for (int64_t i = 0; i < layer->n_out; i++) {
        const real *row = w + i * layer->stride;
        lanes z = lanes_of(row[layer->n_in]);
        for (int64_t j = 0; j < layer->n_in; j++) {
            z += row[j] * x[j];
        }
        x_next[i] = small_apply(&layer->activation, z);
    }
}

/* x_l of some samples into row `first` of the pass and those after it. */
static void keep(const struct network *network, const lanes *x, int64_t l, int64_t first, int64_t samples,
                 struct pass *pass)
{
    const int64_t stride = network_row_stride(network, l, sizeof(real)), columns = network_size(network, l);
    for (int64_t k = 0; k < samples; k++) {
        real *row = (real *)pass->x[l] + (first + k) * stride;
        for (int64_t j = 0; j < columns; j++) {
            row[j] = x[j][k];
        }
    }
}

void small_predict_rows(const struct network *network, const void *theta, const struct standardization *by,
                        const double *x, int64_t n, struct pass *pass, double *y)
{
    lanes first[SMALL_WIDEST], second[SMALL_WIDEST], *from = first, *to = second;
    const int64_t n_in = network->layers[0].n_in, n_out = network->layers[network->depth - 1].n_out;
    for (int64_t s = 0; s < n; s += LANES) {
        const int64_t samples = n - s < LANES ? n - s : LANES;
        for (int64_t j = 0; j < n_in; j++) {
            from[j] = gather(x + s * n_in, by, n_in, j, samples);
        }
        for (int64_t l = 0; l < network->depth; l++) {
            const struct layer *layer = &network->layers[l];
            if (pass != NULL) {
                keep(network, from, l, s, samples, pass);
            }
            run_layer(layer, (const real *)theta + layer->offset, from, to);
            lanes *used = from;
            from = to;
            to = used;
        }
        if (pass != NULL) {
            keep(network, from, network->depth, s, samples, pass);
        }
        for (int64_t k = 0; k < samples; k++) {
            for (int64_t j = 0; j < n_out; j++) {
                y[(s + k) * n_out + j] = (double)from[j][k];
            }
        }
    }
    if (pass != NULL) {
        pass->n_rows = n;
    }
}
