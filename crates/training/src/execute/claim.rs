//! The claim on a run: its lock, and whether its record exists already.

use std::path::{Path, PathBuf};

use experiment::RunSpec;
use record::{
    LockError, ReadError, RunDirectory, RunLock, RunRecord, Status, read_record, read_run,
    read_weights,
};

use crate::error::RunError;
use crate::events::{Observer, Summary};
use crate::run::RunWriter;

/// What is to be done for a run.
pub(super) enum Claim {
    /// Train it, and write its record.
    Train(RunWriter),
    /// Nothing: its record exists.
    Finished(Summary),
    /// Nothing now: another process holds it.
    Elsewhere(String),
}

/// Locks the directory of a run below `out`, and looks at what is there. With `force` a finished
/// run is trained again.
///
/// # Errors
/// The directory cannot be locked, or holds a record that must not be replaced.
pub(super) fn claim(
    spec: &RunSpec,
    out: &Path,
    force: bool,
    observer: &dyn Observer,
) -> Result<Claim, RunError> {
    let directory = RunDirectory::new(spec.directory(out));
    let clear = |lock| clear_directory(spec, &directory, lock, out, force, observer);
    let (lock, finished) = match directory.lock().map_err(RunError::from).and_then(clear) {
        // Lost at this early point, the directory was just set aside by another process, which
        // carries out the run.
        Err(RunError::Lock(taken @ (LockError::Held { .. } | LockError::Lost { .. }))) => {
            return Ok(Claim::Elsewhere(taken.to_string()));
        }
        cleared => cleared?,
    };
    Ok(match finished {
        Some(record) => {
            // A process that was killed after it wrote the record left them.
            let _ = directory.remove_checkpoints();
            Claim::Finished(Summary::of(&record))
        }
        None => Claim::Train(RunWriter::new(directory, lock)),
    })
}

/// Lets the record of a started run say that it failed. If that cannot be written, the error alone
/// says it.
pub(super) fn mark_failed(writer: &RunWriter, error: &RunError) {
    let started = read_record(writer.directory().path())
        .ok()
        .filter(|record| record.status == Status::Running);
    if let Some(record) = started {
        let record =
            RunRecord { status: Status::Failed, message: Some(error.to_string()), ..record };
        let _ = writer.write(|directory| directory.write_record(&record));
    }
}

/// The record of this very run, if it has a result. A record of other settings, or a damaged one,
/// is set aside and reported. An unfinished one stays, to be resumed.
fn clear_directory(
    spec: &RunSpec,
    directory: &RunDirectory,
    lock: RunLock,
    out: &Path,
    force: bool,
    observer: &dyn Observer,
) -> Result<(RunLock, Option<RunRecord>), RunError> {
    let path = directory.path();
    if !path.join("run.json").exists() {
        return Ok((lock, None));
    }
    let read = read_run(path).and_then(|run| match run.record.status.is_final() {
        true => read_weights(path, &run.record).map(|_| run.record),
        false => Ok(run.record),
    });
    let (reason, id) = match read {
        Ok(record) if record.id == spec.id() => {
            let finished = record.status.is_final() && !force;
            return Ok((lock, finished.then_some(record)));
        }
        Ok(record) => {
            ("its settings have changed; the record of the old ones".to_owned(), record.id)
        }
        Err(error @ ReadError::Newer { .. }) if !force => {
            return Err(RunError::Unreadable(error));
        }
        Err(error) => (
            format!("{error}; the run starts anew, and what there was of it"),
            "unreadable".to_owned(),
        ),
    };
    let destination = path_aside(out, spec, &id);
    let lock = directory.set_aside(lock, &destination)?;
    observer.noted(spec, &format!("{reason} is now {}", destination.display()));
    Ok((lock, None))
}

/// The free path below `.superseded` that the record `id` moves to.
fn path_aside(out: &Path, spec: &RunSpec, id: &str) -> PathBuf {
    let name = format!("{}-seed-{}-{id}", spec.arm, spec.seed);
    let folder = out.join(&spec.experiment).join(".superseded");
    let numbered = (1..).map(|n| folder.join(format!("{name}-{n}")));
    std::iter::once(folder.join(&name))
        .chain(numbered)
        .find(|path| !path.exists())
        .unwrap_or(folder)
}
