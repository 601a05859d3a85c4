/*
 * contestant_epoch.c - an epoch by libdnn, and the peers that run in a child process. See epoch.h.
 */
#define _POSIX_C_SOURCE 200809L
#include "child.h"
#include "epoch.h"

#include <dnn.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct network {
    dnn_model *model;
    dnn_trainer *trainer;
    dnn_dataset *data;
};

static void demand(int32_t status, const char *what)
{
    if (status != DNN_OK) {
        bench_die("%s: %s", what, dnn_last_error());
    }
}

static void run_epoch(void *state)
{
    const struct network *network = state;
    demand(dnn_trainer_fit(network->trainer, network->data, NULL), "dnn_trainer_fit");
}

static double loss_of(void *state)
{
    const struct network *network = state;
    double loss = 0;
    demand(dnn_model_evaluate(network->model, network->data, &loss, NULL), "dnn_model_evaluate");
    return loss;
}

static void close_network(void *state)
{
    struct network *network = state;
    dnn_trainer_destroy(network->trainer);
    dnn_model_destroy(network->model);
    dnn_dataset_destroy(network->data);
    free(network);
}

static dnn_dataset *make_data(const struct epoch_work *work)
{
    const int64_t n_in = work->layers[0], classes = work->layers[work->layer_count - 1];
    uint8_t *x = bench_allocate((size_t)(work->samples * n_in));
    int32_t *labels = bench_allocate((size_t)work->samples * sizeof *labels);
    uint32_t state = 1; /* a linear congruential generator (Numerical Recipes): any numbers will do */
    for (int64_t i = 0; i < work->samples * n_in; i++) {
        state = state * 1664525u + 1013904223u;
        x[i] = (uint8_t)(state >> 24);
    }
    for (int64_t i = 0; i < work->samples; i++) {
        state = state * 1664525u + 1013904223u;
        labels[i] = (int32_t)((state >> 16) % (uint32_t)classes);
    }
    dnn_dataset *data = NULL;
    demand(dnn_dataset_create_labels_u8(x, work->samples, n_in, labels, classes, &data),
           "dnn_dataset_create_labels_u8");
    free(x);
    free(labels);
    return data;
}

struct contestant epoch_libdnn(const struct epoch_work *work)
{
    struct network *network = bench_allocate(sizeof *network);
    dnn_config *config = NULL;
    demand(dnn_config_create("classifier", &config), "dnn_config_create");
    demand(dnn_config_set_integer(config, "batch_size", work->batch), "batch_size");
    demand(dnn_config_set_integer(config, "epochs", 1), "epochs");
    demand(dnn_model_create(work->layers, work->layer_count, config, &network->model), "dnn_model_create");
    demand(dnn_trainer_create(network->model, NULL, &network->trainer), "dnn_trainer_create");
    network->data = make_data(work);
    dnn_config_destroy(config);
    return (struct contestant){
        .name = "libdnn", .state = network, .run = run_epoch, .error = loss_of, .close = close_network};
}

struct peer {
    struct child *child;
};

static double ask(struct peer *peer, const char *request)
{
    char answer[256], *end = answer;
    if (child_ask(peer->child, request, answer, sizeof answer) != 0) {
        bench_die("a peer ended on \"%s\"", request);
    }
    const double number = strtod(answer, &end);
    if (end == answer) {
        bench_die("a peer answered \"%s\" to \"%s\"", answer, request);
    }
    return number;
}

static double measure_peer(void *state, int64_t repetitions)
{
    char request[64];
    snprintf(request, sizeof request, "time %lld", (long long)repetitions);
    return ask(state, request);
}

static double peer_error(void *state)
{
    return ask(state, "error");
}

static void close_peer(void *state)
{
    struct peer *peer = state;
    child_stop(peer->child);
    free(peer);
}

bool epoch_peer(const char *python, const char *peer, const struct epoch_work *work, int32_t threads,
                struct contestant *out, char *facts, size_t capacity)
{
    char layers[128] = "", batch[32], samples[32], thread_count[32], hello[256];
    for (int64_t l = 0; l < work->layer_count; l++) {
        const size_t length = strlen(layers);
        snprintf(layers + length, sizeof layers - length, "%s%lld", l == 0 ? "" : ",", (long long)work->layers[l]);
    }
    snprintf(batch, sizeof batch, "%lld", (long long)work->batch);
    snprintf(samples, sizeof samples, "%lld", (long long)work->samples);
    snprintf(thread_count, sizeof thread_count, "%d", (int)threads);
    char script[] = BENCH_EPOCH_PEERS, *program = strdup(python), *name = strdup(peer);
    struct child *child =
        program == NULL || name == NULL
            ? NULL
            : child_start((char *[]){program, script, name, layers, batch, samples, thread_count, NULL});
    free(program);
    free(name);
    if (child == NULL || child_read(child, hello, sizeof hello) != 0) {
        child_stop(child);
        snprintf(facts, capacity, "LEFT OUT: %s, because %s could not import it (Debian: apt-get install python3-%s)",
                 peer, python, peer);
        return false;
    }
    struct peer *state = bench_allocate(sizeof *state);
    state->child = child;
    snprintf(facts, capacity, "%s", hello);
    *out = (struct contestant){.name = strcmp(peer, "torch") == 0 ? "PyTorch" : "scikit-learn",
                               .state = state,
                               .measure = measure_peer,
                               .error = peer_error,
                               .close = close_peer};
    return true;
}
