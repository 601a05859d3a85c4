/*
 * core/moments.c - see moments.h. Columns are scaled by powers of two, which is exact, so that numbers of any size have
 * a variance.
 */
#include "core/moments.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

void moments_begin(struct moments *moments)
{
    moments->count = 0;
    for (int64_t j = 0; j < moments->columns; j++) {
        moments->mean[j] = 0;
        moments->squares[j] = 0;
        moments->exponent[j] = DBL_MIN_EXP;
    }
}

void moments_look(struct moments *moments, const double *row)
{
    for (int64_t j = 0; j < moments->columns; j++) {
        int exponent;
        frexp(row[j], &exponent); /* |row[j]| < 2^exponent */
        if (exponent > moments->exponent[j] && row[j] != 0) {
            moments->exponent[j] = exponent;
        }
    }
}

static double scaled(const struct moments *moments, const double *row, int64_t j)
{
    return moments->exponent == NULL ? row[j] : ldexp(row[j], -(int)moments->exponent[j]);
}

void moments_add(struct moments *moments, const double *row)
{
    moments->count++;
    for (int64_t j = 0; j < moments->columns; j++) {
        const double x = scaled(moments, row, j);
        const double distance = x - moments->mean[j];
        moments->mean[j] += distance / (double)moments->count;
        moments->squares[j] += distance * (x - moments->mean[j]);
    }
}

void moments_standardize(const struct moments *moments, double *mean, double *scale)
{
    for (int64_t j = 0; j < moments->columns; j++) {
        const int exponent = moments->exponent == NULL ? 0 : (int)moments->exponent[j];
        const double centre = moments->mean[j];
        const double deviation = sqrt(moments->squares[j] / (double)moments->count);
        /* What the rounding of a mean alone makes of equal numbers, with room to spare. */
        const bool is_constant = deviation <= 8 * DBL_EPSILON * fabs(centre);
        const double size = ldexp(deviation, exponent);
        mean[j] = ldexp(centre, exponent);
        scale[j] = is_constant || size == 0 ? 1 : size;
    }
}

double moments_score(const struct moments *moments, const double *residual)
{
    double sum = 0;
    for (int64_t j = 0; j < moments->columns; j++) {
        const double squares = moments->squares[j];
        sum += squares > 0 ? 1 - residual[j] / squares : residual[j] == 0 ? 1 : 0;
    }
    return sum / (double)moments->columns;
}
