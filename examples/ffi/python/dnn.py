"""libdnn for Python: a thin binding by ctypes and NumPy. One class a handle, one method a function.

ARRAYS. An array that is already C-contiguous float64 (or float32, where x and y both are) is handed over by its
address: nothing is copied. Anything else, such as a list, a slice with gaps or integers, is converted first, into a
copy; only Dataset keeps its samples, and copies them in the library. A one-dimensional x or y is one sample.

ERRORS. A status below 0 becomes an exception Error, with dnn_last_error() as its text and the number in .status. An
array of the wrong shape is a ValueError, raised here: the library is told a pointer and cannot know the array's length.

HANDLES are released when Python is done with the object, in whatever order; the library counts references. A Model can be
copied and pickled, the others cannot.

THREADS. ctypes lets other threads run during each call. Predicting on one Model from many threads is safe.

The library is found by the environment variable DNN_LIBRARY (a path), else where the system looks for libdnn.
"""
import collections
import ctypes
import ctypes.util
import os
import weakref

import numpy as np

_int32, _int64, _double, _text = ctypes.c_int32, ctypes.c_int64, ctypes.c_double, ctypes.c_char_p
# A type for each kind of handle: ctypes then refuses a model where a dataset belongs.
_config, _dataset, _model, _workspace, _trainer = (
    type(_kind, (ctypes.c_void_p,), {}) for _kind in ("Config", "Dataset", "Model", "Workspace", "Trainer"))
_address = ctypes.c_void_p  # of the first number of an array
_out = ctypes.POINTER
_Callback = ctypes.CFUNCTYPE(_int32, ctypes.c_void_p, ctypes.c_void_p)

STOPPED = 1


def _load():
    path = os.environ.get("DNN_LIBRARY") or ctypes.util.find_library("dnn")
    if path is None:
        raise ImportError("libdnn not found: install it, or set DNN_LIBRARY to the path of libdnn.so")
    return ctypes.CDLL(path)


_lib = _load()


def _declare(result, name, *arguments):
    function = getattr(_lib, name)
    function.restype, function.argtypes = result, arguments


# ctypes believes that everything is an int unless it is told: a pointer would lose its upper half.
for _result, _name, *_arguments in [
    (_text, "dnn_version_string"),
    (_text, "dnn_build_info"),
    (_text, "dnn_last_error"),

    (_int32, "dnn_config_create", _text, _out(_config)),
    (None, "dnn_config_destroy", _config),
    (_int32, "dnn_config_set", _config, _text, _text),
    (_int32, "dnn_config_get", _config, _text, _address, _int64, _out(_int64)),
    (_int64, "dnn_config_key_count"),
    (_text, "dnn_config_key_name", _int64),
    (_text, "dnn_config_key_help", _int64),

    (_int32, "dnn_dataset_create", _address, _int64, _int64, _address, _int64, _out(_dataset)),
    (_int32, "dnn_dataset_create_f32", _address, _int64, _int64, _address, _int64, _out(_dataset)),
    (_int32, "dnn_dataset_create_labels", _address, _int64, _int64, _address, _int64, _out(_dataset)),
    (_int32, "dnn_dataset_create_labels_f32", _address, _int64, _int64, _address, _int64, _out(_dataset)),
    (_int32, "dnn_dataset_create_labels_u8", _address, _int64, _int64, _address, _int64, _out(_dataset)),
    (_int32, "dnn_dataset_read_csv", _text, _text, _out(_dataset)),
    (_int32, "dnn_dataset_read_idx", _text, _text, _out(_dataset)),
    (_int32, "dnn_dataset_read_npy", _text, _text, _out(_dataset)),
    (_int32, "dnn_dataset_split", _dataset, _double, _int64, _out(_dataset), _out(_dataset)),
    (_int32, "dnn_dataset_set_weights", _dataset, _address),
    (_int32, "dnn_dataset_get", _dataset, _int64, _address, _address),
    (_text, "dnn_dataset_class_name", _dataset, _int64),
    (_int64, "dnn_dataset_size", _dataset),
    (_int64, "dnn_dataset_inputs", _dataset),
    (_int64, "dnn_dataset_outputs", _dataset),
    (None, "dnn_dataset_destroy", _dataset),

    (_int32, "dnn_model_create", _out(_int64), _int64, _config, _out(_model)),
    (None, "dnn_model_destroy", _model),
    (_int32, "dnn_model_clone", _model, _out(_model)),
    (_int64, "dnn_model_layer_count", _model),
    (_int64, "dnn_model_layer_size", _model, _int64),
    (_int64, "dnn_model_parameter_count", _model),
    (_int32, "dnn_model_get_weights", _model, _int64, _address),
    (_int32, "dnn_model_set_weights", _model, _int64, _address),
    (_int32, "dnn_model_get_parameters", _model, _address),
    (_int32, "dnn_model_set_parameters", _model, _address),
    (_int32, "dnn_model_predict", _model, _address, _int64, _address),
    (_int32, "dnn_model_predict_f32", _model, _address, _int64, _address),
    (_int32, "dnn_model_classify", _model, _address, _int64, _address),
    (_int32, "dnn_model_evaluate", _model, _dataset, _out(_double), _out(_double)),
    (_int32, "dnn_model_score", _model, _dataset, _out(_double)),
    (_int32, "dnn_model_confusion", _model, _dataset, _address),
    (_int32, "dnn_model_standardize", _model, _dataset),
    (_int32, "dnn_model_get_standardization", _model, _address, _address),
    (_int32, "dnn_model_summary", _model, _address, _int64, _out(_int64)),
    (_int32, "dnn_model_save", _model, _text),
    (_int32, "dnn_model_load", _text, _out(_model)),
    (_int32, "dnn_model_load_with", _text, _config, _out(_model)),
    (_int32, "dnn_model_save_memory", _model, _address, _int64, _out(_int64)),
    (_int32, "dnn_model_load_memory", _address, _int64, _out(_model)),
    (_int32, "dnn_model_export_onnx", _model, _text),
    (_int32, "dnn_model_export_c", _model, _text, _text),
    (_int32, "dnn_model_import_onnx", _text, _out(_model)),

    (_int32, "dnn_workspace_create", _model, _int64, _out(_workspace)),
    (None, "dnn_workspace_destroy", _workspace),
    (_int32, "dnn_workspace_predict", _workspace, _address, _int64, _address),
    (_int32, "dnn_workspace_predict_f32", _workspace, _address, _int64, _address),
    (_int32, "dnn_workspace_activations", _workspace, _int64, _address),

    (_int32, "dnn_trainer_create", _model, _config, _out(_trainer)),
    (None, "dnn_trainer_destroy", _trainer),
    (_int32, "dnn_trainer_step", _trainer, _address, _address, _int64, _out(_double)),
    (_int32, "dnn_trainer_step_f32", _trainer, _address, _address, _int64, _out(_double)),
    (_int32, "dnn_trainer_fit", _trainer, _dataset, _dataset),
    (_int32, "dnn_trainer_set_progress", _trainer, _Callback, ctypes.c_void_p),
    (_int32, "dnn_trainer_cancel", _trainer),
    (_int64, "dnn_trainer_history_count", _trainer),
    (_int32, "dnn_trainer_history", _trainer, _int64, _out(_double), _out(_double), _out(_double)),
    (_int64, "dnn_trainer_best_epoch", _trainer),
    (_double, "dnn_trainer_learning_rate", _trainer),
    (_int32, "dnn_trainer_set_learning_rate", _trainer, _double),
    (_int32, "dnn_trainer_accumulate", _trainer, _address, _address, _int64, _out(_double)),
    (_int32, "dnn_trainer_get_gradient", _trainer, _address),
    (_int32, "dnn_trainer_set_gradient", _trainer, _address),
    (_int32, "dnn_trainer_apply", _trainer, _double),
    (_int32, "dnn_trainer_layer_stats", _trainer, _int64, _out(_double), _out(_double), _out(_double)),
    (_int32, "dnn_trainer_diagnose", _trainer, _address, _int64, _out(_int64)),
    (_int32, "dnn_trainer_check_gradient", _trainer, _address, _address, _int64, _out(_double)),
    (_int32, "dnn_trainer_save", _trainer, _text),
    (_int32, "dnn_trainer_load", _text, _out(_model), _out(_trainer)),
]:
    _declare(_result, _name, *_arguments)

# What a callback is told, by the names of the dnn_progress_* functions. Copied, so it may be kept after the callback.
Progress = collections.namedtuple(
    "Progress", "epoch epochs batch batches loss validation_loss validation_accuracy seconds learning_rate samples_per_second")
for _field in Progress._fields:
    _is_count = _field in ("epoch", "epochs", "batch", "batches")
    _declare(_int64 if _is_count else _double, "dnn_progress_" + _field, ctypes.c_void_p)

Epoch = collections.namedtuple("Epoch", "loss validation_loss validation_accuracy")
LayerStats = collections.namedtuple("LayerStats", "gradient_norm weight_norm saturated")


class Error(Exception):
    """A call into libdnn failed."""

    def __init__(self, status):
        super().__init__(_lib.dnn_last_error().decode())
        self.status = status


def _check(status):
    if status < 0:
        raise Error(status)
    return status


def version():
    return _lib.dnn_version_string().decode()


def build_info():
    return _lib.dnn_build_info().decode()


def _rows(name, array, columns, dtype):
    """The array as [samples × columns] of dtype, C-contiguous; the caller's own memory where it is that already."""
    rows = np.ascontiguousarray(array, dtype=dtype)
    if rows.ndim == 1:
        rows = rows.reshape(1, -1)
    if rows.ndim != 2 or (columns is not None and rows.shape[1] != columns):
        kind = "outputs" if name == "y" else "inputs"
        raise ValueError("%s must be [samples × %s], and has shape %s"
                         % (name, kind if columns is None else "%d %s" % (columns, kind), np.shape(array)))
    return rows


def _pair(x, y, inputs=None, outputs=None):
    """(x, y, suffix of the function that takes them): float32 where both are, else float64."""
    if np.ndim(y) == 1 and np.ndim(x) == 2 and len(x) != 1:  # scikit-learn's y; as one sample it would be a riddle
        raise ValueError("y must be [samples × outputs], and has shape %s; numbers of one output each: "
                         "y.reshape(-1, 1)" % (np.shape(y),))
    single = all(getattr(a, "dtype", None) == np.float32 for a in (x, y))
    dtype = np.float32 if single else np.float64
    x, y = _rows("x", x, inputs, dtype), _rows("y", y, outputs, dtype)
    if len(x) != len(y):
        raise ValueError("x has %d samples, y has %d" % (len(x), len(y)))
    return x, y, "_f32" if single else ""


def _read_text(function, *arguments):
    """Calls a function that fills a buffer: once for the length, once for the text."""
    length = _int64()
    _check(function(*arguments, None, 0, ctypes.byref(length)))
    buffer = ctypes.create_string_buffer(length.value + 1)
    _check(function(*arguments, ctypes.addressof(buffer), len(buffer), None))
    return buffer.value.decode()


def _handle_of(owner):
    """Its handle, or NULL for None."""
    return None if owner is None else owner._handle


def _utf8(text):
    return _whole(text.encode())


def _path(path):
    return _whole(os.fsencode(path))


def _whole(text):
    """C would take a NUL for the end."""
    if b"\0" in text:
        raise ValueError("embedded null byte in %r" % text)
    return text


def _doubles(name, array, shape):
    """The array as float64 of that very shape, C-contiguous."""
    array = np.ascontiguousarray(array, dtype=np.float64)
    if array.shape != shape:
        raise ValueError("%s has shape %s, expected %s" % (name, array.shape, shape))
    return array


def _predict(name, handle, layers, x):
    dtype = np.float32 if getattr(x, "dtype", None) == np.float32 else np.float64
    function = getattr(_lib, name + "_f32") if dtype == np.float32 else getattr(_lib, name)
    rows = _rows("x", x, layers[0], dtype)
    y = np.empty((len(rows), layers[-1]), dtype)
    _check(function(handle, rows.ctypes.data, len(rows), y.ctypes.data))
    return y[0] if np.ndim(x) == 1 else y


class _Owner:
    """An object that owns one handle, and releases it when Python drops the object."""

    def _own(self, create, destroy, *arguments):
        handle = destroy.argtypes[0]()  # NULL
        _check(create(*arguments, ctypes.byref(handle)))
        return self._take(handle, destroy)

    def _take(self, handle, destroy):
        self._handle = handle
        weakref.finalize(self, destroy, handle)
        return self

    def __reduce__(self):  # what copy and pickle ask for: two objects must not own one handle
        raise TypeError("a %s owns a handle of libdnn, and cannot be copied or pickled" % type(self).__name__)

    @classmethod
    def _blank(cls):
        """An object without its handle yet, for those that are not made by __init__."""
        return cls.__new__(cls)


class Config(_Owner):
    """What a network is and how it learns: config["learning_rate"] = 0.1, or Config(learning_rate=0.1)."""

    def __init__(self, recipe="tutorial", **settings):
        self._own(_lib.dnn_config_create, _lib.dnn_config_destroy, _utf8(recipe))
        for key, value in settings.items():
            self[key] = value

    def __setitem__(self, key, value):
        text = str(value).lower() if isinstance(value, (bool, np.bool_)) else str(value)
        _check(_lib.dnn_config_set(self._handle, _utf8(key), _utf8(text)))

    def __getitem__(self, key):
        return _read_text(_lib.dnn_config_get, self._handle, _utf8(key))

    @staticmethod
    def keys():
        """{key: what it means}"""
        return {_lib.dnn_config_key_name(i).decode(): _lib.dnn_config_key_help(i).decode()
                for i in range(_lib.dnn_config_key_count())}


class Dataset(_Owner):
    """Samples, copied: x [samples × inputs], y [samples × outputs]. Also from labels, and from files."""

    def __init__(self, x, y):
        x, y, suffix = _pair(x, y)
        create = getattr(_lib, "dnn_dataset_create" + suffix)
        self._own(create, _lib.dnn_dataset_destroy, x.ctypes.data, len(x), x.shape[1], y.ctypes.data, y.shape[1])

    @classmethod
    def from_labels(cls, x, labels, classes=None):
        """Classes 0, 1, … for x of float64 or float32, or of bytes, which are read as x / 255."""
        labels = np.ascontiguousarray(labels, dtype=np.int32)
        kind = getattr(x, "dtype", None)
        suffix = {np.dtype(np.float32): "_f32", np.dtype(np.uint8): "_u8"}.get(kind, "")
        x = _rows("x", x, None, kind if suffix else np.float64)
        if labels.shape != (len(x),):
            raise ValueError("labels must be [%d], one a sample, and have shape %s" % (len(x), labels.shape))
        if classes is None:
            classes = int(labels.max()) + 1 if len(labels) else 1
        create = getattr(_lib, "dnn_dataset_create_labels" + suffix)
        return cls._blank()._own(create, _lib.dnn_dataset_destroy, x.ctypes.data, len(x), x.shape[1],
                                 labels.ctypes.data, classes)

    @classmethod
    def read_csv(cls, path, options=""):
        return cls._blank()._own(_lib.dnn_dataset_read_csv, _lib.dnn_dataset_destroy, _path(path), _utf8(options))

    @classmethod
    def read_idx(cls, images, labels):
        return cls._blank()._own(_lib.dnn_dataset_read_idx, _lib.dnn_dataset_destroy, _path(images), _path(labels))

    @classmethod
    def read_npy(cls, x, y):
        return cls._blank()._own(_lib.dnn_dataset_read_npy, _lib.dnn_dataset_destroy, _path(x), _path(y))

    def split(self, fraction, seed=0):
        """(first, second): `fraction` of the samples, drawn by the seed, and the rest. No sample is copied."""
        first, second = _dataset(), _dataset()
        _check(_lib.dnn_dataset_split(self._handle, fraction, seed, ctypes.byref(first), ctypes.byref(second)))
        return tuple(Dataset._blank()._take(part, _lib.dnn_dataset_destroy) for part in (first, second))

    def set_weights(self, weights):
        """How much each sample counts in training; None: all alike."""
        address = None if weights is None else _doubles("weights", weights, (len(self),)).ctypes.data
        _check(_lib.dnn_dataset_set_weights(self._handle, address))

    def __len__(self):
        return _lib.dnn_dataset_size(self._handle)

    def __getitem__(self, i):
        """(x, y) of one sample"""
        if not -len(self) <= i < len(self):
            raise IndexError("no sample %d: there are %d" % (i, len(self)))
        _, inputs, outputs = self.shape
        x, y = np.empty(inputs), np.empty(outputs)
        _check(_lib.dnn_dataset_get(self._handle, i % len(self), x.ctypes.data, y.ctypes.data))
        return x, y

    @property
    def shape(self):
        """(samples, inputs, outputs)"""
        return len(self), _lib.dnn_dataset_inputs(self._handle), _lib.dnn_dataset_outputs(self._handle)

    @property
    def class_names(self):
        """The names of the classes, or [] if they have none."""
        names = (_lib.dnn_dataset_class_name(self._handle, i) for i in range(self.shape[2]))
        return [name.decode() for name in names if name is not None]


class Model(_Owner):
    """A network: Model([2, 3, 1], config). Its weights W_l are NumPy arrays (next, current + 1), the bias last."""

    def __init__(self, layers, config=None):
        sizes = (_int64 * len(layers))(*layers)
        self._own(_lib.dnn_model_create, _lib.dnn_model_destroy, sizes, len(layers), _handle_of(config))

    def __reduce__(self):
        return Model.from_bytes, (bytes(self),)

    def clone(self):
        return Model._blank()._own(_lib.dnn_model_clone, _lib.dnn_model_destroy, self._handle)

    @classmethod
    def load(cls, path, config=None):
        """A model's file; with a config, also one of PyTorch's state_dict in safetensors."""
        if config is None:
            return cls._blank()._own(_lib.dnn_model_load, _lib.dnn_model_destroy, _path(path))
        return cls._blank()._own(_lib.dnn_model_load_with, _lib.dnn_model_destroy, _path(path), config._handle)

    def save(self, path):
        _check(_lib.dnn_model_save(self._handle, _path(path)))

    @classmethod
    def from_bytes(cls, data):
        data = bytes(data)
        address = ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p)
        return cls._blank()._own(_lib.dnn_model_load_memory, _lib.dnn_model_destroy, address, len(data))

    def __bytes__(self):
        """What save writes."""
        size = _int64()
        _check(_lib.dnn_model_save_memory(self._handle, None, 0, ctypes.byref(size)))
        buffer = ctypes.create_string_buffer(size.value)
        _check(_lib.dnn_model_save_memory(self._handle, ctypes.addressof(buffer), len(buffer), ctypes.byref(size)))
        return buffer.raw[:size.value]

    @classmethod
    def import_onnx(cls, path):
        return cls._blank()._own(_lib.dnn_model_import_onnx, _lib.dnn_model_destroy, _path(path))

    def export_onnx(self, path):
        _check(_lib.dnn_model_export_onnx(self._handle, _path(path)))

    def export_c(self, path, name):
        """One file of C for a machine without libdnn; its function is NAME_predict."""
        _check(_lib.dnn_model_export_c(self._handle, _path(path), _utf8(name)))

    @property
    def layers(self):
        count = _lib.dnn_model_layer_count(self._handle)
        return [_lib.dnn_model_layer_size(self._handle, l) for l in range(count)]

    def _weights_shape(self, layer):
        layers = self.layers
        if not 0 <= layer < len(layers) - 1:
            raise IndexError("no weights %d: there are 0 to %d" % (layer, len(layers) - 2))
        return layers[layer + 1], layers[layer] + 1

    def get_weights(self, layer):
        w = np.empty(self._weights_shape(layer))
        _check(_lib.dnn_model_get_weights(self._handle, layer, w.ctypes.data))
        return w

    def set_weights(self, layer, w):
        w = _doubles("w", w, self._weights_shape(layer))
        _check(_lib.dnn_model_set_weights(self._handle, layer, w.ctypes.data))

    @property
    def parameters(self):
        """All weights in one array, W_0, W_1, …; may be set as well."""
        theta = np.empty(_lib.dnn_model_parameter_count(self._handle))
        _check(_lib.dnn_model_get_parameters(self._handle, theta.ctypes.data))
        return theta

    @parameters.setter
    def parameters(self, theta):
        theta = _doubles("theta", theta, (_lib.dnn_model_parameter_count(self._handle),))
        _check(_lib.dnn_model_set_parameters(self._handle, theta.ctypes.data))

    def predict(self, x):
        """y [samples × outputs], float32 if x is, else float64; one-dimensional if x is."""
        return _predict("dnn_model_predict", self._handle, self.layers, x)

    def classify(self, x):
        """The class of each sample, an array of int32."""
        rows = _rows("x", x, self.layers[0], np.float64)
        label = np.empty(len(rows), np.int32)
        _check(_lib.dnn_model_classify(self._handle, rows.ctypes.data, len(rows), label.ctypes.data))
        return label

    def evaluate(self, dataset):
        """(loss, accuracy)"""
        loss, accuracy = _double(), _double()
        _check(_lib.dnn_model_evaluate(self._handle, dataset._handle, ctypes.byref(loss), ctypes.byref(accuracy)))
        return loss.value, accuracy.value

    def score(self, dataset):
        """R², 1 if perfect"""
        r2 = _double()
        _check(_lib.dnn_model_score(self._handle, dataset._handle, ctypes.byref(r2)))
        return r2.value

    def confusion(self, dataset):
        """[true class × predicted class], counts of samples"""
        outputs = self.layers[-1]
        counts = np.empty((outputs, outputs), np.int64)
        _check(_lib.dnn_model_confusion(self._handle, dataset._handle, counts.ctypes.data))
        return counts

    def standardize(self, dataset):
        """From now on the model shifts and scales its inputs to mean 0 and variance 1 over these samples."""
        _check(_lib.dnn_model_standardize(self._handle, dataset._handle))

    @property
    def standardization(self):
        """(mean, scale) of each input"""
        mean, scale = np.empty(self.layers[0]), np.empty(self.layers[0])
        _check(_lib.dnn_model_get_standardization(self._handle, mean.ctypes.data, scale.ctypes.data))
        return mean, scale

    def __str__(self):
        return _read_text(_lib.dnn_model_summary, self._handle)


class Workspace(_Owner):
    """The memory of predictions of up to max_rows samples: they allocate nothing in the library. For one thread at a time."""

    def __init__(self, model, max_rows=1):
        self._layers = model.layers
        self._own(_lib.dnn_workspace_create, _lib.dnn_workspace_destroy, model._handle, max_rows)
        self._rows = 0

    def predict(self, x):
        """As Model.predict."""
        y = _predict("dnn_workspace_predict", self._handle, self._layers, x)
        self._rows = 1 if y.ndim == 1 else len(y)
        return y

    def activations(self, layer):
        """x_layer of the latest predict: [samples × n_layer]"""
        if not 0 <= layer < len(self._layers):
            raise IndexError("no layer %d: there are 0 to %d" % (layer, len(self._layers) - 1))
        x = np.empty((max(self._rows, 1), self._layers[layer]))
        _check(_lib.dnn_workspace_activations(self._handle, layer, x.ctypes.data))
        return x


class Trainer(_Owner):
    """Gradient descent on a model, which it keeps alive through the library's own count of references."""

    def __init__(self, model, config=None):
        self._layers = model.layers
        self._own(_lib.dnn_trainer_create, _lib.dnn_trainer_destroy, model._handle, _handle_of(config))

    def step(self, x, y):
        """One update from the mean gradient of the samples; returns their mean loss before it."""
        x, y, suffix = _pair(x, y, self._layers[0], self._layers[-1])
        loss = _double()
        function = getattr(_lib, "dnn_trainer_step" + suffix)
        _check(function(self._handle, x.ctypes.data, y.ctypes.data, len(x), ctypes.byref(loss)))
        return loss.value

    def fit(self, training, validation=None, progress=None):
        """Trains for the config's epochs; True if it came to the end, False if it was stopped.

        progress(Progress) is called after each batch and stops the training by returning False; any other result goes
        on. An exception in it (Ctrl-C too) stops the training as well, and leaves fit once the library has returned.
        """
        raised = []

        def call(_, handle):
            try:
                told = Progress(*(getattr(_lib, "dnn_progress_" + field)(handle) for field in Progress._fields))
                return 0 if progress(told) is False else 1
            except BaseException as error:  # must not reach C; raised again below
                raised.append(error)
                return 0

        callback = _Callback(call) if progress else _Callback()
        _check(_lib.dnn_trainer_set_progress(self._handle, callback, None))
        try:
            status = _lib.dnn_trainer_fit(self._handle, training._handle, _handle_of(validation))
        finally:  # the library must not keep a callback that Python is about to drop
            _lib.dnn_trainer_set_progress(self._handle, _Callback(), None)
        if raised:
            raise raised[0]
        return _check(status) != STOPPED

    @staticmethod
    def load(path):
        """(model, trainer) from a checkpoint: training goes on bit for bit."""
        of_model, of_trainer = _model(), _trainer()
        _check(_lib.dnn_trainer_load(_path(path), ctypes.byref(of_model), ctypes.byref(of_trainer)))
        model = Model._blank()._take(of_model, _lib.dnn_model_destroy)
        trainer = Trainer._blank()._take(of_trainer, _lib.dnn_trainer_destroy)
        trainer._layers = model.layers
        return model, trainer

    def save(self, path):
        _check(_lib.dnn_trainer_save(self._handle, _path(path)))

    def accumulate(self, x, y):
        """Adds the samples' gradients to the sum G; returns the sum of their losses."""
        x, y = self._doubles_of(x, y)
        loss = _double()
        _check(_lib.dnn_trainer_accumulate(self._handle, x.ctypes.data, y.ctypes.data, len(x), ctypes.byref(loss)))
        return loss.value

    @property
    def gradient(self):
        """The sum G, in the order of Model.parameters; may be set as well."""
        gradient = np.empty(self._parameter_count())
        _check(_lib.dnn_trainer_get_gradient(self._handle, gradient.ctypes.data))
        return gradient

    @gradient.setter
    def gradient(self, gradient):
        gradient = _doubles("gradient", gradient, (self._parameter_count(),))
        _check(_lib.dnn_trainer_set_gradient(self._handle, gradient.ctypes.data))

    def apply(self, scale=1.0):
        """One update by scale · G, which is 0 afterwards."""
        _check(_lib.dnn_trainer_apply(self._handle, scale))

    def check_gradient(self, x, y):
        """The largest relative error of the gradient, by central differences."""
        x, y = self._doubles_of(x, y)
        error = _double()
        _check(_lib.dnn_trainer_check_gradient(self._handle, x.ctypes.data, y.ctypes.data, len(x),
                                               ctypes.byref(error)))
        return error.value

    def layer_stats(self, layer):
        stats = [_double() for _ in LayerStats._fields]
        _check(_lib.dnn_trainer_layer_stats(self._handle, layer, *map(ctypes.byref, stats)))
        return LayerStats(*(number.value for number in stats))

    def diagnose(self):
        """Why is it not learning? A table of the layers, and findings with what to change."""
        return _read_text(_lib.dnn_trainer_diagnose, self._handle)

    @property
    def learning_rate(self):
        return _lib.dnn_trainer_learning_rate(self._handle)

    @learning_rate.setter
    def learning_rate(self, rate):
        _check(_lib.dnn_trainer_set_learning_rate(self._handle, rate))

    @property
    def best_epoch(self):
        """The epoch of the least loss, from 0 as in history; None before there is one."""
        best = _lib.dnn_trainer_best_epoch(self._handle)
        return None if best < 0 else best

    def _doubles_of(self, x, y):
        x, y, _ = _pair(x, y, self._layers[0], self._layers[-1])
        return x.astype(np.float64, copy=False), y.astype(np.float64, copy=False)

    def _parameter_count(self):
        return sum((n_in + 1) * n_out for n_in, n_out in zip(self._layers, self._layers[1:]))

    def cancel(self):
        """Ends a fit that runs in another thread."""
        _check(_lib.dnn_trainer_cancel(self._handle))

    @property
    def history(self):
        """An Epoch for each completed epoch."""
        epochs = []
        for i in range(_lib.dnn_trainer_history_count(self._handle)):
            figures = [_double() for _ in Epoch._fields]
            _check(_lib.dnn_trainer_history(self._handle, i, *map(ctypes.byref, figures)))
            epochs.append(Epoch(*(figure.value for figure in figures)))
        return epochs
