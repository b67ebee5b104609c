"""Kindling's own parts: `cargo bench` beside a baseline that is stored in docs/benchmarks.json.

divan prints times and keeps none. A time alone says little on another machine, so that each measurement takes the
core's arithmetic peak too, and what is compared is the product: how many operations the core could have made meanwhile.
"""

import os
import re
import subprocess

from .common import ROOT, floor_rate, say

CRATES = ["initializers", "report", "training"]
UNITS = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1.0}
# A part is slower, or faster, if it takes so many times what it took: less than that is the machine's noise.
TOLERANCE = 1.25
ROW = re.compile(r"^(?P<tree>[│ ]*[├╰]─ )(?P<name>\S+)\s+(?P<fastest>[\d.]+) (?P<unit>ns|µs|ms|s)\s")
GROUP = re.compile(r"^(?P<tree>[│ ]*[├╰]─ )(?P<name>\S+)")


def measured(release):
    """Seconds of each part (its fastest sample, which others on the machine disturb least), and the floor's rate."""
    profile = [] if release else ["--profile", "dev"]
    parts, rates = {}, [floor_rate()]
    for crate in CRATES:
        say(f"cargo bench -p {crate}")
        environment = {**os.environ, "MIMALLOC_PURGE_DELAY": "-1"}
        command = ["cargo", "bench", "--quiet", "-p", crate, *profile, "--bench", "*"]
        output = subprocess.run(command, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE, env=environment).stdout
        parts |= {f"{crate}: {name}": seconds for name, seconds in parsed(output).items()}
        rates.append(floor_rate())
    return {"build": "release" if release else "dev", "floor": max(rates), "seconds": parts}


def parsed(output):
    """The fastest time of each row of divan's tree, by the names on its branch."""
    parts, branch = {}, []
    for line in output.splitlines():
        group, row = GROUP.match(line), ROW.match(line)
        if not group:
            continue
        depth = len(group["tree"]) // 3
        branch[depth - 1 :] = [group["name"]]
        if row:
            parts[" ".join(branch)] = float(row["fastest"]) * UNITS[row["unit"]]
    return parts


def compared(stored, now):
    """How many times as long each part takes as it took when the baseline was stored, on an equally fast core."""
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
        verdict = "new" if ratio is None else "slower" if ratio > TOLERANCE else "faster" if ratio < 1 / TOLERANCE else ""
        print(f"{name:60} {shown(seconds):>10} {'' if ratio is None else format(ratio, '8.2f')} {verdict}".rstrip())
    for name in stored["seconds"].keys() - now["seconds"].keys():
        print(f"{name:60} is gone")
    return all(ratio <= TOLERANCE for ratio in ratios.values())


def shown(seconds):
    unit = next(unit for unit, size in reversed(UNITS.items()) if seconds >= size or unit == "ns")
    return f"{seconds / UNITS[unit]:.3g} {unit}"


def lines(figures):
    yield "## Parts"
    yield ""
    yield "The baseline of `cargo bench`: the fastest sample of each part, in the build of plain `cargo run`. `scripts/bench.py parts`"
    yield "measures again and compares; it fails where a part takes more than"
    yield f"{TOLERANCE} times as long as here, after both are multiplied by their core's arithmetic peak ({figures['floor'] / 1e9:.0f} GFLOP/s here)."
    yield ""
    yield "| part | time |"
    yield "| --- | ---: |"
    for name, seconds in figures["seconds"].items():
        yield f"| {name} | {shown(seconds)} |"
