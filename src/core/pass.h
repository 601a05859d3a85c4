/*
 * core/pass.h - the memory of one run through a network, over up to max_rows samples at once.
 *
 * Plain arrays of the network's precision. Rows of X̂_l, Ψ_l, Y and the rest lie network_row_stride apart; those of
 * X̂_l end in a 1, which propagate_prepare puts there once and nothing overwrites.
 *
 * What φ′ is computed from, z or φ(z), is mostly x_l itself. Where it is not (the layer keeps z, or dropout changes
 * x_l), `source` has memory of its own.
 */
#ifndef DNN_CORE_PASS_H
#define DNN_CORE_PASS_H

#include "core/network.h"

#include <stdbool.h>
#include <stdint.h>

struct pass {
    int64_t n_rows;      /* samples in the arrays now */
    int64_t max_rows;    /* samples that there is room for */
    int64_t first_row;   /* where they begin */
    bool is_part;        /* of a larger batch: one sample alone is then computed as the others of the batch are */
    void *panels;        /* what product_forward takes for the widest layer, or NULL: batches go through the BLAS */
    int64_t panel_bytes; /* from one thread's to the next one's */
    int32_t panel_count; /* threads that have some */
    void *y;             /* [max_rows × n_L] targets, or NULL if there is no room for them */
    double *weights;     /* [max_rows] of the samples, or NULL if there is no room for them */
    bool is_weighted;    /* `weights` counts; if not, all are 1 */
    void **psi;          /* [L + 1]: psi[l] is [max_rows × n_l] for l ≥ 1, or NULL if there is no way back */
    void **source; /* [L + 1]: what φ′(z_l) is computed from, [max_rows × n_l]; x[l] itself where that will do */
    void **mask;   /* [L + 1]: what dropout multiplies x_l by, [max_rows × n_l], or NULL: nothing */
    void **x;      /* [L + 1]: x[l] is X̂_l, [max_rows × (n_l + 1)] */
};

/* Some of its rows, as a pass of their own over the same memory. thread: whose panels it takes; 0 for a part of a part, which
 * keeps those that this one has. */
struct pass pass_part(const struct pass *pass, int64_t first, int64_t n, int32_t thread);

/* The rows of an array that lies as x_l does: [n_rows × n_l]. real_size: bytes of a number. */
struct matrix pass_array(const struct network *network, const struct pass *pass, void *array, int64_t l,
                         int64_t real_size);

/* x_l without its ones, [n_rows × n_l], and y, [n_rows × n_L]. */
struct matrix pass_activations(const struct network *network, const struct pass *pass, int64_t l, int64_t real_size);
struct matrix pass_targets(const struct network *network, const struct pass *pass, int64_t real_size);

/* What the sample in row i weighs. */
static inline double pass_weight(const struct pass *pass, int64_t i)
{
    return pass->is_weighted ? pass->weights[pass->first_row + i] : 1;
}

/* How many rows weigh more than 0; all, unless is_weighted. */
int64_t pass_weighty_rows(const struct pass *pass);

/* Takes the rows of weight 0 out of every array; the others move up, and keep their order. */
void pass_drop_weightless(const struct network *network, struct pass *pass, int64_t real_size);

#endif
