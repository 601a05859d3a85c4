/*
 * suite_tiny.c - networks of a few neurons, where a call costs more than its numbers: one sample a call, and 1,000 in one.
 *
 * What bounds them is no memory and no arithmetic, but how long a layer's operations wait for each other: see tiny_latency.c. That
 * bound holds where a call needs what the last one left, as each step does. Calls that need nothing of each other overlap in the
 * processor, and so do samples of one call: they may take less. Notes say how many cycles the bound is, and how many libdnn takes.
 */
#include "contestants.h"
#include "suites.h"
#include "tiny.h"

#include <stdio.h>

enum { NETWORK_COUNT = 3, CYCLES = 10000 };

#define TINY_WORK(...)                                                                                                 \
    {                                                                                                                  \
        .layers = {__VA_ARGS__}, .x = {.2, .3, .1, .4, .7, .5, .9, .6, .8, .2, .3, .1, .4}, .y = {.3, .67, .5},        \
        .slope = 1, .learning_rate = 0.01, .calls = TINY_CALLS                                                         \
    }

static struct workload works[NETWORK_COUNT] = {TINY_WORK(2, 3, 3, 2), TINY_WORK(4, 8, 8, 1), TINY_WORK(13, 10, 3)};
static const int32_t layer_counts[NETWORK_COUNT] = {4, 4, 3};
static const char *const names[NETWORK_COUNT] = {"[2,3,3,2]", "[4,8,8,1]", "[13,10,3]"};

static const char *const what[TINY_WAY_COUNT] = {
    [TINY_PREDICT] = "1000 predictions",
    [TINY_FROM_LAST] = "1000 predictions, each from the last",
    [TINY_STEP] = "1000 training steps",
    [TINY_ROWS] = "1000 samples in one predict",
};

static char operations[NETWORK_COUNT][TINY_WAY_COUNT][64];

/* The entries whose cycles are told: of each network and precision the bound and libdnn. */
static int32_t cycles, activation[PRECISION_COUNT], bounds[NETWORK_COUNT][PRECISION_COUNT],
    ours[NETWORK_COUNT][PRECISION_COUNT][TINY_WAY_COUNT];

static struct contestant latency(const struct workload *work, enum precision precision, bool has_sums)
{
    return precision == DOUBLE_PRECISION ? tiny_latency_f64(work, has_sums) : tiny_latency_f32(work, has_sums);
}

/* The smallest network in double has targets; the others are there to be looked at. */
static void aim(struct harness *harness, int i, enum precision precision, struct target target)
{
    if (i == 0 && precision == DOUBLE_PRECISION) {
        harness_aim(harness, target);
    }
}

static void add_peers(struct harness *harness, int32_t group, int i, enum precision precision, enum tiny_way way)
{
    struct contestant fann;
    const char *why = "";
    const int32_t us = ours[i][precision][way];
    if (tiny_fann(&works[i], way, precision, &fann, &why)) {
        fann.name = way == TINY_ROWS ? "FANN, one by one" : "FANN";
        const int32_t peer = harness_add(harness, group, fann);
        if (way == TINY_PREDICT || way == TINY_STEP) {
            aim(harness, i, precision, (struct target){us, peer, AT_MOST, 0.55});
        }
    } else {
        harness_note(harness, "LEFT OUT: FANN, %s: %s", workload_precision(precision), why);
    }
    harness_add(harness, group,
                precision == DOUBLE_PRECISION ? tiny_loops_f64(&works[i], way) : tiny_loops_f32(&works[i], way));
}

static void add_table(struct harness *harness, int i, enum precision precision, enum tiny_way way)
{
    char *operation = operations[i][way];
    snprintf(operation, sizeof operations[i][way], "%s, %s", what[way], names[i]);
    const int32_t group = harness_add_group(harness, (struct group){.operation = operation,
                                                                    .precision = workload_precision(precision),
                                                                    .bound = bounds[i][precision],
                                                                    .reads = 1,
                                                                    .bound_name = "one layer after the other",
                                                                    .samples = TINY_CALLS});
    const int32_t us = ours[i][precision][way] =
        harness_add(harness, group, tiny_libdnn(&works[i], way, precision, false));
    if (way != TINY_STEP) {
        const int32_t plain = harness_add(harness, group, tiny_libdnn(&works[i], way, precision, true));
        if (way == TINY_PREDICT) {
            aim(harness, i, precision, (struct target){plain, us, AT_MOST, 1.3});
        } else if (way == TINY_ROWS) {
            aim(harness, i, precision, (struct target){plain, HARNESS_MICROSECOND, AT_MOST, 20});
        }
    }
    add_peers(harness, group, i, precision, way);
}

static void open_suite(struct harness *harness, const struct suite_options *options)
{
    (void)options;
    harness_note(harness, "the microseconds are nanoseconds a call, or a sample; everyone runs on one thread");
    cycles = harness_add_bound(harness, tiny_cycles(CYCLES));
    for (int i = 0; i < NETWORK_COUNT; i++) {
        works[i].layer_count = layer_counts[i];
    }
    for (enum precision precision = 0; precision < PRECISION_COUNT; precision++) {
        activation[precision] = harness_add_bound(harness, latency(&works[0], precision, false));
        for (int i = 0; i < NETWORK_COUNT; i++) {
            bounds[i][precision] = harness_add_bound(harness, latency(&works[i], precision, true));
            for (enum tiny_way way = 0; way < TINY_WAY_COUNT; way++) {
                add_table(harness, i, precision, way);
            }
        }
    }
}

/* Cycles of one call, by the minima. */
static double cycles_of(const struct harness *harness, int32_t entry)
{
    return harness->entries[entry].minimum / TINY_CALLS / (harness->entries[cycles].minimum / CYCLES);
}

static void conclude(struct harness *harness)
{
    harness_note(
        harness,
        "a cycle takes %.3f ns (additions that wait for each other); an exponential and a division %.1f cycles in "
        "double, %.1f in float",
        1e9 * harness->entries[cycles].minimum / CYCLES,
        cycles_of(harness, activation[DOUBLE_PRECISION]) / (layer_counts[0] - 1),
        cycles_of(harness, activation[SINGLE_PRECISION]) / (layer_counts[0] - 1));
    for (enum precision precision = 0; precision < PRECISION_COUNT; precision++) {
        for (int i = 0; i < NETWORK_COUNT; i++) {
            const int32_t *us = ours[i][precision];
            harness_note(harness,
                         "%s, %s: one layer after the other is %.0f cycles; a prediction from the last one's %.0f, "
                         "alone %.0f, a step %.0f",
                         names[i], workload_precision(precision), cycles_of(harness, bounds[i][precision]),
                         cycles_of(harness, us[TINY_FROM_LAST]), cycles_of(harness, us[TINY_PREDICT]),
                         cycles_of(harness, us[TINY_STEP]));
        }
    }
}

const struct suite suite_tiny = {
    .name = "tiny",
    .what = "networks of a few neurons: predictions and steps of one sample, and 1000 samples in one call",
    .open = open_suite,
    .conclude = conclude,
    .one_thread = true,
};
