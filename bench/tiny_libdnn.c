/*
 * tiny_libdnn.c - libdnn on a tiny network; see tiny.h.
 */
#include "contestant_libdnn.h"
#include "tiny.h"

#include <stdlib.h>
#include <string.h>

struct network {
    dnn_model *model;
    dnn_trainer *trainer;
    dnn_workspace *workspace;
    int32_t calls, inputs, outputs, fed; /* fed: outputs that an input takes */
    double x[WORKLOAD_MAX_PORTS], y[WORKLOAD_MAX_PORTS], out[WORKLOAD_MAX_PORTS];
    float x_f32[WORKLOAD_MAX_PORTS], y_f32[WORKLOAD_MAX_PORTS], out_f32[WORKLOAD_MAX_PORTS];
    double *rows, *rows_out; /* [calls × inputs], [calls × outputs] */
    float *rows_f32, *rows_out_f32;
};

/* What each way does in each precision. CALL: a function of a handle, the numbers that go in, a count and what comes out. */
#define DEFINE_CALLS(name, CALL, handle, x, out)                                                                       \
    static void name(void *state)                                                                                      \
    {                                                                                                                  \
        struct network *network = state;                                                                               \
        int32_t status = DNN_OK;                                                                                       \
        for (int32_t i = 0; i < network->calls; i++) {                                                                 \
            status |= CALL(network->handle, network->x, 1, network->out);                                              \
        }                                                                                                              \
        libdnn_demand(status, #CALL);                                                                                  \
    }                                                                                                                  \
    static void name##_from_last(void *state)                                                                          \
    {                                                                                                                  \
        struct network *network = state;                                                                               \
        int32_t status = DNN_OK;                                                                                       \
        for (int32_t i = 0; i < network->calls; i++) {                                                                 \
            status |= CALL(network->handle, network->x, 1, network->out);                                              \
            for (int32_t j = 0; j < network->fed; j++) {                                                               \
                network->x[j] = network->out[j];                                                                       \
            }                                                                                                          \
        }                                                                                                              \
        libdnn_demand(status, #CALL);                                                                                  \
    }                                                                                                                  \
    static void name##_rows(void *state)                                                                               \
    {                                                                                                                  \
        struct network *network = state;                                                                               \
        libdnn_demand(CALL(network->handle, network->rows_##x, network->calls, network->rows_##out), #CALL);           \
    }

#define rows_x rows
#define rows_x_f32 rows_f32
#define rows_out_f64 rows_out
DEFINE_CALLS(workspace_f64, dnn_workspace_predict, workspace, x, out)
DEFINE_CALLS(workspace_f32, dnn_workspace_predict_f32, workspace, x_f32, out_f32)
DEFINE_CALLS(model_f64, dnn_model_predict, model, x, out)
DEFINE_CALLS(model_f32, dnn_model_predict_f32, model, x_f32, out_f32)

static void step_f64(void *state)
{
    struct network *network = state;
    int32_t status = DNN_OK;
    for (int32_t i = 0; i < network->calls; i++) {
        status |= dnn_trainer_step(network->trainer, network->x, network->y, 1, NULL);
    }
    libdnn_demand(status, "dnn_trainer_step");
}

static void step_f32(void *state)
{
    struct network *network = state;
    int32_t status = DNN_OK;
    for (int32_t i = 0; i < network->calls; i++) {
        status |= dnn_trainer_step_f32(network->trainer, network->x_f32, network->y_f32, 1, NULL);
    }
    libdnn_demand(status, "dnn_trainer_step_f32");
}

static double squared_error(void *state)
{
    struct network *network = state;
    libdnn_demand(dnn_model_predict(network->model, network->x, 1, network->out), "dnn_model_predict");
    double error = 0;
    for (int32_t j = 0; j < network->outputs; j++) {
        const double miss = network->y[j] - network->out[j];
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
    free(network->rows);
    free(network->rows_out);
    free(network->rows_f32);
    free(network->rows_out_f32);
    free(network);
}

/* The workload's sample, and as many others like it as there are calls. */
static void make_samples(struct network *network, const struct workload *work)
{
    const size_t in = (size_t)(network->calls * network->inputs), out = (size_t)(network->calls * network->outputs);
    network->rows = bench_allocate(in * sizeof *network->rows);
    network->rows_out = bench_allocate(out * sizeof *network->rows_out);
    network->rows_f32 = bench_allocate(in * sizeof *network->rows_f32);
    network->rows_out_f32 = bench_allocate(out * sizeof *network->rows_out_f32);
    for (size_t i = 0; i < in; i++) {
        network->rows[i] = (double)(i % 101) / 101;
        network->rows_f32[i] = (float)network->rows[i];
    }
    memcpy(network->x, work->x, sizeof network->x);
    memcpy(network->y, work->y, sizeof network->y);
    for (int32_t j = 0; j < WORKLOAD_MAX_PORTS; j++) {
        network->x_f32[j] = (float)work->x[j];
        network->y_f32[j] = (float)work->y[j];
    }
}

/* [way][is it float][is it plain]; a step is neither. */
static void (*const runs[TINY_WAY_COUNT][PRECISION_COUNT][2])(void *) = {
    [TINY_PREDICT] = {{workspace_f64, model_f64}, {workspace_f32, model_f32}},
    [TINY_FROM_LAST] = {{workspace_f64_from_last, model_f64_from_last}, {workspace_f32_from_last, model_f32_from_last}},
    [TINY_STEP] = {{step_f64, step_f64}, {step_f32, step_f32}},
    [TINY_ROWS] = {{workspace_f64_rows, model_f64_rows}, {workspace_f32_rows, model_f32_rows}},
};

struct contestant tiny_libdnn(const struct workload *work, enum tiny_way way, enum precision precision, bool plain)
{
    struct network *network = bench_allocate(sizeof *network);
    int64_t layers[WORKLOAD_MAX_LAYERS];
    for (int32_t i = 0; i < work->layer_count; i++) {
        layers[i] = work->layers[i];
    }
    network->calls = work->calls;
    network->inputs = work->layers[0];
    network->outputs = workload_outputs(work);
    network->fed = network->outputs < network->inputs ? network->outputs : network->inputs;
    make_samples(network, work);
    dnn_config *config = libdnn_tutorial(work, precision, 0, "auto");
    libdnn_demand(dnn_model_create(layers, work->layer_count, config, &network->model), "dnn_model_create");
    libdnn_demand(dnn_trainer_create(network->model, NULL, &network->trainer), "dnn_trainer_create");
    libdnn_demand(dnn_workspace_create(network->model, work->calls, &network->workspace), "dnn_workspace_create");
    dnn_config_destroy(config);
    const bool trains = way == TINY_STEP;
    return (struct contestant){.name = trains  ? "libdnn"
                                       : plain ? "libdnn, plain predict"
                                               : "libdnn, workspace",
                               .state = network,
                               .run = runs[way][precision][plain],
                               .error = trains ? squared_error : NULL,
                               .close = close_network};
}
