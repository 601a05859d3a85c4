/*
 * api/trainer_inspect.c - the figures of a layer at the latest gradient. What they mean is in diagnose.c.
 */
#include "api/check.h"
#include "api/diagnose.h"
#include "api/trainer_batch.h"

#include <math.h>

/* A layer's weights in an arena. */
static struct matrix weights(const dnn_trainer *trainer, const void *arena, int64_t l)
{
    return network_weights(trainer->network, arena, l, trainer->core->real_size);
}

const void *trainer_latest_gradient(dnn_trainer *trainer)
{
    if (trainer->latest == LATEST_IN_SUM) {
        return trainer->sum;
    }
    if (trainer->latest == LATEST_IN_PASS) {
        batch_gradient(trainer, false, trainer->step_gradient);
        trainer->latest = LATEST_IN_STEP;
    }
    return trainer->step_gradient;
}

int64_t trainer_drop_weightless(dnn_trainer *trainer)
{
    const int64_t count = pass_weighty_rows(trainer->pass);
    if (count > 0 && count < trainer->pass->n_rows) {
        trainer_latest_gradient(trainer); /* to the last bit as from the whole pass */
        pass_drop_weightless(trainer->network, trainer->pass, trainer->core->real_size);
    }
    return count;
}

/* The share of the activations x_{layer+1}. */
static double saturated_share(dnn_trainer *trainer, int64_t layer)
{
    const double count = (double)trainer_drop_weightless(trainer) * (double)trainer->network->layers[layer].n_out;
    return count == 0 ? 0 : (double)trainer->core->saturated(trainer->network, trainer->pass, layer) / count;
}

int32_t dnn_trainer_layer_stats(dnn_trainer *trainer, int64_t layer, double *gradient_norm, double *weight_norm,
                                double *saturated)
{
    REQUIRE(trainer);
    const struct core *core = trainer->core;
    const int32_t status = check_range("layer", layer, 0, trainer->network->depth - 1);
    if (status != DNN_OK) {
        return status;
    }
    if (trainer->latest == LATEST_NONE || trainer->pass->n_rows == 0) {
        return status_error(DNN_ERROR_INVALID_ARGUMENT,
                            "there are no figures: no step or accumulate has succeeded yet, or the latest one failed");
    }
    if (gradient_norm != NULL) {
        *gradient_norm =
            fabs(trainer->latest_scale) * core->frobenius(weights(trainer, trainer_latest_gradient(trainer), layer));
    }
    if (weight_norm != NULL) {
        *weight_norm = core->frobenius(weights(trainer, trainer->model->theta, layer));
    }
    if (saturated != NULL) {
        *saturated = saturated_share(trainer, layer);
    }
    return DNN_OK;
}
