//! A failure in one run does not affect the others.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use std::sync::Arc;

use common::{BASE, Lab, assert_same, finish, go};
use experiment::RunSpec;
use record::{Status, read_record};
use training::{NoopObserver, Observer, Outcome, RunError};

/// Panics in the middle of one run.
struct Saboteur;

impl Observer for Saboteur {
    fn stepped(&self, run: &RunSpec, steps: u64, _: f32, _: Option<f64>) {
        assert!(run.seed.weights != 2 || steps < 25, "sabotage in seed 2");
    }
}

#[test]
fn a_panic_fails_its_own_run_with_its_message_and_the_same_command_retries_it() {
    let lab = Lab::new();
    let runs = lab.runs(&format!("seeds = 4\n{BASE}"));
    finish(&runs, &lab.out("undisturbed"), 2);
    let reports = go(&runs, &lab.out("runs"), 2, Arc::new(Saboteur), Arc::default());
    for report in &reports {
        let record = read_record(&report.directory).unwrap();
        if report.spec.seed.weights == 2 {
            assert!(
                matches!(&report.outcome, Err(RunError::Failed(text)) if text.contains("sabotage"))
            );
            assert_eq!(record.status, Status::Failed);
            assert!(record.message.unwrap().contains("sabotage in seed 2"));
        } else {
            assert_eq!(record.status, Status::Finished);
        }
    }
    let reports = go(&runs, &lab.out("runs"), 2, Arc::new(NoopObserver), Arc::default());
    for report in &reports {
        match &report.outcome {
            // The failed one resumes from the checkpoint at the end of its first epoch.
            Ok(Outcome::Ran(_)) => {
                let record = read_record(&report.directory).unwrap();
                assert_eq!((record.seed, record.provenance.resumed[0].step), (2, 15));
            }
            Ok(Outcome::Skipped(_)) => assert_ne!(report.spec.seed.weights, 2),
            other => panic!("{other:?}"),
        }
        assert_same(&report.spec.directory(&lab.out("undisturbed")), &report.directory);
    }
}
