//! The claim on a run: its lock, and whether its record exists already, here or set aside.

use std::path::{Path, PathBuf};

use experiment::RunSpec;
use record::{
    LAYERS, LockError, ReadError, RunDirectory, RunLock, RunRecord, Status, VALIDATIONS,
    find_superseded, read_record, read_whole_record, superseded_path,
};

use super::extension::Extension;
use crate::error::RunError;
use crate::events::{Observer, Summary};
use crate::run::{OtherRecord, RunWriter};

/// What is to be done for a run.
pub(super) enum Claim {
    /// Train it, and write its record.
    Train(RunWriter),
    /// Nothing: its record exists.
    Finished(Summary),
    /// Nothing now: another process holds it.
    Elsewhere(String),
}

/// Locks the directory of a run below `out`, and looks at what is there. The run's record is
/// brought back if it was set aside. With `force` a finished run is trained again.
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
    let look = |lock| look(spec, &directory, lock, out, force, observer);
    match directory.lock().map_err(RunError::from).and_then(look) {
        // Lost at this early point, the directory was just set aside by another process, which
        // carries out the run.
        Err(RunError::Lock(taken @ (LockError::Held { .. } | LockError::Lost { .. }))) => {
            Ok(Claim::Elsewhere(taken.to_string()))
        }
        claim => claim,
    }
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

/// What is to be done for a run whose directory is locked.
fn look(
    spec: &RunSpec,
    directory: &RunDirectory,
    mut lock: RunLock,
    out: &Path,
    force: bool,
    observer: &dyn Observer,
) -> Result<Claim, RunError> {
    let mut there = look_at_record(spec, directory, out, force)?;
    if let (There::Nothing | There::Other(_), Some(source)) = (&there, superseded(spec, out, force))
    {
        if let There::Other(other) = &there {
            lock = directory.set_aside(lock, &other.destination)?;
        }
        lock = directory.bring_back(lock, &source)?;
        let message = format!("its record was set aside in {}, and is back", source.display());
        observer.noted(spec, &message);
        there = look_at_record(spec, directory, out, force)?;
    }
    Ok(match there {
        There::Finished(record) => {
            // A process that was killed after it wrote the record left them.
            if !spec.settings.record.final_state {
                let _ = directory.remove_checkpoints();
            }
            if let Some(message) = unrecorded(spec, &record) {
                observer.noted(spec, &message);
            }
            Claim::Finished(Summary::of(&record))
        }
        There::Nothing | There::Unfinished => {
            Claim::Train(RunWriter::new(directory.clone(), lock, None))
        }
        There::Other(other) => Claim::Train(RunWriter::new(directory.clone(), lock, Some(other))),
    })
}

/// What the settings ask to be recorded, and a finished record does not have.
fn unrecorded(spec: &RunSpec, record: &RunRecord) -> Option<String> {
    let asked = [
        (spec.settings.record.layers, LAYERS, "layers"),
        (spec.settings.record.validate_every.is_some(), VALIDATIONS, "validations"),
    ];
    let missing: Vec<&str> = asked
        .into_iter()
        .filter(|(asked, file, _)| *asked && !record.files.contains_key(*file))
        .map(|(_, _, what)| what)
        .collect();
    let missing = missing.join(" and ");
    (!missing.is_empty())
        .then(|| format!("it was finished without its {missing}; `--force` trains it with them"))
}

/// What is in a run's directory.
enum There {
    Nothing,
    /// The run's record, with a result.
    Finished(Box<RunRecord>),
    /// The run's record, without a result, or with one that is to be replaced.
    Unfinished,
    /// A record of other settings, or a damaged one.
    Other(OtherRecord),
}

fn look_at_record(
    spec: &RunSpec,
    directory: &RunDirectory,
    out: &Path,
    force: bool,
) -> Result<There, RunError> {
    let path = directory.path();
    if !path.join("run.json").exists() {
        return Ok(There::Nothing);
    }
    let mut extends = None;
    let (reason, id) = match read_whole_record(path) {
        Ok(record) if record.id == spec.id() => {
            let finished = record.status.is_final() && !force;
            return Ok(if finished {
                There::Finished(Box::new(record))
            } else {
                There::Unfinished
            });
        }
        Ok(record) => {
            let has_state = !directory.checkpoints().is_empty();
            let changed = "the record of the old ones";
            let reason = match Extension::of(spec, &record, has_state) {
                Extension::None => format!("its settings have changed; {changed}"),
                Extension::Possible if !force => {
                    extends = Some(record.id.clone());
                    format!("it goes on from its step {}; {changed}", record.steps)
                }
                Extension::Possible => format!("it is longer now; {changed}"),
                Extension::Impossible(why) => {
                    format!("it is longer now, and starts anew, since {why}; {changed}")
                }
            };
            (reason, record.id)
        }
        Err(error @ ReadError::Newer { .. }) if !force => {
            return Err(RunError::Unreadable(error));
        }
        Err(error) => (
            format!("{error}; the run starts anew, and what there was of it"),
            "unreadable".to_owned(),
        ),
    };
    let experiment = out.join(&spec.experiment);
    let destination = superseded_path(&experiment, &spec.arm, spec.seed.weights, &id);
    Ok(There::Other(OtherRecord { destination, reason, extends }))
}

/// The run's own record among those that were set aside.
fn superseded(spec: &RunSpec, out: &Path, force: bool) -> Option<PathBuf> {
    if force {
        return None;
    }
    find_superseded(&out.join(&spec.experiment), &spec.arm, spec.seed.weights, &spec.id())
}
