/*
 * contestant_numpy.c - the tutorial's class in NumPy, in a child that runs tutorial.py and times itself.
 */
#define _POSIX_C_SOURCE 200809L
#include "child.h"
#include "contestants.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_LENGTH = 1024 };

struct network {
    struct child *child;
    char key[64]; /* form, operation and type, as tutorial.py wants them */
};

static void write_list(char *text, size_t capacity, const double *numbers, int32_t count)
{
    size_t length = 0;
    for (int32_t i = 0; i < count && length < capacity; i++) {
        length += (size_t)snprintf(text + length, capacity - length, "%s%.17g", i == 0 ? "" : ",", numbers[i]);
    }
}

/* "version <tab> files <tab> kernel <tab> threads", told in words, with a warning if it is not our BLAS or thread count. */
static void describe(char *hello, const char *blas_file, int32_t threads, char *facts, size_t capacity)
{
    const char *field[4] = {"unknown", "unknown", "unknown", "0"};
    char *rest = hello;
    for (int i = 0; i < 4 && rest != NULL; i++) {
        field[i] = rest;
        rest = strchr(rest, '\t');
        if (rest != NULL) {
            *rest++ = '\0';
        }
    }
    const bool same_file = strstr(field[1], blas_file) != NULL;
    const bool same_threads = strtol(field[3], NULL, 10) == threads;
    snprintf(facts, capacity, "NumPy %s, %s %s, kernel %s, %s thread(s)%s", field[0],
             same_file ? "same BLAS as libdnn:" : "ANOTHER BLAS THAN libdnn:", field[1], field[2], field[3],
             same_threads ? "" : ": NOT AS MANY AS OURS");
}

struct child *numpy_start(const char *python, const struct workload *work, const char *blas_file, int32_t threads,
                          char *facts, size_t capacity)
{
    char layers[LINE_LENGTH], x[LINE_LENGTH], y[LINE_LENGTH], hello[LINE_LENGTH];
    double sizes[WORKLOAD_MAX_LAYERS];
    for (int32_t i = 0; i < work->layer_count; i++) {
        sizes[i] = work->layers[i];
    }
    write_list(layers, sizeof layers, sizes, work->layer_count);
    write_list(x, sizeof x, work->x, work->layers[0]);
    write_list(y, sizeof y, work->y, workload_outputs(work));
    char script[] = BENCH_TUTORIAL;
    char *program = strdup(python);
    struct child *child = program == NULL ? NULL : child_start((char *[]){program, script, layers, x, y, NULL});
    free(program);
    if (child == NULL || child_read(child, hello, sizeof hello) != 0) {
        child_stop(child);
        snprintf(facts, capacity, "LEFT OUT: NumPy, because %s could not run %s", python, BENCH_TUTORIAL);
        return NULL;
    }
    describe(hello, blas_file, threads, facts, capacity);
    return child;
}

static double ask_number(const struct network *network, const char *request, const char *rest)
{
    char line[LINE_LENGTH], answer[LINE_LENGTH], *end = answer;
    snprintf(line, sizeof line, "%s %s%s", request, network->key, rest);
    if (child_ask(network->child, line, answer, sizeof answer) != 0) {
        bench_die("the NumPy child ended on \"%s\"", line);
    }
    const double number = strtod(answer, &end);
    if (end == answer) {
        bench_die("the NumPy child answered \"%s\" to \"%s\"", answer, line);
    }
    return number;
}

static double measure(void *state, int64_t repetitions)
{
    char rest[32];
    snprintf(rest, sizeof rest, " %lld", (long long)repetitions);
    return ask_number(state, "time", rest);
}

static double squared_error(void *state)
{
    return ask_number(state, "error", "");
}

struct contestant numpy_contestant(struct child *child, const char *form, enum operation operation,
                                   enum precision precision)
{
    struct network *network = bench_allocate(sizeof *network);
    const bool trains = operation == TRAINING_STEP;
    network->child = child;
    snprintf(network->key, sizeof network->key, "%s %s %s", form, trains ? "train" : "predict",
             precision == DOUBLE_PRECISION ? "float64" : "float32");
    const bool matrix = strcmp(form, "matrix") == 0;
    return (struct contestant){.name = matrix ? "NumPy, matrix form" : "NumPy, neuron by neuron",
                               .state = network,
                               .measure = measure,
                               .error = trains ? squared_error : NULL,
                               .close = free};
}
