#!/usr/bin/env python3
"""Writes parts of docs/inside.md in Markdown: what the page says of each arm's layers, and a table
of what `train dissect` found, as means over the seeds.

    inside_page.py sentences REPORT.html
    inside_page.py table DISSECT.json
"""
import html
import json
import math
import re
import sys
from collections import defaultdict


def sentences(page):
    """The list of the page's section about layers, an arm a line."""
    section = page.split('aria-labelledby="layers"', 1)[1].split("</section>", 1)[0]
    for item in re.findall(r"<li>(.*?)</li>", section, re.S):
        item = re.sub(r"<b>(.*?)</b>", r"**\1**", item)
        text = html.unescape(re.sub(r"<[^>]+>", "", item))
        yield "- " + text.replace("_", r"\_")


def mean(values):
    """The mean, or none where a value is none or not finite (JSON has those as text)."""
    if any(isinstance(value, str) or not math.isfinite(value) for value in values):
        return None
    return sum(values) / len(values)


def percent(value, digits=1):
    return "–" if value is None else f"{100 * value:.{digits}f}"


def above_edge(layer, which):
    """Singular values above the edge of random numbers, and a fiftieth of it."""
    if layer["edges"] is None:
        return None
    edge = 1.02 * layer["edges"][1]
    return sum(value > edge for value in layer[which])


def table(runs):
    """A line for each arm: accuracy, and of each layer how far it moved and what putting it back
    costs."""
    arms = defaultdict(list)
    for run in runs:
        arms[run["arm"]].append(run)
    layers = len(runs[0]["layers"])
    numbers = range(layers)
    heads = ["arm", "accuracy"]
    heads += [f"{what} {layer + 1}" for what in ("moved", "back") for layer in numbers]
    heads += [f"above edge {layer + 1}" for layer in numbers]
    yield "| " + " | ".join(heads) + " |"
    yield "| --- |" + " ---: |" * (len(heads) - 1)
    end = lambda run: run["line"][-1]["accuracy"]
    for arm, runs in sorted(arms.items(), key=lambda item: -mean([end(run) for run in item[1]])):
        cells = [arm.replace("_", r"\_"), percent(mean([end(run) for run in runs]), 2)]
        of = lambda layer, pick: mean([pick(run["layers"][layer]) for run in runs])
        cells += [percent(of(layer, lambda of: of["distance"]), 0) for layer in numbers]
        cells += [percent(of(layer, lambda of: of["put_back"]["accuracy"])) for layer in numbers]
        for layer in numbers:
            counts = [above_edge(run["layers"][layer], "end_values") for run in runs]
            starts = [above_edge(run["layers"][layer], "start_values") for run in runs]
            shown = "–"
            if None not in counts:
                shown = f"{mean(starts):.0f} → {mean(counts):.0f}"
            cells.append(shown)
        yield "| " + " | ".join(cells) + " |"


def main():
    what, path = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        text = file.read()
    lines = sentences(text) if what == "sentences" else table(json.loads(text))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
