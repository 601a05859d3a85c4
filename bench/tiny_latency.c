/*
 * tiny_latency.c - what a small network takes at least when each layer waits for the last; see tiny.h. Compiled twice, with
 * BENCH_F32 0 and 1.
 *
 * The time of a layer of a few neurons is no matter of how much is computed, for a register holds all of its neurons, but of how long
 * the operations wait for each other: the sum, which takes one fused multiply-add for n_in = 1 and at least one more each
 * time n_in doubles; an exponential to full precision; a division. Here they are done so in registers, without a load, a
 * store, a shuffle or a call. The exponential is the library's own, whose chain is the shortest that was found.
 */
#define DNN_REAL_F32 BENCH_F32
#if BENCH_F32
#define LANES_BYTES 16
#define tiny_latency tiny_latency_f32
#else
#define LANES_BYTES 32
#define tiny_latency tiny_latency_f64
#endif
#include "tiny.h"

#include "core/exponential.h"

#include <stdlib.h>

struct chain {
    struct workload work;
    bool has_sums;
    real weight, bias, result;
};

/* x through all layers, work->calls times. */
LANES_INLINE void follow(struct chain *chain)
{
    const lanes weight = lanes_of(chain->weight), bias = lanes_of(chain->bias);
    const int32_t depth = chain->work.layer_count - 1;
    lanes x = lanes_of(chain->result);
    for (int32_t c = 0; c < chain->work.calls; c++) {
        for (int32_t l = 0; l < depth; l++) {
            const int32_t sums = chain->has_sums ? tiny_sum_depth(chain->work.layers[l]) : 0;
            for (int32_t k = 0; k < sums; k++) {
                x = x * weight + bias;
            }
            x = exponential_logistic(x, x * ONE_BY_LN2);
        }
    }
    chain->result = x[0];
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) static void run_fused(void *state)
{
    follow(state);
}
#endif

static void run(void *state)
{
    follow(state);
}

struct contestant tiny_latency(const struct workload *work, bool has_sums)
{
    struct chain *chain = bench_allocate(sizeof *chain);
    *chain = (struct chain){*work, has_sums, (real)0.5, (real)-0.25, (real)0.5};
    void (*follows)(void *) = run;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        follows = run_fused;
    }
#endif
    return (struct contestant){.name = "latency", .state = chain, .run = follows, .close = free};
}

#if !BENCH_F32

struct count {
    int64_t additions;
    uint64_t sum, step;
};

static void add_up(void *state)
{
    struct count *count = state;
    uint64_t sum = count->sum, step = count->step;
    for (int64_t i = 0; i < count->additions; i += 10) {
        for (int k = 0; k < 10; k++) {
            sum += step;
            __asm__ volatile("" : "+r"(sum)); /* or the compiler would multiply */
        }
    }
    count->sum = sum;
}

struct contestant tiny_cycles(int64_t additions)
{
    struct count *count = bench_allocate(sizeof *count);
    *count = (struct count){additions, 0, 3};
    return (struct contestant){.name = "cycles", .state = count, .run = add_up, .close = free};
}

#endif
