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
    const struct harness *harness;
};

/* The tables, to standard output. */
void report_print(const struct report *report);

/* The same as one JSON object. The file appears whole or not at all. Returns 0, or −1 with errno set. */
int report_write_json(const struct report *report, const char *path);

#endif
