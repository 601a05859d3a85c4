"""libdnn for Python: a thin binding by ctypes and NumPy. One class a handle, one method a function.

ARRAYS. An array that is already C-contiguous float64 (or float32, where x and y both are) is handed over by its
address: nothing is copied. Anything else, such as a list, a slice with gaps or integers, is converted first, into a
copy; only Dataset keeps its samples, and copies them in the library. A one-dimensional x or y is one sample.

ERRORS. A status below 0 becomes an exception Error, with dnn_last_error() as its text and the number in .status. An
array of the wrong shape is a ValueError, raised here: the library is told a pointer and cannot know the array's length.

HANDLES are released when Python is done with the object, in whatever order; the library counts references.

THREADS. ctypes lets other threads run during each call. Predicting on one Model from many threads is safe.

The library is found by the environment variable DNN_LIBRARY (a path), else where the system looks for libdnn.
"""
import collections
import ctypes
import ctypes.util
import os
import weakref

import numpy as np

_int32, _int64, _double, _text, _handle = (
    ctypes.c_int32, ctypes.c_int64, ctypes.c_double, ctypes.c_char_p, ctypes.c_void_p)
_address = ctypes.c_void_p  # of the first number of an array
_out = ctypes.POINTER
_Callback = ctypes.CFUNCTYPE(_int32, ctypes.c_void_p, _handle)

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
_declare(_text, "dnn_version_string")
_declare(_text, "dnn_build_info")
_declare(_text, "dnn_last_error")
_declare(_int32, "dnn_config_create", _text, _out(_handle))
_declare(None, "dnn_config_destroy", _handle)
_declare(_int32, "dnn_config_set", _handle, _text, _text)
_declare(_int32, "dnn_config_get", _handle, _text, _address, _int64, _out(_int64))
_declare(_int64, "dnn_config_key_count")
_declare(_text, "dnn_config_key_name", _int64)
_declare(_int32, "dnn_model_create", _out(_int64), _int64, _handle, _out(_handle))
_declare(None, "dnn_model_destroy", _handle)
_declare(_int32, "dnn_model_clone", _handle, _out(_handle))
_declare(_int64, "dnn_model_layer_count", _handle)
_declare(_int64, "dnn_model_layer_size", _handle, _int64)
_declare(_int32, "dnn_model_get_weights", _handle, _int64, _address)
_declare(_int32, "dnn_model_set_weights", _handle, _int64, _address)
_declare(_int32, "dnn_model_predict", _handle, _address, _int64, _address)
_declare(_int32, "dnn_model_predict_f32", _handle, _address, _int64, _address)
_declare(_int32, "dnn_model_classify", _handle, _address, _int64, _address)
_declare(_int32, "dnn_model_evaluate", _handle, _handle, _out(_double), _out(_double))
_declare(_int32, "dnn_model_summary", _handle, _address, _int64, _out(_int64))
_declare(_int32, "dnn_trainer_create", _handle, _handle, _out(_handle))
_declare(None, "dnn_trainer_destroy", _handle)
_declare(_int32, "dnn_trainer_step", _handle, _address, _address, _int64, _out(_double))
_declare(_int32, "dnn_trainer_step_f32", _handle, _address, _address, _int64, _out(_double))
_declare(_int32, "dnn_trainer_fit", _handle, _handle, _handle)
_declare(_int32, "dnn_trainer_set_progress", _handle, _Callback, ctypes.c_void_p)
_declare(_int32, "dnn_trainer_cancel", _handle)
_declare(_int64, "dnn_trainer_history_count", _handle)
_declare(_int32, "dnn_trainer_history", _handle, _int64, _out(_double), _out(_double), _out(_double))
_declare(_int32, "dnn_dataset_create", _address, _int64, _int64, _address, _int64, _out(_handle))
_declare(_int32, "dnn_dataset_create_f32", _address, _int64, _int64, _address, _int64, _out(_handle))
_declare(_int64, "dnn_dataset_size", _handle)
_declare(_int64, "dnn_dataset_inputs", _handle)
_declare(_int64, "dnn_dataset_outputs", _handle)
_declare(None, "dnn_dataset_destroy", _handle)

# What a callback is told, by the names of the dnn_progress_* functions. Copied, so it may be kept after the callback.
Progress = collections.namedtuple(
    "Progress", "epoch epochs batch batches loss validation_loss validation_accuracy seconds")
for _field in Progress._fields:
    _is_count = _field in ("epoch", "epochs", "batch", "batches")
    _declare(_int64 if _is_count else _double, "dnn_progress_" + _field, _handle)

Epoch = collections.namedtuple("Epoch", "loss validation_loss validation_accuracy")


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


class _Owner:
    """An object that owns one handle, and releases it when Python drops the object."""

    def _own(self, create, destroy, *arguments):
        handle = _handle()
        _check(create(*arguments, ctypes.byref(handle)))
        self._handle = handle
        weakref.finalize(self, destroy, handle)


class Config(_Owner):
    """What a network is and how it learns: config["learning_rate"] = 0.1, or Config(learning_rate=0.1)."""

    def __init__(self, recipe="tutorial", **settings):
        self._own(_lib.dnn_config_create, _lib.dnn_config_destroy, recipe.encode())
        for key, value in settings.items():
            self[key] = value

    def __setitem__(self, key, value):
        text = str(value).lower() if isinstance(value, (bool, np.bool_)) else str(value)
        _check(_lib.dnn_config_set(self._handle, key.encode(), text.encode()))

    def __getitem__(self, key):
        return _read_text(_lib.dnn_config_get, self._handle, key.encode())

    @staticmethod
    def keys():
        return [_lib.dnn_config_key_name(i).decode() for i in range(_lib.dnn_config_key_count())]


class Dataset(_Owner):
    """Samples, copied: x [samples × inputs], y [samples × outputs]."""

    def __init__(self, x, y):
        x, y, suffix = _pair(x, y)
        create = getattr(_lib, "dnn_dataset_create" + suffix)
        self._own(create, _lib.dnn_dataset_destroy, x.ctypes.data, len(x), x.shape[1], y.ctypes.data, y.shape[1])

    def __len__(self):
        return _lib.dnn_dataset_size(self._handle)

    @property
    def shape(self):
        """(samples, inputs, outputs)"""
        return len(self), _lib.dnn_dataset_inputs(self._handle), _lib.dnn_dataset_outputs(self._handle)


class Model(_Owner):
    """A network: Model([2, 3, 1], config). Its weights W_l are NumPy arrays (next, current + 1), the bias last."""

    def __init__(self, layers, config=None):
        sizes = (_int64 * len(layers))(*layers)
        self._own(_lib.dnn_model_create, _lib.dnn_model_destroy, sizes, len(layers), _handle_of(config))

    def clone(self):
        copy = Model.__new__(Model)
        copy._own(_lib.dnn_model_clone, _lib.dnn_model_destroy, self._handle)
        return copy

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
        w = np.ascontiguousarray(w, dtype=np.float64)
        if w.shape != self._weights_shape(layer):
            raise ValueError("w has shape %s, expected %s" % (w.shape, self._weights_shape(layer)))
        _check(_lib.dnn_model_set_weights(self._handle, layer, w.ctypes.data))

    def predict(self, x):
        """y [samples × outputs], float32 if x is, else float64; one-dimensional if x is."""
        layers = self.layers
        dtype = np.float32 if getattr(x, "dtype", None) == np.float32 else np.float64
        function = _lib.dnn_model_predict_f32 if dtype == np.float32 else _lib.dnn_model_predict
        rows = _rows("x", x, layers[0], dtype)
        y = np.empty((len(rows), layers[-1]), dtype)
        _check(function(self._handle, rows.ctypes.data, len(rows), y.ctypes.data))
        return y[0] if np.ndim(x) == 1 else y

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

    def __str__(self):
        return _read_text(_lib.dnn_model_summary, self._handle)


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
