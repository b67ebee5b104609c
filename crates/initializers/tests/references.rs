//! Draws against PyTorch's, JAX's, Keras's, Flax's and Haiku's, as
//! `scripts/references/initializer_fixtures.py` recorded them: by two-sample test, and by value
//! where nothing is random.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use initializers::catalog::{self, Value};
use initializers::{Activation, Initializer, Purpose, Stream, TensorSpec};
use serde_json::Value as Json;

fn references() -> Json {
    serde_json::from_str(include_str!("fixtures/references.json")).expect("the fixture is JSON")
}

fn real(json: &Json) -> f64 {
    json.as_f64().expect("a number")
}

fn text(json: &Json) -> &str {
    json.as_str().expect("a text")
}

fn rows(json: &Json) -> &[Json] {
    json.as_array().expect("a list")
}

fn build(row: &Json) -> Initializer {
    let kind = catalog::find(text(&row["kind"])).expect("in the table");
    let value = |json: &Json| match json {
        Json::Bool(flag) => Value::Bool(*flag),
        Json::String(word) => Value::from(word.clone()),
        json => json.as_i64().map_or_else(|| Value::Real(real(json)), Value::Integer),
    };
    let parameters = row["parameters"].as_object().expect("a table");
    let given: Vec<_> =
        parameters.iter().map(|(name, json)| (name.as_str(), value(json))).collect();
    kind.build(&given).expect("it builds")
}

fn draw(init: &Initializer, spec: &TensorSpec, seed: u64) -> Vec<f32> {
    init.draw(spec, &mut Stream::new(seed, Purpose::WEIGHTS, [0, 0])).expect("it fits")
}

/// As many numbers as the reference has, from the tensor that it names.
fn numbers(init: &Initializer, row: &Json) -> Vec<f32> {
    let entries = |spec: TensorSpec, at: usize| -> Vec<f32> {
        let count = row["count"].as_u64().expect("a count");
        (0..count).map(|seed| draw(init, &spec, seed)[at]).collect()
    };
    let weight = TensorSpec::linear(600, 400);
    match text(&row["tensor"]) {
        "weight" => draw(init, &weight, 0),
        "convolution" => draw(init, &TensorSpec::conv([96, 64], &[5, 5]), 0),
        "biases" => {
            (0..50).flat_map(|seed| draw(&init.default_bias(), &weight.bias(), seed)).collect()
        }
        "entry of 4 x 3" => entries(TensorSpec::linear(4, 3), 0),
        "entry of 3 x 4" => entries(TensorSpec::linear(3, 4), 11),
        tensor => panic!("no tensor {tensor}"),
    }
}

/// The mean, the standard deviation and its standard error.
fn moments(numbers: &[f64]) -> [f64; 3] {
    let n = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / n;
    let central = |power| numbers.iter().map(|x| (x - mean).powi(power)).sum::<f64>() / n;
    let std = central(2).sqrt();
    [mean, std, std * ((central(4) / std.powi(4) - 1.0) / (4.0 * n)).sqrt()]
}

#[test]
fn laws_agree_with_the_libraries() {
    let references = references();
    for row in rows(&references["laws"]) {
        let init = build(row);
        let what = format!("{} {init:?}", row["reference"]);
        let all = numbers(&init, row);
        let mut ours: Vec<f64> = all.iter().filter(|x| **x != 0.0).map(|&x| f64::from(x)).collect();
        ours.sort_unstable_by(f64::total_cmp);
        assert_eq!(Some((all.len() - ours.len()) as u64), row["zeros"].as_u64(), "{what}: zeros");

        // Both are samples of one size, whose differences have twice the variance of one sample's
        // error.
        let n = ours.len() as f64;
        assert_eq!(n, real(&row["count"]), "{what}");
        let [mean, std, error] = moments(&ours);
        assert!(
            (mean - real(&row["mean"])).abs() < 4.0 * std * (2.0 / n).sqrt(),
            "{what}: mean {mean}"
        );
        assert!((std - real(&row["std"])).abs() < 4.0 * error * 2f64.sqrt(), "{what}: std {std}");
        let largest = ours.iter().fold(0f64, |largest, x| largest.max(x.abs()));
        assert!((largest / real(&row["largest"]) - 1.0).abs() < 0.15, "{what}: largest {largest}");

        let quantiles = rows(&row["quantiles"]);
        let gap = |(k, quantile): (usize, &Json)| {
            let below = ours.partition_point(|x| *x <= real(quantile)) as f64 / n;
            (below - (k as f64 + 0.5) / quantiles.len() as f64).abs()
        };
        let distance = quantiles.iter().enumerate().map(gap).fold(0.0, f64::max);
        assert!(distance * (n / 2.0).sqrt() < 1.95, "{what}: Smirnov's distance {distance}");
    }
}

#[test]
fn deterministic_matrices_are_the_libraries() {
    let references = references();
    for row in rows(&references["matrices"]) {
        let shape: Vec<usize> = rows(&row["tensor"]).iter().map(|n| real(n) as usize).collect();
        let spec = match shape.as_slice() {
            &[inputs, outputs] => TensorSpec::linear(inputs, outputs),
            [outputs, inputs, kernel @ ..] => TensorSpec::conv([*inputs, *outputs], kernel),
            _ => panic!("no tensor {shape:?}"),
        };
        let init = build(row);
        let ours = draw(&init, &spec, 0);
        assert_eq!(ours.len(), rows(&row["values"]).len());
        for (ours, theirs) in ours.iter().zip(rows(&row["values"])) {
            assert!(
                (f64::from(*ours) - real(theirs)).abs() < 1e-6,
                "{} {init:?}: {ours}, not {theirs}",
                row["reference"]
            );
        }
    }
}

#[test]
fn gains_are_pytorchs() {
    for (name, gain) in references()["gains"].as_object().expect("a table") {
        let ours = name.parse::<Activation>().expect("an activation").gain();
        assert!((ours - real(gain)).abs() < 1e-15, "{name}: {ours}");
    }
}
