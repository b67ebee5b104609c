//! The first layer by lit pixels, beside the same in dense arithmetic (`KINDLING_DENSE`): other
//! bits, and the same results.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use common::Lab;
use serde_json::Value;

/// What a config gives in dense arithmetic, or as it comes: its record and its losses.
fn trained(text: &str, dense: bool) -> (Value, Vec<f32>) {
    let lab = Lab::new();
    lab.write("x.toml", text);
    let mut command = assert_cmd::Command::cargo_bin("train").unwrap();
    command.env("KINDLING_DENSE", if dense { "1" } else { "" }).current_dir(lab.path());
    command.args(["--config", "x.toml"]).assert().success();
    let read = |file| std::fs::read(lab.path().join("runs/x/base/seed-0").join(file)).unwrap();
    let steps = String::from_utf8(read("steps.csv")).unwrap();
    let loss = |line: &str| line.rsplit(',').next().unwrap().parse().unwrap();
    let record = serde_json::from_slice(&read("run.json")).unwrap();
    (record, steps.lines().skip(1).map(loss).collect())
}

fn both(text: &str) -> [(Value, Vec<f32>); 2] {
    [true, false].map(|dense| trained(text, dense))
}

#[test]
fn the_losses_are_those_of_dense_arithmetic_but_for_rounding() {
    for more in ["", "data.normalize = \"standard\"", "model.activation = \"tanh\""] {
        let text = format!("init = \"he_normal\"\ntraining.max_steps = 30\n{more}\n");
        let [(dense, of_dense), (sparse, of_sparse)] = both(&text);
        assert_eq!(dense["provenance"].get("kernels"), None);
        assert_eq!(sparse["provenance"]["kernels"], "sparse", "{more}");
        for (step, (a, b)) in of_dense.iter().zip(&of_sparse).enumerate() {
            assert!((a - b).abs() <= 1e-3 * a, "{more}, step {step}: {a} and {b}");
        }
        let accuracy = |of: &Value| of["metrics"]["test_accuracy"].as_f64().unwrap();
        assert!((accuracy(&dense) - accuracy(&sparse)).abs() < 0.005, "{more}");
        assert_eq!(of_dense.len(), 30);
    }
}

#[test]
fn a_run_that_diverges_in_dense_arithmetic_is_found_diverged() {
    for rate in ["1e6", "1e20", "1e38"] {
        let text = format!(
            "init = \"he_normal\"\noptimizer = {{ kind = \"sgd\", learning_rate = {rate} }}\n\
             training.max_steps = 60\n"
        );
        let [(dense, of_dense), (sparse, of_sparse)] = both(&text);
        assert_eq!(dense["status"], sparse["status"], "{rate}");
        assert_eq!(of_dense.len(), of_sparse.len(), "{rate}");
    }
    let huge = "init = { kind = \"normal\", std = 3e37 }\ntraining.max_steps = 3\n";
    let [(dense, _), (sparse, _)] = both(huge);
    assert_eq!([&dense["status"], &sparse["status"]], ["diverged"; 2]);
}

#[test]
fn a_record_of_either_arithmetic_replays_to_the_bit() {
    for dense in ["", "1"] {
        let lab = Lab::new();
        lab.write("x.toml", "init = \"he_normal\"\ntraining.max_steps = 5\n");
        let mut command = assert_cmd::Command::cargo_bin("train").unwrap();
        command.env("KINDLING_DENSE", dense).current_dir(lab.path());
        command.args(["--config", "x.toml"]).assert().success();
        let replayed = lab.json(&["replay", "runs/x/base/seed-0"]);
        assert_eq!(replayed["equal"], true, "KINDLING_DENSE={dense}");
    }
}

#[test]
fn layers_of_few_outputs_and_other_backends_have_no_lists() {
    for more in ["model.hidden = [32]", "backend = \"ndarray\""] {
        let text = format!("init = \"he_normal\"\ntraining.max_steps = 1\n{more}\n");
        assert_eq!(trained(&text, false).0["provenance"].get("kernels"), None, "{more}");
    }
}
