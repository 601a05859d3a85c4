'use strict';
// Made by tests/abi/generate.py from dnn-api.json: do not edit.
//
// The functions of libdnn for koffi (https://koffi.dev), with types in api.d.ts:
//
//     const koffi = require('koffi');
//     const dnn = require('./api.js').load(koffi, 'libdnn.so.0');
//
// Arrays are typed arrays, which are not copied. A result through a pointer goes into an array: const out = [null]. A callback that
// C keeps must be registered: koffi.register(f, koffi.pointer('dnn_trainer_set_progress_callback')).

const constants = Object.freeze({
    DNN_OK: 0, // done
    DNN_STOPPED: 1, // ended early because a callback or dnn_trainer_cancel asked for it; not an error
    DNN_ERROR_INVALID_ARGUMENT: -1, // the caller's argument is wrong
    DNN_ERROR_OUT_OF_MEMORY: -2, // memory was refused
    DNN_ERROR_IO: -3, // the system refused to open, read or write
    DNN_ERROR_FORMAT: -4, // a file is not what it says it is
    DNN_ERROR_UNSUPPORTED: -5, // valid, but this version or build cannot do it
    DNN_ERROR_NOT_FINITE: -6, // a number is NaN or infinite, or too large for the model's precision
});

const handles = [
    'dnn_config',
    'dnn_model',
    'dnn_workspace',
    'dnn_trainer',
    'dnn_dataset',
    'dnn_progress',
];

const callbacks = [
    'void *dnn_set_allocator_malloc_fn(void *user, int64_t size)',
    'void *dnn_set_allocator_realloc_fn(void *user, void *block, int64_t size)',
    'void dnn_set_allocator_free_fn(void *user, void *block)',
    'int32_t dnn_trainer_set_progress_callback(void *user, const dnn_progress *progress)',
];

const functions = [
    'int32_t dnn_ok(void)',
    'int32_t dnn_stopped(void)',
    'int32_t dnn_error_invalid_argument(void)',
    'int32_t dnn_error_out_of_memory(void)',
    'int32_t dnn_error_io(void)',
    'int32_t dnn_error_format(void)',
    'int32_t dnn_error_unsupported(void)',
    'int32_t dnn_error_not_finite(void)',
    'int32_t dnn_version(void)',
    'const char *dnn_version_string(void)',
    'const char *dnn_build_info(void)',
    'const char *dnn_status_string(int32_t status)',
    'const char *dnn_last_error(void)',
    'int32_t dnn_set_allocator(dnn_set_allocator_malloc_fn *malloc_fn, dnn_set_allocator_realloc_fn *realloc_fn, dnn_set_allocator_free_fn *free_fn, void *user)',
    'int32_t dnn_config_create(const char *recipe, _Out_ dnn_config **out)',
    'void dnn_config_destroy(dnn_config *config)',
    'int32_t dnn_config_set(dnn_config *config, const char *key, const char *text)',
    'int32_t dnn_config_set_number(dnn_config *config, const char *key, double value)',
    'int32_t dnn_config_set_integer(dnn_config *config, const char *key, int64_t value)',
    'int32_t dnn_config_get(const dnn_config *config, const char *key, _Out_ uint8_t *buffer, int64_t capacity, _Out_ int64_t *length)',
    'int64_t dnn_config_key_count(void)',
    'const char *dnn_config_key_name(int64_t index)',
    'const char *dnn_config_key_help(int64_t index)',
    'int32_t dnn_model_create(const int64_t *layers, int64_t layer_count, const dnn_config *config_or_null, _Out_ dnn_model **out)',
    'void dnn_model_destroy(dnn_model *model)',
    'int32_t dnn_model_clone(const dnn_model *model, _Out_ dnn_model **out)',
    'int64_t dnn_model_layer_count(const dnn_model *model)',
    'int64_t dnn_model_layer_size(const dnn_model *model, int64_t layer)',
    'int64_t dnn_model_parameter_count(const dnn_model *model)',
    'int32_t dnn_model_get_weights(const dnn_model *model, int64_t layer, _Out_ double *w)',
    'int32_t dnn_model_set_weights(dnn_model *model, int64_t layer, const double *w)',
    'int32_t dnn_model_get_parameters(const dnn_model *model, _Out_ double *theta)',
    'int32_t dnn_model_set_parameters(dnn_model *model, const double *theta)',
    'int32_t dnn_model_predict(const dnn_model *model, const double *x, int64_t n, _Out_ double *y)',
    'int32_t dnn_model_predict_f32(const dnn_model *model, const float *x, int64_t n, _Out_ float *y)',
    'int32_t dnn_model_classify(const dnn_model *model, const double *x, int64_t n, _Out_ int32_t *label)',
    'int32_t dnn_model_evaluate(const dnn_model *model, const dnn_dataset *dataset, _Out_ double *loss, _Out_ double *accuracy)',
    'int32_t dnn_model_score(const dnn_model *model, const dnn_dataset *dataset, _Out_ double *r2)',
    'int32_t dnn_model_confusion(const dnn_model *model, const dnn_dataset *dataset, _Out_ int64_t *counts)',
    'int32_t dnn_model_standardize(dnn_model *model, const dnn_dataset *dataset)',
    'int32_t dnn_model_get_standardization(const dnn_model *model, _Out_ double *mean, _Out_ double *scale)',
    'int32_t dnn_model_summary(const dnn_model *model, _Out_ uint8_t *buffer, int64_t capacity, _Out_ int64_t *length)',
    'int32_t dnn_model_save(const dnn_model *model, const char *path)',
    'int32_t dnn_model_load(const char *path, _Out_ dnn_model **out)',
    'int32_t dnn_model_load_with(const char *path, const dnn_config *config, _Out_ dnn_model **out)',
    'int32_t dnn_model_save_memory(const dnn_model *model, _Out_ uint8_t *buffer, int64_t capacity, _Out_ int64_t *size)',
    'int32_t dnn_model_load_memory(const uint8_t *bytes, int64_t size, _Out_ dnn_model **out)',
    'int32_t dnn_model_export_onnx(const dnn_model *model, const char *path)',
    'int32_t dnn_model_import_onnx(const char *path, _Out_ dnn_model **out)',
    'int32_t dnn_model_export_c(const dnn_model *model, const char *path, const char *name)',
    'int32_t dnn_workspace_create(const dnn_model *model, int64_t max_rows, _Out_ dnn_workspace **out)',
    'void dnn_workspace_destroy(dnn_workspace *workspace)',
    'int32_t dnn_workspace_predict(dnn_workspace *workspace, const double *x, int64_t n, _Out_ double *y)',
    'int32_t dnn_workspace_predict_f32(dnn_workspace *workspace, const float *x, int64_t n, _Out_ float *y)',
    'int32_t dnn_workspace_activations(const dnn_workspace *workspace, int64_t layer, _Out_ double *x)',
    'int32_t dnn_trainer_create(dnn_model *model, const dnn_config *config_or_null, _Out_ dnn_trainer **out)',
    'void dnn_trainer_destroy(dnn_trainer *trainer)',
    'int32_t dnn_trainer_step(dnn_trainer *trainer, const double *x, const double *y, int64_t n, _Out_ double *loss)',
    'int32_t dnn_trainer_step_f32(dnn_trainer *trainer, const float *x, const float *y, int64_t n, _Out_ double *loss)',
    'int32_t dnn_trainer_fit(dnn_trainer *trainer, const dnn_dataset *training, const dnn_dataset *validation_or_null)',
    'int32_t dnn_trainer_set_progress(dnn_trainer *trainer, dnn_trainer_set_progress_callback *callback, void *user)',
    'int32_t dnn_trainer_cancel(dnn_trainer *trainer)',
    'int64_t dnn_progress_epoch(const dnn_progress *progress)',
    'int64_t dnn_progress_epochs(const dnn_progress *progress)',
    'int64_t dnn_progress_batch(const dnn_progress *progress)',
    'int64_t dnn_progress_batches(const dnn_progress *progress)',
    'double dnn_progress_loss(const dnn_progress *progress)',
    'double dnn_progress_validation_loss(const dnn_progress *progress)',
    'double dnn_progress_validation_accuracy(const dnn_progress *progress)',
    'double dnn_progress_seconds(const dnn_progress *progress)',
    'double dnn_progress_learning_rate(const dnn_progress *progress)',
    'double dnn_progress_samples_per_second(const dnn_progress *progress)',
    'int64_t dnn_trainer_history_count(const dnn_trainer *trainer)',
    'int32_t dnn_trainer_history(const dnn_trainer *trainer, int64_t epoch, _Out_ double *loss, _Out_ double *validation_loss, _Out_ double *validation_accuracy)',
    'int64_t dnn_trainer_best_epoch(const dnn_trainer *trainer)',
    'double dnn_trainer_learning_rate(const dnn_trainer *trainer)',
    'int32_t dnn_trainer_set_learning_rate(dnn_trainer *trainer, double rate)',
    'int32_t dnn_trainer_accumulate(dnn_trainer *trainer, const double *x, const double *y, int64_t n, _Out_ double *loss_sum)',
    'int32_t dnn_trainer_get_gradient(const dnn_trainer *trainer, _Out_ double *gradient)',
    'int32_t dnn_trainer_set_gradient(dnn_trainer *trainer, const double *gradient)',
    'int32_t dnn_trainer_apply(dnn_trainer *trainer, double scale)',
    'int32_t dnn_trainer_layer_stats(dnn_trainer *trainer, int64_t layer, _Out_ double *gradient_norm, _Out_ double *weight_norm, _Out_ double *saturated)',
    'int32_t dnn_trainer_diagnose(dnn_trainer *trainer, _Out_ uint8_t *buffer, int64_t capacity, _Out_ int64_t *length)',
    'int32_t dnn_trainer_check_gradient(dnn_trainer *trainer, const double *x, const double *y, int64_t n, _Out_ double *max_relative_error)',
    'int32_t dnn_trainer_save(const dnn_trainer *trainer, const char *path)',
    'int32_t dnn_trainer_load(const char *path, _Out_ dnn_model **model, _Out_ dnn_trainer **trainer)',
    'int32_t dnn_dataset_create(const double *x, int64_t n, int64_t n_in, const double *y, int64_t n_out, _Out_ dnn_dataset **out)',
    'int32_t dnn_dataset_create_f32(const float *x, int64_t n, int64_t n_in, const float *y, int64_t n_out, _Out_ dnn_dataset **out)',
    'int32_t dnn_dataset_create_labels(const double *x, int64_t n, int64_t n_in, const int32_t *labels, int64_t classes, _Out_ dnn_dataset **out)',
    'int32_t dnn_dataset_create_labels_f32(const float *x, int64_t n, int64_t n_in, const int32_t *labels, int64_t classes, _Out_ dnn_dataset **out)',
    'int32_t dnn_dataset_create_labels_u8(const uint8_t *x, int64_t n, int64_t n_in, const int32_t *labels, int64_t classes, _Out_ dnn_dataset **out)',
    'int32_t dnn_dataset_read_idx(const char *images_path, const char *labels_path, _Out_ dnn_dataset **out)',
    'int32_t dnn_dataset_read_npy(const char *x_path, const char *y_path, _Out_ dnn_dataset **out)',
    'int32_t dnn_dataset_read_csv(const char *path, const char *options_or_null, _Out_ dnn_dataset **out)',
    'int64_t dnn_dataset_size(const dnn_dataset *dataset)',
    'int64_t dnn_dataset_inputs(const dnn_dataset *dataset)',
    'int64_t dnn_dataset_outputs(const dnn_dataset *dataset)',
    'const char *dnn_dataset_class_name(const dnn_dataset *dataset, int64_t class_index)',
    'int32_t dnn_dataset_get(const dnn_dataset *dataset, int64_t i, _Out_ double *x, _Out_ double *y)',
    'int32_t dnn_dataset_split(const dnn_dataset *dataset, double fraction, int64_t seed, _Out_ dnn_dataset **first, _Out_ dnn_dataset **second)',
    'int32_t dnn_dataset_set_weights(dnn_dataset *dataset, const double *weights)',
    'void dnn_dataset_destroy(dnn_dataset *dataset)',
];

let declared = false;

/** All functions, by their names, of the library at a path. koffi knows a type once: it is told at the first call. */
function load(koffi, path) {
    if (!declared) {
        handles.forEach((name) => koffi.opaque(name));
        callbacks.forEach((prototype) => koffi.proto(prototype));
        declared = true;
    }
    const library = koffi.load(path);
    const name = (prototype) => /(\w+)\(/.exec(prototype)[1];
    return Object.fromEntries(functions.map((prototype) => [name(prototype), library.func(prototype)]));
}

module.exports = { constants, handles, callbacks, functions, load };
