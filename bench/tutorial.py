"""The tutorial's network in NumPy, as the bench's peer: typed from the formulas, and nothing made clever.

Two forms of one class, which compute the same numbers:

    DNN        neuron by neuron, as gradient descent is derived by hand: one dot product a neuron, one row of
               the gradient a neuron, one dot product a column for psi
    MatrixDNN  the same formulas a layer at a time: W @ x, np.outer, W -= lr * gradient

Run by the bench as a child: it says what it is in one line, then answers each line it reads. Requests are
"time FORM OPERATION DTYPE REPETITIONS", answered by the seconds that so many repetitions took after some that are not
timed (as many as harness_untimed says), and "error FORM OPERATION DTYPE", answered by the squared error of that network now.
"""
import sys

from peer import blas_facts, need, seconds_of, serve

np = need("numpy", "python3-numpy")

SLOPE = 0.01          # c of the sigmoid 1 / (1 + exp(-c z)); its derivative is x (1 - x), c left out, as in the tutorial
LEARNING_RATE = 0.01


def sigmoid(z):
    return 1 / (1 + np.exp(-SLOPE * z))


def with_bias(x):
    return np.append(x, x.dtype.type(1))


class DNN:
    """Layers of neurons; weights[l] is (next, current + 1), the bias in the last column."""

    def __init__(self, layers, dtype=np.float64):
        generator = np.random.default_rng(1)
        self.layers = layers
        self.weights = [generator.random((n_next, n + 1)).astype(dtype) for n, n_next in zip(layers, layers[1:])]

    def forward(self, w, x):
        return np.array([np.dot(row, x) for row in w])

    def gradient(self, psi, x):
        return np.array([psi_i * x for psi_i in psi])

    def backward(self, w, psi):
        return np.array([np.dot(w[:, j], psi) for j in range(w.shape[1] - 1)])

    def predict(self, data):
        self.x_s = [with_bias(data)]
        for w in self.weights:
            self.x_s.append(with_bias(sigmoid(self.forward(w, self.x_s[-1]))))
        return self.x_s[-1][:-1]

    def train(self, data, y_true):
        x = self.predict(data)
        psi = -2 * (y_true - x) * x * (1 - x)
        gradients = []
        for layer in reversed(range(len(self.weights))):
            gradients.insert(0, self.gradient(psi, self.x_s[layer]))
            if layer > 0:
                x = self.x_s[layer][:-1]
                psi = self.backward(self.weights[layer], psi) * x * (1 - x)
        for w, gradient in zip(self.weights, gradients):
            w -= LEARNING_RATE * gradient


class MatrixDNN(DNN):
    def forward(self, w, x):
        return w @ x

    def gradient(self, psi, x):
        return np.outer(psi, x)

    def backward(self, w, psi):
        return w[:, :-1].T @ psi


FORMS = {"neuron": DNN, "matrix": MatrixDNN}


class Server:
    def __init__(self, layers, data, y_true):
        self.layers, self.data, self.y_true = layers, data, y_true
        self.networks = {}

    def network(self, form, operation, dtype):
        """The network of one contestant, made when it is first asked for, and its sample in its own type."""
        key = form, operation, dtype
        if key not in self.networks:
            self.networks[key] = FORMS[form](self.layers, np.dtype(dtype))
        return self.networks[key], np.array(self.data, dtype), np.array(self.y_true, dtype)

    def time(self, form, operation, dtype, repetitions):
        network, data, y_true = self.network(form, operation, dtype)
        run = (lambda: network.train(data, y_true)) if operation == "train" else (lambda: network.predict(data))
        return seconds_of(run, int(repetitions))

    def error(self, form, operation, dtype):
        network, data, y_true = self.network(form, operation, dtype)
        return float(np.sum((y_true - network.predict(data)) ** 2))


def main(layers, data, y_true):
    server = Server([int(n) for n in layers.split(",")], [float(x) for x in data.split(",")],
                    [float(y) for y in y_true.split(",")])
    serve(server, f"NumPy {np.__version__}\t{blas_facts()}")


if __name__ == "__main__":
    main(*sys.argv[1:])
