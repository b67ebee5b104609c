//! The right to write a run: its directory, as long as that is the one that was locked.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use experiment::RunSpec;
use mnist::Shape;
use record::{LockError, RunDirectory, RunLock};

use crate::error::RunError;

/// A run that this process has locked.
#[derive(Debug, Clone)]
pub(crate) struct ClaimedRun {
    /// Its index among the runs that are carried out.
    pub(crate) index: usize,
    pub(crate) spec: RunSpec,
    pub(crate) writer: RunWriter,
}

impl ClaimedRun {
    /// The same run with a network for such images.
    pub(crate) fn for_images(self, shape: Shape) -> Self {
        ClaimedRun { spec: self.spec.for_images(shape.pixels(), shape.classes), ..self }
    }
}

/// A record in the directory that is not this run's.
#[derive(Debug, Clone)]
pub(crate) struct OtherRecord {
    /// Where it is set aside to.
    pub(crate) destination: PathBuf,
    /// What the user is told: "REASON is now DESTINATION".
    pub(crate) reason: String,
    /// Its id, if the run goes on from its end.
    pub(crate) extends: Option<String>,
}

impl OtherRecord {
    /// What the user is told.
    pub(crate) fn message(&self) -> String {
        format!("{} is now {}", self.reason, self.destination.display())
    }
}

/// Writes to a run's directory while its lock holds. Clones share the lock.
#[derive(Debug, Clone)]
pub(crate) struct RunWriter {
    directory: RunDirectory,
    held: Arc<Mutex<Held>>,
}

#[derive(Debug)]
struct Held {
    /// `None` if it was lost while another record was set aside.
    lock: Option<RunLock>,
    /// What is to be set aside before the first write.
    other: Option<OtherRecord>,
}

impl RunWriter {
    pub(crate) fn new(directory: RunDirectory, lock: RunLock, other: Option<OtherRecord>) -> Self {
        let held = Arc::new(Mutex::new(Held { lock: Some(lock), other }));
        RunWriter { directory, held }
    }

    /// The directory, to be read.
    pub(crate) fn directory(&self) -> &RunDirectory {
        &self.directory
    }

    /// Sets aside the record in the directory if it is not this run's, and gives it. To be called
    /// once it is known that the run can be trained, and before anything is written.
    ///
    /// # Errors
    /// The record cannot be moved.
    pub(crate) fn clear_directory(&self) -> Result<Option<OtherRecord>, RunError> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(other) = held.other.take() else { return Ok(None) };
        let lock = held.lock.take().ok_or_else(|| self.lost())?;
        held.lock = Some(self.directory.set_aside(lock, &other.destination)?);
        Ok(Some(other))
    }

    /// Lets `write` write to the directory.
    ///
    /// # Errors
    /// The directory is no longer the one that was locked, or `write` failed.
    pub(crate) fn write(
        &self,
        write: impl FnOnce(&RunDirectory) -> io::Result<()>,
    ) -> Result<(), RunError> {
        self.held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .lock
            .as_ref()
            .ok_or_else(|| self.lost())?
            .check()?;
        write(&self.directory).map_err(|source| RunError::Write {
            directory: self.directory.path().to_owned(),
            source,
        })
    }

    fn lost(&self) -> LockError {
        LockError::Lost { directory: self.directory.path().to_owned() }
    }
}
