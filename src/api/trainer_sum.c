/*
 * api/trainer_sum.c - a step in its parts: gradients summed over any samples, exchanged, and applied. What
 * data-parallel training is made of.
 */
#include "api/check.h"
#include "api/trainer_batch.h"
#include "base/memory.h"

#include <math.h>

int32_t trainer_make_sum(dnn_trainer *trainer)
{
    if (trainer->sum == NULL) {
        trainer->sum = memory_new_aligned(trainer->network->arena_count, trainer->core->real_size);
    }
    return trainer->sum == NULL ? status_out_of_memory("the sum of a trainer's gradients") : DNN_OK;
}

/* step_gradient, which holds the gradient of all the new samples, is added as a whole: G is never left half changed. */
static void add_step_to_sum(dnn_trainer *trainer)
{
    const struct core *core = trainer->core;
    if (!trainer->has_sum) {
        void *emptied = trainer->sum;
        trainer->sum = trainer->step_gradient;
        trainer->step_gradient = emptied;
    } else {
        core->add(trainer_arena(trainer, trainer->step_gradient), trainer_arena(trainer, trainer->sum));
    }
}

static int32_t check_sum_bound(const dnn_trainer *trainer, double bound)
{
    const double limit = trainer->core->largest_number / 2; /* the rest is for rounding */
    if (trainer->sum_bound + bound <= limit) {
        return DNN_OK;
    }
    return status_error(DNN_ERROR_NOT_FINITE, "the sum of gradients is too large to stay finite: apply it earlier");
}

static int32_t accumulate(dnn_trainer *trainer, const struct samples *samples, double *loss_sum)
{
    double bound;
    int32_t status = trainer_sum_in_step(trainer, samples, loss_sum, &bound);
    if (status == DNN_OK) {
        status = check_sum_bound(trainer, bound);
    }
    if (status != DNN_OK) {
        return trainer_failed(trainer, status);
    }
    add_step_to_sum(trainer);
    trainer->sum_bound += bound;
    trainer->has_sum = true;
    trainer_set_latest(trainer, LATEST_IN_SUM, 1);
    return DNN_OK;
}

int32_t dnn_trainer_accumulate(dnn_trainer *trainer, const double *x, const double *y, int64_t n, double *loss_sum)
{
    REQUIRE(trainer);
    REQUIRE(x);
    REQUIRE(y);
    const struct array_samples arrays = {{.f64 = x, .by = model_standardization(trainer->model)}, {.f64 = y}};
    double sum;
    int32_t status = trainer_admit_samples(trainer, &arrays, n);
    if (status == DNN_OK) {
        status = model_begin_training(trainer->model);
    }
    if (status != DNN_OK) {
        return status;
    }
    const struct samples samples = trainer_samples(&arrays, n);
    status = trainer_make_sum(trainer);
    if (status == DNN_OK) {
        batch_begin(trainer, n);
        status = accumulate(trainer, &samples, &sum);
        batch_end(trainer, n);
    }
    model_end_training(trainer->model);
    if (status == DNN_OK && loss_sum != NULL) {
        *loss_sum = sum;
    }
    return status;
}

int32_t dnn_trainer_get_gradient(const dnn_trainer *trainer, double *gradient)
{
    REQUIRE(trainer);
    REQUIRE(gradient);
    const struct network *network = trainer->network;
    if (!trainer->has_sum) {
        for (int64_t i = 0; i < network->parameter_count; i++) {
            gradient[i] = 0;
        }
        return DNN_OK;
    }
    model_export_layers(trainer->core, network, trainer->sum, 0, network->depth - 1, gradient);
    return DNN_OK;
}

int32_t dnn_trainer_set_gradient(dnn_trainer *trainer, const double *gradient)
{
    REQUIRE(trainer);
    REQUIRE(gradient);
    const struct network *network = trainer->network;
    int32_t status = array_check_flat(trainer->core, "gradient", gradient, network->parameter_count);
    if (status == DNN_OK) {
        status = model_begin_training(trainer->model);
    }
    if (status != DNN_OK) {
        return status;
    }
    status = trainer_make_sum(trainer);
    if (status == DNN_OK) {
        model_import_layers(trainer->core, network, gradient, 0, network->depth - 1, trainer->sum);
        trainer->has_sum = true;
        trainer->sum_bound = trainer->core->largest(trainer_arena(trainer, trainer->sum));
        trainer_set_latest(trainer, LATEST_IN_SUM, 1);
        trainer_failed(trainer, DNN_OK);
    }
    model_end_training(trainer->model);
    return status;
}

int32_t dnn_trainer_apply(dnn_trainer *trainer, double scale)
{
    REQUIRE(trainer);
    if (!isfinite(scale)) {
        return status_error(DNN_ERROR_NOT_FINITE, "scale is not finite");
    }
    int32_t status = model_begin_training(trainer->model);
    if (status != DNN_OK) {
        return status;
    }
    if (trainer->has_sum) {
        status = trainer_update(trainer, scale, false, trainer->sum, trainer->sum_bound);
    } else {
        status = status_error(DNN_ERROR_INVALID_ARGUMENT, "there is no gradient to apply: accumulate or set one first");
    }
    if (status == DNN_OK) {
        trainer->has_sum = false;
        trainer->sum_bound = 0;
        trainer_set_latest(trainer, LATEST_IN_SUM, scale);
    }
    model_end_training(trainer->model);
    return status;
}
