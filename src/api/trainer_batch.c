/*
 * api/trainer_batch.c - see trainer_batch.h.
 *
 *     all     each thread its samples: loaded, forward, E, backward, and how large their gradient can be    | team_run
 *     caller  whether all stays finite
 *     all     each thread its rows of every W: ∇W = Ψᵀ X̂ and its update                                     | team_run
 *
 * Samples do not meet before ∇W, so that two waits for each other are enough, however many layers there are. Figures are summed
 * for blocks of BLOCK samples, and then in the order of the blocks; with core/product.h, in which a number does not depend on who
 * computes what beside it, that makes a step the same to the last bit whoever does it. So the team can step back at any time:
 * where other processes need the processors the caller goes on alone.
 *
 * Tried: the threads of the BLAS, which wait for each other at each of the products, and leave all that is between them to one
 * thread: 1.4 times its bare products on two cores, where a team takes less than these products.
 */
#include "api/trainer_batch.h"

#include "base/memory.h"
#include "base/seconds.h"
#include "base/status.h"
#include "base/team.h"

#include <math.h>

/* Samples of a block: whole panels of core/product.h in every version. Rows of W go to threads in smaller ones. */
enum { BLOCK = 32, ROW_BLOCK = 8 };

/* Multiplications of a step that are worth another thread, at least. Rows whose gradient is made and used while it is in a cache. */
static const double worth_a_thread = 1 << 20;
enum { ROWS_AT_ONCE = 56 };

enum { WITH_TEAM, ALONE };

struct batch {
    dnn_trainer *trainer;
    const struct samples *samples;
    int64_t first; /* of them, in the pass */
    double eta;
    const struct update *update;
    bool makes_gradient, accumulate;
    void *gradient;
    bool is_weighted; /* whether the samples that were loaded have weights */
};

int32_t batch_thread_count(const dnn_trainer *trainer)
{
    if (!trainer->network->has_products || trainer->is_small) {
        return 1;
    }
    const int64_t asked = config_integer(trainer->config, KEY_THREADS), processors = team_processors();
    const int64_t rows = config_integer(trainer->config, KEY_BATCH_SIZE);
    const double work = 3 * (double)trainer->network->parameter_count * (double)(rows > 1 ? rows : 1);
    const int64_t wanted = asked > 0 ? asked : (int64_t)fmin(work / worth_a_thread, 1 << 16);
    return (int32_t)(wanted < 1 ? 1 : wanted < processors ? wanted : processors);
}

int32_t batch_prepare(dnn_trainer *trainer)
{
    const int64_t blocks = (trainer->pass->max_rows + BLOCK - 1) / BLOCK;
    const int32_t threads = trainer->thread_count = trainer->team != NULL ? team_count(trainer->team) : 1;
    trainer->block_figures = memory_new(blocks, sizeof *trainer->block_figures);
    trainer->thread_largest = memory_new(threads, sizeof *trainer->thread_largest);
    if (trainer->block_figures == NULL || trainer->thread_largest == NULL) {
        return status_out_of_memory("the figures of a batch");
    }
    for (int32_t i = 0; i < BATCH_SIZE_CLASSES; i++) {
        pace_begin(&trainer->batch_paces[i], WITH_TEAM);
    }
    return threads == 1 ? DNN_OK : pass_make_panels(trainer->core, trainer->network, threads, trainer->pass);
}

/* The class of batches of about this size, 2^class to 2^(class + 1) − 1: a small one may be sooner done alone where a large one is not,
 * and a call of one size tells little of another's. */
static int32_t class_of(int64_t n)
{
    int32_t size_class = 0;
    while (size_class + 1 < BATCH_SIZE_CLASSES && n >> (size_class + 1) > 0) {
        size_class++;
    }
    return size_class;
}

void batch_begin(dnn_trainer *trainer, int64_t n)
{
    trainer->batch_team = NULL;
    if (trainer->team == NULL || !trainer->network->has_products) {
        return;
    }
    /* After a fork the team is made anew, and may be smaller. */
    if (pace_way(&trainer->batch_paces[class_of(n)]) == WITH_TEAM &&
        team_count(trainer->team) <= trainer->thread_count) {
        trainer->batch_team = trainer->team;
    }
    trainer->batch_began = seconds_now();
}

/* As if it had been the smallest of its class: the sizes of a class are compared with each other. */
void batch_end(dnn_trainer *trainer, int64_t n)
{
    if (trainer->team != NULL && trainer->network->has_products) {
        const double share = (double)((int64_t)1 << class_of(n)) / (double)n;
        pace_note(&trainer->batch_paces[class_of(n)], share * (seconds_now() - trainer->batch_began));
    }
    trainer->batch_team = NULL;
}

static void run(const dnn_trainer *trainer, team_work work, struct batch *batch)
{
    if (trainer->batch_team != NULL) {
        team_run(trainer->batch_team, work, batch);
    } else {
        work(batch, 0, 1);
    }
}

/* Some of the samples: rows first … first + n − 1 of the pass. */
static void differentiate(struct batch *batch, int64_t first, int64_t n, int32_t thread)
{
    dnn_trainer *trainer = batch->trainer;
    const struct core *core = trainer->core;
    const struct network *network = trainer->network;
    struct pass part = pass_part(trainer->pass, first, n, thread);
    batch->samples->load(batch->samples->source, trainer, &part, batch->first + first);
    core->forward(network, trainer->model->theta, &part);
    core->backward(network, trainer->model->theta, &part);
    for (int64_t row = 0; row < n; row += BLOCK) {
        const struct pass block = pass_part(&part, row, n - row < BLOCK ? n - row : BLOCK, 0);
        struct block_figures *figures = &trainer->block_figures[(first + row) / BLOCK];
        figures->loss = core->loss_sum(network, &block);
        figures->bound = core->gradient_bound(network, &block);
    }
    if (first == 0) {
        batch->is_weighted = part.is_weighted; /* the pass itself is being copied by the others */
    }
}

static void differentiate_share(void *argument, int32_t index, int32_t count)
{
    struct batch *batch = argument;
    int64_t first;
    const int64_t n = team_share(batch->trainer->pass->n_rows, BLOCK, index, count, &first);
    if (n > 0) {
        differentiate(batch, first, n, index);
    }
}

void batch_differentiate(dnn_trainer *trainer, const struct samples *samples, int64_t first, double *loss_sum,
                         double *bound)
{
    struct batch batch = {.trainer = trainer, .samples = samples, .first = first};
    run(trainer, differentiate_share, &batch);
    trainer->pass->is_weighted = batch.is_weighted;
    *loss_sum = *bound = 0;
    for (int64_t row = 0; row < trainer->pass->n_rows; row += BLOCK) {
        *loss_sum += trainer->block_figures[row / BLOCK].loss;
        *bound += trainer->block_figures[row / BLOCK].bound;
    }
    /* The blocks are each small enough; their sum must be, too, with room for its rounding. */
    if (!(*bound <= trainer->core->largest_number / 2)) {
        *bound = (double)INFINITY;
    }
}

/* Does something to a thread's rows of every W. */
static void for_own_rows(const struct batch *batch, int32_t index, int32_t count,
                         void (*act)(const struct batch *batch, struct rows rows))
{
    const struct network *network = batch->trainer->network;
    for (int64_t l = 0; l < network->depth; l++) {
        struct rows rows = network_rows(network, l);
        rows.count = team_share(rows.count, ROW_BLOCK, index, count, &rows.first);
        if (rows.count > 0) {
            act(batch, rows);
        }
    }
}

static void make_gradient(const struct batch *batch, struct rows rows)
{
    const dnn_trainer *trainer = batch->trainer;
    trainer->core->gradient(trainer->network, trainer->pass, rows, batch->accumulate, batch->gradient);
}

static void gradient_share(void *argument, int32_t index, int32_t count)
{
    for_own_rows(argument, index, count, make_gradient);
}

void batch_gradient(dnn_trainer *trainer, bool accumulate, void *gradient)
{
    run(trainer, gradient_share, &(struct batch){.trainer = trainer, .accumulate = accumulate, .gradient = gradient});
}

static void descend(const struct batch *batch, struct rows rows)
{
    const dnn_trainer *trainer = batch->trainer;
    trainer->core->descend(trainer->network, trainer->pass, rows, batch->eta, trainer->model->theta);
}

static void descend_share(void *argument, int32_t index, int32_t count)
{
    for_own_rows(argument, index, count, descend);
}

void batch_descend(dnn_trainer *trainer, double eta)
{
    run(trainer, descend_share, &(struct batch){.trainer = trainer, .eta = eta});
}

/* Some rows of one W. Returns the largest |w| of them after it. */
static double update_some(const struct batch *batch, struct rows rows)
{
    const dnn_trainer *trainer = batch->trainer;
    const struct arenas arenas = {batch->gradient, trainer->states, trainer->model->theta};
    if (batch->makes_gradient) {
        make_gradient(batch, rows);
    }
    return trainer->core->update(batch->update, trainer->network, rows, &arenas);
}

static void update_share(void *argument, int32_t index, int32_t count)
{
    const struct batch *batch = argument;
    const dnn_trainer *trainer = batch->trainer;
    double largest = 0;
    for (int64_t l = 0; l < trainer->network->depth; l++) {
        struct rows rows = network_rows(trainer->network, l);
        const int64_t n = team_share(rows.count, ROW_BLOCK, index, count, &rows.first), end = rows.first + n;
        for (; rows.first < end; rows.first += rows.count) {
            rows.count = end - rows.first < ROWS_AT_ONCE ? end - rows.first : ROWS_AT_ONCE;
            largest = fmax(largest, update_some(batch, rows));
        }
    }
    trainer->thread_largest[index] = largest;
}

double batch_update(dnn_trainer *trainer, const struct update *update, bool makes_gradient, void *gradient)
{
    struct batch batch = {.trainer = trainer, .update = update, .makes_gradient = makes_gradient, .gradient = gradient};
    run(trainer, update_share, &batch);
    double largest = 0;
    const int32_t threads = trainer->batch_team != NULL ? team_count(trainer->batch_team) : 1;
    for (int32_t t = 0; t < threads; t++) {
        largest = fmax(largest, trainer->thread_largest[t]);
    }
    return largest;
}
