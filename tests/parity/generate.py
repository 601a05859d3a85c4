#!/usr/bin/env python3
"""Makes expected.h, the numbers that test_parity.c holds the library against. parity_case.h explains them.

    generate.py            writes expected.h beside this file, in some seconds
    generate.py --check    runs everything again and compares with the committed expected.h, within 1e-13

Two runs on different machines differ in the last bits, with their BLAS; hence the tolerance of --check.
"""
import os
import re
import sys

import numpy as np

from tutorial import DNN
from variants import Variant

STEPS = (1, 10, 1000)
PROBES = 4
MASK = (1 << 64) - 1
HERE = os.path.dirname(os.path.abspath(__file__))


class Generator:
    """splitmix64, as in tests/support.c."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        bits = self.state
        bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & MASK
        return bits ^ (bits >> 31)

    def array(self, *shape):
        """Uniform in [0, 1), 24 bits each."""
        count = int(np.prod(shape))
        return np.array([(self.next() >> 40) / 16777216.0 for _ in range(count)]).reshape(shape)


class Case:
    def __init__(self, name, layers, seed, activations=None, rows=1, watched=500, block=1):
        """activations: names for layers 1 ... L, exact derivatives, slope 1; None is the tutorial's own network."""
        self.name, self.layers, self.seed, self.activations = name, layers, seed, activations
        self.rows, self.watched, self.block = rows, watched, block
        self.offset = 0.0 if activations is None else 0.5
        self.tutorial_sample = layers[0] == 2 and layers[-1] == 2

    def settings(self):
        if self.activations is None:
            return "learning_rate=0.01"
        keys = ["learning_rate=0.01 sigmoid_slope=1 sigmoid_derivative=exact leaky_slope=0.01"]
        keys += ["activation.%d=%s" % (l + 1, name) for l, name in enumerate(self.activations[:-1])]
        return " ".join(keys + ["output_activation=%s" % self.activations[-1]])

    def probes(self):
        x = Generator(self.seed + 1).array(PROBES, self.layers[0])
        if self.tutorial_sample:
            x[0] = [0.2, 0.3]
        return x

    def places(self, weights):
        """Which weights of each layer are compared one by one, as flat indices."""
        generator = Generator(self.seed + 2)
        return [np.arange(w.size) if w.size <= self.watched
                else np.array([generator.next() % w.size for _ in range(self.watched)]) for w in weights]

    def measure(self, net, loss):
        """The numbers of one checkpoint, by table."""
        blocks = [w[first:first + self.block] for w in net.W for first in range(0, w.shape[0], self.block)]
        return {
            "losses": [loss],
            "predictions": np.concatenate([net.predict(x) for x in self.probes()]),
            "weights": np.concatenate([w.ravel()[at] for w, at in zip(net.W, self.places(net.W))]),
            "sums": [np.sum(b) for b in blocks],
            "norms": [np.sqrt(np.sum(b * b)) for b in blocks],
        }

    def run(self):
        """Trains, and returns the tables of all checkpoints, one after the other."""
        generator = Generator(self.seed)
        weights = [generator.array(n_out, n_in + 1) - self.offset for n_in, n_out in zip(self.layers, self.layers[1:])]
        net = DNN(self.layers, weights) if self.activations is None else Variant(self.layers, weights, self.activations)
        tables = {}
        for step in range(STEPS[-1]):
            x = generator.array(self.rows, self.layers[0])
            y = generator.array(self.rows, self.layers[-1])
            if self.tutorial_sample and step % 4 == 0:
                x[0], y[0] = [0.2, 0.3], [0.3, 0.67]
            loss = net.train(x[0], y[0]) if self.rows == 1 else net.train_batch(x, y)
            if step + 1 in STEPS:
                for table, values in self.measure(net, loss).items():
                    tables.setdefault(table, []).extend(float(v) for v in values)
        return tables


CASES = [
    Case("tutorial_2_3_3_2", [2, 3, 3, 2], 100),
    Case("tutorial_2_1000_1000_2", [2, 1000, 1000, 2], 200, block=20),
    Case("tutorial_5_4_7_3", [5, 4, 7, 3], 300),
    Case("tutorial_3_2", [3, 2], 400),
    Case("tutorial_batch_of_7", [5, 4, 7, 3], 500, rows=7),
    Case("leaky_relu", [4, 6, 5, 3], 600, ["leaky_relu", "leaky_relu", "identity"]),
    Case("tanh", [4, 6, 5, 3], 700, ["tanh", "tanh", "identity"]),
    Case("relu", [4, 6, 5, 3], 800, ["relu", "relu", "tanh"]),
    Case("sigmoid_exact", [2, 5, 2], 900, ["sigmoid", "sigmoid"]),
    Case("tanh_then_leaky_relu", [5, 4, 7, 3], 1000, ["tanh", "leaky_relu", "identity"]),
    Case("batch_of_7_leaky_relu_tanh", [5, 4, 7, 3], 1100, ["leaky_relu", "tanh", "identity"], rows=7),
]
TABLES = ("losses", "predictions", "weights", "sums", "norms")


def render(cases):
    lines = ["/* Made by tests/parity/generate.py; not edited by hand. parity_case.h says what the numbers are. */",
             "/* clang-format off */", ""]
    for case in cases:
        tables = case.run()
        lines.append("static const int64_t %s_layers[] = {%s};" % (case.name, ", ".join(map(str, case.layers))))
        for table in TABLES:
            lines.append("static const double %s_%s[] = {" % (case.name, table))
            texts = [v.hex() for v in tables[table]]
            lines += ["    " + ", ".join(texts[i:i + 4]) + "," for i in range(0, len(texts), 4)]
            lines.append("};")
        lines.append("")
    lines.append("static const struct parity_case parity_cases[] = {")
    for case in cases:
        fields = ['"%s"' % case.name, '"%s"' % case.settings(), "%s_layers" % case.name, str(len(case.layers)),
                  "%du" % case.seed, str(case.rows), str(case.offset), str(case.watched), str(case.block)]
        fields += ["%s_%s" % (case.name, table) for table in TABLES]
        lines.append("    {%s}," % ",\n     ".join(", ".join(part) for part in (fields[:2], fields[2:9], fields[9:])))
    return "\n".join(lines + ["};", ""])


def numbers(text):
    return np.array([float.fromhex(t) for t in re.findall(r"-?0x[01]\.[0-9a-f]+p[+-]\d+", text)])


def main():
    path = os.path.join(HERE, "expected.h")
    text = render(CASES)
    if "--check" not in sys.argv[1:]:
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        return
    with open(path, encoding="ascii") as file:
        committed, made = numbers(file.read()), numbers(text)
    if committed.size == 0 or committed.shape != made.shape:
        sys.exit("expected.h holds %d numbers, this run made %d" % (committed.size, made.size))
    # Relative to 1 where a number is smaller: weights start in an interval of length 1 and round at that size.
    worst = np.max(np.abs(committed - made) / np.maximum(np.abs(committed), 1.0))
    print("%d numbers, largest relative difference %.2g" % (made.size, worst))
    if not worst <= 1e-13:
        sys.exit("expected.h does not come from this program")


if __name__ == "__main__":
    main()
