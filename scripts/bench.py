#!/usr/bin/env python3
"""Measures what a person waits for, and writes docs/benchmarks.md. Standard library only; Linux.

    scripts/bench.py runs       Kindling by itself, by profile, backend and workers; two minutes
    scripts/bench.py growth     how cost grows with width, depth, batch and runs; three minutes
    scripts/bench.py probe      what looking inside a start costs; a minute
    scripts/bench.py parts      `cargo bench`, compared with the baseline; --store makes it the baseline
    scripts/bench.py builds     a cold build, and builds after an edit; ten minutes and more
    scripts/bench.py page       writes the page again from docs/benchmarks.json

`scripts/bench_peers.sh` and `scripts/bench_gpu.sh` call this with `peers` and `gpu`. Each command
measures its section of the page and leaves the others as they are. Times are worth something on a
quiet machine only.
"""

import argparse
import json
import os
import sys

from benchmarks import gpu, growth, own, page, parts, peers, probe
from benchmarks.common import ROOT, TARGET, build, machine, say

FIGURES = ROOT / "docs" / "benchmarks.json"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "command",
        choices=["runs", "growth", "probe", "parts", "builds", "page", "peers", "gpu"],
    )
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument(
        "--release", action="store_true", help="build with --release (runs: beside the dev build)"
    )
    parser.add_argument(
        "--store", action="store_true", help="parts: keep what was measured as the baseline"
    )
    parser.add_argument("--python", help="peers, gpu: a Python that has JAX and PyTorch")
    options = parser.parse_args()
    figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    TARGET.mkdir(exist_ok=True)
    match options.command:
        case "runs":
            figures["runs"] = {"machine": machine(), **own.runs(options.repeats, options.release)}
        case "growth":
            figures["growth"] = {
                "machine": machine(),
                **growth.measured(min(options.repeats, 3), options.release),
            }
        case "probe":
            binary = build("--release") if options.release else build()
            figures["probe"] = {"machine": machine(), **probe.measured(binary, options.repeats)}
        case "builds":
            figures["builds"] = {"machine": machine(), **own.builds()}
        case "peers":
            figures["peers"] = peers.measured(options.python, options.repeats, options.release)
        case "gpu":
            figures["gpu"] = gpu.measured(options.python, options.repeats)
        case "parts":
            now = {"machine": machine(), **parts.measured(options.release)}
            stored = figures.get("parts")
            level = parts.report(stored or now, now)
            if not options.store and stored:
                sys.exit(None if level else "a part is slower than the baseline")
            figures["parts"] = now
    # As JSON knows them, so that a page of new figures is that of stored ones.
    figures = json.loads(json.dumps(figures))
    write(FIGURES, json.dumps(figures, indent=1) + "\n")
    path = FIGURES.with_suffix(".md")
    write(path, page.page(figures, path.read_text() if path.exists() else ""))
    say(f"wrote {path.relative_to(ROOT)}")


def write(path, text):
    """All of it or nothing."""
    whole = path.with_suffix(".new")
    whole.write_text(text)
    os.replace(whole, path)


if __name__ == "__main__":
    main()
