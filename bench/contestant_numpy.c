/*
 * contestant_numpy.c - the tutorial's class in NumPy, in a child that runs tutorial.py and times itself.
 */
#include "contestants.h"
#include "peer.h"

#include <stdio.h>
#include <string.h>

static void write_list(char text[WORKLOAD_TEXT], const double *numbers, int32_t count)
{
    size_t length = 0;
    for (int32_t i = 0; i < count && length < WORKLOAD_TEXT; i++) {
        length += (size_t)snprintf(text + length, WORKLOAD_TEXT - length, "%s%.17g", i == 0 ? "" : ",", numbers[i]);
    }
}

void workload_write(const struct workload *work, struct workload_text *text)
{
    double sizes[WORKLOAD_MAX_LAYERS];
    for (int32_t i = 0; i < work->layer_count; i++) {
        sizes[i] = work->layers[i];
    }
    write_list(text->layers, sizes, work->layer_count);
    write_list(text->x, work->x, work->layers[0]);
    write_list(text->y, work->y, workload_outputs(work));
}

struct peer *numpy_start(const char *python, const struct workload *work, const char *blas_file, int32_t threads,
                         char *facts, size_t capacity)
{
    struct workload_text text;
    workload_write(work, &text);
    const struct peer_options options = {.name = "NumPy",
                                         .python = python,
                                         .script = BENCH_TUTORIAL,
                                         .arguments = {text.layers, text.x, text.y},
                                         .blas_file = blas_file,
                                         .threads = threads};
    return peer_start(&options, facts, capacity);
}

struct contestant numpy_contestant(struct peer *peer, const char *form, enum operation operation,
                                   enum precision precision)
{
    char key[64]; /* form, operation and type, as tutorial.py wants them */
    const bool trains = operation == TRAINING_STEP;
    snprintf(key, sizeof key, "%s %s %s", form, trains ? "train" : "predict",
             precision == DOUBLE_PRECISION ? "float64" : "float32");
    const bool matrix = strcmp(form, "matrix") == 0;
    return peer_contestant(peer, matrix ? "NumPy, matrix form" : "NumPy, neuron by neuron", key, trains);
}
