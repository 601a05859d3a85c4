/*
 * suite_step.c - one sample through the tutorial's network [2,1000,1000,2]: a training step, and a prediction.
 *
 * A step is bound by memory: it must read the matrix between the two layers of 1000 twice, forward and then backward with the
 * update; a prediction reads it once.
 */
#include "contestants.h"
#include "peer.h"
#include "stream.h"
#include "suites.h"

static const struct workload work = {.layer_count = 4,
                                     .layers = {2, 1000, 1000, 2},
                                     .x = {.2, .3},
                                     .y = {.3, .67},
                                     .slope = 0.01,
                                     .learning_rate = 0.01};

static struct peer *numpy; /* one process for all NumPy contestants */

static const char *precision_name(enum precision precision)
{
    return precision == DOUBLE_PRECISION ? "double" : "float";
}

static void add_fann(struct harness *harness, int32_t group, enum operation operation, enum precision precision)
{
    struct contestant fann;
    const char *why = "";
    if (fann_contestant(&work, operation, precision, &fann, &why)) {
        harness_add(harness, group, fann);
    } else if (operation == TRAINING_STEP) {
        harness_note(harness, "LEFT OUT: FANN, %s: %s", precision_name(precision), why);
    }
}

static void add_group(struct harness *harness, const struct suite_options *options, int32_t bound,
                      enum operation operation, enum precision precision)
{
    const bool trains = operation == TRAINING_STEP;
    const int32_t group = harness_add_group(
        harness, (struct group){.operation = trains ? "training step, [2,1000,1000,2]" : "prediction, [2,1000,1000,2]",
                                .precision = precision_name(precision),
                                .bound = bound,
                                .reads = trains ? 2 : 1,
                                .bound_name = trains ? "the bound: two reads of W_1" : "the bound: one read of W_1",
                                .bytes = (double)stream_matrix_bytes(work.layers[2], work.layers[1] + 1, precision)});
    harness_add(harness, group, libdnn_contestant(&work, operation, precision, options->threads == 1 ? 1 : 0));
    harness_add(harness, group,
                precision == DOUBLE_PRECISION ? blas_contestant_f64(&work, operation)
                                              : blas_contestant_f32(&work, operation));
    if (numpy != NULL) {
        harness_add(harness, group, numpy_contestant(numpy, "matrix", operation, precision));
        harness_add(harness, group, numpy_contestant(numpy, "neuron", operation, precision));
    }
    add_fann(harness, group, operation, precision);
}

static void open_suite(struct harness *harness, const struct suite_options *options)
{
    char facts[HARNESS_NOTE_LENGTH];
    numpy = numpy_start(options->python, &work, options->machine->blas_file, options->threads, facts, sizeof facts);
    harness_note(harness, "%s", facts);
    for (enum precision precision = 0; precision < PRECISION_COUNT; precision++) {
        const int32_t bound =
            harness_add_bound(harness, stream_read(work.layers[2], work.layers[1] + 1, precision, options->threads));
        for (enum operation operation = 0; operation < OPERATION_COUNT; operation++) {
            add_group(harness, options, bound, operation, precision);
        }
    }
    harness_note(harness, "FANN always runs on one thread");
}

static void close_suite(void)
{
    peer_stop(numpy);
    numpy = NULL;
}

const struct suite suite_step = {"step", "one sample through [2,1000,1000,2]: training step and prediction", open_suite,
                                 close_suite};
