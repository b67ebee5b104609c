"""Draws the laws of crates/initializers from PyTorch, JAX, Keras, Flax and Haiku, as an independent
reference.

What they draw is summed up in crates/initializers/tests/fixtures/references.json, which is
committed; the test crates/initializers/tests/references.rs compares. Run this again only to add a
law or to meet new versions:

    python3 -m venv target/reference-initializers
    target/reference-initializers/bin/pip install torch --index-url https://download.pytorch.org/whl/cpu
    target/reference-initializers/bin/pip install jax keras flax dm-haiku scipy
    target/reference-initializers/bin/python scripts/references/initializer_fixtures.py
"""

import importlib.metadata
import json
import math
import os
import pathlib

os.environ["KERAS_BACKEND"] = "jax"

import flax.linen
import haiku
import jax
import keras
import numpy as np
import scipy.linalg
import torch

FIXTURE = pathlib.Path(__file__).parents[2] / "crates/initializers/tests/fixtures/references.json"
INPUTS, OUTPUTS = 600, 400
QUANTILES = 400
MATRICES = 20_000
GAIN_NAMES = ["linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"]


def pytorch(initialize, shape=(OUTPUTS, INPUTS)):
    tensor = torch.empty(shape)
    initialize(tensor)
    return tensor.numpy()


def jax_draw(initializer, shape=(INPUTS, OUTPUTS)):
    return np.asarray(initializer(jax.random.key(0), shape))


def keras_draw(initializer, shape=(INPUTS, OUTPUTS)):
    return np.asarray(initializer(shape))


def sample(reference, kind, parameters, numbers, tensor="weight"):
    """A law: as many quantiles as QUANTILES, and the moments, of all the numbers drawn that are not
    exactly 0."""
    numbers = np.asarray(numbers, dtype=np.float64).ravel()
    zeros = int(np.sum(numbers == 0))
    numbers = np.sort(numbers[numbers != 0])
    middles = (np.arange(QUANTILES) + 0.5) / QUANTILES
    return {
        "reference": reference,
        "kind": kind,
        "parameters": parameters,
        "tensor": tensor,
        "zeros": zeros,
        "count": len(numbers),
        "mean": float(np.mean(numbers)),
        "std": float(np.std(numbers)),
        "largest": float(np.max(np.abs(numbers))),
        "quantiles": [float(f"{q:.6g}") for q in np.quantile(numbers, middles)],
    }


def laws():
    torch.manual_seed(0)
    keras.utils.set_random_seed(0)
    init, jinit, kinit = torch.nn.init, jax.nn.initializers, keras.initializers
    trunc = "truncated_normal"

    yield sample("torch uniform_", "uniform", {}, pytorch(init.uniform_))
    yield sample(
        "torch normal_",
        "normal",
        {"mean": 0.5, "std": 0.1},
        pytorch(lambda t: init.normal_(t, 0.5, 0.1)),
    )
    absolute = {"bounds": "absolute"}
    for std in [1.0, 0.1]:
        drawn = pytorch(lambda t: init.trunc_normal_(t, std=std))
        yield sample("torch trunc_normal_", trunc, {"std": std, **absolute}, drawn)
    drawn = pytorch(lambda t: init.trunc_normal_(t, mean=0.5, std=0.7, a=-1, b=1))
    yield sample(
        "torch trunc_normal_",
        trunc,
        {"mean": 0.5, "std": 0.7, "lower": -1, "upper": 1, **absolute},
        drawn,
    )
    drawn = pytorch(lambda t: init.xavier_uniform_(t, gain=init.calculate_gain("tanh")))
    yield sample("torch xavier_uniform_", "xavier_uniform", {"gain": "tanh"}, drawn)
    yield sample("torch xavier_normal_", "xavier_normal", {}, pytorch(init.xavier_normal_))
    drawn = pytorch(lambda t: init.kaiming_uniform_(t, a=0.2, mode="fan_out"))
    yield sample(
        "torch kaiming_uniform_",
        "kaiming_uniform",
        {"gain": "leaky_relu(0.2)", "mode": "fan_out"},
        drawn,
    )
    drawn = pytorch(lambda t: init.kaiming_normal_(t, nonlinearity="relu"))
    yield sample("torch kaiming_normal_", "kaiming_normal", {}, drawn)
    drawn = pytorch(
        lambda t: init.kaiming_normal_(t, mode="fan_out", nonlinearity="relu"), (64, 96, 5, 5)
    )
    yield sample(
        "torch kaiming_normal_", "kaiming_normal", {"mode": "fan_out"}, drawn, "convolution"
    )
    drawn = pytorch(lambda t: init.sparse_(t, sparsity=0.9, std=0.01))
    yield sample(
        "torch sparse_", "sparse", {"connections": 40, "along": "outgoing", "std": 0.01}, drawn
    )
    linear = torch.nn.Linear(INPUTS, OUTPUTS)
    yield sample("torch nn.Linear", "pytorch_linear", {}, linear.weight.detach().numpy())
    biases = [torch.nn.Linear(INPUTS, OUTPUTS).bias.detach().numpy() for _ in range(50)]
    yield sample("torch nn.Linear", "pytorch_linear", {}, biases, "biases")
    entries = [pytorch(init.orthogonal_, (3, 4))[0, 0] for _ in range(MATRICES)]
    yield sample("torch orthogonal_", "orthogonal", {}, entries, "entry of 4 x 3")

    yield sample("jax truncated_normal", trunc, {"std": 0.1}, jax_draw(jinit.truncated_normal(0.1)))
    drawn = jax_draw(jinit.truncated_normal(0.1, lower=-1.0, upper=3.0))
    yield sample("jax truncated_normal", trunc, {"std": 0.1, "lower": -1, "upper": 3}, drawn)
    for mode, form in [("fan_geo_avg", "normal"), ("fan_in", trunc), ("fan_out", "uniform")]:
        drawn = jax_draw(jinit.variance_scaling(3.0, mode, form))
        yield sample(
            "jax variance_scaling",
            "variance_scaling",
            {"scale": 3, "mode": mode, "distribution": form},
            drawn,
        )
    truncated = {"truncated": True}
    yield sample("jax glorot_normal", "glorot_normal", truncated, jax_draw(jinit.glorot_normal()))
    yield sample("jax he_normal", "he_normal", truncated, jax_draw(jinit.he_normal()))
    yield sample("jax he_uniform", "he_uniform", {}, jax_draw(jinit.he_uniform()))
    yield sample("jax lecun_normal", "lecun_normal", {}, jax_draw(jinit.lecun_normal()))
    yield sample("jax lecun_uniform", "lecun_uniform", {}, jax_draw(jinit.lecun_uniform()))
    matrices = jax.vmap(lambda key: jinit.orthogonal()(key, (3, 4)))(
        jax.random.split(jax.random.key(1), MATRICES)
    )
    yield sample("jax orthogonal", "orthogonal", {}, matrices[:, -1, -1], "entry of 3 x 4")

    yield sample(
        "keras TruncatedNormal", trunc, {"std": 0.1}, keras_draw(kinit.TruncatedNormal(stddev=0.1))
    )
    drawn = keras_draw(kinit.VarianceScaling(2.0, "fan_avg", "truncated_normal"))
    yield sample(
        "keras VarianceScaling", "variance_scaling", {"scale": 2, "mode": "fan_avg"}, drawn
    )
    drawn = keras_draw(kinit.VarianceScaling(2.0, "fan_in", "untruncated_normal"))
    yield sample(
        "keras VarianceScaling", "variance_scaling", {"scale": 2, "distribution": "normal"}, drawn
    )
    yield sample("keras GlorotNormal", "glorot_normal", truncated, keras_draw(kinit.GlorotNormal()))
    yield sample("keras HeNormal", "he_normal", truncated, keras_draw(kinit.HeNormal()))
    yield sample("keras LecunNormal", "lecun_normal", {}, keras_draw(kinit.LecunNormal()))
    dense = keras.layers.Dense(OUTPUTS)
    dense.build((1, INPUTS))
    yield sample("keras Dense", "keras_dense", {}, np.asarray(dense.kernel))

    x = np.zeros((1, INPUTS))
    drawn = flax.linen.Dense(OUTPUTS).init(jax.random.key(2), x)["params"]["kernel"]
    yield sample("flax linen.Dense", "flax_dense", {}, drawn)
    drawn = haiku.transform(lambda x: haiku.Linear(OUTPUTS)(x)).init(jax.random.key(3), x)[
        "linear"
    ]["w"]
    yield sample("haiku Linear", "haiku_linear", {}, drawn)


def matrix(reference, kind, parameters, tensor, values):
    values = np.asarray(values, dtype=np.float64)
    return {
        "reference": reference,
        "kind": kind,
        "parameters": parameters,
        "tensor": tensor,
        "values": [float(f"{v:.7g}") for v in values.ravel()],
    }


def sines(inputs, outputs):
    """The formula of arXiv:2505.12909 in NumPy."""
    i, j = np.arange(inputs)[:, None], np.arange(outputs)[None, :] + 1
    w = np.sin(j * (2 * np.pi * i / inputs + 2 * np.pi / outputs))
    return w * math.sqrt(2 / (inputs + outputs)) / np.std(w, ddof=1)


def matrices():
    """Deterministic initializers: the values themselves, fully connected ones as [inputs,
    outputs]."""
    for inputs, outputs in [(3, 5), (5, 3)]:
        shape = [inputs, outputs]
        yield matrix(
            "torch eye_", "identity", {}, shape, pytorch(torch.nn.init.eye_, (outputs, inputs)).T
        )
        yield matrix(
            "keras Identity",
            "identity",
            {"gain": 0.5},
            shape,
            keras_draw(keras.initializers.Identity(0.5), shape),
        )
    drawn = pytorch(torch.nn.init.dirac_, (4, 3, 3, 5))
    yield matrix("torch dirac_", "identity", {}, [4, 3, 3, 5], drawn)
    yield matrix("formula", "sinusoidal", {}, [7, 5], sines(7, 5))
    hadamard = scipy.linalg.hadamard(8)[:3, :5] / math.sqrt(8)
    yield matrix("scipy hadamard", "zero_hadamard", {}, [3, 5], hadamard)


def one_a_line(value):
    """JSON with each row of a list on a line of its own, so that a change can be read."""
    if not isinstance(value, list):
        return json.dumps(value)
    return "[\n" + ",\n".join(json.dumps(row) for row in value) + "\n]"


def main():
    libraries = ["torch", "jax", "keras", "flax", "dm-haiku", "numpy", "scipy"]
    leaky = torch.nn.init.calculate_gain("leaky_relu", 0.2)
    fixture = {
        "versions": {name: importlib.metadata.version(name).split("+")[0] for name in libraries},
        "gains": {name: torch.nn.init.calculate_gain(name) for name in GAIN_NAMES}
        | {"leaky_relu(0.2)": leaky},
        "laws": list(laws()),
        "matrices": list(matrices()),
    }
    FIXTURE.parent.mkdir(exist_ok=True)
    FIXTURE.write_text(
        "{\n"
        + ",\n".join(f'"{key}": {one_a_line(value)}' for key, value in fixture.items())
        + "\n}\n"
    )
    print(f"{FIXTURE}: {len(fixture['laws'])} laws, {len(fixture['matrices'])} matrices")


if __name__ == "__main__":
    main()
