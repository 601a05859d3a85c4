"""libdnn's ONNX files beside ONNX Runtime, and those of scikit-learn beside libdnn.

  usage: runtime.py PEER           PEER: the program onnx_peer

Needs onnx, onnxruntime, skl2onnx and scikit-learn, which sh tests/python-env.sh installs under build/.

1. 300 random networks, every activation, float and double, with standardization and without: onnx.checker passes, and ONNX
   Runtime's outputs agree within 1e-5 of the largest output (double: 1e-9). Where ONNX Runtime has no kernel for doubles
   (its CPU provider lacks some activations) the network is counted, and the float ones alone are 200.
2. MLPClassifier and MLPRegressor, alone and behind a StandardScaler, by skl2onnx: libdnn's predictions are scikit-learn's.
"""

import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import onnx
import onnxruntime

warnings.filterwarnings("ignore")
COUNT = 300
TOLERANCE = {"f32": 1e-5, "f64": 1e-9}


def relative_error(actual, expected):
    """The largest difference, relative to the largest number."""
    assert actual.shape == expected.shape, (actual.shape, expected.shape)
    assert np.isfinite(actual).all() and np.isfinite(expected).all()
    return np.abs(actual - expected).max() / max(np.abs(expected).max(), 1e-30)


def check_exports(peer, folder):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    listing = subprocess.run([peer, "export", folder, str(COUNT)], check=True, capture_output=True, text=True).stdout
    worst, compared, without_kernel, failed = {"f32": 0, "f64": 0}, {"f32": 0, "f64": 0}, set(), 0
    for line in listing.splitlines():
        name, precision, rows, n_in, n_out = line.split()
        path = f"{folder}/{name}.onnx"
        onnx.checker.check_model(onnx.load(path), full_check=True)
        try:
            session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except onnxruntime.capi.onnxruntime_pybind11_state.NotImplemented as error:
            assert precision == "f64", error
            without_kernel.add(str(error).split("implementation for ")[1].split(" ")[0])
            continue
        assert [i.name for i in session.get_inputs()] == ["input"] and [o.name for o in session.get_outputs()] == ["output"]
        x = np.fromfile(f"{folder}/{name}.x").reshape(int(rows), int(n_in))
        y = np.fromfile(f"{folder}/{name}.y").reshape(int(rows), int(n_out))
        real = np.float32 if precision == "f32" else np.float64
        got = session.run(["output"], {"input": x.astype(real)})[0].astype(float)
        one = session.run(["output"], {"input": x[:1].astype(real)})[0].astype(float)  # any number of rows
        error = max(relative_error(got, y), np.abs(one - y[:1]).max() / max(np.abs(y).max(), 1e-30))
        worst[precision] = max(worst[precision], error)
        compared[precision] += 1
        if error > TOLERANCE[precision]:
            print(f"FAILED: {name}.onnx ({precision}) is off by {error:.2e}")
            failed += 1
    print(f"export: {compared['f32']} networks of floats, worst {worst['f32']:.1e}; {compared['f64']} of doubles, worst "
          f"{worst['f64']:.1e}; no kernels for doubles: {', '.join(sorted(without_kernel)) or 'none'}")
    assert compared["f32"] == 200 and compared["f64"] > 0 and not failed


def sklearn_models():
    """(name, fitted model, the function of its outputs, type of the inputs)"""
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    random = np.random.default_rng(1)
    x = (random.standard_normal((80, 5)) * [1, 2, 30, 0.1, 5] + [0, 10, -20, 3, 0]).astype(np.float32)
    three, two = random.integers(0, 3, 80), random.integers(0, 2, 80)
    for activation in ("relu", "tanh", "logistic", "identity"):
        for hidden in ((8,), (7, 6, 5)):
            for scaled in (False, True):
                for real in (np.float32, np.float64):
                    def fit(model, y):
                        pipeline = make_pipeline(StandardScaler(), model) if scaled else model
                        return pipeline.fit(x.astype(real), y)
                    kinds = {"activation": activation, "hidden_layer_sizes": hidden, "max_iter": 8, "random_state": 0}
                    name = f"{activation} {hidden} {'scaled ' if scaled else ''}{real.__name__}"
                    of_class = lambda model: lambda x: model.predict_proba(x)
                    of_second = lambda model: lambda x: model.predict_proba(x)[:, 1:]
                    of_number = lambda model: lambda x: model.predict(x).reshape(len(x), -1)
                    for kind, model, of in (
                            ("3 classes", fit(MLPClassifier(**kinds), three), of_class),
                            ("2 classes", fit(MLPClassifier(**kinds), two), of_second),
                            ("3 labels", fit(MLPClassifier(**kinds), np.stack([two, 1 - two, three > 1], 1)), of_class),
                            ("1 number", fit(MLPRegressor(**kinds), x[:, 0]), of_number),
                            ("2 numbers", fit(MLPRegressor(**kinds), x[:, :2]), of_number)):
                        yield f"{kind}, {name}", model, of(model), x.astype(real)


def check_imports(peer, folder):
    from skl2onnx import to_onnx

    worst, compared = 0, 0
    for name, model, predict, x in sklearn_models():
        variants = [None] if not hasattr(model, "predict_proba") else [None, {"zipmap": False}]
        for options in variants:
            if options is None and len(variants) == 2 and (x.dtype == np.float64 or name.startswith("3 labels")):
                continue  # ZipMap takes floats alone, and makes an output for each label
            path = f"{folder}/model.onnx"
            pathlib.Path(path).write_bytes(to_onnx(model, x[:1], options=options).SerializeToString())
            x.astype(np.float64).tofile(f"{folder}/x")
            run = subprocess.run([peer, "import", path, f"{folder}/x", str(len(x)), f"{folder}/y"], capture_output=True, text=True)
            assert run.returncode == 0, (name, options, run.stderr)
            expected = predict(x)
            error = relative_error(np.fromfile(f"{folder}/y").reshape(expected.shape), expected)
            assert error < 1e-5, (name, options, error)
            worst, compared = max(worst, error), compared + 1
    print(f"import: {compared} models of scikit-learn by skl2onnx, worst {worst:.1e}")
    assert compared == 192


def main():
    with tempfile.TemporaryDirectory() as folder:
        check_exports(sys.argv[1], folder)
        check_imports(sys.argv[1], folder)


if __name__ == "__main__":
    main()
