/*
 * suite_bulk.c - predictions of 10,000 rows in one call, beside the bare matrix products of the same rows.
 *
 * The bound takes the rows a block at a time, as everyone can who wants what lies between two products to stay in a cache. It looks
 * for its fastest block before the rounds, as the peers do for their settings.
 */
#include "bulk.h"
#include "contestants.h"
#include "gemms.h"
#include "peer.h"
#include "suites.h"

#include <stdio.h>

enum { ROWS = 10000, QUICK_ROWS = 1000, INPUTS = 784, CLASSES = 10, TRIES = 2 };

/* Rows of a block that the bound may take; each divides the rows. */
static const int64_t blocks[] = {250, 500, 1000, 2500, 10000};
enum { BLOCK_COUNT = sizeof blocks / sizeof blocks[0] };

static struct epoch_data data;
static const struct bulk_work work = {.layers = {INPUTS, 512, 512, CLASSES}, .layer_count = 4, .data = &data};
static struct peer *peers[BULK_PEER_COUNT];
static char operation[64];

static struct gemms_work products_of(int64_t block)
{
    struct gemms_work products = {
        .layer_count = work.layer_count, .rows = block, .batches = data.samples / block, .predicts = true};
    for (int64_t l = 0; l < work.layer_count; l++) {
        products.layers[l] = work.layers[l];
    }
    return products;
}

static struct contestant make_products(int64_t block, enum precision precision)
{
    const struct gemms_work products = products_of(block);
    return precision == DOUBLE_PRECISION ? gemms_contestant_f64(&products) : gemms_contestant_f32(&products);
}

/* The block with the shortest time, of several tries of each. */
static int64_t fastest_block(enum precision precision)
{
    int64_t best = 0;
    double least = 0;
    for (int i = 0; i < BLOCK_COUNT && blocks[i] <= data.samples; i++) {
        const struct contestant tried = make_products(blocks[i], precision);
        for (int t = 0; t < TRIES; t++) {
            const double seconds = harness_turn(&tried, 1);
            if (best == 0 || seconds < least) {
                best = blocks[i];
                least = seconds;
            }
        }
        tried.close(tried.state);
    }
    return best;
}

/* A precision's table with its bound and libdnn. Returns the group. */
static int32_t add_table(struct harness *harness, const struct suite_options *options, enum precision precision)
{
    const int64_t block = fastest_block(precision);
    const struct gemms_work products = products_of(block);
    const int32_t bound = harness_add_bound(harness, make_products(block, precision));
    const int32_t group = harness_add_group(harness, (struct group){.operation = operation,
                                                                    .precision = workload_precision(precision),
                                                                    .bound = bound,
                                                                    .reads = 1,
                                                                    .bound_name = "the bound: bare GEMMs",
                                                                    .samples = (double)data.samples,
                                                                    .flops = gemms_flops(&products)});
    const int32_t ours = harness_add(harness, group, bulk_libdnn(&work, precision, options->threads == 1 ? 1 : 0));
    harness_aim(harness, (struct target){ours, HARNESS_BOUND, AT_MOST, 1.1});
    if (options->threads > 1 && options->machine->blas_threads > 0) {
        harness_add(
            harness, group,
            on_one_thread(bulk_libdnn(&work, precision, 1), "libdnn, 1 thread", options->machine->blas_threads));
    }
    harness_note(harness, "the bound in %s: blocks of %lld rows, the fastest of %d sizes",
                 workload_precision(precision), (long long)block, BLOCK_COUNT);
    return group;
}

static void open_suite(struct harness *harness, const struct suite_options *options)
{
    char facts[HARNESS_NOTE_LENGTH], settings[HARNESS_NOTE_LENGTH];
    int32_t groups[PRECISION_COUNT];
    data = epoch_data_make(options->quick ? QUICK_ROWS : ROWS, INPUTS, CLASSES);
    snprintf(operation, sizeof operation, "prediction of %lld rows, [784,512,512,10]", (long long)data.samples);
    for (enum precision precision = 0; precision < PRECISION_COUNT; precision++) {
        groups[precision] = add_table(harness, options, precision);
    }
    for (enum bulk_peer which = 0; which < BULK_PEER_COUNT; which++) {
        peers[which] = bulk_peer_start(which, options, &work, facts, settings, sizeof facts);
        harness_note(harness, "%s", facts);
        if (peers[which] != NULL) {
            harness_note(harness, "%s", settings);
            for (enum precision precision = 0; precision < PRECISION_COUNT; precision++) {
                harness_add(harness, groups[precision], bulk_peer(which, peers[which], precision));
            }
        }
    }
    harness_note(harness, "everyone predicts the same %lld rows, Adler-32 %08x", (long long)data.samples,
                 (unsigned)data.checksum);
}

static void close_suite(void)
{
    for (int i = 0; i < BULK_PEER_COUNT; i++) {
        peer_stop(peers[i]);
        peers[i] = NULL;
    }
    epoch_data_free(&data);
}

const struct suite suite_bulk = {
    .name = "bulk",
    .what = "predictions of 10000 rows of MNIST's shape in one call",
    .open = open_suite,
    .close = close_suite,
    .seconds = 15, /* as many rounds at least, of seconds each */
};
