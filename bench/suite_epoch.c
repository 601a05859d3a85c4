/*
 * suite_epoch.c - training in batches: an epoch of samples of MNIST's shape, in float, beside the bare matrix products of the
 * same shapes, which are the bound: no training can be faster than they.
 *
 * Peers choose their settings before any round, one after the other, with nothing else running.
 */
#include "epoch.h"
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

static char operations[WORK_COUNT][64];

static struct peer *peers[EPOCH_PEER_COUNT]; /* one process each, for both networks */

static void add_peer(struct harness *harness, const struct suite_options *options, enum epoch_peer which,
                     const int32_t groups[WORK_COUNT])
{
    char text[HARNESS_NOTE_LENGTH];
    peers[which] = epoch_peer_start(which, options, &data, BATCH, text, sizeof text);
    harness_note(harness, "%s", text);
    for (int i = 0; i < WORK_COUNT && peers[which] != NULL; i++) {
        harness_add(harness, groups[i], epoch_peer(which, peers[which], &works[i], options->quick, text, sizeof text));
        harness_note(harness, "%s", text);
    }
}

static void open_suite(struct harness *harness, const struct suite_options *options)
{
    int32_t groups[WORK_COUNT];
    data = epoch_data_make(BATCH * (options->quick ? QUICK_BATCHES : BATCHES), INPUTS, CLASSES);
    for (int i = 0; i < WORK_COUNT; i++) {
        snprintf(operations[i], sizeof operations[i], "epoch of %lld samples, [%s], batch %d", (long long)data.samples,
                 layers[i], BATCH);
        const int32_t bound = harness_add_bound(harness, epoch_gemms(&works[i]));
        groups[i] = harness_add_group(harness, (struct group){.operation = operations[i],
                                                              .precision = "float",
                                                              .bound = bound,
                                                              .reads = 1,
                                                              .bound_name = "the bound: bare GEMMs",
                                                              .samples = (double)data.samples,
                                                              .flops = epoch_flops(&works[i])});
        harness_add(harness, groups[i], epoch_libdnn(&works[i], options->threads == 1 ? 1 : 0));
    }
    for (enum epoch_peer which = 0; which < EPOCH_PEER_COUNT; which++) {
        add_peer(harness, options, which, groups);
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

const struct suite suite_epoch = {"epoch", "an epoch of MNIST's shape in batches of 128: samples a second", open_suite,
                                  close_suite};
