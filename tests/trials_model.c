/*
 * trials_model.c - see trials.h: the calls of library, config and model.
 */
#include "trials.h"

#include "expect.h"

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
static const float x_f32[ROWS * 3] = {0.1F, 0.2F, 0.3F, -0.5F, 0.25F, 1, 0.75F, -1, 0.125F};

/* ---- library and config ---- */

TRIAL(constants)
{
    (void)w;
    const int32_t numbers[] = {
        dnn_ok(),       dnn_stopped(),      dnn_error_invalid_argument(), dnn_error_out_of_memory(),
        dnn_error_io(), dnn_error_format(), dnn_error_unsupported(),      dnn_error_not_finite(),
        dnn_version()};
    memcpy(r->labels, numbers, sizeof numbers);
    snprintf(r->text, sizeof r->text, "%s %s %s", dnn_version_string(), dnn_build_info(), dnn_status_string(-2));
    return dnn_last_error() != NULL ? DNN_OK : DNN_ERROR_IO;
}

/* By now it is too late, and that is said without memory. */
TRIAL(set_allocator)
{
    (void)w, (void)r;
    return dnn_set_allocator(NULL, NULL, NULL, NULL) == DNN_ERROR_INVALID_ARGUMENT ? DNN_OK : DNN_ERROR_IO;
}

TRIAL(keys)
{
    (void)w;
    for (int64_t i = 0; i < dnn_config_key_count(); i++)
        snprintf(r->text, sizeof r->text, "%s: %s", dnn_config_key_name(i), dnn_config_key_help(i));
    return DNN_OK;
}

TRIAL(config_create)
{
    (void)w;
    return dnn_config_create("regressor", &r->config);
}

TRIAL(config_set)
{
    (void)r;
    return dnn_config_set(w->config, "activation.3", "gelu");
}

TRIAL(config_set_path)
{
    (void)r;
    return dnn_config_set(w->config, "checkpoint_path", "a path");
}

TRIAL(config_set_number)
{
    (void)r;
    return dnn_config_set_number(w->config, "learning_rate", 0.25);
}

TRIAL(config_set_integer)
{
    (void)r;
    return dnn_config_set_integer(w->config, "epochs", 4);
}

TRIAL(config_get)
{
    return dnn_config_get(w->config, "activation", r->text, sizeof r->text, &r->integers[0]);
}

/* ---- model ---- */

TRIAL(model_create)
{
    return dnn_model_create(w->layers, 3, w->config, &r->model);
}

TRIAL(model_create_tutorial)
{
    return dnn_model_create(w->layers, 3, NULL, &r->model);
}

TRIAL(model_clone)
{
    return dnn_model_clone(w->model, &r->model);
}

TRIAL(sizes)
{
    r->integers[0] = dnn_model_layer_count(w->model);
    r->integers[1] = dnn_model_layer_size(w->model, 1);
    r->integers[2] = dnn_model_parameter_count(w->model);
    r->integers[3] = dnn_dataset_size(w->dataset);
    r->integers[4] = dnn_dataset_inputs(w->dataset);
    r->integers[5] = dnn_dataset_outputs(w->dataset);
    r->integers[6] = dnn_dataset_class_name(w->dataset, 0) == NULL;
    return dnn_dataset_get(w->dataset, 3, r->numbers, r->numbers + 3);
}

TRIAL(get_weights)
{
    return dnn_model_get_weights(w->model, 1, r->numbers);
}

TRIAL(set_weights)
{
    double weights[2 * 701];
    (void)r;
    for (int64_t i = 0; i < 2 * 701; i++)
        weights[i] = 0.01 * (double)(i % 7);
    return dnn_model_set_weights(w->model, 1, weights);
}

TRIAL(get_parameters)
{
    return dnn_model_get_parameters(w->model, r->numbers);
}

TRIAL(set_parameters)
{
    static double theta[6000];
    (void)r;
    for (int64_t i = 0; i < 6000; i++)
        theta[i] = 0.01 * (double)(i % 5);
    return dnn_model_set_parameters(w->model, theta);
}

/* A clone has no memory of earlier predictions: the call has to ask for it. */
static int32_t with_clone(struct world *w, struct results *r,
                          int32_t (*call)(dnn_model *, struct world *, struct results *))
{
    dnn_model *fresh = NULL;
    int32_t status = dnn_model_clone(w->model, &fresh);
    if (status == DNN_OK)
        status = call(fresh, w, r);
    dnn_model_destroy(fresh);
    return status;
}

static int32_t predict_of(dnn_model *fresh, struct world *w, struct results *r)
{
    (void)w;
    return dnn_model_predict(fresh, x, ROWS, r->numbers);
}

TRIAL(predict)
{
    return with_clone(w, r, predict_of);
}

static int32_t predict_f32_of(dnn_model *fresh, struct world *w, struct results *r)
{
    (void)w;
    return dnn_model_predict_f32(fresh, x_f32, ROWS, r->floats);
}

TRIAL(predict_f32)
{
    return with_clone(w, r, predict_f32_of);
}

static int32_t classify_of(dnn_model *fresh, struct world *w, struct results *r)
{
    (void)w;
    return dnn_model_classify(fresh, x, ROWS, r->labels);
}

TRIAL(classify)
{
    return with_clone(w, r, classify_of);
}

static int32_t evaluate_of(dnn_model *fresh, struct world *w, struct results *r)
{
    return dnn_model_evaluate(fresh, w->dataset, &r->numbers[0], &r->numbers[1]);
}

TRIAL(evaluate)
{
    return with_clone(w, r, evaluate_of);
}

static int32_t score_of(dnn_model *fresh, struct world *w, struct results *r)
{
    return dnn_model_score(fresh, w->dataset, &r->numbers[0]);
}

TRIAL(score)
{
    return with_clone(w, r, score_of);
}

static int32_t confusion_of(dnn_model *fresh, struct world *w, struct results *r)
{
    return dnn_model_confusion(fresh, w->classes, r->integers);
}

TRIAL(confusion)
{
    return with_clone(w, r, confusion_of);
}

TRIAL(standardize)
{
    (void)r;
    return dnn_model_standardize(w->model, w->classes);
}

TRIAL(get_standardization)
{
    return dnn_model_get_standardization(w->model, r->numbers, r->numbers + 3);
}

TRIAL(summary)
{
    return dnn_model_summary(w->model, r->text, sizeof r->text, &r->integers[0]);
}

/* ---- model files ---- */

TRIAL(save)
{
    (void)r;
    return dnn_model_save(w->model, trial_out());
}

TRIAL(save_memory)
{
    return dnn_model_save_memory(w->model, r->text, sizeof r->text, &r->integers[0]);
}

TRIAL(load)
{
    (void)w;
    return dnn_model_load(trial_files.model, &r->model);
}

TRIAL(load_checkpoint)
{
    (void)w;
    return dnn_model_load(trial_files.checkpoint, &r->model);
}

TRIAL(load_memory)
{
    (void)w;
    return dnn_model_load_memory(trial_files.model_bytes.data, trial_files.model_bytes.size, &r->model);
}

TRIAL(load_with)
{
    return dnn_model_load_with(trial_files.plain, w->config, &r->model);
}

TRIAL(load_own_with)
{
    return dnn_model_load_with(trial_files.model, w->config, &r->model);
}

TRIAL(export_onnx)
{
    (void)r;
    return dnn_model_export_onnx(w->model, trial_out());
}

TRIAL(import_onnx)
{
    (void)w;
    return dnn_model_import_onnx(trial_files.onnx, &r->model);
}

TRIAL(export_c)
{
    (void)r;
    return dnn_model_export_c(w->model, trial_out(), "net");
}

/* ---- all of them ---- */

const struct trial trials_of_models[] = {
    {"dnn_ok dnn_stopped dnn_error_invalid_argument dnn_error_out_of_memory dnn_error_io dnn_error_format "
     "dnn_error_unsupported dnn_error_not_finite dnn_version dnn_version_string dnn_build_info dnn_status_string "
     "dnn_last_error",
     "constants", constants, 0},
    {"dnn_set_allocator", "set_allocator", set_allocator, 0},
    {"dnn_config_key_count dnn_config_key_name dnn_config_key_help", "keys", keys, 0},
    {"dnn_config_create", "config_create", config_create, 0},
    {"dnn_config_set", "config_set", config_set, 0},
    {"dnn_config_set", "config_set_path", config_set_path, 0},
    {"dnn_config_set_number", "config_set_number", config_set_number, 0},
    {"dnn_config_set_integer", "config_set_integer", config_set_integer, 0},
    {"dnn_config_get", "config_get", config_get, 0},
    {"dnn_model_create", "model_create", model_create, 0},
    {"dnn_model_create", "model_create_tutorial", model_create_tutorial, 0},
    {"dnn_model_clone", "model_clone", model_clone, 0},
    {"dnn_model_layer_count dnn_model_layer_size dnn_model_parameter_count dnn_dataset_size dnn_dataset_inputs "
     "dnn_dataset_outputs dnn_dataset_class_name dnn_dataset_get",
     "sizes", sizes, 0},
    {"dnn_model_get_weights", "get_weights", get_weights, 0},
    {"dnn_model_set_weights", "set_weights", set_weights, 0},
    {"dnn_model_get_parameters", "get_parameters", get_parameters, 0},
    {"dnn_model_set_parameters", "set_parameters", set_parameters, 0},
    {"dnn_model_predict", "predict", predict, TRIAL_WIDE},
    {"dnn_model_predict_f32", "predict_f32", predict_f32, 0},
    {"dnn_model_classify", "classify", classify, 0},
    {"dnn_model_evaluate", "evaluate", evaluate, 0},
    {"dnn_model_score", "score", score, 0},
    {"dnn_model_confusion", "confusion", confusion, 0},
    {"dnn_model_standardize", "standardize", standardize, 0},
    {"dnn_model_get_standardization", "get_standardization", get_standardization, 0},
    {"dnn_model_summary", "summary", summary, 0},
    {"dnn_model_save", "save", save, W},
    {"dnn_model_save_memory", "save_memory", save_memory, 0},
    {"dnn_model_load", "load", load, R},
    {"dnn_model_load", "load_checkpoint", load_checkpoint, R},
    {"dnn_model_load_memory", "load_memory", load_memory, 0},
    {"dnn_model_load_with", "load_with", load_with, R},
    {"dnn_model_load_with", "load_own_with", load_own_with, R},
    {"dnn_model_export_onnx", "export_onnx", export_onnx, W | TRIAL_ONNX},
    {"dnn_model_import_onnx", "import_onnx", import_onnx, R | TRIAL_ONNX | TRIAL_OPEN},
    {"dnn_model_export_c", "export_c", export_c, W},
    {NULL, NULL, NULL, 0},
};
