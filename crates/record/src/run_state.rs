//! The state of runs, from as little reading as will do: the header of `run.json` and, of an
//! unfinished run, its lock. It serves a hundred thousand runs that other processes write.

use std::fs::{File, TryLockError};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::checkpoint::FOLDER;
use crate::lock::lock_file;
use crate::run_header::{RunHeader, read_header};
use crate::{ReadError, Status, read_record};

/// The state of a run, as far as it can be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunState {
    /// There is no record.
    Missing,
    /// All steps are made.
    Finished,
    /// Its loss became infinite or NaN.
    Diverged,
    /// An error ended it; this is its message.
    Failed(String),
    /// A signal stopped it, or its process died. The same command resumes it.
    Interrupted,
    /// A process is writing it.
    Running(LastSeen),
    /// A process of another machine is writing it, or died while it did. Not every shared file
    /// system shows one machine the locks of another.
    RunningOrDied(LastSeen),
    /// There is a record that cannot be read.
    Unreadable(String),
}

/// Where and when an unfinished run was last seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastSeen {
    /// The machine.
    pub host: Option<String>,
    /// The process on that machine.
    pub process: Option<u32>,
    /// When it last wrote something.
    pub at: Option<SystemTime>,
}

/// Finds the state of the run in `directory`, as the machine called `host` sees it. The header of
/// its record is given too, where there is one that can be read.
pub fn run_state(directory: &Path, host: &str) -> (RunState, Option<RunHeader>) {
    let header = match read_header(directory) {
        Ok(header) => header,
        Err(ReadError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            // A process may hold the lock that has not written its record yet.
            let state = match is_locked(directory) {
                Ok(true) => RunState::Running(last_seen(directory, None)),
                _ => RunState::Missing,
            };
            return (state, None);
        }
        Err(error) => return (RunState::Unreadable(error.to_string()), None),
    };
    let state = match header.status {
        Status::Finished => RunState::Finished,
        Status::Diverged => RunState::Diverged,
        unfinished => unfinished_state(directory, host, unfinished, &header),
    };
    (state, Some(header))
}

/// [`run_state`] of many runs at once, in their order.
pub fn run_states(directories: &[PathBuf], host: &str) -> Vec<(RunState, Option<RunHeader>)> {
    in_parallel(directories, |directory| run_state(directory, host))
}

/// Every folder `<arm>/seed-<n>` in an experiment's, whether a record is in it or not.
pub fn run_folders(experiment: &Path) -> Vec<PathBuf> {
    let arms = folders_in(experiment);
    let runs = in_parallel(&arms, |arm| {
        let mut runs = folders_in(arm);
        runs.retain(|run| {
            run.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"seed-"))
        });
        runs
    });
    runs.into_iter().flatten().collect()
}

/// The folders in a folder, but for hidden ones.
fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let shown = entries.filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."));
    shown
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .collect()
}

/// What `act` makes of each item, in their order.
fn in_parallel<T: Sync, R: Send>(items: &[T], act: impl Fn(&T) -> R + Sync) -> Vec<R> {
    // More threads than cores: on a shared file system, each look is a wait for its server.
    let threads = 4 * std::thread::available_parallelism().map_or(1, usize::from);
    let act = &act;
    std::thread::scope(|scope| {
        let parts = items.chunks(items.len().div_ceil(threads).max(1));
        let threads: Vec<_> = parts
            .map(|part| scope.spawn(move || part.iter().map(act).collect::<Vec<R>>()))
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    })
}

fn unfinished_state(directory: &Path, host: &str, status: Status, header: &RunHeader) -> RunState {
    let locked = is_locked(directory);
    if let (Ok(false), Ok(now)) = (&locked, read_header(directory))
        && now.status.is_final()
    {
        // It came to its end between the two looks.
        return if now.status == Status::Finished {
            RunState::Finished
        } else {
            RunState::Diverged
        };
    }
    // The machine is named far behind the header.
    let writer = || match status {
        Status::Running => read_record(directory).ok().map(|record| record.provenance.host),
        // A process that resumes a run says so in its record only once it has loaded the images.
        _ => None,
    };
    match (status, locked) {
        (_, Ok(true)) => RunState::Running(last_seen(directory, writer())),
        (Status::Failed, _) => RunState::Failed(header.message.clone().unwrap_or_default()),
        (Status::Running, locked) => match writer() {
            Some(writer) if writer != host || locked.is_err() => {
                RunState::RunningOrDied(last_seen(directory, Some(writer)))
            }
            _ => RunState::Interrupted,
        },
        _ => RunState::Interrupted,
    }
}

/// Whether a process holds the run's lock, as far as the file system tells.
fn is_locked(directory: &Path) -> std::io::Result<bool> {
    let file = match File::open(lock_file(directory)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        opened => opened?,
    };
    // Shared, and given back at once: others may look at the same time. A process that wants to
    // write the run just now takes it to be written elsewhere, and comes back to it.
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn last_seen(directory: &Path, host: Option<String>) -> LastSeen {
    let lock = lock_file(directory);
    let process = std::fs::read_to_string(&lock).ok().and_then(|text| text.trim().parse().ok());
    let written = |path: &Path| std::fs::metadata(path).and_then(|data| data.modified()).ok();
    let at = [lock, directory.join("run.json"), directory.join(FOLDER)]
        .iter()
        .filter_map(|path| written(path))
        .max();
    LastSeen { host, process, at }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RunDirectory;
    use crate::testing::example_record;

    fn write(path: &Path, status: Status) {
        RunDirectory::new(path).write_record(&example_record(status, None)).unwrap();
    }

    #[test]
    fn a_lock_that_is_held_is_a_living_process_wherever_it_is_and_whatever_the_record_says() {
        let folder = tempfile::tempdir().unwrap();
        let directory = RunDirectory::new(folder.path().join("run"));
        assert_eq!(run_state(directory.path(), "node7").0, RunState::Missing);
        let lock = directory.lock().unwrap();
        let process = Some(std::process::id());
        let RunState::Running(at) = run_state(directory.path(), "node7").0 else { panic!() };
        assert_eq!((at.host, at.process), (None, process));
        for status in [Status::Running, Status::Failed, Status::Interrupted] {
            write(directory.path(), status);
            let RunState::Running(at) = run_state(directory.path(), "here").0 else {
                panic!("{status}")
            };
            assert_eq!(at.process, process);
            assert!(at.at.is_some());
        }
        drop(lock);
        write(directory.path(), Status::Running);
        assert_eq!(
            run_state(directory.path(), "node7").0,
            RunState::Interrupted,
            "it died on this machine"
        );
        let RunState::RunningOrDied(at) = run_state(directory.path(), "here").0 else { panic!() };
        assert_eq!((at.host.as_deref(), at.process), (Some("node7"), process));
        directory.lock().expect("to look at a lock does not take it");
    }

    #[test]
    fn the_states_of_many_runs_come_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<PathBuf> =
            (0..50).map(|n| folder.path().join(format!("arm-{}/seed-{n}", n % 3))).collect();
        for path in paths.iter().step_by(2) {
            write(path, Status::Finished);
        }
        let states = run_states(&paths, "here");
        assert!(
            states
                .iter()
                .enumerate()
                .all(|(n, (state, _))| (*state == RunState::Finished) == (n % 2 == 0))
        );
        let mut found = run_folders(folder.path());
        found.sort();
        let mut made: Vec<PathBuf> = paths.into_iter().step_by(2).collect();
        made.sort();
        assert_eq!(found, made);
    }
}
