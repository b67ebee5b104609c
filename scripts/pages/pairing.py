#!/usr/bin/env python3
"""Measures how tightly arms are paired by shared random numbers, and writes the table in
docs/statistics.md.

Arms of one seed see the same batches, and their weights come from the same uniform numbers. To tell
the two apart, each law is trained twice with each seed: with the draw of that seed, and with a draw
of its own. 280 runs of 200 steps, some minutes; what is finished already is not run again.
    scripts/pages/pairing.py [FOLDER]
"""

import json
import random
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TRAIN = ROOT / "target" / "debug" / "train"
SEEDS = range(40)
# The first law is the one that the others are compared with.
LAWS = {
    "normal": '{ kind = "normal", std = 0.1 }',
    "truncated_normal": '{ kind = "truncated_normal", std = 0.1 }',
    "uniform": '{ kind = "uniform", min = -0.1732, max = 0.1732 }',
    "orthogonal": '{ kind = "orthogonal", gain = 1.0 }',
}
ROW = "| {} | {:.3f} | {:.3f} | {:.3f} | {:.2f} ({:.2f} to {:.2f}) |\n"


def trained(folder: Path, name: str, seeds: str, laws: list[str]) -> dict[str, dict[int, float]]:
    """Validation accuracies in percent, by law and seed of the order."""
    config = folder / f"{name}.toml"
    arms = "".join(f"[arms.{law}]\ninit = {LAWS[law]}\n" for law in laws)
    config.write_text(f"seeds = {seeds}\ntraining.max_steps = 200\n{arms}")
    command = [TRAIN, "--config", config, "--out", folder / "runs", "--format", "json", "--quiet"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    accuracies: dict[str, dict[int, float]] = {law: {} for law in laws}
    for run in json.loads(text):
        order = run.get("order_seed", run["seed"])
        accuracies[run["arm"]][order] = 100 * run["metrics"]["validation_accuracy"]
    return accuracies


def spread(a: dict[int, float], b: dict[int, float], seeds: list[int]) -> float:
    """Standard deviation of the differences over some seeds, of which one may come twice."""
    return statistics.stdev(a[seed] - b[seed] for seed in seeds)


def row(law: str, shared: dict, own: dict) -> str:
    """The spreads of the difference to the first law, and by how much sharing a draw narrows it."""
    first, *_ = LAWS
    a, both, order = shared[first], shared[law], own[law]
    seeds = list(SEEDS)
    shuffled = random.Random(0)

    def ratio(seeds: list[int]) -> float:
        return spread(a, both, seeds) / spread(a, order, seeds)

    again = sorted(ratio(shuffled.choices(seeds, k=len(seeds))) for _ in range(4000))
    variances = [statistics.variance(values.values()) for values in (a, order)]
    none = sum(variances) ** 0.5
    low, high = again[100], again[-101]
    return ROW.format(
        law, none, spread(a, order, seeds), spread(a, both, seeds), ratio(seeds), low, high
    )


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target" / "pairing").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    first, *others = LAWS
    shared = trained(folder, "shared", str(len(SEEDS)), [first, *others])
    own: dict[str, dict[int, float]] = {law: {} for law in others}
    for seed in SEEDS:
        pair = f"{{ weights = [{1000 + seed}], order = [{seed}] }}"
        for law, accuracies in trained(folder, f"own-{seed}", pair, others).items():
            own[law].update(accuracies)
    heads = ["the other law", "nothing shared", "the order", "order and draw", "ratio"]
    table = "| " + " | ".join(heads) + " |\n| --- |" + " ---: |" * (len(heads) - 1) + "\n"
    table += "".join(row(law, shared, own) for law in others)
    written = folder / "pairing.md"
    written.write_text(table)
    between = [ROOT / "scripts/pages/between_marks.py", ROOT / "docs/statistics.md"]
    subprocess.run([sys.executable, *between, "scripts/pages/pairing.py", written], check=True)


if __name__ == "__main__":
    main()
