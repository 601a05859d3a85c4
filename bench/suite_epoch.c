/*
 * suite_epoch.c - training in batches: an epoch of samples of MNIST's shape, in float, beside the bare matrix products of the
 * same shapes, which are the bound: no training can be faster than they.
 */
#include "epoch.h"
#include "suites.h"

static const struct epoch_work works[] = {
    {.layers = {784, 128, 10}, .layer_count = 3, .batch = 128, .samples = 20 * 128},
    {.layers = {784, 512, 512, 10}, .layer_count = 4, .batch = 128, .samples = 20 * 128},
};

static const char *const operations[] = {"epoch of 2560 samples, [784,128,10], batch 128",
                                         "epoch of 2560 samples, [784,512,512,10], batch 128"};

static void open_suite(struct harness *harness, const struct suite_options *options)
{
    for (size_t i = 0; i < sizeof works / sizeof works[0]; i++) {
        const int32_t bound = harness_add_bound(harness, epoch_gemms(&works[i]));
        const int32_t group = harness_add_group(harness, (struct group){.operation = operations[i],
                                                                        .precision = "float",
                                                                        .bound = bound,
                                                                        .reads = 1,
                                                                        .bound_name = "the bound: bare GEMMs",
                                                                        .samples = (double)works[i].samples});
        static const char *const peers[] = {"torch", "sklearn"};
        harness_add(harness, group, epoch_libdnn(&works[i]));
        for (int p = 0; p < 2; p++) {
            char facts[HARNESS_NOTE_LENGTH];
            struct contestant peer;
            if (epoch_peer(options->python, peers[p], &works[i], options->threads, &peer, facts, sizeof facts)) {
                harness_add(harness, group, peer);
            }
            if (i == 0) {
                harness_note(harness, "%s", facts);
            }
        }
    }
}

static void close_suite(void)
{
}

const struct suite suite_epoch = {"epoch", "an epoch of MNIST's shape in batches of 128: samples a second", open_suite,
                                  close_suite};
