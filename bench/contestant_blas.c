/*
 * contestant_blas.c - the formulas as bare BLAS calls on raw arrays: no checks, no handles, nothing fused.
 *
 * Compiled twice, with BENCH_F32 0 and 1. Rows are padded as the library pads them.
 */
#define _POSIX_C_SOURCE 200809L /* the cblas.h of BLIS names types of POSIX threads */
#include "contestants.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>

#if BENCH_F32
typedef float real;
#define gemv cblas_sgemv
#define ger cblas_sger
#define exponential expf
#define blas_contestant blas_contestant_f32
#else
typedef double real;
#define gemv cblas_dgemv
#define ger cblas_dger
#define exponential exp
#define blas_contestant blas_contestant_f64
#endif

struct network {
    struct workload work;
    int32_t stride[WORKLOAD_MAX_LAYERS]; /* numbers from row to row of W_l */
    real *W[WORKLOAD_MAX_LAYERS];        /* [n_{l+1} × stride] */
    real *x[WORKLOAD_MAX_LAYERS];        /* [n_l + 1], the last one is 1 */
    real *psi[WORKLOAD_MAX_LAYERS];      /* [n_l] */
};

static void predict(void *state)
{
    struct network *net = state;
    const int32_t *n = net->work.layers;
    const real slope = (real)net->work.slope;
    for (int32_t l = 0; l + 1 < net->work.layer_count; l++) {
        real *z = net->x[l + 1];
        /* z = W x̂ */
        gemv(CblasRowMajor, CblasNoTrans, n[l + 1], n[l] + 1, 1, net->W[l], net->stride[l], net->x[l], 1, 0, z, 1);
        for (int32_t i = 0; i < n[l + 1]; i++) {
            z[i] = 1 / (1 + exponential(-slope * z[i]));
        }
    }
}

static void step(void *state)
{
    struct network *net = state;
    const int32_t *n = net->work.layers;
    const int32_t last = net->work.layer_count - 1;
    predict(state);
    for (int32_t j = 0; j < n[last]; j++) {
        const real x = net->x[last][j];
        net->psi[last][j] = -2 * ((real)net->work.y[j] - x) * x * (1 - x);
    }
    for (int32_t l = last - 1; l >= 0; l--) {
        const real *x = net->x[l];
        real *psi = net->psi[l];
        if (l > 0) {
            /* ψ_l = (Wᵀ ψ) ⊙ φ′ */
            gemv(CblasRowMajor, CblasTrans, n[l + 1], n[l], 1, net->W[l], net->stride[l], net->psi[l + 1], 1, 0, psi,
                 1);
            for (int32_t j = 0; j < n[l]; j++) {
                psi[j] *= x[j] * (1 - x[j]);
            }
        }
        /* W ← W − η ψ x̂ᵀ */
        ger(CblasRowMajor, n[l + 1], n[l] + 1, (real)-net->work.learning_rate, net->psi[l + 1], 1, x, 1, net->W[l],
            net->stride[l]);
    }
}

static double squared_error(void *state)
{
    const struct network *net = state;
    predict(state);
    double error = 0;
    for (int32_t j = 0; j < workload_outputs(&net->work); j++) {
        const double miss = net->work.y[j] - (double)net->x[net->work.layer_count - 1][j];
        error += miss * miss;
    }
    return error;
}

static void close_network(void *state)
{
    struct network *net = state;
    for (int32_t l = 0; l < net->work.layer_count; l++) {
        free(net->W[l]);
        free(net->x[l]);
        free(net->psi[l]);
    }
    free(net);
}

/* Uniform in [0, 1). */
static real draw(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (real)(double)(*state >> 40) / (real)(1 << 24);
}

static real *make_weights(int32_t rows, int32_t columns, int32_t stride, uint64_t *random)
{
    real *W = bench_allocate((size_t)rows * (size_t)stride * sizeof *W);
    for (int32_t i = 0; i < rows; i++) {
        for (int32_t j = 0; j < columns; j++) {
            W[(size_t)i * (size_t)stride + (size_t)j] = draw(random);
        }
    }
    return W;
}

struct contestant blas_contestant(const struct workload *work, enum operation operation)
{
    const int32_t line = 64 / (int32_t)sizeof(real);
    struct network *net = bench_allocate(sizeof *net);
    uint64_t random = 1;
    net->work = *work;
    for (int32_t l = 0; l < work->layer_count; l++) {
        const int32_t n = work->layers[l];
        net->x[l] = bench_allocate(((size_t)n + 1) * sizeof(real));
        net->psi[l] = bench_allocate((size_t)n * sizeof(real));
        net->x[l][n] = 1;
        if (l + 1 < work->layer_count) {
            net->stride[l] = (n + 1 + line - 1) / line * line;
            net->W[l] = make_weights(work->layers[l + 1], n + 1, net->stride[l], &random);
        }
    }
    for (int32_t i = 0; i < work->layers[0]; i++) {
        net->x[0][i] = (real)work->x[i];
    }
    const bool trains = operation == TRAINING_STEP;
    return (struct contestant){.name = "bare BLAS calls",
                               .state = net,
                               .run = trains ? step : predict,
                               .error = trains ? squared_error : NULL,
                               .close = close_network};
}
