"""The real package safetensors and NumPy beside libdnn: what libdnn writes they read, and the forward pass made of it with
NumPy alone agrees; what they write, libdnn reads; and what they write in libdnn's place is found out.

usage: python compare.py PEER FOLDER        PEER: the program made of peer.c; FOLDER: an empty one, for files
"""

import json
import os
import subprocess
import sys

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

PEER, FOLDER = sys.argv[1:]
SHAPE = [4, 7, 5, 3]
RNG = np.random.default_rng(5)
compared = 0


def path(name):
    return os.path.join(FOLDER, name)


def peer(*arguments):
    return subprocess.run([PEER, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def activate(name, z, config):
    with np.errstate(over="ignore"):
        if name == "softmax":
            e = np.exp(z - z.max(axis=1, keepdims=True))
            return e / e.sum(axis=1, keepdims=True)
        return {
            "identity": lambda: z,
            "sigmoid": lambda: 1 / (1 + np.exp(-float(config["sigmoid_slope"]) * z)),
            "tanh": lambda: np.tanh(z),
            "relu": lambda: np.maximum(z, 0),
            "leaky_relu": lambda: np.where(z > 0, z, float(config["leaky_slope"]) * z),
            "elu": lambda: np.where(z > 0, z, float(config["elu_alpha"]) * np.expm1(np.minimum(z, 0))),
            "silu": lambda: z / (1 + np.exp(-z)),
            "softplus": lambda: np.logaddexp(0, z),
        }[name]()


def agree(y, expected, tolerance, what):
    global compared
    worst = np.abs(y - expected).max()
    assert np.isfinite(y).all() and worst <= tolerance, f"{what}: off by {worst}"
    assert np.abs(expected).max() > 1e-3, f"{what}: all zeros"
    compared += y.size


def ours(recipe, *settings):
    """A file of libdnn's, read by the package."""
    x = RNG.normal(0, 3, (6, 4))
    x.tofile(path("x"))
    peer("make", recipe, *settings, path("ours.dnn"), path("x"), path("y"))
    y = np.fromfile(path("y")).reshape(6, 3)
    tensors = load_file(path("ours.dnn"))
    with safe_open(path("ours.dnn"), "np") as file:
        metadata = file.metadata()
    config = json.loads(metadata["dnn.config"])
    assert metadata["dnn.format"] == "1"
    assert sorted(tensors) == sorted(f"layers.{n}.{part}" for n in range(3) for part in ("weight", "bias"))
    now = (x - np.array(metadata["dnn.input_mean"].split(), float)) / np.array(metadata["dnn.input_scale"].split(), float)
    for n in range(3):
        weight, bias = tensors[f"layers.{n}.weight"], tensors[f"layers.{n}.bias"]
        assert weight.shape == (SHAPE[n + 1], SHAPE[n]) and bias.shape == (SHAPE[n + 1],)
        assert weight.dtype == {"f32": np.float32, "f64": np.float64}[config["precision"]]
        name = config["output_activation"] if n == 2 else config.get(f"activation.{n + 1}", config["activation"])
        now = activate(name, now @ weight.T.astype(float) + bias, config)
    agree(y, now, 1e-12 if config["precision"] == "f64" else 1e-5, f"ours, {recipe} {settings}")
    return tensors, metadata


def theirs(names, dtype, with_bias):
    """A file of the package's with PyTorch's names, read by libdnn."""
    tensors, x = {}, RNG.normal(0, 1, (6, 4))
    now = x
    for n, name in enumerate(names):
        weight = RNG.normal(0, 0.5, (SHAPE[n + 1], SHAPE[n])).astype(dtype)
        bias = RNG.normal(0, 0.5, SHAPE[n + 1]).astype(dtype) if with_bias else np.zeros(SHAPE[n + 1], dtype)
        tensors[f"{name}.weight"] = weight
        if with_bias:
            tensors[f"{name}.bias"] = bias
        now = now @ weight.T.astype(float) + bias
        now = now if n == 2 else np.maximum(now, 0)
    save_file(tensors, path("theirs.safetensors"), metadata={"format": "pt"})
    x.tofile(path("x"))
    peer("load", "regressor", "precision=f64", "activation=relu", path("theirs.safetensors"), path("x"), path("y"))
    agree(np.fromfile(path("y")).reshape(6, 3), now, 1e-12, f"theirs, {names} {dtype}")
    assert peer("try", path("theirs.safetensors")).startswith("-4 ")


for recipe in ("tutorial", "classifier", "regressor"):
    for precision in ("f32", "f64"):
        for activation in ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "silu", "softplus"):
            tensors, metadata = ours(recipe, f"precision={precision}", f"activation={activation}", "activation.2=tanh")

for dtype in (np.float64, np.float32, np.float16):
    for with_bias in (True, False):
        theirs(["0", "2", "10"], dtype, with_bias)
        theirs(["fc1", "fc2", "fc3"], dtype, with_bias)

tensors, metadata = ours(recipe, f"precision={precision}", f"activation={activation}", "activation.2=tanh")
# Saved again by the package, the same numbers and metadata are another header: the checksum tells.
save_file(tensors, path("again.dnn"), metadata=metadata)
answer = peer("try", path("again.dnn"))
assert answer.startswith("-4 ") and "checksum" in answer, answer
# Without what says that the file is libdnn's own, but with the standardization, the same tensors come back by load_with.
scaling = {key: metadata[key] for key in ("dnn.input_mean", "dnn.input_scale")}
save_file(tensors, path("kept.safetensors"), metadata=scaling)
before = np.fromfile(path("y"))
peer("load", recipe, f"precision={precision}", f"activation={activation}", "activation.2=tanh",
     path("kept.safetensors"), path("x"), path("z"))
assert (np.fromfile(path("z")) == before).all(), "tensors with their standardization predict something else"
# And so are other numbers under the same header.
with open(path("ours.dnn"), "r+b") as file:
    file.seek(-1, os.SEEK_END)
    last = file.read(1)[0]
    file.seek(-1, os.SEEK_END)
    file.write(bytes([last ^ 1]))
assert "checksum of its numbers" in peer("try", path("ours.dnn"))

peer("checkpoint", path("checkpoint.dnn"))
checkpoint = load_file(path("checkpoint.dnn"))
assert checkpoint["trainer.history"].shape == (2, 3) and "optimizer.1.layers.2.bias" in checkpoint

print(f"{compared} numbers compared, safetensors and NumPy {np.__version__}")
