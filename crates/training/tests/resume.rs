//! A run that was interrupted, and goes on from its checkpoint, is the run that was not.

#[path = "../testing/small_set.rs"]
mod small_set;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use experiment::{Overrides, RunSpec, load};
use record::{RunDirectory, Status, read_record, read_run};
use training::{Observer, Options, Outcome, RunError, RunReport, Silent, execute};

/// Two epochs of 15 steps, the last batch of each smaller, and ten steps of a third.
const BASE: &str =
    "model.hidden = [16, 8]\ntraining.batch_size = 34\ntraining.max_steps = 40\ntraining.last_batch = \"keep\"\n";

/// A folder for one test.
struct Lab(tempfile::TempDir);

impl Lab {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        small_set::write_small_set(&folder.path().join("set"));
        Lab(folder)
    }

    fn runs(&self, text: &str) -> Vec<RunSpec> {
        let file = self.0.path().join("x.toml");
        let set = self.0.path().join("set");
        std::fs::write(&file, format!("{text}\n[data]\nset = {:?}\nvalidation = 100\n", set.display().to_string()))
            .unwrap();
        load(&[file], &Overrides::default()).unwrap_or_else(|problems| panic!("{problems}")).runs()
    }

    /// The one run of `text`.
    fn run(&self, text: &str) -> RunSpec {
        let [run] = self.runs(text).try_into().unwrap();
        run
    }

    fn out(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

fn go(run: &RunSpec, out: &Path, force: bool, observer: Arc<dyn Observer>, interrupt: Arc<AtomicBool>) -> RunReport {
    let options = Options { out: out.to_owned(), jobs: 1, force, interrupt };
    let [report] = execute(std::slice::from_ref(run), &options, &observer).try_into().unwrap();
    report
}

fn finish(run: &RunSpec, out: &Path) -> RunReport {
    let report = go(run, out, false, Arc::new(Silent), Arc::default());
    assert!(matches!(&report.outcome, Ok(Outcome::Ran(record)) if record.status == Status::Finished), "{report:?}");
    report
}

/// Raises the flag after a step, and keeps what it is told.
#[derive(Default)]
struct StopAfter {
    step: u64,
    flag: Arc<AtomicBool>,
    started: Mutex<Vec<u64>>,
    notes: Mutex<Vec<String>>,
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

    fn noted(&self, _: &RunSpec, message: &str) {
        self.notes.lock().unwrap().push(message.to_owned());
    }
}

/// Runs on until the step after `step`, or to the end.
fn stop_after(run: &RunSpec, out: &Path, step: u64) -> Arc<StopAfter> {
    let observer = Arc::new(StopAfter { step, ..StopAfter::default() });
    let flag = Arc::clone(&observer.flag);
    let report = go(run, out, false, Arc::clone(&observer) as Arc<dyn Observer>, flag);
    assert!(report.outcome.is_ok(), "{report:?}");
    observer
}

fn assert_same(a: &Path, b: &Path) {
    for file in ["config.toml", "steps.csv", "epochs.csv", "model.safetensors"] {
        assert!(std::fs::read(a.join(file)).unwrap() == std::fs::read(b.join(file)).unwrap(), "{file} differs");
    }
    assert_eq!(read_record(a).unwrap().metrics, read_record(b).unwrap().metrics);
}

fn assert_resumed_equals_undisturbed(settings: &str) {
    let lab = Lab::new();
    let run = lab.run(&format!("{settings}\n{BASE}"));
    let undisturbed = finish(&run, &lab.out("undisturbed")).directory;
    let out = lab.out("interrupted");
    let mut started = Vec::new();
    // In the first epoch, at an epoch's end, right after it, and just before the last step.
    for step in [4, 14, 16, 38] {
        started.extend(stop_after(&run, &out, step).started.lock().unwrap().drain(..));
        let record = read_record(&run.directory(&out)).unwrap();
        assert_eq!((record.status, record.steps), (Status::Interrupted, step + 1));
    }
    assert_eq!(started, [0, 5, 15, 17]);
    let report = finish(&run, &out);
    assert_same(&undisturbed, &report.directory);
    let record = read_record(&report.directory).unwrap();
    assert_eq!(record.provenance.resumed.iter().map(|part| part.step).collect::<Vec<_>>(), [5, 15, 17, 39]);
    assert!(record.provenance.resumed.iter().all(|part| part.differences.is_empty()));
    assert!(RunDirectory::new(&report.directory).checkpoints().is_empty(), "a record needs no checkpoint");
}

#[test]
fn adam_resumes_to_the_bit() {
    assert_resumed_equals_undisturbed("optimizer = { kind = \"adam\", weight_decay = 0.01 }");
}

#[test]
fn adamw_resumes_to_the_bit() {
    assert_resumed_equals_undisturbed("optimizer = { kind = \"adamw\", schedule = { kind = \"cosine\", end = 0.1 } }");
}

#[test]
fn sgd_with_momentum_resumes_to_the_bit() {
    assert_resumed_equals_undisturbed(
        "optimizer = { kind = \"sgd\", momentum = 0.9, nesterov = true, schedule = { kind = \"linear\" } }",
    );
}

#[test]
fn plain_sgd_resumes_to_the_bit() {
    assert_resumed_equals_undisturbed("optimizer = \"sgd\"");
}

#[test]
fn an_exponential_schedule_resumes_to_the_bit() {
    assert_resumed_equals_undisturbed("optimizer.schedule = { kind = \"exponential\", gamma = 0.97 }");
}

#[test]
fn the_trained_slopes_of_a_prelu_resume_to_the_bit() {
    assert_resumed_equals_undisturbed("model.activation = \"prelu\"");
}

#[test]
fn a_network_without_biases_resumes_to_the_bit() {
    assert_resumed_equals_undisturbed("model.bias = false\ntraining.record_loss = \"after_update\"");
}

#[test]
fn the_ndarray_backend_resumes_to_the_bit() {
    assert_resumed_equals_undisturbed("backend = \"ndarray\"");
}
