/*
 * core/real.h - the number type that the core computes in.
 *
 * The core is written once and compiled for double (DNN_REAL_F32=0) and for float (=1), each once for any processor and,
 * with DNN_CORE_VERSION=_avx2 and the like, for those that have more: see core/version.h. Each header that declares
 * functions of `real` gives them, by REAL_NAME, a name of their own per version; the code reads as if there were one.
 */
#ifndef DNN_CORE_REAL_H
#define DNN_CORE_REAL_H

#include "core/matrix.h"

#include <float.h>
#include <stdbool.h>
#include <stdint.h>

#ifndef DNN_CORE_VERSION
#define DNN_CORE_VERSION
#endif
#define REAL_JOIN(name, precision, version) name##precision##version
#define REAL_JOIN_EXPANDED(name, precision, version) REAL_JOIN(name, precision, version)
#define REAL_NAME(name) REAL_JOIN_EXPANDED(name, REAL_SUFFIX, DNN_CORE_VERSION)

#if DNN_REAL_F32
typedef float real;
#define REAL_SUFFIX _f32
#define REAL_MAX FLT_MAX
#define REAL_MIN FLT_MIN
#define REAL_DIGITS FLT_MANT_DIG
#define REAL_PRECISION "f32"
#else
typedef double real;
#define REAL_SUFFIX _f64
#define REAL_MAX DBL_MAX
#define REAL_MIN DBL_MIN
#define REAL_DIGITS DBL_MANT_DIG
#define REAL_PRECISION "f64"
#endif

/* Row i of a matrix. */
static inline real *matrix_row(struct matrix a, int64_t i)
{
    return (real *)a.data + i * a.stride;
}

#endif
