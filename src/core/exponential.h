/*
 * core/exponential.h - e^x, e^x − 1 and 1 / (1 + e^−x) for a whole vector of numbers.
 *
 *     x = n ln 2 + r, |r| ≤ ½ ln 2        e^x = 2^n e^r        e^r ≈ 1 + r + r² q(r)
 *
 * After Cody and Waite, "Software manual for the elementary functions", 1980: n ln 2 is taken off in two parts, the first of
 * which has so few digits that its product is exact. q is the polynomial of least error in e^r − 1, relative to |r|, by the
 * Remez algorithm: of degree 9 in double (e^r within 9e-18) and 5 in float (within 1.2e-10), so that the rounding of the
 * last operations is all that is left. The tests hold exponential() to 1 unit in the last place, exponential_m1() to 2,
 * exponential_sigmoid() to 3.5 (at x = -36.7, where 1 + 2^53 is rounded; elsewhere it was within 2.7).
 *
 * The C library's functions are as exact, but take one number at a time: no vector of them, and a call each.
 */
#ifndef DNN_CORE_EXPONENTIAL_H
#define DNN_CORE_EXPONENTIAL_H

#include "core/lanes.h"

#if DNN_REAL_F32
typedef int32_t lane_bits;
#define SIGN_BIT INT32_MIN
enum { EXPONENT_SHIFT = 23, EXPONENT_BIAS = 127 };
#define EXPONENT_LEAST (-104) /* below it e^x is 0 */
#define EXPONENT_MOST 89      /* above it, infinite */
#define EXPONENT_NORMAL_MOST 88
#define ROUNDING_SHIFT 0x1.8p23f /* a number added to it is rounded to an integer, which its lowest bits then hold */
#define ONE_BY_LN2 1.44269504f
#define LN2_HIGH 0x1.63p-1f
#define LN2_LOW (-0x1.bd0106p-13f)
#else
typedef int64_t lane_bits;
#define SIGN_BIT INT64_MIN
enum { EXPONENT_SHIFT = 52, EXPONENT_BIAS = 1023 };
#define EXPONENT_LEAST (-746)
#define EXPONENT_MOST 710
#define EXPONENT_NORMAL_MOST 709
#define ROUNDING_SHIFT 0x1.8p52
#define ONE_BY_LN2 1.4426950408889634074
#define LN2_HIGH 0x1.62e42feep-1
#define LN2_LOW 0x1.a39ef35793c76p-33
#endif

typedef lane_bits lanes_bits __attribute__((vector_size(LANES_BYTES), may_alias));

/* a where the mask's bits are set, b where not. */
LANES_INLINE lanes lanes_select(lanes_bits mask, lanes a, lanes b)
{
    return (lanes)((mask & (lanes_bits)a) | (~mask & (lanes_bits)b));
}

/* x, or the bound that it exceeds; NaN stays. */
LANES_INLINE lanes lanes_clamp(lanes x, real least, real most)
{
    const lanes above = lanes_select((lanes_bits)(x < least), lanes_of(least), x);
    return lanes_select((lanes_bits)(above > most), lanes_of(most), above);
}

#if DNN_REAL_F32
static const real exponential_q[] = {0.500000004618f,   0.166666668168f,   0.0416663553032f,
                                     0.00833327310822f, 0.00139409694998f, 0.000199141418816f};
#else
static const real exponential_q[] = {0.50000000000000054935,    0.1666666666666668588,    0.041666666666574102943,
                                     0.008333333333314663931,   0.001388888893225544604,  0.00019841269902880616071,
                                     0.00002480150457027060048, 2.7557228082627848933e-6, 2.7626283553710281455e-7,
                                     2.5114433828046727073e-8};
#endif

/* q(r) = q_0 + q_1 r + r² rest(r), by Estrin's scheme: half as long a chain of operations that wait for each other as
 * Horner's. */
LANES_INLINE lanes exponential_rest(lanes r, lanes r2)
{
    const real *q = exponential_q;
    const lanes first = (q[2] + q[3] * r) + (q[4] + q[5] * r) * r2;
#if DNN_REAL_F32
    return first;
#else
    return first + ((q[6] + q[7] * r) + (q[8] + q[9] * r) * r2) * (r2 * r2);
#endif
}

/* r² q(r) */
LANES_INLINE lanes exponential_tail(lanes r)
{
    const lanes r2 = r * r;
    return ((exponential_q[0] + exponential_q[1] * r) + exponential_rest(r, r2) * r2) * r2;
}

/* x − n ln 2 */
LANES_INLINE lanes exponential_remainder(lanes x, lanes n)
{
    return (x - n * LN2_HIGH) - n * LN2_LOW;
}

/* x = n ln 2 + r; *power: n as an integer. */
LANES_INLINE lanes exponential_reduce(lanes x, lanes_bits *power)
{
    const lanes shifted = x * ONE_BY_LN2 + ROUNDING_SHIFT;
    *power = (lanes_bits)shifted - (lanes_bits)lanes_of(ROUNDING_SHIFT);
    return exponential_remainder(x, shifted - ROUNDING_SHIFT);
}

/* 2^n, where that is a normal number */
LANES_INLINE lanes exponential_power(lanes_bits n)
{
    return (lanes)((n + EXPONENT_BIAS) << EXPONENT_SHIFT);
}

/* e^x; 0 and infinity where it leaves the range. */
LANES_INLINE lanes exponential(lanes x)
{
    lanes_bits n;
    const lanes r = exponential_reduce(lanes_clamp(x, EXPONENT_LEAST, EXPONENT_MOST), &n);
    const lanes_bits half = n >> 1; /* 2^n itself may not be normal */
    return (1 + (r + exponential_tail(r))) * exponential_power(half) * exponential_power(n - half);
}

/* e^x − 1 for x ≤ 80, exact to the last digits also where x is near 0. */
LANES_INLINE lanes exponential_m1(lanes x)
{
    lanes_bits n;
    const lanes r = exponential_reduce(lanes_clamp(x, -50, 80), &n);
    const lanes power = exponential_power(n);
    return power * (r + exponential_tail(r)) + (power - 1);
}

/* tanh |z| = t / (t + 2), t = e^(2|z|) − 1: no digits are lost near 0. It is 1, rounded, from |z| = 20 on. */
LANES_INLINE lanes exponential_tanh(lanes z)
{
    const lanes_bits sign = (lanes_bits)z & SIGN_BIT;
    const lanes magnitude = (lanes)((lanes_bits)z ^ sign);
    const lanes t = exponential_m1(2 * lanes_clamp(magnitude, 0, 20));
    return (lanes)((lanes_bits)(t / (t + 2)) | sign);
}

/* 1 / (1 + e^x) for |x| ≤ EXPONENT_NORMAL_MOST. scaled: x / ln 2, or nearly. The shortest chain of operations that wait for
 * each other, and two sums alone that round as much as 1 + e^x itself:
 *
 *     1 + e^x = ((1 + p) + (p r + p r² (q_0 + q_1 r))) + p r⁴ rest(r)        p = 2^n */
LANES_INLINE lanes exponential_logistic(lanes x, lanes scaled)
{
    const real shift = ROUNDING_SHIFT + EXPONENT_BIAS; /* the lowest bits are the power's exponent then */
    const lanes shifted = scaled + shift;
    const lanes power = (lanes)((lanes_bits)shifted << EXPONENT_SHIFT);
    const lanes r = exponential_remainder(x, shifted - shift), r2 = r * r, part = power * r2;
    const lanes near = (1 + power) + (power * r + part * (exponential_q[0] + exponential_q[1] * r));
    return 1 / (near + (part * r2) * exponential_rest(r, r2));
}

/* 1 / (1 + e^(−c z)) for any z; 0 where that is no normal number. */
LANES_INLINE lanes exponential_sigmoid(lanes z, real c)
{
    const lanes any = -c * z, x = lanes_clamp(any, -EXPONENT_NORMAL_MOST, EXPONENT_NORMAL_MOST);
    return lanes_select((lanes_bits)(any > EXPONENT_NORMAL_MOST), lanes_of(0), exponential_logistic(x, x * ONE_BY_LN2));
}

/* Each function of each number; for tests. n numbers; out may be x. */
#define exponential_all REAL_NAME(exponential_all)
#define exponential_m1_all REAL_NAME(exponential_m1_all)
#define exponential_sigmoid_all REAL_NAME(exponential_sigmoid_all)
void exponential_all(int64_t n, const real *x, real *out);
void exponential_m1_all(int64_t n, const real *x, real *out);
void exponential_sigmoid_all(int64_t n, const real *x, real *out); /* c = 1 */

/* A function of a number, and of a number and another beside it, with a constant. */
typedef lanes (*lanes_map)(lanes x, real constant);
typedef lanes (*lanes_map_two)(lanes x, lanes other, real constant);

/* out_j = f(x_j); out may be x. The last numbers go through the same f as a part of a vector. */
LANES_INLINE void lanes_for_each(lanes_map f, real constant, int64_t n, const real *x, real *out)
{
    int64_t j = 0;
    for (; j + LANES <= n; j += LANES) {
        lanes_store(f(lanes_load(x + j), constant), out + j);
    }
    if (j < n) {
        real part[LANES] = {0};
        for (int64_t k = 0; k < n - j; k++) {
            part[k] = x[j + k];
        }
        lanes_store(f(lanes_load(part), constant), part);
        for (int64_t k = 0; k < n - j; k++) {
            out[j + k] = part[k];
        }
    }
}

/* x_j = f(x_j, other_j) */
LANES_INLINE void lanes_for_each_two(lanes_map_two f, real constant, int64_t n, const real *other, real *x)
{
    int64_t j = 0;
    for (; j + LANES <= n; j += LANES) {
        lanes_store(f(lanes_load(x + j), lanes_load(other + j), constant), x + j);
    }
    if (j < n) {
        real part[LANES] = {0}, other_part[LANES] = {0};
        for (int64_t k = 0; k < n - j; k++) {
            part[k] = x[j + k];
            other_part[k] = other[j + k];
        }
        lanes_store(f(lanes_load(part), lanes_load(other_part), constant), part);
        for (int64_t k = 0; k < n - j; k++) {
            x[j + k] = part[k];
        }
    }
}

#endif
