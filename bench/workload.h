/*
 * workload.h - what the contestants of a suite are given to do.
 *
 * Every contestant of one table gets the same network, sample and target, the tutorial's sigmoid σ(0.01 z) and its learning
 * rate; only then is a ratio of two times worth printing. First weights are uniform in [0, 1), each contestant by its own
 * generator: the time of a step does not depend on them. PyTorch and scikit-learn keep their own first weights and sigmoid.
 */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include <stdint.h>

enum { WORKLOAD_MAX_LAYERS = 8, WORKLOAD_MAX_PORTS = 16 }; /* ports: inputs of the first layer, outputs of the last */

enum precision { DOUBLE_PRECISION, SINGLE_PRECISION, PRECISION_COUNT };

static inline const char *workload_precision(enum precision precision)
{
    return precision == DOUBLE_PRECISION ? "double" : "float";
}

struct workload {
    int32_t layer_count;
    int32_t layers[WORKLOAD_MAX_LAYERS]; /* [layer_count] neurons, input first */
    double x[WORKLOAD_MAX_PORTS];        /* [layers[0]] */
    double y[WORKLOAD_MAX_PORTS];        /* [layers[layer_count − 1]] */
    double slope;                        /* c of the sigmoid σ(c z) */
    double learning_rate;
    int32_t calls; /* that one repetition makes; 0: one */
};

/* As lists with commas, for a peer in another process. */
enum { WORKLOAD_TEXT = 256 };

struct workload_text {
    char layers[WORKLOAD_TEXT], x[WORKLOAD_TEXT], y[WORKLOAD_TEXT];
};

void workload_write(const struct workload *work, struct workload_text *text);

static inline int32_t workload_outputs(const struct workload *work)
{
    return work->layers[work->layer_count - 1];
}

#endif
