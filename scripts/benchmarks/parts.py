"""Kindling's own parts: `cargo bench` beside a baseline that is stored in docs/benchmarks.json.

divan prints times and keeps none. A time alone says little on another machine, so that each
measurement takes the core's arithmetic peak too, and what is compared is the product: how many
operations the core could have made meanwhile.
"""

import re
import subprocess

from .common import ROOT, floor_rate, kindling_environment, prose, say

UNITS = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1.0}
# A part is slower, or faster, if it takes so many times what it took: less than that is the
# machine's noise.
TOLERANCE = 1.25
ROOT_ROW = re.compile(r"^(?P<name>\w+)\s+fastest\s")
NODE = re.compile(r"^(?P<tree>[│ ]*[├╰]─ )(?P<name>\S+)")
TIMES = re.compile(NODE.pattern + r"\s+(?P<fastest>[\d.]+) (?P<unit>ns|µs|ms|s)\s")


def measured(release):
    """Seconds of each part (its fastest sample, which others on the machine disturb least), and the
    floor's rate."""
    profile = [] if release else ["--profile", "dev"]
    # All crates at once: for some of them alone, cargo would choose other features of burn, and
    # build it anew.
    command = ["cargo", "bench", "--quiet", "--workspace", *profile, "--bench", "*"]
    before = floor_rate()
    say(" ".join(command))
    output = subprocess.run(
        command, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE, env=kindling_environment()
    ).stdout
    return {
        "build": "release" if release else "dev",
        "floor": max(before, floor_rate()),
        "seconds": parsed(output),
    }


def parsed(output):
    """The fastest time of each row of divan's trees, by the names on its branch, the benchmark's
    first."""
    parts, branch = {}, []
    for line in output.splitlines():
        if root := ROOT_ROW.match(line):
            branch = [root["name"]]
        elif node := NODE.match(line):
            branch[len(node["tree"]) // 3 :] = [node["name"]]
            if row := TIMES.match(line):
                parts[" / ".join(branch)] = float(row["fastest"]) * UNITS[row["unit"]]
    return parts


def compared(stored, now):
    """How many times as long each part takes as it took when the baseline was stored, on an equally
    fast core."""
    return {
        name: seconds * now["floor"] / (stored["seconds"][name] * stored["floor"])
        for name, seconds in now["seconds"].items()
        if name in stored["seconds"]
    }


def report(stored, now):
    """Prints the comparison; whether no part is slower."""
    if stored["build"] != now["build"]:
        say(f"the baseline is of the {stored['build']} build, this is {now['build']}")
    ratios = compared(stored, now)
    for name, seconds in now["seconds"].items():
        ratio = ratios.get(name)
        verdict = (
            "new"
            if ratio is None
            else "slower"
            if ratio > TOLERANCE
            else "faster"
            if ratio < 1 / TOLERANCE
            else ""
        )
        print(
            f"{name:60} {shown(seconds):>10} {'' if ratio is None else format(ratio, '8.2f')} {verdict}".rstrip()
        )
    for name in stored["seconds"].keys() - now["seconds"].keys():
        print(f"{name:60} is gone")
    return all(ratio <= TOLERANCE for ratio in ratios.values())


def shown(seconds):
    unit = next(unit for unit, size in reversed(UNITS.items()) if seconds >= size or unit == "ns")
    return f"{seconds / UNITS[unit]:.3g} {unit}"


def lines(figures):
    yield "## Parts"
    yield ""
    yield from prose(f"""
        The baseline of `cargo bench`, the fastest sample of each part, on {figures["machine"]},
        built as plain `cargo run` builds. `scripts/bench.py parts` measures again and compares; it
        fails where a part takes more than {TOLERANCE} times as long as here, after both are
        multiplied by their core's arithmetic peak ({figures["floor"] / 1e9:.0f} GFLOP/s here).
    """)
    yield ""
    yield "| part | time |"
    yield "| --- | ---: |"
    for name, seconds in figures["seconds"].items():
        yield f"| {name} | {shown(seconds)} |"
