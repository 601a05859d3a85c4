/*
 * core/pass.c - see pass.h.
 */
#include "core/pass.h"

struct matrix pass_activations(const struct network *network, const struct pass *pass, int64_t l, int64_t real_size)
{
    return matrix_from(pass->x[l], pass->n_rows, network_size(network, l), network_row_stride(network, l, real_size));
}

struct matrix pass_targets(const struct network *network, const struct pass *pass, int64_t real_size)
{
    struct matrix y = pass_activations(network, pass, network->depth, real_size);
    y.data = pass->y;
    return y;
}
