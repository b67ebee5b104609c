//! Run directories as they are found: grouped into arms, and what is broken named and left out.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

#[path = "../testing/synthetic.rs"]
mod synthetic;

use std::path::{Path, PathBuf};

use record::{RunDirectory, RunRecord, Status, read_record};
use report::{LoadError, Metric, Study, picture, table};
use synthetic::Synthetic;

fn study(root: &Path, experiment: &'static str, arms: &[&'static str], seeds: u64) -> Vec<PathBuf> {
    let diverges = None;
    Synthetic { experiment, title: experiment, arms: arms.to_vec(), seeds, steps: 20, diverges }
        .write(root)
        .unwrap()
}

fn change(directory: &Path, change: impl FnOnce(&mut RunRecord)) {
    let mut record = read_record(directory).unwrap();
    change(&mut record);
    RunDirectory::new(directory).write_record(&record).unwrap();
}

fn labels(study: &Study) -> Vec<&str> {
    study.arms.iter().map(|arm| arm.label.as_str()).collect()
}

#[test]
fn arms_hold_their_runs_in_the_order_of_the_seeds() {
    let root = tempfile::tempdir().unwrap();
    study(root.path(), "starts", &["normal", "zeros"], 12);
    let study = Study::load(&[root.path().to_owned()]).unwrap();
    assert_eq!((study.title.as_str(), labels(&study)), ("starts", vec!["normal", "zeros"]));
    assert_eq!(
        study.arms[0].runs.iter().map(|run| run.record.seed).collect::<Vec<_>>(),
        (0..12).collect::<Vec<_>>()
    );
    let differences = study.differences();
    assert_eq!(
        differences.iter().map(|d| d.setting.as_str()).collect::<Vec<_>>(),
        ["init.kind", "init.std"]
    );
    assert_eq!(differences[1].values, [Some("0.1".to_owned()), None]);
}

#[test]
fn arms_of_several_experiments_are_told_apart() {
    let root = tempfile::tempdir().unwrap();
    for (experiment, arm) in [("first", "normal"), ("second", "normal"), ("third", "zeros")] {
        study(root.path(), experiment, &[arm], 1);
    }
    change(&root.path().join("third/zeros/seed-0"), |record| record.arm = "base".into());
    // A folder given twice, once inside the other, is read once.
    let study = Study::load(&[root.path().to_owned(), root.path().join("first")]).unwrap();
    assert_eq!(labels(&study), ["first/normal", "second/normal", "third"]);
    assert_eq!(study.title, "Comparison of 3 experiments");
    assert!(study.warnings.is_empty());
}

#[test]
fn what_has_no_result_is_named_and_left_out() {
    let root = tempfile::tempdir().unwrap();
    let runs = study(root.path(), "starts", &["normal"], 8);
    std::fs::write(runs[0].join("run.json"), "{").unwrap();
    std::fs::write(runs[1].join("run.json"), r#"{"format": 99}"#).unwrap();
    std::fs::write(runs[2].join("steps.csv"), "step,loss\n").unwrap();
    change(&runs[3], |record| record.status = Status::Running);
    change(&runs[4], |record| {
        (record.status, record.message) = (Status::Failed, Some("the disk is full".into()))
    });
    change(&runs[5], |record| record.metrics = None);
    change(&runs[6], |record| {
        record.settings.insert("optimizer.learning_rate".into(), 0.1.into());
    });
    let study = Study::load(&[root.path().to_owned()]).unwrap();
    assert_eq!(study.arms[0].runs.iter().map(|run| run.record.seed).collect::<Vec<_>>(), [7]);
    let warnings: Vec<String> = study
        .warnings
        .iter()
        .map(|warning| warning.to_string().replace(&*root.path().to_string_lossy(), "RUNS"))
        .collect();
    insta::assert_snapshot!(warnings.join("\n"));
}

#[test]
fn nothing_to_compare_is_an_error_that_says_where_it_looked() {
    let root = tempfile::tempdir().unwrap();
    let runs = study(root.path(), "starts", &["normal"], 2);
    for run in &runs {
        change(run, |record| record.status = Status::Interrupted);
    }
    let error = Study::load(&[root.path().to_owned()]).unwrap_err();
    insta::assert_snapshot!(error.to_string().replace(&*root.path().to_string_lossy(), "RUNS"));
    assert!(matches!(Study::load(&[root.path().join("missing")]), Err(LoadError::Read(_))));
    assert!(Study::of(Vec::new()).is_none());
}

#[test]
fn the_same_seed_twice_counts_once() {
    let root = tempfile::tempdir().unwrap();
    study(&root.path().join("a"), "starts", &["normal"], 2);
    study(&root.path().join("b"), "starts", &["normal"], 3);
    let study = Study::load(&[root.path().to_owned()]).unwrap();
    assert_eq!((study.arms[0].runs.len(), study.warnings.len()), (3, 2));
    assert!(study.warnings[0].reason.contains("holds the same arm and seed"));
}

#[test]
fn records_without_series_or_layers_still_make_every_report() {
    let root = tempfile::tempdir().unwrap();
    let runs = study(root.path(), "starts", &["normal", "ones"], 2);
    for run in &runs {
        let directory = RunDirectory::new(run);
        std::fs::write(run.join("steps.csv"), "").unwrap();
        std::fs::write(run.join("epochs.csv"), "").unwrap();
        let record = RunRecord {
            initial_weights: Vec::new(),
            status: Status::Diverged,
            ..read_record(run).unwrap()
        };
        directory.write_record(&record).unwrap();
    }
    let study = Study::load(&[root.path().to_owned()]).unwrap();
    for name in Metric::NAMES {
        let comparison = study.compare(name.parse().unwrap());
        for format in table::Format::ALL {
            assert!(
                !table::render(
                    &study,
                    &comparison,
                    table::Options { format, ..Default::default() }
                )
                .is_empty()
            );
        }
        assert!(picture::forest(&study, &comparison).png().is_ok());
    }
    for picture in [
        picture::first_batches(&study),
        picture::all_batches(&study),
        picture::accuracy_per_epoch(&study),
        picture::initial_weights(&study),
    ] {
        assert!(picture.png().is_ok());
    }
}
