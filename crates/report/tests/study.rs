//! Run directories as they are found: grouped into arms, and what is broken named and left out.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

#[path = "../testing/synthetic.rs"]
mod synthetic;

use std::path::{Path, PathBuf};

use record::{RunDirectory, RunRecord, Status, read_record};
use report::{LoadError, Metric, Study, page, picture, table};
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

fn seeds(study: &Study) -> Vec<u64> {
    study.arms[0].points[0].runs.iter().map(|run| run.seed.weights).collect()
}

#[test]
fn arms_hold_their_runs_in_the_order_of_the_seeds() {
    let root = tempfile::tempdir().unwrap();
    study(root.path(), "starts", &["normal", "zeros"], 12);
    let study = Study::load(&[root.path().to_owned()], Metric::default()).unwrap();
    assert_eq!((study.title.as_str(), labels(&study)), ("starts", vec!["normal", "zeros"]));
    assert_eq!(seeds(&study), (0..12).collect::<Vec<_>>());
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
    let study =
        Study::load(&[root.path().to_owned(), root.path().join("first")], Metric::default())
            .unwrap();
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
    let study = Study::load(&[root.path().to_owned()], Metric::default()).unwrap();
    assert_eq!(seeds(&study), [7]);
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
    let error = Study::load(&[root.path().to_owned()], Metric::default()).unwrap_err();
    insta::assert_snapshot!(error.to_string().replace(&*root.path().to_string_lossy(), "RUNS"));
    assert!(matches!(
        Study::load(&[root.path().join("missing")], Metric::default()),
        Err(LoadError::Read(_))
    ));
    assert!(Study::of(Vec::new(), Metric::default()).is_none());
}

#[test]
fn the_same_seed_twice_counts_once() {
    let root = tempfile::tempdir().unwrap();
    study(&root.path().join("a"), "starts", &["normal"], 2);
    study(&root.path().join("b"), "starts", &["normal"], 3);
    let study = Study::load(&[root.path().to_owned()], Metric::default()).unwrap();
    assert_eq!((seeds(&study).len(), study.warnings.len()), (3, 2));
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
    for name in Metric::NAMES {
        let study = Study::load(&[root.path().to_owned()], name.parse().unwrap()).unwrap();
        let comparison = study.compare();
        for format in table::Format::ALL {
            let options = table::Options { format, ..Default::default() };
            assert!(!table::render(&study, &comparison, options).is_empty());
        }
        let pictures = picture::all(&study, &comparison);
        assert_eq!(pictures.len(), 5);
        assert!(pictures.iter().all(|(_, picture)| picture.png().is_ok()));
    }
}

#[test]
fn arms_are_found_in_the_natural_order_of_their_names() {
    let root = tempfile::tempdir().unwrap();
    for run in study(root.path(), "starts", &["normal"], 3) {
        let name = format!("a{}", 10u32.pow(run.to_string_lossy().ends_with('2').into()));
        change(&run, |record| record.arm.clone_from(&name));
        std::fs::rename(&run, root.path().join(format!("{name}-{}", seeds_in(&run)))).unwrap();
    }
    let study = Study::load(&[root.path().to_owned()], Metric::default()).unwrap();
    assert_eq!(labels(&study), ["a1", "a10"]);
}

fn seeds_in(run: &Path) -> String {
    run.file_name().unwrap().to_string_lossy().into_owned()
}

#[test]
fn curves_of_runs_that_were_not_kept_are_read_again() {
    let root = tempfile::tempdir().unwrap();
    study(root.path(), "starts", &["normal", "ones"], 3);
    let mut study = Study::load(&[root.path().to_owned()], Metric::default()).unwrap();
    let kept = page::render(&study);
    for run in study.arms.iter_mut().flat_map(|arm| &mut arm.points[0].runs) {
        run.whole = None;
    }
    assert!(page::render(&study) == kept);
    std::fs::remove_dir_all(root.path().join("starts/ones/seed-1")).unwrap();
    let page = page::render(&study);
    assert!(page.contains("starts/ones/seed-1</code>: ") && page.contains("Left out"));
}
