/*
 * core/lanes.h - a vector register as a type, in the C of GCC and Clang: as wide as the version of the core may use.
 *
 * The compiler does not make vectors of a dot product by itself, because that adds in another order; here the order is
 * written down. It makes several narrower operations of one where a processor has no register that wide.
 */
#ifndef DNN_CORE_LANES_H
#define DNN_CORE_LANES_H

#include "core/real.h"

#if defined(LANES_BYTES)
/* the file that includes this wants another width */
#elif defined(__AVX512F__)
#define LANES_BYTES 64
#elif defined(__AVX__)
#define LANES_BYTES 32
#else
#define LANES_BYTES 16
#endif

enum { LANES = LANES_BYTES / sizeof(real) };

/* May lie anywhere in an array of numbers. */
typedef real lanes __attribute__((vector_size(LANES_BYTES), aligned(sizeof(real)), may_alias));

/* For the small functions whose loops must be unrolled into their caller's registers. */
#define LANES_INLINE static inline __attribute__((always_inline))

LANES_INLINE lanes lanes_load(const real *from)
{
    return *(const lanes *)(const void *)from;
}

LANES_INLINE void lanes_store(lanes v, real *to)
{
    *(lanes *)(void *)to = v;
}

LANES_INLINE lanes lanes_of(real number)
{
    return (lanes){0} + number;
}

/* Σ v_k, in halves: the sum of a tree. */
LANES_INLINE real lanes_sum(lanes v)
{
    real parts[LANES];
    lanes_store(v, parts);
    for (int width = LANES / 2; width > 0; width /= 2) {
        for (int k = 0; k < width; k++) {
            parts[k] += parts[k + width];
        }
    }
    return parts[0];
}

#endif
