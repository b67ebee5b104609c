//! Why records cannot be compared.

use std::path::PathBuf;

use record::ReadError;

use crate::study::Warning;

/// Why there is nothing to compare.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A folder cannot be listed.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// No run has a result.
    #[error("no finished run in {}{}", joined(paths), left_out(warnings))]
    Empty {
        /// Where runs were looked for.
        paths: Vec<PathBuf>,
        /// What was found and left out.
        warnings: Vec<Warning>,
    },
    /// Runs that have no axis in common.
    #[error(
        "{reason}, and they cannot be compared with one another: name the folder of one experiment"
    )]
    Mixed {
        /// What meets here.
        reason: String,
    },
}

fn joined(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

fn left_out(warnings: &[Warning]) -> String {
    match warnings {
        [] => String::new(),
        [one] => format!(" ({one})"),
        [first, rest @ ..] => format!(" ({first}, and {} more)", rest.len()),
    }
}
