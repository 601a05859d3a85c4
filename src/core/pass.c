/*
 * core/pass.c - see pass.h.
 */
#include "core/pass.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

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

int64_t pass_weighty_rows(const struct pass *pass)
{
    int64_t count = 0;
    for (int64_t i = 0; i < pass->n_rows; i++) {
        count += pass_weight(pass, i) != 0;
    }
    return count;
}

/* In one array, of rows of so many bytes. NULL has none. */
static void move_up(const struct pass *pass, void *array, int64_t row_bytes)
{
    if (array == NULL) {
        return;
    }
    unsigned char *from = (unsigned char *)array + pass->first_row * row_bytes, *to = from;
    for (int64_t i = 0; i < pass->n_rows; i++, from += row_bytes) {
        if (pass_weight(pass, i) != 0) {
            memmove(to, from, (size_t)row_bytes);
            to += row_bytes;
        }
    }
}

void pass_drop_weightless(const struct network *network, struct pass *pass, int64_t real_size)
{
    const int64_t left = pass_weighty_rows(pass), L = network->depth;
    if (left == pass->n_rows) {
        return;
    }
    for (int64_t l = 0; l <= L; l++) {
        const int64_t row_bytes = network_row_stride(network, l, real_size) * real_size;
        move_up(pass, pass->source[l] != pass->x[l] ? pass->source[l] : NULL, row_bytes);
        move_up(pass, pass->psi != NULL ? pass->psi[l] : NULL, row_bytes);
        move_up(pass, pass->mask != NULL ? pass->mask[l] : NULL, row_bytes);
        move_up(pass, l == L ? pass->y : NULL, row_bytes);
        move_up(pass, pass->x[l], row_bytes);
    }
    move_up(pass, pass->weights, sizeof *pass->weights); /* by which the others were judged */
    pass->n_rows = left;
}
