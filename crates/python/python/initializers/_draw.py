"""Draws as NumPy arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from . import _native

Layout = Literal[
    "inputs_first",
    "outputs_first",
    "inputs_first_transposed",
    "outputs_first_transposed",
    "bias",
    "embedding",
    "attention_input",
    "attention_output",
]


def draw(
    kind: str,
    shape: Sequence[int],
    seed: int,
    *,
    name: str | None = None,
    layer: int | None = None,
    layers: int | None = None,
    tensor: int = 0,
    layout: Layout = "inputs_first",
    groups: int = 1,
    fans: tuple[int, int] | None = None,
    activation: str = "relu",
    input_activation: str = "linear",
    dtype: Any = np.float32,
    threads: int = 1,
    out: np.ndarray | None = None,
    **parameters: float | int | bool | str,
) -> np.ndarray:
    """Draws every number of a tensor.

    Args:
        kind: Which initializer; `kinds()` has them with their parameters.
        shape: The tensor's shape. `layout` says what its axes are.
        seed: A whole number from 0 to 2**64 - 1.
        name: The name of the tensor's stream, such as its path. Tensors of different names share no
            numbers. Either `name` or `layer` must be given.
        layer: The index of the tensor's layer, from 0. The stream is then the one that a layer of that
            index has in the Rust crate.
        layers: How many layers the network has. `mup`, `looks_linear` and `autoinit` need it.
        tensor: With `layer`, which tensor of it: 0 for the weight, 1 for the bias.
        layout: "inputs_first" is `[kernel..., in, out]`, as in JAX, Keras and burn's linear layers;
            "outputs_first" is `[out, in, kernel...]`, as in PyTorch.
        groups: Groups of a convolution.
        fans: Fan-in and fan-out, where they are not those of the layout.
        activation: The activation that follows the layer, for gains by "auto".
        input_activation: The activation that the layer's inputs have been through.
        dtype: float32, float64, or a type that a float32 draw is cast to.
        threads: How many threads draw. The numbers are the same for any.
        out: Memory to draw into: a C-contiguous array of `shape`, float32 or float64, such as
            `parameter.detach().numpy()` of a PyTorch parameter. It decides instead of `dtype`.
        **parameters: The initializer's own parameters, such as `gain="tanh"`.

    Returns:
        An array of `shape`: `out` where it is given.

    Raises:
        ValueError: Where a parameter is out of its range, or the initializer has no meaning for the
            tensor; nothing is drawn then.
        TypeError: Where neither `name` nor `layer` is given, or a parameter or `out` has a wrong type.

    >>> draw("zeros", (2,), seed=0, name="b", layout="bias") array([0., 0.], dtype=float32)
    """
    position = None if layer is None or layers is None else (layer, layers)
    spec = _spec(shape, layout, groups, fans, position, activation, input_activation)
    key = _key(name, layer, tensor)
    if out is not None:
        _native.draw_into(kind, parameters, spec, seed, key, out, threads)
        return out
    dtype = np.dtype(dtype)
    double = dtype == np.float64
    numbers = _native.draw(kind, parameters, spec, seed, key, double, threads)
    return numbers if numbers.dtype == dtype else numbers.astype(dtype)


def std(
    kind: str,
    shape: Sequence[int],
    *,
    layer: int | None = None,
    layers: int | None = None,
    layout: Layout = "inputs_first",
    groups: int = 1,
    fans: tuple[int, int] | None = None,
    activation: str = "relu",
    input_activation: str = "linear",
    **parameters: float | int | bool | str,
) -> float | None:
    """The standard deviation of what `draw` gives, or None where it is not known beforehand."""
    position = None if layer is None or layers is None else (layer, layers)
    spec = _spec(shape, layout, groups, fans, position, activation, input_activation)
    return _native.std(kind, parameters, spec)


def kinds() -> dict[str, dict[str, Any]]:
    """Every kind by its name, with its summary, formula, source and parameters."""
    return _native.kinds()


def _key(name: str | None, layer: int | None, tensor: int) -> str | tuple[int, int]:
    if (name is None) == (layer is None):
        raise TypeError("give either name or layer: it keeps tensors from having the same numbers")
    return name if layer is None else (layer, tensor)


def _spec(
    shape: Sequence[int],
    layout: str,
    groups: int,
    fans: tuple[int, int] | None,
    position: tuple[int, int] | None,
    activation: str,
    input_activation: str,
) -> dict[str, Any]:
    return {
        "shape": [int(size) for size in shape],
        "layout": layout,
        "groups": groups,
        "fans": fans,
        "position": position,
        "activation": activation,
        "input_activation": input_activation,
    }
