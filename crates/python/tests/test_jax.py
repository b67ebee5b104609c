"""The signature of jax.nn.initializers."""

import numpy as np
import pytest

from initializers import draw, jax_initializer

jax = pytest.importorskip("jax")
jnp = jax.numpy


def test_a_key_is_a_seed():
    key = jax.random.key(7)
    high, low = (int(word) for word in jax.random.key_data(key))
    drawn = jax_initializer("he_normal", gain="tanh")(key, (30, 20))
    expected = draw("he_normal", (30, 20), high << 32 | low, layer=0, gain="tanh")
    assert (np.asarray(drawn) == expected).all()
    assert (
        jax_initializer("he_normal", gain="tanh")(jax.random.PRNGKey(7), (30, 20)) == drawn
    ).all()


def test_it_is_traced_and_split():
    init = jax.jit(jax_initializer("orthogonal"), static_argnums=(1,))
    a, b = jax.random.split(jax.random.key(0))
    one, other = init(a, (8, 8)), init(b, (8, 8))
    assert not (one == other).any()
    assert jnp.allclose(one @ one.T, jnp.eye(8), atol=1e-5)


def test_types_and_biases():
    init = jax_initializer("normal", std=1.0)
    assert init(jax.random.key(0), (5,), jnp.bfloat16).dtype == jnp.bfloat16
    assert init(jax.random.key(0), (3, 3, 4, 8)).shape == (3, 3, 4, 8)
