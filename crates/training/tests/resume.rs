//! A run that was interrupted and resumed equals one that was not, to the bit.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use common::{BASE, Lab, assert_same, finish, go};
use experiment::RunSpec;
use record::{RunDirectory, Status, read_record};
use training::Observer;

/// Raises the flag after a step, and keeps what it is told.
#[derive(Default)]
struct StopAfter {
    step: u64,
    flag: Arc<AtomicBool>,
    started: Mutex<Vec<u64>>,
}

impl Observer for StopAfter {
    fn started(&self, _: &RunSpec, step: u64, _: u64) {
        self.started.lock().unwrap().push(step);
    }

    fn stepped(&self, _: &RunSpec, steps: u64, _: f32, _: Option<f64>) {
        // The flag is looked at before a step is told of: it stops the run after the next one.
        if steps == self.step {
            self.flag.store(true, Ordering::Relaxed);
        }
    }
}

/// Runs on until the step after `step`, or to the end.
fn stop_after(run: &RunSpec, out: &Path, step: u64) -> Arc<StopAfter> {
    let observer = Arc::new(StopAfter { step, ..StopAfter::default() });
    let flag = Arc::clone(&observer.flag);
    let watcher = Arc::clone(&observer) as Arc<dyn Observer>;
    let reports = go(std::slice::from_ref(run), out, 1, watcher, flag);
    assert!(reports[0].outcome.is_ok(), "{reports:?}");
    observer
}

fn assert_resumed_equals_undisturbed(settings: &str) {
    assert_resumed_over(settings, BASE);
}

fn assert_resumed_over(settings: &str, base: &str) {
    let lab = Lab::new();
    let run = lab.run(&format!("{settings}\n{base}"));
    let [undisturbed] =
        finish(std::slice::from_ref(&run), &lab.out("undisturbed"), 1).try_into().unwrap();
    let out = lab.out("interrupted");
    let mut started = Vec::new();
    // In the first epoch, at an epoch's end, right after it, and just before the last step.
    for step in [4, 14, 16, 38] {
        started.extend(stop_after(&run, &out, step).started.lock().unwrap().drain(..));
        let record = read_record(&run.directory(&out)).unwrap();
        assert_eq!((record.status, record.steps), (Status::Interrupted, step + 1));
    }
    assert_eq!(started, [0, 5, 15, 17]);
    let [report] = finish(std::slice::from_ref(&run), &out, 1).try_into().unwrap();
    assert_same(&undisturbed.directory, &report.directory);
    let record = read_record(&report.directory).unwrap();
    assert_eq!(
        record.provenance.resumed.iter().map(|part| part.step).collect::<Vec<_>>(),
        [5, 15, 17, 39]
    );
    assert!(record.provenance.resumed.iter().all(|part| part.differences.is_empty()));
    assert!(
        RunDirectory::new(&report.directory).checkpoints().is_empty(),
        "a record needs no checkpoint"
    );
}

#[test]
fn adam_resumes_to_the_bit() {
    assert_resumed_equals_undisturbed("optimizer = { kind = \"adam\", weight_decay = 0.01 }");
}

#[test]
fn adamw_resumes_to_the_bit() {
    assert_resumed_equals_undisturbed(
        "optimizer = { kind = \"adamw\", schedule = { kind = \"cosine\", end = 0.1 } }",
    );
}

#[test]
fn sgd_with_momentum_resumes_to_the_bit() {
    assert_resumed_equals_undisturbed(
        "optimizer = { kind = \"sgd\", momentum = 0.9, nesterov = true, schedule = \"linear\" }",
    );
}

#[test]
fn plain_sgd_resumes_to_the_bit() {
    assert_resumed_equals_undisturbed("optimizer = \"sgd\"");
}

#[test]
fn an_exponential_schedule_resumes_to_the_bit() {
    assert_resumed_equals_undisturbed(
        "optimizer.schedule = { kind = \"exponential\", gamma = 0.97 }",
    );
}

#[test]
fn the_trained_slopes_of_a_prelu_resume_to_the_bit() {
    assert_resumed_equals_undisturbed("model.activation = \"prelu\"");
}

#[test]
fn mups_rates_resume_to_the_bit() {
    assert_resumed_equals_undisturbed(
        "optimizer = { mup_base_width = 8, schedule = { kind = \"linear\" } }",
    );
}

#[test]
fn a_start_that_looks_at_data_resumes_to_the_bit() {
    assert_resumed_equals_undisturbed("init = \"lsuv\"");
}

#[test]
fn a_network_without_biases_resumes_to_the_bit() {
    assert_resumed_equals_undisturbed(
        "model.bias = false\ntraining.record_loss = \"after_update\"",
    );
}

#[test]
fn the_ndarray_backend_resumes_to_the_bit() {
    assert_resumed_equals_undisturbed("backend = \"ndarray\"");
}

#[test]
fn the_running_statistics_of_batch_norm_resume_to_the_bit() {
    assert_resumed_equals_undisturbed(
        "model.norm = { kind = \"batch\", position = \"after\" }\nmodel.dropout = 0.2",
    );
}

#[test]
fn a_warmup_and_one_cycle_resume_to_the_bit() {
    assert_resumed_equals_undisturbed(
        "optimizer = { kind = \"rmsprop\", momentum = 0.5, warmup = 7, schedule = \"one_cycle\" }",
    );
}

#[test]
fn muon_and_phases_resume_to_the_bit() {
    assert_resumed_equals_undisturbed(
        "optimizer = { kind = \"muon\", schedule = { kind = \"phases\", \
         phases = [{ steps = 5, start = 0.1, end = 1.0 }, { end = 0.0 }] } }",
    );
}

#[test]
fn the_scalars_of_fixup_resume_to_the_bit() {
    assert_resumed_over("model.residual = \"fixup\"", &BASE.replace("[16, 8]", "[8, 8, 8]"));
}

#[test]
fn lion_and_adagrad_resume_to_the_bit() {
    assert_resumed_equals_undisturbed(
        "optimizer = { kind = \"lion\", schedule = { kind = \"step\", every = 9 } }",
    );
    assert_resumed_equals_undisturbed("optimizer = { kind = \"adagrad\", rate_decay = 0.1 }");
}
