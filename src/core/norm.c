/*
 * core/norm.c - see norm.h.
 *
 * Without their sign, IEEE 754 numbers are in the same order as their bits read as integers, and infinities and NaN come
 * after all finite ones. So the largest magnitude is the largest integer, and a NaN cannot be lost in a comparison. On
 * integers the compiler makes vectors of the lanes; on floating-point numbers gcc 12 left them scalar, 40 times slower.
 */
#include "core/norm.h"

#include <math.h>
#include <string.h>

#if DNN_REAL_F32
typedef int32_t bits;
#define BITS_OF_MAGNITUDE INT32_MAX
#else
typedef int64_t bits;
#define BITS_OF_MAGNITUDE INT64_MAX
#endif

enum { LANES = 16 };

/* largest[k] = max(largest[k], the bits of |v_k|) */
static inline void take(bits *largest, int64_t count, const real *v)
{
    for (int64_t k = 0; k < count; k++) {
        bits magnitude;
        memcpy(&magnitude, v + k, sizeof magnitude);
        magnitude &= BITS_OF_MAGNITUDE;
        largest[k] = magnitude > largest[k] ? magnitude : largest[k];
    }
}

/* max |v_j| over v: [n]; a NaN is an infinity. */
static real largest_of(int64_t n, const real *v)
{
    bits lanes[LANES] = {0}, largest = 0;
    int64_t j = 0;
    for (; j + LANES <= n; j += LANES) {
        take(lanes, LANES, v + j);
    }
    for (int32_t k = 0; j > 0 && k < LANES; k++) {
        largest = lanes[k] > largest ? lanes[k] : largest;
    }
    for (; j < n; j++) {
        take(&largest, 1, v + j);
    }
    real magnitude;
    memcpy(&magnitude, &largest, sizeof magnitude);
    return isfinite(magnitude) ? magnitude : (real)INFINITY;
}

double norm_largest(struct matrix a)
{
    real largest = 0;
    for (int64_t i = 0; i < a.rows; i++) {
        const real row = largest_of(a.columns, matrix_row(a, i));
        largest = row > largest ? row : largest;
    }
    return (double)largest;
}

/* Σ (a_ij / largest)² */
static double sum_of_shares(struct matrix a, double largest)
{
    double sum = 0;
    for (int64_t i = 0; i < a.rows; i++) {
        const real *row = matrix_row(a, i);
        for (int64_t j = 0; j < a.columns; j++) {
            const double share = (double)row[j] / largest;
            sum += share * share;
        }
    }
    return sum;
}

double norm_frobenius(struct matrix a)
{
    const double largest = norm_largest(a);
    return !(largest > 0) || isinf(largest) ? largest : largest * sqrt(sum_of_shares(a, largest));
}

double norm_root_mean_square(struct matrix a)
{
    const double largest = norm_largest(a), count = (double)a.rows * (double)a.columns;
    return !(largest > 0) || isinf(largest) ? largest : largest * sqrt(fmin(1, sum_of_shares(a, largest) / count));
}
