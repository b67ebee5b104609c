#!/usr/bin/env python3
"""Draws from Python beside torch.nn.init and LAPACK, into memory that is there.

Needs the package (`pip install ./crates/python`) and PyTorch. On one thread, a time is that
thread's processor time; on more, it is the wall's. The best of several counts, since other work on
the machine can only add to a time. Prints a table in Markdown.
"""

import argparse
import os
import time


def best(work, repeats: int, clock) -> float:
    def once() -> float:
        start = clock()
        work()
        return clock() - start

    return min(once() for _ in range(repeats + 1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=4096, help="rows and columns of the matrix")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    side, repeats, threads = given.side, given.repeats, given.threads
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(threads)  # read when the libraries are loaded

    import numpy as np
    import torch

    from initializers import draw

    torch.set_num_threads(threads)
    clock = time.process_time if threads == 1 else time.perf_counter
    weight, out = torch.empty(side, side), np.empty((side, side), np.float32)
    out.fill(1)
    init = torch.nn.init
    gaussian = np.random.default_rng(0).standard_normal((side, side))
    std = {"std": 0.1}

    def trunc_normal():
        init.trunc_normal_(weight, 0, 0.1, -0.2, 0.2)

    cases = [
        ("uniform", {}, "torch", lambda: init.uniform_(weight), repeats),
        ("normal", std, "torch", lambda: init.normal_(weight, 0.0, 0.1), repeats),
        ("truncated_normal", std, "torch", trunc_normal, repeats),
        ("orthogonal", {}, "torch (float32)", lambda: init.orthogonal_(weight), 0),
        ("orthogonal", {}, "numpy.linalg.qr (float64)", lambda: np.linalg.qr(gaussian), 0),
    ]
    columns = ["kind", "this package, s", "beside", "its time, s", "ratio"]
    versions = f"torch {torch.__version__}, numpy {np.__version__}"
    print(f"{versions}, {side} x {side}, threads: {threads}\n")
    print(f"| {' | '.join(columns)} |\n| --- | ---: | --- | ---: | ---: |")
    for kind, parameters, name, theirs, times in cases:
        arguments = {"name": "w", "out": out, "threads": threads, **parameters}
        ours = best(lambda: draw(kind, out.shape, 0, **arguments), times, clock)
        other = best(theirs, times, clock)
        print(f"| {kind} | {ours:.3f} | {name} | {other:.3f} | {ours / other:.2f} |", flush=True)


if __name__ == "__main__":
    main()
