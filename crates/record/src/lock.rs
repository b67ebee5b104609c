//! The right to write a run: one process at a time has it.

use std::fs::{OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use same_file::Handle;

use crate::RunDirectory;
use crate::atomic::remove_temporaries;
use crate::checkpoint::FOLDER;

/// The right to write a run, held until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct RunLock {
    directory: PathBuf,
    file: Handle,
}

/// Why a run cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process holds the lock.
    #[error("{} is being written by another process{}", directory.display(), in_brackets(*pid))]
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
    /// The directory is no longer the one that was locked.
    #[error("{} was removed or replaced while the run was writing there", directory.display())]
    Lost {
        /// The run's directory.
        directory: PathBuf,
    },
}

fn in_brackets(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" (process {pid})")).unwrap_or_default()
}

impl RunLock {
    /// Whether the directory is still the one that was locked. It is asked before every write: a
    /// directory that was removed may have been created again, and locked, by another process.
    ///
    /// # Errors
    /// [`LockError::Lost`].
    pub fn check(&self) -> Result<(), LockError> {
        match Handle::from_path(lock_file(&self.directory)) {
            Ok(there) if there == self.file => Ok(()),
            _ => Err(LockError::Lost { directory: self.directory.clone() }),
        }
    }
}

pub(crate) fn lock_file(directory: &Path) -> PathBuf {
    directory.join("lock")
}

impl RunDirectory {
    /// Creates the directory, takes its lock, and clears away what a killed process was in the
    /// middle of writing. The lock is the operating system's, so a dead process holds none.
    ///
    /// # Errors
    /// [`LockError`]: another process holds it, or the directory cannot be written.
    pub fn lock(&self) -> Result<RunLock, LockError> {
        let directory = self.path().to_owned();
        let failed = |source| LockError::Io { directory: directory.clone(), source };
        std::fs::create_dir_all(&directory).map_err(failed)?;
        let path = lock_file(&directory);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let pid = file.read_to_string(&mut pid).ok().and_then(|_| pid.trim().parse().ok());
                return Err(LockError::Held { directory, pid });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        // Who holds the lock is for people to know; the lock holds without it.
        let _ = file
            .set_len(0)
            .and_then(|()| file.write_all(std::process::id().to_string().as_bytes()));
        let file = Handle::from_file(file).map_err(failed)?;
        let lock = RunLock { directory: directory.clone(), file };
        lock.check()?;
        remove_temporaries(&directory);
        remove_temporaries(&directory.join(FOLDER));
        Ok(lock)
    }

    /// Moves the directory and all in it to `destination`, which must not exist: out of the way of
    /// another run, and not lost. What is locked afterwards is a new, empty directory.
    ///
    /// # Errors
    /// [`LockError`].
    pub fn set_aside(&self, lock: RunLock, destination: &Path) -> Result<RunLock, LockError> {
        lock.check()?;
        let failed = |source| LockError::Io { directory: destination.to_owned(), source };
        std::fs::create_dir_all(destination.parent().unwrap_or(destination)).map_err(failed)?;
        std::fs::rename(self.path(), destination).map_err(failed)?;
        // Nobody writes there any more.
        let _ = std::fs::remove_file(lock_file(destination));
        drop(lock);
        self.lock()
    }

    /// Moves the directory at `source`, which [`set_aside`](Self::set_aside) made, back to this
    /// one. This one must hold nothing but its lock.
    ///
    /// # Errors
    /// [`LockError`]: this directory holds something, or another process was faster.
    pub fn bring_back(&self, lock: RunLock, source: &Path) -> Result<RunLock, LockError> {
        lock.check()?;
        let failed = |error| LockError::Io { directory: self.path().to_owned(), source: error };
        // A folder can replace an empty one, and only an empty one. A process that locks the folder
        // in between makes it hold a new lock.
        std::fs::remove_file(lock_file(self.path())).map_err(failed)?;
        let moved = std::fs::rename(source, self.path());
        drop(lock);
        let lock = self.lock()?;
        moved.map_err(failed)?;
        Ok(lock)
    }
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
    fn a_directory_that_was_removed_and_made_again_is_no_longer_ones_own() {
        let folder = tempfile::tempdir().unwrap();
        let directory = RunDirectory::new(folder.path().join("run"));
        let first = directory.lock().unwrap();
        first.check().unwrap();
        std::fs::remove_dir_all(directory.path()).unwrap();
        assert!(matches!(first.check(), Err(LockError::Lost { .. })));
        let second = directory.lock().unwrap();
        assert!(matches!(first.check(), Err(LockError::Lost { .. })));
        second.check().unwrap();
    }

    #[test]
    fn what_a_killed_process_was_writing_is_cleared_away() {
        let folder = tempfile::tempdir().unwrap();
        let directory = RunDirectory::new(folder.path());
        directory.write_config("").unwrap();
        std::fs::write(folder.path().join(".aB3.tmp"), "half").unwrap();
        directory.lock().unwrap();
        let mut names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["config.toml", "lock"]);
    }

    #[test]
    fn what_is_set_aside_leaves_a_new_directory_that_is_locked() {
        let folder = tempfile::tempdir().unwrap();
        let directory = RunDirectory::new(folder.path().join("run"));
        let lock = directory.lock().unwrap();
        directory.write_config("old").unwrap();
        let aside = folder.path().join("aside/run");
        let lock = directory.set_aside(lock, &aside).unwrap();
        lock.check().unwrap();
        assert_eq!(std::fs::read(aside.join("config.toml")).unwrap(), b"old");
        assert!(!directory.path().join("config.toml").exists());
        assert!(matches!(directory.lock(), Err(LockError::Held { .. })));
    }

    #[test]
    fn what_was_set_aside_comes_back_to_a_directory_that_holds_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let directory = RunDirectory::new(folder.path().join("run"));
        directory.write_config("old").unwrap();
        let aside = folder.path().join("aside");
        let lock = directory.set_aside(directory.lock().unwrap(), &aside).unwrap();
        directory.write_config("new").unwrap();
        assert!(matches!(directory.bring_back(lock, &aside), Err(LockError::Io { .. })));
        assert_eq!(std::fs::read(directory.path().join("config.toml")).unwrap(), b"new");
        std::fs::remove_file(directory.path().join("config.toml")).unwrap();
        let lock = directory.bring_back(directory.lock().unwrap(), &aside).unwrap();
        lock.check().unwrap();
        assert_eq!(std::fs::read(directory.path().join("config.toml")).unwrap(), b"old");
        assert!(!aside.exists());
        assert!(matches!(directory.lock(), Err(LockError::Held { .. })));
    }
}
