/*
 * api/trainer_step.c - one update from the caller's arrays, and the learning rate that it has.
 */
#include "api/check.h"
#include "api/trainer.h"
#include "base/text.h"

#include <math.h>

static int32_t step(dnn_trainer *trainer, struct array_samples arrays, int64_t n, double *loss)
{
    double loss_sum;
    int32_t status = trainer_admit_samples(trainer, &arrays, n);
    if (status == DNN_OK) {
        status = model_begin_training(trainer->model);
    }
    if (status != DNN_OK) {
        return status;
    }
    const struct samples samples = trainer_samples(&arrays, n);
    status = trainer_step(trainer, &samples, &loss_sum);
    model_end_training(trainer->model);
    if (status == DNN_OK && loss != NULL) {
        *loss = loss_sum / (double)n;
    }
    return status;
}

bool trainer_descend_small(dnn_trainer *trainer, const double *x, const double *y, double *loss)
{
    dnn_model *model = trainer->model;
    struct small_step step = {
        .x = x, .y = y, .by = model_standardization(model), .eta = trainer->eta, .weight_bound = model->weight_bound};
    if (!trainer->core->descend_small(trainer->network, model->theta, trainer->pass, &step)) {
        trainer->latest = LATEST_NONE;
        return false;
    }
    trainer->pass->is_weighted = false;
    model->weight_bound += 2 * step.change;
    trainer_failed(trainer, DNN_OK);
    trainer_set_latest(trainer, LATEST_IN_PASS, 1);
    *loss = step.loss;
    return true;
}

/* One sample of a small network. False, and nothing changed, if something speaks against it: the long way finds out what. */
static bool step_small(dnn_trainer *trainer, const double *x, const double *y, int64_t n, double *loss)
{
    dnn_model *model = trainer->model;
    if (n != 1 || !trainer->is_small || atomic_load_explicit(&model->training, memory_order_relaxed)) {
        return false;
    }
    double found;
    if (model_begin_training(model) != DNN_OK) {
        return false;
    }
    const bool is_done = trainer_descend_small(trainer, x, y, &found);
    model_end_training(model);
    if (is_done && loss != NULL) {
        *loss = found;
    }
    return is_done;
}

static bool step_small_f32(dnn_trainer *trainer, const float *x, const float *y, int64_t n, double *loss)
{
    double x_f64[SMALL_WIDEST], y_f64[SMALL_WIDEST];
    if (n != 1 || !trainer->is_small) {
        return false;
    }
    array_widen(x, network_size(trainer->network, 0), x_f64);
    array_widen(y, network_size(trainer->network, trainer->network->depth), y_f64);
    return step_small(trainer, x_f64, y_f64, n, loss);
}

int32_t dnn_trainer_step(dnn_trainer *trainer, const double *x, const double *y, int64_t n, double *loss)
{
    REQUIRE(trainer);
    REQUIRE(x);
    REQUIRE(y);
    if (step_small(trainer, x, y, n, loss)) {
        return DNN_OK;
    }
    const struct standardization *by = model_standardization(trainer->model);
    return step(trainer, (struct array_samples){{.f64 = x, .by = by}, {.f64 = y}}, n, loss);
}

int32_t dnn_trainer_step_f32(dnn_trainer *trainer, const float *x, const float *y, int64_t n, double *loss)
{
    REQUIRE(trainer);
    REQUIRE(x);
    REQUIRE(y);
    if (step_small_f32(trainer, x, y, n, loss)) {
        return DNN_OK;
    }
    const struct standardization *by = model_standardization(trainer->model);
    return step(trainer, (struct array_samples){{.f32 = x, .by = by}, {.f32 = y}}, n, loss);
}

double dnn_trainer_learning_rate(const dnn_trainer *trainer)
{
    return trainer == NULL ? (double)NAN : trainer->eta;
}

int32_t dnn_trainer_set_learning_rate(dnn_trainer *trainer, double rate)
{
    REQUIRE(trainer);
    char text[TEXT_NUMBER_CAPACITY];
    if (!(fabs(rate) <= trainer->core->largest_number)) {
        text_from_number(rate, text);
        return status_error(DNN_ERROR_NOT_FINITE, "rate is %s, which is not finite in %s", text,
                            trainer->core->precision);
    }
    if (!(rate >= trainer->core->smallest_number)) {
        text_from_number(rate, text);
        return status_error(DNN_ERROR_INVALID_ARGUMENT, "rate is %s, which is not above 0, or too small for %s", text,
                            trainer->core->precision);
    }
    trainer->eta = trainer->eta_base = rate;
    return DNN_OK;
}
