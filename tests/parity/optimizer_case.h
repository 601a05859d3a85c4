/*
 * optimizer_case.h - 100 updates of one network in PyTorch: how it began, and what it came to.
 *
 * Start weights and samples are not stored: a generator (splitmix64, see support.h) draws them alike in optimizers.py and
 * in test_optimizer_parity.c, in this order:
 *
 *     seed       W_0, W_1 …, row after row, each number uniform − 0.5;
 *     seed + 1   for each batch its x [rows × n_0], uniform in [0, 1), and its y [rows × n_L]: uniform in [0, 1), or
 *                with `labels` 1 at the place next % n_L of each row and 0 elsewhere
 *
 * The settings are those of the library, and the only place where a case is described: optimizers.py builds the network,
 * the loss and the optimizer of PyTorch from the same text.
 */
#ifndef DNN_OPTIMIZER_CASE_H
#define DNN_OPTIMIZER_CASE_H

#include <stdint.h>

#define OPTIMIZER_STEPS 100
#define OPTIMIZER_CHECKPOINTS 4

/* The steps, from 1, of which the loss is compared. */
static const int64_t optimizer_checkpoints[OPTIMIZER_CHECKPOINTS] = {1, 2, 10, OPTIMIZER_STEPS};

struct optimizer_case {
    const char *name;
    const char *settings;  /* "key=value …", on the recipe "tutorial" */
    const int64_t *layers; /* [layer_count] */
    int64_t layer_count;
    uint64_t seed;
    int64_t rows;          /* samples in a step */
    int64_t batches;       /* how many different batches: step s, from 0, takes number s % batches */
    int64_t clipped;       /* on how many steps clipping acted; −1 with l2, whose part layer_stats does not tell */
    int32_t labels;        /* 1: the targets are classes */
    const double *losses;  /* [OPTIMIZER_CHECKPOINTS]: mean E of that step, before its update, without l2 */
    const double *weights; /* after the last step, in the order of dnn_model_get_parameters */
};

#endif /* DNN_OPTIMIZER_CASE_H */
