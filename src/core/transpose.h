/*
 * core/transpose.h - LANES × LANES numbers, turned round in registers.
 *
 * One round interleaves vector i with vector i + LANES / 2. Of the index of a number, row and column as one binary word, that is
 * a rotation by one bit; as many rounds as a column has bits make columns of rows.
 */
#ifndef DNN_CORE_TRANSPOSE_H
#define DNN_CORE_TRANSPOSE_H

#include "core/lanes.h"

#if LANES_BYTES == 64
#define TRANSPOSE_ORDER_F32_LOW 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define TRANSPOSE_ORDER_F32_HIGH 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#define TRANSPOSE_ORDER_F64_LOW 0, 8, 1, 9, 2, 10, 3, 11
#define TRANSPOSE_ORDER_F64_HIGH 4, 12, 5, 13, 6, 14, 7, 15
#elif LANES_BYTES == 32
#define TRANSPOSE_ORDER_F32_LOW 0, 8, 1, 9, 2, 10, 3, 11
#define TRANSPOSE_ORDER_F32_HIGH 4, 12, 5, 13, 6, 14, 7, 15
#define TRANSPOSE_ORDER_F64_LOW 0, 4, 1, 5
#define TRANSPOSE_ORDER_F64_HIGH 2, 6, 3, 7
#else
#define TRANSPOSE_ORDER_F32_LOW 0, 4, 1, 5
#define TRANSPOSE_ORDER_F32_HIGH 2, 6, 3, 7
#define TRANSPOSE_ORDER_F64_LOW 0, 2
#define TRANSPOSE_ORDER_F64_HIGH 1, 3
#endif
#if DNN_REAL_F32
#define TRANSPOSE_LOW TRANSPOSE_ORDER_F32_LOW
#define TRANSPOSE_HIGH TRANSPOSE_ORDER_F32_HIGH
#else
#define TRANSPOSE_LOW TRANSPOSE_ORDER_F64_LOW
#define TRANSPOSE_HIGH TRANSPOSE_ORDER_F64_HIGH
#endif

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define TRANSPOSE_IN_REGISTERS 1
#endif
#endif

/* v[i][j] ↔ v[j][i] */
LANES_INLINE void transpose(lanes v[LANES])
{
#if TRANSPOSE_IN_REGISTERS
#pragma GCC unroll 4
    for (int round = 1; round < LANES; round *= 2) {
        lanes turned[LANES];
#pragma GCC unroll 8
        for (int i = 0; i < LANES / 2; i++) {
            turned[2 * i] = __builtin_shufflevector(v[i], v[i + LANES / 2], TRANSPOSE_LOW);
            turned[2 * i + 1] = __builtin_shufflevector(v[i], v[i + LANES / 2], TRANSPOSE_HIGH);
        }
#pragma GCC unroll 16
        for (int i = 0; i < LANES; i++) {
            v[i] = turned[i];
        }
    }
#else
    real numbers[LANES][LANES];
    memcpy(numbers, v, sizeof numbers);
    for (int i = 0; i < LANES; i++) {
        for (int j = 0; j < LANES; j++) {
            v[i][j] = numbers[j][i];
        }
    }
#endif
}

#endif
