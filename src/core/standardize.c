/*
 * core/standardize.c - see standardize.h. A mean and a scale a column, so a row at a time; a division, because the
 * inverse of a small scale is infinite. A row of doubles that comes out infinite is looked at again: of numbers near the
 * end of the range the difference alone may overflow. Floats and bytes cannot reach there.
 */
#include "core/standardize.h"

#include <math.h>

static inline real standardized(double in, const struct standardization *by, int64_t j)
{
    return (real)((in - by->mean[j]) / by->scale[j]);
}

/* The same where in − mean overflows, though the quotient does not: both are halved, which is exact for numbers of that
 * size. */
static real standardized_by_halves(double in, const struct standardization *by, int64_t j)
{
    return isfinite(in - by->mean[j]) ? standardized(in, by, j)
                                      : (real)((in / 2 - by->mean[j] / 2) / (by->scale[j] / 2));
}

/* By fabs and not by a comparison with 0, which was made a branch on a random sign; and its results are gathered in an
 * int32_t, not in a bool, which is kept from vectors. Both together: 20 times faster. */
static inline bool is_finite(real x)
{
    return fabs((double)x) <= (double)REAL_MAX;
}

void standardize_from_f64(const double *in, const struct standardization *by, struct matrix out)
{
    for (int64_t i = 0; i < out.rows; i++) {
        const double *source = in + i * out.columns;
        real *row = matrix_row(out, i);
        int32_t fit = 1;
        for (int64_t j = 0; j < out.columns; j++) {
            row[j] = standardized(source[j], by, j);
            fit &= is_finite(row[j]);
        }
        for (int64_t j = 0; !fit && j < out.columns; j++) {
            row[j] = standardized_by_halves(source[j], by, j);
        }
    }
}

void standardize_from_f32(const float *in, const struct standardization *by, struct matrix out)
{
    for (int64_t i = 0; i < out.rows; i++) {
        real *row = matrix_row(out, i);
        for (int64_t j = 0; j < out.columns; j++) {
            row[j] = standardized((double)in[i * out.columns + j], by, j);
        }
    }
}

void standardize_from_u8(const uint8_t *in, const struct standardization *by, struct matrix out)
{
    for (int64_t i = 0; i < out.rows; i++) {
        real *row = matrix_row(out, i);
        for (int64_t j = 0; j < out.columns; j++) {
            row[j] = standardized((double)in[i * out.columns + j] / 255, by, j);
        }
    }
}

bool standardize_fit_f64(const double *in, const struct standardization *by, int64_t rows)
{
    int32_t fit = 1;
    for (int64_t i = 0; fit && i < rows; i++) {
        const double *source = in + i * by->columns;
        for (int64_t j = 0; j < by->columns; j++) {
            fit &= is_finite(standardized(source[j], by, j));
        }
        if (!fit) {
            fit = 1;
            for (int64_t j = 0; j < by->columns; j++) {
                fit &= is_finite(standardized_by_halves(source[j], by, j));
            }
        }
    }
    return fit;
}

bool standardize_fit_f32(const float *in, const struct standardization *by, int64_t rows)
{
    int32_t fit = 1;
    for (int64_t i = 0; i < rows; i++) {
        for (int64_t j = 0; j < by->columns; j++) {
            fit &= is_finite(standardized((double)in[i * by->columns + j], by, j));
        }
    }
    return fit;
}
