//! From run directories to a study.

mod builder;
mod columns;
mod error;
mod interned;
mod measurements;
mod reader;
mod same_settings;
mod table_error;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use record::{ReadError, Run, find_runs};

use crate::metric::Metric;
use crate::natural::natural_order;
use crate::study::Study;
use builder::StudyBuilder;
pub use columns::Columns;
pub use error::LoadError;
pub(crate) use reader::read_each;
use reader::{LoadedRun, unread};
pub use table_error::TableError;

impl Study {
    /// Reads every run at or below `paths`. Runs that finished or diverged count; any other record
    /// is named in the warnings.
    ///
    /// Runs are read one by one and reduced to what is compared: the metrics that every record has,
    /// and `metric`. Of the files of a sweep's run only `run.json` is read and checked, and the
    /// series too where `metric` is taken from them. Runs of no sweep are read and checked whole,
    /// and as many of them are kept whole as take 32 MB.
    ///
    /// # Errors
    /// [`LoadError`]: a path cannot be listed, no run below any of them has a result, or they have
    /// no axis in common.
    pub fn load(paths: &[PathBuf], metric: Metric) -> Result<Study, LoadError> {
        match Study::read(&find(paths)?, metric) {
            Ok(study) => Ok(Study { paths: paths.to_vec(), ..study }),
            Err(LoadError::Empty { warnings, .. }) => {
                Err(LoadError::Empty { paths: paths.to_vec(), warnings })
            }
            Err(error) => Err(error),
        }
    }

    /// Reads the runs in `directories`, as [`Study::load`] does.
    ///
    /// # Errors
    /// [`LoadError`]: none of the runs has a result, or they have no axis in common.
    pub fn read(directories: &[PathBuf], metric: Metric) -> Result<Study, LoadError> {
        let mut builder = StudyBuilder::new(metric);
        let read = |directory: &Path| LoadedRun::read(directory, metric);
        read_each(directories, read, |directory, run| match run {
            Ok(run) => builder.add(run),
            Err(error) => builder.leave_out(unread(directory, &error)),
        });
        builder.finish()
    }

    /// Compares runs that were read already; none if no run has a result.
    pub fn of(runs: Vec<Run>, metric: Metric) -> Option<Study> {
        let mut builder = StudyBuilder::new(metric);
        runs.into_iter().for_each(|run| builder.add(LoadedRun::of(run, metric)));
        builder.finish().ok()
    }
}

/// Every run directory at or below `paths`, each once; below a path in their natural order.
fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, ReadError> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for path in paths {
        let mut below: Vec<(String, PathBuf)> = find_runs(path)?
            .into_iter()
            .map(|directory| (directory.to_string_lossy().into_owned(), directory))
            .collect();
        below.sort_by(|(a, _), (b, _)| natural_order(a, b));
        let mut is_new = |directory: &PathBuf| {
            paths.len() == 1
                || seen.insert(std::fs::canonicalize(directory).unwrap_or(directory.clone()))
        };
        found.extend(below.into_iter().map(|(_, directory)| directory).filter(|d| is_new(d)));
    }
    Ok(found)
}
