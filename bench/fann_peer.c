/*
 * fann_peer.c - the workload in FANN. Compiled twice, as two modules: BENCH_F32 0 and 1.
 *
 * Incremental training without momentum is the tutorial's update. FANN's sigmoid is 1/(1 + exp(−2 s z)), so that its steepness s
 * is half our slope; its gradient has other constants, which its time does not depend on.
 */
#include "fann_peer.h"

#if BENCH_F32
#include <floatfann.h>
#else
#include <doublefann.h>
#endif
#include <stdlib.h>

struct network {
    struct fann *fann;
    int32_t calls, outputs, fed; /* fed: outputs that an input takes */
    fann_type x[WORKLOAD_MAX_PORTS], y[WORKLOAD_MAX_PORTS];
};

static void *create(const struct workload *work)
{
    unsigned int layers[WORKLOAD_MAX_LAYERS];
    for (int32_t i = 0; i < work->layer_count; i++) {
        layers[i] = (unsigned int)work->layers[i];
    }
    struct network *network = calloc(1, sizeof *network);
    struct fann *fann = fann_create_standard_array((unsigned int)work->layer_count, layers);
    if (network == NULL || fann == NULL) {
        free(network);
        return NULL;
    }
    fann_set_training_algorithm(fann, FANN_TRAIN_INCREMENTAL);
    fann_set_activation_function_hidden(fann, FANN_SIGMOID);
    fann_set_activation_function_output(fann, FANN_SIGMOID);
    fann_set_activation_steepness_hidden(fann, (fann_type)(work->slope / 2));
    fann_set_activation_steepness_output(fann, (fann_type)(work->slope / 2));
    fann_set_learning_rate(fann, (float)work->learning_rate);
    fann_set_learning_momentum(fann, 0);
    fann_randomize_weights(fann, 0, 1);
    network->fann = fann;
    network->calls = work->calls > 0 ? work->calls : 1;
    network->outputs = workload_outputs(work);
    network->fed = network->outputs < work->layers[0] ? network->outputs : work->layers[0];
    for (int32_t i = 0; i < WORKLOAD_MAX_PORTS; i++) {
        network->x[i] = (fann_type)work->x[i];
        network->y[i] = (fann_type)work->y[i];
    }
    return network;
}

static void train(void *state)
{
    struct network *network = state;
    for (int32_t i = 0; i < network->calls; i++) {
        fann_train(network->fann, network->x, network->y);
    }
}

static void predict(void *state)
{
    struct network *network = state;
    for (int32_t i = 0; i < network->calls; i++) {
        fann_run(network->fann, network->x);
    }
}

static void predict_from_last(void *state)
{
    struct network *network = state;
    for (int32_t i = 0; i < network->calls; i++) {
        const fann_type *output = fann_run(network->fann, network->x);
        for (int32_t j = 0; j < network->fed; j++) {
            network->x[j] = output[j];
        }
    }
}

static double squared_error(void *state)
{
    struct network *network = state;
    const fann_type *output = fann_run(network->fann, network->x);
    double error = 0;
    for (int32_t j = 0; j < network->outputs; j++) {
        const double miss = (double)network->y[j] - (double)output[j];
        error += miss * miss;
    }
    return error;
}

static void destroy(void *state)
{
    struct network *network = state;
    fann_destroy(network->fann);
    free(network);
}

const struct fann_peer *bench_fann_peer(void)
{
    static const struct fann_peer peer = {create, train, predict, predict_from_last, squared_error, destroy};
    return &peer;
}
