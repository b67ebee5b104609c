"""The job that the peers share with Kindling: the tutorial's network, its images, its batches and
what comes out.

A peer gives `main` one function, which prepares for some runs (it imports, loads, compiles) and
returns what trains them. This module keeps the time and prints one line of JSON. With `--processes
N` the runs are dealt to N processes, which prepare, wait for each other, and train side by side.
"""

import argparse
import gzip
import json
import os
import pathlib
import resource
import subprocess
import sys
import time

STARTED = time.perf_counter()
DATA = pathlib.Path(__file__).resolve().parents[3] / "crates" / "mnist" / "data"
WIDTHS = [784, 256, 128, 10]
BATCH, EPOCHS, VALIDATION = 128, 2, 5_000
RATE, BETAS, EPSILON = 1e-3, (0.9, 0.999), 1e-8
ARMS = ["uniform", "normal"]


def images():
    """Images as float32 in [0, 1] and labels, of training, validation and test."""
    import numpy as np

    def read(name, header):
        with gzip.open(DATA / f"{name}.gz") as file:
            return np.frombuffer(file.read(), np.uint8, offset=header)

    def labelled(name):
        pixels = read(f"{name}-images-idx3-ubyte", 16).reshape(-1, WIDTHS[0])
        return np.multiply(pixels, np.float32(1 / 255), dtype=np.float32), read(
            f"{name}-labels-idx1-ubyte", 8
        )

    (pixels, labels), test = labelled("train"), labelled("t10k")
    return (
        (pixels[VALIDATION:], labels[VALIDATION:]),
        (pixels[:VALIDATION], labels[:VALIDATION]),
        test,
    )


def batches(seed, count, epochs, most):
    """Which images each step sees: [epochs, steps, batch]. Full batches only, a new order each
    epoch."""
    import numpy as np

    random = np.random.default_rng([seed, 1])
    steps = min(count // BATCH, most)
    return np.stack(
        [random.permutation(count)[: steps * BATCH].reshape(steps, BATCH) for _ in range(epochs)]
    ).astype(np.int32)


def weights(arm, seed):
    """What a run starts from, [in, out] each; biases are 0."""
    import numpy as np

    random = np.random.default_rng([seed, 2])
    draw = {
        "uniform": lambda shape: random.uniform(-0.1, 0.1, shape),
        "normal": lambda shape: random.normal(0, 0.1, shape),
    }[arm]
    return [draw(shape).astype(np.float32) for shape in zip(WIDTHS, WIDTHS[1:])]


def plan(runs):
    """So many runs as (arm, seed): one run is the normal's, and more are both arms with as many
    seeds."""
    return (
        [("normal", 0)]
        if runs == 1
        else [(arm, seed) for arm in ARMS for seed in range(runs // len(ARMS))]
    )


def main(prepare, variants):
    """`prepare(options, runs)` returns a function `train()`, which returns a function `results()`
    that gives validation accuracies and test accuracies; what it records of the training (each
    step's loss, each epoch's validation) has to be on the host when `train()` returns."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--variant", choices=variants, required=True)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--steps", type=int, default=1_000_000, help="of an epoch, at most")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--device", choices=["cpu", "gpu"], default="cpu")
    parser.add_argument("--part", type=int, help="of the processes, this one")
    options = parser.parse_args()
    runs = plan(options.runs)
    if options.part is None and options.processes > 1:
        print(json.dumps(side_by_side(options)))
        return
    waits = options.part is not None
    if waits:
        runs = runs[options.part :: options.processes]
    train = prepare(options, runs)
    prepared = time.perf_counter()
    if waits:
        print("ready", flush=True)
        sys.stdin.readline()
    started, cpu = time.perf_counter(), time.process_time()
    results = train()
    trained, cpu = time.perf_counter(), time.process_time() - cpu
    validation, test = results()
    finished = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps(
            {
                "preparing": prepared - STARTED,
                "training": trained - started,
                "testing": finished - trained,
                "cpu": cpu,
                "memory": peak,
                "validation": [float(x) for x in validation],
                "test": [float(x) for x in test],
            }
        )
    )


def side_by_side(options):
    children = []
    for part in range(options.processes):
        command = [sys.executable, *sys.argv, "--part", str(part)]
        children.append(
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        )
    for child in children:
        assert child.stdout.readline() == "ready\n", "a process did not get ready"
    started = time.perf_counter()
    for child in children:
        child.stdin.write("\n")
        child.stdin.flush()
    lines = [child.stdout.readline() for child in children]
    finished = time.perf_counter()
    for child in children:
        child.wait()
        assert child.returncode == 0
    parts = [json.loads(line) for line in lines]
    return {
        "preparing": started - STARTED,
        "training": finished - started - max(part["testing"] for part in parts),
        "cpu": sum(part["cpu"] for part in parts),
        "testing": max(part["testing"] for part in parts),
        "memory": sum(part["memory"] for part in parts),
        "validation": sum((part["validation"] for part in parts), []),
        "test": sum((part["test"] for part in parts), []),
    }
