/*
 * epoch.h - the contestants of the suite "epoch": one pass over samples of MNIST's shape, in batches, in float.
 *
 * All train on the same bytes (epoch_data.h), with Adam at the same rate, from weights and in an order of their own.
 */
#ifndef BENCH_EPOCH_H
#define BENCH_EPOCH_H

#include "epoch_data.h"
#include "harness.h"
#include "suites.h"

#include <stdint.h>

enum { EPOCH_MOST_LAYERS = 4, EPOCH_KEY = 64 };

struct epoch_work {
    int64_t layers[EPOCH_MOST_LAYERS]; /* [layer_count] */
    int64_t layer_count;
    int64_t batch;
    const struct epoch_data *data; /* samples: a multiple of batch */
};

/* dnn_trainer_fit for one epoch: the recipe classifier, bytes as inputs, shuffled. threads: 1, or 0 for its own choice. */
struct contestant epoch_libdnn(const struct epoch_work *work, int32_t threads);

/* The peers of epoch_peers.py. */
enum epoch_peer { EPOCH_NUMPY, EPOCH_TORCH, EPOCH_SKLEARN, EPOCH_PEER_COUNT };

struct peer;

/* Starts one, if it can be had, and makes sure that it trains on these samples. */
struct peer *epoch_peer_start(enum epoch_peer which, const struct suite_options *options, const struct epoch_data *data,
                              int64_t batch, char *facts, size_t capacity);

/* One network of it, in the setting that it finds to be its fastest, which settings tells. */
struct contestant epoch_peer(enum epoch_peer which, struct peer *peer, const struct epoch_work *work, bool quick,
                             char *settings, size_t capacity);

#endif
