/*
 * contestant_libdnn.c - libdnn as a user calls it, with the recipe "tutorial".
 */
#include "contestant_libdnn.h"
#include "contestants.h"

#include <stdlib.h>
#include <string.h>

struct network {
    dnn_model *model;
    dnn_trainer *trainer;
    dnn_workspace *workspace;
    struct workload work;
    float x_f32[WORKLOAD_MAX_PORTS], y_f32[WORKLOAD_MAX_PORTS]; /* work's sample as float */
    double output[WORKLOAD_MAX_PORTS];
    float output_f32[WORKLOAD_MAX_PORTS];
};

void libdnn_demand(int32_t status, const char *what)
{
    if (status != DNN_OK) {
        bench_die("%s: %s: %s", what, dnn_status_string(status), dnn_last_error());
    }
}

static void step_f64(void *state)
{
    struct network *network = state;
    libdnn_demand(dnn_trainer_step(network->trainer, network->work.x, network->work.y, 1, NULL), "dnn_trainer_step");
}

static void step_f32(void *state)
{
    struct network *network = state;
    libdnn_demand(dnn_trainer_step_f32(network->trainer, network->x_f32, network->y_f32, 1, NULL),
                  "dnn_trainer_step_f32");
}

static void predict_f64(void *state)
{
    struct network *network = state;
    libdnn_demand(dnn_workspace_predict(network->workspace, network->work.x, 1, network->output),
                  "dnn_workspace_predict");
}

static void predict_f32(void *state)
{
    struct network *network = state;
    libdnn_demand(dnn_workspace_predict_f32(network->workspace, network->x_f32, 1, network->output_f32),
                  "dnn_workspace_predict_f32");
}

static double squared_error(void *state)
{
    struct network *network = state;
    predict_f64(state);
    double error = 0;
    for (int32_t j = 0; j < workload_outputs(&network->work); j++) {
        const double miss = network->work.y[j] - network->output[j];
        error += miss * miss;
    }
    return error;
}

static void close_network(void *state)
{
    struct network *network = state;
    dnn_workspace_destroy(network->workspace);
    dnn_trainer_destroy(network->trainer);
    dnn_model_destroy(network->model);
    free(network);
}

void libdnn_set_threads(dnn_config *config, int32_t threads)
{
    for (int64_t i = 0; i < dnn_config_key_count(); i++) { /* older versions run as many threads as the BLAS does */
        if (strcmp(dnn_config_key_name(i), "threads") == 0) {
            libdnn_demand(dnn_config_set_integer(config, "threads", threads), "threads");
        }
    }
}

dnn_config *libdnn_tutorial(const struct workload *work, enum precision precision, int32_t threads, const char *engine)
{
    dnn_config *config = NULL;
    libdnn_demand(dnn_config_create("tutorial", &config), "dnn_config_create");
    libdnn_demand(dnn_config_set(config, "precision", precision == DOUBLE_PRECISION ? "f64" : "f32"), "precision");
    libdnn_demand(dnn_config_set_number(config, "sigmoid_slope", work->slope), "sigmoid_slope");
    libdnn_demand(dnn_config_set_number(config, "learning_rate", work->learning_rate), "learning_rate");
    libdnn_demand(dnn_config_set(config, "engine", engine), "engine");
    libdnn_set_threads(config, threads);
    return config;
}

struct contestant libdnn_engine_contestant(const struct workload *work, enum operation operation,
                                           enum precision precision, int32_t threads, const char *engine)
{
    struct network *network = bench_allocate(sizeof *network);
    int64_t layers[WORKLOAD_MAX_LAYERS];
    for (int32_t i = 0; i < work->layer_count; i++) {
        layers[i] = work->layers[i];
    }
    network->work = *work;
    for (int32_t i = 0; i < WORKLOAD_MAX_PORTS; i++) {
        network->x_f32[i] = (float)work->x[i];
        network->y_f32[i] = (float)work->y[i];
    }
    dnn_config *config = libdnn_tutorial(work, precision, threads, engine);
    libdnn_demand(dnn_model_create(layers, work->layer_count, config, &network->model), "dnn_model_create");
    libdnn_demand(dnn_trainer_create(network->model, NULL, &network->trainer), "dnn_trainer_create");
    libdnn_demand(dnn_workspace_create(network->model, 1, &network->workspace), "dnn_workspace_create");
    dnn_config_destroy(config);

    const bool single = precision == SINGLE_PRECISION;
    void (*const step)(void *) = single ? step_f32 : step_f64;
    void (*const predict)(void *) = single ? predict_f32 : predict_f64;
    const bool trains = operation == TRAINING_STEP;
    return (struct contestant){.name = "libdnn",
                               .state = network,
                               .run = trains ? step : predict,
                               .error = trains ? squared_error : NULL,
                               .close = close_network};
}

struct contestant libdnn_contestant(const struct workload *work, enum operation operation, enum precision precision,
                                    int32_t threads)
{
    return libdnn_engine_contestant(work, operation, precision, threads, "auto");
}
