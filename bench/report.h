/*
 * report.h - what was measured, for people and for programs.
 */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "harness.h"
#include "machine.h"

struct report {
    const char *suite;
    int32_t threads;
    const struct machine *machine;
    const struct harness *parts; /* [part_count], each after its harness_run */
    int32_t part_count;
};

/* One part's tables and targets, to standard output; above those of the first, the machine. */
void report_print_tables(const struct report *report, int32_t part);

/* One part of a series: a line, under a heading if the part before is of another series. */
void report_print_point(const struct report *report, int32_t part);

/* The targets of all parts of a series. */
void report_print_targets(const struct report *report);

/* Everything as one JSON object. The file appears whole or not at all. Returns 0, or −1 with errno set. */
int report_write_json(const struct report *report, const char *path);

#endif
