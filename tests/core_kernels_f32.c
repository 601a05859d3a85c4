/*
 * core_kernels_f32.c - the table of core_kernels_f64.c, for float.
 */
#define DNN_REAL_F32 1

#include "core_kernels_f64.c"
