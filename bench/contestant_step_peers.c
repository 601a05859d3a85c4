/*
 * contestant_step_peers.c - NumPy in place, PyTorch and scikit-learn, each in a child that runs step_peers.py.
 */
#include "contestants.h"
#include "peer.h"

#include <stdio.h>

static const struct {
    const char *name, *argument; /* in notes; of the script */
} peers[STEP_PEER_COUNT] = {
    [STEP_NUMPY] = {"NumPy", "numpy"},
    [STEP_TORCH] = {"PyTorch", "torch"},
    [STEP_SKLEARN] = {"scikit-learn", "sklearn"},
};

static const struct {
    enum step_peer peer;
    const char *name, *key; /* in a table; in step_peers.py */
} ways[STEP_WAY_COUNT] = {
    {STEP_NUMPY, "NumPy, in place", "in-place"},
    {STEP_TORCH, "PyTorch", "autograd"},
    {STEP_TORCH, "PyTorch, by hand", "by-hand"},
    {STEP_SKLEARN, "scikit-learn", "partial_fit"},
};

enum { KEY = 64 };

static void write_key(char key[KEY], int way, enum operation operation, enum precision precision)
{
    snprintf(key, KEY, "%s:%s:%s", ways[way].key, operation == TRAINING_STEP ? "train" : "predict",
             precision == DOUBLE_PRECISION ? "float64" : "float32");
}

struct peer *step_peer_start(enum step_peer which, const struct suite_options *options, const struct workload *work,
                             char *facts, size_t capacity)
{
    struct workload_text text;
    char threads[32];
    workload_write(work, &text);
    snprintf(threads, sizeof threads, "%d", (int)options->threads);
    const struct peer_options peer_options = {
        .name = peers[which].name,
        .python = options->python,
        .script = BENCH_STEP_PEERS,
        .arguments = {peers[which].argument, text.layers, text.x, text.y, threads},
        .blas_file = options->machine->blas_file,
        .threads = options->threads};
    return peer_start(&peer_options, facts, capacity);
}

enum step_peer step_way_peer(int way)
{
    return ways[way].peer;
}

void step_way_calibrate(int way, struct peer *peer, bool quick, char *settings, size_t capacity)
{
    char keys[OPERATION_COUNT * PRECISION_COUNT * KEY];
    size_t length = 0;
    for (enum operation operation = 0; operation < OPERATION_COUNT; operation++) {
        for (enum precision precision = 0; precision < PRECISION_COUNT; precision++) {
            char key[KEY];
            write_key(key, way, operation, precision);
            length += (size_t)snprintf(keys + length, sizeof keys - length, "%s%s", length == 0 ? "" : " ", key);
        }
    }
    peer_calibrate(peer, keys, quick, settings, capacity);
}

struct contestant step_way(int way, struct peer *peer, enum operation operation, enum precision precision)
{
    char key[KEY];
    write_key(key, way, operation, precision);
    return peer_contestant(peer, ways[way].name, key, operation == TRAINING_STEP);
}
