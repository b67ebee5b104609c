"""How the cost of Kindling grows: with width, depth, batch size and the number of runs.

A step's time is a slope: of two runs that differ in their number of steps alone, what the one takes
longer. So start, validation and test fall out.
"""

import tempfile

from .common import (
    BATCH,
    HIDDEN,
    TARGET,
    TRAINING_IMAGES,
    build,
    floor_rate,
    kindling,
    median,
    parameters,
    prose,
    say,
    step_operations,
)

WIDTHS = [1, 2, 4, 8, 16]
DEPTHS = [3, 5, 10, 20, 50]
BATCHES = [32, 64, 128, 512, 1024, 4096]
RUNS = [1, 10, 100, 1000]
# The longer run of a slope is to take about so long at the floor's rate.
SECONDS = 0.5


def settings():
    """(axis, value, hidden layers, batch) of each row; depth counts the layers of weights."""
    for factor in WIDTHS:
        yield "width", f"x{factor}", [width * factor for width in HIDDEN], BATCH
    for depth in DEPTHS:
        yield "depth", depth, [HIDDEN[0]] + [HIDDEN[1]] * (depth - 2), BATCH
    for batch in BATCHES:
        yield "batch", batch, list(HIDDEN), batch


def measured(repeats, release):
    binary = build("--release") if release else build()
    rate = floor_rate()
    rows = []
    with tempfile.TemporaryDirectory(dir=TARGET) as folder:
        for axis, value, hidden, batch in settings():
            floor = step_operations(hidden, batch) / rate
            # Within one epoch, so that both runs validate once.
            long = max(4, min(int(SECONDS / floor), TRAINING_IMAGES // batch))
            short = max(1, long // 10)

            def seconds(steps):
                changes = {
                    "init": "he_normal",
                    "model.hidden": hidden,
                    "training.batch_size": batch,
                    "training.max_steps": steps,
                }
                words = [
                    word
                    for change in changes.items()
                    for word in ("--set", "{}={}".format(*change))
                ]
                (record,) = kindling(binary, folder, *words, cores=1).output
                return record["training_seconds"]

            step = median(
                [(seconds(long) - seconds(short)) / (long - short) for _ in range(repeats)]
            )
            say(f"{axis} {value}: {step * 1e3:.2f} ms a step, floor {floor * 1e3:.2f} ms")
            rows.append(
                {
                    "axis": axis,
                    "value": str(value),
                    "hidden": hidden,
                    "batch": batch,
                    "parameters": parameters(hidden),
                    "step": step,
                    "floor": floor,
                }
            )
        runs = [tiny_runs(binary, folder, count) for count in RUNS]
    return {"repeats": repeats, "floor": rate, "steps": rows, "runs": runs}


def tiny_runs(binary, folder, count):
    """Runs of one step of a network of one hidden unit: all that they take is what Kindling takes
    for itself."""
    changes = ["model.hidden=[1]", "training.max_steps=1", "data.validation=1"]
    words = [word for change in changes for word in ("--set", change)]
    sample = kindling(binary, folder, *words, "--seeds", count)
    say(f"{count} runs of one step: {sample.seconds:.2f} s, {sample.memory:.0f} MB")
    return {"runs": count, "seconds": sample.seconds, "memory": sample.memory}


TITLES = {
    "width": "Width: 784-256-128-10, its hidden layers so many times as wide",
    "depth": "Depth: layers of weights, the first hidden one of 256 units, the others of 128",
    "batch": "Batch: images of one step",
}


def lines(figures, why):
    yield "## How cost grows"
    yield ""
    yield from prose(f"""
        By `scripts/bench.py growth`, on {figures["machine"]}: one run on one core, built as plain
        `cargo run` builds. The floor is what the step's matrix products take at
        {figures["floor"] / 1e9:.0f} GFLOP/s (32-bit multiply-adds on registers alone); nothing else
        is counted in it. A step's time is the difference between a longer and a shorter run;
        medians of {figures["repeats"]}.
    """)
    for axis, title in TITLES.items():
        yield ""
        yield f"{title}:"
        yield ""
        yield f"| {axis} | parameters | a step, ms | floor, ms | of the floor's rate |"
        yield "| ---: | ---: | ---: | ---: | ---: |"
        for row in (row for row in figures["steps"] if row["axis"] == axis):
            share = row["floor"] / row["step"]
            yield (
                f"| {row['value']} | {row['parameters']:,} | {row['step'] * 1e3:.2f} | "
                f"{row['floor'] * 1e3:.2f} | {100 * share:.0f} % |"
            )
    yield ""
    yield from prose("""
        Runs: of one step of a network with one hidden unit, side by side on all cores. What is left
        is what each run costs beside its steps: its record, its files, the evaluation on 10,000
        test images.
    """)
    yield ""
    yield "| runs | whole command, s | a run beyond the first, ms | peak memory, MB |"
    yield "| ---: | ---: | ---: | ---: |"
    first = figures["runs"][0]["seconds"]
    for row in figures["runs"]:
        each = (
            f"{(row['seconds'] - first) / (row['runs'] - 1) * 1e3:.1f}" if row["runs"] > 1 else ""
        )
        yield f"| {row['runs']:,} | {row['seconds']:.2f} | {each} | {row['memory']:.0f} |"
    yield ""
    yield "**Where the share falls, and why.** " + why("growth")
