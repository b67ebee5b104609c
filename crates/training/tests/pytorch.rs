//! Losses, optimizers, schedules and layers are those of PyTorch: 20 full-batch steps from the same
//! weights. `scripts/references/training_fixtures.py` writes the cases.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use std::path::Path;

use common::{Lab, finish};
use record::read_run;
use serde_json::Value;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/pytorch");
/// The largest relative difference of a loss.
const TOLERANCE: f64 = 1e-4;

/// Where the losses of a case differ from PyTorch's.
fn difference(lab: &Lab, case: &Value, backend: &str) -> Option<String> {
    let name = format!("{} on {backend}", case["name"].as_str().unwrap());
    let weights = Path::new(FIXTURES).join(case["weights"].as_str().unwrap());
    let run = lab.run(&format!(
        "backend = {backend:?}\n{}\ninit.from = {:?}\ntraining.batch_size = \"all\"\ntraining.max_steps = 20\n",
        case["settings"].as_str().unwrap(),
        weights.display().to_string(),
    ));
    let [report] = finish(&[run], &lab.out(&name), 1).try_into().unwrap();
    let run = read_run(&report.directory).unwrap();
    let expected = case["losses"].as_array().unwrap().iter().chain([&case["validation_loss"]]);
    let ours = run.steps.iter().map(|step| f64::from(step.loss));
    let ours = ours.chain([run.record.metrics.unwrap().validation_loss]);
    let mut pairs = ours.zip(expected.map(|loss| loss.as_f64().unwrap())).enumerate();
    let far = |(ours, expected): (f64, f64)| (ours - expected).abs() > TOLERANCE * expected.abs();
    let (step, (ours, expected)) = pairs.find(|(_, pair)| far(*pair))?;
    Some(format!("{name}: at step {step} the loss is {ours}, in PyTorch {expected}"))
}

#[test]
fn twenty_steps_have_the_losses_of_pytorch_on_either_backend() {
    let lab = Lab::new();
    let text = std::fs::read_to_string(Path::new(FIXTURES).join("cases.json")).unwrap();
    let fixture: Value = serde_json::from_str(&text).unwrap();
    let cases = fixture["cases"].as_array().unwrap();
    assert!(cases.len() > 30);
    let on = |backend: &'static str| {
        let lab = &lab;
        cases.iter().filter_map(move |case| difference(lab, case, backend))
    };
    let differences: Vec<String> = on("flex").chain(on("ndarray")).collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
