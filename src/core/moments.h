/*
 * core/moments.h - means and deviations of columns, in one pass over the rows each; in double alone.
 */
#ifndef DNN_CORE_MOMENTS_H
#define DNN_CORE_MOMENTS_H

#include <stdint.h>

struct moments {
    int64_t columns;
    int64_t count;    /* rows added */
    double *mean;     /* [columns] */
    double *squares;  /* [columns] Σ (x − mean)² */
    double *exponent; /* [columns], or NULL: all 0. Column j is taken as x / 2^exponent. */
};

/* Before any row is looked at. */
void moments_begin(struct moments *moments);

/* Before any row is added: exponent[j] ← such that |x / 2^exponent| of each row seen is below 1, and no square
 * overflows. row: [columns] */
void moments_look(struct moments *moments, const double *row);

/* Adds a row. Welford, "Note on a method for calculating corrected sums of squares and products", 1962. */
void moments_add(struct moments *moments, const double *row);

/* mean[j], scale[j] ← mean and standard deviation of the rows, √(Σ (x − mean)² / count); the scale of a column that is
 * constant, or differs by rounding alone, is 1. Both: [columns]; they may be moments->mean and ->squares. */
void moments_standardize(const struct moments *moments, double *mean, double *scale);

/* R² of each column against the targets whose moments these are, averaged: 1 − residual_j / squares_j; a column of
 * equal targets counts as 1 if its residual is 0, else as 0. residual: [columns] Σ (y − x)² */
double moments_score(const struct moments *moments, const double *residual);

#endif
