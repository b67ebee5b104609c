//! A run directory as its writer sees it: one process at a time, every file whole.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{Epoch, RunRecord, Step, write_atomically};

/// The directory of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunDirectory(PathBuf);

/// The right to write a run, held until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct RunLock {
    _file: File,
}

/// Why a run cannot be locked.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process is at it.
    #[error("{} is being written by another process{}", directory.display(), pid.map(|pid| format!(" (process {pid})")).unwrap_or_default())]
    Held {
        /// The run's directory.
        directory: PathBuf,
        /// The process, where it left its number.
        pid: Option<u32>,
    },
    /// The directory or the lock file cannot be made.
    #[error("cannot write to {}: {source}", directory.display())]
    Io {
        /// The run's directory.
        directory: PathBuf,
        /// What the file system answered.
        source: io::Error,
    },
}

impl RunDirectory {
    /// The run directory at `path`, which need not exist yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        RunDirectory(path.into())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Creates the directory and takes its lock. The lock is the operating system's, so a dead process holds none.
    ///
    /// # Errors
    /// [`LockError`]: another process holds it, or the directory cannot be written.
    pub fn lock(&self) -> Result<RunLock, LockError> {
        let failed = |source| LockError::Io { directory: self.0.clone(), source };
        std::fs::create_dir_all(&self.0).map_err(failed)?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(self.0.join("lock"))
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let pid = file.read_to_string(&mut pid).ok().and_then(|_| pid.trim().parse().ok());
                return Err(LockError::Held { directory: self.0.clone(), pid });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        file.set_len(0).map_err(failed)?;
        file.write_all(std::process::id().to_string().as_bytes()).map_err(failed)?;
        Ok(RunLock { _file: file })
    }

    /// Writes `config.toml`.
    ///
    /// # Errors
    /// Whatever the file system answers, as for every writer here.
    pub fn write_config(&self, text: &str) -> io::Result<()> {
        self.write("config.toml", text.as_bytes())
    }

    /// Writes `steps.csv`.
    ///
    /// # Errors
    /// Whatever the file system answers.
    pub fn write_steps(&self, steps: &[Step]) -> io::Result<()> {
        self.write("steps.csv", &csv_of(steps)?)
    }

    /// Writes `epochs.csv`.
    ///
    /// # Errors
    /// Whatever the file system answers.
    pub fn write_epochs(&self, epochs: &[Epoch]) -> io::Result<()> {
        self.write("epochs.csv", &csv_of(epochs)?)
    }

    /// Writes any other file of the record.
    ///
    /// # Errors
    /// Whatever the file system answers.
    pub fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        write_atomically(&self.0.join(name), bytes)
    }

    /// Writes `run.json`. For a run with a result this is the last write: it names the checksum of every other file.
    ///
    /// # Errors
    /// Whatever the file system answers.
    pub fn write_record(&self, record: &RunRecord) -> io::Result<()> {
        let record = if record.status.is_final() {
            RunRecord { files: self.checksums()?, ..record.clone() }
        } else {
            record.clone()
        };
        let mut text = serde_json::to_string_pretty(&record)?;
        text.push('\n');
        self.write("run.json", text.as_bytes())
    }

    /// Moves whatever the directory holds, but for the lock, to the new folder `destination`: out of the way of another
    /// run, and not lost.
    ///
    /// # Errors
    /// Whatever the file system answers.
    pub fn set_aside(&self, destination: &Path) -> io::Result<()> {
        std::fs::create_dir_all(destination)?;
        for entry in std::fs::read_dir(&self.0)? {
            let name = entry?.file_name();
            if name != "lock" {
                std::fs::rename(self.0.join(&name), destination.join(&name))?;
            }
        }
        Ok(())
    }

    fn checksums(&self) -> io::Result<BTreeMap<String, String>> {
        let mut sums = BTreeMap::new();
        for name in ["config.toml", "steps.csv", "epochs.csv", "model.safetensors"] {
            match std::fs::read(self.0.join(name)) {
                Ok(bytes) => {
                    sums.insert(name.to_owned(), checksum(&bytes));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(sums)
    }
}

/// SHA-256 in hexadecimal.
pub(crate) fn checksum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn csv_of<T: Serialize>(rows: &[T]) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.serialize(row)?;
    }
    writer.into_inner().map_err(|error| error.into_error())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_lock_is_refused_until_the_first_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let directory = RunDirectory::new(folder.path().join("run"));
        let lock = directory.lock().unwrap();
        let Err(LockError::Held { pid, .. }) = directory.lock() else { panic!("locked twice") };
        assert_eq!(pid, Some(std::process::id()));
        drop(lock);
        directory.lock().unwrap();
    }

    #[test]
    fn numbers_in_csv_read_back_to_the_same_bits() {
        let steps = [0.1f32, 1.0 / 3.0, f32::MIN_POSITIVE, f32::INFINITY, 2.302_585].map(|loss| Step { step: 7, loss });
        let text = csv_of(&steps).unwrap();
        let back: Vec<Step> = csv::Reader::from_reader(&text[..]).deserialize().map(Result::unwrap).collect();
        assert_eq!(back, steps);
    }
}
