/*
 * training.c - trainers: steps and fits that work, fail, and are stopped, with the weights read after each.
 */
#include "soak.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What the callback of a fit does beside counting. */
enum { NOTHING, PREDICT, TRAIN, DESTROY_DATA, CANCEL, SAVE, MISCHIEFS };

/* Dropout draws other activations than the naive network's. */
static bool has_dropout(const dnn_config *config)
{
    char text[64] = "";
    (void)dnn_config_get(config, "dropout", text, sizeof text, NULL);
    return strcmp(text, "0") != 0;
}

static void create(struct world *w)
{
    struct shadow *shadow = any_model(w);
    dnn_config *config = chance(w, 80) ? learning_config(w) : NULL;
    dnn_trainer *trainer = NULL;
    if (shadow != NULL && worked(w, dnn_trainer_create(shadow->handle, config, &trainer), 0))
        keep_trainer(w, trainer, shadow)->has_dropout = config != NULL && has_dropout(config);
    dnn_config_destroy(config);
}

static void create_wrong(struct world *w)
{
    struct shadow *shadow = any_model(w);
    dnn_config *config = NULL;
    dnn_trainer *trainer = NULL;
    if (shadow == NULL || !worked(w, dnn_config_create("tutorial", &config), 0))
        return;
    grant_memory();
    worked(w, dnn_config_set(config, "precision", shadow->is_f32 ? "f64" : "f32"), 0);
    worked(w, dnn_trainer_create(shadow->handle, config, &trainer), MUST_FAIL | INVALID);
    worked(w, dnn_trainer_create(NULL, config, &trainer), MUST_FAIL | INVALID);
    if (trainer != NULL)
        fail(w, "a trainer came out of an error");
    dnn_config_destroy(config);
}

static void destroy(struct world *w)
{
    trainer_gone(&w->trainers[below(w, TRAINERS)]);
}

/* ---- steps ---- */

/* Rows of samples for a trainer. */
struct batch {
    int64_t n;
    double *x, *y;
};

static struct batch batch_of(struct world *w, const struct shadow *shadow)
{
    struct batch batch = {.n = chance(w, 50) ? 1 : some_rows(w)};
    batch.x = need((size_t)(batch.n * inputs_of(shadow)), sizeof(double));
    batch.y = need((size_t)(batch.n * outputs_of(shadow)), sizeof(double));
    fill(w, batch.x, batch.n * inputs_of(shadow), -1, 1);
    fill(w, batch.y, batch.n * outputs_of(shadow), 0, 1);
    return batch;
}

static void batch_free(struct batch *batch)
{
    free(batch->x);
    free(batch->y);
}

/* The squared error that the naive network finds, before the step, is the loss. */
static void check_loss(struct world *w, const struct shadow *shadow, const struct batch *batch, double loss)
{
    double y[MOST_WIDTH], bound[MOST_WIDTH], expected = 0, error = 0;
    if (!shadow->is_known || strcmp(shadow->loss, "squared_error") != 0)
        return;
    const double u = shadow->is_f32 ? FLT_EPSILON : DBL_EPSILON;
    for (int64_t row = 0; row < batch->n; row++) {
        if (!reference_predict(shadow, batch->x + row * inputs_of(shadow), y, bound))
            return;
        for (int64_t j = 0; j < outputs_of(shadow); j++) {
            const double off = fabs(batch->y[row * outputs_of(shadow) + j] - y[j]);
            expected += off * off;
            error += (2 * off + bound[j]) * bound[j] + 64 * u * (off * off + off);
        }
    }
    error += (double)(batch->n * outputs_of(shadow)) * u * expected;
    if (!(fabs(loss * (double)batch->n - expected) <= error))
        fail(w, "the loss is %.17g, expected %.17g to within %g", loss, expected / (double)batch->n,
             error / (double)batch->n);
}

static void step(struct world *w)
{
    struct trained *t = any_trainer(w);
    if (t == NULL)
        return;
    struct batch batch = batch_of(w, t->shadow);
    double loss = -7;
    if (worked(w, dnn_trainer_step(t->handle, batch.x, batch.y, batch.n, &loss), NOT_FINITE)) {
        if (!t->has_dropout)
            check_loss(w, t->shadow, &batch, loss);
        shadow_refresh(w, t->shadow);
    } else if (loss != -7) {
        fail(w, "an error has written the loss");
    }
    shadow_verify(w, t->shadow);
    batch_free(&batch);
}

static void step_f32(struct world *w)
{
    struct trained *t = any_trainer(w);
    float x[MOST_WIDTH], y[MOST_WIDTH];
    if (t == NULL)
        return;
    for (int64_t i = 0; i < inputs_of(t->shadow); i++)
        x[i] = (float)between(w, -1, 1);
    for (int64_t i = 0; i < outputs_of(t->shadow); i++)
        y[i] = (float)between(w, 0, 1);
    if (worked(w, dnn_trainer_step_f32(t->handle, x, y, 1, NULL), NOT_FINITE))
        shadow_refresh(w, t->shadow);
    shadow_verify(w, t->shadow);
}

static void step_wrong(struct world *w)
{
    struct trained *t = any_trainer(w);
    if (t == NULL)
        return;
    struct batch batch = batch_of(w, t->shadow);
    double loss = -7;
    const int how = (int)below(w, 4);
    if (how == 0)
        batch.x[below(w, batch.n * inputs_of(t->shadow))] = NAN;
    if (how == 1)
        batch.y[below(w, batch.n * outputs_of(t->shadow))] = INFINITY;
    const int64_t n = how == 2 ? -batch.n : how == 3 ? INT64_C(1) << (31 + below(w, 32)) : batch.n;
    const int allowed = MUST_FAIL | INVALID | (how < 2 ? NOT_FINITE : 0);
    if (chance(w, 50))
        worked(w, dnn_trainer_step(t->handle, batch.x, batch.y, n, &loss), allowed);
    else
        worked(w, dnn_trainer_accumulate(t->handle, batch.x, batch.y, n, &loss), allowed);
    if (loss != -7)
        fail(w, "an error has written the loss");
    shadow_verify(w, t->shadow);
    batch_free(&batch);
}

/* Sums of gradients: a sum that is set is the sum that is told, and a step of it empties it. */
static void apply(struct world *w)
{
    struct trained *t = any_trainer(w);
    if (t == NULL)
        return;
    struct batch batch = batch_of(w, t->shadow);
    double *sum = need((size_t)t->shadow->parameters, sizeof *sum),
           *told = need((size_t)t->shadow->parameters, sizeof *told);
    worked(w, dnn_trainer_accumulate(t->handle, batch.x, batch.y, batch.n, NULL), NOT_FINITE);
    shadow_verify(w, t->shadow);
    if (chance(w, 50)) {
        fill(w, sum, t->shadow->parameters, -1, 1); /* 24 bits: exact in float */
        worked(w, dnn_trainer_set_gradient(t->handle, sum), 0);
        worked(w, dnn_trainer_get_gradient(t->handle, told), 0);
        if (memcmp(sum, told, (size_t)t->shadow->parameters * sizeof *sum) != 0)
            fail(w, "the sum is not what it was set to");
    }
    if (worked(w, dnn_trainer_apply(t->handle, 1.0 / (double)batch.n), INVALID | NOT_FINITE)) {
        shadow_refresh(w, t->shadow);
        worked(w, dnn_trainer_apply(t->handle, 1), MUST_FAIL | INVALID);
    }
    shadow_verify(w, t->shadow);
    batch_free(&batch);
    free(sum);
    free(told);
}

static void look(struct world *w)
{
    struct trained *t = any_trainer(w);
    int64_t length = 0;
    if (t == NULL)
        return;
    const int64_t layer = below(w, t->shadow->layer_count + 1) - 1;
    double norm, weight_norm, saturated = 0;
    const bool is_there = layer >= 0 && layer < t->shadow->layer_count - 1;
    if (worked(w, dnn_trainer_layer_stats(t->handle, layer, &norm, &weight_norm, &saturated),
               is_there ? INVALID : MUST_FAIL | INVALID) &&
        !(saturated >= 0 && saturated <= 1))
        fail(w, "saturated %g", saturated);
    if (worked(w, dnn_trainer_diagnose(t->handle, NULL, 0, &length), 0)) {
        char *text = need((size_t)length + 1, 1);
        worked(w, dnn_trainer_diagnose(t->handle, text, length, NULL), MUST_FAIL | INVALID);
        worked(w, dnn_trainer_diagnose(t->handle, text, length + 1, NULL), 0);
        free(text);
    }
    const int64_t count = dnn_trainer_history_count(t->handle);
    worked(w, dnn_trainer_history(t->handle, count, &norm, NULL, NULL), MUST_FAIL | INVALID);
    if (count > 0)
        worked(w, dnn_trainer_history(t->handle, below(w, count), &norm, NULL, NULL), 0);
    if (dnn_trainer_best_epoch(t->handle) >= count)
        fail(w, "the best epoch is %lld of %lld", (long long)dnn_trainer_best_epoch(t->handle), (long long)count);
    shadow_verify(w, t->shadow);
}

static void rate(struct world *w)
{
    static const double wrong[] = {0, -1, NAN, INFINITY, -DBL_TRUE_MIN};
    struct trained *t = any_trainer(w);
    if (t == NULL)
        return;
    const double before = dnn_trainer_learning_rate(t->handle), to = between(w, 1e-4, 0.2);
    worked(w, dnn_trainer_set_learning_rate(t->handle, wrong[below(w, 5)]), MUST_FAIL | INVALID | NOT_FINITE);
    if (dnn_trainer_learning_rate(t->handle) != before)
        fail(w, "an error has changed the learning rate");
    worked(w, dnn_trainer_set_learning_rate(t->handle, to), 0);
    if (dnn_trainer_learning_rate(t->handle) != to)
        fail(w, "the learning rate is not what it was set to");
}

static void check_gradient(struct world *w)
{
    struct trained *t = any_trainer(w);
    double error = -7;
    if (t == NULL || t->shadow->parameters > 200)
        return;
    struct batch batch = batch_of(w, t->shadow);
    if (worked(w, dnn_trainer_check_gradient(t->handle, batch.x, batch.y, batch.n, &error), NOT_FINITE) &&
        !(error >= 0))
        fail(w, "an error of %g", error);
    shadow_verify(w, t->shadow);
    batch_free(&batch);
}

/* ---- fit ---- */

static void destroy_fitted_data(struct world *w)
{
    for (int i = 0; i < DATASETS; i++)
        if (w->datasets[i].handle != NULL)
            dataset_gone(&w->datasets[i]);
}

/* What a callback may do, and what it may not. */
static void misbehave(struct world *w)
{
    struct trained *t = w->fitting;
    double x[MOST_WIDTH] = {0}, y[MOST_WIDTH] = {0};
    if (w->mischief == PREDICT && t->shadow->handle != NULL)
        worked(w, dnn_model_predict(t->shadow->handle, x, 1, y), 0);
    if (w->mischief == TRAIN)
        worked(w, dnn_trainer_step(t->handle, x, y, 1, NULL), MUST_FAIL | INVALID);
    if (w->mischief == TRAIN)
        worked(w, dnn_trainer_set_progress(t->handle, NULL, NULL), MUST_FAIL | INVALID);
    if (w->mischief == DESTROY_DATA)
        destroy_fitted_data(w);
    if (w->mischief == SAVE)
        worked(w, dnn_trainer_save(t->handle, "within"), 0);
    if (w->mischief == CANCEL) {
        worked(w, dnn_trainer_cancel(t->handle), 0);
        w->has_stopped = true;
    }
}

static int32_t progress_of(void *user, const dnn_progress *progress)
{
    struct world *w = user;
    const int64_t batch = dnn_progress_batch(progress), batches = dnn_progress_batches(progress);
    const int64_t epoch = dnn_progress_epoch(progress), epochs = dnn_progress_epochs(progress);
    if (batch < 1 || batch > batches || epoch < 1 || epoch > epochs || !(dnn_progress_seconds(progress) >= 0))
        fail(w, "batch %lld of %lld, epoch %lld of %lld", (long long)batch, (long long)batches, (long long)epoch,
             (long long)epochs);
    w->callbacks++;
    misbehave(w);
    if (w->callbacks != w->stop_at)
        return 1;
    w->has_stopped = true;
    return chance(w, 50) ? 0 : -9;
}

static void fit(struct world *w)
{
    struct trained *t = any_trainer(w);
    struct samples *training = t == NULL ? NULL : dataset_for(w, t->shadow);
    if (training == NULL)
        return;
    const dnn_dataset *validation = chance(w, 40) ? training->handle : NULL;
    const int64_t before = dnn_trainer_history_count(t->handle);
    const int misfit = misfit_of(t->shadow, training) & INVALID;
    const bool is_watched = chance(w, 70);
    w->fitting = t;
    w->callbacks = 0;
    w->has_stopped = false;
    w->stop_at = chance(w, 40) ? 1 + (int)below(w, 6) : 0;
    w->mischief = chance(w, 40) ? 1 + (int)below(w, MISCHIEFS - 1) : NOTHING;
    worked(w, dnn_trainer_set_progress(t->handle, is_watched ? progress_of : NULL, w), 0);
    refuse_memory(w);
    /* INVALID: there are no classes to balance. */
    const int32_t status = dnn_trainer_fit(t->handle, training->handle, validation);
    worked(w, status, STOPPED | NOT_FINITE | INVALID | misfit);
    if (w->has_stopped && status >= 0 && status != DNN_STOPPED)
        fail(w, "a fit that was stopped returned %d", (int)status);
    if (!w->has_stopped && status == DNN_STOPPED)
        fail(w, "a fit that nobody stopped has stopped");
    const int64_t after = dnn_trainer_history_count(t->handle);
    if (after < before || after > before + 3)
        fail(w, "the history had %lld epochs, and has %lld", (long long)before, (long long)after);
    if (status == DNN_ERROR_INVALID_ARGUMENT)
        shadow_verify(w, t->shadow);
    shadow_refresh(w, t->shadow);
}

static void fit_wrong(struct world *w)
{
    struct trained *t = any_trainer(w);
    struct samples *s = any_dataset(w);
    if (t == NULL || s == NULL || s->n_in == inputs_of(t->shadow))
        return;
    worked(w, dnn_trainer_fit(t->handle, s->handle, NULL), MUST_FAIL | INVALID);
    worked(w, dnn_trainer_fit(t->handle, NULL, s->handle), MUST_FAIL | INVALID);
    worked(w, dnn_trainer_cancel(t->handle), 0);
    shadow_verify(w, t->shadow);
}

/* ---- checkpoints ---- */

/* One step of each, from the same sample: the weights stay the same bit for bit. */
static void step_both(struct world *w, struct trained *t, dnn_trainer *other, struct shadow *of_other)
{
    struct batch batch = batch_of(w, t->shadow);
    const int32_t status = dnn_trainer_step(t->handle, batch.x, batch.y, batch.n, NULL);
    worked(w, status, NOT_FINITE);
    if (dnn_trainer_step(other, batch.x, batch.y, batch.n, NULL) != status)
        fail(w, "a step from a checkpoint fails otherwise");
    shadow_refresh(w, t->shadow);
    shadow_refresh(w, of_other);
    if (t->shadow->is_known &&
        memcmp(t->shadow->theta, of_other->theta, (size_t)of_other->parameters * sizeof(double)) != 0)
        fail(w, "a step from a checkpoint is another");
    batch_free(&batch);
}

static void through_checkpoint(struct world *w)
{
    struct trained *t = any_trainer(w);
    dnn_model *model = NULL;
    dnn_trainer *trainer = NULL;
    if (t == NULL || !worked(w, dnn_trainer_save(t->handle, "checkpoint"), 0))
        return;
    shadow_verify(w, t->shadow);
    refuse_memory(w);
    if (!worked(w, dnn_trainer_load("checkpoint", &model, &trainer), 0))
        return;
    struct shadow *shadow = shadow_copy(w, t->shadow, model);
    shadow->references = 1;
    if (t->shadow->is_known)
        shadow_verify(w, shadow);
    step_both(w, t, trainer, shadow);
    const bool has_dropout_too = t->has_dropout;
    keep_model(w, shadow);
    keep_trainer(w, trainer, shadow)->has_dropout = has_dropout_too;
    shadow_release(shadow);
}

const struct act training_acts[] = {{"trainer create", create, 5},
                                    {"trainer create wrong", create_wrong, 1},
                                    {"trainer destroy", destroy, 2},
                                    {"trainer step", step, 10},
                                    {"trainer step f32", step_f32, 4},
                                    {"trainer step wrong", step_wrong, 5},
                                    {"trainer apply", apply, 4},
                                    {"trainer look", look, 4},
                                    {"trainer learning rate", rate, 2},
                                    {"trainer check gradient", check_gradient, 1},
                                    {"trainer fit", fit, 6},
                                    {"trainer fit wrong", fit_wrong, 2},
                                    {"trainer checkpoint", through_checkpoint, 2},
                                    {NULL, NULL, 0}};
