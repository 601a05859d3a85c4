/*
 * core/small_step.h - one step of a small network, as the shell sees it: see core/small.h.
 */
#ifndef DNN_CORE_SMALL_STEP_H
#define DNN_CORE_SMALL_STEP_H

#include "core/pass.h"
#include "core/standardize.h"

#include <stdint.h>

/* No small network is wider or deeper, or has more weights a layer on average; and the memory that a prediction takes, in
 * bytes. Measured: with more of either core/fused.h is the faster way, first to predict and then to step. */
enum { SMALL_WIDEST = 64, SMALL_DEEPEST = 16, SMALL_WEIGHTS = 500 };
enum { SMALL_ROW = SMALL_WIDEST + 8, SMALL_MEMORY = (SMALL_DEEPEST + 1) * SMALL_ROW * 8 };

/* Many samples. Of x, and of y, one is not NULL. */
struct small_rows {
    const double *x_f64; /* [n × n_0] */
    const float *x_f32;
    double *y_f64; /* [n × n_L] */
    float *y_f32;
    int64_t n;
    const struct standardization *by; /* of x, or NULL */
    struct pass *pass;                /* with room for n rows, into which each x_l is written as well; or NULL */
};

/* What a step is given and gives. */
struct small_step {
    const double *x;                  /* [n_0]; NULL: x and y are in the pass */
    const double *y;                  /* [n_L] */
    const struct standardization *by; /* of x, or NULL */
    double eta;
    double weight_bound; /* no |w| is larger */
    double loss;         /* out: E before the step */
    double change;       /* out: no weight moved by more than this */
};

#endif
