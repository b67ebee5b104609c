//! The right to write a run: its directory, as long as that is the one that was locked.

use std::io;
use std::sync::Arc;

use experiment::RunSpec;
use record::{RunDirectory, RunLock};

use crate::error::RunError;

/// A run that this process has locked.
#[derive(Debug, Clone)]
pub(crate) struct ClaimedRun {
    /// Its index among the runs that are carried out.
    pub(crate) index: usize,
    pub(crate) spec: RunSpec,
    pub(crate) writer: RunWriter,
}

/// Writes to a run's directory while its lock holds.
#[derive(Debug, Clone)]
pub(crate) struct RunWriter {
    directory: RunDirectory,
    lock: Arc<RunLock>,
}

impl RunWriter {
    pub(crate) fn new(directory: RunDirectory, lock: RunLock) -> Self {
        RunWriter { directory, lock: Arc::new(lock) }
    }

    /// The directory, to be read.
    pub(crate) fn directory(&self) -> &RunDirectory {
        &self.directory
    }

    /// Lets `write` write to the directory.
    ///
    /// # Errors
    /// The directory is no longer the one that was locked, or `write` failed.
    pub(crate) fn write(
        &self,
        write: impl FnOnce(&RunDirectory) -> io::Result<()>,
    ) -> Result<(), RunError> {
        self.lock.check()?;
        write(&self.directory).map_err(|source| RunError::Write {
            directory: self.directory.path().to_owned(),
            source,
        })
    }
}
