/*
 * api/trainer.c - the trainer handle: its life, and what a step is made of. The step that callers see is in trainer_step.c.
 *
 * A plain gradient step over samples that fit the pass writes into the weights directly: no gradient ever lies in
 * memory. Otherwise (more samples than that, or another optimizer) the gradient is summed in step_gradient first.
 * Either way everything that can fail, which is numbers that overflow, is known before the first weight changes.
 */
#include "api/trainer.h"

#include "api/check.h"
#include "api/trainer_batch.h"
#include "api/trainer_team.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

/* Rows that a pass has at least: step may get any number of samples, whatever batch_size says. */
enum { SMALLEST_CHUNK = 256 };

struct matrix trainer_arena(const dnn_trainer *trainer, void *arena)
{
    return model_arena(trainer->network, arena);
}

dnn_trainer *trainer_retain(dnn_trainer *trainer)
{
    atomic_fetch_add_explicit(&trainer->references, 1, memory_order_relaxed);
    return trainer;
}

void dnn_trainer_destroy(dnn_trainer *trainer)
{
    if (trainer != NULL && atomic_fetch_sub_explicit(&trainer->references, 1, memory_order_acq_rel) == 1) {
        memory_free(trainer->history);
        memory_free_aligned(trainer->best);
        for (int32_t i = 0; i < UPDATE_MOST_STATES; i++) {
            memory_free_aligned(trainer->states[i]);
        }
        memory_free_aligned(trainer->sum);
        memory_free_aligned(trainer->step_gradient);
        team_destroy(trainer->team);
        memory_free_aligned(trainer->partials);
        memory_free(trainer->block_figures);
        memory_free(trainer->thread_largest);
        pass_destroy(trainer->pass);
        memory_free(trainer->network);
        dnn_config_destroy(trainer->config);
        model_release(trainer->model);
        memory_free(trainer);
    }
}

/* The model's network, but with the derivative of the sigmoid that this trainer's config asks for. */
static struct network *network_for(const dnn_trainer *trainer)
{
    struct network *network = network_copy(trainer->model->network);
    const bool tutorial = config_integer(trainer->config, KEY_SIGMOID_DERIVATIVE) == DERIVATIVE_TUTORIAL;
    if (network != NULL) {
        network_choose_engine(trainer->core, (int32_t)config_integer(trainer->config, KEY_ENGINE), network);
    }
    for (int64_t l = 0; network != NULL && l < network->depth; l++) {
        network->layers[l].activation.tutorial = tutorial;
    }
    return network;
}

static int32_t make_parts(dnn_trainer *trainer)
{
    const struct core *core = trainer->core;
    struct network *network = trainer->network = network_for(trainer);
    if (network == NULL) {
        return status_out_of_memory("a trainer");
    }
    const int64_t batch = config_integer(trainer->config, KEY_BATCH_SIZE);
    const int64_t rows = pass_affordable_rows(core, network, batch > SMALLEST_CHUNK ? batch : SMALLEST_CHUNK);
    trainer->step_gradient = memory_new_aligned(network->arena_count, core->real_size);
    if (trainer->step_gradient == NULL) {
        return status_out_of_memory("the gradient of a trainer");
    }
    int32_t status = trainer_make_states(trainer);
    const bool drops = config_number(trainer->config, KEY_DROPOUT) > 0;
    trainer->is_small = network->is_small && !drops && trainer_is_plain_descent(trainer) &&
                        core->loss_only_with(network->loss.kind) == NULL;
    if (status == DNN_OK) {
        status = pass_create(core, network, rows, drops ? PASS_TRAIN_DROPOUT : PASS_TRAIN, &trainer->pass);
    }
    if (status == DNN_OK) {
        status = trainer_make_team(trainer);
    }
    return status == DNN_OK ? batch_prepare(trainer) : status;
}

int32_t dnn_trainer_create(dnn_model *model, const dnn_config *config, dnn_trainer **out)
{
    REQUIRE(model);
    REQUIRE(out);
    if (config == NULL) {
        config = model->config;
    }
    int32_t status = config_check_layers(config, model->network->depth);
    if (status == DNN_OK) {
        status = config_check_same_model(config, model->config, model->network->depth);
    }
    if (status == DNN_OK) {
        status = config_check_precision(config, false, model->core);
    }
    if (status != DNN_OK) {
        return status;
    }
    dnn_trainer *trainer = memory_new(1, sizeof *trainer);
    if (trainer == NULL) {
        return status_out_of_memory("a trainer");
    }
    atomic_init(&trainer->references, 1);
    atomic_init(&trainer->cancelled, false);
    trainer->model = model_retain(model);
    trainer->core = model->core;
    trainer->eta = trainer->eta_base = config_number(config, KEY_LEARNING_RATE);
    trainer->best_epoch = -1;
    trainer->plateau.best = INFINITY;
    random_seed(&trainer->shuffle, config_integer(config, KEY_SEED), RANDOM_STREAM_SHUFFLE);
    random_seed(&trainer->dropout, config_integer(config, KEY_SEED), RANDOM_STREAM_DROPOUT);
    status = config_copy(config, &trainer->config);
    if (status == DNN_OK) {
        status = make_parts(trainer);
    }
    if (status != DNN_OK) {
        dnn_trainer_destroy(trainer);
        return status;
    }
    *out = trainer;
    return DNN_OK;
}

static int32_t loss_not_finite(void)
{
    return status_error(DNN_ERROR_NOT_FINITE, "the loss is not finite: try a smaller learning_rate, smaller inputs and "
                                              "targets, or smaller first weights");
}

static int32_t gradient_not_finite(void)
{
    return status_error(DNN_ERROR_NOT_FINITE,
                        "the gradient is not finite, or too large to stay so: try smaller inputs or smaller weights");
}

/* For all the samples in the pass at once, in their order: so the masks are the same whoever computes with them. */
static void draw_masks(dnn_trainer *trainer)
{
    if (trainer->pass->mask != NULL) {
        const double rate = config_number(trainer->config, KEY_DROPOUT);
        trainer->core->draw_masks(trainer->network, trainer->pass, rate, &trainer->dropout);
    }
}

/* Forward over the sample in the pass. *loss_sum: E. */
static int32_t run_forward(dnn_trainer *trainer, double *loss_sum)
{
    const struct core *core = trainer->core;
    draw_masks(trainer);
    core->forward(trainer->network, trainer->model->theta, trainer->pass);
    *loss_sum = core->loss_sum(trainer->network, trainer->pass);
    return isfinite(*loss_sum) ? DNN_OK : loss_not_finite();
}

static int32_t run_backward(dnn_trainer *trainer, double *bound)
{
    trainer->core->backward(trainer->network, trainer->model->theta, trainer->pass);
    *bound = trainer->core->gradient_bound(trainer->network, trainer->pass);
    return isinf(*bound) ? gradient_not_finite() : DNN_OK;
}

/* The numbers of a pass that failed are no figures of anything. */
static int32_t end_pass(dnn_trainer *trainer, int32_t status)
{
    if (status != DNN_OK) {
        trainer->pass->n_rows = 0;
    }
    return trainer_failed(trainer, status);
}

/* Samples from `first` on, as many as the pass takes, loaded and run forward and backward. *loss_sum: Σ E. *bound: no number of
 * their gradient is larger. */
static int32_t run_samples(dnn_trainer *trainer, const struct samples *samples, int64_t first, double *loss_sum,
                           double *bound)
{
    trainer->latest = LATEST_NONE; /* the pass is about to be overwritten */
    pass_set_rows(trainer->pass, first, samples->n);
    draw_masks(trainer);
    batch_differentiate(trainer, samples, first, loss_sum, bound);
    return end_pass(trainer, !isfinite(*loss_sum) ? loss_not_finite() : isinf(*bound) ? gradient_not_finite() : DNN_OK);
}

int32_t trainer_failed(dnn_trainer *trainer, int32_t status)
{
    trainer->has_failed = status == DNN_ERROR_NOT_FINITE;
    return status;
}

void trainer_set_latest(dnn_trainer *trainer, enum latest latest, double scale)
{
    trainer->latest = latest;
    trainer->latest_scale = scale;
}

/* W ← W − (η / n) Ψᵀ X̂ over the samples in the pass, whose way back is done. */
static int32_t descend_pass(dnn_trainer *trainer, double eta, double bound)
{
    const int32_t status = trainer_admit_descent(trainer, eta, bound);
    if (status == DNN_OK) {
        batch_descend(trainer, eta);
    }
    return status;
}

/* The way back, and the update, of one sample after run_forward. */
static int32_t descend_exactly(dnn_trainer *trainer, double eta)
{
    double bound;
    const int32_t status = end_pass(trainer, run_backward(trainer, &bound));
    return status == DNN_OK ? descend_pass(trainer, eta, bound) : status;
}

bool trainer_stays_finite(const dnn_trainer *trainer, double eta, double bound)
{
    const double largest = trainer->core->largest_number;
    return eta <= largest && bound <= largest / 4 && 2 * eta * bound <= largest - trainer->model->weight_bound;
}

/* After a step of one sample: what the weights may have moved by. */
static void count_change(dnn_trainer *trainer, double eta)
{
    trainer->model->weight_bound += 2 * eta * trainer->core->gradient_bound(trainer->network, trainer->pass);
    trainer_failed(trainer, DNN_OK);
}

/* The same for one sample, way back and update at once; false if it cannot be known to stay finite. What it may have
 * changed is known after it, and counted then: the bound before it is far too large to be added up. */
static bool descend_fused(dnn_trainer *trainer, double eta)
{
    const struct core *core = trainer->core;
    dnn_model *model = trainer->model;
    if (!trainer->network->is_fused || trainer->pass->n_rows != 1) {
        return false;
    }
    const double bound = core->fused_bound(trainer->network, trainer->pass, model->weight_bound);
    if (!trainer_stays_finite(trainer, eta, bound)) {
        return false;
    }
    core->fused_descend(trainer->network, trainer->pass, eta, model->theta);
    count_change(trainer, eta);
    return true;
}

/* Forward and descend_fused by several threads. */
static int32_t descend_as_team(dnn_trainer *trainer, double eta, double *loss_sum)
{
    if (trainer_team_step(trainer, eta, loss_sum)) {
        count_change(trainer, eta);
        return DNN_OK;
    }
    return isfinite(*loss_sum) ? descend_exactly(trainer, eta) : end_pass(trainer, loss_not_finite());
}

/* One sample, by plain gradient descent. */
static int32_t descend_one(dnn_trainer *trainer, const struct samples *samples, double *loss_sum)
{
    pass_set_rows(trainer->pass, 0, 1);
    samples->load(samples->source, trainer, trainer->pass, 0);
    if (trainer->is_small && !trainer->pass->is_weighted && trainer_descend_small(trainer, NULL, NULL, loss_sum)) {
        return DNN_OK;
    }
    trainer->latest = LATEST_NONE; /* the pass is about to be overwritten */
    if (trainer->share_count > 1) {
        return descend_as_team(trainer, trainer->eta, loss_sum);
    }
    const int32_t status = run_forward(trainer, loss_sum);
    if (status != DNN_OK) {
        return end_pass(trainer, status);
    }
    return descend_fused(trainer, trainer->eta) ? DNN_OK : descend_exactly(trainer, trainer->eta);
}

/* Samples that fit the pass, by plain gradient descent: no gradient is ever in memory. */
static int32_t descend(dnn_trainer *trainer, const struct samples *samples, double *loss_sum)
{
    double bound;
    const int32_t status = run_samples(trainer, samples, 0, loss_sum, &bound);
    return status == DNN_OK ? descend_pass(trainer, trainer->eta / (double)samples->n, bound) : status;
}

int32_t trainer_sum_in_step(dnn_trainer *trainer, const struct samples *samples, double *loss_sum, double *bound)
{
    *loss_sum = 0;
    *bound = 0;
    for (int64_t first = 0; first < samples->n; first += trainer->pass->n_rows) {
        double chunk_loss, chunk_bound;
        const int32_t status = run_samples(trainer, samples, first, &chunk_loss, &chunk_bound);
        if (status != DNN_OK) {
            return status;
        }
        batch_gradient(trainer, first > 0, trainer->step_gradient);
        *loss_sum += chunk_loss;
        *bound += chunk_bound;
    }
    if (!isfinite(*loss_sum)) {
        return trainer_failed(trainer, loss_not_finite());
    }
    return trainer_failed(trainer, *bound <= trainer->core->largest_number / 2 ? DNN_OK : gradient_not_finite());
}

/* By an optimizer, or with more samples than the pass has room for. */
static int32_t optimize(dnn_trainer *trainer, const struct samples *samples, double *loss_sum, enum latest *latest)
{
    const bool fits = samples->n <= trainer->pass->max_rows;
    double bound;
    int32_t status = fits ? run_samples(trainer, samples, 0, loss_sum, &bound)
                          : trainer_sum_in_step(trainer, samples, loss_sum, &bound);
    if (status == DNN_OK) {
        status = trainer_update(trainer, 1 / (double)samples->n, fits, trainer->step_gradient, bound);
    }
    *latest = LATEST_IN_STEP;
    return status;
}

int32_t trainer_step(dnn_trainer *trainer, const struct samples *samples, double *loss_sum)
{
    const bool is_plain = samples->n <= trainer->pass->max_rows && trainer_is_plain_descent(trainer);
    enum latest latest = LATEST_IN_PASS;
    int32_t status;
    if (is_plain && samples->n == 1) {
        status = descend_one(trainer, samples, loss_sum);
    } else {
        batch_begin(trainer, samples->n);
        status = is_plain ? descend(trainer, samples, loss_sum) : optimize(trainer, samples, loss_sum, &latest);
        batch_end(trainer, samples->n);
    }
    if (status == DNN_OK) {
        trainer_set_latest(trainer, latest, 1 / (double)samples->n);
    }
    return status;
}

static void load_arrays(const void *source, const dnn_trainer *trainer, struct pass *pass, int64_t first)
{
    const struct array_samples *arrays = source;
    pass->is_weighted = false;
    array_load(trainer->core, arrays->x, first, pass_x(trainer->core, trainer->network, pass, 0));
    array_load(trainer->core, arrays->y, first, pass_y(trainer->core, trainer->network, pass));
}

struct samples trainer_samples(const struct array_samples *arrays, int64_t n)
{
    return (struct samples){load_arrays, arrays, n};
}

int32_t trainer_check_samples(const dnn_trainer *trainer, const struct array_samples *arrays, int64_t n)
{
    const int64_t n_in = network_size(trainer->network, 0);
    const int64_t n_out = network_size(trainer->network, trainer->network->depth);
    int32_t status = check_rows(n, 1, n_in);
    if (status == DNN_OK) {
        status = check_rows(n, 1, n_out);
    }
    if (status == DNN_OK) {
        status = array_check(trainer->core, "x", arrays->x, n, n_in);
    }
    if (status == DNN_OK) {
        status = array_check(trainer->core, "y", arrays->y, n, n_out);
    }
    const int32_t loss = trainer->network->loss.kind;
    return status == DNN_OK && trainer->core->loss_takes_probabilities(loss)
               ? array_check_probabilities("y", arrays->y, n, n_out, trainer->core->loss_name(loss))
               : status;
}

int32_t trainer_admit_samples(dnn_trainer *trainer, const struct array_samples *arrays, int64_t n)
{
    const int32_t status = trainer_check_samples(trainer, arrays, n);
    if (status != DNN_ERROR_NOT_FINITE) {
        return status;
    }
    const int32_t begun = model_begin_training(trainer->model);
    if (begun != DNN_OK) {
        return begun; /* nothing of the training that goes on is touched */
    }
    trainer->latest = LATEST_NONE;
    end_pass(trainer, status);
    model_end_training(trainer->model);
    return status;
}
