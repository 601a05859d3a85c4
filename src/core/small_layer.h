/*
 * core/small_layer.h - one sample through one layer: what a prediction and a step of core/small.h share.
 *
 * x̂ lies in memory in whole vectors, with its 1 and zeros behind it: a vector that is read where numbers were written one by
 * one waits until all of them have left the processor. A layer whose x̂ is one vector, on either side, is narrow: x stays
 * in a register on the way through such layers, and memory is only written.
 */
#ifndef DNN_CORE_SMALL_LAYER_H
#define DNN_CORE_SMALL_LAYER_H

#if DNN_REAL_F32
#define LANES_BYTES 16
#else
#define LANES_BYTES 32
#endif
#include "core/small_apply.h"
#include "core/small_step.h"

#include <stdbool.h>

_Static_assert(LANES == 4, "four neurons of a layer at a time");
_Static_assert(SMALL_ROW >= SMALL_WIDEST + LANES, "a row has room for whole vectors");

/* Four numbers of a, whose places are 0 to 3, and of b, whose places are 4 to 7. */
#if defined(__clang__) || __GNUC__ >= 12
#define SMALL_PICK(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#else
#define SMALL_PICK(a, b, i, j, k, l) __builtin_shuffle(a, b, (lanes_bits){i, j, k, l})
#endif
#define SMALL_REPEAT(a, i) SMALL_PICK(a, a, i, i, i, i)

/* Stands for each row of W behind the last: its z is 0. */
static const real small_no_row[SMALL_ROW];

LANES_INLINE const real *small_row(const struct layer *layer, const real *w, int64_t i)
{
    return i < layer->n_out ? w + i * layer->stride : small_no_row;
}

LANES_INLINE bool small_is_narrow(const struct layer *layer)
{
    return layer->n_in < LANES && layer->n_out < LANES;
}

/* v, but after `count` numbers, three at most, a 1 and zeros. */
LANES_INLINE lanes small_end(lanes v, int64_t count)
{
    static const _Alignas(LANES_BYTES) lane_bits kept[LANES][LANES] = {{0}, {-1}, {-1, -1}, {-1, -1, -1}};
    static const real one[LANES][LANES] = {{1}, {0, 1}, {0, 0, 1}, {0, 0, 0, 1}};
    const lanes_bits mask = *(const lanes_bits *)(const void *)kept[count];
    return (lanes)(((lanes_bits)v & mask) | (lanes_bits)lanes_load(one[count]));
}

/* True if |x_k| > most for one of them, or NaN. The bits of numbers without a sign are ordered as they are. */
LANES_INLINE bool small_any_beyond(lanes x, real most)
{
    const lanes_bits beyond = ((lanes_bits)x & ~SIGN_BIT) > (lanes_bits)lanes_of(most);
    return ((beyond[0] | beyond[1]) | (beyond[2] | beyond[3])) != 0;
}

/* φ(z). The sigmoid, which most small networks have, is not made to wait for z to be held to the range: that is rare. */
LANES_INLINE lanes small_activate(const struct activation *activation, lanes z)
{
    const real slope = (real)activation->slope;
    const lanes x = -slope * z;
    if (activation->kind == ACTIVATION_SIGMOID && !small_any_beyond(x, EXPONENT_NORMAL_MOST)) {
        return exponential_logistic(x, (-slope * ONE_BY_LN2) * z);
    }
    return small_apply(activation, z);
}

/* z of a narrow layer: the columns of W, each times a number of x. */
LANES_INLINE lanes small_sum_columns(const struct layer *layer, const real *w, lanes x)
{
    const lanes row0 = lanes_load(w), row1 = lanes_load(small_row(layer, w, 1)),
                row2 = lanes_load(small_row(layer, w, 2)), row3 = lanes_of(0);
    const lanes even01 = SMALL_PICK(row0, row1, 0, 4, 2, 6), odd01 = SMALL_PICK(row0, row1, 1, 5, 3, 7);
    const lanes even23 = SMALL_PICK(row2, row3, 0, 4, 2, 6), odd23 = SMALL_PICK(row2, row3, 1, 5, 3, 7);
    const lanes w0 = SMALL_PICK(even01, even23, 0, 1, 4, 5), w1 = SMALL_PICK(odd01, odd23, 0, 1, 4, 5),
                w2 = SMALL_PICK(even01, even23, 2, 3, 6, 7), w3 = SMALL_PICK(odd01, odd23, 2, 3, 6, 7);
    switch (layer->n_in) { /* the last column is the bias */
    case 1:
        return w1 + w0 * SMALL_REPEAT(x, 0);
    case 2:
        return (w2 + w0 * SMALL_REPEAT(x, 0)) + w1 * SMALL_REPEAT(x, 1);
    default:
        return ((w3 + w0 * SMALL_REPEAT(x, 0)) + w1 * SMALL_REPEAT(x, 1)) + w2 * SMALL_REPEAT(x, 2);
    }
}

/* z_i … z_{i+3}: a vector a row, and the four sums across them together. x_hat: [n_in + 1], whole vectors */
LANES_INLINE lanes small_sum_rows(const struct layer *layer, const real *w, int64_t i, const real *x_hat)
{
    const real *row0 = small_row(layer, w, i), *row1 = small_row(layer, w, i + 1), *row2 = small_row(layer, w, i + 2),
               *row3 = small_row(layer, w, i + 3);
    lanes a = lanes_of(0), b = a, c = a, d = a;
    for (int64_t j = 0; j <= layer->n_in; j += LANES) {
        const lanes x = lanes_load(x_hat + j);
        a += lanes_load(row0 + j) * x;
        b += lanes_load(row1 + j) * x;
        c += lanes_load(row2 + j) * x;
        d += lanes_load(row3 + j) * x;
    }
    const lanes ab = SMALL_PICK(a, b, 0, 4, 2, 6) + SMALL_PICK(a, b, 1, 5, 3, 7);
    const lanes cd = SMALL_PICK(c, d, 0, 4, 2, 6) + SMALL_PICK(c, d, 1, 5, 3, 7);
    return SMALL_PICK(ab, cd, 0, 1, 4, 5) + SMALL_PICK(ab, cd, 2, 3, 6, 7);
}

/* x̂_{l+1} from x̂_l. Each: [n + 1], whole vectors. A call, so that narrow layers keep the registers. */
static __attribute__((noinline)) void small_forward_wide(const struct layer *layer, const real *w, const real *x_hat,
                                                         real *x_hat_next)
{
    int64_t i = 0;
    for (; i + LANES <= layer->n_out; i += LANES) {
        lanes_store(small_activate(&layer->activation, small_sum_rows(layer, w, i, x_hat)), x_hat_next + i);
    }
    lanes last = lanes_of(0);
    if (i < layer->n_out) {
        last = small_activate(&layer->activation, small_sum_rows(layer, w, i, x_hat));
    }
    lanes_store(small_end(last, layer->n_out - i), x_hat_next + i);
}

/* The same for any layer. x: the first vector of x_l. Returns that of x_{l+1}. */
LANES_INLINE lanes small_forward(const struct layer *layer, const real *w, lanes x, const real *x_hat, real *x_hat_next)
{
    if (!small_is_narrow(layer)) {
        small_forward_wide(layer, w, x_hat, x_hat_next);
        return lanes_load(x_hat_next);
    }
    const lanes x_next = small_activate(&layer->activation, small_sum_columns(layer, w, x));
    lanes_store(small_end(x_next, layer->n_out), x_hat_next);
    return x_next;
}

/* The next four of n − j numbers, then a 1 and zeros. */
LANES_INLINE lanes small_take_four(const volatile double *from, int64_t left)
{
    switch (left) {
    case 0:
        return (lanes){1};
    case 1:
        return (lanes){(real)from[0], 1};
    case 2:
        return (lanes){(real)from[0], (real)from[1], 1};
    case 3:
        return (lanes){(real)from[0], (real)from[1], (real)from[2], 1};
    default:
        return (lanes){(real)from[0], (real)from[1], (real)from[2], (real)from[3]};
    }
}

/* out = in, or (in − mean) / scale, then a 1 and zeros, in whole vectors. *first: the first of them. False if a number is not
 * finite in the core's precision. The caller has just written his numbers one by one, most likely, so they are read so:
 * volatile, or the compiler would make vectors of them. */
LANES_INLINE bool small_take(const double *in, const struct standardization *by, int64_t n, real *out, lanes *first)
{
    double standardized[SMALL_WIDEST];
    for (int64_t j = 0; by != NULL && j < n; j++) {
        standardized[j] = small_input(in[j], by, j);
    }
    const volatile double *from = by != NULL ? standardized : in;
    *first = small_take_four(from, n);
    lanes_store(*first, out);
    lanes spoilt = *first - *first; /* v − v is NaN for an infinity and for NaN */
    for (int64_t j = LANES; j <= n; j += LANES) {
        const lanes v = small_take_four(from + j, n - j);
        lanes_store(v, out + j);
        spoilt += v - v;
    }
    return (spoilt[0] + spoilt[1]) + (spoilt[2] + spoilt[3]) == 0;
}

#endif
