"""Initializers applied in place to PyTorch modules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ._draw import draw

# The biases that belong to a framework's default, and to the draw of both together.
_GENERAL_RULE = {"burn_linear", "pytorch_linear", "candle_linear", "tch_linear"}


def init_(
    module: Any,
    kind: str,
    seed: int,
    *,
    activation: str = "relu",
    bias: str | None = None,
    **parameters: Any,
) -> Any:
    """Fills the layers of a PyTorch module in place, and returns the module.

    Linear layers, convolutions (transposed ones too) and the projections of attention get weights
    of `kind`, in the order of `module.named_modules()`; embeddings, norms and recurrent layers stay
    as they are. The module is taken to be a chain: `activation` follows each layer but the last. A
    layer gets the numbers that burn's layer at the same place gets from the Rust crate, so the two
    networks start as the same function.

    Args:
        module: A `torch.nn.Module`.
        kind: The weights' initializer; `kinds()` has them.
        seed: A whole number from 0 to 2**64 - 1.
        activation: The activation between the layers.
        bias: The biases' initializer; by default the one that belongs to `kind`, which is zeros for most.
        **parameters: The initializer's own parameters, such as `gain="tanh"`.

    Raises:
        ValueError: Where the initializer has no meaning for a layer; no layer has been changed then.
    """
    import torch

    layers = list(_layers(module, torch))
    bias_kind = bias or ("general_rule" if kind in _GENERAL_RULE else "zeros")
    drawn = []
    for index, layer in enumerate(layers):
        around = {
            "activation": activation if index + 1 < len(layers) else "linear",
            "input_activation": activation if index > 0 else "linear",
        }
        place = {"layer": index, "layers": len(layers)}
        try:
            numbers = draw(kind, layer.shape, seed, **place, **around, **layer.spec, **parameters)
            drawn.append((layer.weight, layer.arrange(numbers)))
            if layer.bias is not None:
                fans = layer.fans
                numbers = draw(
                    bias_kind,
                    layer.bias.shape,
                    seed,
                    tensor=1,
                    layout="bias",
                    fans=fans,
                    **place,
                    **around,
                )
                drawn.append((layer.bias, numbers))
        except ValueError as error:
            raise ValueError(f"{layer.path}: {error}") from None
    with torch.no_grad():
        for parameter, numbers in drawn:
            parameter.copy_(torch.from_numpy(np.ascontiguousarray(numbers)))
    return module


@dataclass
class _Layer:
    """A weight and its bias, and how the numbers are drawn."""

    path: str
    weight: Any
    bias: Any
    shape: tuple[int, ...]
    spec: dict[str, Any]
    fans: tuple[int, int]
    transposed: bool = False

    def arrange(self, numbers: np.ndarray) -> np.ndarray:
        """From the layout of the draw to PyTorch's."""
        return numbers.T if self.transposed else numbers


def _layers(module: Any, torch: Any) -> Iterator[_Layer]:
    nn = torch.nn
    for path, layer in module.named_modules():
        if isinstance(layer, nn.Linear):
            yield _linear(path, layer.weight, layer.bias)
        elif isinstance(layer, nn.MultiheadAttention):
            yield from _attention(path, layer)
        elif isinstance(layer, nn.modules.conv._ConvTransposeNd):
            yield _convolution(path, layer, "outputs_first_transposed")
        elif isinstance(layer, nn.modules.conv._ConvNd):
            yield _convolution(path, layer, "outputs_first")


def _linear(path: str, weight: Any, bias: Any) -> _Layer:
    outputs, inputs = weight.shape
    spec = {"layout": "inputs_first"}
    return _Layer(path, weight, bias, (inputs, outputs), spec, (inputs, outputs), transposed=True)


def _convolution(path: str, layer: Any, layout: str) -> _Layer:
    field = int(np.prod(layer.kernel_size))
    channels = (layer.in_channels, layer.out_channels)
    fans = tuple(count // layer.groups * field for count in channels)
    spec = {"layout": layout, "groups": layer.groups}
    return _Layer(path, layer.weight, layer.bias, tuple(layer.weight.shape), spec, fans)


def _attention(path: str, layer: Any) -> Iterator[_Layer]:
    """Queries, keys and values, each a layer of its own. The output's is a linear layer below."""
    names = ("q_proj_weight", "k_proj_weight", "v_proj_weight")
    if layer.in_proj_weight is None:
        weights = [getattr(layer, name) for name in names]
    else:
        weights = layer.in_proj_weight.detach().chunk(3)
    biases = [None] * 3 if layer.in_proj_bias is None else layer.in_proj_bias.detach().chunk(3)
    for name, weight, bias in zip(names, weights, biases, strict=True):
        yield _linear(f"{path}.{name}", weight, bias)
