"""Epochs of PyTorch and of scikit-learn, as the bench's peers in the suite "epoch": each as its users are told to.

    usage: epoch.py torch|sklearn SAMPLES BATCH CLASSES THREADS LAYERS...      layers as 784,128,10

Run by the bench as a child (peer.py). Requests are "time LAYERS REPETITIONS", answered by the seconds of so many epochs, and
"error LAYERS", answered by the mean cross-entropy of that network now. The samples are those of epoch_data.c, number for
number; the line that a child begins with ends in their checksum. If its package is missing, that line is "missing" and why.
"""
import os
import sys
import time
import warnings

# OpenMP's threads sleep while they wait, unless the user decided otherwise. Where PyTorch's OpenMP and a BLAS with threads
# of its own share the cores, spinning ones took up to 50 times as long (2 busy cores, PyTorch 1.13, OpenBLAS 0.3.21).
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np

from peer import blas_facts, seconds_of, serve

INPUTS = 784
SHAPES, LABELS = 1 << 40, 1 << 41      # where the counters of epoch_data.c begin
LEARNING_RATE = 0.001


def mix(counters):
    """splitmix64: the n-th number of its sequence from 0, without those before it."""
    z = (counters + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def count(begin, *shape):
    return np.uint64(begin) + np.arange(np.prod(shape), dtype=np.uint64).reshape(shape)


def make_data(samples, classes):
    """Bytes [samples, INPUTS] and labels [samples], by the rule of epoch_data.c."""
    true_class = np.arange(samples) % classes
    inked = (mix(count(SHAPES, classes, INPUTS)) % np.uint64(5) == 0)[true_class]
    bits = mix(count(0, samples, INPUTS))
    rare = np.where(inked, (bits >> np.uint64(8)) % np.uint64(4) != 0, (bits >> np.uint64(8)) % np.uint64(32) == 0)
    x = np.where(rare, bits & np.uint64(255), np.uint64(0)).astype(np.uint8)
    bits = mix(count(LABELS, samples))
    is_wrong = bits % np.uint64(10) == 0
    labels = np.where(is_wrong, (bits >> np.uint64(8)) % np.uint64(classes), true_class.astype(np.uint64))
    return x, labels.astype(np.int64)


def checksum(x, labels):
    columns, rows = np.arange(1, INPUTS + 1, dtype=np.uint64), np.arange(1, len(labels) + 1, dtype=np.uint64)
    return int((x.sum(axis=0, dtype=np.uint64) * columns).sum() + (labels.astype(np.uint64) * rows).sum())


class Torch:
    """Sequential, LeakyReLU, CrossEntropyLoss and Adam on one tensor of samples, in a new order each epoch.

    Adam's implementation and the number of PyTorch's own threads are whatever is fastest here, tried at the start: the BLAS
    has threads of its own, and more of PyTorch's beside them may cost more than they bring."""

    package = "torch"

    def __init__(self, layers, x, labels, batch, threads):
        import torch
        self.torch, self.batch = torch, batch
        torch.manual_seed(0)
        self.x, self.labels = torch.from_numpy(x), torch.from_numpy(labels)
        modules = []
        for n_in, n_out in zip(layers, layers[1:]):
            modules += [torch.nn.Linear(n_in, n_out), torch.nn.LeakyReLU(0.01)]
        self.model = torch.nn.Sequential(*modules[:-1])
        self.loss = torch.nn.CrossEntropyLoss()
        self.choose(threads)

    def choose(self, threads):
        variants = []
        for adam in ({"foreach": False}, {"foreach": True}, {"fused": True}):
            for count_of_threads in sorted({1, threads}):
                self.torch.set_num_threads(count_of_threads)
                try:
                    self.optimizer = self.torch.optim.Adam(self.model.parameters(), lr=LEARNING_RATE, **adam)
                    self.run(batches=2)
                    begin = time.perf_counter()
                    self.run(batches=10)
                except (RuntimeError, TypeError):    # this version has no such Adam, or none for a CPU
                    continue
                variants.append((time.perf_counter() - begin, count_of_threads, adam))
        _, self.threads, adam = min(variants, key=lambda variant: variant[0])
        self.optimizer = self.torch.optim.Adam(self.model.parameters(), lr=LEARNING_RATE, **adam)
        self.choice = f"Adam {' '.join(f'{key}={value}' for key, value in adam.items())}, {self.threads} thread(s)"

    def run(self, batches=None):
        self.torch.set_num_threads(self.threads if batches is None else self.torch.get_num_threads())
        for rows in self.torch.randperm(len(self.x)).split(self.batch)[:batches]:
            self.optimizer.zero_grad(set_to_none=True)
            self.loss(self.model(self.x[rows]), self.labels[rows]).backward()
            self.optimizer.step()

    def error(self):
        with self.torch.no_grad():
            return self.loss(self.model(self.x), self.labels).item()

    @staticmethod
    def describe():
        import torch
        config = torch.__config__.show()
        facts = [line.strip(" -") for line in config.splitlines() if "CPU capability" in line or "MKL" in line]
        facts += [item for item in config.replace("\n", ",").split(",") if item.strip().startswith("BLAS_INFO")]
        return torch.__version__, ", ".join(fact.strip() for fact in facts)


class Sklearn:
    """MLPClassifier.partial_fit, one pass over the samples a call: relu, for it has no leaky one. It keeps floats."""

    package = "sklearn"
    choice = "relu"

    def __init__(self, layers, x, labels, batch, threads):
        import sklearn
        from sklearn.neural_network import MLPClassifier
        sklearn.set_config(assume_finite=True)    # does not look for NaN again in each epoch
        self.x, self.labels = x, labels
        self.model = MLPClassifier(layers[1:-1], alpha=0, batch_size=batch, learning_rate_init=LEARNING_RATE, random_state=0)
        self.model.partial_fit(x, labels, classes=np.arange(layers[-1]))

    def run(self):
        self.model.partial_fit(self.x, self.labels)

    def error(self):
        likelihood = self.model.predict_proba(self.x)[np.arange(len(self.labels)), self.labels]
        return float(-np.log(np.maximum(likelihood, 1e-30)).mean())

    @staticmethod
    def describe():
        import sklearn
        return sklearn.__version__, f"NumPy {np.__version__}"


class Server:
    def __init__(self, networks):
        self.networks = networks

    def time(self, layers, repetitions):
        return seconds_of(self.networks[layers].run, int(repetitions))

    def error(self, layers):
        return self.networks[layers].error()


def main(peer, samples, batch, classes, threads, *layer_lists):
    kind = {"torch": Torch, "sklearn": Sklearn}[peer]
    try:
        __import__(kind.package)
    except ImportError as error:
        print(f"missing\t{error}", flush=True)
        return
    warnings.simplefilter("ignore")    # of deprecations, which say nothing to the reader of a table
    x, labels = make_data(int(samples), int(classes))
    pixels = x.astype(np.float32) / 255
    networks = {text: kind([int(n) for n in text.split(",")], pixels, labels, int(batch), int(threads))
                for text in layer_lists}
    version, facts = kind.describe()
    choices = "; ".join(f"[{text}]: {network.choice}" for text, network in networks.items())
    serve(Server(networks), f"{version}\t{blas_facts()}\t{facts}; {choices}\t{checksum(x, labels)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
