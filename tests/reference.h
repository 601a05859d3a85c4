/*
 * reference.h - the network of dnn.h in long double, with a bound on the error of every number that the library computes.
 *
 * Written from the formulas in dnn.h alone, sample by sample, as the plainest loops there are; numbers are balls (ball.h).
 * What it supposes of the library is the formulas, the precision that it computes in, that losses are summed in double, and
 * how exact one value of an elementary function is: as core/exponential.h states it (and test_exponential holds it to), and
 * for erfc, exp and log1p as glibc's manual does ("Errors in math functions"). It knows nothing of the order of sums, of
 * BLAS, chunks, engines or threads.
 */
#ifndef DNN_TESTS_REFERENCE_H
#define DNN_TESTS_REFERENCE_H

#include "ball.h"

struct reference_options {
    const struct rounding *to; /* of the model's precision */
    const char *hidden;        /* activation of layers 1 … L − 1 */
    const char *output;        /* of layer L */
    const char *loss;
    long double sigmoid_slope, leaky_slope, elu_alpha, huber_delta;
    bool is_tutorial; /* sigmoid_derivative */
};

/* φ(z), and φ′(z) as it is to be had from z and x. */
struct reference_activation {
    const char *name;
    struct ball (*apply)(const struct reference_options *options, struct ball z);
    struct ball (*derivative)(const struct reference_options *options, struct ball z, struct ball x);
};

/* E of one sample, and ∂E/∂x, or ∂E/∂z for the cross-entropies. z, x, psi: [n], y: [n] */
struct reference_loss {
    const char *name;
    bool is_of_z;
    struct ball (*value)(const struct reference_options *options, int64_t n, const struct ball *v, const double *y);
    void (*derive)(const struct reference_options *options, int64_t n, const struct ball *x, const double *y,
                   struct ball *psi);
};

/* NULL where the name is unknown; that of softmax has no functions. */
const struct reference_activation *reference_activation(const char *name);
const struct reference_loss *reference_loss(const char *name);

void reference_softmax(const struct reference_options *options, int64_t n, const struct ball *z, struct ball *x);
void reference_softmax_chain(const struct reference_options *options, int64_t n, const struct ball *x,
                             struct ball *psi);

struct reference {
    struct reference_options options;
    int64_t depth;               /* L */
    const int64_t *layers;       /* borrowed: [L + 1] */
    int64_t parameter_count;     /* Σ n_{l+1} (n_l + 1) */
    double *theta;               /* [parameter_count], W_0, W_1 … */
    struct ball **z, **x, **psi; /* [L + 1] each, of [n_l + 1]: of one sample */

    /* what reference_run finds */
    int64_t rows;
    struct ball *outputs;      /* [rows × n_L] */
    struct ball loss;          /* Σ E */
    struct ball_sum *gradient; /* [parameter_count] Σ ∇W */
    long double *largest_x;    /* [L + 1], with the bias's 1 */
    long double *largest_psi;  /* [L + 1] */
    bool is_known;             /* no number of all these can overflow */
};

struct reference *reference_create(const int64_t *layers, int64_t layer_count, struct reference_options options);
void reference_destroy(struct reference *reference);

/* Forward, loss, ψ and gradient of n samples. theta: as the model has it. x: [n × n_0], y: [n × n_L], of its precision */
void reference_run(struct reference *reference, const double *theta, const double *x, const double *y, int64_t n);

/* G_i: Σ ∇W */
struct ball reference_gradient(const struct reference *reference, int64_t i);

/* w_i − η (1/n) Σ ∇W. *layer: the W that it is in, from 0. */
struct ball reference_stepped(const struct reference *reference, int64_t layer, int64_t i, long double eta);

/* n max_l max|ψ_{l+1}| max|x̂_l|: no sum of gradients, in any order, is larger. dnn.h lets a step be refused where a weight
 * "might overflow"; this is what might. */
long double reference_bound(const struct reference *reference);

#endif
