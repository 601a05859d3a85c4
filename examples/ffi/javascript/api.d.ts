// Made by tests/abi/generate.py from dnn-api.json: do not edit.
//
// The types of api.js, which loads the functions of libdnn for koffi.

/** An int64_t: koffi takes either, and gives a bigint for what no number holds exactly. */
export type Integer = number | bigint;

/** Room for one result: pass [null], and find it there. */
export type Out<T> = [T | null];

/** A function of JavaScript that C keeps: what koffi.register gives. */
export type Registered<T> = { readonly __registered: T };

/** Called directly it blocks; async calls from a thread of koffi's, and hands the result to the last argument. */
export interface Call<A extends unknown[], R> {
    (...args: A): R;
    async(...args: [...A, (error: Error | null, result: R) => void]): void;
}

/** what a network is and how it learns */
export type dnn_config = { readonly __handle: 'dnn_config' };
/** a network and its weights */
export type dnn_model = { readonly __handle: 'dnn_model' };
/** the memory of one prediction */
export type dnn_workspace = { readonly __handle: 'dnn_workspace' };
/** what changes a model's weights */
export type dnn_trainer = { readonly __handle: 'dnn_trainer' };
/** samples: inputs x and targets y */
export type dnn_dataset = { readonly __handle: 'dnn_dataset' };
/** how far a fit has come; lives during a callback */
export type dnn_progress = { readonly __handle: 'dnn_progress' };

export type dnn_set_allocator_malloc_fn = (user: unknown, size: Integer) => unknown;
export type dnn_set_allocator_realloc_fn = (user: unknown, block: unknown, size: Integer) => unknown;
export type dnn_set_allocator_free_fn = (user: unknown, block: unknown) => void;
export type dnn_trainer_set_progress_callback = (user: unknown, progress: dnn_progress) => number;

export interface Constants {
    /** done */
    readonly DNN_OK: 0;
    /** ended early because a callback or dnn_trainer_cancel asked for it; not an error */
    readonly DNN_STOPPED: 1;
    /** the caller's argument is wrong */
    readonly DNN_ERROR_INVALID_ARGUMENT: -1;
    /** memory was refused */
    readonly DNN_ERROR_OUT_OF_MEMORY: -2;
    /** the system refused to open, read or write */
    readonly DNN_ERROR_IO: -3;
    /** a file is not what it says it is */
    readonly DNN_ERROR_FORMAT: -4;
    /** valid, but this version or build cannot do it */
    readonly DNN_ERROR_UNSUPPORTED: -5;
    /** a number is NaN or infinite, or too large for the model's precision */
    readonly DNN_ERROR_NOT_FINITE: -6;
}

export interface Functions {
    /** DNN_OK as a function: these eight are for languages that cannot read the enum. */
    dnn_ok: Call<[], number>;
    /** DNN_STOPPED as a function. */
    dnn_stopped: Call<[], number>;
    /** DNN_ERROR_INVALID_ARGUMENT as a function. */
    dnn_error_invalid_argument: Call<[], number>;
    /** DNN_ERROR_OUT_OF_MEMORY as a function. */
    dnn_error_out_of_memory: Call<[], number>;
    /** DNN_ERROR_IO as a function. */
    dnn_error_io: Call<[], number>;
    /** DNN_ERROR_FORMAT as a function. */
    dnn_error_format: Call<[], number>;
    /** DNN_ERROR_UNSUPPORTED as a function. */
    dnn_error_unsupported: Call<[], number>;
    /** DNN_ERROR_NOT_FINITE as a function. */
    dnn_error_not_finite: Call<[], number>;
    /** The version of the library that is loaded. */
    dnn_version: Call<[], number>;
    /** The version of the library that is loaded, as text. */
    dnn_version_string: Call<[], string>;
    /** How this library was built, for a bug report: version, compiler, BLAS. */
    dnn_build_info: Call<[], string>;
    /** A short English name for a status. */
    dnn_status_string: Call<[status: number], string>;
    /** What went wrong in the latest call on this thread that failed. */
    dnn_last_error: Call<[], string>;
    /** Chooses where the library's memory comes from. */
    dnn_set_allocator: Call<[
        malloc_fn: Registered<dnn_set_allocator_malloc_fn> | null,
        realloc_fn: Registered<dnn_set_allocator_realloc_fn> | null,
        free_fn: Registered<dnn_set_allocator_free_fn> | null,
        user: unknown,
    ], number>;
    /** Makes a config with the defaults of a recipe. */
    dnn_config_create: Call<[recipe: string | null, out: Out<dnn_config>], number>;
    /** Releases a config. */
    dnn_config_destroy: Call<[config: dnn_config | null], void>;
    /** Sets a key from text. */
    dnn_config_set: Call<[config: dnn_config, key: string, text: string], number>;
    /** Sets a key that holds a number; also one that holds an integer, where the value is whole. */
    dnn_config_set_number: Call<[config: dnn_config, key: string, value: number], number>;
    /** Sets a key that holds an integer; also a number, or a switch. */
    dnn_config_set_integer: Call<[config: dnn_config, key: string, value: Integer], number>;
    /** Reads a key as text that dnn_config_set takes back unchanged. */
    dnn_config_get: Call<[
        config: dnn_config,
        key: string,
        buffer: Uint8Array | null /* [capacity] */,
        capacity: Integer,
        length: Out<Integer> | null,
    ], number>;
    /** How many keys there are. */
    dnn_config_key_count: Call<[], Integer>;
    /** The name of a key. */
    dnn_config_key_name: Call<[index: Integer], string | null>;
    /** One line on a key: meaning, values, default. */
    dnn_config_key_help: Call<[index: Integer], string | null>;
    /**
     * Makes a network and draws its first weights (config keys `init` and `seed`; the same seed gives the same
     * weights).
     */
    dnn_model_create: Call<[
        layers: BigInt64Array | readonly Integer[] /* [layer_count] */,
        layer_count: Integer,
        config_or_null: dnn_config | null,
        out: Out<dnn_model>,
    ], number>;
    /** Releases the caller's hold on a model. */
    dnn_model_destroy: Call<[model: dnn_model | null], void>;
    /** Makes an independent copy: same shape, config, weights and standardization. */
    dnn_model_clone: Call<[model: dnn_model, out: Out<dnn_model>], number>;
    /** How many layers there are, input and output included. */
    dnn_model_layer_count: Call<[model: dnn_model], Integer>;
    /** How many neurons a layer has. */
    dnn_model_layer_size: Call<[model: dnn_model, layer: Integer], Integer>;
    /** How many weights there are in all, biases included. */
    dnn_model_parameter_count: Call<[model: dnn_model], Integer>;
    /** Copies W_layer out: the weights between a layer and the next. */
    dnn_model_get_weights: Call<[
        model: dnn_model,
        layer: Integer,
        w: Float64Array /* [n_{layer+1} × (n_layer + 1)] */,
    ], number>;
    /** Replaces W_layer. */
    dnn_model_set_weights: Call<[
        model: dnn_model,
        layer: Integer,
        w: Float64Array | readonly number[] /* [n_{layer+1} × (n_layer + 1)] */,
    ], number>;
    /** Copies all weights out, W_0 then W_1 …, each as in dnn_model_get_weights. */
    dnn_model_get_parameters: Call<[model: dnn_model, theta: Float64Array /* [dnn_model_parameter_count] */], number>;
    /** Replaces all weights. */
    dnn_model_set_parameters: Call<[
        model: dnn_model,
        theta: Float64Array | readonly number[] /* [dnn_model_parameter_count] */,
    ], number>;
    /** Runs the network forward: y = φ(W_{L−1} … φ(W_0 x̂)). */
    dnn_model_predict: Call<[
        model: dnn_model,
        x: Float64Array | readonly number[] | null /* [n × n_0] */,
        n: Integer,
        y: Float64Array | null /* [n × n_L] */,
    ], number>;
    /** dnn_model_predict for arrays of float. */
    dnn_model_predict_f32: Call<[
        model: dnn_model,
        x: Float32Array | readonly number[] | null /* [n × n_0] */,
        n: Integer,
        y: Float32Array | null /* [n × n_L] */,
    ], number>;
    /** The class of each sample: the index of the largest output, the first one if several are equal. */
    dnn_model_classify: Call<[
        model: dnn_model,
        x: Float64Array | readonly number[] | null /* [n × n_0] */,
        n: Integer,
        label: Int32Array | null /* [n] */,
    ], number>;
    /** Measures the model on a dataset: its loss, and how often it is right. */
    dnn_model_evaluate: Call<[
        model: dnn_model,
        dataset: dnn_dataset,
        loss: Out<number> | null,
        accuracy: Out<number> | null,
    ], number>;
    /** How good the model is at numbers: the coefficient of determination. */
    dnn_model_score: Call<[model: dnn_model, dataset: dnn_dataset, r2: Out<number>], number>;
    /** Counts which class was taken for which. */
    dnn_model_confusion: Call<[
        model: dnn_model,
        dataset: dnn_dataset,
        counts: BigInt64Array /* [n_L × n_L] */,
    ], number>;
    /** Gives the model the mean and the standard deviation of each input of a dataset. */
    dnn_model_standardize: Call<[model: dnn_model, dataset: dnn_dataset], number>;
    /** Copies out what dnn_model_standardize found; zeros and ones if it was never called. */
    dnn_model_get_standardization: Call<[
        model: dnn_model,
        mean: Float64Array | null /* [n_0] */,
        scale: Float64Array | null /* [n_0] */,
    ], number>;
    /** Describes the network as a table in plain text. */
    dnn_model_summary: Call<[
        model: dnn_model,
        buffer: Uint8Array | null /* [capacity] */,
        capacity: Integer,
        length: Out<Integer> | null,
    ], number>;
    /** Writes a model to a file. */
    dnn_model_save: Call<[model: dnn_model, path: string], number>;
    /** Reads a model that dnn_model_save wrote, or the model of a checkpoint (dnn_trainer_save). */
    dnn_model_load: Call<[path: string, out: Out<dnn_model>], number>;
    /** Reads weights from any safetensors file of a fully connected network. */
    dnn_model_load_with: Call<[path: string, config: dnn_config, out: Out<dnn_model>], number>;
    /** What dnn_model_save writes, into memory. */
    dnn_model_save_memory: Call<[
        model: dnn_model,
        buffer: Uint8Array | null /* [capacity] */,
        capacity: Integer,
        size: Out<Integer> | null,
    ], number>;
    /** dnn_model_load from memory. */
    dnn_model_load_memory: Call<[bytes: Uint8Array /* [size] */, size: Integer, out: Out<dnn_model>], number>;
    /** Writes the model as an ONNX file. */
    dnn_model_export_onnx: Call<[model: dnn_model, path: string], number>;
    /** Makes a model from an ONNX file of a fully connected network. */
    dnn_model_import_onnx: Call<[path: string, out: Out<dnn_model>], number>;
    /** Writes a model as one file of C99. */
    dnn_model_export_c: Call<[model: dnn_model, path: string, name: string], number>;
    /** Makes the memory for predictions. */
    dnn_workspace_create: Call<[model: dnn_model, max_rows: Integer, out: Out<dnn_workspace>], number>;
    /** Releases a workspace. */
    dnn_workspace_destroy: Call<[workspace: dnn_workspace | null], void>;
    /** dnn_model_predict without any allocation or lock in this library. */
    dnn_workspace_predict: Call<[
        workspace: dnn_workspace,
        x: Float64Array | readonly number[] | null /* [n × n_0] */,
        n: Integer,
        y: Float64Array | null /* [n × n_L] */,
    ], number>;
    /** dnn_workspace_predict for arrays of float. */
    dnn_workspace_predict_f32: Call<[
        workspace: dnn_workspace,
        x: Float32Array | readonly number[] | null /* [n × n_0] */,
        n: Integer,
        y: Float32Array | null /* [n × n_L] */,
    ], number>;
    /** Copies out the activations x_layer of the last successful predict of at least one row. */
    dnn_workspace_activations: Call<[
        workspace: dnn_workspace,
        layer: Integer,
        x: Float64Array /* [n × n_layer] */,
    ], number>;
    /** Makes a trainer for a model, to which it holds a reference. */
    dnn_trainer_create: Call<[model: dnn_model, config_or_null: dnn_config | null, out: Out<dnn_trainer>], number>;
    /** Releases a trainer. */
    dnn_trainer_destroy: Call<[trainer: dnn_trainer | null], void>;
    /** One update of the weights by the optimizer, from the mean gradient of n samples. */
    dnn_trainer_step: Call<[
        trainer: dnn_trainer,
        x: Float64Array | readonly number[] /* [n × n_0] */,
        y: Float64Array | readonly number[] /* [n × n_L] */,
        n: Integer,
        loss: Out<number> | null,
    ], number>;
    /** dnn_trainer_step for arrays of float. */
    dnn_trainer_step_f32: Call<[
        trainer: dnn_trainer,
        x: Float32Array | readonly number[] /* [n × n_0] */,
        y: Float32Array | readonly number[] /* [n × n_L] */,
        n: Integer,
        loss: Out<number> | null,
    ], number>;
    /** Trains for `epochs` passes over a dataset. */
    dnn_trainer_fit: Call<[
        trainer: dnn_trainer,
        training: dnn_dataset,
        validation_or_null: dnn_dataset | null,
    ], number>;
    /** Asks for a call after each batch of a fit, and once at the end of an epoch. */
    dnn_trainer_set_progress: Call<[
        trainer: dnn_trainer,
        callback: Registered<dnn_trainer_set_progress_callback> | null,
        user: unknown,
    ], number>;
    /** Ends the fit that is running within one batch, also one of the validation; it returns DNN_STOPPED. */
    dnn_trainer_cancel: Call<[trainer: dnn_trainer], number>;
    /** The epoch that is running. */
    dnn_progress_epoch: Call<[progress: dnn_progress], Integer>;
    /** How many epochs this fit is to run. */
    dnn_progress_epochs: Call<[progress: dnn_progress], Integer>;
    /** How many batches of this epoch are done. */
    dnn_progress_batch: Call<[progress: dnn_progress], Integer>;
    /** How many batches an epoch has. */
    dnn_progress_batches: Call<[progress: dnn_progress], Integer>;
    /** The mean loss over the samples of this epoch so far, each taken before its update. */
    dnn_progress_loss: Call<[progress: dnn_progress], number>;
    /** The loss on the validation set after this epoch. */
    dnn_progress_validation_loss: Call<[progress: dnn_progress], number>;
    /** The accuracy on the validation set after this epoch. */
    dnn_progress_validation_accuracy: Call<[progress: dnn_progress], number>;
    /** How long this fit has been running. */
    dnn_progress_seconds: Call<[progress: dnn_progress], number>;
    /** The learning rate of the latest batch. */
    dnn_progress_learning_rate: Call<[progress: dnn_progress], number>;
    /** How fast it learns, in this epoch so far, without validation and callbacks. */
    dnn_progress_samples_per_second: Call<[progress: dnn_progress], number>;
    /** How many epochs this trainer has completed, over all its fits. */
    dnn_trainer_history_count: Call<[trainer: dnn_trainer], Integer>;
    /** The figures of one completed epoch. */
    dnn_trainer_history: Call<[
        trainer: dnn_trainer,
        epoch: Integer,
        loss: Out<number> | null,
        validation_loss: Out<number> | null,
        validation_accuracy: Out<number> | null,
    ], number>;
    /** The epoch with the best loss since the latest fit began that had `patience` set. */
    dnn_trainer_best_epoch: Call<[trainer: dnn_trainer], Integer>;
    /** The learning rate of the latest batch of fit, or of the next step. */
    dnn_trainer_learning_rate: Call<[trainer: dnn_trainer], number>;
    /**
     * Replaces learning_rate, for schedules of one's own; a `schedule` goes on from it, at its epoch and with its
     * cuts.
     */
    dnn_trainer_set_learning_rate: Call<[trainer: dnn_trainer, rate: number], number>;
    /** Adds the gradients of n samples to the trainer's sum, G ← G + Σ ∇W, and changes no weight. */
    dnn_trainer_accumulate: Call<[
        trainer: dnn_trainer,
        x: Float64Array | readonly number[] /* [n × n_0] */,
        y: Float64Array | readonly number[] /* [n × n_L] */,
        n: Integer,
        loss_sum: Out<number> | null,
    ], number>;
    /** Copies the sum G out; zeros when nothing was added since the last dnn_trainer_apply. */
    dnn_trainer_get_gradient: Call<[
        trainer: dnn_trainer,
        gradient: Float64Array /* [dnn_model_parameter_count] */,
    ], number>;
    /** Replaces the sum G. */
    dnn_trainer_set_gradient: Call<[
        trainer: dnn_trainer,
        gradient: Float64Array | readonly number[] /* [dnn_model_parameter_count] */,
    ], number>;
    /** One update by the optimizer with the gradient scale · G, after which the sum is empty. */
    dnn_trainer_apply: Call<[trainer: dnn_trainer, scale: number], number>;
    /** Figures of one layer, to see why it is not learning. */
    dnn_trainer_layer_stats: Call<[
        trainer: dnn_trainer,
        layer: Integer,
        gradient_norm: Out<number> | null,
        weight_norm: Out<number> | null,
        saturated: Out<number> | null,
    ], number>;
    /** Says in plain words why it is not learning, or that nothing speaks against it. */
    dnn_trainer_diagnose: Call<[
        trainer: dnn_trainer,
        buffer: Uint8Array | null /* [capacity] */,
        capacity: Integer,
        length: Out<Integer> | null,
    ], number>;
    /** Compares the gradient with central differences. */
    dnn_trainer_check_gradient: Call<[
        trainer: dnn_trainer,
        x: Float64Array | readonly number[] /* [n × n_0] */,
        y: Float64Array | readonly number[] /* [n × n_L] */,
        n: Integer,
        max_relative_error: Out<number>,
    ], number>;
    /** Writes a checkpoint. */
    dnn_trainer_save: Call<[trainer: dnn_trainer, path: string], number>;
    /** Reads a checkpoint: makes a model and its trainer, which has checkpoint_path = path. */
    dnn_trainer_load: Call<[path: string, model: Out<dnn_model>, trainer: Out<dnn_trainer>], number>;
    /** Makes a dataset from arrays, copied. */
    dnn_dataset_create: Call<[
        x: Float64Array | readonly number[] /* [n × n_in] */,
        n: Integer,
        n_in: Integer,
        y: Float64Array | readonly number[] /* [n × n_out] */,
        n_out: Integer,
        out: Out<dnn_dataset>,
    ], number>;
    /** dnn_dataset_create for arrays of float, kept as float. */
    dnn_dataset_create_f32: Call<[
        x: Float32Array | readonly number[] /* [n × n_in] */,
        n: Integer,
        n_in: Integer,
        y: Float32Array | readonly number[] /* [n × n_out] */,
        n_out: Integer,
        out: Out<dnn_dataset>,
    ], number>;
    /** Makes a dataset for classification, copied. */
    dnn_dataset_create_labels: Call<[
        x: Float64Array | readonly number[] /* [n × n_in] */,
        n: Integer,
        n_in: Integer,
        labels: Int32Array | readonly number[] /* [n] */,
        classes: Integer,
        out: Out<dnn_dataset>,
    ], number>;
    /** dnn_dataset_create_labels for an array of float, kept as float. */
    dnn_dataset_create_labels_f32: Call<[
        x: Float32Array | readonly number[] /* [n × n_in] */,
        n: Integer,
        n_in: Integer,
        labels: Int32Array | readonly number[] /* [n] */,
        classes: Integer,
        out: Out<dnn_dataset>,
    ], number>;
    /** dnn_dataset_create_labels for bytes, kept as bytes and read as x / 255. */
    dnn_dataset_create_labels_u8: Call<[
        x: Uint8Array | readonly number[] /* [n × n_in] */,
        n: Integer,
        n_in: Integer,
        labels: Int32Array | readonly number[] /* [n] */,
        classes: Integer,
        out: Out<dnn_dataset>,
    ], number>;
    /** Reads a pair of IDX files, the format of MNIST, plain or gzip. */
    dnn_dataset_read_idx: Call<[images_path: string, labels_path: string, out: Out<dnn_dataset>], number>;
    /** Reads a pair of files of numpy.save, plain or gzip. */
    dnn_dataset_read_npy: Call<[x_path: string, y_path: string, out: Out<dnn_dataset>], number>;
    /** Reads a table of text, plain or gzip: CSV by RFC 4180, in UTF-8. */
    dnn_dataset_read_csv: Call<[path: string, options_or_null: string | null, out: Out<dnn_dataset>], number>;
    /** How many samples there are. */
    dnn_dataset_size: Call<[dataset: dnn_dataset], Integer>;
    /** How many inputs a sample has. */
    dnn_dataset_inputs: Call<[dataset: dnn_dataset], Integer>;
    /** How many outputs a sample has; for labels, the number of classes. */
    dnn_dataset_outputs: Call<[dataset: dnn_dataset], Integer>;
    /** The name of a class. */
    dnn_dataset_class_name: Call<[dataset: dnn_dataset, class_index: Integer], string | null>;
    /** Copies a sample out. */
    dnn_dataset_get: Call<[
        dataset: dnn_dataset,
        i: Integer,
        x: Float64Array | null /* [dnn_dataset_inputs] */,
        y: Float64Array | null /* [dnn_dataset_outputs] */,
    ], number>;
    /** Divides a dataset at random in two, which share the samples' memory with the original; that may be destroyed. */
    dnn_dataset_split: Call<[
        dataset: dnn_dataset,
        fraction: number,
        seed: Integer,
        first: Out<dnn_dataset>,
        second: Out<dnn_dataset>,
    ], number>;
    /** Gives each sample a weight in the loss. */
    dnn_dataset_set_weights: Call<[
        dataset: dnn_dataset,
        weights: Float64Array | readonly number[] | null /* [dnn_dataset_size] */,
    ], number>;
    /** Releases a dataset. */
    dnn_dataset_destroy: Call<[dataset: dnn_dataset | null], void>;
}

export const constants: Constants;
/** The names of the types, and the prototypes in C, as koffi is told them. */
export const handles: readonly string[];
export const callbacks: readonly string[];
export const functions: readonly string[];

/** All functions, by their names, of the library at a path. koffi is what require('koffi') gives. */
export function load(koffi: unknown, path: string): Functions;
