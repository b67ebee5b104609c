"""Kindling on a GPU beside JAX and PyTorch on the same one: runs one by one, and stacked into one
program."""

import tempfile

from .common import (
    BATCH,
    INPUTS,
    STEPS,
    TARGET,
    build,
    kindling,
    machine,
    median,
    parameters,
    prose,
    run_operations,
    say,
    timed,
)
from .peers import PEERS, check_band, versions

COUNTS = [1, 16, 64, 260]
# One by one is measured up to so many runs: further ones take as long each.
SOLO_AT_MOST = 16
FASTER = 100
# name: peer, variant, whether all runs are one program.
WAYS = {
    "JAX, one scan after another": ("jax", "scan", False),
    "JAX, vmap over the runs": ("jax", "vmap", True),
    "PyTorch, a CUDA graph of the step": ("torch", "graphed", False),
    "PyTorch, runs stacked": ("torch", "stacked", True),
    "PyTorch, runs stacked, a CUDA graph of the step": ("torch", "stacked_graphed", True),
}
OWN = {"Kindling, one by one": False, "Kindling, stacked": True}


def measured(python, repeats):
    binary = build(features=["wgpu"])
    device = timed([python, PEERS / "device.py"]).output
    rows = {}
    with tempfile.TemporaryDirectory(dir=TARGET) as folder:
        # Once for the shaders: what is compiled and tuned is kept, as it would be for a person's
        # second command.
        own(binary, folder, 1, False)
        for repeat in range(repeats):
            for count in COUNTS:
                samples = {}
                for name, stacks in OWN.items():
                    if stacks or count <= SOLO_AT_MOST:
                        samples[name] = own(binary, folder, count, stacks)
                for name, (peer, variant, stacks) in WAYS.items():
                    if stacks or count <= SOLO_AT_MOST:
                        words = ["--variant", variant, "--runs", count, "--device", "gpu"]
                        sample = timed([python, PEERS / f"with_{peer}.py", *words])
                        samples[name] = {"whole": sample.seconds, **sample.output}
                for name, sample in samples.items():
                    check_band(name, sample)
                    say(
                        f"repeat {repeat + 1} of {repeats}: {count} runs: {name}: training "
                        f"{sample['training']:.2f} s, "
                        f"whole {sample['whole']:.2f} s"
                    )
                    rows.setdefault(name, {}).setdefault(str(count), []).append(
                        {figure: sample[figure] for figure in ["training", "whole"]}
                    )
    return {
        "machine": machine(),
        "versions": versions(python),
        "repeats": repeats,
        **device,
        "rows": rows,
    }


def own(binary, folder, count, stacks):
    config = "configs/uniform_vs_normal.toml" if count > 1 else "configs/normal.toml"
    words = [
        "--backend",
        "wgpu",
        "--seeds",
        max(1, count // 2),
        "--set",
        "training.record_loss=before_update",
    ]
    words += ["--stack", count if stacks else 1, "--jobs", 1]
    sample = kindling(binary, folder, *words, config=config)
    return {
        "whole": sample.seconds,
        # A run's record gives its share of its stack's time.
        "training": sum(record["training_seconds"] for record in sample.output),
        "validation": [record["metrics"]["validation_accuracy"] for record in sample.output],
    }


def floor(figures, count):
    """Seconds a run below which no program can come: of the arithmetic, and of the memory's
    traffic. A step reads the weights forward and backward, writes and reads their gradients, and
    reads and writes weights and both moments: 40 bytes a parameter; the images of the batch are
    read, gathered and read twice."""
    traffic = STEPS * (40 * parameters() + 4 * 4 * BATCH * INPUTS)
    return run_operations() / figures["operations"], traffic / figures["bytes"]


def lines(figures, why):
    yield "## On a GPU"
    yield ""
    arithmetic, traffic = floor(figures, 1)
    yield from prose(f"""
        By `scripts/bench_gpu.sh`, on one {figures["device"]} with {figures["machine"]};
        {figures["versions"]}. The job is that of the comparison on the CPU, in 32-bit floats
        throughout. Seconds a run in training (whole command in parentheses), medians of
        {figures["repeats"]} interleaved repeats. No program can take less than
        {arithmetic * 1e3:.2f} ms a run (arithmetic, at the {figures["operations"] / 1e12:.1f}
        TFLOP/s of a large product) nor less than {traffic * 1e3:.2f} ms (what each step moves
        through memory, at {figures["bytes"] / 1e9:.0f} GB/s).
    """)
    yield ""
    yield "| runs | " + " | ".join(str(count) for count in COUNTS) + " |"
    yield "| --- |" + " ---: |" * len(COUNTS)
    a_run = lambda name, count, figure: (
        median([sample[figure] for sample in figures["rows"][name][str(count)]]) / count
    )
    for name, row in figures["rows"].items():
        cells = [
            f"{a_run(name, n, 'training'):.4f} ({a_run(name, n, 'whole'):.4f})"
            if str(n) in row
            else ""
            for n in COUNTS
        ]
        yield f"| {name} | " + " | ".join(cells) + " |"
    most = COUNTS[-1]
    stacked = a_run("Kindling, stacked", most, "training")
    gain = a_run("Kindling, one by one", SOLO_AT_MOST, "training") / stacked
    beside = stacked / a_run("JAX, vmap over the runs", most, "training")
    yield ""
    yield "| goal | | |"
    yield "| --- | ---: | --- |"
    yield (
        f"| {most} runs stacked, times the runs a second of one by one: at least {FASTER} | "
        f"{gain:.0f} | {verdict(gain >= FASTER)} |"
    )
    yield (
        f"| {most} runs stacked, to JAX's vmap: at most 1 | {beside:.2f} | {verdict(beside <= 1)} |"
    )
    if gain < FASTER or beside > 1:
        yield ""
        yield "**On the GPU: missed.** " + why("gpu")


def verdict(met):
    return "met" if met else "**missed**"


def missing():
    yield "## On a GPU"
    yield ""
    yield (
        "These figures are still missing: no GPU has been measured. `scripts/bench_gpu.sh` "
        "measures one and puts them here."
    )
