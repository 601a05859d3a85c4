//! libdnn for Rust: safe, and without any other crate.
//!
//! Arrays are slices, row after row, lent to the library during a call. An error is an [`Error`] with the text of
//! `dnn_last_error`. Handles are released on drop, in any order: the library counts references.
//!
//! # Threads
//!
//! A [`Model`] is [`Send`] and [`Sync`]: it predicts in any number of threads at once. A [`Trainer`] borrows it mutably, so
//! that nothing reads weights while they change; [`Trainer::model`] lends it in between. A [`Dataset`] never changes, and is
//! both as well. [`Config`], [`Workspace`] and [`Trainer`] are [`Send`]: their methods that change anything take `&mut self`.
//! A [`Canceller`] ends a fit from another thread.

pub mod ffi;

use ffi::*;
use std::any::Any;
use std::ffi::{CStr, CString};
use std::fmt;
use std::os::raw::{c_char, c_void};
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::path::Path;
use std::ptr;
use std::sync::Arc;

/// What a call failed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// `DNN_ERROR_*`, below 0
    pub status: i32,
    /// What was expected and what came
    pub text: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Error {}

pub type Result<T> = std::result::Result<T, Error>;

const INVALID_ARGUMENT: i32 = -1;

fn invalid(text: String) -> Error {
    Error {
        status: INVALID_ARGUMENT,
        text,
    }
}

fn check(status: i32) -> Result<i32> {
    if status >= 0 {
        return Ok(status);
    }
    let text = unsafe { CStr::from_ptr(dnn_last_error()) };
    Err(Error {
        status,
        text: text.to_string_lossy().into_owned(),
    })
}

fn c_string(text: &str) -> Result<CString> {
    CString::new(text).map_err(|_| invalid(format!("{text:?} holds a NUL, expected text without one")))
}

fn c_path(path: impl AsRef<Path>) -> Result<CString> {
    let path = path.as_ref();
    c_string(path.to_str().ok_or_else(|| invalid(format!("{path:?} is not UTF-8")))?)
}

/// The rows of so many columns that a slice holds.
fn rows<T>(name: &str, numbers: &[T], columns: usize) -> Result<usize> {
    if columns == 0 || numbers.len() % columns != 0 {
        return Err(invalid(format!(
            "{name} has {} numbers, expected a multiple of {columns}",
            numbers.len()
        )));
    }
    Ok(numbers.len() / columns)
}

/// The samples that x and y hold, which must be the same.
fn samples<T, U>(x: &[T], inputs: usize, y: &[U], outputs: usize) -> Result<i64> {
    let (n, m) = (rows("x", x, inputs)?, rows("y", y, outputs)?);
    if n != m {
        return Err(invalid(format!("x has {n} samples, y has {m}")));
    }
    Ok(n as i64)
}

fn create<H>(call: impl FnOnce(*mut *mut H) -> i32) -> Result<*mut H> {
    let mut handle = ptr::null_mut();
    check(call(&mut handle))?;
    Ok(handle)
}

fn read_text(write: impl Fn(*mut c_char, i64, *mut i64) -> i32) -> Result<String> {
    let mut length = 0;
    check(write(ptr::null_mut(), 0, &mut length))?;
    let mut buffer = vec![0u8; length as usize + 1];
    check(write(buffer.as_mut_ptr().cast(), length + 1, &mut length))?;
    buffer.truncate(length as usize);
    Ok(String::from_utf8_lossy(&buffer).into_owned())
}

/// The version of the library that is loaded.
pub fn version() -> String {
    unsafe { CStr::from_ptr(dnn_version_string()) }
        .to_string_lossy()
        .into_owned()
}

/// What a network is and how it learns. The keys are in dnn.h.
pub struct Config(*mut dnn_config);

unsafe impl Send for Config {}

impl Config {
    /// One of the recipes `classifier`, `regressor` or `tutorial`.
    pub fn new(recipe: &str) -> Result<Self> {
        let recipe = c_string(recipe)?;
        create(|out| unsafe { dnn_config_create(recipe.as_ptr(), out) }).map(Config)
    }

    pub fn set(&mut self, key: &str, value: impl fmt::Display) -> Result<&mut Self> {
        let (key, value) = (c_string(key)?, c_string(&value.to_string())?);
        check(unsafe { dnn_config_set(self.0, key.as_ptr(), value.as_ptr()) })?;
        Ok(self)
    }

    pub fn get(&self, key: &str) -> Result<String> {
        let key = c_string(key)?;
        read_text(|buffer, capacity, length| unsafe { dnn_config_get(self.0, key.as_ptr(), buffer, capacity, length) })
    }
}

impl Drop for Config {
    fn drop(&mut self) {
        unsafe { dnn_config_destroy(self.0) }
    }
}

/// Samples, copied.
pub struct Dataset(*mut dnn_dataset);

unsafe impl Send for Dataset {}
unsafe impl Sync for Dataset {}

impl Dataset {
    /// x: n × inputs; y: n × outputs
    pub fn new(x: &[f64], inputs: usize, y: &[f64], outputs: usize) -> Result<Self> {
        let n = samples(x, inputs, y, outputs)?;
        let (n_in, n_out) = (inputs as i64, outputs as i64);
        create(|out| unsafe { dnn_dataset_create(x.as_ptr(), n, n_in, y.as_ptr(), n_out, out) }).map(Dataset)
    }

    /// x: n × inputs; labels: classes 0 to classes − 1
    pub fn with_labels(x: &[f64], inputs: usize, labels: &[i32], classes: usize) -> Result<Self> {
        let n = samples(x, inputs, labels, 1)?;
        let (n_in, classes) = (inputs as i64, classes as i64);
        create(|out| unsafe { dnn_dataset_create_labels(x.as_ptr(), n, n_in, labels.as_ptr(), classes, out) })
            .map(Dataset)
    }

    /// A table of text; the options are in dnn.h, and may be "".
    pub fn read_csv(path: impl AsRef<Path>, options: &str) -> Result<Self> {
        let (path, options) = (c_path(path)?, c_string(options)?);
        create(|out| unsafe { dnn_dataset_read_csv(path.as_ptr(), options.as_ptr(), out) }).map(Dataset)
    }

    /// `fraction` of the samples, drawn by the seed, and the rest. No sample is copied.
    pub fn split(&self, fraction: f64, seed: i64) -> Result<(Self, Self)> {
        let (mut first, mut second) = (ptr::null_mut(), ptr::null_mut());
        check(unsafe { dnn_dataset_split(self.0, fraction, seed, &mut first, &mut second) })?;
        Ok((Dataset(first), Dataset(second)))
    }

    pub fn len(&self) -> usize {
        unsafe { dnn_dataset_size(self.0) as usize }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Drop for Dataset {
    fn drop(&mut self) {
        unsafe { dnn_dataset_destroy(self.0) }
    }
}

/// A network and its weights.
pub struct Model(*mut dnn_model);

unsafe impl Send for Model {}
unsafe impl Sync for Model {}

impl Model {
    /// The sizes of the layers, the inputs first. Without a config, the recipe `tutorial`.
    pub fn new(layers: &[i64], config: Option<&Config>) -> Result<Self> {
        let config = config.map_or(ptr::null_mut(), |config| config.0);
        create(|out| unsafe { dnn_model_create(layers.as_ptr(), layers.len() as i64, config, out) }).map(Model)
    }

    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = c_path(path)?;
        create(|out| unsafe { dnn_model_load(path.as_ptr(), out) }).map(Model)
    }

    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = c_path(path)?;
        check(unsafe { dnn_model_save(self.0, path.as_ptr()) }).map(drop)
    }

    /// A copy that shares nothing; it can fail, hence no `Clone`.
    pub fn try_clone(&self) -> Result<Self> {
        create(|out| unsafe { dnn_model_clone(self.0, out) }).map(Model)
    }

    pub fn inputs(&self) -> usize {
        unsafe { dnn_model_layer_size(self.0, 0) as usize }
    }

    pub fn outputs(&self) -> usize {
        unsafe { dnn_model_layer_size(self.0, dnn_model_layer_count(self.0) - 1) as usize }
    }

    /// x: n × inputs; gives n × outputs
    pub fn predict(&self, x: &[f64]) -> Result<Vec<f64>> {
        let n = rows("x", x, self.inputs())?;
        let mut y = vec![0.0; n * self.outputs()];
        check(unsafe { dnn_model_predict(self.0, x.as_ptr(), n as i64, y.as_mut_ptr()) })?;
        Ok(y)
    }

    pub fn predict_f32(&self, x: &[f32]) -> Result<Vec<f32>> {
        let n = rows("x", x, self.inputs())?;
        let mut y = vec![0.0; n * self.outputs()];
        check(unsafe { dnn_model_predict_f32(self.0, x.as_ptr(), n as i64, y.as_mut_ptr()) })?;
        Ok(y)
    }

    /// (mean loss, share of samples whose class is right)
    pub fn evaluate(&self, dataset: &Dataset) -> Result<(f64, f64)> {
        let (mut loss, mut accuracy) = (0.0, 0.0);
        check(unsafe { dnn_model_evaluate(self.0, dataset.0, &mut loss, &mut accuracy) })?;
        Ok((loss, accuracy))
    }

    /// From now on the model shifts and scales its inputs to mean 0 and variance 1 over these samples.
    pub fn standardize(&mut self, dataset: &Dataset) -> Result<()> {
        check(unsafe { dnn_model_standardize(self.0, dataset.0) }).map(drop)
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        unsafe { dnn_model_destroy(self.0) }
    }
}

/// The memory of one thread's predictions, which allocate nothing.
pub struct Workspace<'a> {
    handle: *mut dnn_workspace,
    model: &'a Model,
}

unsafe impl Send for Workspace<'_> {}

impl<'a> Workspace<'a> {
    pub fn new(model: &'a Model, max_rows: usize) -> Result<Self> {
        let handle = create(|out| unsafe { dnn_workspace_create(model.0, max_rows as i64, out) })?;
        Ok(Workspace { handle, model })
    }

    /// x: n × inputs; y, which is written: n × outputs
    pub fn predict(&mut self, x: &[f64], y: &mut [f64]) -> Result<()> {
        let n = samples(x, self.model.inputs(), y, self.model.outputs())?;
        check(unsafe { dnn_workspace_predict(self.handle, x.as_ptr(), n, y.as_mut_ptr()) }).map(drop)
    }
}

impl Drop for Workspace<'_> {
    fn drop(&mut self) {
        unsafe { dnn_workspace_destroy(self.handle) }
    }
}

/// How far a fit has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    pub epoch: i64,
    pub epochs: i64,
    pub batch: i64,
    pub batches: i64,
    pub loss: f64,
    pub validation_loss: f64,
    pub validation_accuracy: f64,
    pub seconds: f64,
}

impl Progress {
    pub fn ends_epoch(&self) -> bool {
        self.batch == self.batches
    }

    unsafe fn read(from: *const dnn_progress) -> Self {
        Progress {
            epoch: dnn_progress_epoch(from),
            epochs: dnn_progress_epochs(from),
            batch: dnn_progress_batch(from),
            batches: dnn_progress_batches(from),
            loss: dnn_progress_loss(from),
            validation_loss: dnn_progress_validation_loss(from),
            validation_accuracy: dnn_progress_validation_accuracy(from),
            seconds: dnn_progress_seconds(from),
        }
    }
}

/// An entry of the history.
#[derive(Clone, Debug, PartialEq)]
pub struct Epoch {
    pub loss: f64,
    pub validation_loss: f64,
    pub validation_accuracy: f64,
}

struct TrainerHandle(*mut dnn_trainer);

unsafe impl Send for TrainerHandle {}
unsafe impl Sync for TrainerHandle {} // shared with cancellers alone, whose one function may be called from any thread

impl Drop for TrainerHandle {
    fn drop(&mut self) {
        unsafe { dnn_trainer_destroy(self.0) }
    }
}

/// What changes a model's weights, which it has for itself.
pub struct Trainer<'a> {
    handle: Arc<TrainerHandle>,
    model: &'a mut Model,
}

/// Ends a fit from another thread.
#[derive(Clone)]
pub struct Canceller(Arc<TrainerHandle>);

impl Canceller {
    pub fn cancel(&self) {
        unsafe { dnn_trainer_cancel(self.0 .0) };
    }
}

/// What a running fit hands to `tell`.
struct Told<'a> {
    call: &'a mut dyn FnMut(&Progress) -> bool,
    panicked: Option<Box<dyn Any + Send>>,
}

/// A panic must not run through C: it stops the fit, and goes on behind it.
extern "C" fn tell(user: *mut c_void, progress: *const dnn_progress) -> i32 {
    let told = unsafe { &mut *(user as *mut Told) };
    match catch_unwind(AssertUnwindSafe(|| (told.call)(&unsafe { Progress::read(progress) }))) {
        Ok(goes_on) => goes_on.into(),
        Err(panicked) => {
            told.panicked = Some(panicked);
            0
        }
    }
}

impl<'a> Trainer<'a> {
    /// Trains as the model's config says, or another.
    pub fn new(model: &'a mut Model, config: Option<&Config>) -> Result<Self> {
        let config = config.map_or(ptr::null_mut(), |config| config.0);
        let handle = Arc::new(TrainerHandle(create(|out| unsafe {
            dnn_trainer_create(model.0, config, out)
        })?));
        Ok(Trainer { handle, model })
    }

    /// The model as it is now, until the next step or fit.
    pub fn model(&self) -> &Model {
        self.model
    }

    /// One update; the mean loss before it.
    pub fn step(&mut self, x: &[f64], y: &[f64]) -> Result<f64> {
        let n = samples(x, self.model.inputs(), y, self.model.outputs())?;
        let mut loss = 0.0;
        check(unsafe { dnn_trainer_step(self.handle.0, x.as_ptr(), y.as_ptr(), n, &mut loss) })?;
        Ok(loss)
    }

    /// Trains for the config's epochs; true if it came to its end. `progress` is called after each batch, and returns
    /// false to stop.
    pub fn fit(
        &mut self,
        training: &Dataset,
        validation: Option<&Dataset>,
        mut progress: impl FnMut(&Progress) -> bool,
    ) -> Result<bool> {
        let validation = validation.map_or(ptr::null_mut(), |dataset| dataset.0);
        let mut told = Told {
            call: &mut progress,
            panicked: None,
        };
        let user: *mut Told = &mut told;
        let status = unsafe {
            check(dnn_trainer_set_progress(self.handle.0, Some(tell), user.cast()))?;
            let status = check(dnn_trainer_fit(self.handle.0, training.0, validation));
            dnn_trainer_set_progress(self.handle.0, None, ptr::null_mut());
            status
        };
        match told.panicked {
            Some(panicked) => resume_unwind(panicked),
            None => status.map(|status| status == 0),
        }
    }

    pub fn canceller(&self) -> Canceller {
        Canceller(self.handle.clone())
    }

    /// An entry for each completed epoch.
    pub fn history(&self) -> Vec<Epoch> {
        (0..unsafe { dnn_trainer_history_count(self.handle.0) })
            .map(|i| {
                let mut e = Epoch {
                    loss: 0.0,
                    validation_loss: 0.0,
                    validation_accuracy: 0.0,
                };
                unsafe {
                    dnn_trainer_history(
                        self.handle.0,
                        i,
                        &mut e.loss,
                        &mut e.validation_loss,
                        &mut e.validation_accuracy,
                    )
                };
                e
            })
            .collect()
    }

    /// Why is it not learning?
    pub fn diagnose(&mut self) -> Result<String> {
        read_text(|buffer, capacity, length| unsafe { dnn_trainer_diagnose(self.handle.0, buffer, capacity, length) })
    }
}
