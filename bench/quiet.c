/*
 * quiet.c - /proc, and the choice of a core.
 */
#define _GNU_SOURCE /* sched_setaffinity */
#include "quiet.h"

#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

enum { MOST_MILLISECONDS = 150 };

/* The one number that a format finds at the start of a file; `otherwise` if it finds none. */
static long long read_number(const char *path, const char *format, long long otherwise)
{
    long long number = otherwise;
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        if (fscanf(file, format, &number) != 1) {
            number = otherwise;
        }
        fclose(file);
    }
    return number;
}

bool quiet_settle(void)
{
    for (int i = 0; i < MOST_MILLISECONDS; i++) {
        if (read_number("/proc/loadavg", "%*f %*f %*f %lld", 1) <= 1) { /* running threads, this one included */
            return true;
        }
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return false;
}

int64_t quiet_stolen(void)
{
    return read_number("/proc/stat", "cpu %*d %*d %*d %*d %*d %*d %*d %lld", 0);
}

void quiet_change_core(int64_t round)
{
    cpu_set_t all, one;
    if (sched_getaffinity(0, sizeof all, &all) != 0) {
        return;
    }
    int64_t left = round % CPU_COUNT(&all);
    size_t core = 0;
    while (!CPU_ISSET(core, &all) || left-- > 0) {
        core++;
    }
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    sched_setaffinity(0, sizeof one, &one);
    sched_setaffinity(0, sizeof all, &all);
}
