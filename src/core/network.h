/*
 * core/network.h - what a network is: its shapes, its activations, and where each weight lies in one arena.
 *
 * All weights of a network are one flat array (so an optimizer knows no layers), in which W_l is a matrix whose rows
 * are padded to 64 bytes: each starts on a cache line. A row is never a multiple of 4096 bytes long, because then its
 * columns would all fall into the same few cache sets. The padding is 0 and stays 0.
 */
#ifndef DNN_CORE_NETWORK_H
#define DNN_CORE_NETWORK_H

#include "core/matrix.h"

#include <stdbool.h>
#include <stdint.h>

/* The largest layer whose padded row the BLAS can still count with 32 bits: 2³¹ − 128. */
enum { NETWORK_LARGEST_LAYER = 2147483520 };

/* Which constant of a config an activation has. */
enum slope_kind { SLOPE_NONE, SLOPE_OF_SIGMOID, SLOPE_OF_LEAKY_RELU, SLOPE_OF_ELU };

/* φ, with the constants that it may have. */
struct activation {
    int32_t kind;  /* index in the table of activations */
    double slope;  /* c of sigmoid(c z); the slope below 0 of leaky_relu; α of elu */
    bool tutorial; /* sigmoid: φ′ = x (1 − x), without the factor c */
};

/* E, with the constant that it may have. */
struct loss {
    int32_t kind; /* index in the table of losses */
    double delta; /* of huber: where its parabola ends */
};

struct layer {
    int64_t n_in;
    int64_t n_out;
    int64_t stride; /* numbers from one row of W to the next */
    int64_t offset; /* of W in the arena */
    struct activation activation;
    bool keeps_z; /* φ′, or the loss, is computed from z and not from x */
};

struct network {
    int64_t depth;           /* L: how many weight matrices */
    int64_t parameter_count; /* weights, without the padding */
    int64_t arena_count;     /* weights, with it */
    bool is_fused;           /* one sample goes through loops of our own, and not through the BLAS */
    bool has_products;       /* and so do many */
    bool is_small;           /* and through those of core/small.h */
    struct loss loss;
    struct layer layers[]; /* [depth]: layers[l] holds W_l, which leads from x_l to x_{l+1} */
};

/* Some rows of W_l: one part of a product or an update, for whoever shares it with others. */
struct rows {
    int64_t l;
    int64_t first;
    int64_t count;
};

/* All rows of W_l. */
struct rows network_rows(const struct network *network, int64_t l);

/* Fills in shapes and places for n_0 … n_L. real_size: bytes of a number. network: has room for layer_count − 1
 * layers; their activations, and the loss, are left alone. False if a size overflows. */
bool network_layout(struct network *network, const int64_t *sizes, int64_t layer_count, int64_t real_size);

/* n_l, 0 ≤ l ≤ L. */
int64_t network_size(const struct network *network, int64_t l);

/* W_l in an arena of weights or gradients: [n_{l+1} × (n_l + 1)]. */
struct matrix network_weights(const struct network *network, const void *arena, int64_t l, int64_t real_size);

/* Numbers from one row of X̂_l to the next. */
int64_t network_row_stride(const struct network *network, int64_t l, int64_t real_size);

#endif
