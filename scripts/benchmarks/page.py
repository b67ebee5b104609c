"""docs/benchmarks.md from the figures. What a person wrote between marks is kept."""

import re

from . import gpu, growth, own, parts, peers, probe
from .common import prose

UNSAID = "No reason has been found yet."


def page(figures, before):
    """The page; `before` is what it was."""

    def why(name):
        """What a person has written on something, between its marks."""
        begin, end = f"<!-- why: {name} -->", "<!-- end -->"
        written = re.search(f"{re.escape(begin)}(.*?){re.escape(end)}", before, re.S)
        return f"{begin}{written[1] if written else UNSAID}{end}"

    sections = [
        ("peers", lambda of: peers.lines(of, why)),
        ("growth", lambda of: growth.lines(of, why)),
        ("runs", own.lines_of_runs),
        ("probe", probe.lines),
        ("gpu", lambda of: gpu.lines(of, why)),
        ("parts", parts.lines),
        ("builds", lambda of: own.lines_of_builds(of, why)),
    ]
    lines = ["# Benchmarks", ""]
    lines += prose("""
        `scripts/bench.py` writes this page from `docs/benchmarks.json`; what stands between its
        marks (`why`) was written by people, and is kept.
    """)
    for name, section in sections:
        if name in figures:
            lines += ["", *section(figures[name])]
        elif name == "gpu":
            lines += ["", *gpu.missing()]
    lines.append("")
    return "\n".join(lines)
