"""Draws as NumPy arrays: the bits of the Rust crate, shapes, types, refusals."""

import json
import pathlib

import numpy as np
import pytest

import initializers
from initializers import draw, kinds, std

GOLDEN = json.loads((pathlib.Path(__file__).parent / "golden.json").read_text())


def digest(numbers: np.ndarray) -> str:
    """FNV-1a over the bytes, as the Rust test has it."""
    value = 0xCBF29CE484222325
    for byte in np.ascontiguousarray(numbers).tobytes():
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


@pytest.mark.parametrize(
    "row", GOLDEN, ids=lambda row: f"{row['kind']}-{row['layout']}-{row['dtype']}"
)
def test_the_bits_are_those_of_the_rust_crate(row):
    numbers = draw(
        row["kind"],
        row["shape"],
        row["seed"],
        layer=row["layer"],
        layers=3,
        layout=row["layout"],
        groups=row["groups"],
        dtype=row["dtype"],
        **row["parameters"],
    )
    assert list(numbers.shape) == row["shape"]
    assert digest(numbers) == row["digest"]


def test_threads_change_nothing():
    one = draw("truncated_normal", (700, 500), 3, name="w", std=0.1)
    for threads in (2, 3, 16):
        assert (
            draw("truncated_normal", (700, 500), 3, name="w", std=0.1, threads=threads) == one
        ).all()


def test_names_and_layers_are_streams_of_their_own():
    def first(**key):
        return draw("normal", (4,), 0, std=1.0, layout="bias", **key)

    assert (first(name="a") == first(name="a")).all()
    assert (first(name="a") != first(name="b")).all()
    assert (first(layer=0) != first(layer=1)).all()
    assert (first(layer=0) != first(layer=0, tensor=1)).all()
    for wrong in ({}, {"name": "a", "layer": 0}):
        with pytest.raises(TypeError, match="name or layer"):
            first(**wrong)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_types_are_casts_of_one_draw(dtype):
    numbers = draw("he_normal", (30, 20), 1, name="w", dtype=dtype)
    assert numbers.dtype == dtype
    exact = draw("he_normal", (30, 20), 1, name="w", dtype=np.float64)
    cast = exact if dtype == np.float64 else exact.astype(np.float32).astype(dtype)
    assert (numbers == cast).all()


def test_an_array_may_be_written_to():
    numbers = draw("ones", (2, 3), 0, name="w")
    numbers[0, 0] = 5
    assert numbers.flags.c_contiguous and numbers[0, 0] == 5


@pytest.mark.parametrize("kind", ["he_normal", "orthogonal", "uniform"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_memory_that_is_there_gets_the_same_numbers(kind, dtype):
    out = np.empty((300, 500), dtype)
    assert draw(kind, out.shape, 1, name="w", out=out, threads=2) is out
    assert (out == draw(kind, out.shape, 1, name="w", dtype=dtype)).all()


def test_memory_that_does_not_fit_is_left_alone():
    def refused(out, error, message):
        before = out.copy()
        with pytest.raises(error, match=message):
            draw("ones", (2, 3), 0, name="w", out=out)
        assert (out == before).all()

    refused(np.zeros((3, 2), np.float32), ValueError, r"the shape \[2, 3\]; its shape is \[3, 2\]")
    refused(np.zeros((3, 2), np.float32).T, ValueError, "C-contiguous")
    refused(np.zeros((2, 3), np.float16), TypeError, "float32 or float64")
    fixed = np.zeros((2, 3), np.float32)
    fixed.flags.writeable = False
    refused(fixed, TypeError, "may be written to")


def test_theory_and_draw_agree():
    expected = std("glorot_uniform", (400, 300), gain="tanh")
    drawn = draw("glorot_uniform", (400, 300), 0, name="w", gain="tanh").std()
    assert abs(drawn / expected - 1) < 0.01
    assert std("lsuv", (4, 4)) is None


def test_every_kind_is_described():
    for name, about in kinds().items():
        assert about["summary"] and about["formula"] and about["source"], name
    assert len(kinds()) == 36


@pytest.mark.parametrize(
    ("kind", "shape", "arguments", "message"),
    [
        ("he", (2, 2), {}, "no initializer"),
        ("normal", (2, 2), {"std": -1.0}, "std must be"),
        ("normal", (2, 2), {"sdt": 1.0}, "no parameter sdt"),
        ("normal", (2, 2), {"std": 1e39}, "f32 cannot hold"),
        ("he_normal", (0, 2), {}, "fans of at least 1"),
        ("he_normal", (2,), {}, "has the shape"),
        ("mup", (2, 2), {}, "position"),
        ("he_normal", (4, 5, 6), {"groups": 5}, "do not divide"),
        ("he_normal", (4, 4), {"activation": "relo"}, "no activation"),
        ("orthogonal", (4,), {"layout": "bias"}, "vector"),
    ],
)
def test_what_cannot_be_drawn_is_a_value_error(kind, shape, arguments, message):
    arguments = {"layout": "inputs_first", **arguments}
    if "groups" in arguments:
        arguments["layout"] = "outputs_first"
        shape = (4, 5, 6)
    with pytest.raises(ValueError, match=message):
        draw(kind, shape, 0, name="w", **arguments)


def test_types_of_arguments_are_checked():
    with pytest.raises(TypeError):
        draw("normal", (2, 2), 0, name="w", std=[1.0])
    with pytest.raises(OverflowError):
        draw("zeros", (2, 2), -1, name="w")
    with pytest.raises(OverflowError):
        draw("zeros", (2, 2), 1 << 64, name="w")


def test_the_module_is_typed():
    assert (pathlib.Path(initializers.__file__).parent / "py.typed").exists()
