#!/usr/bin/env python3
"""How long `train status` takes on 100,000 records (or as many as the first argument says), made
for the purpose.

One run is real, and leaves the plan; the other records are its copies under the names and ids of
the plan. A hundredth of them is left out, some are failed, interrupted or left by a dead process.
"""

import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
SEEDS = 100 if RUNS >= 10_000 else 10
ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIG = f"""
seeds = {SEEDS}
model.hidden = [16]
training = {{ batch_size = 64, max_steps = 10 }}
init = {{ kind = "normal", std = 0.1 }}
[sweep]
"init.std" = {{ log = [1e-4, 1.0], n = {RUNS // SEEDS} }}
"""


def main() -> None:
    subprocess.run(["cargo", "build", "--quiet", "-p", "train"], cwd=ROOT, check=True)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    folder = pathlib.Path(tempfile.mkdtemp())
    train = [target / "debug" / "train"]

    def run(*words: str) -> tuple[str, float]:
        started = time.perf_counter()
        output = subprocess.run(
            [*train, *words], cwd=folder, check=True, capture_output=True, text=True
        ).stdout
        return output, time.perf_counter() - started

    try:
        (folder / "sweep.toml").write_text(CONFIG)
        _, seconds = run("--config", "sweep.toml", "--shard", f"1/{RUNS}")
        print(f"a shard of one run, from its start to its end: {seconds:.2f} s")
        output, _ = run("plan", "--config", "sweep.toml", "--format", "json", "--all")
        plan = json.loads(output)
        plan = plan["runs"] if isinstance(plan, dict) else plan
        [real] = (folder / "runs").rglob("run.json")
        text = real.read_text()
        for place, spec in enumerate(plan):
            if place % 100 == 0:
                continue
            status, message = (
                ("failed", '"out of memory"') if place % 5_001 == 0 else ("finished", "null")
            )
            if place % 5_003 == 0:
                status = "running"
            record = re.sub(r'"id": "[^"]*"', f'"id": "{spec["id"]}"', text, count=1)
            record = re.sub(r'"arm": "[^"]*"', f'"arm": "{spec["arm"]}"', record, count=1)
            record = re.sub(r'"seed": \d+', f'"seed": {spec["seed"]}', record, count=1)
            record = re.sub(r'"status": "[^"]*"', f'"status": "{status}"', record, count=1)
            record = re.sub(r'"message": null', f'"message": {message}', record, count=1)
            directory = folder / spec["directory"]
            directory.mkdir(parents=True, exist_ok=True)
            (directory / "lock").write_text("4242")
            (directory / "run.json").write_text(record)
        output, _ = run("status")
        print(output)

        def measured() -> str:
            """Seconds of the best of 5, and of the processors, which are the same on a busy machine."""
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            times = [run("status")[1] for _ in range(5)]
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            spent = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / len(
                times
            )
            return f"{min(times):.2f} s, the best of 5; {spent:.2f} s of processor time"

        print(f"train status on {len(plan):,} runs of {len(text) // 1000} KB each: {measured()}")
        (folder / "runs/sweep/.plan.json").rename(folder / "plan.json")
        print(f"the same without the plan, from the folders alone: {measured()}")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
