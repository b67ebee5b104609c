"""Kindling beside PyTorch and JAX: the same job on the same cores in one invocation.

First every way in which a peer can do the job is tried once, and the fastest represents it (the
heats). Then the contestants take turns, and each ratio is of two that ran one after the other.
"""

import os
import sys
import tempfile

from .common import (
    CORES,
    ROOT,
    TARGET,
    build,
    floor_rate,
    kindling,
    machine,
    median,
    products,
    prose,
    run_operations,
    say,
    step_operations,
    timed,
)

PEERS = ROOT / "scripts" / "benchmarks" / "jobs"
RUNS = 20
# Where one run ends in validation accuracy, and how far apart the means over 20 runs may lie: all
# did the same job.
BAND = (0.96, 0.98)
MEANS_APART = 0.002

# name: peer, variant, processes, threads of each.
ONE = {
    "JAX, one scan": ("jax", "scan", 1, CORES),
    "JAX, one scan, one thread": ("jax", "scan", 1, 1),
    "PyTorch, eager": ("torch", "eager", 1, CORES),
    "PyTorch, eager, one thread": ("torch", "eager", 1, 1),
    "PyTorch, compiled": ("torch", "compiled", 1, CORES),
    "PyTorch, compiled, one thread": ("torch", "compiled", 1, 1),
    "PyTorch, whole step compiled": ("torch", "whole", 1, CORES),
    "PyTorch, whole step compiled, one thread": ("torch", "whole", 1, 1),
}
MANY = {
    "JAX, vmap over the runs": ("jax", "vmap", 1, CORES),
    "JAX, vmap in a process a core": ("jax", "vmap", CORES, 1),
    "JAX, one scan after another": ("jax", "scan", 1, CORES),
    "JAX, one scan after another in a process a core": ("jax", "scan", CORES, 1),
    "PyTorch, eager in a process a core": ("torch", "eager", CORES, 1),
    "PyTorch, compiled in a process a core": ("torch", "compiled", CORES, 1),
    "PyTorch, whole step compiled in a process a core": ("torch", "whole", CORES, 1),
    "PyTorch, runs stacked": ("torch", "stacked", 1, CORES),
    "PyTorch, runs stacked and compiled": ("torch", "stacked_compiled", 1, CORES),
    "PyTorch, runs stacked, whole step compiled": ("torch", "stacked_whole", 1, CORES),
    "PyTorch, runs stacked in a process a core": ("torch", "stacked", CORES, 1),
}
GOALS = [
    ("many_jax", "20 runs, s a run", "JAX", 0.72),
    ("many_torch", "20 runs, s a run", "PyTorch", 0.52),
    ("one_jax", "one run, training", "JAX", 1.0),
    ("whole_jax", "one run, whole command", "JAX", 0.25),
    ("whole_torch", "one run, whole command", "PyTorch", 0.35),
]
STEP_GOAL = 0.7
NAMES = {"jax": "JAX", "torch": "PyTorch"}


def measured(python, repeats, release):
    """Everything that the page's section on peers shows."""
    binary = build("--release") if release else build()
    with tempfile.TemporaryDirectory(dir=TARGET) as folder:
        contest = Contest(python, binary, folder)
        heats = {
            "one": contest.heats(ONE, []),
            "many": contest.heats(MANY, ["--runs", RUNS, "--epochs", 1, "--steps", 100]),
        }
        best = {
            "one": fastest(heats["one"], "training"),
            "whole": fastest(heats["one"], "whole"),
            "many": fastest(heats["many"], "training"),
        }
        rows, rates, steps = {}, [], []
        for repeat in range(repeats):
            said = f"repeat {repeat + 1} of {repeats}"
            rates.append(floor_rate())
            steps.append(contest.step(said))
            one = {"Kindling": contest.own(1, said)}
            for name in dict.fromkeys([*best["one"].values(), *best["whole"].values()]):
                one[name] = contest.peer(name, ONE[name], [], said)
            many = {}
            # A repeat of 20 runs says as much as several of one.
            if repeat % 2 == 0:
                many["Kindling"] = contest.own(RUNS, said)
                for name in best["many"].values():
                    many[name] = contest.peer(name, MANY[name], ["--runs", RUNS], said)
            for kind, samples in [("one", one), ("many", many)] if many else [("one", one)]:
                check(samples)
                for name, sample in samples.items():
                    rows.setdefault(kind, {}).setdefault(name, []).append(sample)
    return {
        "machine": machine(),
        "versions": versions(python),
        "build": "release" if release else "dev",
        "repeats": repeats,
        "floor": max(rates),
        "step": steps,
        "best": best,
        "heats": heats,
        **rows,
    }


class Contest:
    def __init__(self, python, binary, folder):
        self.python, self.binary, self.folder = python, binary, folder
        # What slows current builds of OpenBLAS on some machines is no part of the peers. And
        # compiled code is kept in a folder of this contest's, so that the heats show what compiling
        # costs.
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS")
        }
        self.environment["TORCHINDUCTOR_CACHE_DIR"] = f"{folder}/inductor"

    def peer(self, name, way, words, said):
        peer, variant, processes, threads = way
        command = [
            self.python,
            PEERS / f"with_{peer}.py",
            "--variant",
            variant,
            "--processes",
            processes,
            "--threads",
            threads,
        ]
        environment = {
            **self.environment,
            "OMP_NUM_THREADS": str(threads),
            "MKL_NUM_THREADS": str(threads),
        }
        sample = timed([*command, *words], environment)
        figures = {"whole": sample.seconds, **sample.output}
        return self.said(said, name, figures)

    def own(self, runs, said):
        words = ["--set", "training.record_loss=before_update"]
        config = "configs/normal.toml"
        if runs > 1:
            words += ["--seeds", runs // 2, "--jobs", CORES]
            config = "configs/uniform_vs_normal.toml"
        sample = kindling(self.binary, f"{self.folder}/runs", *words, config=config)
        metrics = [record["metrics"] for record in sample.output]
        figures = {
            "whole": sample.seconds,
            "memory": sample.memory,
            "busy": sample.busy,
            # Of many runs side by side there is no training part: the whole command counts.
            "training": sample.output[0]["training_seconds"] if runs == 1 else sample.seconds,
            "validation": [m["validation_accuracy"] for m in metrics],
            "test": [m["test_accuracy"] for m in metrics],
        }
        return self.said(said, "Kindling", figures)

    def step(self, said):
        """Seconds of one step: what 400 more of them take."""
        seconds = []
        for steps in [29, 429]:
            sample = kindling(
                self.binary, f"{self.folder}/runs", "--set", f"training.max_steps={steps}", cores=1
            )
            seconds.append(sample.output[0]["training_seconds"])
        say(f"{said}: Kindling: {(seconds[1] - seconds[0]) / 400 * 1e3:.3f} ms a step")
        return (seconds[1] - seconds[0]) / 400

    def heats(self, ways, words):
        return {name: self.peer(name, way, words, "heat") for name, way in ways.items()}

    def said(self, said, name, figures):
        validation = figures["validation"]
        say(
            f"{said}: {name}: {len(validation)} run{'s' * (len(validation) > 1)}: training "
            f"{figures['training']:.2f} s, "
            f"whole {figures['whole']:.2f} s, {figures['memory']:.0f} MB, accuracy "
            f"{100 * sum(validation) / len(validation):.2f} %"
        )
        return figures


def fastest(heats, figure):
    return {
        name: min(
            (way for way in heats if way.startswith(name)), key=lambda way: heats[way][figure]
        )
        for name in NAMES.values()
    }


def check(samples):
    """Ends the script unless all have come to the same accuracy."""
    means = {}
    for name, sample in samples.items():
        check_band(name, sample)
        means[name] = sum(sample["validation"]) / len(sample["validation"])
    if (
        len(samples["Kindling"]["validation"]) == RUNS
        and max(means.values()) - min(means.values()) > MEANS_APART
    ):
        sys.exit(f"mean accuracies over {RUNS} runs lie more than {MEANS_APART} apart: {means}")


def check_band(name, sample):
    for accuracy in sample["validation"]:
        if not BAND[0] <= accuracy <= BAND[1]:
            sys.exit(
                f"{name} came to a validation accuracy of {accuracy:.4f}, outside {BAND}: it did "
                "another job"
            )


def versions(python):
    program = (
        "import json, platform, torch; from importlib.metadata import version; "
        "print(json.dumps([platform.python_version(), torch.__version__, *map(version, ('jax', "
        "'jaxlib', 'numpy'))]))"
    )
    return "Python {}, PyTorch {}, JAX {} (jaxlib {}), NumPy {}".format(
        *timed([python, "-c", program]).output
    )


def ratios(ours, theirs, figure):
    return [mine[figure] / other[figure] for mine, other in zip(ours, theirs)]


def spread(values, form="{:.2f}"):
    return (
        f"{form.format(median(values))} ({form.format(min(values))} to {form.format(max(values))})"
    )


def contestants(figures, goal):
    """Ours and the peer's samples that a goal is about, and the figure that it compares."""
    kind, peer = goal.split("_")
    rows, figure = (
        figures["many" if kind == "many" else "one"],
        "whole" if kind == "whole" else "training",
    )
    name = figures["best"][kind][NAMES[peer]]
    return name, rows["Kindling"], rows[name], figure


def lines(figures, why):
    """The section, in Markdown. `why(goal, said)` gives what a person has written on a goal that
    was missed."""
    yield "## Beside PyTorch and JAX"
    yield ""
    built = {"dev": "built as plain `cargo run` builds", "release": "built with `--release`"}[
        figures["build"]
    ]
    yield from prose(f"""
        By `scripts/bench_peers.sh`, on {figures["machine"]}; {figures["versions"]}. The same job
        for all: 784-256-128-10, ReLU, biases 0, Adam (rate 0.001, epsilon 1e-8), 858 batches of 128
        of the 55,000 training images in a new order each epoch, each step's loss recorded, loss and
        accuracy on the 5,000 validation images after each of two epochs, accuracy on the 10,000
        test images at the end; all in 32-bit floats. Kindling is {built}. Medians of
        {len(figures["one"]["Kindling"])} interleaved repeats for one run and
        {len(figures["many"]["Kindling"])} for 20; a ratio is our time through the peer's of the
        same repeat: the median, the smallest and the largest.
    """)
    yield ""
    missed = []
    yield "| | Kindling | best peer | ratio (spread) | goal | |"
    yield "| --- | ---: | ---: | ---: | ---: | --- |"
    for goal, title, peer, limit in GOALS:
        name, ours, theirs, figure = contestants(figures, goal)
        runs = RUNS if goal.startswith("many") else 1
        both = ratios(ours, theirs, figure)
        met = median(both) <= limit
        mine, other = (
            median([sample[figure] for sample in samples]) / runs for samples in [ours, theirs]
        )
        yield (
            f"| {title}, to {peer} | {mine:.2f} s | {other:.2f} s | {spread(both)} | {limit:.2f} "
            f"| {'met' if met else '**missed**'} |"
        )
        if not met:
            missed.append((goal, f"{title}, to {peer}"))
    rate = step_operations() / figures["floor"]
    shares = [rate / seconds for seconds in figures["step"]]
    met = median(shares) >= STEP_GOAL
    yield (
        f"| the step, of the floor's rate on one core | {median(figures['step']) * 1e3:.2f} ms | "
        f"floor {rate * 1e3:.2f} ms | "
        f"{spread(shares)} | at least {STEP_GOAL:.2f} | {'met' if met else '**missed**'} |"
    )
    if not met:
        missed.append(("step", "The step"))
    yield ""
    yield from prose("""
        One run's *training* is its steps and its validations; imports, loading and compiling are
        left out. Of 20 runs (ten seeds of two arms) the peers' time is from the first step to the
        last validation, imports, loading, compiling and testing left out; Kindling's is its whole
        command, with start-up, tests and records on disk. *Whole command* is from the start of the
        process to its end, result printed. (A PyTorch whose version ends in +cu carries CUDA, as
        PyPI's does, and loads its libraries; one for CPUs alone starts faster.)
    """)
    for goal, title in missed:
        yield ""
        yield f"**{title}: missed.** " + why(goal)
    yield ""
    yield "### What each took"
    yield ""
    operations = run_operations()
    for kind, runs, title in [("one", 1, "One run"), ("many", RUNS, f"{RUNS} runs, a run's share")]:
        yield (
            f"| {title} | training, s | of the floor's rate on {CORES} cores | whole, s | peak "
            "memory, MB | accuracy |"
        )
        yield "| --- | ---: | ---: | ---: | ---: | ---: |"
        for name, samples in figures[kind].items():
            column = lambda figure: median([sample[figure] for sample in samples])
            training = column("training") / runs
            share = operations / training / figures["floor"] / CORES
            accuracies = [accuracy for sample in samples for accuracy in sample["validation"]]
            yield (
                f"| {name} | {training:.2f} | {100 * share:.0f} % | {column('whole') / runs:.2f} | "
                f"{column('memory'):.0f} | {100 * sum(accuracies) / len(accuracies):.2f} % |"
            )
        yield ""
    yield from prose(f"""
        The floor is what one core can do at most in 32-bit multiply-adds, on registers alone:
        {figures["floor"] / 1e9:.0f} GFLOP/s here. A step's matrix products are 2 x 128 x (3 x (784
        x 256 + 256 x 128 + 128 x 10) - 784 x 256) = {step_operations() / 1e6:.1f} MFLOP (output,
        gradient of the weights and, but for the first layer, gradient of the inputs); a run is 858
        of these and 2 x 2 x 5,000 x {sum(products()):,} for its two validations. Everything else
        (Adam, batches, losses) counts as nothing. Memory of several processes is added up.
    """)
    yield ""
    yield "### What the peers tried"
    yield ""
    yield from prose("""
        Once each; the fastest in training represents its peer above, and the fastest as a whole in
        *whole command*. PyTorch: fused Adam, the images resident in one tensor, no loader,
        inference mode for validation, denormals flushed; *compiled* are the losses, or the whole
        step with batch, gradients and Adam. JAX: the whole run one compiled program of scans,
        buffers donated, compiled ahead of time. 20 runs are tried in 100 steps each.
    """)
    yield ""
    yield "| | one run: training, s | before training (imports, data, compiling), s | whole, s |"
    yield "| --- | ---: | ---: | ---: |"
    for name, sample in figures["heats"]["one"].items():
        yield (
            f"| {name} | {sample['training']:.2f} | {sample['preparing']:.1f} | "
            f"{sample['whole']:.1f} |"
        )
    yield ""
    yield "| | 20 runs of 100 steps: training, s | before training, s |"
    yield "| --- | ---: | ---: |"
    for name, sample in figures["heats"]["many"].items():
        yield f"| {name} | {sample['training']:.2f} | {sample['preparing']:.1f} |"
