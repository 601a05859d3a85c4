/*
 * core/rows.h - the caller's dense arrays into the core's padded rows, and back.
 */
#ifndef DNN_CORE_ROWS_H
#define DNN_CORE_ROWS_H

#include "core/real.h"

#define rows_from_f64 REAL_NAME(rows_from_f64)
#define rows_from_f32 REAL_NAME(rows_from_f32)
#define rows_from_u8 REAL_NAME(rows_from_u8)
#define rows_from_label REAL_NAME(rows_from_label)
#define rows_to_f64 REAL_NAME(rows_to_f64)
#define rows_to_f32 REAL_NAME(rows_to_f32)
#define rows_to_classes REAL_NAME(rows_to_classes)
#define rows_add REAL_NAME(rows_add)
#define rows_fit_f64 REAL_NAME(rows_fit_f64)
#define rows_fit_f32 REAL_NAME(rows_fit_f32)

/* `in` is dense, [out.rows × out.columns]. */
void rows_from_f64(const double *in, struct matrix out);
void rows_from_f32(const float *in, struct matrix out);
void rows_from_u8(const uint8_t *in, struct matrix out); /* as in / 255 */

/* One row: 1 at `label`, else 0. out: [1 × classes] */
void rows_from_label(int32_t label, struct matrix out);

/* `out` is dense, [in.rows × in.columns]. */
void rows_to_f64(struct matrix in, double *out);
void rows_to_f32(struct matrix in, float *out);

/* The class that each row means: its largest number's column, the first of equals; with one column, 1 if it is ≥
 * 1/2, else 0. label: [y.rows] */
void rows_to_classes(struct matrix y, int32_t *label);

/* out += in. Both: [rows × columns] */
void rows_add(struct matrix in, struct matrix out);

/* True if all of values, [count], are finite in the core's precision. */
bool rows_fit_f64(const double *values, int64_t count);
bool rows_fit_f32(const float *values, int64_t count);

#endif
