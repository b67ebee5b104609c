"""Initializers with the signature of `jax.nn.initializers`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ._draw import Layout, draw


def jax_initializer(
    kind: str, *, layout: Layout | None = None, **parameters: Any
) -> Callable[..., Any]:
    """An initializer that Flax and others accept: `init(key, shape, dtype=jnp.float32)`.

    The key is the seed: a key gives the numbers that `draw(kind, shape, seed, layer=0)` gives for
    the seed `key_data[0] << 32 | key_data[1]`. Works under `jax.jit` and other transformations.

    Args:
        kind: Which initializer; `kinds()` has them.
        layout: What the shape's axes are, as in `draw`; "bias" for one axis, else "inputs_first".
        **parameters: What else `draw` takes, and the initializer's own parameters.

    >>> init = jax_initializer("orthogonal", gain="relu")
    """

    def init(key: Any, shape: Any, dtype: Any = None, out_sharding: Any = None) -> Any:
        import jax
        import jax.numpy as jnp

        dtype = jnp.dtype(jnp.float32 if dtype is None else dtype)
        shape = tuple(int(size) for size in shape)
        axes = layout or ("bias" if len(shape) == 1 else "inputs_first")

        def numbers(data: Any) -> np.ndarray:
            high, low = (int(word) for word in np.asarray(data).reshape(-1)[-2:])
            seed = high << 32 | low
            return draw(kind, shape, seed, layer=0, layout=axes, dtype=dtype, **parameters)

        data = jax.random.key_data(key) if jnp.issubdtype(key.dtype, jax.dtypes.prng_key) else key
        drawn = jax.pure_callback(
            numbers, jax.ShapeDtypeStruct(shape, dtype), data, vmap_method="sequential"
        )
        if out_sharding is not None:
            drawn = jax.lax.with_sharding_constraint(drawn, out_sharding)
        return drawn

    init.__name__ = kind
    return init
