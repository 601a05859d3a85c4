/*
 * bulk.h - the contestants of the suite "bulk": many rows through a network in one call, none of them trained.
 *
 * All predict the same bytes (epoch_data.h), read as byte / 255, with weights of their own.
 */
#ifndef BENCH_BULK_H
#define BENCH_BULK_H

#include "epoch_data.h"
#include "harness.h"
#include "suites.h"
#include "workload.h"

enum { BULK_MOST_LAYERS = 4 };

struct bulk_work {
    int64_t layers[BULK_MOST_LAYERS]; /* [layer_count] */
    int64_t layer_count;
    const struct epoch_data *data;
};

/* dnn_model_predict, or in float dnn_model_predict_f32, of all rows. threads: of the model's config. */
struct contestant bulk_libdnn(const struct bulk_work *work, enum precision precision, int32_t threads);

/* The peers of bulk_peers.py. */
enum bulk_peer { BULK_NUMPY, BULK_TORCH, BULK_SKLEARN, BULK_PEER_COUNT };

struct peer;

/* Starts one, if it can be had, makes sure that it predicts these samples, and lets it find its fastest setting. settings: as it was
 * if it cannot be had. */
struct peer *bulk_peer_start(enum bulk_peer which, const struct suite_options *options, const struct bulk_work *work,
                             char *facts, char *settings, size_t capacity);

struct contestant bulk_peer(enum bulk_peer which, struct peer *peer, enum precision precision);

#endif
