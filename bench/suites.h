/*
 * suites.h - what can be benched. A suite registers its bounds, groups and contestants; bench.c runs and reports them.
 */
#ifndef BENCH_SUITES_H
#define BENCH_SUITES_H

#include "harness.h"
#include "machine.h"

struct suite_options {
    int32_t threads;               /* that everyone may use: 1, or all cores */
    bool quick;                    /* only to see that it works: no time for looking for the best settings */
    const char *python;            /* the interpreter that has NumPy */
    const struct machine *machine; /* where we are */
};

struct suite {
    const char *name, *what;
    void (*open)(struct harness *harness, const struct suite_options *options);
    void (*close)(void); /* after the contestants are closed */
};

extern const struct suite suite_step;
extern const struct suite suite_epoch;
extern const struct suite suite_read;

#endif
