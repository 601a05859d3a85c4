/*
 * api/trainer_team.c - a step of one sample by several threads, each of which owns some rows of the large weight matrices.
 *
 *     the caller   the small layers below the first large one, forward
 *     all          a large layer: each thread its rows of z_{l+1} and x_{l+1}                 | barrier, layer by layer
 *     the caller   the small layers above; E, ψ_L, whether all stays finite; the same layers' way back | barrier
 *     all          a large layer: each thread its rows of W_l, and their part of W_lᵀ ψ_{l+1} | barrier, layer by layer,
 *                  and then its numbers of ψ_l, from all parts: those that its rows of W_{l−1} need
 *     the caller   the small layers below, back
 *
 * With beginning and end of the work these are four barriers for [2,1000,1000,2]. A first layer of 2 inputs, or a last one of 2
 * outputs, is done by one thread sooner than a second one hears of it. Layers between two large ones count as large.
 *
 * The caller can also do all shares itself, with the same result to the last bit. Which is faster is measured as it goes.
 *
 * No BLAS is called here, nor anywhere else on the way of one sample through the engine fused (core/fused.h): so the BLAS
 * wakes no thread of its own, and its count of threads, which belongs to the whole process, is left alone.
 */
#include "api/trainer_team.h"

#include "api/check.h"
#include "api/trainer_batch.h"

#include "base/memory.h"
#include "base/seconds.h"
#include "base/status.h"

#include <math.h>

/* A matrix that is divided at all, and what a thread of a team of our own choice has to do at least. Bytes; measured. */
enum { LARGE_LAYER = 1 << 14, WORTH_A_THREAD = 1 << 17 };

/* Rows go to threads in blocks that the kernels take at once, numbers of a vector in cache lines. */
enum { BLOCK = 24 };

enum { WITH_TEAM, ALONE };

struct step {
    dnn_trainer *trainer;
    double eta;
    double loss_sum;
    double bound;        /* infinity: go the long way */
    int64_t bottom, top; /* the large layers: W_bottom … W_top */
    int64_t stride;      /* of the partials */
};

/* What one thread does of each large layer: shares first … last − 1 of count. */
struct part {
    struct step *step;
    int32_t first, last, count;
};

/* Rows of z_{l+1} and x_{l+1}. */
static void forward(const struct step *step, int64_t l, int64_t first, int64_t rows)
{
    const dnn_trainer *trainer = step->trainer;
    if (rows > 0) {
        trainer->core->forward_part(trainer->network, trainer->model->theta, trainer->pass, l, first, rows);
    }
}

/* The partials of layer l. Those of the next are elsewhere, so that they can be begun while these are still read. */
static char *partials(const struct step *step, int64_t l, int32_t index)
{
    const dnn_trainer *trainer = step->trainer;
    return (char *)trainer->partials + (l % 2 * trainer->share_count + index) * step->stride * trainer->core->real_size;
}

/* Rows of W_l, and their part of W_lᵀ ψ_{l+1}. */
static void descend(const struct step *step, int64_t l, int64_t first, int64_t rows, int32_t index)
{
    const dnn_trainer *trainer = step->trainer;
    trainer->core->descend_part(trainer->network, trainer->pass, l, first, rows, step->eta, trainer->model->theta,
                                l > 0 ? partials(step, l, index) : NULL);
}

/* Numbers of ψ_l, from `parts` partials. */
static void gather(const struct step *step, int64_t l, int64_t first, int64_t numbers, int32_t parts)
{
    const dnn_trainer *trainer = step->trainer;
    trainer->core->gather_part(trainer->network, trainer->pass, l, partials(step, l, 0), parts, step->stride, first,
                               numbers);
}

/* The same, of all shares of a part. */
static void forward_shares(const struct part *part, int64_t l)
{
    for (int32_t t = part->first; t < part->last; t++) {
        int64_t first;
        const int64_t rows = team_share(part->step->trainer->network->layers[l].n_out, BLOCK, t, part->count, &first);
        forward(part->step, l, first, rows);
    }
}

static void descend_shares(const struct part *part, int64_t l)
{
    for (int32_t t = part->first; t < part->last; t++) {
        int64_t first;
        const int64_t rows = team_share(part->step->trainer->network->layers[l].n_out, BLOCK, t, part->count, &first);
        descend(part->step, l, first, rows, t);
    }
}

static void gather_shares(const struct part *part, int64_t l)
{
    for (int32_t t = part->first; t < part->last; t++) {
        int64_t first;
        const int64_t numbers = team_share(part->step->trainer->network->layers[l].n_in, BLOCK, t, part->count, &first);
        gather(part->step, l, first, numbers, part->count);
    }
}

/* Layers that the caller does alone. */
static void forward_small(const struct step *step, int64_t l)
{
    forward(step, l, 0, step->trainer->network->layers[l].n_out);
}

static void descend_small(const struct step *step, int64_t l)
{
    descend(step, l, 0, step->trainer->network->layers[l].n_out, 0);
}

static void gather_all(const struct step *step, int64_t l, int32_t parts)
{
    gather(step, l, 0, step->trainer->network->layers[l].n_in, parts);
}

static bool is_refused(const struct step *step)
{
    return isinf(step->bound);
}

/* E, and whether all will stay finite. */
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

/* The caller, between the way up through the large layers and the way back. */
static void turn_round(struct step *step)
{
    const int64_t last = step->trainer->network->depth - 1;
    for (int64_t l = step->top + 1; l <= last; l++) {
        forward_small(step, l);
    }
    run_loss(step);
    for (int64_t l = last; l > step->top && !is_refused(step); l--) {
        descend_small(step, l);
        gather_all(step, l, 1);
    }
}

/* Waits for the others, if they do the other shares. */
static void meet(const struct part *part)
{
    if (part->last - part->first < part->count) {
        team_barrier(part->step->trainer->team);
    }
}

static void run_large(const struct part *part)
{
    struct step *step = part->step;
    for (int64_t l = step->bottom; l <= step->top; l++) {
        forward_shares(part, l);
        meet(part);
    }
    if (part->first == 0) {
        turn_round(step);
    }
    meet(part);
    for (int64_t l = step->top; l >= step->bottom && !is_refused(step); l--) {
        descend_shares(part, l);
        if (l > step->bottom) {
            meet(part);
            gather_shares(part, l);
        }
    }
}

/* A thread's part: the share with its number. */
static void work(void *argument, int32_t index, int32_t count)
{
    struct step *step = argument;
    const int32_t shares = step->trainer->share_count;
    (void)count; /* the team may have more threads, for batches: those only wait with the others */
    run_large(&(struct part){.step = step,
                             .first = index < shares ? index : shares,
                             .last = index < shares ? index + 1 : shares,
                             .count = shares});
}

static void run(struct step *step, bool with_team)
{
    const int32_t count = step->trainer->share_count;
    for (int64_t l = 0; l < step->bottom; l++) {
        forward_small(step, l);
    }
    if (with_team) {
        team_run(step->trainer->team, work, step);
    } else {
        run_large(&(struct part){.step = step, .first = 0, .last = count, .count = count});
    }
    for (int64_t l = step->bottom; l > 0 && !is_refused(step); l--) {
        gather_all(step, l, l == step->bottom ? count : 1);
        descend_small(step, l - 1);
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

static int64_t layer_bytes(const dnn_trainer *trainer, int64_t l)
{
    const struct layer *layer = &trainer->network->layers[l];
    return layer->n_out * layer->stride * trainer->core->real_size;
}

static bool is_large(const dnn_trainer *trainer, int64_t l)
{
    return trainer->network->layers[l].n_out > BLOCK && layer_bytes(trainer, l) >= LARGE_LAYER;
}

/* The lowest and the highest of the large layers; returns the bytes of all between, or 0: there is none. */
static int64_t find_large(const dnn_trainer *trainer, int64_t *bottom, int64_t *top)
{
    int64_t bytes = 0;
    *bottom = 0;
    *top = trainer->network->depth - 1;
    while (*bottom <= *top && !is_large(trainer, *bottom)) {
        ++*bottom;
    }
    while (*top > *bottom && !is_large(trainer, *top)) {
        --*top;
    }
    for (int64_t l = *bottom; l <= *top; l++) {
        bytes += layer_bytes(trainer, l);
    }
    return bytes;
}

static bool divides_one(const dnn_trainer *trainer)
{
    return trainer->network->is_fused && !trainer->is_small && trainer->pass->mask == NULL &&
           trainer_is_plain_descent(trainer);
}

/* More shares than a large layer has blocks of rows would be empty. */
int64_t trainer_most_shares(const dnn_trainer *trainer)
{
    const int64_t asked = config_integer(trainer->config, KEY_THREADS),
                  threads = asked > 0 ? asked : CHECK_MOST_THREADS;
    int64_t bottom, top, most = 1;
    if (!divides_one(trainer)) {
        return 1;
    }
    find_large(trainer, &bottom, &top);
    for (int64_t l = bottom; l <= top; l++) {
        const int64_t blocks = (trainer->network->layers[l].n_out + BLOCK - 1) / BLOCK;
        most = blocks > most ? blocks : most;
    }
    return most < threads ? most : threads;
}

/* How many threads a step is divided among. */
static int32_t choose_count(const dnn_trainer *trainer)
{
    int64_t bottom, top;
    const int64_t asked = config_integer(trainer->config, KEY_THREADS), processors = team_processors();
    const int64_t most = trainer_most_shares(trainer), bytes = find_large(trainer, &bottom, &top);
    const int64_t wanted = asked > 0 ? asked : bytes / WORTH_A_THREAD;
    const int64_t possible = processors < most ? processors : most;
    return (int32_t)(wanted < possible ? wanted : possible);
}

/* The memory of a step of one sample that is divided. */
static int32_t make_partials(dnn_trainer *trainer, int32_t count)
{
    int64_t numbers;
    if (memory_multiply(2 * count, partial_stride(trainer), &numbers)) {
        trainer->partials = memory_new_aligned(numbers, trainer->core->real_size);
    }
    if (trainer->partials == NULL) {
        return status_out_of_memory("the threads of a trainer");
    }
    trainer->share_count = count;
    pace_begin(&trainer->pace, WITH_TEAM);
    return DNN_OK;
}

int32_t trainer_make_team(dnn_trainer *trainer)
{
    const int32_t of_one = choose_count(trainer), of_batch = batch_thread_count(trainer);
    const int32_t wanted = of_one > of_batch ? of_one : of_batch;
    trainer->share_count = 1;
    if (wanted > 1 && !team_create(wanted, &trainer->team)) {
        return status_out_of_memory("the threads of a trainer");
    }
    if (of_one < 2) {
        return DNN_OK;
    }
    const int32_t count = team_count(trainer->team);
    return count > 1 ? make_partials(trainer, of_one < count ? of_one : count) : DNN_OK;
}

int32_t trainer_set_shares(dnn_trainer *trainer, int32_t count)
{
    if (count == trainer->share_count) {
        return DNN_OK;
    }
    memory_free_aligned(trainer->partials);
    trainer->partials = NULL;
    trainer->share_count = 1;
    return count > 1 ? make_partials(trainer, count) : DNN_OK;
}

/* Whether it has a thread for each share. After a fork there may be none. */
static bool has_team(const dnn_trainer *trainer)
{
    return trainer->team != NULL && trainer->thread_count >= trainer->share_count &&
           team_count(trainer->team) == trainer->thread_count;
}

bool trainer_team_step(dnn_trainer *trainer, double eta, double *loss_sum)
{
    struct step step = {.trainer = trainer, .eta = eta, .stride = partial_stride(trainer)};
    const bool with_team = pace_way(&trainer->pace) == WITH_TEAM && has_team(trainer);
    const double began = seconds_now();
    find_large(trainer, &step.bottom, &step.top);
    run(&step, with_team);
    pace_note(&trainer->pace, seconds_now() - began);
    *loss_sum = step.loss_sum;
    return !is_refused(&step);
}
