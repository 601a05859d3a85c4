/*
 * core/norm.h - how large the numbers of a matrix are.
 */
#ifndef DNN_CORE_NORM_H
#define DNN_CORE_NORM_H

#include "core/real.h"

#define norm_largest REAL_NAME(norm_largest)
#define norm_frobenius REAL_NAME(norm_frobenius)
#define norm_root_mean_square REAL_NAME(norm_root_mean_square)

/* max |a_ij|; infinity if a number is infinite or NaN. */
double norm_largest(struct matrix a);

/* ‖A‖ = √(Σ a_ij²), without overflow on the way; infinity if a number is infinite or NaN. */
double norm_frobenius(struct matrix a);

/* √(Σ a_ij² / count): never larger than the largest, where the norm itself may overflow. */
double norm_root_mean_square(struct matrix a);

#endif
