"""Trains the studies of configs/norm.toml, residual.toml and loss.toml, and writes their results
into docs/norm-residual-loss.md. What is finished already is not run again. Standard library only.

    python3 scripts/pages/norm_residual_loss.py [FOLDER OF RECORDS]
"""

import csv
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/norm-residual-loss.md"
TRAIN = ROOT / "target/debug/train"
STUDIES = {"norm": "model.norm", "residual": "model.residual", "loss": "training.loss"}
# Tables of a study without one of its starts, by what their marks say.
WITHOUT = {"norm without uniform_1": ("norm", "uniform_1")}


def train(*arguments):
    arguments = [str(TRAIN), *map(str, arguments), "--format", "json"]
    done = subprocess.run(arguments, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def results(folder, setting):
    """(arm, seed, accuracy) of every run, by the value of the setting."""
    by_level = {}
    for arm in train("compare", folder)["arms"]:
        for point in arm["points"]:
            rows = by_level.setdefault(point["at"][setting], [])
            rows += [(arm["arm"], value["seed"], value["value"]) for value in point["values"]]
    return by_level


def compared(rows):
    """The arms of one level, best first, and the paired difference of the best to the worst."""
    with tempfile.TemporaryDirectory() as folder:
        table = pathlib.Path(folder) / "level.csv"
        with table.open("w", newline="") as file:
            csv.writer(file).writerows([("arm", "seed", "validation_accuracy"), *rows])
        columns = ["--metric", "validation_accuracy", "--arm", "arm", "--seed", "seed"]
        study = train("compare", "--table", table, *columns)
    names = [arm["arm"] for arm in study["arms"]]
    ends = {names[0], names[-1]}
    pair = next(pair for pair in study["pairs"] if {pair["better"], pair["worse"]} == ends)
    return study["arms"], pair


def percent(share):
    return f"{100 * share:.2f}".replace("-", "−")


def cell(text):
    return text.replace("_", "\\_")


def table(title, by_level):
    """A row for each level: the accuracy of every start, and what lies between best and worst."""
    arms = sorted({arm for rows in by_level.values() for arm, _, _ in rows})
    head = [title, *map(cell, arms), "best less worst", "95 % interval"]
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    for level, rows in by_level.items():
        ranked, pair = compared(rows)
        means = {arm["arm"]: arm["mean"] for arm in ranked}
        low, high = pair["interval"]
        interval = f"{percent(low)} to {percent(high)}"
        accuracies = [percent(means[arm]) for arm in arms]
        cells = [cell(level), *accuracies, percent(pair["lead"]), interval]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write(mark, text):
    begin = f"<!-- written by scripts/pages/norm_residual_loss.py: {mark} -->"
    before, rest = PAGE.read_text().split(begin)
    _, after = rest.split("<!-- end -->", 1)
    PAGE.write_text(f"{before}{begin}\n{text}\n<!-- end -->{after}")


def main():
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "runs"
    subprocess.run(["cargo", "build", "--quiet", "-p", "train"], cwd=ROOT, check=True)
    for study, setting in STUDIES.items():
        train("run", "--config", ROOT / f"configs/{study}.toml", "--out", out)
        by_level = results(out / study, setting)
        write(study, table(setting.split(".")[1], by_level))
        for mark, (of, start) in WITHOUT.items():
            if of == study:
                kept = {
                    level: [row for row in rows if row[0] != start]
                    for level, rows in by_level.items()
                }
                write(mark, table(setting.split(".")[1], kept))


if __name__ == "__main__":
    main()
