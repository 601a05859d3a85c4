/*
 * core/standardize.c - see standardize.h. A mean and a scale a column, so a row at a time; a division, because the
 * inverse of a small scale is infinite.
 */
#include "core/standardize.h"

static inline real standardized(double in, const struct standardization *by, int64_t j)
{
    return (real)((in - by->mean[j]) / by->scale[j]);
}

void standardize_from_f64(const double *in, const struct standardization *by, struct matrix out)
{
    for (int64_t i = 0; i < out.rows; i++) {
        real *row = matrix_row(out, i);
        for (int64_t j = 0; j < out.columns; j++) {
            row[j] = standardized(in[i * out.columns + j], by, j);
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

static inline bool is_finite(real x)
{
    return (x < 0 ? -x : x) <= REAL_MAX;
}

bool standardize_fit_f64(const double *in, const struct standardization *by, int64_t rows)
{
    bool fit = true;
    for (int64_t i = 0; i < rows; i++) {
        for (int64_t j = 0; j < by->columns; j++) {
            fit &= is_finite(standardized(in[i * by->columns + j], by, j));
        }
    }
    return fit;
}

bool standardize_fit_f32(const float *in, const struct standardization *by, int64_t rows)
{
    bool fit = true;
    for (int64_t i = 0; i < rows; i++) {
        for (int64_t j = 0; j < by->columns; j++) {
            fit &= is_finite(standardized((double)in[i * by->columns + j], by, j));
        }
    }
    return fit;
}
