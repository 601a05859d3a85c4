/*
 * core/norm.c - see norm.h. The loops carry no branch, so that the compiler can make vectors of them.
 */
#include "core/norm.h"

#include <math.h>

/* max |v_j| over v: [n]; a NaN is an infinity. */
static real largest_of(int64_t n, const real *v)
{
    real largest = 0;
    int32_t finite = 1;
    for (int64_t j = 0; j < n; j++) {
        const real magnitude = v[j] < 0 ? -v[j] : v[j];
        largest = magnitude > largest ? magnitude : largest;
        finite &= magnitude <= REAL_MAX;
    }
    return finite ? largest : (real)INFINITY;
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
