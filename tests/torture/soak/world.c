/*
 * world.c - the handles that are alive and their shadows; chance; verdicts.
 */
#include "soak.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- chance ---- */

uint64_t draw(struct world *w)
{
    w->state += 0x9e3779b97f4a7c15u;
    uint64_t bits = w->state;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
    return bits ^ (bits >> 31);
}

int64_t below(struct world *w, int64_t n)
{
    return (int64_t)(draw(w) % (uint64_t)n);
}

bool chance(struct world *w, int percent)
{
    return below(w, 100) < percent;
}

int64_t some_rows(struct world *w)
{
    return 1 + (chance(w, 93) ? below(w, 7) : below(w, MOST_ROWS));
}

double between(struct world *w, double low, double high)
{
    return low + (high - low) * (double)(draw(w) >> 40) / 16777216.0;
}

void fill(struct world *w, double *values, int64_t count, double low, double high)
{
    for (int64_t i = 0; i < count; i++)
        values[i] = between(w, low, high);
}

const char *one_of(struct world *w, const char *const *words, int count)
{
    return words[below(w, count)];
}

/* ---- verdicts ---- */

void fail(struct world *w, const char *format, ...)
{
    printf("FINDING: %s: ", w->doing);
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\nthe latest error: %s\nto see it again: soak %llu --calls %lld\n", dnn_last_error(),
           (unsigned long long)w->seed, (long long)w->call);
    fflush(stdout);
    (void)remove_files();
    _Exit(1);
}

static int bit_of(int32_t status)
{
    switch (status) {
    case DNN_ERROR_INVALID_ARGUMENT:
        return INVALID;
    case DNN_ERROR_IO:
        return IO;
    case DNN_ERROR_FORMAT:
        return FORMAT;
    case DNN_ERROR_UNSUPPORTED:
        return UNSUPPORTED;
    case DNN_ERROR_NOT_FINITE:
        return NOT_FINITE;
    case DNN_STOPPED:
        return STOPPED;
    default:
        return 0;
    }
}

bool worked(struct world *w, int32_t status, int allowed)
{
    const bool was_refused = memory_was_refused();
    grant_memory();
    if (status == DNN_ERROR_OUT_OF_MEMORY && was_refused)
        return false;
    if (status == DNN_OK && !(allowed & MUST_FAIL))
        return true;
    if ((bit_of(status) & allowed) == 0)
        fail(w, "status %d", (int)status);
    if (status < 0 && *dnn_last_error() == '\0')
        fail(w, "an error without a message");
    return false;
}

void *need(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size);
    if (memory == NULL) {
        printf("FAILED: no memory for the soak itself\n");
        _Exit(2);
    }
    return memory;
}

/* ---- shadows ---- */

int64_t inputs_of(const struct shadow *shadow)
{
    return shadow->layers[0];
}

int64_t outputs_of(const struct shadow *shadow)
{
    return shadow->layers[shadow->layer_count - 1];
}

struct shadow *shadow_new(struct world *w, const int64_t *layers, int layer_count)
{
    (void)w;
    struct shadow *shadow = need(1, sizeof *shadow);
    shadow->layer_count = layer_count;
    memcpy(shadow->layers, layers, (size_t)layer_count * sizeof *layers);
    for (int l = 0; l + 1 < layer_count; l++)
        shadow->parameters += layers[l + 1] * (layers[l] + 1);
    shadow->theta = need((size_t)shadow->parameters, sizeof(double));
    shadow->mean = need((size_t)layers[0], sizeof(double));
    shadow->scale = need((size_t)layers[0], sizeof(double));
    return shadow;
}

void shadow_release(struct shadow *shadow)
{
    if (--shadow->references > 0)
        return;
    free(shadow->theta);
    free(shadow->mean);
    free(shadow->scale);
    free(shadow);
}

struct shadow *shadow_copy(struct world *w, const struct shadow *of, dnn_model *handle)
{
    struct shadow *copy = shadow_new(w, of->layers, of->layer_count);
    double *theta = copy->theta, *mean = copy->mean, *scale = copy->scale;
    *copy = *of;
    copy->references = 0;
    copy->handle = handle;
    copy->theta = theta;
    copy->mean = mean;
    copy->scale = scale;
    memcpy(theta, of->theta, (size_t)of->parameters * sizeof *theta);
    memcpy(mean, of->mean, (size_t)of->layers[0] * sizeof *mean);
    memcpy(scale, of->scale, (size_t)of->layers[0] * sizeof *scale);
    return copy;
}

void shadow_refresh(struct world *w, struct shadow *shadow)
{
    shadow->is_known = shadow->handle != NULL;
    if (!shadow->is_known)
        return;
    if (dnn_model_get_parameters(shadow->handle, shadow->theta) != DNN_OK ||
        dnn_model_get_standardization(shadow->handle, shadow->mean, shadow->scale) != DNN_OK)
        fail(w, "the weights cannot be read");
    for (int64_t i = 0; i < shadow->parameters; i++)
        if (!isfinite(shadow->theta[i]))
            fail(w, "weight %lld is %g", (long long)i, shadow->theta[i]);
}

void shadow_verify(struct world *w, const struct shadow *shadow)
{
    if (shadow->handle == NULL || !shadow->is_known)
        return;
    double *theta = need((size_t)shadow->parameters, sizeof *theta);
    double *mean = need((size_t)shadow->layers[0], sizeof *mean);
    double *scale = need((size_t)shadow->layers[0], sizeof *scale);
    if (dnn_model_get_parameters(shadow->handle, theta) != DNN_OK ||
        dnn_model_get_standardization(shadow->handle, mean, scale) != DNN_OK)
        fail(w, "the weights cannot be read");
    if (memcmp(theta, shadow->theta, (size_t)shadow->parameters * sizeof *theta) != 0 ||
        memcmp(mean, shadow->mean, (size_t)shadow->layers[0] * sizeof *mean) != 0 ||
        memcmp(scale, shadow->scale, (size_t)shadow->layers[0] * sizeof *scale) != 0)
        fail(w, "the model has changed");
    if (dnn_model_layer_count(shadow->handle) != shadow->layer_count ||
        dnn_model_parameter_count(shadow->handle) != shadow->parameters)
        fail(w, "the model's shape has changed");
    free(theta);
    free(mean);
    free(scale);
}

/* ---- places ---- */

/* The places of one kind, from a random one on: the first that is taken, or free. −1: none. */
static int find(struct world *w, const void *places, size_t size, int count, bool is_taken)
{
    const int first = (int)below(w, count);
    for (int i = 0; i < count; i++) {
        const int at = (first + i) % count;
        void *handle; /* it stands first in each of them */
        memcpy(&handle, (const char *)places + (size_t)at * size, sizeof handle);
        if ((handle != NULL) == is_taken)
            return at;
    }
    return -1;
}

#define FIND(w, places, is_taken)                                                                                      \
    find((w), (places), sizeof *(places), (int)(sizeof(places) / sizeof *(places)), (is_taken))

struct shadow *any_model(struct world *w)
{
    const int at = FIND(w, w->models, true);
    return at < 0 ? NULL : w->models[at];
}

struct trained *any_trainer(struct world *w)
{
    const int at = FIND(w, w->trainers, true);
    return at < 0 ? NULL : &w->trainers[at];
}

struct room *any_room(struct world *w)
{
    const int at = FIND(w, w->rooms, true);
    return at < 0 ? NULL : &w->rooms[at];
}

struct samples *any_dataset(struct world *w)
{
    const int at = FIND(w, w->datasets, true);
    return at < 0 ? NULL : &w->datasets[at];
}

void model_gone(struct shadow **place)
{
    if (*place == NULL)
        return;
    dnn_model_destroy((*place)->handle);
    (*place)->handle = NULL;
    shadow_release(*place);
    *place = NULL;
}

void trainer_gone(struct trained *trained)
{
    if (trained->handle == NULL)
        return;
    dnn_trainer_destroy(trained->handle);
    shadow_release(trained->shadow);
    *trained = (struct trained){0};
}

void room_gone(struct room *room)
{
    if (room->handle == NULL)
        return;
    dnn_workspace_destroy(room->handle);
    shadow_release(room->shadow);
    *room = (struct room){0};
}

void dataset_gone(struct samples *samples)
{
    dnn_dataset_destroy(samples->handle);
    free(samples->x);
    free(samples->y);
    *samples = (struct samples){0};
}

void keep_model(struct world *w, struct shadow *shadow)
{
    const int free_at = FIND(w, w->models, false);
    const int at = free_at < 0 ? (int)below(w, MODELS) : free_at;
    model_gone(&w->models[at]);
    shadow->references++;
    w->models[at] = shadow;
}

struct trained *keep_trainer(struct world *w, dnn_trainer *trainer, struct shadow *shadow)
{
    const int free_at = FIND(w, w->trainers, false);
    const int at = free_at < 0 ? (int)below(w, TRAINERS) : free_at;
    shadow->references++;
    trainer_gone(&w->trainers[at]);
    w->trainers[at] = (struct trained){trainer, shadow, false};
    return &w->trainers[at];
}

void keep_room(struct world *w, dnn_workspace *workspace, struct shadow *shadow, int64_t most_rows)
{
    const int free_at = FIND(w, w->rooms, false);
    const int at = free_at < 0 ? (int)below(w, WORKSPACES) : free_at;
    shadow->references++;
    room_gone(&w->rooms[at]);
    w->rooms[at] = (struct room){workspace, shadow, most_rows, 0};
}

struct samples *keep_dataset(struct world *w, dnn_dataset *dataset, int64_t n, int64_t n_in, int64_t n_out)
{
    const int free_at = FIND(w, w->datasets, false);
    const int at = free_at < 0 ? (int)below(w, DATASETS) : free_at;
    dataset_gone(&w->datasets[at]);
    w->datasets[at] = (struct samples){
        dataset, n, n_in, n_out, need((size_t)(n * n_in), sizeof(double)), need((size_t)(n * n_out), sizeof(double))};
    return &w->datasets[at];
}

void world_end(struct world *w)
{
    for (int i = 0; i < MODELS; i++)
        model_gone(&w->models[i]);
    for (int i = 0; i < TRAINERS; i++)
        trainer_gone(&w->trainers[i]);
    for (int i = 0; i < WORKSPACES; i++)
        room_gone(&w->rooms[i]);
    for (int i = 0; i < DATASETS; i++)
        dataset_gone(&w->datasets[i]);
    for (int i = 0; i < CONFIGS; i++) {
        dnn_config_destroy(w->configs[i]);
        w->configs[i] = NULL;
    }
}
