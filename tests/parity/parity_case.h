/*
 * parity_case.h - one network's run in NumPy: how it began, and the numbers it came to after 1, 10 and 1,000 steps.
 *
 * Start weights and samples are not stored: a generator (splitmix64, see support.h) draws them alike in generate.py and
 * in test_parity.c, in this order:
 *
 *     seed       W_0, W_1 …, row after row, each number uniform − weight_offset;
 *                then for each step its x [rows × n_0] and its y [rows × n_L], uniform in [0, 1)
 *     seed + 1   the inputs of which predictions are compared, [PARITY_PROBES × n_0], uniform in [0, 1)
 *     seed + 2   the places of compared weights: in a layer of more than `watched`, that many times next % size
 *
 * In a network of 2 inputs and 2 outputs the first sample of every fourth step (steps 0, 4, 8 …) is replaced by the
 * tutorial's [.2,.3] → [.3,.67], and the first probe by [.2,.3].
 *
 * Besides the weights compared one by one, each block of rows of each W has its sum and its norm √Σw², so that every
 * weight of the largest network is part of a compared number.
 */
#ifndef DNN_PARITY_CASE_H
#define DNN_PARITY_CASE_H

#include <stdint.h>

#define PARITY_CHECKPOINTS 3
#define PARITY_PROBES 4

static const int64_t parity_steps[PARITY_CHECKPOINTS] = {1, 10, 1000};

struct parity_case {
    const char *name;
    const char *settings;  /* "key=value …", on the recipe "tutorial" */
    const int64_t *layers; /* [layer_count] */
    int64_t layer_count;
    uint64_t seed;
    int64_t rows; /* samples in a step */
    double weight_offset;
    int64_t watched;           /* how many weights of a layer are compared one by one; all, if it has no more */
    int64_t block;             /* how many rows of W share a sum and a norm */
    const double *losses;      /* [checkpoints]: mean E of that step, before its update */
    const double *predictions; /* [checkpoints × probes × n_L] */
    const double *weights;     /* [checkpoints × compared weights of all layers] */
    const double *sums;        /* [checkpoints × blocks of all layers] */
    const double *norms;       /* [checkpoints × blocks of all layers] */
};

#endif /* DNN_PARITY_CASE_H */
