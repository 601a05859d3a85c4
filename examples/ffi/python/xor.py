#!/usr/bin/env python3
"""Trains XOR through dnn.py, and shows what a binding must get right: stopping, errors, arrays, lifetimes.

Leaves with status 1 if anything is not as expected, so that ctest can run it.
"""
import gc
import sys

import numpy as np

import dnn

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float64)
Y = np.array([[0], [1], [1], [0]], dtype=np.float64)
ENOUGH = 0.001  # the mean loss at which training may end


def expect(what, is_so):
    print("  %s: %s" % ("yes" if is_so else "NO", what))
    if not is_so:
        sys.exit(1)


def raises(kind, function, *arguments):
    """The exception that function raises, or None if it raises none of that kind."""
    try:
        function(*arguments)
    except kind as error:
        print("  %s: %s" % (type(error).__name__, error))
        return error
    return None


def make_config(**settings):
    return dnn.Config(activation="tanh", output_activation="sigmoid", sigmoid_slope=1, sigmoid_derivative="exact",
                      init="glorot_normal", learning_rate=0.5, shuffle=True, seed=3, epochs=20000, **settings)


def train_until_enough(model, dataset):
    print("training until the callback has seen enough")
    seen = []

    def progress(p):
        if p.batch < p.batches:
            return True
        seen.append(p)
        if p.epoch % 50 == 0:
            print("  epoch %4d  loss %.4f" % (p.epoch, p.loss))
        return p.loss > ENOUGH

    trainer = dnn.Trainer(model)
    finished = trainer.fit(dataset, dataset, progress)
    expect("the callback stopped it before the last epoch", not finished and seen[-1].epoch < seen[-1].epochs)
    expect("it had seen enough", seen[-1].loss <= ENOUGH and seen[-1].validation_accuracy == 1.0)
    losses = [epoch.loss for epoch in trainer.history]
    expect("the history tells the same", losses and losses == [p.loss for p in seen][:len(losses)])


def show_answers(model, dataset):
    print("its answers")
    for x, y in zip(X, model.predict(X)):
        print("  %d xor %d = %.3f" % (x[0], x[1], y[0]))
    expect("all four are right", np.array_equal(model.classify(X), Y[:, 0]))
    expect("evaluate agrees", model.evaluate(dataset)[1] == 1.0)


def show_errors(model, dataset):
    print("errors are exceptions")
    three_inputs = dnn.Dataset(np.zeros((4, 3)), Y)
    error = raises(dnn.Error, dnn.Trainer(model).fit, three_inputs)
    expect("a dataset of the wrong shape", error is not None and error.status == -1 and "3" in str(error))
    error = raises(ValueError, model.predict, np.zeros((4, 3)))
    expect("an array of the wrong shape", error is not None and "[samples × 2 inputs]" in str(error))
    for function in (dnn.Dataset, dnn.Trainer(model).step):
        error = raises(ValueError, function, X, Y[:, 0])
        expect("a y without columns", error is not None and "y must be [samples × outputs]" in str(error))
    error = raises(dnn.Error, make_config().__setitem__, "activation", "sinusoid")
    expect("an unknown activation; the known ones are told", error is not None and "tanh" in str(error))
    error = raises(dnn.Error, model.predict, np.array([0.0, np.nan]))
    expect("NaN", error is not None and error.status == -6)

    def interrupted(_):
        raise KeyError("from inside the callback")

    error = raises(KeyError, dnn.Trainer(model).fit, dataset, None, interrupted)
    expect("an exception in the callback comes out of fit", error is not None)


def show_arrays(model):
    print("arrays")
    same = dnn._rows("x", X, 2, np.float64)
    expect("C-contiguous float64 is passed without a copy", np.shares_memory(same, X))
    single = X.astype(np.float32)
    expect("so is float32", np.shares_memory(dnn._rows("x", single, 2, np.float32), single))
    expect("float32 gives float32", model.predict(single).dtype == np.float32)
    y = model.predict(X)
    expect("float32 gives the same", np.allclose(model.predict(single), y, atol=1e-6))
    expect("columns in Fortran's order give the same", np.array_equal(model.predict(np.asfortranarray(X)), y))
    expect("a list gives the same", np.array_equal(model.predict(X.tolist()), y))
    expect("one sample is one-dimensional", model.predict([0, 1]).shape == (1,))
    twin = model.clone()
    twin.set_weights(0, 0 * model.get_weights(0))
    expect("a clone is independent", not twin.get_weights(0).any() and np.array_equal(model.predict(X), y))


def show_lifetimes():
    print("lifetimes")
    model = dnn.Model([2, 4, 1], make_config())
    trainer = dnn.Trainer(model)
    del model
    gc.collect()
    expect("a trainer outlives the model's Python object", trainer.step(X, Y) > 0.0)
    expect("float32 steps too", trainer.step(X.astype(np.float32), Y.astype(np.float32)) > 0.0)


def main():
    print("libdnn %s (%s)" % (dnn.version(), dnn.build_info()))
    model = dnn.Model([2, 4, 1], make_config())
    dataset = dnn.Dataset(X, Y)
    train_until_enough(model, dataset)
    show_answers(model, dataset)
    show_errors(model, dataset)
    show_arrays(model)
    show_lifetimes()
    print("all as expected")


if __name__ == "__main__":
    main()
