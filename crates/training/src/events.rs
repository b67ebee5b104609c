//! What is told of runs: events while they train, and a report when they end.

use std::path::PathBuf;

use experiment::RunSpec;
use record::{LayerRow, Metrics, RunRecord, Status};

use crate::error::RunError;

/// Is told what happens to runs; from several threads at once where runs train side by side.
pub trait Observer: Send + Sync {
    /// A run starts (or resumes) at step `step` of `steps`.
    fn started(&self, run: &RunSpec, step: u64, steps: u64) {
        let _ = (run, step, steps);
    }

    /// A run has made `steps` steps, the last with this loss. At some steps it is also told the
    /// accuracy on that step's batch, 0 to 1. The run waits until this returns; that is no time of
    /// its training.
    fn stepped(&self, run: &RunSpec, steps: u64, loss: f32, accuracy: Option<f64>) {
        let _ = (run, steps, loss, accuracy);
    }

    /// The layers of a run were measured, first layer first, before the update of `step` (from 0).
    fn measured(&self, run: &RunSpec, step: u64, layers: &[LayerRow]) {
        let _ = (run, step, layers);
    }

    /// A run has ended an epoch (from 1) with this validation accuracy, 0 to 1.
    fn validated(&self, run: &RunSpec, epoch: u64, accuracy: f64) {
        let _ = (run, epoch, accuracy);
    }

    /// A run is over, whatever its outcome.
    fn ended(&self, report: &RunReport) {
        let _ = report;
    }

    /// A message that the user should see, though it stops nothing.
    fn noted(&self, run: &RunSpec, message: &str) {
        let _ = (run, message);
    }
}

/// An observer that shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoopObserver;

impl Observer for NoopObserver {}

/// How a run ended.
#[derive(Debug)]
pub struct RunReport {
    /// The run.
    pub spec: RunSpec,
    /// Its directory.
    pub directory: PathBuf,
    /// Its outcome.
    pub outcome: Result<Outcome, RunError>,
}

impl RunReport {
    /// Whether another process held the run.
    pub(crate) fn is_elsewhere(&self) -> bool {
        matches!(self.outcome, Ok(Outcome::Elsewhere(_)))
    }
}

/// The outcome of a run that met no error.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was trained.
    Ran(Summary),
    /// Its record existed already.
    Skipped(Summary),
    /// It was not started, because the user interrupted the others.
    NotBegun,
    /// Another process holds it, even after all the others were done; the message of
    /// [`LockError`](record::LockError).
    Elsewhere(String),
}

/// The main figures of a record. Whole records of thousands of runs would fill the memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// The run's status.
    pub status: Status,
    /// Steps that it made.
    pub steps: u64,
    /// Its metrics, if it has a result.
    pub metrics: Option<Metrics>,
    /// Seconds of training.
    pub training_seconds: f64,
}

impl Summary {
    pub(crate) fn of(record: &RunRecord) -> Self {
        Summary {
            status: record.status,
            steps: record.steps,
            metrics: record.metrics,
            training_seconds: record.provenance.training_seconds,
        }
    }
}
