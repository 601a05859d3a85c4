/*
 * contestant_epoch_peers.c - NumPy, PyTorch and scikit-learn, each in a child that runs epoch_peers.py. See epoch.h.
 */
#include "epoch.h"
#include "peer.h"

#include <stdio.h>

static const struct {
    const char *name, *row, *argument; /* in notes; in a table; of the script */
} peers[EPOCH_PEER_COUNT] = {
    [EPOCH_NUMPY] = {"NumPy", "NumPy, in place", "numpy"},
    [EPOCH_TORCH] = {"PyTorch", "PyTorch", "torch"},
    [EPOCH_SKLEARN] = {"scikit-learn", "scikit-learn", "sklearn"},
};

static void write_layers(const struct epoch_work *work, char key[EPOCH_KEY])
{
    size_t length = 0;
    for (int64_t l = 0; l < work->layer_count && length < EPOCH_KEY; l++) {
        length +=
            (size_t)snprintf(key + length, EPOCH_KEY - length, "%s%lld", l == 0 ? "" : ",", (long long)work->layers[l]);
    }
}

struct peer *epoch_peer_start(enum epoch_peer which, const struct suite_options *options, const struct epoch_data *data,
                              int64_t batch, char *facts, size_t capacity)
{
    char file[32], inputs[32], batch_size[32], threads[32];
    snprintf(file, sizeof file, "/dev/fd/%d", data->file);
    snprintf(inputs, sizeof inputs, "%lld", (long long)data->inputs);
    snprintf(batch_size, sizeof batch_size, "%lld", (long long)batch);
    snprintf(threads, sizeof threads, "%d", (int)options->threads);
    const struct peer_options peer_options = {.name = peers[which].name,
                                              .python = options->python,
                                              .script = BENCH_EPOCH_PEERS,
                                              .arguments = {peers[which].argument, file, inputs, batch_size, threads},
                                              .blas_file = options->machine->blas_file,
                                              .threads = options->threads};
    struct peer *peer = peer_start(&peer_options, facts, capacity);
    if (peer != NULL) {
        const double checksum = peer_ask_number(peer, "checksum");
        if (checksum != (double)data->checksum) {
            bench_die("%s does not train on the same samples: their checksum is %.0f, not %.0f", peers[which].name,
                      checksum, (double)data->checksum);
        }
    }
    return peer;
}

struct contestant epoch_peer(enum epoch_peer which, struct peer *peer, const struct epoch_work *work, bool quick,
                             char *settings, size_t capacity)
{
    char key[EPOCH_KEY];
    write_layers(work, key);
    peer_calibrate(peer, key, quick, settings, capacity);
    return peer_contestant(peer, peers[which].row, key, true);
}
