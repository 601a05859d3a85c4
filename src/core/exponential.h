/*
 * core/exponential.h - e^x and e^x − 1 for a whole vector of numbers.
 *
 *     x = n ln 2 + r, |r| ≤ ½ ln 2        e^x = 2^n e^r        e^r ≈ 1 + r + r² q(r)
 *
 * After Cody and Waite, "Software manual for the elementary functions", 1980: n ln 2 is taken off in two parts, the first of
 * which has so few digits that its product is exact. q is the polynomial of least error in e^r − 1, relative to |r|, by the
 * Remez algorithm: of degree 9 in double (e^r within 9e-18) and 5 in float (within 1.2e-10), so that the rounding of the
 * last operations is all that is left. The tests hold exponential() to 1 unit in the last place, and exponential_m1() to 2.
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
#define EXPONENT_NORMAL_LEAST (-87)
#define EXPONENT_NORMAL_MOST 88
#define ROUNDING_SHIFT 0x1.8p23f /* a number added to it is rounded to an integer, which its lowest bits then hold */
#define LN2_HIGH 0x1.63p-1f
#define LN2_LOW (-0x1.bd0106p-13f)
#else
typedef int64_t lane_bits;
#define SIGN_BIT INT64_MIN
enum { EXPONENT_SHIFT = 52, EXPONENT_BIAS = 1023 };
#define EXPONENT_LEAST (-746)
#define EXPONENT_MOST 710
#define EXPONENT_NORMAL_LEAST (-708)
#define EXPONENT_NORMAL_MOST 709
#define ROUNDING_SHIFT 0x1.8p52
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

/* r² q(r) */
LANES_INLINE lanes exponential_tail(lanes r)
{
#if DNN_REAL_F32
    static const real q[] = {0.500000004618f,   0.166666668168f,   0.0416663553032f,
                             0.00833327310822f, 0.00139409694998f, 0.000199141418816f};
#else
    static const real q[] = {0.50000000000000054935,    0.1666666666666668588,    0.041666666666574102943,
                             0.008333333333314663931,   0.001388888893225544604,  0.00019841269902880616071,
                             0.00002480150457027060048, 2.7557228082627848933e-6, 2.7626283553710281455e-7,
                             2.5114433828046727073e-8};
#endif
    /* Estrin's scheme: half as long a chain of operations that wait for each other as Horner's. */
    const lanes r2 = r * r, r4 = r2 * r2;
    lanes sum = (q[0] + q[1] * r) + (q[2] + q[3] * r) * r2;
#if DNN_REAL_F32
    sum += (q[4] + q[5] * r) * r4;
#else
    sum += ((q[4] + q[5] * r) + (q[6] + q[7] * r) * r2) * r4 + (q[8] + q[9] * r) * (r4 * r4);
#endif
    return sum * r2;
}

/* x = n ln 2 + r; *power: n as an integer. */
LANES_INLINE lanes exponential_reduce(lanes x, lanes_bits *power)
{
    const lanes shifted = x * (real)1.4426950408889634074 + ROUNDING_SHIFT;
    const lanes n = shifted - ROUNDING_SHIFT;
    *power = (lanes_bits)shifted - (lanes_bits)lanes_of(ROUNDING_SHIFT);
    return (x - n * LN2_HIGH) - n * LN2_LOW;
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

/* e^x, held to the normal numbers: at their two ends where it leaves them. Fewer operations. */
LANES_INLINE lanes exponential_normal(lanes x)
{
    lanes_bits n;
    const lanes r = exponential_reduce(lanes_clamp(x, EXPONENT_NORMAL_LEAST, EXPONENT_NORMAL_MOST), &n);
    return (1 + (r + exponential_tail(r))) * exponential_power(n);
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

/* Either function of each number; for tests. n numbers; out may be x. */
#define exponential_all REAL_NAME(exponential_all)
#define exponential_m1_all REAL_NAME(exponential_m1_all)
void exponential_all(int64_t n, const real *x, real *out);
void exponential_m1_all(int64_t n, const real *x, real *out);

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
