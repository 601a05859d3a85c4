/*
 * suite_sweep.c - how the cost of a parameter grows: with the width of a network, and with the rows of a batch.
 *
 * Widths: one sample's step through [2,w,w,2], by libdnn with threads=1 and with threads=0, by its engine blas on one thread, and by
 * FANN; the bound is two bare reads of the matrix. Batches: one update by sgd with n rows; the bound is its matrix products.
 * Each size is a part of its own (suites.h): the networks of the largest take gigabytes.
 */
#include "contestants.h"
#include "gemms.h"
#include "stream.h"
#include "suites.h"

#include <stdio.h>

enum {
    LEAST_WIDTH = 2,
    MOST_WIDTH = 8192,
    FANN_MOST_WIDTH = 4096, /* it would need 2 GB and seconds to begin with */
    MOST_ROWS = 4096,
    QUICK_STRIDE = 5, /* of the powers of 2, how many are gone on by */
    MOST_PARTS = 64,
    NETWORK_COUNT = 2
};

static const struct {
    const char *layers, *series, *recipe;
    enum precision precision;
    struct gemms_work work;
} networks[NETWORK_COUNT] = {
    {"784,512,512,10",
     "update by n rows, [784,512,512,10]",
     "classifier",
     SINGLE_PRECISION,
     {.layers = {784, 512, 512, 10}, .layer_count = 4}},
    {"2,1000,1000,2",
     "update by n rows, [2,1000,1000,2]",
     "tutorial",
     DOUBLE_PRECISION,
     {.layers = {2, 1000, 1000, 2}, .layer_count = 4}},
};

/* A part: a width in a precision, or rows for a network. */
struct point {
    bool is_width;
    enum precision precision;
    int32_t size, network;
};

static char operations[MOST_PARTS][64];

/* The n-th size of least, 2 least, 4 least … most; 0: there are not so many. *n is lessened by those that there are. */
static int32_t size_at(int32_t least, int32_t most, bool quick, int32_t *n)
{
    for (int32_t size = least; size <= most; size <<= quick ? QUICK_STRIDE : 1) {
        if ((*n)-- == 0) {
            return size;
        }
    }
    return 0;
}

/* Widths in double, then in float, then the rows of each network. False: there is no such part. */
static bool find_point(const struct suite_options *options, struct point *point)
{
    int32_t n = options->part;
    for (enum precision precision = 0; precision < PRECISION_COUNT; precision++) {
        *point = (struct point){.is_width = true, .precision = precision};
        point->size = size_at(LEAST_WIDTH, MOST_WIDTH, options->quick, &n);
        if (point->size > 0) {
            return true;
        }
    }
    for (int32_t network = 0; network < NETWORK_COUNT; network++) {
        *point = (struct point){.precision = networks[network].precision, .network = network};
        point->size = size_at(1, MOST_ROWS, options->quick, &n);
        if (point->size > 0) {
            return true;
        }
    }
    return false;
}

static const char *name_part(const struct suite_options *options)
{
    static char name[64];
    struct point point;
    if (!find_point(options, &point)) {
        return NULL;
    }
    if (point.is_width) {
        snprintf(name, sizeof name, "width %d, %s", (int)point.size, workload_precision(point.precision));
    } else {
        snprintf(name, sizeof name, "rows %d, [%s]", (int)point.size, networks[point.network].layers);
    }
    return name;
}

/* The tutorial's rule at any width: with the slope that it has at 1000, wider networks would saturate, and not learn. */
static struct workload work_of_width(int32_t width)
{
    return (struct workload){.layer_count = 4,
                             .layers = {2, width, width, 2},
                             .x = {.2, .3},
                             .y = {.3, .67},
                             .slope = 10.0 / (width + 8),
                             .learning_rate = 0.01};
}

/* threads: of the bound; on_one: whether the group is that of one thread, which all may be too. */
static int32_t add_width_group(struct harness *harness, const char *operation, const struct point *point,
                               int32_t threads, bool on_one)
{
    const double width = point->size;
    return harness_add_group(
        harness, (struct group){.operation = operation,
                                .precision = workload_precision(point->precision),
                                .bound = harness_add_bound(
                                    harness, stream_read(point->size, point->size + 1, point->precision, threads)),
                                .reads = 2,
                                .bound_name = on_one ? "bound, 1 thread" : "bound, all threads",
                                .bytes = (double)stream_matrix_bytes(point->size, point->size + 1, point->precision),
                                .series = "training step, [2,w,w,2]",
                                .axis = "width",
                                .size = width,
                                .parameters = width * (width + 6) + 2});
}

static void add_fann(struct harness *harness, int32_t group, const struct workload *work, const struct point *point)
{
    struct contestant fann;
    const char *why = "";
    if (point->size > FANN_MOST_WIDTH) {
        return;
    }
    if (fann_contestant(work, TRAINING_STEP, point->precision, &fann, &why)) {
        harness_add(harness, group, fann);
    } else if (point->size == LEAST_WIDTH) {
        harness_note(harness, "LEFT OUT: FANN, %s: %s", workload_precision(point->precision), why);
    }
}

/* What can only be timed where the BLAS can be held to one thread while it runs. */
static void add_held(struct harness *harness, int32_t group, struct contestant inner, const char *name, int32_t threads)
{
    if (threads > 0) {
        harness_add(harness, group, on_one_thread(inner, name, threads));
    } else {
        inner.close(inner.state);
    }
}

static void open_width(struct harness *harness, const struct suite_options *options, const struct point *point)
{
    const struct workload work = work_of_width(point->size);
    char *operation = operations[options->part];
    snprintf(operation, sizeof operations[0], "training step, [2,%d,%d,2]", (int)point->size, (int)point->size);
    const int32_t on_one = add_width_group(harness, operation, point, 1, true);
    struct contestant single = libdnn_contestant(&work, TRAINING_STEP, point->precision, 1);
    single.name = "libdnn, 1 thread";
    const int32_t one = harness_add(harness, on_one, single);
    add_held(harness, on_one, libdnn_engine_contestant(&work, TRAINING_STEP, point->precision, 1, "blas"),
             "engine blas, 1 thread", options->machine->blas_threads);
    add_fann(harness, on_one, &work, point);
    const int32_t on_all = add_width_group(harness, operation, point, options->threads, false);
    const int32_t all = harness_add(harness, on_all, libdnn_contestant(&work, TRAINING_STEP, point->precision, 0));
    harness_aim(harness, (struct target){all, one, AT_MOST, 1.05});
}

static struct contestant gemms_contestant(const struct gemms_work *work, enum precision precision)
{
    return precision == DOUBLE_PRECISION ? gemms_contestant_f64(work) : gemms_contestant_f32(work);
}

static double parameters_of(const struct gemms_work *work)
{
    double parameters = 0;
    for (int64_t l = 0; l + 1 < work->layer_count; l++) {
        parameters += (double)(work->layers[l + 1] * (work->layers[l] + 1));
    }
    return parameters;
}

static int32_t add_rows_group(struct harness *harness, const char *operation, const struct point *point,
                              const struct gemms_work *work, struct contestant bound, const char *bound_name)
{
    return harness_add_group(harness, (struct group){.operation = operation,
                                                     .precision = workload_precision(point->precision),
                                                     .bound = harness_add_bound(harness, bound),
                                                     .reads = 1,
                                                     .bound_name = bound_name,
                                                     .samples = point->size,
                                                     .flops = gemms_flops(work),
                                                     .series = networks[point->network].series,
                                                     .axis = "rows",
                                                     .size = point->size,
                                                     .parameters = parameters_of(work)});
}

static void open_rows(struct harness *harness, const struct suite_options *options, const struct point *point)
{
    const char *recipe = networks[point->network].recipe;
    const int32_t blas_threads = options->machine->blas_threads;
    struct gemms_work work = networks[point->network].work;
    work.rows = point->size;
    work.batches = 1;
    char *operation = operations[options->part];
    snprintf(operation, sizeof operations[0], "update by %d rows, [%s]", (int)point->size,
             networks[point->network].layers);
    const int32_t on_all = add_rows_group(harness, operation, point, &work, gemms_contestant(&work, point->precision),
                                          "bare GEMMs, all threads");
    harness_add(harness, on_all, batch_contestant(&work, point->precision, recipe, 0));
    if (blas_threads > 0) {
        const int32_t on_one = add_rows_group(
            harness, operation, point, &work,
            on_one_thread(gemms_contestant(&work, point->precision), "bare GEMMs, 1 thread", blas_threads),
            "bare GEMMs, 1 thread");
        harness_add(
            harness, on_one,
            on_one_thread(batch_contestant(&work, point->precision, recipe, 1), "libdnn, 1 thread", blas_threads));
    }
}

static void open_part(struct harness *harness, const struct suite_options *options)
{
    struct point point;
    find_point(options, &point); /* there is one: it has a name */
    if (options->part == 0 && options->machine->blas_threads == 0) {
        harness_note(harness,
                     "LEFT OUT: everything that the BLAS does on one thread, because only OpenBLAS can be held to one");
    }
    (point.is_width ? open_width : open_rows)(harness, options, &point);
}

const struct suite suite_sweep = {
    .name = "sweep",
    .what = "widths 2 to 8192 of a step and 1 to 4096 rows of an update: time a parameter",
    .open = open_part,
    .part_name = name_part,
    .seconds = 100,
};
