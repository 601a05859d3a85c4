/*
 * suite_epoch.c - training in batches: an epoch of samples of MNIST's shape, in float, beside the bare matrix products of the
 * same shapes, which are the bound: no training can be faster than they.
 *
 * Peers choose their settings before any round, one after the other, with nothing else running.
 */
#include "contestants.h"
#include "epoch.h"
#include "gemms.h"
#include "peer.h"
#include "suites.h"

#include <stdio.h>

enum { BATCH = 128, BATCHES = 20, QUICK_BATCHES = 4, INPUTS = 784, CLASSES = 10, WORK_COUNT = 2 };

static struct epoch_data data;

static const struct epoch_work works[WORK_COUNT] = {
    {.layers = {INPUTS, 128, CLASSES}, .layer_count = 3, .batch = BATCH, .data = &data},
    {.layers = {INPUTS, 512, 512, CLASSES}, .layer_count = 4, .batch = BATCH, .data = &data},
};

static const char *const layers[WORK_COUNT] = {"784,128,10", "784,512,512,10"};

/* What is to be reached: at most so many times the bound; on all cores at least so many times as fast as on one, 0: no matter. */
static const double most_of_bound[WORK_COUNT] = {1.25, 1.10}, least_speedup[WORK_COUNT] = {0, 1.6};
/* At least so many times as fast as this peer. */
static const double least_ahead[EPOCH_PEER_COUNT] = {[EPOCH_TORCH] = 1.3, [EPOCH_SKLEARN] = 5};

static char operations[WORK_COUNT][64];

static struct peer *peers[EPOCH_PEER_COUNT]; /* one process each, for both networks */

/* groups, ours: of each network, its group and libdnn's entry. */
static void add_peer(struct harness *harness, const struct suite_options *options, enum epoch_peer which,
                     const int32_t groups[WORK_COUNT], const int32_t ours[WORK_COUNT])
{
    char text[HARNESS_NOTE_LENGTH];
    peers[which] = epoch_peer_start(which, options, &data, BATCH, text, sizeof text);
    harness_note(harness, "%s", text);
    for (int i = 0; i < WORK_COUNT && peers[which] != NULL; i++) {
        const int32_t peer = harness_add(harness, groups[i],
                                         epoch_peer(which, peers[which], &works[i], options->quick, text, sizeof text));
        harness_note(harness, "%s", text);
        if (least_ahead[which] > 0) {
            harness_aim(harness, (struct target){peer, ours[i], AT_LEAST, least_ahead[which]});
        }
    }
}

/* The matrix products of an epoch. */
static struct gemms_work products_of(const struct epoch_work *work)
{
    struct gemms_work products = {
        .layer_count = work->layer_count, .rows = work->batch, .batches = work->data->samples / work->batch};
    for (int64_t l = 0; l < work->layer_count; l++) {
        products.layers[l] = work->layers[l];
    }
    return products;
}

/* A network's table with its bound and libdnn, whose entry it returns. */
static int32_t add_network(struct harness *harness, const struct suite_options *options, int i, int32_t *group)
{
    const struct gemms_work products = products_of(&works[i]);
    snprintf(operations[i], sizeof operations[i], "epoch of %lld samples, [%s], batch %d", (long long)data.samples,
             layers[i], BATCH);
    const int32_t bound = harness_add_bound(harness, gemms_contestant_f32(&products));
    *group = harness_add_group(harness, (struct group){.operation = operations[i],
                                                       .precision = "float",
                                                       .bound = bound,
                                                       .reads = 1,
                                                       .bound_name = "the bound: bare GEMMs",
                                                       .samples = (double)data.samples,
                                                       .flops = gemms_flops(&products)});
    const int32_t ours = harness_add(harness, *group, epoch_libdnn(&works[i], options->threads == 1 ? 1 : 0));
    harness_aim(harness, (struct target){ours, HARNESS_BOUND, AT_MOST, most_of_bound[i]});
    if (options->threads > 1 && options->machine->blas_threads > 0) {
        const int32_t alone =
            harness_add(harness, *group,
                        on_one_thread(epoch_libdnn(&works[i], 1), "libdnn, 1 thread", options->machine->blas_threads));
        if (least_speedup[i] > 0) {
            harness_aim(harness, (struct target){alone, ours, AT_LEAST, least_speedup[i]});
        }
    }
    return ours;
}

static void open_suite(struct harness *harness, const struct suite_options *options)
{
    int32_t groups[WORK_COUNT], ours[WORK_COUNT];
    data = epoch_data_make(BATCH * (options->quick ? QUICK_BATCHES : BATCHES), INPUTS, CLASSES);
    for (int i = 0; i < WORK_COUNT; i++) {
        ours[i] = add_network(harness, options, i, &groups[i]);
    }
    for (enum epoch_peer which = 0; which < EPOCH_PEER_COUNT; which++) {
        add_peer(harness, options, which, groups, ours);
    }
    harness_note(harness, "everyone trains on the same %lld samples, Adler-32 %08x", (long long)data.samples,
                 (unsigned)data.checksum);
}

static void close_suite(void)
{
    for (int i = 0; i < EPOCH_PEER_COUNT; i++) {
        peer_stop(peers[i]);
        peers[i] = NULL;
    }
    epoch_data_free(&data);
}

const struct suite suite_epoch = {
    .name = "epoch",
    .what = "an epoch of MNIST's shape in batches of 128: samples a second",
    .open = open_suite,
    .close = close_suite,
};
