//! Why nothing was exported.

use std::io;
use std::path::{Path, PathBuf};

use record::ReadError;

use crate::warning::Warning;

/// Why nothing was exported. What was there before is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A folder cannot be listed, or weights cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// No run has a result.
    #[error("no finished run in {}{}", list(paths), left_out(warnings))]
    Empty {
        /// Where runs were looked for.
        paths: Vec<PathBuf>,
        /// What was found and left out.
        warnings: Vec<Warning>,
    },
    /// The format holds no weights, and some are asked for.
    #[error("`{format}` holds tables and no weights: leave out `--weights`, or take {others}")]
    NoWeights {
        /// The format.
        format: &'static str,
        /// Those that hold weights.
        others: String,
    },
    /// The format holds weights and nothing else, and none are asked for.
    #[error("`{format}` holds weights and nothing else: `--weights none` leaves nothing to write")]
    OnlyWeights {
        /// The format.
        format: &'static str,
    },
    /// The program was built without the format.
    #[error(
        "this build cannot write `{format}`; \
         `cargo run -p export --features parquet -- DIR --format {format}` can"
    )]
    NotBuilt {
        /// The format.
        format: &'static str,
    },
    /// Something is where the export would go.
    #[error(
        "{} is there already: `--force` replaces it, `--out` names another folder",
        .0.display()
    )]
    Exists(PathBuf),
    /// Something that no export left is where the export would go.
    #[error(
        "{} is there already and holds no export, so `--force` does not replace it: \
         name another folder with `--out`",
        .0.display()
    )]
    NotAnExport(PathBuf),
    /// Weights cannot be drawn again, or are not what they should be.
    #[error("{}: {reason}", directory.display())]
    Weights {
        /// The run's directory.
        directory: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The export cannot be written.
    #[error("cannot write {}: {reason}", path.display())]
    Write {
        /// What was being written.
        path: PathBuf,
        /// What stood in the way.
        reason: String,
    },
}

impl ExportError {
    /// Whether it is for the person to put right, not a failure of the program or the machine.
    pub fn is_bad_input(&self) -> bool {
        !matches!(self, ExportError::Write { .. })
    }
}

/// Turns what a library or the file system answered into the error of a file that cannot be
/// written.
pub(crate) fn cannot_write<E: std::fmt::Display>(path: &Path) -> impl Fn(E) -> ExportError {
    move |error| ExportError::Write { path: path.to_owned(), reason: error.to_string() }
}

/// [`cannot_write`] for what the file system answers.
pub(crate) fn io_error(path: &Path) -> impl Fn(io::Error) -> ExportError {
    cannot_write::<io::Error>(path)
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

fn left_out(warnings: &[Warning]) -> String {
    match warnings {
        [] => String::new(),
        [one] => format!(" ({one})"),
        [first, rest @ ..] => format!(" ({first}, and {} more)", rest.len()),
    }
}
