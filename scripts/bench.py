#!/usr/bin/env python3
"""Measures what a person waits for, and writes docs/benchmarks.md. Standard library only; Linux.

    scripts/bench.py            everything: two cold builds (dev, release), then runs; takes about half an hour
    scripts/bench.py --warm     no cold builds: their figures are taken from docs/benchmarks.json
"""

import json
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIGURES = ROOT / "docs" / "benchmarks.json"
REPEATS = 7


def run(*command, **options):
    return subprocess.run(command, cwd=ROOT, check=True, text=True, **options)


def cold_build(profile, folder):
    """Seconds from a clean clone to a built binary (crates already downloaded), and the slowest crates."""
    clone = folder / "clone"
    shutil.rmtree(clone, ignore_errors=True)
    run("git", "clone", "--quiet", str(ROOT), str(clone))
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
        "cpu_seconds": sum(unit["duration"] for unit in units),
        "slowest": [[unit["name"], unit["duration"]] for unit in slowest],
    }


def one_run(binary, backend, folder):
    """One run of the tutorial's truncated normal: seconds in training, in all, and peak memory in MB."""
    environment = {**os.environ, "MIMALLOC_PURGE_DELAY": "-1"}
    command = [binary, "--config", "configs/trunc_normal.toml", "--backend", backend, "--out", folder, "--force", "--format", "json"]
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, output
    record = json.loads(output)[0]
    return record["training_seconds"], time.monotonic() - started, usage.ru_maxrss / 1024, record["metrics"]["validation_accuracy"]


def many_runs(binary, jobs, folder):
    """Seconds a run of ten seeds of two arms."""
    environment = {**os.environ, "MIMALLOC_PURGE_DELAY": "-1"}
    command = [binary, "--config", "configs/uniform_vs_normal.toml", "--seeds", "10", "--jobs", str(jobs), "--out", folder, "--force", "--format", "json"]
    started = time.monotonic()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    return (time.monotonic() - started) / 20


def main():
    figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    with tempfile.TemporaryDirectory(dir=ROOT / "target") as temporary:
        temporary = pathlib.Path(temporary)
        if "--warm" not in sys.argv:
            figures["build"] = {profile: cold_build(profile, temporary) for profile in ["dev", "release"]}
            binaries = {p: str(temporary / "target" / {"dev": "debug"}.get(p, p) / "train") for p in ["dev", "release"]}
        else:
            run("cargo", "build", "--quiet", "-p", "train")
            binaries = {"dev": str(ROOT / "target" / "debug" / "train")}
        samples = {}
        for _ in range(REPEATS):
            # Interleaved, so that whatever else the machine does falls on all alike.
            for profile, binary in binaries.items():
                for backend in ["flex", "ndarray"]:
                    samples.setdefault(f"{profile} {backend}", []).append(one_run(binary, backend, str(temporary / "runs")))
        figures["one"] = {
            name: [statistics.median(column) for column in zip(*rows)] for name, rows in samples.items()
        }
        figures["many"] = {jobs: many_runs(binaries["dev"], jobs, str(temporary / "runs")) for jobs in ["1", str(os.cpu_count())]}
    cpu = next((line.split(": ")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    rustc = run("rustc", "--version", stdout=subprocess.PIPE).stdout.strip()
    figures["machine"] = f"{os.cpu_count()} cores of {cpu}, {rustc}"
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n")
    write_page(figures)


def write_page(figures):
    lines = ["# Benchmarks", "", f"Measured on {figures['machine']}, by `scripts/bench.py`, which writes this page.", ""]
    lines += ["## One run", "", "The tutorial's truncated normal: 858 steps of 128 images, validation after each epoch. Medians of "]
    lines[-1] += f"{REPEATS} interleaved repeats; *whole* is from the start of the process to its end, results on disk."
    lines += ["", "| build, backend | training, s | whole, s | peak memory, MB | accuracy |", "| --- | ---: | ---: | ---: | ---: |"]
    for name, (training, whole, memory, accuracy) in figures["one"].items():
        lines.append(f"| {name} | {training:.2f} | {whole:.2f} | {memory:.0f} | {100 * accuracy:.2f} % |")
    if "release flex" in figures["one"]:
        ratio = figures["one"]["dev flex"][0] / figures["one"]["release flex"][0]
        lines += ["", f"Plain `cargo run` takes {ratio:.2f} times what `--release` takes in training."]
    lines += ["", "## Many runs", "", "Ten seeds of two arms, seconds a run:", "", "| workers | s a run |", "| ---: | ---: |"]
    lines += [f"| {jobs} | {seconds:.2f} |" for jobs, seconds in figures["many"].items()]
    if "build" in figures:
        lines += ["", "## The build", "", "From a clean clone to the binary, crates downloaded, nothing built:", ""]
        lines += ["| profile | s | crates | the slowest, s (some at the same time) |", "| --- | ---: | ---: | --- |"]
        for profile, build in figures["build"].items():
            slowest = ", ".join(f"{name} {seconds:.0f}" for name, seconds in build["slowest"])
            lines.append(f"| {profile} | {build['seconds']:.0f} | {build['crates']} | {slowest} |")
    lines += ["", "`cargo bench -p training` measures a step, an epoch and the start-up; `cargo bench -p initializers` draws;", "`cargo bench -p report` a comparison and a page of 120 runs.", ""]
    (ROOT / "docs" / "benchmarks.md").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
