/*
 * core/small_rows.c - many samples through a small network: a vector holds one number of several samples.
 *
 * Nothing depends on the shape then: sums run down a layer's weights, each of which serves all samples of the vector.
 */
#include "core/small.h"
#include "core/small_apply.h"

#include <stddef.h>

/* One sample, into number k of each vector. */
LANES_INLINE void take(const struct small_rows *rows, int64_t sample, int64_t columns, int64_t k, lanes *x)
{
    real *out = (real *)x + k;
    const int64_t at = sample * columns;
    if (rows->by != NULL) {
        for (int64_t j = 0; j < columns; j++) {
            const double number = rows->x_f64 != NULL ? rows->x_f64[at + j] : (double)rows->x_f32[at + j];
            out[j * LANES] = (real)small_input(number, rows->by, j);
        }
    } else if (rows->x_f64 != NULL) {
        for (int64_t j = 0; j < columns; j++) {
            out[j * LANES] = (real)rows->x_f64[at + j];
        }
    } else {
        for (int64_t j = 0; j < columns; j++) {
            out[j * LANES] = (real)rows->x_f32[at + j];
        }
    }
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

/* Number k of each vector as one row of y. */
LANES_INLINE void give(const lanes *x, int64_t columns, int64_t k, int64_t sample, const struct small_rows *rows)
{
    const real *in = (const real *)x + k;
    if (rows->y_f64 != NULL) {
        for (int64_t j = 0; j < columns; j++) {
            rows->y_f64[sample * columns + j] = (double)in[j * LANES];
        }
    } else {
        for (int64_t j = 0; j < columns; j++) {
            rows->y_f32[sample * columns + j] = (float)in[j * LANES];
        }
    }
}

void small_predict_rows(const struct network *network, const void *theta, const struct small_rows *rows)
{
    _Alignas(64) lanes one[SMALL_WIDEST];
    _Alignas(64) lanes other[SMALL_WIDEST];
    lanes *from = one, *to = other;
    struct pass *pass = rows->pass;
    const int64_t n_in = network->layers[0].n_in, n_out = network->layers[network->depth - 1].n_out;
    for (int64_t first = 0; first < rows->n; first += LANES) {
        const int64_t samples = rows->n - first < LANES ? rows->n - first : LANES;
        for (int64_t k = 0; k < LANES; k++) { /* beyond the last sample, the last again */
            take(rows, first + (k < samples ? k : samples - 1), n_in, k, from);
        }
        for (int64_t l = 0; l < network->depth; l++) {
            const struct layer *layer = &network->layers[l];
            if (pass != NULL) {
                keep(network, from, l, first, samples, pass);
            }
            run_layer(layer, (const real *)theta + layer->offset, from, to);
            lanes *used = from;
            from = to;
            to = used;
        }
        if (pass != NULL) {
            keep(network, from, network->depth, first, samples, pass);
        }
        for (int64_t k = 0; k < samples; k++) {
            give(from, n_out, k, first + k, rows);
        }
    }
    if (pass != NULL) {
        pass->n_rows = rows->n;
    }
}
