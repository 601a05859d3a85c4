/*
 * epoch.h - the contestants of the suite "epoch": one pass over samples of MNIST's shape, in batches, in float.
 *
 * Numbers and labels are random, by each contestant's own generator: the time of a batch does not depend on them.
 */
#ifndef BENCH_EPOCH_H
#define BENCH_EPOCH_H

#include "harness.h"

#include <stdint.h>

enum { EPOCH_MOST_LAYERS = 4 };

struct epoch_work {
    int64_t layers[EPOCH_MOST_LAYERS]; /* [layer_count] */
    int64_t layer_count;
    int64_t batch;
    int64_t samples; /* a multiple of batch */
};

/* dnn_trainer_fit for one epoch: the recipe classifier, bytes as inputs, shuffled. */
struct contestant epoch_libdnn(const struct epoch_work *work);

/* The matrix products of such an epoch and nothing else: forward and gradient of each layer, backward of each but the first;
 * rows padded as libdnn's are, the bias column included. */
struct contestant epoch_gemms(const struct epoch_work *work);

/* A peer of epoch_peers.py, "torch" or "sklearn", in a child process. False if it cannot be had; facts: one line on it. */
bool epoch_peer(const char *python, const char *peer, const struct epoch_work *work, int32_t threads,
                struct contestant *out, char *facts, size_t capacity);

#endif
