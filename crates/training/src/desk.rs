//! Where a run writes: its directory, for as long as that is the one that it has locked.

use std::io;
use std::sync::Arc;

use record::{RunDirectory, RunLock};

use crate::execute::RunError;

/// A run's directory and the right to write there.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    directory: RunDirectory,
    lock: Arc<RunLock>,
}

impl Desk {
    pub(crate) fn new(directory: RunDirectory, lock: RunLock) -> Self {
        Desk { directory, lock: Arc::new(lock) }
    }

    /// To read from.
    pub(crate) fn directory(&self) -> &RunDirectory {
        &self.directory
    }

    /// Lets `act` write.
    ///
    /// # Errors
    /// The directory is no longer the one that was locked, or `act` failed.
    pub(crate) fn write(
        &self,
        act: impl FnOnce(&RunDirectory) -> io::Result<()>,
    ) -> Result<(), RunError> {
        self.lock.check()?;
        act(&self.directory).map_err(|source| RunError::Write {
            directory: self.directory.path().to_owned(),
            source,
        })
    }
}
