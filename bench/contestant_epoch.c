/*
 * contestant_epoch.c - an epoch by libdnn. See epoch.h.
 */
#include "contestant_libdnn.h"
#include "epoch.h"

#include <stdlib.h>

struct network {
    dnn_model *model;
    dnn_trainer *trainer;
    dnn_dataset *data;
};

static void run_epoch(void *state)
{
    const struct network *network = state;
    libdnn_demand(dnn_trainer_fit(network->trainer, network->data, NULL), "dnn_trainer_fit");
}

static double loss_of(void *state)
{
    const struct network *network = state;
    double loss = 0;
    libdnn_demand(dnn_model_evaluate(network->model, network->data, &loss, NULL), "dnn_model_evaluate");
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

static dnn_dataset *make_dataset(const struct epoch_data *data)
{
    int32_t *labels = bench_allocate((size_t)data->samples * sizeof *labels);
    for (int64_t i = 0; i < data->samples; i++) {
        labels[i] = data->bytes[data->samples * data->inputs + i];
    }
    dnn_dataset *dataset = NULL;
    libdnn_demand(
        dnn_dataset_create_labels_u8(data->bytes, data->samples, data->inputs, labels, data->classes, &dataset),
        "dnn_dataset_create_labels_u8");
    free(labels);
    return dataset;
}

struct contestant epoch_libdnn(const struct epoch_work *work, int32_t threads)
{
    struct network *network = bench_allocate(sizeof *network);
    dnn_config *config = NULL;
    libdnn_demand(dnn_config_create("classifier", &config), "dnn_config_create");
    libdnn_demand(dnn_config_set_integer(config, "batch_size", work->batch), "batch_size");
    libdnn_demand(dnn_config_set_integer(config, "epochs", 1), "epochs");
    libdnn_set_threads(config, threads);
    libdnn_demand(dnn_model_create(work->layers, work->layer_count, config, &network->model), "dnn_model_create");
    libdnn_demand(dnn_trainer_create(network->model, NULL, &network->trainer), "dnn_trainer_create");
    network->data = make_dataset(work->data);
    dnn_config_destroy(config);
    return (struct contestant){
        .name = "libdnn", .state = network, .run = run_epoch, .error = loss_of, .close = close_network};
}
