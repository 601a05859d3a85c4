/*
 * numerics_case.h - one network with its numbers, held to the reference in all that it computes.
 */
#ifndef DNN_TESTS_NUMERICS_CASE_H
#define DNN_TESTS_NUMERICS_CASE_H

#include "reference.h"

#include <stddef.h>

/* What was looked at, so that a test which compares nothing is seen. */
struct numerics_tally {
    int64_t cases;
    int64_t compared; /* numbers, each within its bound */
    int64_t close;    /* of them: with a bound below √u of the largest number beside it */
    int64_t unknown;  /* numbers of which the reference knows nothing, for they may overflow */
    int64_t refused;  /* DNN_ERROR_NOT_FINITE, as it had to be: a number overflows surely */
    int64_t cautious; /* DNN_ERROR_NOT_FINITE where one may overflow, on some way of summing */
    int64_t early;    /* DNN_ERROR_NOT_FINITE where none does, but the bound that dnn.h speaks of is too near to tell */
};

struct numerics_case {
    const int64_t *layers; /* [layer_count] */
    int64_t layer_count;
    int64_t rows;
    struct reference_options options;
    const char *engine;
    int threads;
    int64_t batch_size; /* rows that the trainer makes room for */
    double eta;
    const char *version; /* of the core, to be told where a check fails */
    uint64_t seed;       /* whence the numbers, to be told where a check fails */
    const char *kind;    /* what sort of numbers */
    double *theta;       /* [parameters], as drawn */
    double *x, *y;       /* [rows × n_0], [rows × n_L], of the model's precision */
};

/* predict, evaluate, accumulate and step of all rows, and of the first one alone. The test fails where a number is beyond
 * its bound, a call refuses what is harmless, or takes what it may not. */
void numerics_check(const struct numerics_case *subject, struct numerics_tally *tally);

#endif
