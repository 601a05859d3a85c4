/*
 * core/network.c - see network.h.
 */
#include "core/network.h"

#include <assert.h>

enum { LINE_BYTES = 64, SET_BYTES = 4096 };

/* `count` numbers, padded to whole cache lines, and to one line more where rows would otherwise share their cache
 * sets. */
static int64_t padded(int64_t count, int64_t real_size)
{
    int64_t bytes = (count * real_size + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
    if (bytes % SET_BYTES == 0) {
        bytes += LINE_BYTES;
    }
    return bytes / real_size;
}

/* *sum += rows × stride, both below 2³¹. */
static bool add_product(int64_t *sum, int64_t rows, int64_t stride)
{
    const int64_t product = rows * stride;
    if (*sum > INT64_MAX - product) {
        return false;
    }
    *sum += product;
    return true;
}

bool network_layout(struct network *network, const int64_t *sizes, int64_t layer_count, int64_t real_size)
{
    network->depth = layer_count - 1;
    network->parameter_count = 0;
    network->arena_count = 0;
    for (int64_t l = 0; l < network->depth; l++) {
        struct layer *layer = &network->layers[l];
        assert(sizes[l] >= 1 && sizes[l] <= NETWORK_LARGEST_LAYER);
        layer->n_in = sizes[l];
        layer->n_out = sizes[l + 1];
        layer->stride = padded(layer->n_in + 1, real_size);
        layer->offset = network->arena_count;
        if (!add_product(&network->parameter_count, layer->n_out, layer->n_in + 1) ||
            !add_product(&network->arena_count, layer->n_out, layer->stride)) {
            return false;
        }
    }
    return true;
}

struct rows network_rows(const struct network *network, int64_t l)
{
    return (struct rows){l, 0, network->layers[l].n_out};
}

int64_t network_size(const struct network *network, int64_t l)
{
    return l == 0 ? network->layers[0].n_in : network->layers[l - 1].n_out;
}

struct matrix network_weights(const struct network *network, const void *arena, int64_t l, int64_t real_size)
{
    const struct layer *layer = &network->layers[l];
    /* The cast takes const away: a matrix says nothing of it. Whoever asks for it from a const arena only reads. */
    unsigned char *first = (unsigned char *)arena + layer->offset * real_size;
    return matrix_from(first, layer->n_out, layer->n_in + 1, layer->stride);
}

int64_t network_row_stride(const struct network *network, int64_t l, int64_t real_size)
{
    return padded(network_size(network, l) + 1, real_size);
}
