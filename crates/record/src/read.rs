//! Reading records back: for reports, for resuming, for listing. What is broken is named, never
//! guessed at.

use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::checksum::{checksum, is_sealed};
use crate::directory::{BEST_WEIGHTS, LAYERS, VALIDATIONS, WEIGHTS};
use crate::{Epoch, FORMAT, LayerSeries, RunRecord, Step, Validation};

/// A whole record, read back.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The run's directory.
    pub directory: PathBuf,
    /// `run.json`.
    pub record: RunRecord,
    /// `steps.csv`, in order.
    pub steps: Vec<Step>,
    /// `epochs.csv`, in order.
    pub epochs: Vec<Epoch>,
}

/// Why a record cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the file system answered.
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("{} is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A newer program wrote the record.
    #[error(
        "{} has format {found}, but this program knows formats up to {known}: use a newer version",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u64,
        /// The newest format that this program knows.
        known: u32,
    },
}

/// Reads `run.json` of a run directory and checks it against the checksum that it carries; the
/// other files are not looked at.
///
/// # Errors
/// See [`ReadError`].
pub fn read_record(directory: &Path) -> Result<RunRecord, ReadError> {
    let path = directory.join("run.json");
    let bytes = read_file(&path)?;
    let sealed = is_sealed(&bytes);
    // Almost every record is whole and of a known format, and is read in one pass.
    if sealed {
        match serde_json::from_slice::<RunRecord>(&bytes) {
            Ok(record) if record.format <= FORMAT => return Ok(record),
            _ => {}
        }
    }
    let damaged = |reason: String| ReadError::Damaged { path: path.clone(), reason };
    let json: serde_json::Value =
        serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
    match json.get("format").and_then(serde_json::Value::as_u64) {
        // What a newer format seals, and how, is not known here.
        Some(found) if found > u64::from(FORMAT) => {
            return Err(ReadError::Newer { path, found, known: FORMAT });
        }
        _ => {}
    }
    if !sealed {
        return Err(damaged("its checksum does not agree with the rest of it".into()));
    }
    serde_json::from_value(json).map_err(|error| damaged(error.to_string()))
}

/// Reads a run whole, and checks every file of a run that has a result against its checksum; but
/// for the weights, which [`read_weights`] checks: they are the largest file by far, and most
/// readers have no use for them.
///
/// # Errors
/// See [`ReadError`].
pub fn read_run(directory: &Path) -> Result<Run, ReadError> {
    read_series(directory, read_record(directory)?)
}

/// Reads what [`read_run`] reads beside `run.json`, which is `record`, and checks the files in the
/// same way.
///
/// # Errors
/// See [`ReadError`].
pub fn read_series(directory: &Path, record: RunRecord) -> Result<Run, ReadError> {
    for (name, expected) in &record.files {
        if name != WEIGHTS && name != BEST_WEIGHTS {
            read_checked(directory.join(name), expected)?;
        }
    }
    Ok(Run {
        steps: read_csv(&directory.join("steps.csv"), !record.status.is_final())?,
        epochs: read_csv(&directory.join("epochs.csv"), !record.status.is_final())?,
        directory: directory.to_owned(),
        record,
    })
}

/// Reads the weights of a run that has a result, and checks them against their checksum.
///
/// # Errors
/// See [`ReadError`].
pub fn read_weights(directory: &Path, record: &RunRecord) -> Result<Vec<u8>, ReadError> {
    let path = directory.join(WEIGHTS);
    match record.files.get(WEIGHTS) {
        Some(expected) => read_checked(path, expected),
        None => Err(ReadError::Damaged { path, reason: "run.json has no checksum of it".into() }),
    }
}

/// Reads what happened inside the layers of a run; `None` where it was not measured. Of a run that
/// has a result, the file is checked against its checksum.
///
/// # Errors
/// See [`ReadError`].
pub fn read_layers(directory: &Path, record: &RunRecord) -> Result<Option<LayerSeries>, ReadError> {
    let Some(bytes) = read_optional(directory, record, LAYERS)? else { return Ok(None) };
    let path = directory.join(LAYERS);
    let series = LayerSeries::from_bytes(&bytes);
    series.map(Some).map_err(|reason| ReadError::Damaged { path, reason })
}

/// Reads the validations between the epochs of a run; none where there were none. Of a run that has
/// a result, the file is checked against its checksum.
///
/// # Errors
/// See [`ReadError`].
pub fn read_validations(
    directory: &Path,
    record: &RunRecord,
) -> Result<Vec<Validation>, ReadError> {
    match read_optional(directory, record, VALIDATIONS)? {
        Some(bytes) => parse_csv(&directory.join(VALIDATIONS), &bytes),
        None => Ok(Vec::new()),
    }
}

/// A file that not every run has.
fn read_optional(
    directory: &Path,
    record: &RunRecord,
    name: &str,
) -> Result<Option<Vec<u8>>, ReadError> {
    let path = directory.join(name);
    match record.files.get(name) {
        Some(expected) => read_checked(path, expected).map(Some),
        None if record.status.is_final() || !path.exists() => Ok(None),
        None => read_file(&path).map(Some),
    }
}

/// Reads the weights after the best epoch of a run; `None` where they were not kept. They are checked
/// against their checksum.
///
/// # Errors
/// See [`ReadError`].
pub fn read_best_weights(
    directory: &Path,
    record: &RunRecord,
) -> Result<Option<Vec<u8>>, ReadError> {
    read_optional(directory, record, BEST_WEIGHTS)
}

/// Reads the record of a run. Where it has a result, every other file is checked too.
///
/// # Errors
/// See [`ReadError`].
pub fn read_whole_record(directory: &Path) -> Result<RunRecord, ReadError> {
    let Run { record, .. } = read_run(directory)?;
    if record.status.is_final() {
        read_weights(directory, &record)?;
        read_best_weights(directory, &record)?;
    }
    Ok(record)
}

fn read_checked(path: PathBuf, expected: &str) -> Result<Vec<u8>, ReadError> {
    let bytes = read_file(&path)?;
    if checksum([&bytes[..]]) != expected {
        return Err(ReadError::Damaged {
            path,
            reason: "its checksum is not the one in run.json".into(),
        });
    }
    Ok(bytes)
}

/// Every run directory at or below `root`, in the order of their paths: the folders that hold a
/// `run.json`. Hidden folders are passed over.
///
/// # Errors
/// When `root` itself cannot be listed.
pub fn find_runs(root: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        if folder.join("run.json").is_file() {
            found.push(folder);
            continue;
        }
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(source) if folder == root => return Err(ReadError::Io { path: folder, source }),
            Err(_) => continue,
        };
        for entry in entries.flatten() {
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if !hidden && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, ReadError> {
    std::fs::read(path).map_err(|source| ReadError::Io { path: path.to_owned(), source })
}

/// Reads a series; an unfinished run may not have one yet.
fn read_csv<T: DeserializeOwned>(path: &Path, may_be_missing: bool) -> Result<Vec<T>, ReadError> {
    if may_be_missing && !path.exists() {
        return Ok(Vec::new());
    }
    parse_csv(path, &read_file(path)?)
}

fn parse_csv<T: DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<Vec<T>, ReadError> {
    csv::Reader::from_reader(bytes)
        .deserialize()
        .collect::<Result<_, _>>()
        .map_err(|error| ReadError::Damaged { path: path.to_owned(), reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::example_record;
    use crate::{Metrics, RunDirectory, Status};

    fn write_run(path: &Path) -> RunRecord {
        let directory = RunDirectory::new(path);
        directory.write_config("title = \"t\"\n").unwrap();
        directory
            .write_steps(&[Step { step: 0, loss: 2.3 }, Step { step: 1, loss: f32::NAN }])
            .unwrap();
        directory
            .write_epochs(&[Epoch {
                epoch: 1,
                steps: 2,
                training_loss: 2.0,
                validation_loss: f64::INFINITY,
                validation_accuracy: 0.5,
            }])
            .unwrap();
        let metrics = Metrics {
            last_batch_loss: f64::INFINITY,
            validation_loss: 0.1,
            validation_accuracy: 0.9712,
            test_loss: 0.1,
            test_accuracy: 0.97,
        };
        let record = example_record(Status::Finished, None);
        let record = RunRecord { metrics: Some(metrics), ..record };
        directory.write_record(&record).unwrap();
        record
    }

    #[test]
    fn a_run_reads_back_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("e/base/seed-3");
        let record = write_run(&path);
        let run = read_run(&path).unwrap();
        assert_eq!(RunRecord { files: Default::default(), ..run.record.clone() }, record);
        assert_eq!(run.record.files.len(), 3);
        assert_eq!((run.steps.len(), run.epochs.len()), (2, 1));
        assert!(run.steps[1].loss.is_nan());
        assert_eq!(find_runs(folder.path()).unwrap(), [path]);
    }

    #[test]
    fn a_flipped_bit_in_a_finished_record_is_found() {
        let folder = tempfile::tempdir().unwrap();
        write_run(folder.path());
        let path = folder.path().join("steps.csv");
        let mut bytes = std::fs::read(&path).unwrap();
        let last = bytes.len() - 5;
        bytes[last] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert!(matches!(read_run(folder.path()), Err(ReadError::Damaged { .. })));
    }

    #[test]
    fn a_flipped_bit_in_run_json_is_found() {
        let folder = tempfile::tempdir().unwrap();
        write_run(folder.path());
        let path = folder.path().join("run.json");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("0.9712"));
        std::fs::write(&path, text.replace("0.9712", "0.9713")).unwrap();
        assert!(matches!(read_record(folder.path()), Err(ReadError::Damaged { .. })));
    }

    #[test]
    fn weights_that_are_missing_or_damaged_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let record = write_run(folder.path());
        assert!(matches!(read_weights(folder.path(), &record), Err(ReadError::Damaged { .. })));
        let directory = RunDirectory::new(folder.path());
        directory.write_weights(b"weights").unwrap();
        directory.write_record(&record).unwrap();
        let record = read_record(folder.path()).unwrap();
        assert_eq!(read_weights(folder.path(), &record).unwrap(), b"weights");
        directory.write_weights(b"Weights").unwrap();
        assert!(matches!(read_weights(folder.path(), &record), Err(ReadError::Damaged { .. })));
    }

    #[test]
    fn a_newer_format_is_refused_by_its_number() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("run.json"), r#"{"format": 99, "more": true}"#).unwrap();
        assert!(matches!(read_run(folder.path()), Err(ReadError::Newer { found: 99, .. })));
    }
}
