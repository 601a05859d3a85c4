/*
 * core/lanes.h - a vector register as a type, in the C of GCC and Clang: as wide as the version of the core may use.
 *
 * The compiler does not make vectors of a dot product by itself, because that adds in another order; here the order is
 * written down. It makes several narrower operations of one where a processor has no register that wide.
 */
#ifndef DNN_CORE_LANES_H
#define DNN_CORE_LANES_H

#include "core/real.h"

#include <string.h>

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

/* A number in every lane. `0 + number` would cost an addition, because it makes 0 of −0; subtracting 0 changes nothing. */
LANES_INLINE lanes lanes_of(real number)
{
    return number - (lanes){0};
}

/* A vector's two halves, added. */
#define LANES_DEFINE_FOLD(name, whole, half)                                                                           \
    LANES_INLINE half name(whole v)                                                                                    \
    {                                                                                                                  \
        half halves[2];                                                                                                \
        memcpy(halves, &v, sizeof v);                                                                                  \
        return halves[0] + halves[1];                                                                                  \
    }

typedef real lanes_of_16 __attribute__((vector_size(16)));
#if LANES_BYTES == 64
typedef real lanes_of_32 __attribute__((vector_size(32)));
LANES_DEFINE_FOLD(lanes_fold_64, lanes, lanes_of_32)
LANES_DEFINE_FOLD(lanes_fold_32, lanes_of_32, lanes_of_16)
#define LANES_FOLD(v) lanes_fold_32(lanes_fold_64(v))
#elif LANES_BYTES == 32
LANES_DEFINE_FOLD(lanes_fold_32, lanes, lanes_of_16)
#define LANES_FOLD(v) lanes_fold_32(v)
#else
#define LANES_FOLD(v) (v)
#endif

/* Σ v_k, by halves. Each is a vector of its own: of loops over an array gcc 12 made branches, and 20 cycles for 16 floats. */
LANES_INLINE real lanes_sum(lanes v)
{
    const lanes_of_16 sum = LANES_FOLD(v);
#if DNN_REAL_F32
    return (sum[0] + sum[2]) + (sum[1] + sum[3]);
#else
    return sum[0] + sum[1];
#endif
}

#endif
