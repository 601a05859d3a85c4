//! The functions of dnn.h, as they are.
#![allow(non_camel_case_types)]

use std::os::raw::{c_char, c_void};

macro_rules! opaque {
    ($($name:ident)*) => {$(
        #[repr(C)]
        pub struct $name {
            _private: [u8; 0],
        }
    )*};
}

opaque!(dnn_config dnn_model dnn_trainer dnn_workspace dnn_dataset dnn_progress);

pub type Callback = extern "C" fn(user: *mut c_void, progress: *const dnn_progress) -> i32;

extern "C" {
    pub fn dnn_version_string() -> *const c_char;
    pub fn dnn_last_error() -> *const c_char;

    pub fn dnn_config_create(recipe: *const c_char, out: *mut *mut dnn_config) -> i32;
    pub fn dnn_config_destroy(config: *mut dnn_config);
    pub fn dnn_config_set(config: *mut dnn_config, key: *const c_char, text: *const c_char) -> i32;
    pub fn dnn_config_get(
        config: *const dnn_config,
        key: *const c_char,
        buffer: *mut c_char,
        capacity: i64,
        length: *mut i64,
    ) -> i32;

    pub fn dnn_dataset_create(
        x: *const f64,
        n: i64,
        n_in: i64,
        y: *const f64,
        n_out: i64,
        out: *mut *mut dnn_dataset,
    ) -> i32;
    pub fn dnn_dataset_create_labels(
        x: *const f64,
        n: i64,
        n_in: i64,
        labels: *const i32,
        classes: i64,
        out: *mut *mut dnn_dataset,
    ) -> i32;
    pub fn dnn_dataset_read_csv(path: *const c_char, options: *const c_char, out: *mut *mut dnn_dataset) -> i32;
    pub fn dnn_dataset_split(
        dataset: *const dnn_dataset,
        fraction: f64,
        seed: i64,
        first: *mut *mut dnn_dataset,
        second: *mut *mut dnn_dataset,
    ) -> i32;
    pub fn dnn_dataset_size(dataset: *const dnn_dataset) -> i64;
    pub fn dnn_dataset_destroy(dataset: *mut dnn_dataset);

    pub fn dnn_model_create(
        layers: *const i64,
        layer_count: i64,
        config: *const dnn_config,
        out: *mut *mut dnn_model,
    ) -> i32;
    pub fn dnn_model_destroy(model: *mut dnn_model);
    pub fn dnn_model_clone(model: *const dnn_model, out: *mut *mut dnn_model) -> i32;
    pub fn dnn_model_layer_count(model: *const dnn_model) -> i64;
    pub fn dnn_model_layer_size(model: *const dnn_model, layer: i64) -> i64;
    pub fn dnn_model_predict(model: *const dnn_model, x: *const f64, n: i64, y: *mut f64) -> i32;
    pub fn dnn_model_predict_f32(model: *const dnn_model, x: *const f32, n: i64, y: *mut f32) -> i32;
    pub fn dnn_model_evaluate(
        model: *const dnn_model,
        dataset: *const dnn_dataset,
        loss: *mut f64,
        accuracy: *mut f64,
    ) -> i32;
    pub fn dnn_model_standardize(model: *mut dnn_model, dataset: *const dnn_dataset) -> i32;
    pub fn dnn_model_save(model: *const dnn_model, path: *const c_char) -> i32;
    pub fn dnn_model_load(path: *const c_char, out: *mut *mut dnn_model) -> i32;

    pub fn dnn_workspace_create(model: *const dnn_model, max_rows: i64, out: *mut *mut dnn_workspace) -> i32;
    pub fn dnn_workspace_destroy(workspace: *mut dnn_workspace);
    pub fn dnn_workspace_predict(workspace: *mut dnn_workspace, x: *const f64, n: i64, y: *mut f64) -> i32;

    pub fn dnn_trainer_create(model: *mut dnn_model, config: *const dnn_config, out: *mut *mut dnn_trainer) -> i32;
    pub fn dnn_trainer_destroy(trainer: *mut dnn_trainer);
    pub fn dnn_trainer_step(trainer: *mut dnn_trainer, x: *const f64, y: *const f64, n: i64, loss: *mut f64) -> i32;
    pub fn dnn_trainer_fit(
        trainer: *mut dnn_trainer,
        training: *const dnn_dataset,
        validation: *const dnn_dataset,
    ) -> i32;
    pub fn dnn_trainer_set_progress(trainer: *mut dnn_trainer, callback: Option<Callback>, user: *mut c_void) -> i32;
    pub fn dnn_trainer_cancel(trainer: *mut dnn_trainer) -> i32;
    pub fn dnn_trainer_history_count(trainer: *const dnn_trainer) -> i64;
    pub fn dnn_trainer_history(
        trainer: *const dnn_trainer,
        epoch: i64,
        loss: *mut f64,
        validation_loss: *mut f64,
        validation_accuracy: *mut f64,
    ) -> i32;
    pub fn dnn_trainer_diagnose(trainer: *mut dnn_trainer, buffer: *mut c_char, capacity: i64, length: *mut i64)
        -> i32;

    pub fn dnn_progress_epoch(progress: *const dnn_progress) -> i64;
    pub fn dnn_progress_epochs(progress: *const dnn_progress) -> i64;
    pub fn dnn_progress_batch(progress: *const dnn_progress) -> i64;
    pub fn dnn_progress_batches(progress: *const dnn_progress) -> i64;
    pub fn dnn_progress_loss(progress: *const dnn_progress) -> f64;
    pub fn dnn_progress_validation_loss(progress: *const dnn_progress) -> f64;
    pub fn dnn_progress_validation_accuracy(progress: *const dnn_progress) -> f64;
    pub fn dnn_progress_seconds(progress: *const dnn_progress) -> f64;
}
