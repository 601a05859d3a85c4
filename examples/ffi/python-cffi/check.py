#!/usr/bin/env python3
"""What ../README.md, "The check", asks of each language."""
import struct

from dnn_cffi import Error, check, ffi, lib, own, text

X = ffi.new("double[]", [(7 * i + 5 * j) % 13 / 13 for i in range(20) for j in range(3)])
Y = ffi.new("double[]", [5 * i % 11 / 11 for i in range(20)])


def must_be(is_so, what):
    print(what if is_so else "NOT " + what)


def status_of(function, *arguments):
    """The status that the call raises; 0 if it raises none."""
    try:
        check(function(*arguments))
    except Error as error:
        return error.status
    return 0


def make_config(epochs):
    config = own("config", lib.dnn_config_create, b"regressor")
    for key, value in ((b"precision", b"f64"), (b"activation", b"tanh"), (b"seed", b"7"), (b"batch_size", b"4"),
                       (b"threads", b"1"), (b"epochs", b"%d" % epochs)):
        check(lib.dnn_config_set(config, key, value))
    return config


def make_model(epochs):
    return own("model", lib.dnn_model_create, [3, 8, 1], 3, make_config(epochs))


def make_dataset(columns=3):
    return own("dataset", lib.dnn_dataset_create, X, 20, columns, Y, 1)


def predictions(model):
    y = ffi.new("double[20]")
    check(lib.dnn_model_predict(model, X, 20, y))
    return list(y)


def resident_pages():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1])


def create_and_drop():
    model = make_model(1)
    make_dataset()
    trainer = own("trainer", lib.dnn_trainer_create, model, ffi.NULL)
    del model  # before its trainer
    return trainer


@ffi.callback("int32_t(void *, const dnn_progress *)", error=0)
def stop_after_third(_, p):
    return lib.dnn_progress_epoch(p) < 3 or lib.dnn_progress_batch(p) < lib.dnn_progress_batches(p)


model, dataset = make_model(5), make_dataset()
trainer = own("trainer", lib.dnn_trainer_create, model, ffi.NULL)
check(lib.dnn_trainer_fit(trainer, dataset, ffi.NULL))
for i, y in enumerate(predictions(model)[:10]):
    print("prediction %d: %s" % (i, struct.pack(">d", y).hex()))

check(lib.dnn_model_save(model, b"check.dnn"))
loaded = own("model", lib.dnn_model_load, b"check.dnn")
must_be(predictions(loaded) == predictions(model), "a saved and loaded model predicts the same")

config = make_config(100)
must_be(status_of(lib.dnn_config_set, config, b"epochs", b"many") == lib.DNN_ERROR_INVALID_ARGUMENT,
        "a wrong value raises:")
print(text(lib.dnn_last_error()))
must_be(status_of(lib.dnn_trainer_fit, trainer, make_dataset(columns=2), ffi.NULL) == lib.DNN_ERROR_INVALID_ARGUMENT,
        "a wrong shape raises")

stopped = own("trainer", lib.dnn_trainer_create, model, config)
check(lib.dnn_trainer_set_progress(stopped, stop_after_third, ffi.NULL))
must_be(lib.dnn_trainer_fit(stopped, dataset, ffi.NULL) == lib.DNN_STOPPED and
        lib.dnn_trainer_history_count(stopped) == 3, "the callback stops after epoch 3")

del model, dataset
must_be(lib.dnn_trainer_step(trainer, X, Y, 20, ffi.NULL) == lib.DNN_OK, "handles are destroyed in any order")

for i in range(11000):
    if i == 1000:
        before = resident_pages()
    create_and_drop()
must_be(resident_pages() - before < 512, "10,000 create and destroy do not grow memory")
