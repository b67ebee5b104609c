"""What the measurements share: processes and their figures, the arithmetic floor, the machine."""

import functools
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TARGET = ROOT / "target"
CORES = os.cpu_count() or 1
INPUTS, HIDDEN, OUTPUTS = 784, (256, 128), 10
BATCH, STEPS, EPOCHS = 128, 858, 2
TRAINING_IMAGES, VALIDATION_IMAGES = 55_000, 5_000


class Sample(NamedTuple):
    """One process: seconds from its start to its end, of all cores together, its peak memory in MB,
    and what it printed."""

    seconds: float
    busy: float
    memory: float
    output: object


def timed(command, environment=None, cores=None, folder=ROOT, read=json.loads):
    """Runs a command in a folder, on so many cores or on all, and reads what it prints: JSON,
    unless said otherwise. Its messages are shown only if it fails."""
    allowed = sorted(os.sched_getaffinity(0))[:cores]
    with tempfile.TemporaryFile("w+") as messages:
        started = time.monotonic()
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=messages,
            text=True,
            env=environment,
            preexec_fn=lambda: os.sched_setaffinity(0, allowed),
        )
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        # Popen is told of the end, or it would warn that the process still runs.
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            messages.seek(0)
            sys.exit(
                f"{' '.join(map(str, command))}\nended with "
                f"{process.returncode}:\n{output}{messages.read()}"
            )
    return Sample(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, read(output))


def kindling_environment():
    """As .cargo/config.toml sets it for `cargo run`."""
    return {**os.environ, "MIMALLOC_PURGE_DELAY": "-1"}


def kindling(binary, out, *words, config="configs/normal.toml", cores=None):
    """Kindling's command for a config, anew, records and all."""
    words = ["--config", config, "--out", out, "--force", "--format", "json", *words]
    if cores:
        words += ["--jobs", cores]
    return timed([binary, *words], kindling_environment(), cores)


def build(*flags, features=()):
    """Builds the program as `cargo run` does, or with flags of cargo's; where it is."""
    chosen = ["--features", ",".join(features)] if features else []
    subprocess.run(
        ["cargo", "build", "--quiet", "-p", "train", *flags, *chosen], cwd=ROOT, check=True
    )
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", TARGET))
    return target / ("release" if "--release" in flags else "debug") / "train"


@functools.cache
def floor_program():
    TARGET.mkdir(exist_ok=True)
    program = TARGET / "floor"
    source = pathlib.Path(__file__).with_name("floor.rs")
    subprocess.run(
        ["rustc", "-O", "-C", "target-cpu=native", "-o", program, source], cwd=ROOT, check=True
    )
    return program


def floor_rate():
    """Floating point operations that one core makes in a second at most, in f32."""
    return float(
        subprocess.run([floor_program()], check=True, text=True, stdout=subprocess.PIPE).stdout
    )


def products(hidden=HIDDEN):
    """Multiply-adds of one image on the way forward, a layer each."""
    widths = [INPUTS, *hidden, OUTPUTS]
    return [fan_in * fan_out for fan_in, fan_out in zip(widths, widths[1:])]


def step_operations(hidden=HIDDEN, batch=BATCH):
    """Floating point operations in the matrix products of one step: each layer's output, the
    gradient of its weights, and, but for the first layer, the gradient of its inputs."""
    layers = products(hidden)
    return 2 * batch * (3 * sum(layers) - layers[0])


def run_operations():
    """Those of a run of the tutorial's setting: its steps, and the validation after each epoch."""
    return STEPS * step_operations() + EPOCHS * 2 * VALIDATION_IMAGES * sum(products())


def parameters(hidden=HIDDEN):
    return sum(products(hidden)) + sum(hidden) + OUTPUTS


def median(values):
    return statistics.median(values)


def machine():
    """The cores, the memory and the compiler. A virtual machine may hide its processor's name, but
    not its family and model."""
    with open("/proc/cpuinfo") as lines:
        cpu = dict([word.strip() for word in line.split(":", 1)] for line in lines if ":" in line)
    name = f"{cpu.get('model name', platform.machine())} (family {cpu.get('cpu family', '?')}, model {cpu.get('model', '?')})"
    rustc = subprocess.run(
        ["rustc", "--version"], check=True, text=True, stdout=subprocess.PIPE
    ).stdout.strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{CORES} cores of {name}, {memory:.0f} GiB, {rustc}"


def prose(text):
    """A paragraph of the page."""
    return textwrap.wrap(
        " ".join(text.split()), 118, break_long_words=False, break_on_hyphens=False
    )


def say(text):
    """A line of progress."""
    print(text, file=sys.stderr, flush=True)
