#!/usr/bin/env python3
"""An epoch of training in PyTorch or scikit-learn, for the suite "epoch": a server that times itself.

    epoch_peers.py PEER LAYERS BATCH SAMPLES THREADS

Prints one line of facts, then answers "time N" with the seconds of N epochs and "error" with the mean loss of the latest.
Each peer in the setting that is best for it: float32, the data in one array, a new order each epoch by its own shuffle.
"""
import sys
import time
import warnings

import numpy as np


class Torch:
    def __init__(self, layers, x, labels, batch, threads):
        import torch

        self.torch, self.batch = torch, batch
        torch.set_num_threads(threads)
        torch.manual_seed(0)
        modules = []
        for n_in, n_out in zip(layers, layers[1:]):
            modules += [torch.nn.Linear(n_in, n_out), torch.nn.LeakyReLU(0.01)]
        self.model = torch.nn.Sequential(*modules[:-1])
        self.loss = torch.nn.CrossEntropyLoss()
        self.optimizer = torch.optim.Adam(self.model.parameters(), 0.001)
        self.x, self.labels = torch.from_numpy(x), torch.from_numpy(labels)
        self.facts = "PyTorch %s, %d thread(s), %s" % (torch.__version__, torch.get_num_threads(), next(
            (line.strip(" -") for line in torch.__config__.show().splitlines() if "capability" in line), "unknown"))

    def epoch(self):
        sums = []
        for rows in self.torch.randperm(len(self.x)).split(self.batch):
            self.optimizer.zero_grad(set_to_none=True)
            loss = self.loss(self.model(self.x[rows]), self.labels[rows])
            loss.backward()
            self.optimizer.step()
            sums.append(loss.detach())
        self.error = float(self.torch.stack(sums).mean())


class Sklearn:
    def __init__(self, layers, x, labels, batch, threads):
        import sklearn
        from sklearn.neural_network import MLPClassifier

        self.x, self.labels, self.classes = x, labels, np.arange(layers[-1])
        self.model = MLPClassifier(layers[1:-1], batch_size=batch, alpha=0, random_state=0)
        self.facts = "scikit-learn %s, threads of its BLAS: as many as ours" % sklearn.__version__

    def epoch(self):
        self.model.partial_fit(self.x, self.labels, self.classes)  # one pass, shuffled, in batches
        self.error = self.model.loss_


def main(peer, layers, batch, samples, threads):
    warnings.simplefilter("ignore")
    layers, batch, samples, threads = [int(n) for n in layers.split(",")], int(batch), int(samples), int(threads)
    generator = np.random.default_rng(0)
    x = generator.random((samples, layers[0]), dtype=np.float32)
    labels = generator.integers(0, layers[-1], samples)
    server = {"torch": Torch, "sklearn": Sklearn}[peer](layers, x, labels, batch, threads)
    print(server.facts, flush=True)
    for line in sys.stdin:
        request, *arguments = line.split()
        if request == "time":
            begin = time.perf_counter_ns()
            for _ in range(int(arguments[0])):
                server.epoch()
            print(repr((time.perf_counter_ns() - begin) * 1e-9), flush=True)
        else:
            server.epoch()
            print(repr(server.error), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
