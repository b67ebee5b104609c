//! Weights as they are recorded: `layers.0.weight` of `[fan_in, fan_out]`, and so on, a file a run
//! and moment.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use safetensors::Dtype;
use safetensors::tensor::TensorView;

use super::{Exporter, Job};
use crate::error::{ExportError, cannot_write};
use crate::runs::ExportedRun;
use crate::tensors::{Moment, Tensor};

/// Writes safetensors.
pub(super) struct Safetensors;

impl Exporter for Safetensors {
    fn write(&self, job: &Job<'_>) -> Result<(), ExportError> {
        for_each_weights(job, |run, tensors, path| {
            write_safetensors(&named(tensors), run, &path.with_extension("safetensors"))
        })
    }

    fn weights(&self) -> &'static [Moment] {
        &[Moment::Final]
    }

    fn holds_only_weights(&self) -> bool {
        true
    }
}

/// Calls `write` with the weights of every run and moment, and the path of their file: its
/// extension is still missing.
pub(super) fn for_each_weights(
    job: &Job<'_>,
    write: impl Fn(&ExportedRun, Vec<Tensor>, PathBuf) -> Result<(), ExportError> + Sync,
) -> Result<(), ExportError> {
    job.runs.headers.par_iter().try_for_each(|run| {
        let folder = job.folder.join(&run.folder);
        std::fs::create_dir_all(&folder).map_err(cannot_write(&folder))?;
        job.weights.iter().try_for_each(|moment| {
            write(run, job.runs.tensors(run, *moment)?, folder.join(moment.name()))
        })
    })
}

/// Tensors with their recorded names.
pub(super) fn named(tensors: Vec<Tensor>) -> Vec<(String, Tensor)> {
    tensors.into_iter().map(|tensor| (tensor.name.to_string(), tensor)).collect()
}

/// Writes tensors under these names, and in the file's metadata the id of their run.
pub(super) fn write_safetensors(
    tensors: &[(String, Tensor)],
    run: &ExportedRun,
    path: &Path,
) -> Result<(), ExportError> {
    let bytes: Vec<Vec<u8>> = tensors
        .iter()
        .map(|(_, tensor)| tensor.values.iter().flat_map(|value| value.to_le_bytes()).collect())
        .collect();
    let views = tensors.iter().zip(&bytes).map(|((name, tensor), bytes)| {
        TensorView::new(Dtype::F32, tensor.shape.clone(), bytes).map(|view| (name, view))
    });
    let views = views.collect::<Result<Vec<_>, _>>().map_err(cannot_write(path))?;
    // One entry: those of a map come in any order, and the same run makes the same file.
    let metadata = HashMap::from([("run".to_owned(), run.record.id.clone())]);
    let file = safetensors::serialize(views, Some(metadata)).map_err(cannot_write(path))?;
    std::fs::write(path, file).map_err(cannot_write(path))
}
