//! Reads records on all cores, and reduces each to what is compared.

use std::path::Path;

use rayon::prelude::*;
use record::{ReadError, Run, RunRecord, Status, read_record, read_series};

use crate::metric::Metric;
use crate::seed::Seed;
use crate::study::{RunSummary, Warning};

/// Blocks of steps of which a run keeps the mean loss.
const LOSSES: u64 = 9;

/// One record, read: what it says of itself, and what is compared.
pub(super) struct LoadedRun {
    /// Its record, without what no comparison needs.
    pub(super) record: RunRecord,
    /// What is kept of it.
    pub(super) summary: RunSummary,
}

impl LoadedRun {
    /// Reads a record, and its series where it is of no sweep or `metric` needs them.
    pub(super) fn read(directory: &Path, metric: Metric) -> Result<LoadedRun, ReadError> {
        let record = read_record(directory)?;
        let value = value_in_record(&record, metric);
        match (value, &record.sweep) {
            (Some(value), Some(_)) => Ok(LoadedRun {
                summary: summary(directory, &record, value),
                record: reduced(record),
            }),
            _ => Ok(LoadedRun::of(read_series(directory, record)?, metric)),
        }
    }

    /// Takes what is compared from a whole run.
    pub(super) fn of(run: Run, metric: Metric) -> LoadedRun {
        let losses = Some(losses(&run));
        let mut summary = summary(&run.directory, &run.record, metric.of(&run));
        let record = reduced(run.record.clone());
        if record.sweep.is_none() {
            summary = RunSummary { losses, whole: Some(Box::new(run)), ..summary };
        }
        LoadedRun { record, summary }
    }
}

fn value_in_record(record: &RunRecord, metric: Metric) -> Option<f64> {
    metric.of_record(record.status, record.metrics, record.provenance.training_seconds)
}

fn summary(directory: &Path, record: &RunRecord, value: f64) -> RunSummary {
    RunSummary {
        directory: directory.to_owned(),
        seed: Seed::of(record),
        diverged: record.status == Status::Diverged,
        steps: record.steps,
        metrics: record.metrics,
        training_seconds: record.provenance.training_seconds,
        value,
        losses: None,
        whole: None,
    }
}

fn reduced(record: RunRecord) -> RunRecord {
    RunRecord { initial_weights: Vec::new(), files: Default::default(), ..record }
}

/// The mean loss of each ninth of the run, up to where it diverged.
fn losses(run: &Run) -> Box<[f32]> {
    let planned = run.record.steps_planned.max(run.steps.len() as u64);
    let block = planned.div_ceil(LOSSES).max(1) as usize;
    let finite = run.steps.iter().take_while(|step| step.loss.is_finite()).count();
    let mean = |block: &[record::Step]| {
        let sum: f64 = block.iter().map(|step| f64::from(step.loss)).sum();
        (sum / block.len() as f64) as f32
    };
    run.steps[..finite].chunks(block).map(mean).collect()
}

/// Records that are read before the first of them is taken: enough to keep all cores busy, and
/// little to hold.
const BLOCK: usize = 512;

/// Reads every directory on all cores, and takes what was read in the order of the directories.
pub(crate) fn read_each<T: Send, P: AsRef<Path> + Sync>(
    directories: &[P],
    read: impl Fn(&Path) -> Result<T, ReadError> + Sync,
    mut take: impl FnMut(&Path, Result<T, ReadError>),
) {
    for block in directories.chunks(BLOCK) {
        let found: Vec<_> = block.par_iter().map(|directory| read(directory.as_ref())).collect();
        for (directory, found) in block.iter().zip(found) {
            take(directory.as_ref(), found);
        }
    }
}

/// The warning of a record that cannot be read.
pub(super) fn unread(directory: &Path, error: &ReadError) -> Warning {
    // The reader names files by their whole path, and the warning begins with the directory's.
    let folder = directory.join("").display().to_string();
    Warning { directory: directory.to_owned(), reason: error.to_string().replace(&folder, "") }
}
