"""Scores how well a probe foretells training, on configs/forecast.toml, and writes the table of
docs/probe.md. The page has the rule by which half of the tasks is held out. What is trained or
probed already is not done again. Standard library only.

    python3 scripts/pages/forecast.py [PROGRAM]

PROGRAM is a built `train`; without it, `cargo run -p train` builds one.
"""

import csv
import hashlib
import itertools
import json
import math
import pathlib
import random
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIG, OUT = "configs/forecast.toml", "runs/forecast_study"
PAGE, MARK = "docs/probe.md", "scripts/pages/forecast.py"
PROGRAM = sys.argv[1:2] or ["cargo", "run", "--quiet", "-p", "train", "--"]

LEARNS = 0.2
# Pairs that count as close calls: both so near to the best of their task, and so far apart.
NEAR, APART = 0.1, 0.01
DRAWS = 2000


def train(*words):
    command = [*PROGRAM, *words, "--config", CONFIG, "--out", OUT, "--format", "json"]
    output = subprocess.run(command, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE).stdout
    return json.loads(output)


def ranks(values):
    """From 0, equal values with the mean of their ranks."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    found = [0.0] * len(values)
    for _, tied in itertools.groupby(enumerate(order), key=lambda place: values[place[1]]):
        tied = list(tied)
        for _, index in tied:
            found[index] = statistics.mean(place for place, _ in tied)
    return found


def rank_correlation(a, b):
    """Spearman's; 0 where one of the two does not vary, since then nothing was foretold."""
    a, b = ranks(a), ranks(b)
    return statistics.correlation(a, b) if len(set(a)) > 1 and len(set(b)) > 1 else 0.0


def log(x):
    return math.log10(min(max(x, 1e-20), 1e20))


class Setting:
    """A start in a task, what was found inside it and what came out."""

    def __init__(self, probe, run):
        values = dict(part.split("=") for part in probe["arm"].split(",")[1:])
        self.task = tuple(values[name] for name in ("depth", "activation", "optimizer"))
        self.means = {
            (row["layer"], row["quantity"]): float(row["mean"]) for row in probe["quantities"]
        }
        self.layers = max(layer for layer, _ in self.means if layer)
        self.forecast = float(probe["forecast"]["score"])
        self.learns = probe["forecast"]["learns"]
        metrics = run["metrics"]
        self.accuracy = metrics["validation_accuracy"] if metrics else 0.0
        self.directory = ROOT / run["directory"]

    def of(self, quantity, layer=None):
        return self.means[(layer, quantity)]

    def jacobian(self):
        return log(math.sqrt(self.of("jacobian_mean_square")))

    def gradients(self):
        first, last = (self.of("gradient_rms", layer) for layer in (1, self.layers))
        return log(last) - log(first)

    def distinct(self):
        cosine = self.of("cosine", self.layers - 1)
        return math.log10(max(1 - (1 if math.isnan(cosine) else cosine), 1e-6))

    def loss(self, step):
        if step == 0:
            return self.of("loss")
        with open(self.directory / "steps.csv") as file:
            losses = [float(row["loss"]) for row in csv.DictReader(file)]
        return statistics.mean(losses[step - 5 : step]) if len(losses) >= step else math.inf


def forecast(setting):
    return setting.forecast


PREDICTORS = {
    "likeness of two images: `log10(1 - c)`": lambda s: s.distinct(),
    "gradient over depth: `-abs(log10(d_last / d_first))`": lambda s: -abs(s.gradients()),
    "Jacobian and gradient: `-abs(log10 J) - abs(log10(d_last / d_first)) / 2`": lambda s: -abs(
        s.jacobian()
    )
    - abs(s.gradients()) / 2,
    "Jacobian and likeness: `-abs(log10 J) + log10(1 - c) / 2`": lambda s: -abs(s.jacobian())
    + s.distinct() / 2,
    "**the forecast**: the last one, a fading `J` halved under Adam": forecast,
    "baseline: scale of the Jacobian, `-abs(log10 J)`": lambda s: -abs(s.jacobian()),
    "baseline: loss at step 0": lambda s: -s.loss(0),
    "baseline: loss after 20 steps of training": lambda s: -s.loss(20),
}


class Task:
    """The starts of one task, and what a predictor says of each."""

    def __init__(self, settings, predictor):
        worst = -sys.float_info.max
        said = [predictor(setting) for setting in settings]
        said = [worst if math.isnan(x) or x == -math.inf else x for x in said]
        came = [setting.accuracy for setting in settings]
        self.rho = rank_correlation(said, came)
        close = [
            (a, b)
            for a, b in itertools.combinations(zip(said, came), 2)
            if min(a[1], b[1]) >= max(came) - NEAR and abs(a[1] - b[1]) >= APART
        ]
        self.pairs = len(close)
        self.right = sum(
            0.5 if a[0] == b[0] else (a[0] > b[0]) == (a[1] > b[1]) for a, b in close
        )


def mean_rho(tasks):
    return statistics.mean(task.rho for task in tasks)


def share_right(tasks):
    return sum(task.right for task in tasks) / max(sum(task.pairs for task in tasks), 1)


def interval(tasks, of):
    """95 % of draws of tasks with replacement."""
    stream = random.Random(0)
    found = sorted(of(stream.choices(tasks, k=len(tasks))) for _ in range(DRAWS))
    return found[int(0.025 * DRAWS)], found[int(0.975 * DRAWS) - 1]


def halves(settings):
    """The tasks that choose, and those that are held out."""
    key = "forecast/depth={}/activation={}/optimizer={}"
    tasks = sorted(
        {setting.task for setting in settings},
        key=lambda task: hashlib.sha256(key.format(*task).encode()).hexdigest(),
    )
    of = [[setting for setting in settings if setting.task == task] for task in tasks]
    return of[: len(of) // 2], of[len(of) // 2 :]


def score_lines(choosing, held_out):
    yield (
        "| predictor | the half that chose | held out | 95 % | the forecast ahead by, 95 % | "
        "close calls held out | 95 % |"
    )
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    foretold = [Task(settings, forecast) for settings in held_out]
    for name, predictor in PREDICTORS.items():
        chose, held = (
            [Task(settings, predictor) for settings in half] for half in (choosing, held_out)
        )
        low, high = interval(held, mean_rho)
        worse, better = interval(held, share_right)
        ahead = "–"
        if predictor is not forecast:
            # In the same tasks, so that what makes a task hard falls out.
            pairs = list(zip(foretold, held))
            least, most = interval(
                pairs, lambda drawn: statistics.mean(own.rho - other.rho for own, other in drawn)
            )
            ahead = f"{least:+.2f} to {most:+.2f}"
        yield (
            f"| {name} | {mean_rho(chose):.2f} | {mean_rho(held):.2f} | {low:.2f} to {high:.2f} | "
            f"{ahead} | {share_right(held):.0%} | {worse:.0%} to {better:.0%} |"
        )


def learning_lines(held_out):
    settings = [setting for task in held_out for setting in task]
    count = {
        key: sum((s.learns, s.accuracy >= LEARNS) == key for s in settings)
        for key in itertools.product([True, False], repeat=2)
    }
    yield (
        f"Of the {len(settings)} settings held out, {count[True, False] + count[False, False]} do "
        f"not learn. The forecast says so of {count[False, False]} of them, and wrongly of "
        f"{count[False, True]} that do: it is right on "
        f"{(count[True, True] + count[False, False]) / len(settings):.0%}."
    )
    always = max(count[True, True] + count[False, True], count[True, False] + count[False, False])
    yield (
        "(To say the more frequent of the two of all would be right on "
        f"{always / len(settings):.0%}.)"
    )


def named(half):
    return "; ".join(" ".join(task[0].task) for task in half)


def task_lines(held_out):
    yield "| task held out: depth, activation, optimizer | best start | foretold best | rho |"
    yield "| --- | ---: | ---: | ---: |"
    for settings in held_out:
        best = max(setting.accuracy for setting in settings)
        first = max(settings, key=lambda setting: setting.forecast).accuracy
        rho = Task(settings, lambda setting: setting.forecast).rho
        yield f"| {', '.join(settings[0].task)} | {best:.1%} | {first:.1%} | {rho:.2f} |"


def main():
    runs = {run["arm"]: run for run in train("--quiet")}
    settings = [Setting(probe, runs[probe["arm"]]) for probe in train("probe")]
    choosing, held_out = halves(settings)
    pairs = sum(Task(settings, forecast).pairs for settings in held_out)
    lines = [
        f"{len(settings)} settings; mean rank correlation over tasks, and the share of {pairs} "
        "close calls that is put in the right order.",
        "",
        *score_lines(choosing, held_out),
        "",
        *learning_lines(held_out),
        "",
        *task_lines(held_out),
        "",
        f"Tasks that chose: {named(choosing)}.",
    ]
    text = ROOT / "target" / "forecast.md"
    text.write_text("\n".join(lines) + "\n")
    marks = ROOT / "scripts" / "pages" / "between_marks.py"
    subprocess.run([sys.executable, marks, PAGE, MARK, text], cwd=ROOT, check=True)


main()
