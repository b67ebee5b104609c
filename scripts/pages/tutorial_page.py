"""Writes docs/tutorial.md from the comparisons that scripts/pages/reproduce.sh has run. Standard
library only."""

import json
import pathlib
import shutil
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images" / "tutorial"

# Student's t, 97.5 %, by degrees of freedom: for the interval in which one new seed falls.
T975 = {
    1: 12.706,
    2: 4.303,
    3: 3.182,
    4: 2.776,
    5: 2.571,
    6: 2.447,
    7: 2.365,
    8: 2.306,
    9: 2.262,
    14: 2.145,
    19: 2.093,
}

# What the tutorial printed, in two printings of the same notebook: validation accuracy in percent,
# loss of the last batch. Each is one run without a seed.
COMPARISONS = [
    {
        "name": "zeros_vs_ones",
        "heading": "All zeros or all ones",
        "claim": "With every weight alike, units of a layer stay alike and next to nothing is learned, whether the weights "
        "are zeros or ones.",
        "printed": {
            "zeros": [(11.260, 2.306), (11.260, 2.300)],
            "ones": [(9.580, 197.818), (9.900, 372.644)],
        },
        "check": lambda c: c.highest_below(20.0),
        "picture": "loss-first-100",
    },
    {
        "name": "baseline",
        "heading": "The baseline: uniform [0, 1)",
        "claim": "Numbers drawn at random learn where equal ones do not.",
        "printed": {"uniform_0_1": [(76.620, 22.214), (65.340, 64.356)]},
        "check": lambda c: c.lowest_above(50.0),
        "picture": "loss-first-100",
    },
    {
        "name": "uniform_0_1_vs_neg1_1",
        "heading": "Uniform [0, 1) or uniform [-1, 1)",
        "claim": "A range around zero is far better than one beside it.",
        "printed": {
            "uniform_0_1": [(73.220, 20.096), (73.840, 13.700)],
            "uniform_neg1_1": [(90.940, 6.447), (89.360, 5.470)],
        },
        "check": lambda c: c.beats("uniform_neg1_1", "uniform_0_1"),
        "picture": "loss-first-100",
    },
    {
        "name": "uniform_ranges",
        "heading": "Too small: four ranges",
        "claim": "[-0.1, 0.1) is best; smaller ranges than that are worse again.",
        "printed": {
            "uniform_1": [(90.000, 3.161), (91.000, 2.425)],
            "uniform_0.1": [(97.160, 0.050), (97.220, 0.098)],
            "uniform_0.01": [(95.680, 0.134), (95.680, 0.133)],
            "uniform_0.001": [(93.520, 0.169), (94.400, 0.190)],
        },
        "check": lambda c: c.all_of(
            c.beats("uniform_0.1", "uniform_1"),
            c.beats("uniform_0.1", "uniform_0.01"),
            c.beats("uniform_0.01", "uniform_0.001"),
        ),
        "picture": "loss-all",
    },
    {
        "name": "uniform_vs_general_rule",
        "heading": "Uniform [-0.1, 0.1) or the general rule",
        "claim": "The general rule, uniform between -1/sqrt(n) and 1/sqrt(n), does about as well as [-0.1, 0.1).",
        "printed": {
            "uniform_0.1": [(97.120, 0.161), (96.880, 0.169)],
            "general_rule": [(96.860, 0.062), (96.900, 0.088)],
        },
        "check": lambda c: c.alike("uniform_0.1", "general_rule"),
        "picture": "loss-first-100",
    },
    {
        "name": "uniform_vs_normal",
        "heading": "Uniform or normal",
        "claim": "The normal distribution gives a slight increase over the uniform one.",
        "printed": {
            "uniform_0.1": [(97.200, 0.106), (96.920, 0.103)],
            "normal": [(97.400, 0.120), (97.200, 0.099)],
        },
        "check": lambda c: c.beats("normal", "uniform_0.1"),
        "picture": "loss-first-100",
    },
    {
        "name": "normal_vs_truncated",
        "heading": "Normal or truncated normal",
        "claim": "There is no difference to be seen: the network is too small for one.",
        "printed": {
            "normal": [(96.780, 0.032), (97.020, 0.088)],
            "truncated_normal": [(97.140, 0.124), (97.480, 0.034)],
        },
        "check": lambda c: c.alike("normal", "truncated_normal"),
        "picture": "loss-first-100",
    },
    {
        "name": "baseline_vs_truncated",
        "heading": "The baseline or truncated normal",
        "claim": "From where it began to where it ends, the difference is large.",
        "printed": {
            "uniform_0_1": [(79.500, 12.562), (66.100, 24.090)],
            "truncated_normal": [(97.060, 0.101), (97.040, 0.075)],
        },
        "check": lambda c: c.beats("truncated_normal", "uniform_0_1"),
        "picture": "loss-first-100",
    },
]


def number(value):
    return float(value)


class Comparison:
    """One comparison by validation accuracy, in percent."""

    def __init__(self, data):
        self.arms = {arm["arm"]: arm for arm in data["arms"]}
        self.pairs = data["pairs"]

    def values(self, arm):
        return [100 * number(value["value"]) for value in self.arms[arm]["values"]]

    def pair(self, one, other):
        return next(p for p in self.pairs if {p["better"], p["worse"]} == {one, other})

    def said(self, pair):
        low, high = (100 * number(x) for x in pair["interval"])
        return (
            f"{pair['better']} is {100 * number(pair['lead']):.2f} points above {pair['worse']} "
            f"(95 % interval {low:.2f} to {high:.2f}, p = {pair['p_t_holm']:.2g})"
        )

    def beats(self, one, other):
        pair = self.pair(one, other)
        return (pair["shown"] and pair["better"] == one, self.said(pair))

    def alike(self, one, other):
        pair = self.pair(one, other)
        return (not pair["shown"], self.said(pair))

    def highest_below(self, bound):
        highest = max(max(self.values(arm)) for arm in self.arms)
        return (highest < bound, f"no run of any seed is above {highest:.2f} %")

    def lowest_above(self, bound):
        lowest = min(min(self.values(arm)) for arm in self.arms)
        return (lowest > bound, f"the lowest of all seeds is {lowest:.2f} %")

    def all_of(self, *checks):
        return (all(holds for holds, _ in checks), "; ".join(said for _, said in checks))


def place(values, printed):
    """Whether a printed figure lies in our range, or else where one new seed would fall in 95 cases
    of 100."""
    if min(values) <= printed <= max(values):
        return "yes"
    if len(values) > 2 and len(values) - 1 in T975:
        half = T975[len(values) - 1] * statistics.stdev(values) * (1 + 1 / len(values)) ** 0.5
        if abs(printed - statistics.mean(values)) <= half:
            return "nearly"
    return "no"


def row(arm, metric, summary, values, printed, scale, digits):
    low, high = (
        scale * number(x) for x in summary["interval"] or (summary["mean"], summary["mean"])
    )
    figures = [f"{figure:.3f}" for figure in printed]
    places = [place(values, figure) for figure in printed]
    return (
        f"| {arm} | {metric} | {scale * number(summary['mean']):.{digits}f} | {low:.{digits}f} "
        f"to {high:.{digits}f} | "
        f"{min(values):.{digits}f} to {max(values):.{digits}f} | {figures[0]} | {places[0]} | "
        f"{figures[1]} | {places[1]} |"
    )


def load(name, metric):
    return json.loads((ROOT / "target" / f"{name}.{metric}.json").read_text())


def main():
    seeds, started, finished = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    runs = json.loads((ROOT / "target" / "reproduce.json").read_text())
    fresh = sum(not run["skipped"] for run in runs)
    IMAGES.mkdir(parents=True, exist_ok=True)
    lines = [
        "# The tutorial, reproduced",
        "",
        "The well-known tutorial on weight initialization trains one network from ten starts, "
        "one run each, without",
        "seeds, and prints validation accuracy and the loss of the last batch. Here is each of "
        "its eight comparisons over",
        f"{seeds} seeds, beside what it printed. The two columns of figures are two printings of "
        "the same notebook: that they",
        "differ is the noise of one run. *Inside* says whether a figure lies in the range of "
        "our seeds (`yes`), or at least",
        "where one more seed would fall in 95 cases of 100 (`nearly`). The loss is the "
        "tutorial's: of the last batch of 128",
        "images, after the step that trained on it.",
        "",
        "`scripts/pages/reproduce.sh` runs it all and writes this page.",
        "",
        "## In short",
        "",
        "A claim of a difference holds where the paired t test, corrected by Holm's method over "
        "the comparison, shows it at the",
        "level of 5 %; a claim of none where it shows none, however small the difference that "
        "it does show.",
        "",
        "| comparison | the tutorial says | over our seeds |",
        "| --- | --- | --- |",
    ]
    details = []
    verdicts = []
    for comparison in COMPARISONS:
        name = comparison["name"]
        accuracy, loss = load(name, "validation_accuracy"), load(name, "last_batch_loss")
        data = Comparison(accuracy)
        holds, said = comparison["check"](data)
        verdicts.append((comparison["heading"], comparison["claim"], holds, said))
        details += [f"## {comparison['heading']}", "", f"The tutorial: {comparison['claim']}", ""]
        details += [
            f"**{'It holds' if holds else 'It does not survive'} over {seeds} seeds**: {said}.",
            "",
        ]
        details += [
            "| start | figure | our mean | 95 % interval | our range | tutorial | inside | "
            "second printing | inside |",
            "| --- | --- | ---: | ---: | ---: | ---: | --- | ---: | --- |",
        ]
        losses = {arm["arm"]: arm for arm in loss["arms"]}
        for arm, printed in comparison["printed"].items():
            details.append(
                row(
                    arm,
                    "accuracy, %",
                    data.arms[arm],
                    data.values(arm),
                    [p[0] for p in printed],
                    100,
                    2,
                )
            )
            values = [number(value["value"]) for value in losses[arm]["values"]]
            details.append(row(arm, "loss", losses[arm], values, [p[1] for p in printed], 1, 3))
        picture = f"{name}.svg"
        shutil.copyfile(
            ROOT / "target" / "pictures" / name / f"{comparison['picture']}.svg", IMAGES / picture
        )
        details += ["", f"![Loss curves: {comparison['heading']}](images/tutorial/{picture})", ""]
    lines += [
        f"| {h} | {c} | **{'holds' if ok else 'does not survive'}**: {s} |"
        for h, c, ok, s in verdicts
    ]
    lines += [""] + details
    if fresh == len(runs):
        lines += [
            f"{len(runs)} runs took {finished - started:.0f} seconds when this page was written.",
            "",
        ]
    (ROOT / "docs" / "tutorial.md").write_text("\n".join(lines))
    print(
        f"docs/tutorial.md: {sum(ok for *_, ok, _ in verdicts)} of {len(verdicts)} claims hold "
        f"over {seeds} seeds"
    )


main()
