"""The tutorial's class, in bench/tutorial.py, gives the numbers that the guide's program prints.

usage: test_tutorial.py PROGRAM BENCH_FOLDER

The class begins with the weights that the program drew; all else is computed twice. Status 77 without NumPy.
"""
import subprocess
import sys

try:
    import numpy as np
except ImportError:
    print("SKIPPED: no NumPy (Debian: python3-numpy)")
    sys.exit(77)

LAYERS, DATA, Y_TRUE = [2, 3, 1], np.array([0.5, -1]), np.array([0.25])
ROUNDING = 1e-15


def main(program, bench):
    sys.path.insert(0, bench)
    from tutorial import DNN

    printed = [line.split(": ") for line in subprocess.check_output([program], text=True).splitlines()]
    numbers = [(name, np.array(values.split(), float)) for name, values in printed]
    network = DNN(LAYERS)
    network.weights = []
    start = 0
    for n, n_next in zip(LAYERS, LAYERS[1:]):
        network.weights.append(numbers[0][1][start:start + n_next * (n + 1)].reshape(n_next, n + 1).copy())
        start += n_next * (n + 1)

    def weights():
        return np.concatenate([w.ravel() for w in network.weights])

    expected = [("weights", weights())]
    y = network.predict(DATA)
    expected += [("x_1", network.x_s[1][:-1]), ("y", y), ("error", np.sum((Y_TRUE - y) ** 2))]
    network.train(DATA, Y_TRUE)
    before = weights()
    expected.append(("weights", before))
    network.train(DATA, Y_TRUE)
    after = weights()
    expected += [("gradient", None), ("weights", after)]

    assert [name for name, _ in numbers] == [name for name, _ in expected], numbers
    for (name, ours), (_, theirs) in zip(numbers, expected):
        if name == "gradient":    # the class keeps none: it is what the weights moved by, divided by the learning rate 0.01
            assert np.max(np.abs(ours - (before - after) / 0.01)) < ROUNDING / 0.01, name
        else:
            assert np.max(np.abs(ours - theirs)) < ROUNDING, (name, ours, theirs)
    assert np.max(np.abs(after - before)) > 1e-4, "nothing was learned"


if __name__ == "__main__":
    main(*sys.argv[1:])
