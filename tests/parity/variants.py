"""The same network with other activations and with exact derivatives: only φ and φ′ differ from the tutorial's."""
import numpy as np

from tutorial import DNN

LEAKY = 0.01  # slope of leaky_relu below 0

# name: (φ(z), φ′ told from x = φ(z))
ACTIVATIONS = {
    "identity": (lambda z: z, lambda x: np.ones_like(x)),
    "sigmoid": (lambda z: 1.0 / (1.0 + np.exp(-z)), lambda x: x * (1.0 - x)),  # slope 1
    "tanh": (np.tanh, lambda x: 1.0 - x * x),
    "relu": (lambda z: np.maximum(z, 0.0), lambda x: np.where(x > 0.0, 1.0, 0.0)),
    "leaky_relu": (lambda z: np.where(z > 0.0, z, LEAKY * z), lambda x: np.where(x > 0.0, 1.0, LEAKY)),
}


class Variant(DNN):
    def __init__(self, layers, weights, activations):
        """activations: the names for layers 1 ... L."""
        super().__init__(layers, weights)
        assert len(activations) == len(self.W)
        self.functions = [ACTIVATIONS[name] for name in activations]

    def phi(self, layer, z):
        return self.functions[layer - 1][0](z)

    def phi_prime(self, layer, x):
        return self.functions[layer - 1][1](x)
