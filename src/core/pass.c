/*
 * core/pass.c - see pass.h.
 */
#include "core/pass.h"

#include <assert.h>
#include <stddef.h>

struct pass pass_part(const struct pass *pass, int64_t first, int64_t n, int32_t thread)
{
    assert(first >= 0 && n >= 0 && first + n <= pass->n_rows);
    struct pass part = *pass;
    part.first_row = pass->first_row + first;
    part.n_rows = n;
    part.is_part = pass->is_part || n < pass->n_rows;
    part.panels = pass->panels == NULL ? NULL : (unsigned char *)pass->panels + thread * pass->panel_bytes;
    return part;
}

struct matrix pass_array(const struct network *network, const struct pass *pass, void *array, int64_t l,
                         int64_t real_size)
{
    const int64_t stride = network_row_stride(network, l, real_size);
    return matrix_from((unsigned char *)array + pass->first_row * stride * real_size, pass->n_rows,
                       network_size(network, l), stride);
}

struct matrix pass_activations(const struct network *network, const struct pass *pass, int64_t l, int64_t real_size)
{
    return pass_array(network, pass, pass->x[l], l, real_size);
}

struct matrix pass_targets(const struct network *network, const struct pass *pass, int64_t real_size)
{
    return pass_array(network, pass, pass->y, network->depth, real_size);
}
