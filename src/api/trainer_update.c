/*
 * api/trainer_update.c - the one way from a gradient to changed weights.
 *
 * An update may not leave a weight infinite or NaN, and may not fail half done. So a bound on what it will change is
 * worked out beforehand, from the bound of the gradient and of what the optimizer keeps; it is crude, and costs
 * nothing. Rejected: looking at the weights afterwards, which takes a copy of them to go back to.
 */
#include "api/check.h"
#include "api/trainer_batch.h"
#include "base/memory.h"

#include <math.h>

static int32_t optimizer_of(const dnn_trainer *trainer)
{
    return (int32_t)config_integer(trainer->config, KEY_OPTIMIZER);
}

int32_t trainer_make_states(dnn_trainer *trainer)
{
    const int64_t count = trainer->network->arena_count, size = trainer->core->real_size;
    for (int32_t i = 0; i < trainer->core->state_count(optimizer_of(trainer)); i++) {
        trainer->states[i] = memory_new_aligned(count, size);
        if (trainer->states[i] == NULL) {
            return status_out_of_memory("the optimizer of a trainer");
        }
    }
    if (config_integer(trainer->config, KEY_PATIENCE) > 0 && config_integer(trainer->config, KEY_RESTORE_BEST)) {
        trainer->best = memory_new_aligned(count, size);
        if (trainer->best == NULL) {
            return status_out_of_memory("the best weights of a trainer");
        }
    }
    return DNN_OK;
}

bool trainer_is_plain_descent(const dnn_trainer *trainer)
{
    const dnn_config *config = trainer->config;
    return trainer->core->is_plain_descent(optimizer_of(trainer)) && config_number(config, KEY_L2) == 0 &&
           config_number(config, KEY_WEIGHT_DECAY) == 0 && config_number(config, KEY_CLIP_NORM) == 0;
}

/* Beyond the precision's range a factor itself would become infinite, and infinity × 0 is NaN. */
static int32_t check_factor(dnn_trainer *trainer, double factor)
{
    return fabs(factor) <= trainer->core->largest_number
               ? DNN_OK
               : status_error(DNN_ERROR_NOT_FINITE,
                              "the learning rate, times the scale of the gradient, is too large for %s",
                              trainer->core->precision);
}

int32_t trainer_admit_descent(dnn_trainer *trainer, double eta, double bound)
{
    int32_t status = check_factor(trainer, eta);
    if (status == DNN_OK) {
        status = model_admit_change(trainer->model, fabs(eta) * bound);
    }
    return trainer_failed(trainer, status);
}

struct update trainer_update_at(const dnn_trainer *trainer, double t, double scale)
{
    const dnn_config *config = trainer->config;
    return (struct update){.optimizer = optimizer_of(trainer),
                           .scale = scale,
                           .eta = trainer->eta,
                           .momentum = config_number(config, KEY_MOMENTUM),
                           .beta1 = config_number(config, KEY_BETA1),
                           .beta2 = config_number(config, KEY_BETA2),
                           .epsilon = config_number(config, KEY_EPSILON),
                           .weight_decay = config_number(config, KEY_WEIGHT_DECAY),
                           .l2 = config_number(config, KEY_L2),
                           .clip_norm = config_number(config, KEY_CLIP_NORM),
                           .clip = 1,
                           .correction1 = 1 - pow(config_number(config, KEY_BETA1), t),
                           .correction2 = 1 - pow(config_number(config, KEY_BETA2), t)};
}

/* An error unless the update surely leaves weights and states finite. *state_bound: of the state after it. */
static int32_t admit(dnn_trainer *trainer, const struct update *update, double bound, double *state_bound)
{
    const double limit = trainer->core->largest_number / 4; /* the rest is for rounding */
    *state_bound = trainer->state_bound;
    int32_t status = check_factor(trainer, update->scale);
    if (status == DNN_OK) {
        status = check_factor(trainer, update->eta * update->scale);
    }
    if (status == DNN_OK) {
        status = check_factor(trainer, 2 * update->l2 + update->weight_decay);
    }
    if (status != DNN_OK) {
        return status;
    }
    const double change = trainer->core->update_bound(update, bound, trainer->model->weight_bound, state_bound);
    return model_admit_change(trainer->model, *state_bound <= limit ? change : (double)INFINITY);
}

double trainer_held_bound(const dnn_trainer *trainer)
{
    const struct update latest = trainer_update_at(trainer, (double)trainer->updates, 1);
    return trainer->core->update_held_bound(&latest, trainer->network, trainer->states);
}

int32_t trainer_update(dnn_trainer *trainer, double scale, bool makes_gradient, void *gradient, double bound)
{
    struct update update = trainer_update_at(trainer, (double)trainer->updates + 1, scale);
    double state_bound;
    const int32_t status = admit(trainer, &update, bound, &state_bound);
    if (status != DNN_OK) {
        return trainer_failed(trainer, status);
    }
    trainer->state_bound = state_bound;
    trainer->updates++;
    if (makes_gradient && update.clip_norm > 0) { /* clipping needs all of it */
        batch_gradient(trainer, false, gradient);
        makes_gradient = false;
    }
    update.clip = trainer->core->update_clip(&update, trainer->network, gradient, trainer->model->theta);
    trainer->model->weight_bound = batch_update(trainer, &update, makes_gradient, gradient);
    return trainer_failed(trainer, DNN_OK);
}
