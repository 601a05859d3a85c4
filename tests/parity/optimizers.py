#!/usr/bin/env python3
"""Makes optimizers_expected.h: what PyTorch makes of one small network in 100 steps of each optimizer, and of other
networks with each loss. test_optimizer_parity.c takes the same steps.

Needs PyTorch. Start weights and batches are not stored: splitmix64 draws them alike here and in the test, uniform − 1/2:
the weights of seed 1, row after row with the bias last; then from seed 2 for each step x [8 × 5] and y [8 × 3], y
without the − 1/2, since some losses take probabilities.
"""
import os

import numpy as np
import torch
from torch.nn import functional as F

from generate import HERE, Generator

LAYERS, ROWS, STEPS, RATE = (5, 7, 6, 3), 8, 100, 0.01
DECAY, CLIP, L2 = 0.05, 0.5, 0.02

OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, RATE),
    "momentum": lambda p: torch.optim.SGD(p, RATE, momentum=0.9),
    "nesterov": lambda p: torch.optim.SGD(p, RATE, momentum=0.9, nesterov=True),
    "rmsprop": lambda p: torch.optim.RMSprop(p, RATE, alpha=0.999),
    "adam": lambda p: torch.optim.Adam(p, RATE),
    "adamw": lambda p: torch.optim.AdamW(p, RATE),
    "rprop": lambda p: torch.optim.Rprop(p, RATE),
}
ACTIVATIONS = {"tanh": torch.tanh, "gelu": F.gelu, "silu": F.silu, "elu": F.elu, "softplus": F.softplus,
               "relu": F.relu}
# name of the loss: output activation, and the loss of z and y, summed over the outputs
LOSSES = {
    "squared_error": ("identity", lambda z, y: (y - z) ** 2),
    "absolute_error": ("identity", lambda z, y: (y - z).abs()),
    "huber": ("identity", lambda z, y: F.huber_loss(z, y, reduction="none", delta=0.25)),
    "cross_entropy": ("softmax", lambda z, y: -y * F.log_softmax(z, 1)),
    "binary_cross_entropy": ("sigmoid", lambda z, y: F.binary_cross_entropy_with_logits(z, y, reduction="none")),
}


def start():
    generator, weights, biases = Generator(1), [], []
    for n_in, n_out in zip(LAYERS, LAYERS[1:]):
        w = generator.array(n_out, n_in + 1) - 0.5
        weights.append(torch.tensor(w[:, :-1].copy(), requires_grad=True))
        biases.append(torch.tensor(w[:, -1].copy(), requires_grad=True))
    return weights, biases


def run(optimizer, decay, clip, l2, hidden, loss):
    weights, biases = start()
    groups = [{"params": weights}, {"params": biases}]
    if decay:
        groups[0]["weight_decay"], groups[1]["weight_decay"] = decay, 0
    elif optimizer == "adamw":
        groups[0]["weight_decay"] = groups[1]["weight_decay"] = 0
    torch_optimizer = OPTIMIZERS[optimizer](groups)
    generator = Generator(2)
    for step in range(STEPS):
        if step == 0 or optimizer != "rprop":  # which learns from one batch
            x = torch.tensor(generator.array(ROWS, LAYERS[0]) - 0.5)
            y = torch.tensor(generator.array(ROWS, LAYERS[-1]))
        for l, (w, b) in enumerate(zip(weights, biases)):
            x_l = x if l == 0 else ACTIVATIONS[hidden](z)
            z = x_l @ w.T + b
        torch_optimizer.zero_grad()
        error = LOSSES[loss][1](z, y).sum(1).mean() + l2 * sum((w**2).sum() for w in weights)
        error.backward()
        if clip:
            torch.nn.utils.clip_grad_norm_(weights + biases, clip)
        torch_optimizer.step()
    return np.concatenate([torch.cat([w, b[:, None]], 1).detach().numpy().ravel() for w, b in zip(weights, biases)])


def cases():
    for name in OPTIMIZERS:
        yield name, 0, 0, 0, "tanh", "squared_error"
        if name != "rprop":
            yield name, DECAY, 0, 0, "tanh", "squared_error"
            yield name, 0, CLIP, 0, "tanh", "squared_error"
            yield name, DECAY, CLIP, 0, "tanh", "squared_error"
    yield "adam", 0, CLIP, L2, "tanh", "squared_error"
    yield "sgd", 0, 0, L2, "tanh", "squared_error"
    yield "adam", 0, 0, 0, "gelu", "cross_entropy"
    yield "adamw", DECAY, CLIP, 0, "silu", "binary_cross_entropy"
    yield "momentum", 0, 0, 0, "elu", "huber"
    yield "adam", 0, 0, 0, "softplus", "absolute_error"
    yield "nesterov", 0, 0, 0, "relu", "cross_entropy"


def main():
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    with open(os.path.join(HERE, "optimizers_expected.h"), "w", encoding="ascii") as file:
        file.write("/* Made by tests/parity/optimizers.py with PyTorch %s; not edited by hand. */\n" % torch.__version__)
        file.write("/* clang-format off */\n\nstatic const struct optimizer_case optimizer_cases[] = {\n")
        for name, decay, clip, l2, hidden, loss in cases():
            settings = "optimizer=%s weight_decay=%g clip_norm=%g l2=%g activation=%s loss=%s output_activation=%s" % (
                name, decay, clip, l2, hidden, loss, LOSSES[loss][0])
            file.write('    {"%s",\n     {' % settings)
            for i, w in enumerate(run(name, decay, clip, l2, hidden, loss)):
                file.write(("\n      " if i % 6 == 0 else " ") + float(w).hex() + ",")
            file.write("\n     }},\n")
        file.write("};\n")


if __name__ == "__main__":
    main()
