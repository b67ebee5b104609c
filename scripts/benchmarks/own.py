"""Kindling by itself: one run by profile and backend, many runs by workers, and what a cold build takes."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from .common import CORES, ROOT, TARGET, build, kindling, median, prose, say


def cold_builds():
    """Seconds from a clean clone to a built binary (crates already downloaded), and the slowest crates."""
    figures = {}
    with tempfile.TemporaryDirectory(dir=TARGET) as folder:
        for profile in ["dev", "release"]:
            say(f"cold build, {profile}")
            figures[profile] = cold_build(profile, Path(folder))
    return figures


def cold_build(profile, folder):
    clone = folder / "clone"
    shutil.rmtree(clone, ignore_errors=True)
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    flags = ["--release"] if profile == "release" else []
    environment = {**os.environ, "CARGO_TARGET_DIR": str(folder / "target")}
    started = time.monotonic()
    subprocess.run(["cargo", "build", "--quiet", "-p", "train", "--timings", *flags], cwd=clone, check=True, env=environment)
    seconds = time.monotonic() - started
    page = (folder / "target" / "cargo-timings" / "cargo-timing.html").read_text()
    units = json.loads(re.search(r"const UNIT_DATA = (\[.*?\]);", page, re.S).group(1))
    slowest = sorted(units, key=lambda unit: -unit["duration"])[:8]
    return {
        "seconds": seconds,
        "crates": len({(unit["name"], unit["version"]) for unit in units}),
        "slowest": [[unit["name"], unit["duration"]] for unit in slowest],
    }


def runs(repeats, release):
    """One run by profile and backend, and ten seeds of two arms by workers; medians of interleaved repeats."""
    binaries = {"dev": build()} | ({"release": build("--release")} if release else {})
    one, many = {}, {}
    with tempfile.TemporaryDirectory(dir=TARGET) as folder:
        for repeat in range(repeats):
            say(f"repeat {repeat + 1} of {repeats}: one run by profile and backend, 20 runs by workers")
            for profile, binary in binaries.items():
                for backend in ["flex", "ndarray"]:
                    sample = kindling(binary, folder, "--backend", backend, config="configs/trunc_normal.toml")
                    (record,) = sample.output
                    row = record["training_seconds"], sample.seconds, sample.memory, record["metrics"]["validation_accuracy"]
                    one.setdefault(f"{profile} {backend}", []).append(row)
            for jobs in sorted({1, CORES}):
                words = ["--seeds", "10", "--jobs", jobs, "--set", "training.record_loss=before_update"]
                sample = kindling(binaries["dev"], folder, *words, config="configs/uniform_vs_normal.toml")
                many.setdefault(jobs, []).append((sample.seconds / 20, sample.memory))
    medians = lambda rows: [median(column) for column in zip(*rows)]
    return {
        "repeats": repeats,
        "one": {name: medians(rows) for name, rows in one.items()},
        "many": {str(jobs): medians(rows) for jobs, rows in many.items()},
    }


def lines_of_runs(figures):
    yield "## Kindling by itself"
    yield ""
    yield from prose(f"""
        By `scripts/bench.py runs`, on {figures['machine']}. One run of the tutorial's truncated normal: 858 steps of 128 images,
        validation after each epoch. Medians of {figures['repeats']} interleaved repeats; *whole* is from the start of the process
        to its end, results on disk.
    """)
    yield ""
    yield "| build, backend | training, s | whole, s | peak memory, MB | accuracy |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for name, (training, whole, memory, accuracy) in figures["one"].items():
        yield f"| {name} | {training:.2f} | {whole:.2f} | {memory:.0f} | {100 * accuracy:.2f} % |"
    if "release flex" in figures["one"]:
        ratio = figures["one"]["dev flex"][0] / figures["one"]["release flex"][0]
        yield ""
        yield f"Plain `cargo run` takes {ratio:.2f} times what `--release` takes in training."
    yield ""
    yield "Ten seeds of two arms, the whole command:"
    yield ""
    yield "| workers | s a run | peak memory, MB |"
    yield "| ---: | ---: | ---: |"
    for jobs, (seconds, memory) in figures["many"].items():
        yield f"| {jobs} | {seconds:.2f} | {memory:.0f} |"


def lines_of_builds(figures):
    yield "## The build"
    yield ""
    yield from prose(f"""
        By `scripts/bench.py builds`, on {figures['machine']}: from a clean clone to the binary, crates downloaded, nothing built.
    """)
    yield ""
    yield "| profile | s | crates | the slowest, s (some at the same time) |"
    yield "| --- | ---: | ---: | --- |"
    for profile, build in figures["profiles"].items():
        slowest = ", ".join(f"{name} {seconds:.0f}" for name, seconds in build["slowest"])
        yield f"| {profile} | {build['seconds']:.0f} | {build['crates']} | {slowest} |"
