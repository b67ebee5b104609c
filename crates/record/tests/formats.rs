//! Records of every version of the format stay readable. The fixtures of a version are never
//! changed: what a new version changes gets new ones.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use std::path::PathBuf;

use record::{
    RunDirectory, Status, find_runs, read_checkpoint, read_record, read_run, read_weights,
};

fn fixture(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(path)
}

#[test]
fn every_fixture_of_every_version_reads() {
    let runs = find_runs(&fixture("")).unwrap();
    assert!(runs.len() >= 3);
    for run in runs {
        let read = read_run(&run).unwrap_or_else(|error| panic!("{error}"));
        if read.record.status.is_final() {
            read_weights(&run, &read.record).unwrap();
        }
        for checkpoint in RunDirectory::new(&run).checkpoints() {
            read_checkpoint(&checkpoint, &read.record.id).unwrap();
        }
    }
}

#[test]
fn a_finished_run_of_format_1_holds_what_was_written() {
    let run = read_run(&fixture("format-1/finished")).unwrap();
    let record = &run.record;
    assert_eq!(
        (record.format, record.status, record.steps, record.seed),
        (1, Status::Finished, 9, 0)
    );
    assert_eq!((record.experiment.as_str(), record.arm.as_str()), ("finished", "base"));
    assert_eq!(record.settings["training.batch_size"], 10);
    assert_eq!(record.initial_weights[0].shape, [784, 1]);
    assert_eq!(record.provenance.resumed[0].differences[0].before, "Another processor");
    assert_eq!((run.steps.len(), run.epochs.len()), (9, 2));
    assert_eq!(record.metrics.unwrap().last_batch_loss, f64::from(run.steps[8].loss));
    assert_eq!(record.files.len(), 4);
}

#[test]
fn a_diverged_run_of_format_1_keeps_what_is_not_finite() {
    let run = read_run(&fixture("format-1/diverged")).unwrap();
    assert_eq!(run.record.status, Status::Diverged);
    assert!(!run.steps[0].loss.is_finite());
    assert!(!run.record.metrics.unwrap().last_batch_loss.is_finite());
}

#[test]
fn an_interrupted_run_of_format_1_can_be_gone_on_with() {
    let directory = RunDirectory::new(fixture("format-1/interrupted"));
    let record = read_record(directory.path()).unwrap();
    assert_eq!((record.status, record.metrics, record.files.len()), (Status::Interrupted, None, 0));
    let [checkpoint] = directory.checkpoints().try_into().unwrap();
    let checkpoint = read_checkpoint(&checkpoint, &record.id).unwrap();
    assert_eq!((checkpoint.format, checkpoint.losses.len() as u64), (1, record.steps));
    assert!(
        [&checkpoint.model, &checkpoint.optimizer, &checkpoint.scheduler]
            .iter()
            .all(|state| !state.is_empty())
    );
}
