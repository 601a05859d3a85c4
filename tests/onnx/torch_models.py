"""Makes the files of tests/onnx/torch: small networks as torch.onnx.export writes them, with what PyTorch says of them.

  usage: python3 torch_models.py           run by hand; made with PyTorch 1.13.1 (the tests need none)

NAME.onnx and NAME.txt: rows, inputs and outputs; then the inputs, then PyTorch's outputs, row after row.
"""

import pathlib

import torch
from torch import nn

FOLDER = pathlib.Path(__file__).parent / "torch"
ROWS = 4


class Scaled(nn.Module):
    """Standardizes by buffers, flattens, and ends in softmax, as people write it."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 3))
        self.register_buffer("mean", torch.tensor([0.1, -0.2, 0.3]))
        self.register_buffer("deviation", torch.tensor([1.5, 2.0, 0.5]))

    def forward(self, x):
        return self.layers((torch.flatten(x, 1) - self.mean) / self.deviation).softmax(1)


class Viewed(nn.Module):
    """Flattens by the number of samples, which the exporter writes as Shape, Gather, Unsqueeze, Concat and Reshape."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))

    def forward(self, x):
        return torch.sigmoid(self.layers(x.view(x.size(0), -1)))


def mixed():
    return nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Dropout(0.1), nn.Linear(4, 5), nn.GELU(), nn.Linear(5, 4), nn.SiLU(),
                         nn.Linear(4, 3), nn.LeakyReLU(0.2), nn.Linear(3, 2), nn.Softmax(-1))


def without_bias():
    return nn.Sequential(nn.Linear(3, 4, bias=False), nn.ELU(0.7), nn.Linear(4, 4), nn.Softplus(), nn.Linear(4, 2), nn.Sigmoid())


def doubles():
    return nn.Sequential(nn.Linear(3, 4), nn.GELU(), nn.Linear(4, 4), nn.Identity(), nn.Linear(4, 2)).double()


def write(name, model, **options):
    real = next(model.parameters()).dtype
    x = torch.randn(ROWS, 3, dtype=real)
    y = model.eval()(x)
    torch.onnx.export(model, x, str(FOLDER / f"{name}.onnx"), input_names=["x"], **options)
    numbers = [repr(v) for v in x.flatten().tolist() + y.flatten().tolist()]
    (FOLDER / f"{name}.txt").write_text(f"{ROWS} 3 {y.shape[1]}\n" + "\n".join(numbers) + "\n")


FOLDER.mkdir(exist_ok=True)
torch.manual_seed(0)
free = {"dynamic_axes": {"x": {0: "rows"}}}
write("mixed", mixed(), **free)
write("without_bias", without_bias())
write("unfolded", without_bias(), do_constant_folding=False)
write("doubles", doubles(), **free)
write("scaled", Scaled(), **free)
write("viewed", Viewed(), **free)
write("old_operators", mixed(), opset_version=9)
