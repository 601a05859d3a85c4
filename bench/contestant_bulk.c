/*
 * contestant_bulk.c - many rows in one call, by libdnn and by the peers of bulk_peers.py. See bulk.h.
 */
#include "bulk.h"
#include "contestant_libdnn.h"
#include "peer.h"

#include <stdio.h>
#include <stdlib.h>

struct network {
    dnn_model *model;
    int64_t rows;
    double *x, *y; /* [rows × n_0], [rows × n_L]; NULL where the floats are used */
    float *x_f32, *y_f32;
};

static void predict_f64(void *state)
{
    const struct network *network = state;
    libdnn_demand(dnn_model_predict(network->model, network->x, network->rows, network->y), "dnn_model_predict");
}

static void predict_f32(void *state)
{
    const struct network *network = state;
    libdnn_demand(dnn_model_predict_f32(network->model, network->x_f32, network->rows, network->y_f32),
                  "dnn_model_predict_f32");
}

static void close_network(void *state)
{
    struct network *network = state;
    dnn_model_destroy(network->model);
    free(network->x);
    free(network->y);
    free(network->x_f32);
    free(network->y_f32);
    free(network);
}

static void make_arrays(struct network *network, const struct epoch_data *data, enum precision precision)
{
    const size_t in = (size_t)(data->samples * data->inputs), out = (size_t)(data->samples * data->classes);
    network->rows = data->samples;
    if (precision == DOUBLE_PRECISION) {
        network->x = bench_allocate(in * sizeof *network->x);
        network->y = bench_allocate(out * sizeof *network->y);
    } else {
        network->x_f32 = bench_allocate(in * sizeof *network->x_f32);
        network->y_f32 = bench_allocate(out * sizeof *network->y_f32);
    }
    for (size_t i = 0; i < in; i++) {
        if (precision == DOUBLE_PRECISION) {
            network->x[i] = data->bytes[i] / 255.0;
        } else {
            network->x_f32[i] = (float)data->bytes[i] / 255;
        }
    }
}

struct contestant bulk_libdnn(const struct bulk_work *work, enum precision precision, int32_t threads)
{
    struct network *network = bench_allocate(sizeof *network);
    dnn_config *config = NULL;
    libdnn_demand(dnn_config_create("classifier", &config), "dnn_config_create");
    libdnn_demand(dnn_config_set(config, "precision", precision == DOUBLE_PRECISION ? "f64" : "f32"), "precision");
    libdnn_set_threads(config, threads);
    libdnn_demand(dnn_model_create(work->layers, work->layer_count, config, &network->model), "dnn_model_create");
    dnn_config_destroy(config);
    make_arrays(network, work->data, precision);
    return (struct contestant){.name = "libdnn",
                               .state = network,
                               .run = precision == DOUBLE_PRECISION ? predict_f64 : predict_f32,
                               .close = close_network};
}

/* ---- peers ---- */

static const struct {
    const char *name, *row, *argument; /* in notes; in a table; of the script */
} peers[BULK_PEER_COUNT] = {
    [BULK_NUMPY] = {"NumPy", "NumPy, in place", "numpy"},
    [BULK_TORCH] = {"PyTorch", "PyTorch", "torch"},
    [BULK_SKLEARN] = {"scikit-learn", "scikit-learn", "sklearn"},
};

static const char *const keys[PRECISION_COUNT] = {[DOUBLE_PRECISION] = "float64", [SINGLE_PRECISION] = "float32"};

static void write_layers(const struct bulk_work *work, char *text, size_t capacity)
{
    size_t length = 0;
    for (int64_t l = 0; l < work->layer_count && length < capacity; l++) {
        length +=
            (size_t)snprintf(text + length, capacity - length, "%s%lld", l == 0 ? "" : ",", (long long)work->layers[l]);
    }
}

struct peer *bulk_peer_start(enum bulk_peer which, const struct suite_options *options, const struct bulk_work *work,
                             char *facts, char *settings, size_t capacity)
{
    char file[32], layers[WORKLOAD_TEXT], threads[32], both[64];
    snprintf(file, sizeof file, "/dev/fd/%d", work->data->file);
    snprintf(threads, sizeof threads, "%d", (int)options->threads);
    snprintf(both, sizeof both, "%s %s", keys[SINGLE_PRECISION], keys[DOUBLE_PRECISION]);
    write_layers(work, layers, sizeof layers);
    const struct peer_options peer_options = {.name = peers[which].name,
                                              .python = options->python,
                                              .script = BENCH_BULK_PEERS,
                                              .arguments = {peers[which].argument, file, layers, threads},
                                              .blas_file = options->machine->blas_file,
                                              .threads = options->threads};
    struct peer *peer = peer_start(&peer_options, facts, capacity);
    if (peer != NULL) {
        const double checksum = peer_ask_number(peer, "checksum");
        if (checksum != (double)work->data->checksum) {
            bench_die("%s does not predict the same samples: their checksum is %.0f, not %.0f", peers[which].name,
                      checksum, (double)work->data->checksum);
        }
        peer_calibrate(peer, both, options->quick, settings, capacity);
    }
    return peer;
}

struct contestant bulk_peer(enum bulk_peer which, struct peer *peer, enum precision precision)
{
    char request[64], answer[PEER_LINE];
    snprintf(request, sizeof request, "check %s", keys[precision]);
    peer_ask(peer, request, answer, sizeof answer); /* or its process ends, with what is wrong */
    return peer_contestant(peer, peers[which].row, keys[precision], false);
}
