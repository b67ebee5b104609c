//! The runs that are exported: found, read, named.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use record::{
    InitialWeights, LayerSeries, ReadError, Run, RunRecord, Status, Validation, find_runs,
    read_layers, read_record, read_series, read_validations, read_weights,
};

use crate::error::ExportError;
use crate::tensors::{Moment, ParameterName, Tensor, read_tensors};
use crate::warning::Warning;

/// A run's record, and where it lies. Its series and weights are read when they are written.
#[derive(Debug, Clone)]
pub(crate) struct ExportedRun {
    /// The run's directory.
    pub(crate) directory: PathBuf,
    /// `run.json`.
    pub(crate) record: RunRecord,
    /// The run's folder in an export: experiment, arm and seed, and more where that is taken.
    pub(crate) folder: PathBuf,
}

impl ExportedRun {
    /// The run with its series.
    pub(crate) fn read(&self) -> Result<Run, ExportError> {
        Ok(read_series(&self.directory, self.record.clone())?)
    }

    /// What was measured of its layers, and between its epochs.
    pub(crate) fn measured(&self) -> Result<(Option<LayerSeries>, Vec<Validation>), ExportError> {
        let layers = read_layers(&self.directory, &self.record)?;
        Ok((layers, read_validations(&self.directory, &self.record)?))
    }

    /// The bytes of a file of the record, which [`read`](Self::read) has checked or which has no
    /// checksum.
    pub(crate) fn file(&self, name: &str) -> Result<Vec<u8>, ExportError> {
        let path = self.directory.join(name);
        let bytes = std::fs::read(&path);
        bytes.map_err(|source| ExportError::Read(ReadError::Io { path, source }))
    }
}

/// How initial weights are drawn again: from a run's directory, the bytes that `model.safetensors`
/// would have had before the first step.
pub(crate) type Draw<'a> = dyn Fn(&Path) -> Result<Vec<u8>, String> + Sync + 'a;

/// What is exported.
pub(crate) struct Runs<'a> {
    /// In the order of their directories.
    pub(crate) headers: Vec<ExportedRun>,
    /// What was left out.
    pub(crate) warnings: Vec<Warning>,
    draw: &'a Draw<'a>,
}

impl<'a> Runs<'a> {
    /// Reads the records at or below `paths`. Runs that finished or diverged count; any other is
    /// named in the warnings.
    pub(crate) fn find(paths: &[PathBuf], draw: &'a Draw<'a>) -> Result<Self, ExportError> {
        let mut seen = HashSet::new();
        let mut directories = Vec::new();
        for path in paths {
            let new = |directory: &PathBuf| {
                seen.insert(std::fs::canonicalize(directory).unwrap_or(directory.clone()))
            };
            directories.extend(find_runs(path)?.into_iter().filter(new));
        }
        let records: Vec<_> =
            directories.par_iter().map(|directory| read_record(directory)).collect();
        let (mut headers, mut warnings) = (Vec::new(), Vec::new());
        let mut folders = HashSet::new();
        for (directory, record) in directories.into_iter().zip(records) {
            match usable(record, &directory) {
                Ok(record) => {
                    let folder = folder(&record, &mut folders);
                    headers.push(ExportedRun { directory, record, folder });
                }
                Err(reason) => warnings.push(Warning { directory, reason }),
            }
        }
        if headers.is_empty() {
            return Err(ExportError::Empty { paths: paths.to_vec(), warnings });
        }
        Ok(Runs { headers, warnings, draw })
    }

    /// The weights of a run at a moment.
    pub(crate) fn tensors(
        &self,
        run: &ExportedRun,
        moment: Moment,
    ) -> Result<Vec<Tensor>, ExportError> {
        let fault = |reason: String| ExportError::Weights {
            directory: run.directory.clone(),
            reason: format!("its {} weights: {reason}", moment.name()),
        };
        let bytes = match moment {
            Moment::Initial => (self.draw)(&run.directory).map_err(fault)?,
            Moment::Final => read_weights(&run.directory, &run.record)?,
        };
        let tensors = read_tensors(&bytes).map_err(fault)?;
        if moment == Moment::Initial && !agree(&tensors, &run.record.initial_weights) {
            return Err(fault(format!(
                "this program draws others than version {}, which wrote the record",
                run.record.provenance.version
            )));
        }
        Ok(tensors)
    }
}

/// The record, where it has a result.
fn usable(record: Result<RunRecord, ReadError>, directory: &Path) -> Result<RunRecord, String> {
    // The reader names files by their whole path, and the warning begins with the directory's.
    let folder = directory.join("").display().to_string();
    let record = record.map_err(|error| error.to_string().replace(&folder, ""))?;
    let because = |what: &str| match &record.message {
        Some(message) => format!("{what}: {message}"),
        None => what.to_owned(),
    };
    match record.status {
        Status::Finished | Status::Diverged => Ok(record),
        Status::Running => Err("it is still running, or its process died".to_owned()),
        Status::Interrupted => Err(because("it was interrupted")),
        Status::Failed => Err(because("it failed")),
    }
}

/// A folder for the run that no other has: `experiment/arm/seed-0`, and its id where that is
/// `taken`.
fn folder(record: &RunRecord, taken: &mut HashSet<PathBuf>) -> PathBuf {
    let named = Path::new(&plain(&record.experiment)).join(plain(&record.arm));
    let order = record.order_seed.map(|order| format!("-order-{order}")).unwrap_or_default();
    let seed = format!("seed-{}{order}", record.seed);
    let with_id = format!("{seed}-{}", plain(&record.id));
    let numbered = (2..).map(|n| format!("{with_id}-{n}"));
    let names = [seed, with_id.clone()].into_iter().chain(numbered);
    let free = names.map(|name| named.join(name)).find(|folder| taken.insert(folder.clone()));
    // The names do not end.
    free.unwrap_or(named)
}

/// A name as one folder, whatever the record says.
fn plain(name: &str) -> String {
    match name {
        "" | "." | ".." => "_".to_owned(),
        name => name.replace(['/', '\\', '\0'], "_"),
    }
}

/// Whether weights are those that the record was begun with, as far as its histograms tell.
fn agree(tensors: &[Tensor], recorded: &[InitialWeights]) -> bool {
    let weights = tensors.iter().filter_map(|tensor| match (tensor.name, &tensor.shape[..]) {
        (ParameterName::Weight(layer), &[fan_in, fan_out]) => {
            Some(InitialWeights::of(layer + 1, [fan_in, fan_out], &tensor.values))
        }
        _ => None,
    });
    let weights: Vec<InitialWeights> = weights.collect();
    weights.len() == recorded.len()
        && weights.iter().zip(recorded).all(|(drawn, recorded)| {
            drawn.shape == recorded.shape && drawn.histogram.counts == recorded.histogram.counts
        })
}
