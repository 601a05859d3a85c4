"""Builds model files with nothing but Python's standard library, from what include/dnn.h and DESIGN say of the format, and
prints them as a header for test_model_file.c: what dnn_model_save writes must be these bytes.

usage: python3 tests/model_file_reference.py > tests/model_file_expected.h
"""

import hashlib
import json
import struct

ZEROS = "0" * 64


def config(recipe, chosen, **changed):
    """dnn.config: the recipe, the keys that the user chose, then every key but checkpoint_path in the order of dnn.h."""
    keys = {
        "recipe": recipe, "chosen": " ".join(chosen),
        "precision": "f64", "activation": "sigmoid", "output_activation": "sigmoid", "sigmoid_slope": "0.01",
        "leaky_slope": "0.01", "elu_alpha": "1", "init": "uniform01", "loss": "squared_error", "huber_delta": "1",
        "optimizer": "sgd", "learning_rate": "0.01", "momentum": "0.9", "beta1": "0.9", "beta2": "0.999",
        "epsilon": "1e-08", "weight_decay": "0", "l2": "0", "clip_norm": "0", "dropout": "0",
        "sigmoid_derivative": "tutorial", "batch_size": "1", "epochs": "1", "shuffle": "false", "schedule": "constant",
        "schedule_factor": "0.1", "schedule_rate": "0.95", "schedule_every": "10", "schedule_length": "0",
        "schedule_warmup": "1", "schedule_minimum": "0", "patience": "0", "min_delta": "0", "restore_best": "true",
        "class_weight": "none", "checkpoint_every": "1", "seed": "0",
        "engine": "auto", "threads": "0",
    }
    keys.update(changed)
    return keys


def text(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def model_file(settings, dtype, matrices, metadata=()):
    """matrices: per layer (rows of weights, biases)."""
    letter, size = {"F64": ("d", 8), "F32": ("f", 4)}[dtype]
    data = b""
    tensors = {}

    def add(name, shape, numbers):
        nonlocal data
        begin = len(data)
        data += struct.pack(f"<{len(numbers)}{letter}", *numbers)
        tensors[name] = {"dtype": dtype, "shape": shape, "data_offsets": [begin, len(data)]}

    for index, (weights, biases) in enumerate(matrices):
        add(f"layers.{index}.weight", [len(weights), len(weights[0])], [w for row in weights for w in row])
        add(f"layers.{index}.bias", [len(biases)], biases)

    def whole(header_digest):
        header = {"__metadata__": {"dnn.format": "1", "dnn.config": text(settings), **dict(metadata),
                                   "dnn.sha256": hashlib.sha256(data).hexdigest(), "dnn.header_sha256": header_digest}}
        header.update(tensors)
        encoded = text(header).encode()
        encoded += b" " * (-len(encoded) % 8)
        return struct.pack("<Q", len(encoded)) + encoded

    return whole(hashlib.sha256(whole(ZEROS)).hexdigest()) + data


def emit(name, content):
    print(f"static const uint8_t {name}[] = {{")
    for i in range(0, len(content), 20):
        print("    " + " ".join(f"{byte}," for byte in content[i:i + 20]))
    print("};\n")


print("/* Made by model_file_reference.py; see there. */\n/* clang-format off */\n")
emit("expected_f64", model_file(config("tutorial", []), "F64", [([[0.5, -1.25]], [0.1]), ([[3.0], [-0.0]], [1e-300, 2.0])]))
emit("expected_f32", model_file(
    config("classifier", ["seed"], precision="f32", activation="leaky_relu", output_activation="softmax", sigmoid_slope="1",
           init="he_normal", loss="cross_entropy", optimizer="adam", learning_rate="0.001", sigmoid_derivative="exact",
           batch_size="128", epochs="20", shuffle="true", seed="-7", **{"activation.1": "tanh"}),
    "F32", [([[0.1, 0.2, 0.3]], [-0.5]), ([[1.5], [2.5]], [0.25, 0.0])],
    [("dnn.input_mean", "0.5 -2 3000"), ("dnn.input_scale", "1 0.1 0.30000000000000004")]))
