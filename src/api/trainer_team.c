/*
 * api/trainer_team.c - a step of one sample by several threads, each of which owns some rows of every weight matrix.
 *
 *     forward    each thread its rows of z_{l+1} and x_{l+1}                             | barrier, layer by layer
 *     loss       the caller alone: E, ψ_L, and whether all stays finite                  | barrier
 *     back       each thread its rows of W_l, and their part of W_lᵀ ψ_{l+1}             | barrier
 *                each thread some numbers of ψ_l, from all parts                         | barrier, layer by layer
 *
 * The caller can also do all shares itself, with the same result to the last bit. Which is faster is measured as it goes.
 */
#include "api/trainer_team.h"

#include "base/memory.h"
#include "base/seconds.h"
#include "base/status.h"

#include <math.h>

/* Below it a step is over before a second thread has heard of it. Bytes of all weights; measured. */
enum { WORTH_A_THREAD = 1 << 19 };

/* Rows go to threads in blocks that the kernels take at once, numbers of a vector in cache lines. */
enum { BLOCK = 24 };

enum { WITH_TEAM, ALONE };

/* Steps of each way at first; steps until the slower way is tried again, at first and at most. */
enum { FIRST_TRIES = 4, FIRST_PAUSE = 64, LONGEST_PAUSE = 1 << 16 };

struct step {
    dnn_trainer *trainer;
    double eta;
    double loss_sum;
    double bound; /* infinity: go the long way */
    int64_t depth;
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

/* Thread `index`'s rows of z_{l+1} and x_{l+1}. */
static void forward(const struct step *step, int64_t l, int32_t index, int32_t count)
{
    const dnn_trainer *trainer = step->trainer;
    int64_t first;
    const int64_t rows = share(trainer->network->layers[l].n_out, index, count, &first);
    if (rows > 0) {
        trainer->core->forward_part(trainer->network, trainer->model->theta, trainer->pass, l, first, rows);
    }
}

/* Its rows of W_l, and their part of W_lᵀ ψ_{l+1}. */
static void descend(const struct step *step, int64_t l, int32_t index, int32_t count)
{
    const dnn_trainer *trainer = step->trainer;
    int64_t first;
    const int64_t rows = share(trainer->network->layers[l].n_out, index, count, &first);
    char *partial = (char *)trainer->partials + index * step->stride * trainer->core->real_size;
    trainer->core->descend_part(trainer->network, trainer->pass, l, first, rows, step->eta, trainer->model->theta,
                                l > 0 ? partial : NULL);
}

/* Its numbers of ψ_l. */
static void gather(const struct step *step, int64_t l, int32_t index, int32_t count)
{
    const dnn_trainer *trainer = step->trainer;
    int64_t first;
    const int64_t numbers = share(trainer->network->layers[l].n_in, index, count, &first);
    trainer->core->gather_part(trainer->network, trainer->pass, l, trainer->partials, count, step->stride, first,
                               numbers);
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

/* A thread's share of the whole step. */
static void work(void *argument, int32_t index, int32_t count)
{
    struct step *step = argument;
    struct team *team = step->trainer->team;
    for (int64_t l = 0; l < step->depth; l++) {
        forward(step, l, index, count);
        team_barrier(team);
    }
    if (index == 0) {
        run_loss(step);
    }
    team_barrier(team);
    for (int64_t l = step->depth - 1; l >= 0 && !isinf(step->bound); l--) {
        descend(step, l, index, count);
        if (l > 0) {
            team_barrier(team);
            gather(step, l, index, count);
            team_barrier(team);
        }
    }
}

/* All shares one after the other, by the caller alone: the same sums in the same order, to the last bit. */
static void work_alone(struct step *step, int32_t count)
{
    for (int64_t l = 0; l < step->depth; l++) {
        for (int32_t t = 0; t < count; t++) {
            forward(step, l, t, count);
        }
    }
    run_loss(step);
    for (int64_t l = step->depth - 1; l >= 0 && !isinf(step->bound); l--) {
        for (int32_t t = 0; t < count; t++) {
            descend(step, l, t, count);
        }
        for (int32_t t = 0; l > 0 && t < count; t++) {
            gather(step, l, t, count);
        }
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
    if (trainer->partials == NULL) {
        return status_out_of_memory("the threads of a trainer");
    }
    const int32_t status = team_create(count, &trainer->team);
    trainer->share_count = status == DNN_OK ? team_count(trainer->team) : 1;
    return status;
}

/* Whether the next step is the team's. Both ways are tried at first, and the slower one again from time to time, ever more
 * rarely while it stays so: on a machine that others use too a barrier can take as long as a time slice. */
static bool is_for_team(struct pace *pace)
{
    if (pace->steps < 2 * FIRST_TRIES) {
        return pace->steps % 2 == 0;
    }
    const bool team_is_faster = pace->seconds[WITH_TEAM] < pace->seconds[ALONE];
    return pace->steps == pace->next_try ? !team_is_faster : team_is_faster;
}

/* Takes note of a step. The shortest time counts; it grows slowly, so that it can become longer again. */
static void note(struct pace *pace, bool with_team, double seconds)
{
    const int way = with_team ? WITH_TEAM : ALONE;
    const bool was_faster = pace->seconds[way] <= pace->seconds[1 - way];
    const bool is_first = pace->steps < 2;
    pace->seconds[way] = is_first || seconds < pace->seconds[way] ? seconds : 1.02 * pace->seconds[way];
    if (pace->steps < 2 * FIRST_TRIES) {
        pace->next_try = 2 * FIRST_TRIES + FIRST_PAUSE;
        pace->pause = FIRST_PAUSE;
    } else if (pace->steps == pace->next_try) {
        if (!was_faster && seconds < pace->seconds[1 - way]) {
            pace->pause = FIRST_PAUSE;
        } else if (pace->pause < LONGEST_PAUSE) {
            pace->pause *= 2;
        }
        pace->seconds[way] = seconds;
        pace->next_try = pace->steps + pace->pause;
    }
    pace->steps++;
}

bool trainer_team_step(dnn_trainer *trainer, double eta, double *loss_sum)
{
    struct step step = {
        .trainer = trainer, .eta = eta, .depth = trainer->network->depth, .stride = partial_stride(trainer)};
    const bool with_team = is_for_team(&trainer->pace) && team_count(trainer->team) == trainer->share_count;
    const double began = seconds_now();
    if (with_team) {
        team_run(trainer->team, work, &step);
    } else {
        work_alone(&step, trainer->share_count);
    }
    note(&trainer->pace, with_team, seconds_now() - began);
    *loss_sum = step.loss_sum;
    return !isinf(step.bound);
}
