"""Epochs of NumPy, PyTorch and scikit-learn, as the bench's peers in the suite "epoch": each in the setting that is its fastest.

    usage: epoch_peers.py numpy|torch|sklearn FILE INPUTS BATCH THREADS

FILE has the bytes of epoch_data.h. Requests: "checksum", of these bytes, and those of peer.py's Server, where a key is the
layers as 784,128,10, a run is an epoch, and the error the mean cross-entropy.

A peer is a class with `stages`, the settings that are worth a try. All train in float32, on samples in one array, with Adam at
the same rate.
"""
import os
import re
import sys
import warnings
import zlib

# OpenMP's threads sleep while they wait, unless the user decided otherwise: where PyTorch's OpenMP and a BLAS with threads of
# its own share the cores, spinning ones take them from the others. To be set before either library is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from peer import Server, blas_facts, need, serve

np = need("numpy", "python3-numpy")
RATE, BETA1, BETA2, EPSILON, SLOPE = 0.001, 0.9, 0.999, 1e-8, 0.01
ORDERS = "rows gathered a batch", "shuffled copy an epoch"


class Samples:
    def __init__(self, path, inputs, batch):
        data = np.fromfile(path, np.uint8)
        n = len(data) // (inputs + 1)
        self.batch, self.checksum = batch, zlib.adler32(data)
        self.x = np.divide(data[:n * inputs].reshape(n, inputs), 255, dtype=np.float32)
        self.labels = data[n * inputs:].astype(np.int64)
        self.x.flags.writeable = self.labels.flags.writeable = False    # a peer that trains on something else is an error


def mean_cross_entropy(likelihood, labels):
    return float(-np.log(np.maximum(likelihood[np.arange(len(labels)), labels], 1e-30)).mean())


class NumPy:
    """As somebody writes it who knows NumPy: every array is made once, and every operation writes into one that exists.

    Parameters, gradients and moments are flat arrays, so Adam is a dozen operations; in blocks, all that they touch stays in
    a cache between them."""

    name, package = "NumPy", "numpy"

    @staticmethod
    def stages(threads):
        return {"BLAS threads": sorted({threads, 1}, reverse=True), "order": ORDERS,
                "numbers in a block of Adam": (1 << 14, 1 << 16, "all")}

    def __init__(self, layers, samples, setting):
        self.samples, self.threads = samples, setting["BLAS threads"]
        self.gathers = setting["order"] == ORDERS[0]
        self.generator, self.updates = np.random.default_rng(0), 0
        sizes = [(n_in + 1) * n_out for n_in, n_out in zip(layers, layers[1:])]
        self.parameters, self.gradient, self.m, self.v = (np.zeros(sum(sizes), np.float32) for _ in range(4))
        self.w, self.b, self.w_gradient, self.b_gradient = [], [], [], []
        for n_in, n_out, end in zip(layers, layers[1:], np.cumsum(sizes)):
            begin, bias = end - (n_in + 1) * n_out, end - n_out
            for flat, w, b in (self.parameters, self.w, self.b), (self.gradient, self.w_gradient, self.b_gradient):
                w.append(flat[begin:bias].reshape(n_in, n_out))
                b.append(flat[bias:end])
            self.w[-1][:] = self.generator.normal(0, np.sqrt(2 / n_in), (n_in, n_out))
        size, most = setting["numbers in a block of Adam"], len(self.parameters)
        size = most if size == "all" else min(size, most)
        self.scratch = np.empty(size, np.float32)
        self.blocks = [tuple(a[i:i + size] for a in (self.parameters, self.gradient, self.m, self.v)) +
                       (self.scratch[:most - i],) for i in range(0, most, size)]
        rows = samples.batch
        self.gathered = np.empty((rows, layers[0]), np.float32)
        self.x = [None] + [np.empty((rows, n), np.float32) for n in layers[1:]]    # the first is whatever forward is given
        self.slope = [np.empty((rows, n), np.float32) for n in layers]
        self.psi = [np.empty((rows, n), np.float32) for n in layers]
        self.ones, self.column = np.ones(rows, np.float32), np.empty((rows, 1), np.float32)
        self.copy = np.empty_like(samples.x)

    def forward(self, first):
        x = self.x
        x[0] = first
        for l, (w, b) in enumerate(zip(self.w, self.b), 1):
            np.matmul(x[l - 1], w, out=x[l])
            x[l] += b
            if l < len(self.w):
                np.greater(x[l], 0, out=self.slope[l])    # 1 or 0, then 1 or SLOPE: the derivative, and the factor
                np.maximum(self.slope[l], SLOPE, out=self.slope[l])
                x[l] *= self.slope[l]
        np.amax(x[-1], axis=1, keepdims=True, out=self.column)
        x[-1] -= self.column
        np.exp(x[-1], out=x[-1])
        np.sum(x[-1], axis=1, keepdims=True, out=self.column)
        x[-1] /= self.column
        return x[-1]

    def backward(self, labels):
        x, psi = self.x, self.psi
        np.multiply(x[-1], 1 / len(labels), out=psi[-1])
        psi[-1][np.arange(len(labels)), labels] -= np.float32(1 / len(labels))
        for l in range(len(self.w), 0, -1):
            np.matmul(x[l - 1].T, psi[l], out=self.w_gradient[l - 1])
            np.matmul(self.ones, psi[l], out=self.b_gradient[l - 1])
            if l > 1:
                np.matmul(psi[l], self.w[l - 1].T, out=psi[l - 1])
                psi[l - 1] *= self.slope[l - 1]

    def update(self):
        """Adam, with the corrections of its moments moved into the rate and ε."""
        self.updates += 1
        correction = (1 - BETA2**self.updates)**0.5
        rate, epsilon = RATE * correction / (1 - BETA1**self.updates), EPSILON * correction
        for parameters, gradient, m, v, t in self.blocks:
            np.multiply(gradient, 1 - BETA1, out=t)
            m *= BETA1
            m += t
            np.square(gradient, out=t)
            t *= 1 - BETA2
            v *= BETA2
            v += t
            np.sqrt(v, out=t)
            t += epsilon
            np.divide(m, t, out=t)
            t *= rate
            parameters -= t

    def run(self):
        samples, rows = self.samples, self.samples.batch
        order = self.generator.permutation(len(samples.labels))
        labels = samples.labels[order]
        if not self.gathers:
            np.take(samples.x, order, axis=0, out=self.copy, mode="clip")    # "raise" would take a copy of the copy
        for i in range(0, len(order), rows):
            if self.gathers:
                np.take(samples.x, order[i:i + rows], axis=0, out=self.gathered, mode="clip")
            self.forward(self.gathered if self.gathers else self.copy[i:i + rows])
            self.backward(labels[i:i + rows])
            self.update()

    def error(self):
        labels, rows = self.samples.labels, self.samples.batch
        return float(np.mean([mean_cross_entropy(self.forward(self.samples.x[i:i + rows]), labels[i:i + rows])
                              for i in range(0, len(labels), rows)]))

    @staticmethod
    def describe():
        return f"NumPy {np.__version__}"


class Torch:
    """Sequential, LeakyReLU, CrossEntropyLoss and Adam. PyTorch's threads and those of a BLAS beside it are counted apart."""

    name, package = "PyTorch", "torch"

    @staticmethod
    def stages(threads):
        return {"PyTorch + BLAS threads": sorted({(threads, threads), (1, threads), (1, 1)}, reverse=True),
                "Adam": ("plain", "foreach", "fused"), "order": ORDERS, "torch.compile": ("no", "yes")}

    def __init__(self, layers, samples, setting):
        import torch
        self.torch, self.batch = torch, samples.batch
        self.own_threads, self.threads = setting["PyTorch + BLAS threads"]
        self.gathers = setting["order"] == ORDERS[0]
        torch.manual_seed(0)
        self.x, self.labels = torch.from_numpy(samples.x), torch.from_numpy(samples.labels)
        modules = []
        for n_in, n_out in zip(layers, layers[1:]):
            modules += [torch.nn.Linear(n_in, n_out), torch.nn.LeakyReLU(SLOPE)]
        self.model = torch.nn.Sequential(*modules[:-1])
        self.loss = torch.nn.CrossEntropyLoss()
        adam = {"plain": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}}[setting["Adam"]]
        self.optimizer = torch.optim.Adam(self.model.parameters(), RATE, (BETA1, BETA2), EPSILON, **adam)
        if setting["torch.compile"] == "yes":
            if not hasattr(torch, "compile"):
                raise NotImplementedError(f"PyTorch has it from 2.0 on, this is {torch.__version__}")
            self.model = torch.compile(self.model)

    def run(self):
        self.torch.set_num_threads(self.own_threads)
        order = self.torch.randperm(len(self.x))
        labels = self.labels.index_select(0, order).split(self.batch)
        x = order.split(self.batch) if self.gathers else self.x.index_select(0, order).split(self.batch)
        for batch, y in zip(x, labels):
            self.optimizer.zero_grad(set_to_none=True)
            self.loss(self.model(self.x.index_select(0, batch) if self.gathers else batch), y).backward()
            self.optimizer.step()

    def error(self):
        with self.torch.no_grad():
            return float(np.mean([self.loss(self.model(x), y).item()
                                  for x, y in zip(self.x.split(self.batch), self.labels.split(self.batch))]))

    @staticmethod
    def describe():
        import torch
        config = torch.__config__.show()
        facts = re.findall(r"Math Kernel Library Version [\d.]+|(?:MKL-DNN|oneDNN) v[\d.]+"
                           r"|CPU capability usage: \w+|BLAS_INFO=\w+", config)
        return f"PyTorch {torch.__version__} ({', '.join(facts)})"


class Sklearn:
    """MLPClassifier.partial_fit, one pass over the samples a call: relu, for it has no leaky one."""

    name, package = "scikit-learn", "sklearn"

    @staticmethod
    def stages(threads):
        return {"BLAS threads": sorted({threads, 1}, reverse=True), "order": ORDERS}

    def __init__(self, layers, samples, setting):
        import sklearn
        from sklearn.neural_network import MLPClassifier
        sklearn.set_config(assume_finite=True)    # does not look for NaN again in each epoch
        self.x, self.labels = samples.x, samples.labels
        self.threads, self.gathers = setting["BLAS threads"], setting["order"] == ORDERS[0]
        self.generator = np.random.default_rng(0)
        self.model = MLPClassifier(layers[1:-1], alpha=0, batch_size=samples.batch, shuffle=self.gathers,
                                   learning_rate_init=RATE, beta_1=BETA1, beta_2=BETA2, epsilon=EPSILON, random_state=0)
        self.model.partial_fit(self.x[:samples.batch], self.labels[:samples.batch], np.arange(layers[-1]))
        if self.model.coefs_[0].dtype != np.float32:
            raise TypeError("this version of scikit-learn trains in double")

    def run(self):
        if self.gathers:
            self.model.partial_fit(self.x, self.labels)
        else:
            order = self.generator.permutation(len(self.labels))
            self.model.partial_fit(self.x[order], self.labels[order])

    def error(self):
        return mean_cross_entropy(self.model.predict_proba(self.x), self.labels)

    @staticmethod
    def describe():
        import sklearn
        return f"scikit-learn {sklearn.__version__} on NumPy {np.__version__}"


def main(peer, path, inputs, batch, threads):
    kind = {"numpy": NumPy, "torch": Torch, "sklearn": Sklearn}[peer]
    need(kind.package, f"python3-{kind.package}; or sh bench/run.sh --peers")
    warnings.simplefilter("ignore")    # of deprecations, which say nothing to the reader of a table
    samples = Samples(path, int(inputs), int(batch))
    server = Server(kind.name, lambda layers: kind.stages(int(threads)),
                    lambda layers, setting: kind([int(n) for n in layers.split(",")], samples, setting))
    server.checksum = lambda: samples.checksum
    serve(server, f"{kind.describe()}\t{blas_facts()}")


if __name__ == "__main__":
    main(*sys.argv[1:])
