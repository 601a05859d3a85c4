/*
 * tiny_loops.c - the tutorial's network as loops in C; see tiny.h. Compiled twice, with BENCH_F32 0 and 1.
 *
 * As one writes it without a library, and as small libraries do: a row of weights and its bias a neuron, a sum, the C library's
 * exponential. No vectors, no tables, no allocation in a call.
 */
#include "tiny.h"

#include <math.h>
#include <stdlib.h>

#if BENCH_F32
typedef float real;
#define exponential expf
#define tiny_loops tiny_loops_f32
#else
typedef double real;
#define exponential exp
#define tiny_loops tiny_loops_f64
#endif

enum { MOST_WIDTH = 16 };

struct network {
    struct workload work;
    real x[WORKLOAD_MAX_LAYERS][MOST_WIDTH], psi[WORKLOAD_MAX_LAYERS][MOST_WIDTH], y[MOST_WIDTH];
    real w[WORKLOAD_MAX_LAYERS][MOST_WIDTH * (MOST_WIDTH + 1)]; /* [n_{l+1} × (n_l + 1)], the bias last */
};

static void forward(struct network *network)
{
    const int32_t *n = network->work.layers;
    const real slope = (real)network->work.slope;
    for (int32_t l = 0; l + 1 < network->work.layer_count; l++) {
        const real *w = network->w[l];
        for (int32_t i = 0; i < n[l + 1]; i++) {
            real z = w[n[l]];
            for (int32_t j = 0; j < n[l]; j++) {
                z += w[j] * network->x[l][j];
            }
            network->x[l + 1][i] = 1 / (1 + exponential(-slope * z));
            w += n[l] + 1;
        }
    }
}

/* ψ_l = (Wᵀ ψ_{l+1}) ⊙ x (1 − x) */
static void send_back(struct network *network, int32_t l)
{
    const int32_t *n = network->work.layers;
    for (int32_t j = 0; j < n[l]; j++) {
        real sum = 0;
        for (int32_t i = 0; i < n[l + 1]; i++) {
            sum += network->w[l][i * (n[l] + 1) + j] * network->psi[l + 1][i];
        }
        network->psi[l][j] = sum * network->x[l][j] * (1 - network->x[l][j]);
    }
}

static void step(struct network *network)
{
    const int32_t *n = network->work.layers, last = network->work.layer_count - 1;
    const real rate = (real)network->work.learning_rate;
    forward(network);
    for (int32_t i = 0; i < n[last]; i++) {
        const real x = network->x[last][i];
        network->psi[last][i] = 2 * (x - network->y[i]) * x * (1 - x);
    }
    for (int32_t l = last - 1; l >= 0; l--) {
        if (l > 0) {
            send_back(network, l);
        }
        for (int32_t i = 0; i < n[l + 1]; i++) {
            real *w = network->w[l] + i * (n[l] + 1);
            const real change = rate * network->psi[l + 1][i];
            for (int32_t j = 0; j < n[l]; j++) {
                w[j] -= change * network->x[l][j];
            }
            w[n[l]] -= change;
        }
    }
}

static void run_forward(void *state)
{
    struct network *network = state;
    for (int32_t c = 0; c < network->work.calls; c++) {
        forward(network);
    }
}

static void run_from_last(void *state)
{
    struct network *network = state;
    const int32_t inputs = network->work.layers[0], outputs = workload_outputs(&network->work);
    for (int32_t c = 0; c < network->work.calls; c++) {
        forward(network);
        for (int32_t j = 0; j < inputs && j < outputs; j++) {
            network->x[0][j] = network->x[network->work.layer_count - 1][j];
        }
    }
}

static void run_step(void *state)
{
    struct network *network = state;
    for (int32_t c = 0; c < network->work.calls; c++) {
        step(network);
    }
}

static double squared_error(void *state)
{
    struct network *network = state;
    forward(network);
    double error = 0;
    for (int32_t i = 0; i < workload_outputs(&network->work); i++) {
        const double miss = (double)(network->y[i] - network->x[network->work.layer_count - 1][i]);
        error += miss * miss;
    }
    return error;
}

struct contestant tiny_loops(const struct workload *work, enum tiny_way way)
{
    struct network *network = bench_allocate(sizeof *network);
    uint32_t random = 1;
    network->work = *work;
    for (int32_t j = 0; j < MOST_WIDTH; j++) {
        network->x[0][j] = (real)work->x[j];
        network->y[j] = (real)work->y[j];
    }
    for (int32_t l = 0; l < WORKLOAD_MAX_LAYERS; l++) {
        for (int32_t i = 0; i < MOST_WIDTH * (MOST_WIDTH + 1); i++) {
            random = random * 1664525u + 1013904223u; /* Numerical Recipes' generator */
            network->w[l][i] = (real)(random >> 8) / (1 << 24);
        }
    }
    return (struct contestant){.name = "plain C loops",
                               .state = network,
                               .run = way == TINY_STEP        ? run_step
                                      : way == TINY_FROM_LAST ? run_from_last
                                                              : run_forward,
                               .error = way == TINY_STEP ? squared_error : NULL,
                               .close = free};
}
