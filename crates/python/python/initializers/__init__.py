"""Weight initializers with the same bits in Rust, PyTorch and JAX.

    >>> from initializers import draw
    >>> draw("he_normal", (784, 256), seed=0, name="encoder.weight").shape
    (784, 256)

`draw` gives NumPy arrays, `init_` fills the layers of a PyTorch module in place, and
`jax_initializer` makes a function with the signature of `jax.nn.initializers`. `kinds()` says what
there is to draw.
"""

from ._draw import draw, kinds, std
from ._jax import jax_initializer
from ._torch import init_

__all__ = ["draw", "init_", "jax_initializer", "kinds", "std"]
