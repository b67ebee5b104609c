//! What the tests share: a folder with a small set, the runs of a config there, and ways to carry
//! them out.

#[path = "../../testing/small_set.rs"]
mod small_set;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use experiment::{Overrides, RunSpec, load};
use record::{Status, read_record};
use training::{ImageSets, NoopObserver, Observer, Options, Outcome, RunReport, execute};

/// Two epochs of 15 steps, the last batch of each smaller, and ten steps of a third.
#[allow(dead_code)]
pub(crate) const BASE: &str = "model.hidden = [16, 8]\ntraining.batch_size = 34\n\
    training.max_steps = 40\ntraining.last_batch = \"keep\"\n";

/// A folder for one test.
pub(crate) struct Lab(tempfile::TempDir);

impl Lab {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        small_set::write_small_set(&folder.path().join("set"));
        Lab(folder)
    }

    /// The runs of a config, on the small set.
    pub(crate) fn runs(&self, text: &str) -> Vec<RunSpec> {
        let file = self.0.path().join("x.toml");
        let set = self.0.path().join("set").display().to_string();
        std::fs::write(&file, format!("data.set = {set:?}\ndata.validation = 100\n{text}"))
            .unwrap();
        load(&[file], &Overrides::default()).unwrap_or_else(|problems| panic!("{problems}")).runs()
    }

    /// The one run of a config.
    #[allow(dead_code)]
    pub(crate) fn run(&self, text: &str) -> RunSpec {
        let [run] = self.runs(text).try_into().unwrap();
        run
    }

    pub(crate) fn out(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// Carries out runs under an observer and a flag that may stop them.
#[allow(dead_code)]
pub(crate) fn go(
    runs: &[RunSpec],
    out: &Path,
    jobs: usize,
    observer: Arc<dyn Observer>,
    interrupt: Arc<AtomicBool>,
) -> Vec<RunReport> {
    execute(
        runs,
        &Options {
            out: out.to_owned(),
            jobs,
            stack: None,
            force: false,
            interrupt,
            sets: ImageSets::default(),
        },
        &observer,
    )
}

/// Carries out runs, which must all end well.
#[allow(dead_code)]
pub(crate) fn finish(runs: &[RunSpec], out: &Path, jobs: usize) -> Vec<RunReport> {
    let reports = go(runs, out, jobs, Arc::new(NoopObserver), Arc::default());
    let finished = |report: &RunReport| match &report.outcome {
        Ok(Outcome::Ran(summary)) => summary.status == Status::Finished,
        _ => false,
    };
    assert!(reports.iter().all(finished), "{reports:?}");
    reports
}

/// Two records of one run hold the same bits, whoever wrote them when.
#[allow(dead_code)]
pub(crate) fn assert_same(a: &Path, b: &Path) {
    for file in ["config.toml", "steps.csv", "epochs.csv", "model.safetensors"] {
        let read = |run: &Path| std::fs::read(run.join(file)).unwrap();
        assert!(read(a) == read(b), "{file} differs between {} and {}", a.display(), b.display());
    }
    // As text, in which what is not a number is itself.
    let metrics = |run: &Path| format!("{:?}", read_record(run).unwrap().metrics);
    assert_eq!(metrics(a), metrics(b));
}
