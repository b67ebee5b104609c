//! The bits of a run depend only on its settings and its seed: not on other runs, on repetition or
//! on interruption.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use common::{BASE, Lab, assert_same, finish, go};
use experiment::{Overrides, RunSpec, load};
use record::read_record;
use training::{Observer, Outcome};

/// Two arms, two seeds.
fn sweep(lab: &Lab) -> Vec<RunSpec> {
    lab.runs(&format!(
        "seeds = 2\n{BASE}[arms.a]\n[arms.b]\ninit = \"he_normal\"\noptimizer = \"adamw\"\n"
    ))
}

fn directories(runs: &[RunSpec], out: PathBuf) -> Vec<PathBuf> {
    runs.iter().map(|run| run.directory(&out)).collect()
}

#[test]
fn the_same_bits_over_repeats_jobs_and_company() {
    let lab = Lab::new();
    let runs = sweep(&lab);
    finish(&runs, &lab.out("jobs-1"), 1);
    let expected = directories(&runs, lab.out("jobs-1"));
    for (name, jobs) in [("again", 1), ("jobs-2", 2), ("jobs-4", 4)] {
        finish(&runs, &lab.out(name), jobs);
        for (a, b) in expected.iter().zip(directories(&runs, lab.out(name))) {
            assert_same(a, &b);
        }
    }
    for (run, expected) in runs.iter().zip(&expected) {
        finish(std::slice::from_ref(run), &lab.out("alone"), 1);
        assert_same(expected, &run.directory(&lab.out("alone")));
    }
}

#[test]
fn the_same_bits_however_many_threads_a_run_alone_may_use() {
    let lab = Lab::new();
    let file = lab.out("alone.toml");
    // Its matrix products are large enough to be shared.
    std::fs::write(&file, "training.max_steps = 20\n").unwrap();
    let runs = load(&[file], &Overrides::default()).unwrap().runs();
    finish(&runs, &lab.out("jobs-1"), 1);
    finish(&runs, &lab.out("jobs-2"), 2);
    assert_same(&runs[0].directory(&lab.out("jobs-1")), &runs[0].directory(&lab.out("jobs-2")));
}

/// Raises the flag after so many steps of any run.
struct StopAfter(AtomicU64, Arc<AtomicBool>);

impl Observer for StopAfter {
    fn stepped(&self, _: &RunSpec, _: u64, _: f32, _: Option<f64>) {
        if self.0.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.1.store(true, Ordering::Relaxed);
        }
    }
}

#[test]
fn the_same_bits_when_a_sweep_is_interrupted_again_and_again() {
    let lab = Lab::new();
    let runs = sweep(&lab);
    finish(&runs, &lab.out("undisturbed"), 2);
    let mut parts = 0;
    loop {
        let flag = Arc::new(AtomicBool::new(false));
        let observer = Arc::new(StopAfter(AtomicU64::new(23), Arc::clone(&flag)));
        let reports = go(&runs, &lab.out("interrupted"), 2, observer, flag);
        parts += 1;
        if reports.iter().all(|report| matches!(&report.outcome, Ok(Outcome::Skipped(_)))) {
            break;
        }
    }
    assert!(parts > 3);
    let interrupted = directories(&runs, lab.out("interrupted"));
    for (a, b) in directories(&runs, lab.out("undisturbed")).iter().zip(&interrupted) {
        assert_same(a, b);
    }
    assert!(interrupted.iter().any(|run| !read_record(run).unwrap().provenance.resumed.is_empty()));
}
