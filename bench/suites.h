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
    int32_t part;                  /* of a series: which */
};

struct suite {
    const char *name, *what;
    void (*open)(struct harness *harness, const struct suite_options *options);
    void (*conclude)(struct harness *harness); /* NULL, or adds notes on what was measured */
    void (*close)(void);                       /* NULL, or called after the contestants are closed */
    /* A series is opened, run and closed a part at a time, so that one size alone is in memory. The name of options->part, or
     * NULL after the last; its groups have a `series`. It is run once, on all cores, and has contestants that use one. */
    const char *(*part_name)(const struct suite_options *options);
    bool one_thread; /* it is run at that setting alone: nobody in it has use for more */
    double seconds;  /* for the rounds of all parts together, if nobody says; 0: 30 */
};

extern const struct suite suite_step;
extern const struct suite suite_epoch;
extern const struct suite suite_read;
extern const struct suite suite_sweep;
extern const struct suite suite_tiny;
extern const struct suite suite_bulk;

#endif
