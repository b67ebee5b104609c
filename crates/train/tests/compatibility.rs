//! What never changes: run ids, the losses that a config gives, and the records of earlier
//! versions. The files beside this one were written by version 0.1.0 and stay as they are.
//! `KINDLING_WRITE_FIXTURES=1` writes ids and losses anew, for the day on which a change to them is
//! meant.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use common::{Lab, config};
use serde_json::Value;

/// The arms of `records.toml` that have a result, and those that have only a part of it.
const ENDED: [&str; 2] = ["finished", "diverged"];
const UNFINISHED: [&str; 3] = ["interrupted", "killed", "failed"];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compatibility").join(name)
}

fn writes_fixtures() -> bool {
    std::env::var_os("KINDLING_WRITE_FIXTURES").is_some()
}

/// Which matrix kernels run here. The bits of a loss depend on them.
fn kernels() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx512f") {
        return "avx512";
    } else if std::arch::is_x86_feature_detected!("avx2") {
        return "avx2";
    }
    "other"
}

#[test]
fn run_ids_of_the_configs_are_those_of_version_0_1() {
    let path = fixture("ids.txt");
    let names: BTreeSet<String> = if writes_fixtures() {
        let files = fs::read_dir(Path::new(&config("x")).parent().unwrap()).unwrap();
        files
            .map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().into())
            .collect()
    } else {
        let text = fs::read_to_string(&path).unwrap();
        text.lines()
            .map(|line| line.split_once(' ').unwrap().1.split('/').next().unwrap().into())
            .collect()
    };
    let mut arguments = vec!["plan".to_owned(), "--all".into()];
    for name in &names {
        arguments.extend(["--config".to_owned(), config(name)]);
    }
    let runs = Lab::new().json(&arguments);
    let lines: Vec<String> = runs.as_array().unwrap().iter().map(id_line).collect();
    if writes_fixtures() {
        fs::write(&path, lines.join("\n") + "\n").unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap();
    let planned: BTreeSet<&str> = lines.iter().map(String::as_str).collect();
    let missing: Vec<&str> = expected.lines().filter(|line| !planned.contains(line)).collect();
    assert!(missing.is_empty(), "{} ids have changed, the first is {}", missing.len(), missing[0]);
}

/// `0123456789abcdef experiment/arm/0`
fn id_line(run: &Value) -> String {
    let text = |key: &str| run[key].as_str().unwrap().to_owned();
    format!("{} {}/{}/{}", text("id"), text("experiment"), text("arm"), run["seed"])
}

#[test]
fn losses_of_twenty_steps_in_dense_arithmetic_are_those_of_version_0_1() {
    assert_losses("losses.json", "1");
}

#[test]
fn losses_of_twenty_steps_by_lit_pixels_are_those_of_when_these_came() {
    assert_losses("losses_by_lit_pixels.json", "0");
}

/// Runs twenty steps with `KINDLING_DENSE` set to `dense`, and compares their losses with a file's.
fn assert_losses(file: &str, dense: &str) {
    let lab = Lab::new();
    let mut command = assert_cmd::Command::cargo_bin("train").unwrap();
    command.env("KINDLING_DENSE", dense).current_dir(lab.path());
    command.args(["--config", fixture("golden.toml").to_str().unwrap()]).assert().success();
    let mut losses = BTreeMap::new();
    for arm in fs::read_dir(lab.path().join("runs/golden")).unwrap() {
        let arm = arm.unwrap().path();
        if arm.is_dir() {
            let name = arm.file_name().unwrap().to_str().unwrap().to_owned();
            losses.insert(name, read_losses(&arm.join("seed-0")));
        }
    }
    let path = fixture(file);
    if writes_fixtures() {
        let losses = serde_json::json!({ "kernels": kernels(), "losses": losses });
        fs::write(&path, format!("{losses:#}\n")).unwrap();
    }
    let golden: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let expected: BTreeMap<String, Vec<f32>> =
        serde_json::from_value(golden["losses"].clone()).unwrap();
    assert_eq!(losses.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    let same_kernels = golden["kernels"] == kernels();
    for (arm, expected) in &expected {
        assert_eq!(losses[arm].len(), 20);
        for (step, (&loss, &expected)) in losses[arm].iter().zip(expected).enumerate() {
            // Other kernels sum in another order.
            let equal = if same_kernels {
                loss.to_bits() == expected.to_bits()
            } else {
                (loss - expected).abs() <= 1e-3 * expected.abs()
            };
            assert!(equal, "arm {arm}, step {step}: {loss} is not {expected}");
        }
    }
}

fn read_losses(directory: &Path) -> Vec<f32> {
    let text = fs::read_to_string(directory.join("steps.csv")).unwrap();
    text.lines().skip(1).map(|line| line.rsplit(',').next().unwrap().parse().unwrap()).collect()
}

#[test]
fn records_of_version_0_1_are_found_resumed_reported_and_replayed() {
    let lab = Lab::new();
    copy(&fixture("records"), &lab.path().join("runs/records"));
    let directory = |arm: &str| lab.path().join("runs/records").join(arm).join("seed-0");
    let read = |arm: &str| fs::read(directory(arm).join("run.json")).unwrap();
    let before: Vec<Vec<u8>> = ENDED.map(read).into();
    let first = read_losses(&fixture("records/finished/seed-0"));
    let config = fixture("records.toml");
    lab.json(&["--config", config.to_str().unwrap()]);

    assert_eq!(before, ENDED.map(read), "a run that has its result is not trained again");
    assert_eq!(read_losses(&directory("finished")), first);
    for arm in UNFINISHED {
        let record: Value = serde_json::from_slice(&read(arm)).unwrap();
        assert_eq!(record["status"], "finished", "{arm}");
        assert!(record["provenance"]["resumed"][0]["step"].as_u64() > Some(0), "{arm}");
        assert_eq!(record["provenance"].get("kernels"), None, "{arm} goes on as it began");
        assert_eq!(read_losses(&directory(arm)).len(), 40, "{arm}");
    }
    let experiment = fs::read_dir(lab.path().join("runs/records")).unwrap();
    let names: Vec<String> =
        experiment.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!names.iter().any(|name| name.starts_with(".superseded")), "{names:?}");

    let compared = lab.json(&["compare", "runs/records"]).to_string();
    assert!(ENDED.iter().chain(&UNFINISHED).all(|arm| compared.contains(arm)), "{compared}");
    if kernels() == "avx2" {
        let replayed = lab.json(&["replay", directory("finished").to_str().unwrap()]);
        assert_eq!((&replayed["equal"], &replayed["equal_steps"]), (&true.into(), &40.into()));
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (entry, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if entry.is_dir() {
            copy(&entry, &to.join(name));
        } else {
            fs::copy(&entry, to.join(name)).unwrap();
        }
    }
}
