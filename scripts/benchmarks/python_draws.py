#!/usr/bin/env python3
"""Draws from Python beside torch.nn.init, on one thread, in seconds of that thread's processor
time.

Needs the package (`pip install ./crates/python`) and PyTorch. The best of several, since other work
on the machine can only add to a time. Prints a table in Markdown.
"""

import argparse
import time

import numpy as np
import torch

from initializers import draw


def best(work, repeats: int) -> float:
    def once() -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    work()
    return min(once() for _ in range(repeats))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=4096, help="rows and columns of the matrix")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    side, repeats = arguments.side, arguments.repeats
    torch.set_num_threads(1)
    weight = torch.empty(side, side)
    init = torch.nn.init
    cases = [
        ("uniform", {"min": -0.1, "max": 0.1}, lambda: init.uniform_(weight, -0.1, 0.1), repeats),
        ("normal", {"std": 0.1}, lambda: init.normal_(weight, 0.0, 0.1), repeats),
        (
            "truncated_normal",
            {"std": 0.1},
            lambda: init.trunc_normal_(weight, 0, 0.1, -0.2, 0.2),
            repeats,
        ),
        ("orthogonal", {}, lambda: init.orthogonal_(weight), 1),
    ]
    print(f"torch {torch.__version__}, numpy {np.__version__}, {side} x {side}\n")
    print("| kind | this package, s | torch.nn.init, s | ratio |\n| --- | ---: | ---: | ---: |")
    for kind, parameters, theirs, times in cases:
        ours = best(lambda: draw(kind, (side, side), 0, name="w", **parameters), times)
        other = best(theirs, times)
        print(f"| {kind} | {ours:.3f} | {other:.3f} | {ours / other:.2f} |", flush=True)


if __name__ == "__main__":
    main()
