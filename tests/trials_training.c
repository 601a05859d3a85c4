/*
 * trials_training.c - see trials.h: the calls of workspace, trainer and dataset.
 */
#include "trials.h"

#include "expect.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TRIAL(name) static int32_t name(struct world *w, struct results *r)
#define W TRIAL_WRITES
#define R TRIAL_READS

enum { ROWS = 3 };

/* Three rows for any world. */
static const double x[ROWS * 3] = {0.1, 0.2, 0.3, -0.5, 0.25, 1, 0.75, -1, 0.125};
static const double y[ROWS * 2] = {1, 0, 0, 1, 0.5, 0.5};
static const float x_f32[ROWS * 3] = {0.1F, 0.2F, 0.3F, -0.5F, 0.25F, 1, 0.75F, -1, 0.125F};
static const float y_f32[ROWS * 2] = {1, 0, 0, 1, 0.5F, 0.5F};

/* ---- workspace ---- */

TRIAL(workspace_create)
{
    return dnn_workspace_create(w->model, 9, &r->workspace);
}

TRIAL(workspace)
{
    const int32_t status = dnn_workspace_predict(w->workspace, x, ROWS, r->numbers);
    return status == DNN_OK ? dnn_workspace_activations(w->workspace, 1, r->numbers + 100) : status;
}

TRIAL(workspace_f32)
{
    return dnn_workspace_predict_f32(w->workspace, x_f32, ROWS, r->floats);
}

/* ---- trainer ---- */

TRIAL(trainer_create)
{
    const int32_t status = dnn_trainer_create(w->model, w->config, &r->trainer);
    return status;
}

TRIAL(step)
{
    return dnn_trainer_step(w->trainer, x, y, ROWS, &r->numbers[0]);
}

TRIAL(step_one)
{
    return dnn_trainer_step(w->trainer, x, y, 1, &r->numbers[0]);
}

TRIAL(step_f32)
{
    return dnn_trainer_step_f32(w->trainer, x_f32, y_f32, ROWS, &r->numbers[0]);
}

static int32_t listen(void *user, const dnn_progress *progress)
{
    struct results *r = user;
    const int64_t integers[] = {dnn_progress_epoch(progress), dnn_progress_epochs(progress),
                                dnn_progress_batch(progress), dnn_progress_batches(progress)};
    const double numbers[] = {dnn_progress_loss(progress), dnn_progress_validation_loss(progress),
                              dnn_progress_validation_accuracy(progress), dnn_progress_learning_rate(progress)};
    if (r != NULL)
        memcpy(r->integers, integers, sizeof integers);
    if (r != NULL)
        memcpy(r->numbers, numbers, sizeof numbers);
    return dnn_progress_seconds(progress) >= 0 && dnn_progress_samples_per_second(progress) >= 0;
}

TRIAL(fit)
{
    int32_t status = dnn_trainer_set_progress(w->trainer, listen, r);
    if (status == DNN_OK)
        status = dnn_trainer_fit(w->trainer, w->dataset, w->dataset);
    assert_ok(dnn_trainer_set_progress(w->trainer, NULL, NULL));
    return status;
}

TRIAL(fit_plain)
{
    (void)r;
    return dnn_trainer_fit(w->trainer, w->dataset, NULL);
}

/* A trainer of its own, which writes checkpoints while it fits and weighs classes. */
TRIAL(fit_with_checkpoints)
{
    dnn_trainer *trainer = NULL;
    int32_t status = dnn_config_set(w->config, "checkpoint_path", trial_out());
    if (status == DNN_OK)
        status = dnn_config_set(w->config, "class_weight", "balanced");
    if (status == DNN_OK)
        status = dnn_trainer_create(w->model, w->config, &trainer);
    if (status == DNN_OK)
        status = dnn_trainer_fit(trainer, w->classes, w->classes);
    dnn_trainer_destroy(trainer);
    (void)r;
    return status;
}

TRIAL(cancel)
{
    (void)r;
    return dnn_trainer_cancel(w->trainer);
}

TRIAL(history)
{
    r->integers[0] = dnn_trainer_history_count(w->trainer);
    r->integers[1] = dnn_trainer_best_epoch(w->trainer);
    r->numbers[5] = dnn_trainer_learning_rate(w->trainer);
    const int32_t status = dnn_trainer_history(w->trainer, 0, &r->numbers[0], &r->numbers[1], &r->numbers[2]);
    return status == DNN_OK ? dnn_trainer_set_learning_rate(w->trainer, 0.125) : status;
}

TRIAL(gradient)
{
    static double sum[6000];
    int32_t status = dnn_trainer_accumulate(w->trainer, x, y, ROWS, &r->numbers[0]);
    if (status == DNN_OK)
        status = dnn_trainer_get_gradient(w->trainer, sum);
    if (status == DNN_OK)
        status = dnn_trainer_set_gradient(w->trainer, sum);
    if (status == DNN_OK)
        status = dnn_trainer_layer_stats(w->trainer, 0, &r->numbers[1], &r->numbers[2], &r->numbers[3]);
    return status == DNN_OK ? dnn_trainer_apply(w->trainer, 0.5) : status;
}

TRIAL(set_gradient)
{
    static const double sum[6000] = {0.5, -0.25};
    (void)r;
    return dnn_trainer_set_gradient(w->trainer, sum);
}

TRIAL(diagnose)
{
    return dnn_trainer_diagnose(w->trainer, r->text, sizeof r->text, &r->integers[0]);
}

TRIAL(check_gradient)
{
    return dnn_trainer_check_gradient(w->trainer, x, y, ROWS, &r->numbers[0]);
}

TRIAL(trainer_save)
{
    (void)r;
    return dnn_trainer_save(w->trainer, trial_out());
}

TRIAL(trainer_load)
{
    (void)w;
    return dnn_trainer_load(trial_files.checkpoint, &r->model, &r->trainer);
}

/* ---- dataset ---- */

TRIAL(dataset_create)
{
    (void)w;
    return dnn_dataset_create(x, ROWS, 3, y, 2, &r->dataset);
}

TRIAL(dataset_create_f32)
{
    (void)w;
    return dnn_dataset_create_f32(x_f32, ROWS, 3, y_f32, 2, &r->dataset);
}

static const int32_t three_labels[ROWS] = {1, 0, 1};

TRIAL(dataset_create_labels)
{
    (void)w;
    return dnn_dataset_create_labels(x, ROWS, 3, three_labels, 2, &r->dataset);
}

TRIAL(dataset_create_labels_f32)
{
    (void)w;
    return dnn_dataset_create_labels_f32(x_f32, ROWS, 3, three_labels, 2, &r->dataset);
}

TRIAL(dataset_create_labels_u8)
{
    static const uint8_t bytes[ROWS * 3] = {1, 2, 3, 4, 5, 6, 7, 8, 255};
    (void)w;
    return dnn_dataset_create_labels_u8(bytes, ROWS, 3, three_labels, 2, &r->dataset);
}

TRIAL(read_idx)
{
    (void)w;
    return dnn_dataset_read_idx(trial_files.images, trial_files.labels, &r->dataset);
}

TRIAL(read_idx_gz)
{
    (void)w;
    return dnn_dataset_read_idx(trial_files.images_gz, trial_files.labels, &r->dataset);
}

TRIAL(read_npy)
{
    (void)w;
    return dnn_dataset_read_npy(trial_files.npy, trial_files.npy_gz, &r->dataset);
}

/* What makes this reader allocate: a header, quotes in a name and in a label, many rows, text that comes late, gaps. */
TRIAL(read_csv)
{
    (void)w;
    return dnn_dataset_read_csv(trial_files.csv, "missing=mean ignore=c", &r->dataset);
}

TRIAL(read_csv_gz)
{
    (void)w;
    return dnn_dataset_read_csv(trial_files.csv_gz, "separator=space missing=drop classes=true", &r->dataset);
}

TRIAL(split)
{
    return dnn_dataset_split(w->dataset, 0.5, 7, &r->dataset, &r->second);
}

TRIAL(set_weights_of_samples)
{
    const double weights[12] = {1, 2, 3, 1, 2, 3, 1, 2, 3, 0, 0, 1};
    (void)r;
    return dnn_dataset_set_weights(w->dataset, weights);
}

TRIAL(destroy)
{
    (void)w, (void)r;
    dnn_config_destroy(NULL);
    dnn_model_destroy(NULL);
    dnn_workspace_destroy(NULL);
    dnn_trainer_destroy(NULL);
    dnn_dataset_destroy(NULL);
    return DNN_OK;
}

/* ---- all of them ---- */

const struct trial trials_of_training[] = {
    {"dnn_workspace_create", "workspace_create", workspace_create, 0},
    {"dnn_workspace_predict dnn_workspace_activations", "workspace", workspace, 0},
    {"dnn_workspace_predict_f32", "workspace_f32", workspace_f32, 0},
    {"dnn_trainer_create", "trainer_create", trainer_create, TRIAL_WIDE},
    {"dnn_trainer_step", "step", step, 0},
    {"dnn_trainer_step", "step_one", step_one, TRIAL_WIDE},
    {"dnn_trainer_step_f32", "step_f32", step_f32, 0},
    {"dnn_trainer_fit dnn_trainer_set_progress dnn_progress_epoch dnn_progress_epochs dnn_progress_batch "
     "dnn_progress_batches dnn_progress_loss dnn_progress_validation_loss dnn_progress_validation_accuracy "
     "dnn_progress_seconds dnn_progress_learning_rate dnn_progress_samples_per_second",
     "fit", fit, TRIAL_MOVES},
    {"dnn_trainer_fit", "fit_plain", fit_plain, TRIAL_WIDE},
    {"dnn_trainer_fit", "fit_with_checkpoints", fit_with_checkpoints, W | TRIAL_MOVES},
    {"dnn_trainer_cancel", "cancel", cancel, 0},
    {"dnn_trainer_history_count dnn_trainer_history dnn_trainer_best_epoch dnn_trainer_learning_rate "
     "dnn_trainer_set_learning_rate",
     "history", history, 0},
    {"dnn_trainer_accumulate dnn_trainer_get_gradient dnn_trainer_set_gradient dnn_trainer_layer_stats "
     "dnn_trainer_apply",
     "gradient", gradient, 0},
    {"dnn_trainer_set_gradient", "set_gradient", set_gradient, 0},
    {"dnn_trainer_diagnose", "diagnose", diagnose, 0},
    {"dnn_trainer_check_gradient", "check_gradient", check_gradient, 0},
    {"dnn_trainer_save", "trainer_save", trainer_save, W},
    {"dnn_trainer_load", "trainer_load", trainer_load, R},
    {"dnn_dataset_create", "dataset_create", dataset_create, 0},
    {"dnn_dataset_create_f32", "dataset_create_f32", dataset_create_f32, 0},
    {"dnn_dataset_create_labels", "dataset_create_labels", dataset_create_labels, 0},
    {"dnn_dataset_create_labels_f32", "dataset_create_labels_f32", dataset_create_labels_f32, 0},
    {"dnn_dataset_create_labels_u8", "dataset_create_labels_u8", dataset_create_labels_u8, 0},
    {"dnn_dataset_read_idx", "read_idx", read_idx, R},
    {"dnn_dataset_read_idx", "read_idx_gz", read_idx_gz, R},
    {"dnn_dataset_read_npy", "read_npy", read_npy, R},
    {"dnn_dataset_read_csv", "read_csv", read_csv, R | TRIAL_OPEN},
    {"dnn_dataset_read_csv", "read_csv_gz", read_csv_gz, R},
    {"dnn_dataset_split", "split", split, 0},
    {"dnn_dataset_set_weights", "set_weights_of_samples", set_weights_of_samples, 0},
    {"dnn_config_destroy dnn_model_destroy dnn_workspace_destroy dnn_trainer_destroy dnn_dataset_destroy", "destroy",
     destroy, 0},
    {NULL, NULL, NULL, 0},
};
