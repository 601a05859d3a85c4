"""The tutorial's network in NumPy, typed from its formulas and from nothing else; the library is held against it.

    x̂_l = [x_l ; 1]            W_l is (next, current + 1), the bias last
    x_{l+1} = σ(c W_l x̂_l)     c = 0.01
    ψ_L = −2 (y − x_L) ⊙ φ′    φ′ = x (1 − x): the tutorial leaves the factor c to the learning rate
    ∇W_l = ψ_{l+1} x̂_lᵀ        ψ_l = (W_l[:, :n_l]ᵀ ψ_{l+1}) ⊙ φ′
    W_l ← W_l − η ∇W_l         all ∇W from the weights before the step

It is one sample at a time, and slow. That is its worth: there is nothing in it to get wrong.
"""
import numpy as np


class DNN:
    learning_rate = 0.01
    slope = 0.01

    def __init__(self, layers, weights):
        """weights: one array (next, current + 1) for each pair of neighbouring layers."""
        self.layers = list(layers)
        self.W = [np.array(w, dtype=np.float64) for w in weights]
        for current, following, w in zip(layers, layers[1:], self.W):
            assert w.shape == (following, current + 1)

    def phi(self, layer, z):
        return 1.0 / (1.0 + np.exp(-self.slope * z))

    def phi_prime(self, layer, x):
        """φ′(z), told from x = φ(z)."""
        return x * (1.0 - x)

    def activations(self, x):
        """[x_0, x_1, ... x_L]"""
        xs = [np.asarray(x, dtype=np.float64)]
        for l, w in enumerate(self.W):
            xs.append(self.phi(l + 1, w @ np.append(xs[-1], 1.0)))
        return xs

    def predict(self, x):
        return self.activations(x)[-1]

    def gradient(self, x, y):
        """(E, [∇W_0, ∇W_1, ...]) of one sample."""
        xs = self.activations(x)
        last = len(self.W)
        psi = -2.0 * (y - xs[last]) * self.phi_prime(last, xs[last])
        gradients = [None] * last
        for l in reversed(range(last)):
            gradients[l] = np.outer(psi, np.append(xs[l], 1.0))
            if l > 0:  # the input has no φ
                psi = (self.W[l][:, :-1].T @ psi) * self.phi_prime(l, xs[l])
        return np.sum((y - xs[last]) ** 2), gradients

    def train(self, x, y):
        """One step on one sample; returns E before it."""
        error, gradients = self.gradient(x, y)
        for w, g in zip(self.W, gradients):
            w -= self.learning_rate * g
        return error

    def train_batch(self, xs, ys):
        """One step by the mean gradient of several samples; returns the mean E before it."""
        results = [self.gradient(x, y) for x, y in zip(xs, ys)]
        for l, w in enumerate(self.W):
            w -= self.learning_rate * sum(gradients[l] for _, gradients in results) / len(results)
        return sum(error for error, _ in results) / len(results)
