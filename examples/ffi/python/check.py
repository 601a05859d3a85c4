#!/usr/bin/env python3
"""What ../README.md, "The check", asks of each language; then, in silence, what else this binding promises."""
import copy
import ctypes
import gc
import os
import pickle
import struct

import numpy as np

import dnn

X = np.array([[(7 * i + 5 * j) % 13 / 13 for j in range(3)] for i in range(20)])
Y = np.array([[5 * i % 11 / 11] for i in range(20)])


def make_config(epochs):
    return dnn.Config("regressor", precision="f64", activation="tanh", seed=7, batch_size=4, threads=1, epochs=epochs)


def must_be(is_so, what):
    print(what if is_so else "NOT " + what)


def message_of(kind, function, *arguments):
    """The text of the exception that function raises; "" if it raises none of that kind."""
    try:
        function(*arguments)
    except kind as error:
        return str(error)
    return ""


def resident_pages():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1])


def create_and_drop():
    model = dnn.Model([3, 8, 1], make_config(1))
    dnn.Dataset(X, Y)
    dnn.Trainer(model)


def check():
    model = dnn.Model([3, 8, 1], make_config(5))
    dataset = dnn.Dataset(X, Y)
    trainer = dnn.Trainer(model)
    trainer.fit(dataset)
    for i, y in enumerate(model.predict(X[:10])):
        print("prediction %d: %s" % (i, struct.pack(">d", y[0]).hex()))

    model.save("check.dnn")
    must_be(np.array_equal(dnn.Model.load("check.dnn").predict(X), model.predict(X)),
            "a saved and loaded model predicts the same")
    config = make_config(100)
    message = message_of(dnn.Error, config.__setitem__, "epochs", "many")
    must_be(message, "a wrong value raises:")
    print(message)
    must_be(message_of(ValueError, model.predict, X[:, :2]) and
            message_of(dnn.Error, trainer.fit, dnn.Dataset(X[:, :2], Y)), "a wrong shape raises")

    stopped = dnn.Trainer(model, config)
    finished = stopped.fit(dataset, progress=lambda p: p.epoch < 3 or p.batch < p.batches)
    must_be(not finished and len(stopped.history) == 3, "the callback stops after epoch 3")

    del model, dataset
    gc.collect()
    must_be(stopped.step(X, Y) > 0, "handles are destroyed in any order")
    del trainer, stopped

    for i in range(11000):
        if i == 1000:
            before = resident_pages()
        create_and_drop()
    must_be(resident_pages() - before < 512, "10,000 create and destroy do not grow memory")


def check_arrays():
    """Nothing is copied that need not be; lists, slices and columns in Fortran's order give the same."""
    assert np.shares_memory(dnn._rows("x", X, 3, np.float64), X)
    single = X.astype(np.float32)
    assert np.shares_memory(dnn._rows("x", single, 3, np.float32), single)
    model = dnn.Model([3, 8, 1], make_config(1))
    y = model.predict(X)
    assert model.predict(single).dtype == np.float32 and np.allclose(model.predict(single), y, atol=1e-6)
    for same in (np.asfortranarray(X), X.tolist(), np.repeat(X, 2, axis=0)[::2]):
        assert np.array_equal(model.predict(same), y)
    assert model.predict(X[0]).shape == (1,)
    twin = model.clone()
    twin.set_weights(0, 0 * model.get_weights(0))
    assert not twin.get_weights(0).any() and np.array_equal(model.predict(X), y)
    assert np.array_equal(pickle.loads(pickle.dumps(model)).parameters, model.parameters)
    assert "cannot be copied" in message_of(TypeError, copy.copy, dnn.Trainer(model))
    assert message_of(ctypes.ArgumentError, dnn.Trainer(model).fit, model)  # no dataset
    assert message_of(ValueError, model.save, "a\0b")
    for function in (dnn.Dataset, dnn.Trainer(model).step):
        assert "y must be [samples × outputs]" in message_of(ValueError, function, X, Y[:, 0])
    assert "NaN in row 0, column 2" in message_of(dnn.Error, model.predict, [0, 0, np.nan])


def check_the_rest():
    model = dnn.Model([3, 8, 1], make_config(2))
    trainer = dnn.Trainer(model)
    assert trainer.check_gradient(X, Y) < 1e-6
    trainer.accumulate(X, Y)
    gradient = trainer.gradient
    trainer.gradient = gradient
    trainer.apply(1 / len(X))
    assert trainer.layer_stats(0).gradient_norm > 0 and "layer" in trainer.diagnose()
    trainer.learning_rate = 0.5
    assert trainer.learning_rate == 0.5 and trainer.best_epoch is None
    trainer.save("check.checkpoint")
    resumed, again = dnn.Trainer.load("check.checkpoint")
    assert np.array_equal(resumed.parameters, model.parameters) and again.learning_rate == 0.5
    model.export_c("check.c", "net")
    with open("check.c") as file:
        assert "void net_predict(const double *x, double *y);" in file.read()

    workspace = dnn.Workspace(model, 20)
    assert np.array_equal(workspace.predict(X), model.predict(X)) and workspace.activations(1).shape == (20, 8)
    dataset = dnn.Dataset.from_labels((X * 255).astype(np.uint8), np.arange(20) % 2)
    first, second = dataset.split(0.75)
    assert len(first) + len(second) == 20 and dataset.class_names == [] and dataset[0][1].tolist() == [1, 0]
    dataset.set_weights(np.ones(20))
    classifier = dnn.Model([3, 4, 2], dnn.Config("classifier"))
    classifier.standardize(dataset)
    assert classifier.standardization[0].shape == (3,) and classifier.confusion(dataset).sum() == 20
    assert model.score(dnn.Dataset(X, Y)) <= 1 and "tanh" in str(model)

    def interrupted(_):
        raise KeyError("from inside the callback")

    assert message_of(KeyError, trainer.fit, dnn.Dataset(X, Y), None, interrupted)


def check_all_are_declared():
    """Each function of dnn.h, but for the constants, the types of a number that Python has one of, and the allocator, which may
    not be Python's: it is called inside of calls that have released the interpreter's lock."""
    header = os.path.join(os.environ.get("DNN_INCLUDE", "/usr/include"), "dnn.h")
    with open(header) as file, open(dnn.__file__) as binding:
        text = file.read()
        ours = binding.read()
    names = {word.split("(")[0].lstrip("*") for line in text.splitlines() if line.startswith("DNN_API")
             for word in line.split() if "(" in word and word.lstrip("*").startswith("dnn_")}
    left_out = ("dnn_ok dnn_stopped dnn_version dnn_status_string dnn_config_set_number dnn_config_set_integer "
                "dnn_set_allocator").split()
    missing = [name for name in names
               if name not in ours and name not in left_out and not name.startswith(("dnn_error_", "dnn_progress_"))]
    assert len(names) > 90 and not missing, sorted(missing)


if __name__ == "__main__":
    check()
    check_arrays()
    check_the_rest()
    check_all_are_declared()
