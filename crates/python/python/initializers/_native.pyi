"""Types of the compiled module."""

from typing import Any

import numpy as np

def draw(
    kind: str,
    parameters: dict[str, Any],
    spec: dict[str, Any],
    seed: int,
    stream: str | tuple[int, int],
    double: bool = False,
    threads: int = 1,
) -> np.ndarray: ...
def draw_into(
    kind: str,
    parameters: dict[str, Any],
    spec: dict[str, Any],
    seed: int,
    stream: str | tuple[int, int],
    out: np.ndarray,
    threads: int = 1,
) -> None: ...
def std(kind: str, parameters: dict[str, Any], spec: dict[str, Any]) -> float | None: ...
def kinds() -> dict[str, dict[str, Any]]: ...
