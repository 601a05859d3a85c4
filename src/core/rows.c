/*
 * core/rows.c - see rows.h. Loops that a compiler turns into vector conversions; a row at a time, since the padding is
 * not the caller's.
 */
#include "core/rows.h"

#include <math.h>
#include <string.h>

void rows_from_f64(const double *in, struct matrix out)
{
    for (int64_t i = 0; i < out.rows; i++) {
        const double *source = in + i * out.columns;
        real *row = matrix_row(out, i);
        for (int64_t j = 0; j < out.columns; j++) {
            row[j] = (real)source[j];
        }
    }
}

void rows_from_f32(const float *in, struct matrix out)
{
    for (int64_t i = 0; i < out.rows; i++) {
        const float *source = in + i * out.columns;
        real *row = matrix_row(out, i);
        for (int64_t j = 0; j < out.columns; j++) {
            row[j] = (real)source[j];
        }
    }
}

void rows_from_u8(const uint8_t *in, struct matrix out)
{
    for (int64_t i = 0; i < out.rows; i++) {
        const uint8_t *source = in + i * out.columns;
        real *row = matrix_row(out, i);
        for (int64_t j = 0; j < out.columns; j++) {
            row[j] = (real)source[j] / 255;
        }
    }
}

void rows_from_label(int32_t label, struct matrix out)
{
    real *row = out.data;
    memset(row, 0, (size_t)out.columns * sizeof(real));
    row[label] = 1;
}

void rows_to_f64(struct matrix in, double *out)
{
    for (int64_t i = 0; i < in.rows; i++) {
        const real *row = matrix_row(in, i);
        double *target = out + i * in.columns;
        for (int64_t j = 0; j < in.columns; j++) {
            target[j] = (double)row[j];
        }
    }
}

void rows_to_f32(struct matrix in, float *out)
{
    for (int64_t i = 0; i < in.rows; i++) {
        const real *row = matrix_row(in, i);
        float *target = out + i * in.columns;
        for (int64_t j = 0; j < in.columns; j++) {
            target[j] = (float)row[j];
        }
    }
}

static int32_t largest_column(int64_t n, const real *y)
{
    int64_t best = 0;
    for (int64_t j = 1; j < n; j++) {
        /* Whatever is no NaN is larger than one. */
        best = y[j] > y[best] || (isnan(y[best]) && !isnan(y[j])) ? j : best;
    }
    return (int32_t)best;
}

void rows_to_classes(struct matrix y, int32_t *label)
{
    for (int64_t i = 0; i < y.rows; i++) {
        const real *row = matrix_row(y, i);
        label[i] = y.columns == 1 ? row[0] >= (real)0.5 : largest_column(y.columns, row);
    }
}

void rows_add(struct matrix in, struct matrix out)
{
    for (int64_t i = 0; i < out.rows; i++) {
        const real *source = matrix_row(in, i);
        real *row = matrix_row(out, i);
        for (int64_t j = 0; j < out.columns; j++) {
            row[j] += source[j];
        }
    }
}

bool rows_fit_f64(const double *values, int64_t count)
{
    int32_t fit = 1;
    for (int64_t i = 0; i < count; i++) {
        const double magnitude = values[i] < 0 ? -values[i] : values[i];
        fit &= magnitude <= (double)REAL_MAX;
    }
    return fit;
}

bool rows_fit_f32(const float *values, int64_t count)
{
    int32_t fit = 1;
    for (int64_t i = 0; i < count; i++) {
        const float magnitude = values[i] < 0 ? -values[i] : values[i];
        fit &= magnitude <= FLT_MAX;
    }
    return fit;
}
