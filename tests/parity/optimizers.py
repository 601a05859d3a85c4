#!/usr/bin/env python3
"""Makes optimizers_expected.h: what 100 updates by PyTorch's optimizers come to. optimizer_case.h explains them.

    optimizers.py            writes optimizers_expected.h beside this file, in some seconds
    optimizers.py --check    runs everything again and compares with the committed file, within 1e-12
    optimizers.py --float    prints how far PyTorch's own run in float is from its run in double

A case is described by settings of the library; this file holds what each of them is called in PyTorch. Nothing here is
computed by hand: activations, losses, gradients, clipping and updates are all PyTorch's.
"""
import os
import re
import sys

import numpy as np
import torch
from torch.nn import functional

from generate import Generator, numbers

STEPS = 100
CHECKPOINTS = (1, 2, 10, STEPS)
HERE = os.path.dirname(os.path.abspath(__file__))
PATH = os.path.join(HERE, "optimizers_expected.h")

ACTIVATIONS = {
    "identity": lambda z, number: z,
    "sigmoid": lambda z, number: torch.sigmoid(number("sigmoid_slope") * z),
    "tanh": lambda z, number: torch.tanh(z),
    "relu": lambda z, number: functional.relu(z),
    "leaky_relu": lambda z, number: functional.leaky_relu(z, number("leaky_slope")),
    "elu": lambda z, number: functional.elu(z, number("elu_alpha")),
    "gelu": lambda z, number: functional.gelu(z),
    "silu": lambda z, number: functional.silu(z),
    "softplus": lambda z, number: functional.softplus(z),
}

# E of each sample, from the z of the output layer and from x = φ(z).
LOSSES = {
    "squared_error": lambda z, x, y, number: functional.mse_loss(x, y, reduction="none").sum(1),
    "absolute_error": lambda z, x, y, number: functional.l1_loss(x, y, reduction="none").sum(1),
    "huber": lambda z, x, y, number: functional.huber_loss(x, y, reduction="none", delta=number("huber_delta")).sum(1),
    "cross_entropy": lambda z, x, y, number: functional.cross_entropy(z, y, reduction="none"),
    "binary_cross_entropy":
        lambda z, x, y, number: functional.binary_cross_entropy_with_logits(z, y, reduction="none").sum(1),
}

# What a setting is where a case does not name it: the recipe "tutorial".
DEFAULTS = {"leaky_slope": 0.01, "elu_alpha": 1.0, "huber_delta": 1.0, "momentum": 0.9, "beta1": 0.9, "beta2": 0.999,
            "epsilon": 1e-8, "weight_decay": 0.0, "l2": 0.0, "clip_norm": 0.0}


def optimizer_of(name, number, weights, biases):
    """PyTorch's optimizer. The biases are a group of their own, which does not decay."""
    groups = [{"params": weights, "weight_decay": number("weight_decay")}, {"params": biases, "weight_decay": 0.0}]
    eta, betas = number("learning_rate"), (number("beta1"), number("beta2"))
    if name == "sgd":
        return torch.optim.SGD(groups, lr=eta)
    if name in ("momentum", "nesterov"):
        return torch.optim.SGD(groups, lr=eta, momentum=number("momentum"), nesterov=name == "nesterov")
    if name == "rmsprop":
        return torch.optim.RMSprop(groups, lr=eta, alpha=betas[1], eps=number("epsilon"))
    if name in ("adam", "adamw"):
        return {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[name](
            groups, lr=eta, betas=betas, eps=number("epsilon"))
    assert name == "rprop" and number("weight_decay") == 0.0
    return torch.optim.Rprop(weights + biases, lr=eta)


class Case:
    def __init__(self, name, seed, settings, layers=(5, 7, 6, 3), rows=8, batches=STEPS, labels=False):
        self.name, self.seed, self.settings, self.layers = name, seed, settings, list(layers)
        self.rows, self.batches, self.labels = rows, batches, labels
        self.values = dict(item.split("=") for item in settings.split())

    def number(self, key):
        return float(self.values.get(key, DEFAULTS.get(key, "not set")))

    def activation(self, layer):
        if layer == len(self.layers) - 1:
            return self.values["output_activation"]
        return self.values.get("activation.%d" % layer, self.values.get("activation"))

    def data(self):
        """All batches: x [batches × rows × n_0], y [batches × rows × n_L]."""
        generator, xs, ys = Generator(self.seed + 1), [], []
        for _ in range(self.batches):
            xs.append(generator.array(self.rows, self.layers[0]))
            if self.labels:
                ys.append(np.eye(self.layers[-1])[[generator.next() % self.layers[-1] for _ in range(self.rows)]])
            else:
                ys.append(generator.array(self.rows, self.layers[-1]))
        return xs, ys

    def start(self, dtype):
        """Weights and biases as PyTorch's parameters."""
        generator = Generator(self.seed)
        matrices = [generator.array(n_out, n_in + 1) - 0.5 for n_in, n_out in zip(self.layers, self.layers[1:])]
        make = lambda a: torch.nn.Parameter(torch.tensor(np.ascontiguousarray(a), dtype=dtype))
        return [make(w[:, :-1]) for w in matrices], [make(w[:, -1]) for w in matrices]

    def losses_of(self, weights, biases, x, y):
        """E of each sample."""
        for layer, (w, b) in enumerate(zip(weights, biases), 1):
            z = functional.linear(x, w, b)
            name = self.activation(layer)
            x = None if name == "softmax" else ACTIVATIONS[name](z, self.number)
        return LOSSES[self.values["loss"]](z, x, y, self.number)

    def run(self, dtype=torch.float64):
        """Trains; returns the losses at the checkpoints, the weights, and on how many steps clipping acted."""
        weights, biases = self.start(dtype)
        optimizer = optimizer_of(self.values["optimizer"], self.number, weights, biases)
        xs, ys = (torch.tensor(np.array(a), dtype=dtype) for a in self.data())
        losses, clipped = [], 0
        for step in range(STEPS):
            loss = self.losses_of(weights, biases, xs[step % self.batches], ys[step % self.batches]).mean()
            optimizer.zero_grad()
            (loss + self.number("l2") * sum((w * w).sum() for w in weights)).backward()
            if self.number("clip_norm") > 0.0:
                norm = torch.nn.utils.clip_grad_norm_(weights + biases, self.number("clip_norm"))
                clipped += int(norm > self.number("clip_norm"))
            optimizer.step()
            if step + 1 in CHECKPOINTS:
                losses.append(loss.item())
        theta = [torch.cat([w, b[:, None]], 1).detach().double().numpy().ravel() for w, b in zip(weights, biases)]
        return losses, np.concatenate(theta), clipped


# Each optimizer at a rate and with a decay and a clip_norm that bite: main() asserts that clipping acts on most steps, the
# test that each of the four runs ends somewhere else.
OPTIMIZERS = [
    ("sgd", "learning_rate=0.1", "weight_decay=0.05", "clip_norm=0.3"),
    ("momentum", "learning_rate=0.02 momentum=0.8", "weight_decay=0.05", "clip_norm=0.3"),
    ("nesterov", "learning_rate=0.02 momentum=0.8", "weight_decay=0.05", "clip_norm=0.3"),
    ("rmsprop", "learning_rate=0.004 beta2=0.98 epsilon=1e-06", "weight_decay=0.02", "clip_norm=0.3"),
    ("adam", "learning_rate=0.01", "weight_decay=0.02", "clip_norm=0.3"),
    ("adamw", "learning_rate=0.01 beta1=0.8 beta2=0.99", "weight_decay=0.3", "clip_norm=0.3"),
]
TANH = "activation=tanh output_activation=identity loss=squared_error"


def variants():
    cases = []
    for i, (name, how, decay, clip) in enumerate(OPTIMIZERS):
        settings = "%s optimizer=%s %s" % (TANH, name, how)
        for suffix, more in (("", []), ("_decay", [decay]), ("_clip", [clip]), ("_decay_clip", [decay, clip])):
            cases.append(Case(name + suffix, 100 * (i + 1), " ".join([settings] + more)))
    return cases


CASES = variants() + [
    Case("sgd_one_sample", 1000, TANH + " optimizer=sgd learning_rate=0.05 weight_decay=0.01 clip_norm=0.5", rows=1),
    Case("adam_one_sample", 1100, TANH + " optimizer=adam learning_rate=0.01 weight_decay=0.01 clip_norm=0.5", rows=1),
    Case("sgd_l2", 1200, TANH + " optimizer=sgd learning_rate=0.1 l2=0.02"),
    Case("adam_l2_decay_clip", 1300, TANH + " optimizer=adam learning_rate=0.01 l2=0.02 weight_decay=0.01 clip_norm=0.3"),
    Case("rprop", 1400, TANH + " optimizer=rprop learning_rate=0.01", batches=1),
    Case("rprop_l2_clip", 1500, TANH + " optimizer=rprop learning_rate=0.01 l2=0.02 clip_norm=0.02", batches=1),
    Case("cross_entropy_gelu_silu_adamw", 1600, "activation.1=gelu activation.2=silu output_activation=softmax "
         "loss=cross_entropy optimizer=adamw learning_rate=0.01 weight_decay=0.1 clip_norm=0.2", labels=True),
    Case("cross_entropy_of_shares_elu_softplus_nesterov", 1700, "activation.1=elu activation.2=softplus elu_alpha=0.7 "
         "output_activation=softmax loss=cross_entropy optimizer=nesterov learning_rate=0.02 clip_norm=0.2"),
    Case("binary_cross_entropy_softplus_elu_rmsprop", 1800, "activation.1=softplus activation.2=elu elu_alpha=1.3 "
         "output_activation=sigmoid sigmoid_slope=1 sigmoid_derivative=exact loss=binary_cross_entropy "
         "optimizer=rmsprop beta2=0.98 learning_rate=0.002"),
    Case("huber_silu_gelu_adam", 1900, "activation.1=silu activation.2=gelu output_activation=identity loss=huber "
         "huber_delta=0.3 optimizer=adam learning_rate=0.01 weight_decay=0.01"),
    Case("absolute_error_softplus_gelu_momentum", 2000, "activation.1=softplus activation.2=gelu "
         "output_activation=identity loss=absolute_error optimizer=momentum learning_rate=0.005 clip_norm=0.5"),
    Case("squared_error_sigmoid_leaky_relu_adam", 2100, "activation.1=sigmoid activation.2=leaky_relu sigmoid_slope=2 "
         "sigmoid_derivative=exact leaky_slope=0.2 output_activation=tanh loss=squared_error optimizer=adam "
         "learning_rate=0.01"),
]


def table(name, values):
    texts = [float(v).hex() for v in values]
    rows = ["    " + ", ".join(texts[i:i + 4]) + "," for i in range(0, len(texts), 4)]
    return ["static const double %s[] = {" % name] + rows + ["};"]


def render():
    lines = ["/* Made by tests/parity/optimizers.py; not edited by hand. optimizer_case.h says what the numbers are. */",
             "/* clang-format off */", ""]
    entries = []
    for case in CASES:
        losses, weights, clipped = case.run()
        if "clip_norm" in case.values:
            assert STEPS / 2 < clipped, "%s clips %d steps of %d: not most" % (case.name, clipped, STEPS)
        lines.append("static const int64_t %s_layers[] = {%s};" % (case.name, ", ".join(map(str, case.layers))))
        lines += table(case.name + "_losses", losses) + table(case.name + "_weights", weights) + [""]
        entries.append('    {"%s",\n     "%s",\n     %s_layers, %d, %du, %d, %d, %d, %d,\n     %s_losses, %s_weights},' % (
            case.name, case.settings, case.name, len(case.layers), case.seed, case.rows, case.batches,
            -1 if "l2" in case.values else clipped, case.labels, case.name, case.name))
    return "\n".join(lines + ["static const struct optimizer_case optimizer_cases[] = {"] + entries + ["};", ""])


def check(text):
    with open(PATH, encoding="ascii") as file:
        committed = file.read()
    old, new = numbers(committed), numbers(text)
    if old.size == 0 or old.shape != new.shape or HEX.sub("", committed) != HEX.sub("", text):
        sys.exit("optimizers_expected.h holds other cases than this program makes")
    worst = np.max(np.abs(old - new) / np.maximum(np.abs(old), 1.0))
    print("%d numbers, largest relative difference %.2g" % (new.size, worst))
    if not worst <= 1e-12:
        sys.exit("optimizers_expected.h does not come from this program")


HEX = re.compile(r"-?0x[01]\.[0-9a-f]+p[+-]\d+")


def compare_with_float():
    for case in CASES:
        (losses, weights, _), (losses_f32, weights_f32, _) = case.run(), case.run(torch.float32)
        scale = np.maximum(np.abs(weights), np.abs(np.concatenate(
            [torch.cat([w, b[:, None]], 1).detach().numpy().ravel() for w, b in zip(*case.start(torch.float64))])))
        print("%-46s weights %.1e  losses %.1e" % (case.name, np.max(np.abs(weights - weights_f32) / scale),
                                                  np.max(np.abs(np.array(losses_f32) / losses - 1))))


def main():
    torch.set_num_threads(1)
    if "--float" in sys.argv[1:]:
        compare_with_float()
    elif "--check" in sys.argv[1:]:
        check(render())
    else:
        text = render()
        with open(PATH, "w", encoding="ascii") as file:
            file.write(text)


if __name__ == "__main__":
    main()
