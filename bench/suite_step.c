/*
 * suite_step.c - one sample through the tutorial's network [2,1000,1000,2]: a training step, and a prediction.
 *
 * A step is bound by memory: it must read the matrix between the two layers of 1000 twice, forward and then backward with the
 * update; a prediction reads it once. Peers choose their settings before any round, one after the other.
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

static struct peer *tutorial; /* one process for both forms of the class */
static struct peer *peers[STEP_PEER_COUNT];

/* One table, and libdnn's entry in it. */
struct table {
    enum operation operation;
    enum precision precision;
    int32_t group, ours;
};

/* A training step is to reach so much; the other tables have no target. */
static void aim(struct harness *harness, const struct table *table, struct target target)
{
    if (table->operation == TRAINING_STEP) {
        harness_aim(harness, target);
    }
}

static void add_fann(struct harness *harness, const struct table *table)
{
    struct contestant fann;
    const char *why = "";
    if (fann_contestant(&work, table->operation, table->precision, &fann, &why)) {
        const int32_t peer = harness_add(harness, table->group, fann);
        aim(harness, table, (struct target){peer, table->ours, AT_LEAST, 4});
    } else if (table->operation == TRAINING_STEP) {
        harness_note(harness, "LEFT OUT: FANN, %s: %s", workload_precision(table->precision), why);
    }
}

static void add_tutorial(struct harness *harness, const struct table *table)
{
    if (tutorial != NULL) {
        harness_add(harness, table->group, numpy_contestant(tutorial, "matrix", table->operation, table->precision));
        const int32_t neuron = harness_add(harness, table->group,
                                           numpy_contestant(tutorial, "neuron", table->operation, table->precision));
        if (table->precision == DOUBLE_PRECISION) {
            aim(harness, table, (struct target){neuron, table->ours, AT_LEAST, 130});
        }
    }
}

/* libdnn as it is by default, and beside it on all cores held to one thread. */
static void add_libdnn(struct harness *harness, const struct suite_options *options, struct table *table)
{
    const int32_t blas_threads = options->machine->blas_threads;
    const bool alone = options->threads == 1;
    table->ours =
        harness_add(harness, table->group, libdnn_contestant(&work, table->operation, table->precision, alone ? 1 : 0));
    if (alone) {
        aim(harness, table, (struct target){table->ours, HARNESS_BOUND, AT_MOST, 1.25});
    } else if (blas_threads > 0) {
        const struct contestant one = libdnn_contestant(&work, table->operation, table->precision, 1);
        const int32_t slower = harness_add(harness, table->group, on_one_thread(one, "libdnn, 1 thread", blas_threads));
        aim(harness, table, (struct target){slower, table->ours, AT_LEAST, 1.7});
    }
}

static struct table add_table(struct harness *harness, const struct suite_options *options, int32_t bound,
                              enum operation operation, enum precision precision)
{
    const bool trains = operation == TRAINING_STEP;
    struct table table = {operation, precision, 0, 0};
    table.group = harness_add_group(
        harness, (struct group){.operation = trains ? "training step, [2,1000,1000,2]" : "prediction, [2,1000,1000,2]",
                                .precision = workload_precision(precision),
                                .bound = bound,
                                .reads = trains ? 2 : 1,
                                .bound_name = trains ? "the bound: two reads of W_1" : "the bound: one read of W_1",
                                .bytes = (double)stream_matrix_bytes(work.layers[2], work.layers[1] + 1, precision)});
    add_libdnn(harness, options, &table);
    harness_add(harness, table.group,
                precision == DOUBLE_PRECISION ? blas_contestant_f64(&work, operation)
                                              : blas_contestant_f32(&work, operation));
    add_fann(harness, &table);
    add_tutorial(harness, &table);
    return table;
}

/* NumPy in place, PyTorch and scikit-learn. */
static void add_peers(struct harness *harness, const struct suite_options *options, const struct table *tables,
                      int32_t table_count)
{
    char text[HARNESS_NOTE_LENGTH];
    for (enum step_peer which = 0; which < STEP_PEER_COUNT; which++) {
        peers[which] = step_peer_start(which, options, &work, text, sizeof text);
        harness_note(harness, "%s", text);
    }
    for (int way = 0; way < STEP_WAY_COUNT; way++) {
        struct peer *peer = peers[step_way_peer(way)];
        if (peer != NULL) {
            step_way_calibrate(way, peer, options->quick, text, sizeof text);
            harness_note(harness, "%s", text);
        }
        for (int32_t i = 0; i < table_count && peer != NULL; i++) {
            harness_add(harness, tables[i].group, step_way(way, peer, tables[i].operation, tables[i].precision));
        }
    }
}

static void open_suite(struct harness *harness, const struct suite_options *options)
{
    char facts[HARNESS_NOTE_LENGTH];
    struct table tables[PRECISION_COUNT * OPERATION_COUNT];
    int32_t count = 0;
    tutorial = numpy_start(options->python, &work, options->machine->blas_file, options->threads, facts, sizeof facts);
    harness_note(harness, "%s", facts);
    for (enum precision precision = 0; precision < PRECISION_COUNT; precision++) {
        const int32_t bound =
            harness_add_bound(harness, stream_read(work.layers[2], work.layers[1] + 1, precision, options->threads));
        for (enum operation operation = 0; operation < OPERATION_COUNT; operation++) {
            tables[count++] = add_table(harness, options, bound, operation, precision);
        }
    }
    add_peers(harness, options, tables, count);
    harness_note(harness, "FANN always runs on one thread");
}

static void close_suite(void)
{
    peer_stop(tutorial);
    tutorial = NULL;
    for (int i = 0; i < STEP_PEER_COUNT; i++) {
        peer_stop(peers[i]);
        peers[i] = NULL;
    }
}

const struct suite suite_step = {
    .name = "step",
    .what = "one sample through [2,1000,1000,2]: training step and prediction",
    .open = open_suite,
    .close = close_suite,
};
