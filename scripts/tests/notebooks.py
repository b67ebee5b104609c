"""Runs the commands and snippets of a document in order, then checks what they left behind."""

import io
import json
import math
import os
import re
import subprocess
import sys
import time
from contextlib import redirect_stdout
from pathlib import Path

STUDY = "he_vs_glorot"
EXPORTS = Path("exports") / STUDY
RECORDS = Path("runs") / STUDY


def tables_alone(text):
    """The part of the document on tables, with CSV in place of Parquet, and without Arrow."""
    lines = text[: text.index("## Weights")].splitlines(keepends=True)
    kept = [line for line in lines if "arrow" not in line and "--format csv" not in line]
    text = "".join(kept).replace("(csv, json, feather)", "(csv, json)")
    text = text.replace("-p export --features parquet -- runs", "-p train -- export runs")
    return text.replace("parquet", "csv")


def run_document(text):
    """The variables that the snippets leave."""
    variables = {}
    for language, text in re.findall(r"^```(sh|python)\n(.*?)^```$", text, re.M | re.S):
        started = time.monotonic()
        if language == "sh":
            text = re.sub(r"^cargo run -p train -- ", "$TRAIN ", text, flags=re.M)
            text = re.sub(r"^cargo run -p export .*?-- ", "$EXPORT ", text, flags=re.M)
            subprocess.run(["bash", "-euc", text], check=True, stdout=subprocess.DEVNULL)
        else:
            with redirect_stdout(io.StringIO()) as printed:
                exec(compile(text, "snippet", "exec"), variables)
            print(printed.getvalue(), end="")
        last = text.strip().splitlines()[-1][:80]
        print(f"    {time.monotonic() - started:5.1f} s: {last}", flush=True)
    return variables


def read_records():
    """Every run.json by arm and seed."""
    records = [json.loads(path.read_text()) for path in RECORDS.glob("*/seed-*/run.json")]
    return {(record["arm"], record["seed"]): record for record in records}


def check_tables(records, variables):
    """Every row has every setting of its run, and columns have types."""
    runs, steps = variables["runs"], variables["steps"]
    assert len(runs) == len(records)
    assert len(steps) == sum(record["steps"] for record in records.values())
    for row in runs.iter_rows(named=True):
        record = records[row["arm"], row["seed"]]
        assert row["id"] == record["id"]
        assert row["test_accuracy"] == record["metrics"]["test_accuracy"]
        for name, value in record["settings"].items():
            if isinstance(value, list):
                value = json.dumps(value, separators=(",", ":"))
            # A setting that is a number here and a word in another run is a text in all.
            assert row[name] in (value, str(value)), name
    if "feather" in variables:
        types = [str(steps[name].dtype) for name in ("arm", "loss", "step")]
        assert types == ["str", "float32", "int64"], types
    assert Path("loss.png").stat().st_size > 10_000


def check_logits(records, variables):
    """The logits of PyTorch and JAX are those of our own network to 1e-5."""
    import numpy as np

    weights = RECORDS / "he/seed-0/model.safetensors"
    command = [os.environ["LOGITS"], weights, "1000"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    ours = np.array([[float(x) for x in line.split(",")] for line in lines], dtype=np.float32)
    theirs = variables["logits"][:1000]
    assert ours.shape == (1000, 10)
    np.testing.assert_allclose(theirs, ours, rtol=1e-5, atol=1e-5)
    jax = np.asarray(variables["forward"](variables["images"][:1000]))
    np.testing.assert_allclose(jax, ours, rtol=1e-5, atol=1e-5)
    accuracy = (variables["logits"].argmax(1) == variables["labels"]).mean()
    recorded = records["he", 0]["metrics"]["test_accuracy"]
    assert math.isclose(accuracy, recorded) and variables["recorded"] == recorded, accuracy
    print(f"the largest difference of a logit is {abs(theirs - ours).max():.1e}")


def check_weights(records, variables):
    """Both layouts hold the same numbers, and the initial ones are those of the record."""
    import numpy as np
    import torch
    from safetensors.numpy import load_file

    names = ["0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"]
    for (arm, seed), record in records.items():
        for moment in ("initial", "final"):
            place = f"{STUDY}/{arm}/seed-{seed}/{moment}"
            plain = load_file(EXPORTS / "safetensors" / f"{place}.safetensors")
            transposed = load_file(EXPORTS / "pytorch" / f"{place}.safetensors")
            pickled = torch.load(EXPORTS / "pytorch" / f"{place}.pt", weights_only=True)
            assert sorted(pickled) == sorted(transposed) == sorted(names)
            for name in names:
                np.testing.assert_array_equal(pickled[name].numpy(), transposed[name])
            for layer, recorded in enumerate(record["initial_weights"]):
                weight = plain[f"layers.{layer}.weight"]
                np.testing.assert_array_equal(weight.T, transposed[f"{2 * layer}.weight"])
                bias = plain[f"layers.{layer}.bias"]
                np.testing.assert_array_equal(bias, transposed[f"{2 * layer}.bias"])
                if moment == "initial":
                    mean = weight.mean(dtype=np.float64)
                    assert math.isclose(mean, recorded["mean"], abs_tol=1e-9)
                    ends = (float(weight.min()), float(weight.max()))
                    assert ends == (recorded["min"], recorded["max"])


def check_tensorboard(records, variables):
    """TensorBoard's reader finds every scalar, histogram, text and hyperparameter."""
    from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    found = EventMultiplexer(tensor_size_guidance={"scalars": 0, "histograms": 0, "text": 0})
    found.AddRunsFromDirectory(str(EXPORTS / "tensorboard"))
    found.Reload()
    hparams = lambda run, tag: HParamsPluginData.FromString(
        found.SummaryMetadata(run, f"_hparams_/{tag}").plugin_data.content
    )
    experiment = hparams(".", "experiment").experiment
    assert {info.name for info in experiment.hparam_infos} > {"init.kind", "training.batch_size"}
    assert experiment.hparam_infos[0].name.startswith("init."), "what differs comes first"
    assert "test_accuracy" in {info.name.tag for info in experiment.metric_infos}
    assert set(found.Runs()) == {".", *(f"{STUDY}/{arm}/seed-{seed}" for arm, seed in records)}
    for (arm, seed), record in records.items():
        run = f"{STUDY}/{arm}/seed-{seed}"
        start = hparams(run, "session_start_info").session_start_info
        assert start.hparams["init.kind"].string_value == record["settings"]["init.kind"]
        assert start.hparams["training.batch_size"].number_value == 128
        values = lambda tag: [(event.step, event.tensor_proto) for event in found.Tensors(run, tag)]
        check_events(record, RECORDS / arm / f"seed-{seed}", values)


def check_events(record, folder, values):
    """The events of a run say what its record says."""
    from tensorboard.util.tensor_util import make_ndarray

    lines = (folder / "steps.csv").read_text().split()[1:]
    losses = [(step, make_ndarray(value).item()) for step, value in values("loss")]
    assert len(losses) == len(lines) == record["steps"]
    for (step, loss), line in zip(losses, lines):
        expected = line.split(",")
        assert step == int(expected[0]) and math.isclose(loss, float(expected[1]), rel_tol=1e-6)
    for tag in ("validation_accuracy", "test_accuracy"):
        step, value = values(tag)[-1]
        assert step == record["steps"]
        assert math.isclose(make_ndarray(value).item(), record["metrics"][tag], rel_tol=1e-6)
    for layer, recorded in enumerate(record["initial_weights"]):
        for name in ("weight", "bias"):
            steps = [step for step, _ in values(f"layers.{layer}.{name}")]
            assert steps == [0, record["steps"]], steps
        bins = make_ndarray(values(f"layers.{layer}.weight")[0][1])
        assert bins[:, 2].sum() == recorded["shape"][0] * recorded["shape"][1]
        assert math.isclose(bins[-1, 1], recorded["max"], rel_tol=1e-6)
    config = make_ndarray(values("config")[0][1])[0].decode()
    assert f"seeds = [{record['seed']}]" in config, config


def check_mlflow(records, variables):
    """MLflow finds every run with its parameters, the history of its metrics and its artifacts."""
    import mlflow

    [experiment] = [one for one in mlflow.search_experiments() if one.name == STUDY]
    client = mlflow.MlflowClient()
    found = client.search_runs([experiment.experiment_id])
    assert len(found) == len(records)
    for run in found:
        record = records[run.data.params["arm"], int(run.data.params["seed"])]
        assert (run.info.status, run.data.tags["id"]) == ("FINISHED", record["id"])
        assert run.data.params["optimizer.epsilon"] == "1e-8"
        assert run.data.metrics["test_accuracy"] == record["metrics"]["test_accuracy"]
        assert len(client.get_metric_history(run.info.run_id, "loss")) == record["steps"]
        artifacts = {artifact.path for artifact in client.list_artifacts(run.info.run_id)}
        assert artifacts == {"config.toml", "final.safetensors"}, artifacts


def main():
    path, *parts = sys.argv[1:]
    text = Path(path).read_text()
    checks = [check_tables, check_logits, check_weights, check_tensorboard, check_mlflow]
    if parts == ["tables"]:
        text, checks = tables_alone(text), [check_tables]
    variables = run_document(text)
    records = read_records()
    for check in checks:
        check(records, variables)
        print(f"{check.__name__} passed", flush=True)
    print(f"{len(checks)} passed, 0 failed")


if __name__ == "__main__":
    main()
