/*
 * contestant_batch.c - libdnn's update by a batch of rows, which are the same in every update.
 */
#include "contestant_libdnn.h"
#include "contestants.h"

#include <stdlib.h>

struct update {
    dnn_model *model;
    dnn_trainer *trainer;
    int64_t rows;
    double *x, *y; /* [rows × n_in], [rows × n_out]; NULL where the floats are used */
    float *x_f32, *y_f32;
};

static double step(const struct update *update, double *loss)
{
    libdnn_demand(update->x != NULL
                      ? dnn_trainer_step(update->trainer, update->x, update->y, update->rows, loss)
                      : dnn_trainer_step_f32(update->trainer, update->x_f32, update->y_f32, update->rows, loss),
                  "dnn_trainer_step");
    return loss != NULL ? *loss : 0;
}

static void run(void *state)
{
    step(state, NULL);
}

/* One update more, which tells the loss before it. */
static double loss_of(void *state)
{
    double loss = 0;
    return step(state, &loss);
}

static void close_update(void *state)
{
    struct update *update = state;
    dnn_trainer_destroy(update->trainer);
    dnn_model_destroy(update->model);
    free(update->x);
    free(update->y);
    free(update->x_f32);
    free(update->y_f32);
    free(update);
}

/* Rows of numbers in [0, 1), and as targets a 1 among zeros: a class, or two numbers. */
static void fill(struct update *update, int64_t inputs, int64_t outputs)
{
    uint32_t random = 1;
    for (int64_t i = 0; i < update->rows * inputs; i++) {
        random = random * 1664525u + 1013904223u; /* Numerical Recipes' generator */
        update->x[i] = (double)(random >> 8) / (1 << 24);
    }
    for (int64_t i = 0; i < update->rows; i++) {
        update->y[i * outputs + i % outputs] = 1;
    }
}

static float *as_floats(const double *numbers, int64_t count)
{
    float *floats = bench_allocate((size_t)count * sizeof *floats);
    for (int64_t i = 0; i < count; i++) {
        floats[i] = (float)numbers[i];
    }
    return floats;
}

static void make_rows(struct update *update, const struct gemms_work *work, enum precision precision)
{
    const int64_t inputs = work->layers[0], outputs = work->layers[work->layer_count - 1];
    update->rows = work->rows;
    update->x = bench_allocate((size_t)(work->rows * inputs) * sizeof *update->x);
    update->y = bench_allocate((size_t)(work->rows * outputs) * sizeof *update->y);
    fill(update, inputs, outputs);
    if (precision == SINGLE_PRECISION) {
        update->x_f32 = as_floats(update->x, work->rows * inputs);
        update->y_f32 = as_floats(update->y, work->rows * outputs);
        free(update->x);
        free(update->y);
        update->x = update->y = NULL;
    }
}

struct contestant batch_contestant(const struct gemms_work *work, enum precision precision, const char *recipe,
                                   int32_t threads)
{
    struct update *update = bench_allocate(sizeof *update);
    dnn_config *config = NULL;
    libdnn_demand(dnn_config_create(recipe, &config), "dnn_config_create");
    libdnn_demand(dnn_config_set(config, "precision", precision == DOUBLE_PRECISION ? "f64" : "f32"), "precision");
    libdnn_demand(dnn_config_set(config, "optimizer", "sgd"), "optimizer");
    libdnn_demand(dnn_config_set_number(config, "learning_rate", 0.001), "learning_rate");
    libdnn_set_threads(config, threads);
    libdnn_demand(dnn_model_create(work->layers, work->layer_count, config, &update->model), "dnn_model_create");
    libdnn_demand(dnn_trainer_create(update->model, NULL, &update->trainer), "dnn_trainer_create");
    dnn_config_destroy(config);
    make_rows(update, work, precision);
    return (struct contestant){.name = "libdnn", .state = update, .run = run, .error = loss_of, .close = close_update};
}
