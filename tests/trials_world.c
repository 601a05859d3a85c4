/*
 * trials_world.c - the worlds of trials.h: made, released, and asked for everything.
 */
#include "trials.h"

#include "expect.h"
#include "file_support.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { N_IN = 3, N_OUT = 2, SAMPLES = 12 };

/* The tutorial's double, all that a checkpoint can hold in float, the BLAS's way, and a team of threads. */
static const struct {
    const char *recipe, *settings;
    int64_t hidden;
} kinds[WORLD_KINDS] = {
    {"tutorial", "epochs=2 shuffle=true momentum=0.5", 4},
    {"classifier", "epochs=3 patience=3 batch_size=5 activation.1=tanh dropout=0.1 schedule=cosine clip_norm=1", 4},
    {"regressor", "engine=blas epochs=2 batch_size=4 optimizer=rmsprop l2=0.001 precision=f64", 5},
    {"regressor", "threads=2 engine=fused epochs=1 batch_size=1 optimizer=sgd learning_rate=0.001 precision=f64", 700},
};

void world_make(struct world *world, int kind)
{
    memset(world, 0, sizeof *world);
    world->kind = kind;
    world->layers[0] = N_IN, world->layers[1] = kinds[kind].hidden, world->layers[2] = N_OUT;
    world->config = config_of_recipe(kinds[kind].recipe, kinds[kind].settings);
    world->dataset = random_dataset(1, SAMPLES, N_IN, N_OUT);
    double x[SAMPLES * N_IN];
    const int32_t labels[SAMPLES] = {0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1};
    struct generator generator = {3};
    generator_fill(&generator, x, SAMPLES * N_IN, 0.5);
    assert_ok(dnn_dataset_create_labels(x, SAMPLES, N_IN, labels, N_OUT, &world->classes));
    assert_ok(dnn_model_create(world->layers, 3, world->config, &world->model));
    if (kind == 1)
        assert_ok(dnn_model_standardize(world->model, world->dataset));
    assert_ok(dnn_trainer_create(world->model, world->config, &world->trainer));
    assert_ok(dnn_trainer_fit(world->trainer, world->dataset, NULL));
    assert_ok(dnn_workspace_create(world->model, SAMPLES, &world->workspace));
    trial_put_old();
}

void trial_put_old(void)
{
    unlink(trial_out());
    write_whole(trial_out(), (struct bytes){(uint8_t *)(uintptr_t) "old", 3});
}

void world_destroy(struct world *world)
{
    dnn_config_destroy(world->config);
    dnn_model_destroy(world->model);
    dnn_trainer_destroy(world->trainer);
    dnn_workspace_destroy(world->workspace);
    dnn_dataset_destroy(world->dataset);
    dnn_dataset_destroy(world->classes);
    unlink(trial_out());
}

/* ---- results ---- */

void results_clear(struct results *results)
{
    memset(results, SENTINEL_BYTE, sizeof *results);
    results->config = NULL;
    results->model = NULL;
    results->trainer = NULL;
    results->workspace = NULL;
    results->dataset = results->second = NULL;
}

void results_destroy(struct results *results)
{
    dnn_config_destroy(results->config);
    dnn_model_destroy(results->model);
    dnn_trainer_destroy(results->trainer);
    dnn_workspace_destroy(results->workspace);
    dnn_dataset_destroy(results->dataset);
    dnn_dataset_destroy(results->second);
}

bool results_are_untouched(const struct results *results)
{
    static struct results clear;
    results_clear(&clear);
    return memcmp(results, &clear, sizeof clear) == 0;
}

/* ---- prints ---- */

/* FNV-1a of 64 bits, eight bytes at a time. */
static void add(uint64_t *print, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i += 8) {
        uint64_t word = 0;
        memcpy(&word, (const uint8_t *)bytes + i, size - i < 8 ? size - i : 8);
        *print = (*print ^ word) * UINT64_C(0x100000001B3);
        *print ^= *print >> 29; /* so that the upper bytes of a word reach the lower ones of the print */
    }
}

static void add_bytes(uint64_t *print, struct bytes bytes)
{
    add(print, bytes.data, (size_t)bytes.size);
    free(bytes.data);
}

/* with_file: also what stands in its file, and its summary. */
static void add_model(uint64_t *print, const dnn_model *model, bool with_file)
{
    static char text[1 << 17];
    int64_t size = 0;
    add_bytes(print, facts_of(model));
    if (with_file) {
        assert_ok(dnn_model_save_memory(model, text, sizeof text, &size));
        add(print, text, (size_t)size);
        assert_ok(dnn_model_summary(model, text, sizeof text, &size));
        add(print, text, (size_t)size);
    }
}

static void add_config(uint64_t *print, const dnn_config *config)
{
    char text[512];
    for (int64_t i = 0; i < dnn_config_key_count(); i++)
        if (dnn_config_get(config, dnn_config_key_name(i), text, sizeof text, NULL) == DNN_OK)
            add(print, text, strlen(text));
    for (int i = 1; i < 4; i++) {
        char key[32];
        snprintf(key, sizeof key, "activation.%d", i);
        if (dnn_config_get(config, key, text, sizeof text, NULL) == DNN_OK)
            add(print, text, strlen(text));
    }
}

static void add_dataset(uint64_t *print, const dnn_dataset *dataset)
{
    enum { MOST = 64 };
    double x[MOST], y[MOST];
    const int64_t sizes[] = {dnn_dataset_size(dataset), dnn_dataset_inputs(dataset), dnn_dataset_outputs(dataset)};
    assert_true(sizes[1] <= MOST && sizes[2] <= MOST);
    add(print, sizes, sizeof sizes);
    for (int64_t i = 0; i < sizes[0]; i++) {
        assert_ok(dnn_dataset_get(dataset, i, x, y));
        add(print, x, (size_t)sizes[1] * sizeof *x);
        add(print, y, (size_t)sizes[2] * sizeof *y);
    }
    for (int64_t c = 0; c < sizes[2]; c++) {
        const char *name = dnn_dataset_class_name(dataset, c);
        add(print, name == NULL ? "" : name, name == NULL ? 1 : strlen(name));
    }
}

/* What can be asked of a trainer without changing it. */
static void add_trainer(uint64_t *print, const dnn_trainer *trainer, const dnn_model *model)
{
    const size_t count = (size_t)dnn_model_parameter_count(model);
    double *gradient = allocate_or_fail(count, sizeof *gradient);
    const int32_t status = dnn_trainer_get_gradient(trainer, gradient);
    add(print, &status, sizeof status);
    add(print, gradient, count * sizeof *gradient);
    free(gradient);
    for (int64_t e = 0; e < dnn_trainer_history_count(trainer); e++) {
        double losses[3];
        assert_ok(dnn_trainer_history(trainer, e, &losses[0], &losses[1], &losses[2]));
        add(print, losses, sizeof losses);
    }
    const double rate = dnn_trainer_learning_rate(trainer);
    add(print, &rate, sizeof rate);
}

/* What it does next. */
static void add_step(uint64_t *print, dnn_trainer *trainer, const dnn_model *model)
{
    double x[N_IN] = {0.25, -0.5, 0.75}, y[N_OUT] = {1, 0}, loss = 0;
    assert_int_equal(dnn_model_layer_size(model, 0), N_IN);
    for (int i = 0; i < 3; i++) { /* by the third, whatever an optimizer keeps has had its effect */
        assert_ok(dnn_trainer_step(trainer, x, y, 1, &loss));
        add(print, &loss, sizeof loss);
    }
    add_model(print, model, true);
}

static void add_workspace(uint64_t *print, dnn_workspace *workspace)
{
    double x[2 * N_IN] = {0.5, 0.25, -1, 0, 0.125, 2}, y[2 * N_OUT];
    assert_ok(dnn_workspace_predict(workspace, x, 2, y));
    add(print, y, sizeof y);
}

static void add_results(uint64_t *print, const struct results *results)
{
    add(print, results->numbers, sizeof results->numbers);
    add(print, results->floats, sizeof results->floats);
    add(print, results->integers, sizeof results->integers);
    add(print, results->labels, sizeof results->labels);
    add(print, results->text, sizeof results->text);
    if (results->config != NULL)
        add_config(print, results->config);
    if (results->model != NULL)
        add_model(print, results->model, true);
    if (results->trainer != NULL && results->model != NULL)
        add_trainer(print, results->trainer, results->model);
    if (results->workspace != NULL)
        add_workspace(print, results->workspace);
    if (results->dataset != NULL)
        add_dataset(print, results->dataset);
    if (results->second != NULL)
        add_dataset(print, results->second);
}

uint64_t print_of(struct world *world, struct results *results, bool is_last)
{
    uint64_t print = UINT64_C(0xCBF29CE484222325);
    if (access(trial_out(), F_OK) == 0)
        add_bytes(&print, read_whole(trial_out()));
    add_results(&print, results);
    add_config(&print, world->config);
    add_model(&print, world->model, is_last);
    add_trainer(&print, world->trainer, world->model);
    add_dataset(&print, world->dataset);
    add_dataset(&print, world->classes);
    if (is_last) {
        add_workspace(&print, world->workspace);
        add_step(&print, world->trainer, world->model);
        if (results->trainer != NULL && results->model != NULL)
            add_step(&print, results->trainer, results->model);
    }
    return print;
}
