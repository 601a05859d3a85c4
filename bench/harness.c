/*
 * harness.c - rounds and turns; see harness.h for the rules.
 *
 * How many repetitions fill a turn is measured during the warm-up, a contestant at a time: a step of 200 µs is repeated
 * 50 times in a turn of 10 ms, one of 27 ms runs once. Repetitions are not timed one by one, because a minimum over
 * many more figures than a slow peer has would flatter the fast one.
 */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#include "harness.h"
#include "quiet.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WARM_UP_TURNS = 3, MOST_REPETITIONS = 10000 };

double harness_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void bench_die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(EXIT_FAILURE);
}

void *bench_allocate(size_t bytes)
{
    const size_t line = 64;
    const size_t whole = (bytes + line - 1) / line * line;
    void *memory = aligned_alloc(line, whole);
    if (memory == NULL) {
        bench_die("no memory for %zu bytes", whole);
    }
    return memset(memory, 0, whole);
}

static int32_t add_entry(struct harness *harness, int32_t group, struct contestant who)
{
    if (harness->entry_count == HARNESS_MAX_ENTRIES) {
        bench_die("more than %d contestants: raise HARNESS_MAX_ENTRIES", HARNESS_MAX_ENTRIES);
    }
    harness->entries[harness->entry_count] = (struct entry){.who = who, .group = group, .repetitions = 1};
    return harness->entry_count++;
}

int32_t harness_add_bound(struct harness *harness, struct contestant who)
{
    return add_entry(harness, -1, who);
}

int32_t harness_add_group(struct harness *harness, struct group group)
{
    if (harness->group_count == HARNESS_MAX_GROUPS) {
        bench_die("more than %d groups: raise HARNESS_MAX_GROUPS", HARNESS_MAX_GROUPS);
    }
    harness->groups[harness->group_count] = group;
    return harness->group_count++;
}

int32_t harness_add(struct harness *harness, int32_t group, struct contestant who)
{
    return add_entry(harness, group, who);
}

void harness_aim(struct harness *harness, struct target target)
{
    if (harness->target_count == HARNESS_MAX_TARGETS) {
        bench_die("more than %d targets: raise HARNESS_MAX_TARGETS", HARNESS_MAX_TARGETS);
    }
    harness->targets[harness->target_count++] = target;
}

void harness_note(struct harness *harness, const char *format, ...)
{
    if (harness->note_count == HARNESS_MAX_NOTES) {
        bench_die("more than %d notes: raise HARNESS_MAX_NOTES", HARNESS_MAX_NOTES);
    }
    va_list arguments;
    va_start(arguments, format);
    char *note = harness->notes[harness->note_count];
    vsnprintf(note, HARNESS_NOTE_LENGTH, format, arguments);
    va_end(arguments);
    int32_t i = 0;
    while (strcmp(harness->notes[i], note) != 0) {
        i++;
    }
    harness->note_count += i == harness->note_count;
}

/* One alone left the bound at 23 GB/s in turns of one repetition, where longer turns gave 33 (Xeon, 2 MB of L2); a loop of reads
 * without other contestants is at full speed from the second on, so the cause lies in the change of turns. */
int64_t harness_untimed(int64_t repetitions)
{
    return 1 + repetitions / 4;
}

double harness_turn(const struct contestant *who, int64_t repetitions)
{
    if (who->measure != NULL) {
        return who->measure(who->state, repetitions);
    }
    for (int64_t i = 0; i < harness_untimed(repetitions); i++) {
        who->run(who->state);
    }
    const double begin = harness_clock();
    for (int64_t i = 0; i < repetitions; i++) {
        who->run(who->state);
    }
    return harness_clock() - begin;
}

/* The mean seconds of a repetition. */
static double take_turn(const struct contestant *who, int64_t repetitions)
{
    return harness_turn(who, repetitions) / (double)repetitions;
}

static double error_now(const struct contestant *who)
{
    return who->error != NULL ? who->error(who->state) : (double)NAN;
}

/* Brings caches, clocks and lazy set-up to where they will stay, and finds how many repetitions fill a turn. */
static void warm_up(struct entry *entry, double turn_seconds)
{
    entry->error_before = error_now(&entry->who);
    double once = take_turn(&entry->who, 1);
    for (int i = 0; i < WARM_UP_TURNS && once < 10 * turn_seconds; i++) { /* what is slower is warm by then */
        const double wanted = turn_seconds / fmax(once, 1e-9);
        entry->repetitions = (int64_t)fmin(fmax(wanted, 1.0), (double)MOST_REPETITIONS);
        once = take_turn(&entry->who, entry->repetitions);
    }
}

static int compare_seconds(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void sum_up(struct entry *entry, int64_t rounds)
{
    qsort(entry->seconds, (size_t)rounds, sizeof *entry->seconds, compare_seconds);
    entry->minimum = entry->seconds[0];
    entry->median = (entry->seconds[(rounds - 1) / 2] + entry->seconds[rounds / 2]) / 2;
    entry->error_after = error_now(&entry->who);
    if (entry->who.error != NULL && !(entry->error_after < entry->error_before)) {
        bench_die("%s does not learn: its error was %g and is %g, so its time says nothing", entry->who.name,
                  entry->error_before, entry->error_after);
    }
}

void harness_run(struct harness *harness, const struct harness_plan *plan)
{
    for (int32_t i = 0; i < harness->entry_count; i++) {
        warm_up(&harness->entries[i], plan->turn_seconds);
    }
    int64_t capacity = 0;
    harness->rounds = 0;
    const double begin = harness_clock();
    while (harness->rounds < plan->least_rounds || harness_clock() - begin < plan->seconds) {
        quiet_change_core(harness->rounds);
        const bool full = harness->rounds == capacity;
        capacity = full ? 2 * capacity + 64 : capacity;
        for (int32_t i = 0; i < harness->entry_count; i++) {
            struct entry *entry = &harness->entries[i];
            if (full) {
                entry->seconds = realloc(entry->seconds, (size_t)capacity * sizeof *entry->seconds);
                if (entry->seconds == NULL) {
                    bench_die("no memory for %lld rounds", (long long)capacity);
                }
            }
            const bool is_quiet = !plan->settles || quiet_settle();
            const int64_t stolen = quiet_stolen();
            entry->seconds[harness->rounds] = take_turn(&entry->who, entry->repetitions);
            harness->disturbed += !is_quiet || quiet_stolen() > stolen;
        }
        harness->rounds++;
    }
    for (int32_t i = 0; i < harness->entry_count; i++) {
        sum_up(&harness->entries[i], harness->rounds);
    }
}

const struct entry *harness_first(const struct harness *harness, int32_t group)
{
    int32_t i = 0;
    while (harness->entries[i].group != group) {
        i++;
    }
    return &harness->entries[i];
}

struct entry harness_least(const struct harness *harness, int32_t group)
{
    const struct entry *bound = &harness->entries[harness->groups[group].bound];
    const double reads = harness->groups[group].reads;
    return (struct entry){.group = group, .minimum = reads * bound->minimum, .median = reads * bound->median};
}

struct ratio harness_ratio(const struct harness *harness, const struct target *target)
{
    const struct entry *over = &harness->entries[target->over];
    struct entry under = {.minimum = 1e-6, .median = 1e-6};
    if (target->under != HARNESS_MICROSECOND) {
        under = target->under == HARNESS_BOUND ? harness_least(harness, over->group) : harness->entries[target->under];
    }
    return (struct ratio){over->minimum / under.minimum, over->median / under.median};
}

bool harness_reached(const struct harness *harness, const struct target *target)
{
    const double ratio = harness_ratio(harness, target).minimum;
    return target->sense == AT_MOST ? ratio <= target->limit : ratio >= target->limit;
}

void harness_close(struct harness *harness)
{
    for (int32_t i = 0; i < harness->entry_count; i++) {
        struct entry *entry = &harness->entries[i];
        if (entry->who.close != NULL) {
            entry->who.close(entry->who.state);
        }
        entry->who = (struct contestant){.name = entry->who.name};
        free(entry->seconds);
        entry->seconds = NULL;
    }
}
