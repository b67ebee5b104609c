"""docs/benchmarks.md from the figures. What a person wrote between marks is kept."""

import re

from . import gpu, growth, own, parts, peers

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
        ("gpu", lambda of: gpu.lines(of, why)),
        ("parts", parts.lines),
        ("builds", own.lines_of_builds),
    ]
    machines = dict.fromkeys(figures[name]["machine"] for name, _ in sections if "machine" in figures.get(name, {}))
    lines = ["# Benchmarks", "", f"Measured on {'; '.join(machines)}. `scripts/bench.py` writes this page, and keeps what stands between its marks"]
    lines += ["(`why`), where people say why a goal was missed.", ""]
    if "gpu" not in figures:
        sections = [section for section in sections if section[0] != "gpu"] + [("gpu", lambda _: gpu.missing())]
    for name, section in sections:
        if name in figures or name == "gpu":
            lines += [*section(figures.get(name)), ""]
    return "\n".join(lines)
