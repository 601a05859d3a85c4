"""A binding in a hundred lines, to show what each must do: binding.py DNN-API.json LIBDNN.so

It declares every function from the description of the interface, raises errors, releases handles, lends arrays without a
copy, and lets a callback stop a training. A whole one for Python is examples/ffi/python.
"""
import array
import ctypes
import json
import sys
import weakref

with open(sys.argv[1], encoding="utf-8") as file:
    api = json.load(file)
lib = ctypes.CDLL(sys.argv[2])


class Error(Exception):
    """A call failed: the library's own words, and the status."""

    def __init__(self, status):
        super().__init__(lib.dnn_last_error().decode())
        self.status = status


# ---- types: a number by its C type, text as bytes, every handle and array as an address

NUMBERS = {"int32_t": ctypes.c_int32, "int64_t": ctypes.c_int64, "double": ctypes.c_double, "void": None}
Callback = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p)
KINDS = {"text": ctypes.c_char_p, "callback": Callback}


def check(status, function, arguments):
    if status < 0:
        raise Error(status)
    return status


releases = {}  # of each function that makes a handle: what releases it
for function in api["functions"]:
    symbol = getattr(lib, function["name"])
    symbol.restype = NUMBERS.get(function["returns"]["type"], ctypes.c_char_p)
    symbol.argtypes = [NUMBERS.get(p["type"]) or KINDS.get(p["kind"], ctypes.c_void_p) for p in function["parameters"]]
    if function["returns"]["kind"] == "status":
        symbol.errcheck = check
    releases.update({function["name"]: p["release"] for p in function["parameters"] if "release" in p})


# ---- ownership: what came out is released once, when the object is gone, in any order

class Handle:
    def __init__(self, maker, *arguments):
        out = ctypes.c_void_p()
        getattr(lib, maker)(*arguments, ctypes.byref(out))
        self._as_parameter_ = out
        weakref.finalize(self, getattr(lib, releases[maker]), out)


# ---- arrays: the caller's own memory; the library cannot know how long it is, so the length is checked here

def lend(numbers, count):
    if numbers.typecode != "d" or len(numbers) != count:
        raise ValueError(f"{count} doubles are needed, not {len(numbers)} of type {numbers.typecode}")
    return numbers.buffer_info()[0]


# ---- callbacks: 1 goes on; an exception must not cross C, so it waits until fit has returned

def fit(trainer, dataset, progress):
    raised = []

    def call(user, handle):
        try:
            return 1 if progress(handle) else 0
        except BaseException as error:
            raised.append(error)
            return 0

    callback = Callback(call)  # kept alive here for as long as fit runs
    lib.dnn_trainer_set_progress(trainer, callback, None)
    try:
        return lib.dnn_trainer_fit(trainer, dataset, None)
    finally:
        lib.dnn_trainer_set_progress(trainer, Callback(), None)
        if raised:
            raise raised[0]


# ---- and a network that learns XOR

x, y = array.array("d", [0, 0, 0, 1, 1, 0, 1, 1]), array.array("d", [0, 1, 1, 0])
config = Handle("dnn_config_create", b"regressor")
for key, value in ("epochs", "2000"), ("precision", "f64"), ("activation", "tanh"), ("learning_rate", "0.01"):
    lib.dnn_config_set(config, key.encode(), value.encode())
model = Handle("dnn_model_create", (ctypes.c_int64 * 3)(2, 8, 1), 3, config)
dataset = Handle("dnn_dataset_create", lend(x, 8), 4, 2, lend(y, 4), 1)
trainer = Handle("dnn_trainer_create", model, None)

stopped = fit(trainer, dataset, lambda progress: lib.dnn_progress_epoch(progress) < 3) == lib.dnn_stopped()
print("stopped by the callback" if stopped else "NOT stopped")
print("finished" if fit(trainer, dataset, lambda progress: True) == lib.dnn_ok() else "NOT finished")

answer = array.array("d", bytes(8 * 4))
lib.dnn_model_predict(model, lend(x, 8), 4, lend(answer, 4))
print("XOR:", *(f"{abs(number):.1f}" for number in answer))
try:
    lib.dnn_config_set(config, b"epochs", b"many")
except Error as error:
    print(f"status {error.status}: {error}")
