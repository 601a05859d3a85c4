/*
 * core/norm.c - see norm.h. The loops are written so that the compiler makes vectors of them.
 */
#include "core/norm.h"

#include <math.h>

enum { LANES = 16 };

/* The largest so far of each lane, and a sum that is 0 while all are finite: m − m is NaN for an infinity and for NaN. */
struct lanes {
    real largest[LANES];
    real spoilt[LANES];
};

static inline void take(struct lanes *lanes, int64_t count, const real *v)
{
    for (int64_t k = 0; k < count; k++) {
        const real magnitude = v[k] < 0 ? -v[k] : v[k];
        lanes->largest[k] = magnitude > lanes->largest[k] ? magnitude : lanes->largest[k];
        lanes->spoilt[k] += magnitude - magnitude;
    }
}

/* max |v_j| over v: [n]; a NaN is an infinity. In lanes, because the compiler may not take one maximum in another order. */
static real largest_of(int64_t n, const real *v)
{
    struct lanes lanes = {{0}, {0}};
    int64_t j = 0;
    for (; j + LANES <= n; j += LANES) {
        take(&lanes, LANES, v + j);
    }
    take(&lanes, n - j, v + j);
    real largest = 0, spoilt = 0;
    for (int32_t k = 0; k < LANES; k++) {
        largest = lanes.largest[k] > largest ? lanes.largest[k] : largest;
        spoilt += lanes.spoilt[k];
    }
    return spoilt == 0 ? largest : (real)INFINITY;
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

double norm_frobenius(struct matrix a)
{
    const double largest = norm_largest(a);
    if (!(largest > 0) || isinf(largest)) {
        return largest;
    }
    double sum = 0;
    for (int64_t i = 0; i < a.rows; i++) {
        const real *row = matrix_row(a, i);
        for (int64_t j = 0; j < a.columns; j++) {
            const double share = (double)row[j] / largest;
            sum += share * share;
        }
    }
    return largest * sqrt(sum);
}
