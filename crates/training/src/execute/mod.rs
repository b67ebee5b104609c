//! Carries out the runs of a plan: each is claimed, trained by one of several workers, and
//! reported. Finished runs are skipped.

mod claim;
mod extension;
mod pool;
mod stacks;

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use experiment::{Backend, RunSpec, Settings};

use self::claim::{Claim, claim, mark_failed};
use self::pool::work_through;
use self::stacks::{stack_size, stacks};
use crate::backend::in_plain_words;
use crate::data::{ImageSets, InputLayout, SplitsCache};
use crate::error::{RunError, panic_message};
use crate::events::{Observer, Outcome, RunReport, Summary};
use crate::run::{ClaimedRun, RunContext, RunResult, carry_out};

/// How runs are carried out; what they compute does not depend on it.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder of records.
    pub out: PathBuf,
    /// Stacks that train side by side, each on one thread; a single one may use two.
    pub jobs: usize,
    /// The most runs of a stack, which train as one; `None` leaves it to the backend.
    pub stack: Option<usize>,
    /// Whether finished runs are trained again.
    pub force: bool,
    /// Becomes true when runs are to stop.
    pub interrupt: Arc<AtomicBool>,
    /// The data sets that were read before.
    pub sets: ImageSets,
}

/// Carries out `runs`, and reports on each, in their order.
///
/// A run that another process holds is left to it, and tried once more when the others are done: by
/// then it may be finished, or the other process may have died.
///
/// The variable `KINDLING_DENSE`, unless it is empty or 0, asks for dense arithmetic where lists of
/// lit pixels would be faster.
pub fn execute(
    runs: &[RunSpec],
    options: &Options,
    observer: &Arc<dyn Observer>,
) -> Vec<RunReport> {
    let dense = std::env::var("KINDLING_DENSE").is_ok_and(|value| !["", "0"].contains(&&*value));
    execute_in_layout(dense.then_some(InputLayout::Dense), runs, options, observer)
}

/// The same, in that layout; `None` leaves it to what is fastest.
pub(crate) fn execute_in_layout(
    layout: Option<InputLayout>,
    runs: &[RunSpec],
    options: &Options,
    observer: &Arc<dyn Observer>,
) -> Vec<RunReport> {
    let (cache, reports) = (SplitsCache::new(&options.sets), Mutex::default());
    let execution = Execution { layout, runs, options, observer, cache, reports };
    let size = |settings: &Settings| {
        // A set that cannot be read ends its runs later.
        let fitted = || options.sets.fit(settings).unwrap_or_else(|_| settings.clone());
        let usual = || match settings.backend {
            Backend::Wgpu => stack_size(&fitted()),
            Backend::Flex | Backend::NdArray => stack_size(settings),
        };
        options.stack.unwrap_or_else(usual)
    };
    execution.attempt_all(&stacks(runs, size), false);
    let elsewhere = execution.elsewhere();
    if !elsewhere.is_empty() {
        execution.attempt_all(&elsewhere, true);
    }
    let reports = execution.reports.into_inner().unwrap_or_else(PoisonError::into_inner);
    reports.into_values().collect()
}

/// The runs while they are carried out.
struct Execution<'a> {
    layout: Option<InputLayout>,
    runs: &'a [RunSpec],
    options: &'a Options,
    observer: &'a Arc<dyn Observer>,
    cache: SplitsCache,
    /// By the index of the run.
    reports: Mutex<BTreeMap<usize, RunReport>>,
}

impl Execution<'_> {
    /// Attempts stacks of runs, given by their indices, on as many workers as there are jobs.
    fn attempt_all(&self, stacks: &[Vec<usize>], is_last_attempt: bool) {
        work_through(stacks, self.options.jobs, |stack| {
            self.attempt(stack, is_last_attempt);
        });
    }

    /// Claims the runs of a stack, and carries out those without a record.
    fn attempt(&self, stack: &[usize], is_last_attempt: bool) {
        let report = |index, outcome| self.report(index, outcome, is_last_attempt);
        let mut claims = Vec::new();
        for &index in stack {
            if self.options.interrupt.load(Ordering::Relaxed) {
                report(index, Ok(Outcome::NotBegun));
                continue;
            }
            let (spec, observer) = (&self.runs[index], self.observer.as_ref());
            match claim(spec, &self.options.out, self.options.force, observer) {
                Ok(Claim::Train(writer)) => {
                    claims.push(ClaimedRun { index, spec: spec.clone(), writer });
                }
                Ok(Claim::Finished(summary)) => report(index, Ok(Outcome::Skipped(summary))),
                Ok(Claim::Elsewhere(holder)) => report(index, Ok(Outcome::Elsewhere(holder))),
                Err(error) => report(index, Err(error)),
            }
        }
        for (claim, result) in self.train(claims) {
            if let Err(error) = &result {
                mark_failed(&claim.writer, error);
            }
            report(claim.index, result.map(|record| Outcome::Ran(Summary::of(&record))));
        }
    }

    /// Trains claimed runs; a panic ends these alone.
    fn train(&self, claims: Vec<ClaimedRun>) -> Vec<RunResult> {
        let Some(first) = claims.first() else { return Vec::new() };
        let attempt = || {
            let splits = self.cache.get(&first.spec.settings)?;
            let shape = splits.shape;
            let claims = claims.iter().cloned().map(|claim| claim.for_images(shape));
            let context = RunContext {
                splits,
                layout: self.layout,
                restart: self.options.force,
                interrupt: Arc::clone(&self.options.interrupt),
                observer: Arc::clone(self.observer),
            };
            Ok(carry_out(claims.collect(), &context))
        };
        let failed = |error: RunError| {
            let result = |claim: ClaimedRun| (claim, Err(error.for_another_run()));
            claims.iter().cloned().map(result).collect()
        };
        match std::panic::catch_unwind(AssertUnwindSafe(attempt)) {
            Ok(Ok(results)) => results,
            Ok(Err(error)) => failed(error),
            Err(panic) => failed(RunError::Failed(in_plain_words(&panic_message(&*panic)))),
        }
    }

    fn report(&self, index: usize, outcome: Result<Outcome, RunError>, is_last_attempt: bool) {
        let spec = self.runs[index].clone();
        let directory = spec.directory(&self.options.out);
        let report = RunReport { spec, directory, outcome };
        if is_last_attempt || !report.is_elsewhere() {
            self.observer.ended(&report);
        }
        self.reports.lock().unwrap_or_else(PoisonError::into_inner).insert(index, report);
    }

    /// The runs that another process holds, each as a stack of its own.
    fn elsewhere(&self) -> Vec<Vec<usize>> {
        let reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        let elsewhere = reports.iter().filter(|(_, report)| report.is_elsewhere());
        elsewhere.map(|(&index, _)| vec![index]).collect()
    }
}
