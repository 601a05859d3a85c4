'use strict';
// libdnn for Node, on top of api.js, which is made from dnn.h: a class a handle, a method a function. Types: dnn.d.ts.
//
// ARRAYS are flat, row by row. A Float64Array or a Float32Array is lent to the library: nothing is copied. Any other
// array of numbers becomes a Float64Array first.
//
// ERRORS. A status below 0 is thrown as a DnnError: its message is that of dnn_last_error, its status the number. What
// the library could not notice, for it is told a mere address, is checked here: the length of an array is a RangeError,
// something else than an open handle of the right class a TypeError.
//
// HANDLES are released by close(), in any order; what is forgotten, some time after the garbage collector finds it.
//
// THREADS. Every call blocks the thread of JavaScript but predictAsync, which runs on one of koffi's.
//
// The library is found by the environment variable DNN_LIBRARY (a path), else where the system looks for libdnn.so.0.
const koffi = require('koffi');
const { promisify } = require('util');
const { constants, load } = require('./api.js');

const lib = load(koffi, process.env.DNN_LIBRARY || 'libdnn.so.0');
const asynchronous = {
    dnn_model_predict: promisify(lib.dnn_model_predict.async),
    dnn_model_predict_f32: promisify(lib.dnn_model_predict_f32.async),
};

class DnnError extends Error {
    constructor(status) {
        super(lib.dnn_last_error());
        this.name = 'DnnError';
        this.status = status;
    }
}

function check(status) {
    if (status < 0) {
        throw new DnnError(status);
    }
    return status;
}

/** Calls with room for some results behind the arguments, and gives them. */
function results(count, call, ...inputs) {
    const outs = Array.from({ length: count }, () => [null]);
    check(call(...inputs, ...outs));
    return outs.map((out) => out[0]);
}

const result = (call, ...inputs) => results(1, call, ...inputs)[0];

/** The text of a function that is asked for its length first. */
function text(call, ...inputs) {
    const length = result(call, ...inputs, null, 0);
    const buffer = Buffer.alloc(length + 1);
    check(call(...inputs, buffer, length + 1, null));
    return buffer.toString('utf8', 0, length);
}

// ----------------------------------------------------- handles -----------------------------------------------------

// What lies behind each object: { pointer, destroy, isOpen, users } and what its class keeps. koffi's pointers are
// numbers that do not know what they point to, so nobody else gets to see them. users counts the calls under way during
// which other JavaScript runs.
const states = new WeakMap();
const forgotten = new FinalizationRegistry((state) => state.destroy(state.pointer));

function own(handle, destroy, pointer, more = {}) {
    const state = { pointer, destroy, isOpen: true, users: 0, ...more };
    states.set(handle, state);
    forgotten.register(handle, state, handle);
    return handle;
}

/** What lies behind an open handle of a class. */
function stateOf(handle, Class) {
    if (!(handle instanceof Class)) {
        throw new TypeError(`expected a ${Class.name}, not ${handle === null ? 'null' : typeof handle}`);
    }
    const state = states.get(handle);
    if (!state.isOpen) {
        throw new TypeError(`this ${Class.name} is closed`);
    }
    return state;
}

const pointerOf = (handle, Class) => stateOf(handle, Class).pointer;
const pointerOrNull = (handle, Class) => (handle === null ? null : pointerOf(handle, Class));

function hold(state) {
    state.users++;
}

function release(state) {
    state.users--;
    destroyUnused(state);
}

function destroyUnused(state) {
    if (!state.isOpen && state.users === 0) {
        state.destroy(state.pointer);
    }
}

class Handle {
    /** A call that is using it goes on, and releases it at its end. */
    close() {
        const state = states.get(this);
        if (state.isOpen) {
            state.isOpen = false;
            forgotten.unregister(this);
            destroyUnused(state);
        }
    }
}

/** Whatever changes a model must have it for itself: see THREADS in dnn.h. */
function exclusive(model) {
    if (model.users > 0) {
        throw new Error('the model is in use: wait for its predictAsync, and do not train it in its progress function');
    }
}

// ------------------------------------------------------ arrays ------------------------------------------------------

function numbers(name, array) {
    if (array instanceof Float64Array || array instanceof Float32Array) {
        return array;
    }
    if (typeof array?.length !== 'number' || typeof array === 'string') {
        throw new TypeError(`${name} must be a Float64Array, a Float32Array or an array of numbers`);
    }
    return Float64Array.from(array);
}

function doubles(name, array, length) {
    const x = array instanceof Float64Array ? array : Float64Array.from(numbers(name, array));
    if (length !== undefined && x.length !== length) {
        throw new RangeError(`${name} has ${x.length} numbers, expected ${length}`);
    }
    return x;
}

/** How many rows of a width an array has. */
function rowsOf(name, array, width) {
    const rows = array.length / width;
    if (!Number.isInteger(width) || !Number.isInteger(rows)) {
        throw new RangeError(`${name} has ${array.length} numbers, which are no rows of ${width}`);
    }
    return rows;
}

/** Inputs and targets, both of one kind, whose functions have a suffix. */
function pair(x, inputs, y, outputs) {
    x = numbers('x', x);
    y = numbers('y', y);
    const isFloat = x instanceof Float32Array && y instanceof Float32Array;
    const n = rowsOf('x', x, inputs);
    if (rowsOf('y', y, outputs) !== n) {
        throw new RangeError(`y has ${y.length / outputs} rows, x has ${n}`);
    }
    return isFloat ? { x, y, n, suffix: '_f32' } : { x: doubles('x', x), y: doubles('y', y), n, suffix: '' };
}

/** The name and the arguments of a prediction; y is made unless it is given. */
function prediction(name, state, x, y) {
    const inputs = state.layers[0];
    const outputs = state.layers[state.layers.length - 1];
    x = numbers('x', x);
    const n = rowsOf('x', x, inputs);
    y = y ?? new x.constructor(n * outputs);
    if (y.constructor !== x.constructor || y.length !== n * outputs) {
        throw new RangeError(`y must be a ${x.constructor.name} of ${n * outputs} numbers`);
    }
    return { name: name + (x instanceof Float32Array ? '_f32' : ''), inputs: [state.pointer, x, n, y], y, n };
}

function layerOf(layers, layer, count) {
    if (!Number.isInteger(layer) || layer < 0 || layer >= count) {
        throw new RangeError(`layer is ${layer}, expected 0 to ${count - 1}`);
    }
    return layers[layer];
}

// ------------------------------------------------------ config ------------------------------------------------------

class Config extends Handle {
    constructor(recipe = null, settings = {}) {
        super();
        own(this, lib.dnn_config_destroy, result(lib.dnn_config_create, recipe));
        Object.entries(settings).forEach(([key, value]) => this.set(key, value));
    }

    set(key, value) {
        check(lib.dnn_config_set(pointerOf(this, Config), key, String(value)));
        return this;
    }

    get(key) {
        return text(lib.dnn_config_get, pointerOf(this, Config), key);
    }
}

// ------------------------------------------------------ dataset -----------------------------------------------------

const ownDataset = (pointer, handle = Object.create(Dataset.prototype)) =>
    own(handle, lib.dnn_dataset_destroy, pointer);

class Dataset extends Handle {
    constructor(x, inputs, y, outputs) {
        super();
        const all = pair(x, inputs, y, outputs);
        ownDataset(result(lib[`dnn_dataset_create${all.suffix}`], all.x, all.n, inputs, all.y, outputs), this);
    }

    static labelled(x, inputs, labels, classes) {
        x = numbers('x', x);
        const n = rowsOf('x', x, inputs);
        const whole = labels instanceof Int32Array ? labels : Int32Array.from(labels);
        if (whole.length !== n || whole.some((label, i) => label !== labels[i])) {
            throw new RangeError(`labels must be ${n} integers, a class for each row of x`);
        }
        const create = x instanceof Float32Array ? lib.dnn_dataset_create_labels_f32 : lib.dnn_dataset_create_labels;
        return ownDataset(result(create, x, n, inputs, whole, classes));
    }

    static readCsv(path, options = null) {
        return ownDataset(result(lib.dnn_dataset_read_csv, path, options));
    }

    static readNpy(xPath, yPath) {
        return ownDataset(result(lib.dnn_dataset_read_npy, xPath, yPath));
    }

    static readIdx(imagesPath, labelsPath) {
        return ownDataset(result(lib.dnn_dataset_read_idx, imagesPath, labelsPath));
    }

    get size() {
        return lib.dnn_dataset_size(pointerOf(this, Dataset));
    }

    get inputs() {
        return lib.dnn_dataset_inputs(pointerOf(this, Dataset));
    }

    get outputs() {
        return lib.dnn_dataset_outputs(pointerOf(this, Dataset));
    }

    className(index) {
        return lib.dnn_dataset_class_name(pointerOf(this, Dataset), index);
    }

    get(i) {
        const x = new Float64Array(this.inputs);
        const y = new Float64Array(this.outputs);
        check(lib.dnn_dataset_get(pointerOf(this, Dataset), i, x, y));
        return { x, y };
    }

    split(fraction, seed = 0) {
        const parts = results(2, lib.dnn_dataset_split, pointerOf(this, Dataset), fraction, seed);
        return parts.map((part) => ownDataset(part));
    }

    setWeights(weights) {
        const all = weights === null ? null : doubles('weights', weights, this.size);
        check(lib.dnn_dataset_set_weights(pointerOf(this, Dataset), all));
    }
}

// ------------------------------------------------------- model ------------------------------------------------------

function ownModel(pointer, handle = Object.create(Model.prototype)) {
    const length = lib.dnn_model_layer_count(pointer);
    const layers = Array.from({ length }, (_, layer) => lib.dnn_model_layer_size(pointer, layer));
    return own(handle, lib.dnn_model_destroy, pointer, { layers, isTraining: false });
}

const weightCount = (layers, layer) => (layerOf(layers, layer, layers.length - 1) + 1) * layers[layer + 1];

class Model extends Handle {
    constructor(layers, config = null) {
        super();
        const sizes = BigInt64Array.from(layers, BigInt);
        ownModel(result(lib.dnn_model_create, sizes, sizes.length, pointerOrNull(config, Config)), this);
    }

    static load(path) {
        return ownModel(result(lib.dnn_model_load, path));
    }

    static loadWith(path, config) {
        return ownModel(result(lib.dnn_model_load_with, path, pointerOf(config, Config)));
    }

    static fromBytes(bytes) {
        return ownModel(result(lib.dnn_model_load_memory, bytes, bytes.length));
    }

    static importOnnx(path) {
        return ownModel(result(lib.dnn_model_import_onnx, path));
    }

    clone() {
        return ownModel(result(lib.dnn_model_clone, pointerOf(this, Model)));
    }

    save(path) {
        check(lib.dnn_model_save(pointerOf(this, Model), path));
    }

    toBytes() {
        const bytes = new Uint8Array(result(lib.dnn_model_save_memory, pointerOf(this, Model), null, 0));
        check(lib.dnn_model_save_memory(pointerOf(this, Model), bytes, bytes.length, null));
        return bytes;
    }

    exportOnnx(path) {
        check(lib.dnn_model_export_onnx(pointerOf(this, Model), path));
    }

    exportC(path, name) {
        check(lib.dnn_model_export_c(pointerOf(this, Model), path, name));
    }

    get layers() {
        return [...stateOf(this, Model).layers];
    }

    get parameterCount() {
        return lib.dnn_model_parameter_count(pointerOf(this, Model));
    }

    getParameters() {
        const theta = new Float64Array(this.parameterCount);
        check(lib.dnn_model_get_parameters(pointerOf(this, Model), theta));
        return theta;
    }

    setParameters(theta) {
        exclusive(stateOf(this, Model));
        check(lib.dnn_model_set_parameters(pointerOf(this, Model), doubles('theta', theta, this.parameterCount)));
    }

    getWeights(layer) {
        const { layers, pointer } = stateOf(this, Model);
        const w = new Float64Array(weightCount(layers, layer));
        check(lib.dnn_model_get_weights(pointer, layer, w));
        return w;
    }

    setWeights(layer, w) {
        const state = stateOf(this, Model);
        exclusive(state);
        check(lib.dnn_model_set_weights(state.pointer, layer, doubles('w', w, weightCount(state.layers, layer))));
    }

    predict(x) {
        const { name, inputs, y } = prediction('dnn_model_predict', stateOf(this, Model), x);
        check(lib[name](...inputs));
        return y;
    }

    async predictAsync(x) {
        const state = stateOf(this, Model);
        const { name, inputs, y } = prediction('dnn_model_predict', state, x);
        if (state.isTraining) {
            throw new Error('the model is being trained: predict in its progress function');
        }
        hold(state);
        try {
            if ((await asynchronous[name](...inputs)) < 0) {
                // dnn_last_error is that of a thread, and koffi's cannot be asked. So the call is made once more, on
                // this one: what was wrong with x still is. What else failed (memory was short) may go well now, and
                // then y is the answer.
                check(lib[name](...inputs));
            }
            return y;
        } finally {
            release(state);
        }
    }

    classify(x) {
        const state = stateOf(this, Model);
        const rows = doubles('x', x);
        const label = new Int32Array(rowsOf('x', rows, state.layers[0]));
        check(lib.dnn_model_classify(state.pointer, rows, label.length, label));
        return label;
    }

    evaluate(dataset) {
        const inputs = [pointerOf(this, Model), pointerOf(dataset, Dataset)];
        const [loss, accuracy] = results(2, lib.dnn_model_evaluate, ...inputs);
        return { loss, accuracy };
    }

    score(dataset) {
        return result(lib.dnn_model_score, pointerOf(this, Model), pointerOf(dataset, Dataset));
    }

    confusion(dataset) {
        const { layers, pointer } = stateOf(this, Model);
        const outputs = layers[layers.length - 1];
        const counts = new BigInt64Array(outputs * outputs);
        check(lib.dnn_model_confusion(pointer, pointerOf(dataset, Dataset), counts));
        const row = (truth) => Array.from(counts.subarray(truth * outputs, (truth + 1) * outputs), Number);
        return Array.from({ length: outputs }, (_, truth) => row(truth));
    }

    standardize(dataset) {
        exclusive(stateOf(this, Model));
        check(lib.dnn_model_standardize(pointerOf(this, Model), pointerOf(dataset, Dataset)));
    }

    get standardization() {
        const { layers, pointer } = stateOf(this, Model);
        const mean = new Float64Array(layers[0]);
        const scale = new Float64Array(layers[0]);
        check(lib.dnn_model_get_standardization(pointer, mean, scale));
        return { mean, scale };
    }

    summary() {
        return text(lib.dnn_model_summary, pointerOf(this, Model));
    }
}

// ----------------------------------------------------- workspace ----------------------------------------------------

class Workspace extends Handle {
    constructor(model, maxRows = 1) {
        super();
        const { pointer, layers } = stateOf(model, Model);
        own(this, lib.dnn_workspace_destroy, result(lib.dnn_workspace_create, pointer, maxRows), { layers, rows: 0 });
    }

    predict(x, y = null) {
        const state = stateOf(this, Workspace);
        const call = prediction('dnn_workspace_predict', state, x, y);
        check(lib[call.name](...call.inputs));
        state.rows = call.n === 0 ? state.rows : call.n; // as the library keeps them
        return call.y;
    }

    activations(layer) {
        const { layers, pointer, rows } = stateOf(this, Workspace);
        const x = new Float64Array(layerOf(layers, layer, layers.length) * rows);
        check(lib.dnn_workspace_activations(pointer, layer, x));
        return x;
    }
}

// ------------------------------------------------------ trainer -----------------------------------------------------

const progressFunctions = {
    epoch: lib.dnn_progress_epoch,
    epochs: lib.dnn_progress_epochs,
    batch: lib.dnn_progress_batch,
    batches: lib.dnn_progress_batches,
    loss: lib.dnn_progress_loss,
    validationLoss: lib.dnn_progress_validation_loss,
    validationAccuracy: lib.dnn_progress_validation_accuracy,
    seconds: lib.dnn_progress_seconds,
    learningRate: lib.dnn_progress_learning_rate,
    samplesPerSecond: lib.dnn_progress_samples_per_second,
};

function progressOf(pointer) {
    return Object.fromEntries(Object.entries(progressFunctions).map(([name, read]) => [name, read(pointer)]));
}

const ownTrainer = (pointer, model, handle = Object.create(Trainer.prototype)) =>
    own(handle, lib.dnn_trainer_destroy, pointer, { model: states.get(model) });

/** The arguments of a call with samples, and the suffix of its name. */
function samplesOf(trainer, x, y) {
    const { pointer, model } = stateOf(trainer, Trainer);
    exclusive(model);
    const all = pair(x, model.layers[0], y, model.layers[model.layers.length - 1]);
    return { suffix: all.suffix, inputs: [pointer, all.x, all.y, all.n] };
}

const doubleSamplesOf = (trainer, x, y) => samplesOf(trainer, doubles('x', x), doubles('y', y)).inputs;

function gradientLength(trainer) {
    const { layers } = stateOf(trainer, Trainer).model;
    return layers.slice(1).reduce((sum, _, layer) => sum + weightCount(layers, layer), 0);
}

class Trainer extends Handle {
    constructor(model, config = null) {
        super();
        const pointers = [pointerOf(model, Model), pointerOrNull(config, Config)];
        ownTrainer(result(lib.dnn_trainer_create, ...pointers), model, this);
    }

    static load(path) {
        const [ofModel, ofTrainer] = results(2, lib.dnn_trainer_load, path);
        const model = ownModel(ofModel);
        return { model, trainer: ownTrainer(ofTrainer, model) };
    }

    save(path) {
        check(lib.dnn_trainer_save(pointerOf(this, Trainer), path));
    }

    fit(training, { validation = null, progress = null } = {}) {
        const state = stateOf(this, Trainer);
        const datasets = [pointerOf(training, Dataset), pointerOrNull(validation, Dataset)];
        exclusive(state.model);
        let thrown = null;
        const callback = progress && koffi.register((_, pointer) => {
            try {
                return progress(progressOf(pointer)) === false ? 0 : 1;
            } catch (error) { // must not reach C; thrown again below
                thrown = { error };
                return 0;
            }
        }, 'dnn_trainer_set_progress_callback *');
        state.model.isTraining = true;
        const used = [state, state.model];
        used.forEach(hold);
        try {
            check(lib.dnn_trainer_set_progress(state.pointer, callback, null));
            const status = lib.dnn_trainer_fit(state.pointer, ...datasets);
            if (thrown !== null) {
                throw thrown.error;
            }
            return check(status) !== constants.DNN_STOPPED;
        } finally {
            lib.dnn_trainer_set_progress(state.pointer, null, null);
            if (callback) {
                koffi.unregister(callback);
            }
            state.model.isTraining = false;
            used.forEach(release);
        }
    }

    get history() {
        const pointer = pointerOf(this, Trainer);
        return Array.from({ length: lib.dnn_trainer_history_count(pointer) }, (_, epoch) => {
            const [loss, validationLoss, validationAccuracy] = results(3, lib.dnn_trainer_history, pointer, epoch);
            return { loss, validationLoss, validationAccuracy };
        });
    }

    get bestEpoch() {
        const best = lib.dnn_trainer_best_epoch(pointerOf(this, Trainer));
        return best < 0 ? null : best;
    }

    get learningRate() {
        return lib.dnn_trainer_learning_rate(pointerOf(this, Trainer));
    }

    set learningRate(rate) {
        check(lib.dnn_trainer_set_learning_rate(pointerOf(this, Trainer), rate));
    }

    step(x, y) {
        const { suffix, inputs } = samplesOf(this, x, y);
        return result(lib[`dnn_trainer_step${suffix}`], ...inputs);
    }

    accumulate(x, y) {
        return result(lib.dnn_trainer_accumulate, ...doubleSamplesOf(this, x, y));
    }

    getGradient() {
        const gradient = new Float64Array(gradientLength(this));
        check(lib.dnn_trainer_get_gradient(pointerOf(this, Trainer), gradient));
        return gradient;
    }

    setGradient(gradient) {
        exclusive(stateOf(this, Trainer).model);
        const all = doubles('gradient', gradient, gradientLength(this));
        check(lib.dnn_trainer_set_gradient(pointerOf(this, Trainer), all));
    }

    apply(scale = 1) {
        exclusive(stateOf(this, Trainer).model);
        check(lib.dnn_trainer_apply(pointerOf(this, Trainer), scale));
    }

    checkGradient(x, y) {
        return result(lib.dnn_trainer_check_gradient, ...doubleSamplesOf(this, x, y));
    }

    layerStats(layer) {
        const [gradientNorm, weightNorm, saturated] =
            results(3, lib.dnn_trainer_layer_stats, pointerOf(this, Trainer), layer);
        return { gradientNorm, weightNorm, saturated };
    }

    diagnose() {
        return text(lib.dnn_trainer_diagnose, pointerOf(this, Trainer));
    }
}

module.exports = { Config, Dataset, DnnError, Model, Trainer, Workspace, version: lib.dnn_version_string() };
