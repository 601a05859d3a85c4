/*
 * tiny.h - the contestants of the suite "tiny": networks of a few neurons, one sample a call, work->calls calls a repetition.
 *
 * A call takes tens of nanoseconds, so everyone makes a thousand of them in a loop of its own: the harness's call of a
 * contestant counts for nothing then, and the microseconds of a table are the nanoseconds of a call.
 */
#ifndef BENCH_TINY_H
#define BENCH_TINY_H

#include "harness.h"
#include "workload.h"

#include <stdbool.h>

enum { TINY_CALLS = 1000 };

enum tiny_way {
    TINY_PREDICT,   /* calls that need nothing of each other: a processor overlaps them */
    TINY_FROM_LAST, /* each takes what the last one gave as its input, as far as there are inputs */
    TINY_STEP,      /* a training step of one sample */
    TINY_ROWS,      /* work->calls samples in one call */
    TINY_WAY_COUNT
};

/* libdnn: through a workspace, or plain: by dnn_model_predict. */
struct contestant tiny_libdnn(const struct workload *work, enum tiny_way way, enum precision precision, bool plain);

/* FANN, which has no call for many samples. False, and *why, if it is not there. */
bool tiny_fann(const struct workload *work, enum tiny_way way, enum precision precision, struct contestant *out,
               const char **why);

/* The formulas as loops in C, a neuron at a time, with the C library's exp: what one writes in an afternoon. */
struct contestant tiny_loops_f64(const struct workload *work, enum tiny_way way);
struct contestant tiny_loops_f32(const struct workload *work, enum tiny_way way);

/* What one layer after the other takes at least: a dot product, an exponential and a division, each of which waits for the one
 * before, in registers; work->calls times all layers. has_sums: if not, the exponential and the division alone. */
struct contestant tiny_latency_f64(const struct workload *work, bool has_sums);
struct contestant tiny_latency_f32(const struct workload *work, bool has_sums);

/* Additions of integers that wait for each other, `count`: a cycle each. */
struct contestant tiny_cycles(int64_t count);

/* Fused multiply-adds that wait for each other in work's layers: of a sum of n products and a bias there are at least so many. */
static inline int32_t tiny_sum_depth(int32_t n)
{
    int32_t depth = 1;
    for (int32_t products = 1; products < n; products *= 2) {
        depth++;
    }
    return depth;
}

#endif
