//! `train export` of runs that the binary itself has trained.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use std::path::Path;

use common::Lab;
use insta::assert_snapshot;
use safetensors::SafeTensors;

/// Starts of every sort, trained so that no weight changes in 32 bits: 1e-30 times a gradient is
/// less than half of the last bit of any of them.
const STANDING_STILL: &str = r#"
training = { max_steps = 1, batch_size = 32 }
optimizer = { kind = "sgd", learning_rate = 1e-30 }
model = { hidden = [16], activation = "prelu" }
[arms.normal]
init = "he_normal"
[arms.orthogonal]
init = "orthogonal"
[arms.lsuv]
init = "lsuv"
[arms.krahenbuhl]
init = "krahenbuhl"
"#;

/// One run of a few steps.
const SHORT: &str = "training = { max_steps = 3, batch_size = 32 }\nmodel.hidden = [8]\n";

fn lab(config: &str) -> Lab {
    let lab = Lab::new();
    lab.write("study.toml", config);
    let output = lab.train(&["--config", "study.toml", "--quiet"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    lab
}

/// Every tensor by name, in bits; biases of zero are no longer quite zero after a step.
fn bits(path: &Path) -> Vec<(String, Vec<u32>)> {
    let bytes = std::fs::read(path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut tensors: Vec<(String, Vec<u32>)> = file
        .iter()
        .map(|(name, view)| {
            let (numbers, _) = view.data().as_chunks::<4>();
            let numbers = numbers.iter().map(|&bytes| f32::from_le_bytes(bytes));
            let known = |x: f32| if x.abs() < 1e-20 { 0 } else { x.to_bits() };
            (name.to_owned(), numbers.map(known).collect())
        })
        .collect();
    tensors.sort();
    tensors
}

#[test]
fn initial_weights_are_those_that_training_started_from_to_the_bit() {
    let lab = lab(STANDING_STILL);
    let output =
        lab.train(&["export", "runs", "--format", "safetensors", "--weights", "initial,final"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for arm in ["normal", "orthogonal", "lsuv", "krahenbuhl"] {
        let folder = lab.path().join(format!("exports/runs/safetensors/study/{arm}/seed-0"));
        let [initial, trained] =
            ["initial", "final"].map(|name| bits(&folder.join(format!("{name}.safetensors"))));
        let names: Vec<&str> = initial.iter().map(|(name, _)| name.as_str()).collect();
        let layers = ["layers.0.bias", "layers.0.weight", "layers.1.bias", "layers.1.weight"];
        assert_eq!(names, [&layers[..], &["slopes.0"]].concat());
        assert!(initial == trained, "{arm}");
    }
}

#[test]
fn every_light_format_is_in_every_build() {
    let lab = lab(SHORT);
    for format in ["csv", "json", "safetensors", "pytorch", "mlflow", "tensorboard"] {
        let output = lab.train(&["export", "runs/study", "--format", format]);
        let (printed, told) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert!(output.status.success() && told.is_empty(), "{told}");
        assert!(!printed.is_empty());
        for path in printed.lines() {
            assert!(path.starts_with(&format!("exports/study/{format}/")), "{path}");
            assert!(lab.path().join(path).exists(), "{path}");
        }
    }
    let steps = std::fs::read_to_string(lab.path().join("exports/study/csv/steps.csv")).unwrap();
    assert_eq!(steps.lines().count(), 4);
}

#[test]
fn what_cannot_be_exported_is_one_message_and_exit_2() {
    let lab = lab(SHORT);
    let told = |arguments: &[&str]| {
        let output = lab.train(&[&["export"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !lab.path().join("exports").exists());
        // A flag's message goes on with a hint to `--help`.
        String::from_utf8(output.stderr).unwrap().lines().next().unwrap().to_owned()
    };
    assert_snapshot!(told(&["runs", "--format", "tensorbord"]), @"error: invalid value \
        'tensorbord' for '--format <F>': unknown format `tensorbord`: did you mean `tensorboard`?");
    assert_snapshot!(told(&["nowhere", "--format", "csv"]), @"error: cannot read nowhere: \
        No such file or directory (os error 2)");
    assert_snapshot!(told(&["runs", "--format", "csv", "--weights", "final"]), @"error: `csv` holds \
        tables and no weights: leave out `--weights`, or take safetensors, pytorch, mlflow, \
        tensorboard");
    assert_snapshot!(told(&["runs", "--format", "safetensors", "--weights", "start"]), @"error: \
        invalid value 'start' for '--weights <W>': unknown weights `start`: it is `initial`, \
        `final`, `initial,final` or `none`");
    std::fs::remove_file(lab.path().join("runs/study/base/seed-0/model.safetensors")).unwrap();
    assert_snapshot!(told(&["runs", "--format", "safetensors"]), @"error: cannot read \
        runs/study/base/seed-0/model.safetensors: No such file or directory (os error 2)");
    let run = lab.path().join("runs/study/base/seed-0");
    std::fs::write(run.join("config.toml"), "seeds = [1]\n").unwrap();
    let told_of_other = told(&["runs", "--format", "safetensors", "--weights", "initial"]);
    assert!(told_of_other.contains("config.toml now describes another run"), "{told_of_other}");
    std::fs::write(run.join("run.json"), "{").unwrap();
    assert_snapshot!(told(&["runs", "--format", "json"]), @"error: no finished run in runs \
        (left out runs/study/base/seed-0: run.json is damaged: EOF while parsing an object at \
        line 1 column 1)");
}
