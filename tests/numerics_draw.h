/*
 * numerics_draw.h - weights, inputs and targets of every kind that may strain a network.
 */
#ifndef DNN_TESTS_NUMERICS_DRAW_H
#define DNN_TESTS_NUMERICS_DRAW_H

#include "numerics_case.h"
#include "support.h"

enum numerics_kind {
    NUMERICS_ORDINARY,
    NUMERICS_HUGE_TIMES_TINY, /* W_0 around 1e300, x around 1e-300: z is ordinary */
    NUMERICS_TINY_TIMES_HUGE, /* the other way around */
    NUMERICS_SATURATED,       /* W around 1e4 */
    NUMERICS_SMALL,           /* products underflow */
    NUMERICS_DENORMAL,        /* x denormal */
    NUMERICS_ZEROS,           /* W and x: 0, -0, 1 and -1 */
    NUMERICS_WILD_X,          /* x of all these kinds, W ordinary */
    NUMERICS_WILD,            /* everything */
    NUMERICS_HUGE_W,          /* W around 1e300 in all layers, x ordinary */
    NUMERICS_KINDS
};

/* 0 … limit - 1 */
int numerics_below(struct generator *g, int limit);

/* Draws theta, x and y of a case, whose rest is there. Released with numerics_free. */
void numerics_draw(struct numerics_case *c, struct generator *g, enum numerics_kind kind);
void numerics_free(struct numerics_case *c);

#endif
