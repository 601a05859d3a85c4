/*
 * core/version.h - which compilation of the core a processor gets.
 *
 * The vector code is portable C: what makes it fast is the instruction set that the compiler may use. So the whole core is
 * compiled for the oldest processor of the architecture and, on x86-64, again for AVX2 with FMA and for AVX-512. The
 * choice is made once, by what the processor says; nothing else in the library knows of it. Versions differ in the
 * last bits where the wider ones fuse a product and a sum, which rounds once instead of twice.
 */
#ifndef DNN_CORE_VERSION_H
#define DNN_CORE_VERSION_H

#include "core/core.h"

struct core_version {
    const char *name; /* "baseline", "avx2", "avx512" */
    const struct core *f64;
    const struct core *f32;
    bool (*is_supported)(void); /* by this processor */
};

/* All that were compiled, the fastest first; the last is supported by every processor. */
extern const struct core_version core_versions[];
extern const int32_t core_version_count;

/* The fastest that this processor supports. Any thread. */
const struct core_version *core_version(void);

#endif
