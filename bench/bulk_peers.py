"""Predictions of many rows by NumPy, PyTorch and scikit-learn, as the bench's peers in the suite "bulk": each in the setting that is
its fastest.

    usage: bulk_peers.py numpy|torch|sklearn FILE LAYERS THREADS

FILE has the bytes of epoch_data.h, LAYERS are such as 784,512,512,10. Requests: "checksum", of these bytes, "check KEY", an error unless the
predictions are likelihoods, and those of peer.py's Server, where a key is float32 or float64 and a run is a prediction of all rows.

Everyone computes a dense layer with a rectifier, twice, then a dense layer with softmax; the rows are in one array before.
"""
import os
import sys
import warnings
import zlib

os.environ.setdefault("OMP_WAIT_POLICY", "passive")    # see epoch_peers.py

from peer import Server, blas_facts, need, serve

np = need("numpy", "python3-numpy")
SLOPE = 0.01
BLOCKS = 1000, 250, "all"


class Rows:
    def __init__(self, path, inputs):
        data = np.fromfile(path, np.uint8)
        n = len(data) // (inputs + 1)
        self.checksum, self.bytes = zlib.adler32(data), data[:n * inputs].reshape(n, inputs)

    def as_numbers(self, dtype):
        return np.divide(self.bytes, 255, dtype=dtype)


def block_size(setting, rows):
    return len(rows) if setting["rows at once"] == "all" else min(setting["rows at once"], len(rows))


class NumPy:
    """As somebody writes it who knows NumPy: arrays for a block of rows are made once, and every operation writes into one that
    exists."""

    name, package = "NumPy", "numpy"

    @staticmethod
    def stages(threads):
        return {"BLAS threads": sorted({threads, 1}, reverse=True), "rows at once": BLOCKS}

    def __init__(self, layers, rows, dtype, setting):
        generator = np.random.default_rng(0)
        self.rows, self.threads = rows.as_numbers(dtype), setting["BLAS threads"]
        self.block = block_size(setting, self.rows)
        self.w = [generator.normal(0, np.sqrt(2 / n), (n, n_next)).astype(dtype) for n, n_next in zip(layers, layers[1:])]
        self.b = [np.zeros(n, dtype) for n in layers[1:]]
        self.x, self.slope = ([np.empty((self.block, n), dtype) for n in layers[1:-1]] for _ in range(2))
        self.y, self.column = np.empty((len(self.rows), layers[-1]), dtype), np.empty((self.block, 1), dtype)

    def run(self):
        for begin in range(0, len(self.rows), self.block):
            x = self.rows[begin:begin + self.block]
            for w, b, z, slope in zip(self.w, self.b, self.x, self.slope):
                z, slope = z[:len(x)], slope[:len(x)]
                np.matmul(x, w, out=z)
                z += b
                np.multiply(z, SLOPE, out=slope)
                np.maximum(z, slope, out=z)
                x = z
            y, column = self.y[begin:begin + self.block], self.column[:len(x)]
            np.matmul(x, self.w[-1], out=y)
            y += self.b[-1]
            np.amax(y, axis=1, keepdims=True, out=column)
            y -= column
            np.exp(y, out=y)
            np.sum(y, axis=1, keepdims=True, out=column)
            y /= column
        return self.y

    @staticmethod
    def describe():
        return f"NumPy {np.__version__}"


class Torch:
    """Sequential of Linear, LeakyReLU and Softmax in inference_mode. PyTorch's threads and those of a BLAS beside it are counted
    apart."""

    name, package = "PyTorch", "torch"

    @staticmethod
    def stages(threads):
        return {"PyTorch + BLAS threads": sorted({(threads, threads), (1, threads), (1, 1)}, reverse=True),
                "rows at once": BLOCKS, "rectifier": ("in place", "new array"),
                "model": ("eager", "jit.freeze", "torch.compile")}

    def __init__(self, layers, rows, dtype, setting):
        import torch
        self.torch = torch
        self.own_threads, self.threads = setting["PyTorch + BLAS threads"]
        torch.manual_seed(0)
        x = torch.from_numpy(rows.as_numbers(dtype))
        self.blocks = x.split(block_size(setting, x))
        self.y = x.new_empty((len(x), layers[-1])) if len(self.blocks) > 1 else None
        modules = []
        for n_in, n_out in zip(layers, layers[1:]):
            modules += [torch.nn.Linear(n_in, n_out, dtype=x.dtype),
                        torch.nn.LeakyReLU(SLOPE, inplace=setting["rectifier"] == "in place")]
        self.model = torch.nn.Sequential(*modules[:-1], torch.nn.Softmax(dim=1)).eval().requires_grad_(False)
        if setting["model"] == "jit.freeze":
            self.model = torch.jit.freeze(torch.jit.script(self.model))
        elif setting["model"] == "torch.compile":
            if not hasattr(torch, "compile"):
                raise NotImplementedError(f"PyTorch has it from 2.0 on, this is {torch.__version__}")
            self.model = torch.compile(self.model)

    def run(self):
        self.torch.set_num_threads(self.own_threads)
        with self.torch.inference_mode():
            if self.y is None:
                return self.model(self.blocks[0])
            for x, y in zip(self.blocks, self.y.split(len(self.blocks[0]))):
                y.copy_(self.model(x))
            return self.y

    @staticmethod
    def describe():
        import torch
        return f"PyTorch {torch.__version__}"


class Sklearn:
    """MLPClassifier.predict_proba: relu, for it has no leaky one."""

    name, package = "scikit-learn", "sklearn"

    @staticmethod
    def stages(threads):
        return {"BLAS threads": sorted({threads, 1}, reverse=True), "rows at once": BLOCKS}

    def __init__(self, layers, rows, dtype, setting):
        import sklearn
        from sklearn.neural_network import MLPClassifier
        sklearn.set_config(assume_finite=True)    # does not look for NaN in each call
        self.rows, self.threads = rows.as_numbers(dtype), setting["BLAS threads"]
        self.block = block_size(setting, self.rows)
        self.y = np.empty((len(self.rows), layers[-1]), dtype)
        self.model = MLPClassifier(layers[1:-1], random_state=0)
        self.model.partial_fit(self.rows[:100], np.arange(100) % layers[-1], np.arange(layers[-1]))
        if self.model.coefs_[0].dtype != dtype:
            raise TypeError(f"this version of scikit-learn predicts in {self.model.coefs_[0].dtype}")

    def run(self):
        if self.block == len(self.rows):
            return self.model.predict_proba(self.rows)
        for begin in range(0, len(self.rows), self.block):
            self.y[begin:begin + self.block] = self.model.predict_proba(self.rows[begin:begin + self.block])
        return self.y

    @staticmethod
    def describe():
        import sklearn
        return f"scikit-learn {sklearn.__version__} on NumPy {np.__version__}"


def check(y, n_rows, n_out):
    """A likelihood of each class for each row, or an error."""
    y = np.asarray(y)
    if y.shape != (n_rows, n_out) or not np.allclose(y.sum(axis=1), 1, atol=1e-4):
        raise RuntimeError(f"predictions of shape {y.shape} that are no likelihoods")


def main(peer, path, layers, threads):
    kind = {"numpy": NumPy, "torch": Torch, "sklearn": Sklearn}[peer]
    need(kind.package, f"python3-{kind.package}; or sh bench/run.sh --peers")
    warnings.simplefilter("ignore")    # of deprecations, which say nothing to the reader of a table
    layers = [int(n) for n in layers.split(",")]
    rows = Rows(path, layers[0])
    server = Server(kind.name, lambda dtype: kind.stages(int(threads)),
                    lambda dtype, setting: kind(layers, rows, np.dtype(dtype), setting))
    server.checksum = lambda: rows.checksum
    server.check = lambda dtype: check(server.networks[dtype].run(), len(rows.bytes), layers[-1]) or "right"
    serve(server, f"{kind.describe()}\t{blas_facts()}")


if __name__ == "__main__":
    main(*sys.argv[1:])
