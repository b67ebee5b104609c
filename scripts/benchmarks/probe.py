"""What looking inside a start costs: whole commands, from their start to their end."""

import tempfile

from .common import TARGET, kindling_environment, median, prose, say, timed

EVERYTHING = ["--kernel", "--hessian"]
DEEP = ["--set", "model.hidden={ width = 256, depth = 50 }", "--set", "init=he_normal"]
# What is looked into, the words of its command, and the seconds that it is to take at most.
LOOKS = [
    ("the tutorial's network, one start, one seed", ["--config", "configs/normal.toml"], 0.3),
    (
        "the same, with tangent kernel and Hessian",
        ["--config", "configs/normal.toml", *EVERYTHING],
        3,
    ),
    ("the ten starts, five seeds", ["--config", "configs/ten_starts.toml", "--seeds", "5"], 30),
    (
        "50 hidden layers of 256 units, one start, one seed",
        ["--config", "configs/normal.toml", *DEEP],
        3,
    ),
]


def measured(binary, repeats):
    """Seconds and seconds of processor of each look, the median of so many."""
    rows = []
    with tempfile.TemporaryDirectory(dir=TARGET) as folder:
        for what, words, most in LOOKS:
            command = [binary, "probe", *words, "--out", folder, "--force", "--format", "csv"]
            samples = [
                timed(command, kindling_environment(), read=lambda text: None)
                for _ in range(repeats)
            ]
            row = {
                "what": what,
                "seconds": median([sample.seconds for sample in samples]),
                "busy": median([sample.busy for sample in samples]),
                "memory": max(sample.memory for sample in samples),
                "most": most,
            }
            say(f"{what}: {row['seconds']:.2f} s, {row['busy']:.2f} s of processor")
            rows.append(row)
    return {"repeats": repeats, "looks": rows}


def lines(figures):
    yield "## Looking inside"
    yield ""
    yield from prose(f"""
        By `scripts/bench.py probe`, on {figures["machine"]}: `train probe` of 1,000 images (the
        Jacobian and the tangent kernel of 100), from the command's start to its end, MNIST's
        unpacking included; medians of {figures["repeats"]}. {figures.get("note", "")}
    """)
    yield ""
    yield "| what | s | of processor, s | at most, s | peak memory, MB |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for row in figures["looks"]:
        yield (
            f"| {row['what']} | {row['seconds']:.2f} | {row['busy']:.2f} | {row['most']} | "
            f"{row['memory']:.0f} |"
        )
