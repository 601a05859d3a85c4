/*
 * machine.h - where the figures were measured: processor, caches, load, and the BLAS that does the work.
 */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

enum { MACHINE_TEXT = 256 };

/* Texts are "unknown" where the system does not say. */
struct machine {
    char processor[MACHINE_TEXT];
    int32_t cores; /* that this process may use */
    char l2_cache[MACHINE_TEXT], l3_cache[MACHINE_TEXT];
    double load;                                             /* one-minute average; −1 if unknown */
    char blas_file[MACHINE_TEXT], blas_config[MACHINE_TEXT]; /* the file that is loaded; what it says of itself */
    char blas_kernel[MACHINE_TEXT];
    int32_t blas_threads;                                      /* 0 if the BLAS does not say */
    char forced_kernel[MACHINE_TEXT], forced_l2[MACHINE_TEXT]; /* OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE, or "" */
};

struct machine machine_read(void);

/* How many threads the BLAS uses from now on, where it says how many it uses: OpenBLAS alone is asked. */
void machine_set_blas_threads(int32_t threads);

/* Whether OpenBLAS runs a kernel from before AVX on a processor that has AVX2: it does so on one it does not know. */
bool machine_kernel_is_dated(const struct machine *machine);

#endif
