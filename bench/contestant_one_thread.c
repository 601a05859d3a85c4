/*
 * contestant_one_thread.c - a contestant around another one, for whose turns the BLAS of this process has one thread.
 */
#include "contestants.h"
#include "machine.h"

#include <stdlib.h>

struct held {
    struct contestant inner;
    int32_t threads; /* of the BLAS, between the turns */
};

static double measure(void *state, int64_t repetitions)
{
    const struct held *held = state;
    machine_set_blas_threads(1);
    const double seconds = harness_turn(&held->inner, repetitions);
    machine_set_blas_threads(held->threads);
    return seconds;
}

static double error_of(void *state)
{
    const struct held *held = state;
    return held->inner.error(held->inner.state);
}

static void close_held(void *state)
{
    struct held *held = state;
    if (held->inner.close != NULL) {
        held->inner.close(held->inner.state);
    }
    free(held);
}

struct contestant on_one_thread(struct contestant inner, const char *name, int32_t threads)
{
    struct held *held = bench_allocate(sizeof *held);
    *held = (struct held){inner, threads};
    return (struct contestant){.name = name,
                               .state = held,
                               .measure = measure,
                               .error = inner.error != NULL ? error_of : NULL,
                               .close = close_held};
}
