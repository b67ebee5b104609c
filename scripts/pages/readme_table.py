"""Puts a comparison in Markdown between the README's marks, with what a probe sees in each start.

    python3 scripts/pages/readme_table.py COMPARISON.md PROBE.json

The second file is what `train probe --format json` prints of the same arms. Standard library only.
"""

import json
import pathlib
import sys

BEGIN, END = "<!-- result: written by scripts/pages/reproduce.sh -->", "<!-- end of result -->"
README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
# The front page has room for these columns; `train compare` shows the others.
COLUMNS = ["arm", "mean", "95 % interval", "to best", "p (Holm)"]
WHY = "why: what a probe sees before training"


def short(x):
    """Three digits, with commas from a thousand on."""
    if abs(x) < 1000:
        return f"{x:.3g}"
    digits = 10 ** (len(str(int(abs(x)))) - 3)
    return f"{round(x / digits) * digits:,}"


class Start:
    """What is measured of an arm, and the first symptom of `SYMPTOMS` that it shows."""

    def __init__(self, probe):
        self.rules = {finding["rule"] for finding in probe["findings"]}
        self.means = {
            (row["layer"], row["quantity"]): float(row["mean"]) for row in probe["quantities"]
        }
        self.layers = max(layer for layer, _ in self.means if layer)

    def __call__(self, quantity, layer=None):
        return self.means[(layer, quantity)]

    def over_layers(self, quantity):
        return [self(quantity, layer) for layer in range(1, self.layers + 1)]

    def why(self):
        for rule, words in SYMPTOMS.items():
            if rule in self.rules:
                return words(self)
        logits = self("pre_activation_rms", self.layers)
        return f"nothing stands out: loss {self('loss'):.2f}, logits {short(logits)}"


def no_gradient(start):
    without = sum(rms == 0 for rms in start.over_layers("weight_gradient_rms"))
    if without == 0:
        return "the weights' gradient is lost in rounding"
    return f"the weights of {without} of {start.layers} layers get a gradient of 0"


def equal_units(start):
    rank = start("effective_rank", start.layers - 1)
    return f"all units of a layer are equal: they use {rank:.0f} direction{'s'[: rank >= 1.5]}"


def dead(start):
    hidden = range(1, start.layers)
    return f"{max(start('dead', layer) for layer in hidden):.0%} of a layer is dead"


def overwritten(start):
    weight = max(start.over_layers("weight_rms"))
    return f"weights of {short(weight)}: Adam's first step is larger"


def gradient(verb, start):
    ratio = start("gradient_rms", start.layers) / start("gradient_rms", 1)
    return f"the gradient {verb} {short(max(ratio, 1 / ratio))}-fold on its way back"


# The rules of docs/probe.md that have a word here, the gravest first.
SYMPTOMS = {
    "not_finite": lambda start: f"the loss is {start('loss')}",
    "no_gradient": no_gradient,
    "equal_units": equal_units,
    "dead": dead,
    "loss": lambda start: f"the loss starts at {short(start('loss'))}, not 2.30",
    "overwritten": overwritten,
    "exploding_gradient": lambda start: gradient("grows", start),
    "vanishing_gradient": lambda start: gradient("shrinks", start),
}


def narrowed(line, why):
    cells = line.replace("\\|", "\0").split("|")
    row = "|" + "|".join(cells[place] for place in kept).replace("\0", "\\|") + "|"
    return f"{row} {why} |"


def with_why(line):
    if not line.startswith("|"):
        return line
    arm = line.split("|")[1].strip().replace("\\", "")
    if arm == "arm":
        return narrowed(line, WHY)
    if set(arm) <= set("-: "):
        return narrowed(line, "---")
    return narrowed(line, starts[arm].why())


lines = pathlib.Path(sys.argv[1]).read_text().strip().splitlines()
probes = json.loads(pathlib.Path(sys.argv[2]).read_text())
starts = {probe["arm"]: Start(probe) for probe in probes}
head = next(line for line in lines if line.startswith("| arm"))
names = [cell.strip() for cell in head.split("|")]
kept = [place for place, name in enumerate(names) if name in COLUMNS]
table = "\n".join(with_why(line) for line in lines)

text = README.read_text()
before, rest = text.split(BEGIN)
_, after = rest.split(END)
README.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}")
