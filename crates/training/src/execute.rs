//! The runs of a plan, as many side by side as there are workers, each on one thread; finished ones are skipped.

use std::io;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use experiment::{Backend, Data, RunSpec};
use record::{LockError, ReadError, RunDirectory, RunRecord, Status, read_record, read_run};

use crate::backend::{BackendError, open_device};
use crate::data::{Resident, Scale, read_set};
use crate::observer::Observer;
use crate::run::{self, Shared, aside, panic_message};

/// How runs are carried out; what they compute does not depend on it.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder of records.
    pub out: PathBuf,
    /// Runs side by side.
    pub jobs: usize,
    /// Whether finished runs are run anew.
    pub force: bool,
    /// Becomes true when runs are to stop.
    pub interrupt: Arc<AtomicBool>,
}

/// How a run went.
#[derive(Debug)]
pub struct RunReport {
    /// The run.
    pub spec: RunSpec,
    /// Its directory.
    pub directory: PathBuf,
    /// What came of it.
    pub outcome: Result<Outcome, RunError>,
}

/// What came of a run that was not an error.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was run.
    Ran(RunRecord),
    /// Its record was there already.
    Skipped(RunRecord),
    /// It was not begun, since the others were interrupted.
    NotBegun,
}

/// Why a run has no result.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Its settings cannot be carried out on what there is.
    #[error("{0}")]
    BadInput(String),
    /// Its backend cannot be used.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// Another process is at it, or its directory cannot be made.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Its record cannot be written.
    #[error("cannot write to {}: {source}", directory.display())]
    Write {
        /// The run's directory.
        directory: PathBuf,
        /// What the file system answered.
        source: io::Error,
    },
    /// A record that is in the way cannot be read.
    #[error("{0}\nRun with `--force` to replace it, or with another `--out`")]
    Unreadable(ReadError),
    /// Training failed.
    #[error("{0}")]
    Failed(String),
}

impl RunError {
    /// Whether it is for the person to put right, not a failure of the program.
    pub fn is_bad_input(&self) -> bool {
        matches!(self, RunError::BadInput(_) | RunError::Backend(_) | RunError::Lock(_) | RunError::Unreadable(_))
    }
}

/// Carries out `runs` and tells how each went, in their order.
pub fn execute(runs: &[RunSpec], options: &Options, observer: &Arc<dyn Observer>) -> Vec<RunReport> {
    let reports: Mutex<Vec<Option<RunReport>>> = Mutex::new(runs.iter().map(|_| None).collect());
    let next = AtomicUsize::new(0);
    let images = Images::default();
    let work = || {
        while let Some((place, spec)) = take(&next, runs) {
            let outcome = attempt(spec, options, &images, observer);
            let report = RunReport { spec: spec.clone(), directory: spec.directory(&options.out), outcome };
            observer.ended(&report);
            lock(&reports)[place] = Some(report);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..options.jobs.clamp(1, runs.len().max(1)) {
            scope.spawn(|| on_one_thread(work));
        }
    });
    let reports = reports.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    reports.into_iter().flatten().collect()
}

fn take<'a>(next: &AtomicUsize, runs: &'a [RunSpec]) -> Option<(usize, &'a RunSpec)> {
    let place = next.fetch_add(1, Ordering::Relaxed);
    runs.get(place).map(|spec| (place, spec))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Makes this thread a rayon pool of its own: burn's CPU kernels ask rayon how many threads there are, and one run on
/// one thread is faster than one run on all, and leaves the others to other runs.
fn on_one_thread(work: impl FnOnce() + Send) {
    match rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build() {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}

/// Carries out one run unless its record is there; a panic ends it alone.
fn attempt(
    spec: &RunSpec,
    options: &Options,
    images: &Images,
    observer: &Arc<dyn Observer>,
) -> Result<Outcome, RunError> {
    if options.interrupt.load(Ordering::Relaxed) {
        return Ok(Outcome::NotBegun);
    }
    let directory = RunDirectory::new(spec.directory(&options.out));
    let lock = directory.lock()?;
    if let Some(record) = already_there(spec, &directory, options, observer)? {
        return Ok(Outcome::Skipped(record));
    }
    let shared = images.get(spec)?;
    let (interrupt, watcher) = (Arc::clone(&options.interrupt), Arc::clone(observer));
    let ran = std::panic::catch_unwind(AssertUnwindSafe(|| run::run(spec, &shared, &directory, interrupt, watcher)));
    let ran = ran.unwrap_or_else(|panic| Err(RunError::Failed(panic_message(&*panic))));
    if let Err(error) = &ran {
        // What could be written of the run says how it ended; where nothing can be written, the error says it.
        if let Ok(record) = read_record(directory.path()) {
            let message = Some(error.to_string());
            let _ = directory.write_record(&RunRecord { status: Status::Failed, message, ..record });
        }
    }
    drop(lock);
    ran.map(Outcome::Ran)
}

/// The record of this very run, if it is whole. A record of other settings under the same name is moved out of the way.
fn already_there(
    spec: &RunSpec,
    directory: &RunDirectory,
    options: &Options,
    observer: &Arc<dyn Observer>,
) -> Result<Option<RunRecord>, RunError> {
    if !directory.path().join("run.json").exists() {
        return Ok(None);
    }
    let run = match read_run(directory.path()) {
        Ok(run) => run,
        Err(_) if options.force => return Ok(None),
        Err(error) => return Err(RunError::Unreadable(error)),
    };
    if run.record.id == spec.id() {
        return Ok((run.record.status.is_final() && !options.force).then_some(run.record));
    }
    let destination = aside(&options.out, &run.record);
    directory.set_aside(&destination).map_err(|source| RunError::Write { directory: destination.clone(), source })?;
    let message = format!("its settings have changed; the record of the old ones is now {}", destination.display());
    observer.noted(spec, &message);
    Ok(None)
}

/// Images on devices, each set loaded once for all the runs that learn it.
#[derive(Default)]
struct Images(Mutex<Vec<((Backend, Data), Shared)>>);

impl Images {
    fn get(&self, spec: &RunSpec) -> Result<Shared, RunError> {
        let key = (spec.settings.backend, spec.settings.data.clone());
        // Held while loading: a second worker that needs the same set waits for it instead of loading it again.
        let mut loaded = lock(&self.0);
        if let Some((_, shared)) = loaded.iter().find(|(other, _)| *other == key) {
            return Ok(shared.clone());
        }
        let shared = load(key.0, &key.1)?;
        loaded.push((key, shared.clone()));
        Ok(shared)
    }
}

fn load(backend: Backend, data: &Data) -> Result<Shared, RunError> {
    let device = open_device(backend)?;
    let set = read_set(data).map_err(|error| RunError::BadInput(error.to_string()))?;
    let scale = Scale::of(data.normalize, &set.training);
    Ok(Shared {
        training: Resident::new(&set.training, scale, &device),
        validation: Resident::new(&set.validation, scale, &device),
        test: Resident::new(&set.test, scale, &device),
        device,
    })
}
