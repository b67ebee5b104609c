//! The runs of a plan, in stacks that train as one (most often of one run), as many side by side as there are workers;
//! finished runs are skipped.

use std::io;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use experiment::{Backend, Data, DeviceChoice, RunSpec};
use record::{
    LockError, Metrics, ReadError, RunDirectory, RunLock, RunRecord, Status, read_record, read_run,
    read_weights,
};

use crate::backend::{self, BackendError, in_plain_words, open_device};
use crate::data::{Images, Scale, checksum_of, read_set};
use crate::desk::Desk;
use crate::observer::Observer;
use crate::run::{self, Shared, panic_message};
use crate::stack::stacks;

/// How runs are carried out; what they compute does not depend on it.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder of records.
    pub out: PathBuf,
    /// Stacks side by side, each on one thread; one alone may use two of them.
    pub jobs: usize,
    /// The most runs of a stack, which train as one; `None` leaves it to the backend.
    pub stack: Option<usize>,
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

impl RunReport {
    fn is_elsewhere(&self) -> bool {
        matches!(self.outcome, Ok(Outcome::Elsewhere(_)))
    }
}

/// What came of a run that was not an error.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was run.
    Ran(Summary),
    /// Its record was there already.
    Skipped(Summary),
    /// It was not begun, since the others were interrupted.
    NotBegun,
    /// Another process is at it, still or again when all the others were done; in the words of [`LockError`].
    Elsewhere(String),
}

/// What a record says at a glance. The whole of it is on disk; of thousands of runs it would fill the memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// How far the run is.
    pub status: Status,
    /// Steps that it made.
    pub steps: u64,
    /// What came out.
    pub metrics: Option<Metrics>,
    /// Seconds of training.
    pub training_seconds: f64,
}

impl Summary {
    fn of(record: &RunRecord) -> Self {
        let training_seconds = record.provenance.training_seconds;
        Summary {
            status: record.status,
            steps: record.steps,
            metrics: record.metrics,
            training_seconds,
        }
    }
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
    /// Its directory cannot be made, or was taken away.
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
    /// A newer program's record is in the way.
    #[error("{0}\nRun with `--force` to set it aside, or with another `--out`")]
    Unreadable(ReadError),
    /// Training failed.
    #[error("{0}")]
    Failed(String),
}

impl RunError {
    /// The same error, of another run of the stack that it ended.
    fn again(&self) -> Self {
        match self {
            RunError::BadInput(message) => RunError::BadInput(message.clone()),
            RunError::Backend(error) => RunError::Backend(error.clone()),
            other => RunError::Failed(other.to_string()),
        }
    }

    /// Whether it is for the person to put right, not a failure of the program.
    pub fn is_bad_input(&self) -> bool {
        match self {
            RunError::BadInput(_) | RunError::Unreadable(_) => true,
            RunError::Backend(error) => error.is_bad_input(),
            RunError::Lock(error) => !matches!(error, LockError::Lost { .. }),
            RunError::Write { .. } | RunError::Failed(_) => false,
        }
    }
}

/// Carries out `runs` and tells how each went, in their order. A run that another process is at is left to it, and looked
/// at once more when the others are done: by then it may be finished, or the other process may have died.
pub fn execute(
    runs: &[RunSpec],
    options: &Options,
    observer: &Arc<dyn Observer>,
) -> Vec<RunReport> {
    let reports: Mutex<Vec<Option<RunReport>>> = Mutex::new(runs.iter().map(|_| None).collect());
    let sets = Sets::default();
    let work_through = |stacks: &[Vec<usize>], last: bool| {
        let next = AtomicUsize::new(0);
        let work = || {
            while let Some(places) = stacks.get(next.fetch_add(1, Ordering::Relaxed)) {
                let stack: Vec<&RunSpec> = places.iter().map(|&place| &runs[place]).collect();
                for (&place, outcome) in
                    places.iter().zip(attempt(&stack, options, &sets, observer))
                {
                    let spec = &runs[place];
                    let report = RunReport {
                        spec: spec.clone(),
                        directory: spec.directory(&options.out),
                        outcome,
                    };
                    if last || !report.is_elsewhere() {
                        observer.ended(&report);
                    }
                    lock(&reports)[place] = Some(report);
                }
            }
        };
        let workers = options.jobs.clamp(1, stacks.len().max(1));
        let threads =
            if stacks.len() == 1 { options.jobs.clamp(1, threads_of_a_lone_run()) } else { 1 };
        std::thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| on_threads(threads, work));
            }
        });
    };
    work_through(
        &stacks(runs, |settings| options.stack.unwrap_or_else(|| backend::stack_size(settings))),
        false,
    );
    let is_elsewhere =
        |place: &usize| lock(&reports)[*place].as_ref().is_some_and(RunReport::is_elsewhere);
    let elsewhere: Vec<Vec<usize>> =
        (0..runs.len()).filter(is_elsewhere).map(|place| vec![place]).collect();
    if !elsewhere.is_empty() {
        work_through(&elsewhere, true);
    }
    let reports = reports.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    reports.into_iter().flatten().collect()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// How many threads a run is worth that has the machine to itself: two share its batches, its matrix products and Adam, to
/// the same bits. With AVX-512 these are over before a second thread has helped (docs/benchmarks.md has the figures).
fn threads_of_a_lone_run() -> usize {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx512f") {
        return 1;
    }
    2
}

/// Gives this thread a rayon pool of its own, of which it is one: burn's CPU kernels ask rayon how many threads there are.
/// Many runs are done soonest with one thread each.
fn on_threads(threads: usize, work: impl FnOnce() + Send) {
    match rayon::ThreadPoolBuilder::new().num_threads(threads).use_current_thread().build() {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}

/// Carries out the runs of a stack whose records are not there; a panic ends them alone.
fn attempt(
    stack: &[&RunSpec],
    options: &Options,
    sets: &Sets,
    observer: &Arc<dyn Observer>,
) -> Vec<Result<Outcome, RunError>> {
    if options.interrupt.load(Ordering::Relaxed) {
        return stack.iter().map(|_| Ok(Outcome::NotBegun)).collect();
    }
    let mut outcomes: Vec<Option<Result<Outcome, RunError>>> = stack.iter().map(|_| None).collect();
    let mut begun = Vec::new();
    for (spec, outcome) in stack.iter().zip(&mut outcomes) {
        match claim(spec, options, observer.as_ref()) {
            Ok(Claim::Run(desk)) => begun.push(((*spec).clone(), desk)),
            Ok(Claim::Finished(summary)) => *outcome = Some(Ok(Outcome::Skipped(summary))),
            Ok(Claim::Elsewhere(by)) => *outcome = Some(Ok(Outcome::Elsewhere(by))),
            Err(error) => *outcome = Some(Err(error)),
        }
    }
    let desks: Vec<Desk> = begun.iter().map(|(_, desk)| desk.clone()).collect();
    let carry_out = || match begun.first() {
        Some((spec, _)) => {
            let shared = sets.get(spec)?;
            Ok(run::run(begun, &shared, options.force, &options.interrupt, observer))
        }
        None => Ok(Vec::new()),
    };
    let ran = std::panic::catch_unwind(AssertUnwindSafe(carry_out));
    let ran =
        ran.unwrap_or_else(|panic| Err(RunError::Failed(in_plain_words(&panic_message(&*panic)))));
    let ran = ran.unwrap_or_else(|error| desks.iter().map(|_| Err(error.again())).collect());
    let mut ran = ran.into_iter().zip(desks).map(|(ran, desk)| {
        if let Err(error) = &ran {
            mark_failed(&desk, error);
        }
        ran.map(|record| Outcome::Ran(Summary::of(&record)))
    });
    // What has no outcome yet was begun, in that order.
    outcomes.into_iter().filter_map(|outcome| outcome.or_else(|| ran.next())).collect()
}

/// What there is to do for a run.
enum Claim {
    /// To run it, and write there.
    Run(Desk),
    /// Nothing: its record is there.
    Finished(Summary),
    /// Nothing now: another process is at it.
    Elsewhere(String),
}

fn claim(spec: &RunSpec, options: &Options, observer: &dyn Observer) -> Result<Claim, RunError> {
    let directory = RunDirectory::new(spec.directory(&options.out));
    let looked = |lock| already_there(spec, &directory, lock, options, observer);
    let (lock, finished) = match directory.lock().map_err(RunError::from).and_then(looked) {
        // Lost at this early point: another process set aside what was in the way just now, and is at the run.
        Err(RunError::Lock(taken @ (LockError::Held { .. } | LockError::Lost { .. }))) => {
            return Ok(Claim::Elsewhere(taken.to_string()));
        }
        looked => looked?,
    };
    Ok(match finished {
        Some(record) => {
            // A process that was killed after the record was whole left them.
            let _ = directory.remove_checkpoints();
            Claim::Finished(Summary::of(&record))
        }
        None => Claim::Run(Desk::new(directory, lock)),
    })
}

/// Lets the record of a run that was begun say how it ended; where nothing can be written, the error alone says it.
fn mark_failed(desk: &Desk, error: &RunError) {
    let begun =
        read_record(desk.directory().path()).ok().filter(|record| record.status == Status::Running);
    if let Some(record) = begun {
        let record =
            RunRecord { status: Status::Failed, message: Some(error.to_string()), ..record };
        let _ = desk.write(|directory| directory.write_record(&record));
    }
}

/// The record of this very run, if it has a result. What is in the way of the run is set aside and told of: a record of
/// other settings, or one that is damaged. An unfinished one stays, to be gone on with.
fn already_there(
    spec: &RunSpec,
    directory: &RunDirectory,
    lock: RunLock,
    options: &Options,
    observer: &dyn Observer,
) -> Result<(RunLock, Option<RunRecord>), RunError> {
    let path = directory.path();
    if !path.join("run.json").exists() {
        return Ok((lock, None));
    }
    let read = read_run(path).and_then(|run| match run.record.status.is_final() {
        true => read_weights(path, &run.record).map(|_| run.record),
        false => Ok(run.record),
    });
    let (why, id) = match read {
        Ok(record) if record.id == spec.id() => {
            let finished = record.status.is_final() && !options.force;
            return Ok((lock, finished.then_some(record)));
        }
        Ok(record) => {
            ("its settings have changed; the record of the old ones".to_owned(), record.id)
        }
        Err(error @ ReadError::Newer { .. }) if !options.force => {
            return Err(RunError::Unreadable(error));
        }
        Err(error) => (
            format!("{error}; the run starts anew, and what there was of it"),
            "unreadable".to_owned(),
        ),
    };
    let destination = aside(&options.out, spec, &id);
    let lock = directory.set_aside(lock, &destination)?;
    observer.noted(spec, &format!("{why} is now {}", destination.display()));
    Ok((lock, None))
}

/// Where what is in the way of a run goes.
fn aside(out: &Path, spec: &RunSpec, id: &str) -> PathBuf {
    let name = format!("{}-seed-{}-{id}", spec.arm, spec.seed);
    let folder = out.join(&spec.experiment).join(".superseded");
    let numbered = (1..).map(|n| folder.join(format!("{name}-{n}")));
    std::iter::once(folder.join(&name))
        .chain(numbered)
        .find(|path| !path.exists())
        .unwrap_or(folder)
}

/// Sets of images, each loaded once for all the runs that learn it.
#[derive(Default)]
struct Sets(Mutex<Vec<(Key, Shared)>>);

/// What tells one set on a device from another.
type Key = (Backend, DeviceChoice, Data);

impl Sets {
    fn get(&self, spec: &RunSpec) -> Result<Shared, RunError> {
        let key = (spec.settings.backend, spec.settings.device, spec.settings.data.clone());
        // Held while loading: a second worker that needs the same set waits for it instead of loading it again.
        let mut loaded = lock(&self.0);
        if let Some((_, shared)) = loaded.iter().find(|(other, _)| *other == key) {
            return Ok(shared.clone());
        }
        let shared = load(key.0, key.1, &key.2)?;
        loaded.push((key, shared.clone()));
        Ok(shared)
    }
}

fn load(backend: Backend, choice: DeviceChoice, data: &Data) -> Result<Shared, RunError> {
    let device = open_device(backend, choice)?;
    let set = read_set(data).map_err(|error| RunError::BadInput(error.to_string()))?;
    let scale = Scale::of(data.normalize, &set.training);
    let training = Images::new(&set.training, scale, &device);
    Ok(Shared {
        checksum: checksum_of(data, &set),
        // Of the other images, each is sent once an epoch.
        training: if backend == Backend::Wgpu { training.kept_on_device() } else { training },
        validation: Images::new(&set.validation, scale, &device),
        test: Images::new(&set.test, scale, &device),
        device,
    })
}
