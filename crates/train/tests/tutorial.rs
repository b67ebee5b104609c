//! The tutorial's settings on real MNIST, each in the band that the tutorial's own numbers and
//! seeds' noise leave it.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use common::{Lab, config};

/// Runs a config with seed 0 and gives (validation accuracy in percent, loss of the last batch).
fn outcome(name: &str) -> (f64, f64) {
    let runs = Lab::new().json(&["--config", &config(name)]);
    let run = &runs[0];
    assert_eq!(run["status"], "finished", "{run}");
    assert_eq!(run["steps"], 858);
    let metric = |name: &str| run["metrics"][name].as_f64().unwrap();
    (metric("validation_accuracy") * 100.0, metric("last_batch_loss"))
}

#[test]
fn all_zeros_answer_one_class_at_the_entropy_of_the_classes() {
    let (accuracy, loss) = outcome("zeros");
    // Only the last bias learns: one answer for every image. 11.26 % are the most frequent digit's.
    let one_class = [479, 563, 488, 493, 535, 434, 501, 550, 462, 495]
        .map(|count: u32| f64::from(count) / 50.0);
    assert!(one_class.iter().any(|share| (share - accuracy).abs() < 1e-9), "{accuracy} %");
    assert!((2.25..2.35).contains(&loss), "{loss}");
}

#[test]
fn all_ones_learn_next_to_nothing_at_a_loss_far_above_ten() {
    let (accuracy, loss) = outcome("ones");
    assert!((8.5..13.0).contains(&accuracy), "{accuracy} %");
    assert!(loss > 10.0, "{loss}");
}

/// The band of a setting, in percent.
fn assert_band(name: &str, low: f64, high: f64) {
    let (accuracy, _) = outcome(name);
    assert!((low..=high).contains(&accuracy), "{name}: {accuracy} %, expected {low} to {high}");
}

#[test]
fn uniform_0_1_lies_in_the_tutorials_band() {
    assert_band("uniform_0_1", 55.0, 85.0);
}

#[test]
fn uniform_neg1_1_lies_in_the_tutorials_band() {
    assert_band("uniform_neg1_1", 87.0, 92.5);
}

#[test]
fn uniform_one_tenth_lies_in_the_tutorials_band() {
    assert_band("uniform_0.1", 96.3, 98.0);
}

#[test]
fn uniform_one_hundredth_lies_in_the_tutorials_band() {
    assert_band("uniform_0.01", 94.8, 97.0);
}

#[test]
fn uniform_one_thousandth_lies_in_the_tutorials_band() {
    assert_band("uniform_0.001", 92.5, 95.8);
}

#[test]
fn the_general_rule_lies_in_the_tutorials_band() {
    assert_band("general_rule", 96.0, 97.8);
}

#[test]
fn normal_lies_in_the_tutorials_band() {
    assert_band("normal", 96.3, 98.0);
}

#[test]
fn truncated_normal_lies_in_the_tutorials_band() {
    assert_band("trunc_normal", 96.3, 98.0);
}
