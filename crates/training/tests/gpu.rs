//! The GPU backend on the default adapter of this machine; a software driver will do. Compiling the
//! kernels takes most of the time and happens once a process, so all tests share one.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;
#[path = "agreement/with_flex.rs"]
mod with_flex;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use common::{BASE, Lab, assert_same, finish, go};
use experiment::RunSpec;
use record::{Status, read_record, read_run};
use training::{ImageSets, NoopObserver, Observer, Options, adapters, execute};

#[test]
fn wgpu_starts_from_the_bits_of_flex() {
    with_flex::assert_starts_from_the_same_bits("wgpu");
}

#[test]
fn wgpu_follows_flex_over_the_first_fifty_steps() {
    with_flex::assert_first_losses_agree("wgpu");
}

/// A driver in software is slow: 60 steps.
#[test]
fn wgpu_ends_as_accurate_as_flex() {
    with_flex::assert_accuracies_agree("wgpu", 60);
}

#[test]
fn a_stack_with_rates_of_their_own_and_a_run_that_diverges_is_what_its_runs_are_alone() {
    let lab = Lab::new();
    let runs = lab.runs(&format!(
        "backend = \"wgpu\"\n{BASE}[arms.a]\n[arms.fast]\noptimizer.learning_rate = 0.01\n\
         [arms.wild]\ninit = {{ kind = \"normal\", std = 1e18 }}\n"
    ));
    let records = |stack: usize| {
        let (out, interrupt) = (lab.out(&format!("stacks-of-{stack}")), Arc::default());
        let options = Options {
            out,
            jobs: 1,
            stack: Some(stack),
            force: false,
            interrupt,
            sets: ImageSets::default(),
        };
        let observer: Arc<dyn Observer> = Arc::new(NoopObserver);
        let reports = execute(&runs, &options, &observer);
        reports.iter().map(|report| read_run(&report.directory).unwrap()).collect::<Vec<_>>()
    };
    let (alone, stacked) = (records(1), records(3));
    let status: Vec<Status> = stacked.iter().map(|run| run.record.status).collect();
    assert_eq!(status, [Status::Finished, Status::Finished, Status::Diverged]);
    for (a, b) in alone.iter().zip(&stacked).take(2) {
        assert_eq!(a.steps.len(), b.steps.len());
        for (a, b) in a.steps.iter().zip(&b.steps) {
            assert!((a.loss - b.loss).abs() <= 1e-4 * a.loss.abs(), "{a:?} {b:?}");
        }
    }
}

/// Raises its flag after 20 steps.
struct StopSoon(Arc<AtomicBool>);

impl Observer for StopSoon {
    fn stepped(&self, _: &RunSpec, steps: u64, _: f32, _: Option<f64>) {
        if steps >= 20 {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

#[test]
fn a_run_repeats_and_resumes_to_the_bit_on_one_adapter_which_its_record_names() {
    let lab = Lab::new();
    let run = lab.run(&format!("backend = \"wgpu\"\ntraining.checkpoint_every = 10\n{BASE}"));
    let run = std::slice::from_ref(&run);
    let [first] = finish(run, &lab.out("first"), 1).try_into().unwrap();
    let [again] = finish(run, &lab.out("again"), 1).try_into().unwrap();
    let flag = Arc::new(AtomicBool::new(false));
    go(run, &lab.out("resumed"), 1, Arc::new(StopSoon(Arc::clone(&flag))), flag);
    assert_eq!(
        read_record(&run[0].directory(&lab.out("resumed"))).unwrap().status,
        Status::Interrupted
    );
    let [resumed] = finish(run, &lab.out("resumed"), 1).try_into().unwrap();
    // Only where kernels are chosen by measuring them may two runs compute in different ways.
    if !cfg!(feature = "autotune") {
        assert_same(&first.directory, &again.directory);
        assert_same(&first.directory, &resumed.directory);
    }
    let (_, default) = adapters().unwrap();
    assert_eq!(
        read_record(&first.directory).unwrap().provenance.device,
        default.unwrap().to_string()
    );
}
