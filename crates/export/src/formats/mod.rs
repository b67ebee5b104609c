//! The formats, one a file, behind one trait.

#[cfg(feature = "parquet")]
mod arrow;
#[cfg(feature = "parquet")]
mod columnar;
mod csv;
mod json;
mod mlflow;
#[cfg(not(feature = "parquet"))]
mod not_built;
#[cfg(feature = "parquet")]
mod parquet;
mod pickle;
mod pytorch;
mod safetensors;
mod table_file;
mod tensorboard;

use std::path::Path;

use crate::error::ExportError;
use crate::format::Format;
use crate::runs::Runs;
use crate::tensors::Moment;

/// What is to be written, and where.
pub(crate) struct Job<'a> {
    /// The runs.
    pub(crate) runs: &'a Runs<'a>,
    /// The weights.
    pub(crate) weights: &'a [Moment],
    /// The folder to write into: empty, and of a temporary name.
    pub(crate) folder: &'a Path,
    /// What the folder will be called.
    pub(crate) out: &'a Path,
}

/// What every format does.
pub(crate) trait Exporter {
    /// Writes the runs.
    fn write(&self, job: &Job<'_>) -> Result<(), ExportError>;

    /// The weights that it holds where none are named; none where it never holds any.
    fn weights(&self) -> &'static [Moment] {
        &[]
    }

    /// Whether nothing is left of it without weights.
    fn holds_only_weights(&self) -> bool {
        false
    }

    /// Whether this build can write it.
    fn check(&self) -> Result<(), ExportError> {
        Ok(())
    }
}

/// What writes a format.
pub(crate) fn exporter(format: Format) -> Box<dyn Exporter> {
    match format {
        Format::Csv => Box::new(csv::Csv),
        Format::Json => Box::new(json::Json),
        #[cfg(feature = "parquet")]
        Format::Parquet => Box::new(parquet::Parquet),
        #[cfg(feature = "parquet")]
        Format::Arrow => Box::new(arrow::Arrow),
        #[cfg(not(feature = "parquet"))]
        Format::Parquet | Format::Arrow => Box::new(not_built::NotBuilt(format.name())),
        Format::Safetensors => Box::new(safetensors::Safetensors),
        Format::Pytorch => Box::new(pytorch::Pytorch),
        Format::Mlflow => Box::new(mlflow::Mlflow),
        Format::Tensorboard => Box::new(tensorboard::Tensorboard),
    }
}
