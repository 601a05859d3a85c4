/*
 * core/standardize.h - inputs shifted by their mean and divided by their scale, on the way into the core's rows.
 */
#ifndef DNN_CORE_STANDARDIZE_H
#define DNN_CORE_STANDARDIZE_H

#include <stdint.h>

struct standardization {
    int64_t columns;
    double *mean;  /* [columns] */
    double *scale; /* [columns], > 0 */
};

#ifdef DNN_REAL_F32
#include "core/real.h"
#define standardize_from_f64 REAL_NAME(standardize_from_f64)
#define standardize_from_f32 REAL_NAME(standardize_from_f32)
#define standardize_from_u8 REAL_NAME(standardize_from_u8)
#define standardize_fit_f64 REAL_NAME(standardize_fit_f64)
#define standardize_fit_f32 REAL_NAME(standardize_fit_f32)

/* out = (in − mean) / scale, computed in double. `in` is dense, [out.rows × out.columns]; bytes are read as in /
 * 255. */
void standardize_from_f64(const double *in, const struct standardization *by, struct matrix out);
void standardize_from_f32(const float *in, const struct standardization *by, struct matrix out);
void standardize_from_u8(const uint8_t *in, const struct standardization *by, struct matrix out);

/* True if all of the above, [rows × columns], would be finite in the core's precision. */
bool standardize_fit_f64(const double *in, const struct standardization *by, int64_t rows);
bool standardize_fit_f32(const float *in, const struct standardization *by, int64_t rows);
#endif

#endif
