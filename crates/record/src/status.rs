//! How far runs are, told from no more than must be read: the head of `run.json`, and for what is unfinished its lock.
//! Made for a hundred thousand of them, while others write.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::Read;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::checkpoint::FOLDER;
use crate::lock::lock_file;
use crate::read::read_file;
use crate::{FORMAT, ReadError, Status, read_record};

/// The first fields of `run.json`. Read alone, they are not checked against the checksum at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// See [`RunRecord`](crate::RunRecord), as for all fields.
    pub id: String,
    /// The experiment's name.
    pub experiment: String,
    /// The arm's name.
    pub arm: String,
    /// The seed.
    pub seed: u64,
    /// What the record says; a process that died at the run could not change it.
    pub status: Status,
    /// Why it failed, diverged or was interrupted.
    pub message: Option<String>,
}

/// How far a run is, as far as that can be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// There is no record.
    Missing,
    /// All steps made.
    Finished,
    /// Its loss became infinite or NaN.
    Diverged,
    /// An error ended it, in its words.
    Failed(String),
    /// A signal or the death of its process stopped it, and the same command goes on with it.
    Interrupted,
    /// A process is at it.
    Running(Whereabouts),
    /// A process of another machine is at it or died at it. Not every shared file system tells one machine of the locks
    /// of another.
    RunningOrDied(Whereabouts),
    /// There is a record that cannot be read.
    Unreadable(String),
}

/// Where an unfinished run was last seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whereabouts {
    /// The machine.
    pub host: Option<String>,
    /// The process there.
    pub process: Option<u32>,
    /// When it last wrote something.
    pub seen: Option<SystemTime>,
}

/// Finds out how far the run in `directory` is, seen from the machine called `host`. Its record is given too, where there
/// is one that can be read.
pub fn standing(directory: &Path, host: &str) -> (Standing, Option<Head>) {
    let head = match read_head(directory) {
        Ok(head) => head,
        Err(ReadError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            // A process that has not come to its record yet.
            let standing = match is_locked(directory) {
                Ok(true) => Standing::Running(whereabouts(directory, None)),
                _ => Standing::Missing,
            };
            return (standing, None);
        }
        Err(error) => return (Standing::Unreadable(error.to_string()), None),
    };
    let standing = match head.status {
        Status::Finished => Standing::Finished,
        Status::Diverged => Standing::Diverged,
        unfinished => unfinished_standing(directory, host, unfinished, &head),
    };
    (standing, Some(head))
}

/// [`standing`] of many runs at once, in their order.
pub fn standings(directories: &[PathBuf], host: &str) -> Vec<(Standing, Option<Head>)> {
    in_parallel(directories, |directory| standing(directory, host))
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

fn unfinished_standing(directory: &Path, host: &str, status: Status, head: &Head) -> Standing {
    let locked = is_locked(directory);
    if let (Ok(false), Ok(now)) = (&locked, read_head(directory))
        && now.status.is_final()
    {
        // It came to its end between the two looks.
        return if now.status == Status::Finished {
            Standing::Finished
        } else {
            Standing::Diverged
        };
    }
    // The machine is named far behind the head.
    let writer = || match status {
        Status::Running => read_record(directory).ok().map(|record| record.provenance.host),
        // What goes on with a run says so in its record only once it has loaded the images.
        _ => None,
    };
    match (status, locked) {
        (_, Ok(true)) => Standing::Running(whereabouts(directory, writer())),
        (Status::Failed, _) => Standing::Failed(head.message.clone().unwrap_or_default()),
        (Status::Running, locked) => match writer() {
            Some(writer) if writer != host || locked.is_err() => {
                Standing::RunningOrDied(whereabouts(directory, Some(writer)))
            }
            _ => Standing::Interrupted,
        },
        _ => Standing::Interrupted,
    }
}

/// Whether a process holds the run's lock, as far as the file system tells.
fn is_locked(directory: &Path) -> std::io::Result<bool> {
    let file = match File::open(lock_file(directory)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        opened => opened?,
    };
    // Shared, and given back at once: others may look at the same time. A process that wants to write the run just now
    // takes it to be written elsewhere, and comes back to it.
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn whereabouts(directory: &Path, host: Option<String>) -> Whereabouts {
    let lock = lock_file(directory);
    let process = std::fs::read_to_string(&lock).ok().and_then(|text| text.trim().parse().ok());
    let written = |path: &Path| std::fs::metadata(path).and_then(|data| data.modified()).ok();
    let seen = [lock, directory.join("run.json"), directory.join(FOLDER)]
        .iter()
        .filter_map(|path| written(path))
        .max();
    Whereabouts { host, process, seen }
}

/// Reads the head of `run.json`.
///
/// # Errors
/// See [`ReadError`]; damage behind the head is not seen.
pub fn read_head(directory: &Path) -> Result<Head, ReadError> {
    /// Room for every head but one with a message of unusual length.
    const ENOUGH: usize = 2048;
    let path = directory.join("run.json");
    let failed = |source| ReadError::Io { path: path.clone(), source };
    let mut bytes = [0; ENOUGH];
    let mut file = File::open(&path).map_err(failed)?;
    let mut filled = 0;
    while filled < ENOUGH {
        match file.read(&mut bytes[filled..]).map_err(failed)? {
            0 => break,
            read => filled += read,
        }
    }
    let read = match parse_head(&bytes[..filled]) {
        Some(read) => read,
        None => parse_head(&read_file(&path)?).ok_or_else(|| ReadError::Damaged {
            path: path.clone(),
            reason: "it does not begin as a record does".into(),
        })?,
    };
    match read {
        (format, _) if format > u64::from(FORMAT) => {
            Err(ReadError::Newer { path, found: format, known: FORMAT })
        }
        (_, head) => Ok(head),
    }
}

/// The format and the head of a text that may be cut anywhere behind it.
fn parse_head(text: &[u8]) -> Option<(u64, Head)> {
    let mut fields = Fields::default();
    // What follows the head is not looked at, so that this ends with an error where the text ends early, and with one
    // where it does not.
    let _ =
        Collector(&mut fields).deserialize_from(&mut serde_json::Deserializer::from_slice(text));
    let head = Head {
        id: fields.id?,
        experiment: fields.experiment?,
        arm: fields.arm?,
        seed: fields.seed?,
        status: fields.status?,
        message: fields.message?,
    };
    Some((fields.format?, head))
}

#[derive(Default)]
struct Fields {
    format: Option<u64>,
    id: Option<String>,
    experiment: Option<String>,
    arm: Option<String>,
    seed: Option<u64>,
    status: Option<Status>,
    message: Option<Option<String>>,
}

struct Collector<'a>(&'a mut Fields);

impl Collector<'_> {
    fn deserialize_from<'de, D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Name {
    Format,
    Id,
    Experiment,
    Arm,
    Seed,
    Status,
    Message,
    #[serde(other)]
    Other,
}

impl<'de> Visitor<'de> for Collector<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object of a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let fields = self.0;
        while let Some(name) = map.next_key()? {
            match name {
                Name::Format => fields.format = Some(map.next_value()?),
                Name::Id => fields.id = Some(map.next_value()?),
                Name::Experiment => fields.experiment = Some(map.next_value()?),
                Name::Arm => fields.arm = Some(map.next_value()?),
                Name::Seed => fields.seed = Some(map.next_value()?),
                Name::Status => fields.status = Some(map.next_value()?),
                Name::Message => {
                    fields.message = Some(map.next_value()?);
                    // The last field of the head.
                    return Ok(());
                }
                Name::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Provenance, RunDirectory, RunRecord};

    fn write(path: &Path, status: Status, message: Option<String>) {
        let record = RunRecord {
            format: FORMAT,
            id: "0123456789abcdef".into(),
            experiment: "e".into(),
            arm: "normal,std=0.1".into(),
            sweep: None,
            seed: u64::MAX,
            title: "\"status\": \"failed\"".into(),
            status,
            message,
            steps_planned: 2,
            steps: 2,
            settings: Default::default(),
            provenance: Provenance { host: "node7".into(), ..Provenance::default() },
            initial_weights: Vec::new(),
            metrics: None,
            files: Default::default(),
        };
        RunDirectory::new(path).write_record(&record).unwrap();
    }

    #[test]
    fn a_head_is_read_whole_however_long_its_message() {
        let folder = tempfile::tempdir().unwrap();
        for message in [None, Some("short".to_owned()), Some("long, \"quoted\" ".repeat(1_000))] {
            write(folder.path(), Status::Failed, message.clone());
            let head = read_head(folder.path()).unwrap();
            assert_eq!(
                (head.arm.as_str(), head.seed, head.status),
                ("normal,std=0.1", u64::MAX, Status::Failed)
            );
            assert_eq!(head.message, message);
        }
    }

    #[test]
    fn a_head_that_is_cut_anywhere_is_damaged_and_what_follows_it_is_not_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), Status::Finished, None);
        let path = folder.path().join("run.json");
        let whole = std::fs::read_to_string(&path).unwrap();
        let end = whole.find("\"message\": null").unwrap() + "\"message\": null".len();
        for length in 0..end {
            std::fs::write(&path, &whole[..length]).unwrap();
            assert!(
                matches!(read_head(folder.path()), Err(ReadError::Damaged { .. })),
                "{}",
                &whole[..length]
            );
        }
        std::fs::write(&path, whole[..end].to_owned() + ", garbage").unwrap();
        assert_eq!(read_head(folder.path()).unwrap().status, Status::Finished);
        std::fs::write(&path, whole.replace("\"format\": 1", "\"format\": 99")).unwrap();
        assert!(matches!(read_head(folder.path()), Err(ReadError::Newer { found: 99, .. })));
    }

    #[test]
    fn a_lock_that_is_held_is_a_living_process_wherever_it_is_and_whatever_the_record_says() {
        let folder = tempfile::tempdir().unwrap();
        let directory = RunDirectory::new(folder.path().join("run"));
        assert_eq!(standing(directory.path(), "node7").0, Standing::Missing);
        let lock = directory.lock().unwrap();
        let process = Some(std::process::id());
        let Standing::Running(at) = standing(directory.path(), "node7").0 else { panic!() };
        assert_eq!((at.host, at.process), (None, process));
        for status in [Status::Running, Status::Failed, Status::Interrupted] {
            write(directory.path(), status, None);
            let Standing::Running(at) = standing(directory.path(), "here").0 else {
                panic!("{status}")
            };
            assert_eq!(at.process, process);
            assert!(at.seen.is_some());
        }
        drop(lock);
        write(directory.path(), Status::Running, None);
        assert_eq!(
            standing(directory.path(), "node7").0,
            Standing::Interrupted,
            "it died on this machine"
        );
        let Standing::RunningOrDied(at) = standing(directory.path(), "here").0 else { panic!() };
        assert_eq!((at.host.as_deref(), at.process), (Some("node7"), process));
        directory.lock().expect("to look at a lock does not take it");
    }

    #[test]
    fn many_are_told_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<PathBuf> =
            (0..50).map(|n| folder.path().join(format!("arm-{}/seed-{n}", n % 3))).collect();
        for path in paths.iter().step_by(2) {
            write(path, Status::Finished, None);
        }
        let told = standings(&paths, "here");
        assert!(
            told.iter()
                .enumerate()
                .all(|(n, (told, _))| (*told == Standing::Finished) == (n % 2 == 0))
        );
        let mut found = run_folders(folder.path());
        found.sort();
        let mut made: Vec<PathBuf> = paths.into_iter().step_by(2).collect();
        made.sort();
        assert_eq!(found, made);
    }
}
