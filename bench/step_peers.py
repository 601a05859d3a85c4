"""One sample at a time by NumPy, PyTorch and scikit-learn, as the bench's peers in the suite "step": each in the setting that is
its fastest.

    usage: step_peers.py numpy|torch|sklearn LAYERS X Y THREADS

Lists with commas: 2,1000,1000,2. Requests are those of peer.py's Server. A key is WAY:OPERATION:DTYPE, such as
in-place:train:float64: the way is one of WAYS below, the operation train or predict.

NumPy and PyTorch by hand compute the tutorial's step as tutorial.py does. PyTorch's autograd and scikit-learn have the same
layers and loss, but the plain sigmoid and first weights of their own, which the time does not depend on.
"""
import os
import sys
import warnings

os.environ.setdefault("OMP_WAIT_POLICY", "passive")    # see epoch_peers.py

from peer import Server, blas_facts, need, serve

np = need("numpy", "python3-numpy")
from tutorial import LEARNING_RATE, SLOPE


def random_weights(layers, dtype):
    """Of each layer, [next, current + 1] in [0, 1), the bias last."""
    generator = np.random.default_rng(1)
    return [generator.random((n_next, n + 1)).astype(dtype) for n, n_next in zip(layers, layers[1:])]


class NumPy:
    """As somebody writes it who knows NumPy: no array is made in a step, and every operation writes into one that exists.

    Each x has a 1 behind it, so that a bias is a weight. NumPy has no rank-1 update in place; SciPy has the BLAS's, which takes
    columns: it is given the transposed matrix. Without SciPy the product goes through a block of rows that stays in a cache."""

    @staticmethod
    def stages(threads, operation):
        stages = {"BLAS threads": sorted({threads, 1}, reverse=True)}
        return stages | ({"W - psi x": ("SciPy's ger", "8 rows a block", "64 rows a block")} if operation == "train" else {})

    def __init__(self, layers, x, y, operation, dtype, setting):
        self.threads, self.trains = setting["BLAS threads"], operation == "train"
        self.w, self.y = random_weights(layers, dtype), np.array(y, dtype)
        self.x = [np.ones(n + 1, dtype) for n in layers]
        self.x[0][:-1] = x
        self.z = [x[:-1] for x in self.x]
        self.psi, self.slope = ([np.empty(n, dtype) for n in layers] for _ in range(2))
        self.subtract = None
        if self.trains and setting["W - psi x"] == "SciPy's ger":
            from scipy.linalg import get_blas_funcs
            self.ger = get_blas_funcs("ger", dtype=dtype)
            self.subtract = self.subtract_by_ger
        elif self.trains:
            rows = int(setting["W - psi x"].split()[0])
            self.blocks = [[(w[i:i + rows], psi[i:i + rows, None], x, np.empty_like(w[i:i + rows]))
                            for i in range(0, len(w), rows)] for w, psi, x in zip(self.w, self.psi[1:], self.x)]
            self.subtract = self.subtract_by_blocks

    def subtract_by_ger(self, layer):
        w = self.w[layer].T
        if self.ger(-LEARNING_RATE, self.x[layer], self.psi[layer + 1], a=w, overwrite_a=True) is not w:
            raise RuntimeError("SciPy's ger made a copy")

    def subtract_by_blocks(self, layer):
        self.psi[layer + 1] *= LEARNING_RATE
        for w, psi, x, product in self.blocks[layer]:
            np.multiply(psi, x, out=product)
            w -= product

    def predict(self):
        for w, x, z in zip(self.w, self.x, self.z[1:]):
            np.dot(w, x, out=z)
            z *= -SLOPE
            np.exp(z, out=z)
            z += 1
            np.reciprocal(z, out=z)
        return self.z[-1]

    def times_derivative(self, layer):
        slope, z = self.slope[layer], self.z[layer]
        np.subtract(1, z, out=slope)
        slope *= z
        self.psi[layer] *= slope

    def train(self):
        psi = self.psi
        np.subtract(self.predict(), self.y, out=psi[-1])
        psi[-1] *= 2
        self.times_derivative(-1)
        for layer in range(len(self.w) - 1, -1, -1):
            if layer > 0:
                np.dot(psi[layer + 1], self.w[layer][:, :-1], out=psi[layer])
                self.times_derivative(layer)
            self.subtract(layer)

    def run(self):
        self.train() if self.trains else self.predict()

    def error(self):
        return float(np.sum((self.y - self.predict())**2))


def thread_counts(threads):
    """PyTorch's threads and those of a BLAS beside it are counted apart."""
    return {"PyTorch + BLAS threads": sorted({(threads, threads), (1, threads), (1, 1)}, reverse=True)}


class Autograd:
    """What PyTorch's users write: Linear, Sigmoid, MSELoss and SGD; a prediction is in inference_mode."""

    @staticmethod
    def stages(threads, operation):
        training = {"SGD": ("plain", "foreach", "fused"), "zero_grad": ("to None", "to 0")}
        return thread_counts(threads) | (training if operation == "train" else {}) | {
            "model": ("eager", "jit.script", "torch.compile")}

    def __init__(self, layers, x, y, operation, dtype, setting):
        import torch
        self.torch, self.trains = torch, operation == "train"
        self.own_threads, self.threads = setting["PyTorch + BLAS threads"]
        torch.manual_seed(0)
        torch_type = getattr(torch, dtype)
        self.x, self.y = (torch.tensor([values], dtype=torch_type) for values in (x, y))
        modules = []
        for n, n_next in zip(layers, layers[1:]):
            modules += [torch.nn.Linear(n, n_next, dtype=torch_type), torch.nn.Sigmoid()]
        self.model, self.loss = torch.nn.Sequential(*modules), torch.nn.MSELoss(reduction="sum")
        if self.trains:
            sgd = {"plain": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}}[setting["SGD"]]
            self.optimizer = torch.optim.SGD(self.model.parameters(), LEARNING_RATE, **sgd)
            self.to_none = setting["zero_grad"] == "to None"
        else:
            self.model.requires_grad_(False)
        if setting["model"] == "jit.script":
            self.model = torch.jit.script(self.model)
        elif setting["model"] == "torch.compile":
            if not hasattr(torch, "compile"):
                raise NotImplementedError(f"PyTorch has it from 2.0 on, this is {torch.__version__}")
            self.model = torch.compile(self.model)

    def run(self):
        self.torch.set_num_threads(self.own_threads)
        if not self.trains:
            with self.torch.inference_mode():
                return self.model(self.x)
        self.optimizer.zero_grad(set_to_none=self.to_none)
        self.loss(self.model(self.x), self.y).backward()
        self.optimizer.step()

    def error(self):
        with self.torch.no_grad():
            return float(self.loss(self.model(self.x), self.y))


class ByHand:
    """The formulas in PyTorch's operations that write into tensors that exist: no autograd, no optimizer."""

    @staticmethod
    def stages(threads, operation):
        return thread_counts(threads) | ({"W - psi x": ("addr_", "addmm_")} if operation == "train" else {})

    def __init__(self, layers, x, y, operation, dtype, setting):
        import torch
        self.torch, self.trains = torch, operation == "train"
        self.own_threads, self.threads = setting["PyTorch + BLAS threads"]
        weights = [torch.from_numpy(w) for w in random_weights(layers, dtype)]
        self.w, self.b = [w[:, :-1].contiguous() for w in weights], [w[:, -1].contiguous() for w in weights]
        self.x = [self.w[0].new_empty(n) for n in layers]
        self.psi, self.slope = ([torch.empty_like(x) for x in self.x] for _ in range(2))
        self.x[0], self.y = (torch.tensor(values, dtype=self.x[0].dtype) for values in (x, y))
        self.subtract = self.subtract_by_addr
        if self.trains and setting["W - psi x"] == "addmm_":
            self.subtract = self.subtract_by_addmm

    def subtract_by_addr(self, layer):
        self.w[layer].addr_(self.psi[layer + 1], self.x[layer], alpha=-LEARNING_RATE)

    def subtract_by_addmm(self, layer):
        self.w[layer].addmm_(self.psi[layer + 1].unsqueeze(1), self.x[layer].unsqueeze(0), alpha=-LEARNING_RATE)

    def predict(self):
        for layer, (w, b) in enumerate(zip(self.w, self.b)):
            z = self.x[layer + 1]
            self.torch.addmv(b, w, self.x[layer], out=z)
            z.mul_(SLOPE).sigmoid_()
        return self.x[-1]

    def times_derivative(self, layer):
        x, slope = self.x[layer], self.slope[layer]
        self.torch.sub(1, x, out=slope)
        self.psi[layer].mul_(slope).mul_(x)

    def train(self):
        psi = self.psi
        self.torch.sub(self.predict(), self.y, out=psi[-1])
        psi[-1].mul_(2)
        self.times_derivative(-1)
        for layer in range(len(self.w) - 1, -1, -1):
            if layer > 0:
                self.torch.mv(self.w[layer].t(), psi[layer + 1], out=psi[layer])
                self.times_derivative(layer)
            self.subtract(layer)
            self.b[layer].sub_(psi[layer + 1], alpha=LEARNING_RATE)

    def run(self):
        self.torch.set_num_threads(self.own_threads)
        with self.torch.inference_mode():
            self.train() if self.trains else self.predict()

    def error(self):
        return float(((self.predict() - self.y)**2).sum())


class Sklearn:
    """MLPRegressor: partial_fit of one sample by sgd without momentum. Its output has no sigmoid, so that the others' rate would be
    too large for a thousand inputs."""

    @staticmethod
    def stages(threads, operation):
        return {"BLAS threads": sorted({threads, 1}, reverse=True)}

    def __init__(self, layers, x, y, operation, dtype, setting):
        import sklearn
        from sklearn.neural_network import MLPRegressor
        sklearn.set_config(assume_finite=True)    # does not look for NaN in each sample
        self.threads, self.trains = setting["BLAS threads"], operation == "train"
        self.x, self.y = np.array([x], dtype), np.array([y], dtype)
        self.model = MLPRegressor(layers[1:-1], "logistic", solver="sgd", alpha=0, batch_size=1, momentum=0,
                                  nesterovs_momentum=False, learning_rate_init=LEARNING_RATE / 10, shuffle=False, random_state=0)
        self.model.partial_fit(self.x, self.y)
        if self.model.coefs_[0].dtype != dtype:
            raise TypeError(f"this version of scikit-learn trains in {self.model.coefs_[0].dtype}")

    def run(self):
        if self.trains:
            self.model.partial_fit(self.x, self.y)
        else:
            self.model.predict(self.x)

    def error(self):
        return float(np.sum((self.y - self.model.predict(self.x))**2))


def describe_torch():
    import torch
    return f"PyTorch {torch.__version__}"


def describe_sklearn():
    import sklearn
    return f"scikit-learn {sklearn.__version__}"


PEERS = {"numpy": ("NumPy", "numpy", lambda: f"NumPy {np.__version__}"),
         "torch": ("PyTorch", "torch", describe_torch),
         "sklearn": ("scikit-learn", "sklearn", describe_sklearn)}
WAYS = {"in-place": NumPy, "autograd": Autograd, "by-hand": ByHand, "partial_fit": Sklearn}


def main(peer, layers, x, y, threads):
    name, package, describe = PEERS[peer]
    need(package, f"python3-{package}; or sh bench/run.sh --peers")
    warnings.simplefilter("ignore")    # of deprecations, which say nothing to the reader of a table
    work = [int(n) for n in layers.split(",")], [float(v) for v in x.split(",")], [float(v) for v in y.split(",")]

    def stages(key):
        way, operation, _ = key.split(":")
        return WAYS[way].stages(int(threads), operation)

    def make(key, setting):
        way, operation, dtype = key.split(":")
        return WAYS[way](*work, operation, dtype, setting)

    serve(Server(name, stages, make), f"{describe()}\t{blas_facts()}")


if __name__ == "__main__":
    main(*sys.argv[1:])
