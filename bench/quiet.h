/*
 * quiet.h - what keeps others from disturbing a turn, and tells when they did.
 */
#ifndef BENCH_QUIET_H
#define BENCH_QUIET_H

#include <stdbool.h>
#include <stdint.h>

/* Waits until nothing else runs on this machine, for 0.15 seconds at most, and returns whether that came about. A BLAS's threads
 * spin after their last call, Debian's OpenBLAS for a tenth of a second: whoever came next had to share the cores with them, and
 * the bound on two threads became 100 times as long. */
bool quiet_settle(void);

/* Moves this thread to another core, which it may leave again. Linux at times leaves a thread of a BLAS on the core of the one that
 * waits for it, for a second and more: two threads then take as long as one. A round later they are not left there. */
void quiet_change_core(int64_t round);

/* The time that a hypervisor has given to others while we wanted to run, in ticks of the system's; 0 if it does not say. */
int64_t quiet_stolen(void);

#endif
