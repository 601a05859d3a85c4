/*
 * api/trainer_team.c - a step of one sample by several threads, each of which owns some rows of every weight matrix.
 *
 *     forward    each thread its rows of z_{l+1} and x_{l+1}                             | barrier, layer by layer
 *     loss       the caller alone: E, ψ_L, and whether all stays finite                  | barrier
 *     back       each thread its rows of W_l, and their part of W_lᵀ ψ_{l+1}             | barrier
 *                each thread some numbers of ψ_l, from all parts                         | barrier, layer by layer
 */
#include "api/trainer_team.h"

#include "base/memory.h"
#include "base/status.h"

#include <math.h>

/* Below it a step is over before a second thread has heard of it. Bytes of all weights; measured. */
enum { WORTH_A_THREAD = 1 << 19 };

/* Rows go to threads in blocks that the kernels take at once, numbers of a vector in cache lines. */
enum { BLOCK = 24 };

struct step {
    dnn_trainer *trainer;
    double eta;
    double loss_sum;
    double bound;   /* infinity: go the long way */
    int64_t stride; /* of the partials */
};

/* Thread `index`'s share of n things in blocks: first … first + count − 1. */
static int64_t share(int64_t n, int32_t index, int32_t count, int64_t *first)
{
    const int64_t blocks = (n + BLOCK - 1) / BLOCK;
    const int64_t from = blocks * index / count * BLOCK, to = blocks * (index + 1) / count * BLOCK;
    *first = from;
    return (to < n ? to : n) - from;
}

static void run_forward(const struct step *step, int32_t index, int32_t count)
{
    const dnn_trainer *trainer = step->trainer;
    const struct network *network = trainer->network;
    const void *theta = trainer->model->theta;
    for (int64_t l = 0; l < network->depth; l++) {
        int64_t first;
        const int64_t rows = share(network->layers[l].n_out, index, count, &first);
        if (rows > 0) {
            trainer->core->forward_part(network, theta, trainer->pass, l, first, rows);
        }
        team_barrier(trainer->team);
    }
}

/* The caller's part in the middle. */
static void run_loss(struct step *step)
{
    dnn_trainer *trainer = step->trainer;
    const struct core *core = trainer->core;
    const int64_t last = trainer->network->depth - 1;
    if (core->activation_is_for_output(trainer->network->layers[last].activation.kind)) {
        core->forward_part(trainer->network, trainer->model->theta, trainer->pass, last, 0, 0);
    }
    step->loss_sum = core->loss_sum(trainer->network, trainer->pass);
    step->bound = isfinite(step->loss_sum)
                      ? core->fused_bound(trainer->network, trainer->pass, trainer->model->weight_bound)
                      : (double)INFINITY;
    if (!trainer_stays_finite(trainer, step->eta, step->bound)) {
        step->bound = (double)INFINITY;
    }
}

static void run_back(const struct step *step, int32_t index, int32_t count)
{
    dnn_trainer *trainer = step->trainer;
    const struct network *network = trainer->network;
    const struct core *core = trainer->core;
    char *partials = trainer->partials;
    for (int64_t l = network->depth - 1; l >= 0; l--) {
        int64_t first;
        const int64_t rows = share(network->layers[l].n_out, index, count, &first);
        void *partial = l > 0 ? partials + index * step->stride * core->real_size : NULL;
        core->descend_part(network, trainer->pass, l, first, rows, step->eta, trainer->model->theta, partial);
        if (l > 0) {
            team_barrier(trainer->team);
            const int64_t numbers = share(network->layers[l].n_in, index, count, &first);
            core->gather_part(network, trainer->pass, l, partials, count, step->stride, first, numbers);
            team_barrier(trainer->team);
        }
    }
}

static void work(void *argument, int32_t index, int32_t count)
{
    struct step *step = argument;
    run_forward(step, index, count);
    if (index == 0) {
        run_loss(step);
    }
    team_barrier(step->trainer->team);
    if (!isinf(step->bound)) {
        run_back(step, index, count);
    }
}

/* The padded width of the widest layer below the output. */
static int64_t partial_stride(const dnn_trainer *trainer)
{
    int64_t widest = 0;
    for (int64_t l = 0; l < trainer->network->depth; l++) {
        const int64_t stride = network_row_stride(trainer->network, l, trainer->core->real_size);
        widest = stride > widest ? stride : widest;
    }
    return widest;
}

int32_t trainer_make_team(dnn_trainer *trainer)
{
    const int64_t asked = config_integer(trainer->config, KEY_THREADS);
    const int32_t processors = team_processors();
    const bool is_worth_it = trainer->network->arena_count * trainer->core->real_size >= WORTH_A_THREAD;
    const int64_t wanted = asked > 0 ? asked : is_worth_it ? processors : 1;
    const int32_t count = wanted < processors ? (int32_t)wanted : processors;
    if (count < 2 || !trainer->network->is_fused || trainer->is_small || trainer->pass->mask != NULL ||
        !trainer_is_plain_descent(trainer)) {
        return DNN_OK;
    }
    int64_t numbers;
    if (memory_multiply(count, partial_stride(trainer), &numbers)) {
        trainer->partials = memory_new_aligned(numbers, trainer->core->real_size);
    }
    return trainer->partials == NULL ? status_out_of_memory("the threads of a trainer")
                                     : team_create(count, &trainer->team);
}

bool trainer_team_step(dnn_trainer *trainer, double eta, double *loss_sum)
{
    struct step step = {.trainer = trainer, .eta = eta, .stride = partial_stride(trainer)};
    team_run(trainer->team, work, &step);
    *loss_sum = step.loss_sum;
    return !isinf(step.bound);
}
