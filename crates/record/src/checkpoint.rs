//! Checkpoints: all that a run needs to go on as if it had never stopped, each in one file that is
//! whole or is not used.
//!
//! A checkpoint is `checkpoint/step-<n>-<sha256>.cbor`: CBOR (RFC 8949), under a name that holds
//! the SHA-256 of its content. One file appears by one rename, and one checksum covers every bit of
//! it.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::checksum::checksum;
use crate::read::read_file;
use crate::{Epoch, Provenance, ReadError, RunDirectory, Validation};

/// The version of the format of checkpoints that this crate writes. It reads this one and every
/// older one.
pub const CHECKPOINT_FORMAT: u32 = 1;

/// The folder of a run's checkpoints.
pub(crate) const FOLDER: &str = "checkpoint";
/// How many are kept: should the newest be damaged, the one before it serves.
const KEPT: usize = 2;

/// A run between two of its steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Version of the format; see [`CHECKPOINT_FORMAT`].
    pub format: u32,
    /// The run's id.
    pub id: String,
    /// The recorded loss of every step so far, so that there are as many as steps were made.
    pub losses: Vec<f32>,
    /// The epochs so far.
    pub epochs: Vec<Epoch>,
    /// Where, when and by what it was made; the seconds are those of training so far.
    pub provenance: Provenance,
    /// The parameters, as burn records them.
    #[serde(with = "serde_bytes")]
    pub model: Vec<u8>,
    /// The optimizer's state, as burn records it.
    #[serde(with = "serde_bytes")]
    pub optimizer: Vec<u8>,
    /// The state of the schedule of learning rates, as burn records it.
    #[serde(with = "serde_bytes")]
    pub scheduler: Vec<u8>,
    /// The validations between epochs so far.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub validations: Vec<Validation>,
    /// What was measured of layers so far, as `layers.safetensors` would be; empty where it is not.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "serde_bytes")]
    pub layers: Vec<u8>,
    /// The weights after the best epoch so far, where they are kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "serde_bytes")]
    pub best_weights: Vec<u8>,
}

/// What every version of the format has.
#[derive(Deserialize)]
struct Versioned {
    format: u64,
}

impl RunDirectory {
    /// Writes a checkpoint, and once it is whole removes all but the newest two.
    ///
    /// # Errors
    /// Whatever the file system answers; the checkpoints before are then still there.
    pub fn write_checkpoint(&self, checkpoint: &Checkpoint) -> io::Result<()> {
        let mut bytes = Vec::new();
        ciborium::into_writer(checkpoint, &mut bytes)
            .map_err(|error| io::Error::other(error.to_string()))?;
        let name = format!("step-{}-{}.cbor", checkpoint.losses.len(), checksum([&bytes[..]]));
        self.write(&format!("{FOLDER}/{name}"), &bytes)?;
        for old in self.checkpoints().iter().skip(KEPT) {
            std::fs::remove_file(old)?;
        }
        Ok(())
    }

    /// The checkpoints that there are, the newest first, which is the one with the most steps
    /// whatever the clock said.
    pub fn checkpoints(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.path().join(FOLDER)).into_iter().flatten().flatten();
        let mut found: Vec<(u64, PathBuf)> = entries
            .filter_map(|entry| Some((name_parts(&entry.path())?.0, entry.path())))
            .collect();
        found.sort();
        found.into_iter().rev().map(|(_, path)| path).collect()
    }

    /// Removes all checkpoints.
    ///
    /// # Errors
    /// Whatever the file system answers.
    pub fn remove_checkpoints(&self) -> io::Result<()> {
        match std::fs::remove_dir_all(self.path().join(FOLDER)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// Reads a checkpoint of the run `id`.
///
/// # Errors
/// See [`ReadError`]; a checkpoint that is not whole, or not of this run, is damaged.
pub fn read_checkpoint(path: &Path, id: &str) -> Result<Checkpoint, ReadError> {
    let damaged = |reason: String| ReadError::Damaged { path: path.to_owned(), reason };
    let bytes = read_file(path)?;
    let Some((step, sum)) = name_parts(path) else {
        return Err(damaged("its name is not that of one".into()));
    };
    if checksum([&bytes[..]]) != sum {
        return Err(damaged("its checksum is not the one in its name".into()));
    }
    let versioned: Versioned =
        ciborium::from_reader(&bytes[..]).map_err(|error| damaged(error.to_string()))?;
    if versioned.format > u64::from(CHECKPOINT_FORMAT) {
        let (path, found) = (path.to_owned(), versioned.format);
        return Err(ReadError::Newer { path, found, known: CHECKPOINT_FORMAT });
    }
    let checkpoint: Checkpoint =
        ciborium::from_reader(&bytes[..]).map_err(|error| damaged(error.to_string()))?;
    if checkpoint.id != id || checkpoint.losses.len() as u64 != step {
        return Err(damaged("it belongs to another run".into()));
    }
    Ok(checkpoint)
}

/// The step and the checksum in a checkpoint's name.
fn name_parts(path: &Path) -> Option<(u64, &str)> {
    let (step, sum) = path
        .file_name()?
        .to_str()?
        .strip_prefix("step-")?
        .strip_suffix(".cbor")?
        .split_once('-')?;
    Some((step.parse().ok()?, sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint(steps: usize) -> Checkpoint {
        let losses =
            [0.1, 1.0 / 3.0, f32::MIN_POSITIVE, f32::MAX, 2.302, 0.5, 65_504.0, 1e-40, 3.0];
        Checkpoint {
            format: CHECKPOINT_FORMAT,
            id: "0123456789abcdef".into(),
            losses: losses.into_iter().cycle().take(steps).collect(),
            epochs: vec![Epoch {
                epoch: 1,
                steps: 3,
                training_loss: 1.0 / 3.0,
                validation_loss: f64::INFINITY,
                validation_accuracy: 0.1,
            }],
            provenance: Provenance { training_seconds: 0.125, ..Provenance::default() },
            model: vec![0, 255, 7],
            optimizer: vec![1; 300],
            scheduler: Vec::new(),
            validations: Vec::new(),
            layers: Vec::new(),
            best_weights: Vec::new(),
        }
    }

    fn directory() -> (tempfile::TempDir, RunDirectory) {
        let folder = tempfile::tempdir().unwrap();
        let directory = RunDirectory::new(folder.path());
        (folder, directory)
    }

    #[test]
    fn a_checkpoint_reads_back_to_the_same_bits() {
        let (_folder, directory) = directory();
        let written = checkpoint(9);
        directory.write_checkpoint(&written).unwrap();
        let [path] = directory.checkpoints().try_into().unwrap();
        let read = read_checkpoint(&path, &written.id).unwrap();
        assert_eq!(read, written);
        assert!(read.losses.iter().zip(&written.losses).all(|(a, b)| a.to_bits() == b.to_bits()));
    }

    #[test]
    fn the_two_with_the_most_steps_are_kept_newest_first() {
        let (_folder, directory) = directory();
        for steps in [2, 100, 9] {
            directory.write_checkpoint(&checkpoint(steps)).unwrap();
        }
        let steps: Vec<u64> =
            directory.checkpoints().iter().map(|path| name_parts(path).unwrap().0).collect();
        assert_eq!(steps, [100, 9]);
        directory.remove_checkpoints().unwrap();
        directory.remove_checkpoints().unwrap();
        assert!(directory.checkpoints().is_empty());
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_found() {
        let (_folder, directory) = directory();
        directory.write_checkpoint(&checkpoint(5)).unwrap();
        let [path] = directory.checkpoints().try_into().unwrap();
        let whole = std::fs::read(&path).unwrap();
        let refused = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            matches!(read_checkpoint(&path, "0123456789abcdef"), Err(ReadError::Damaged { .. }))
        };
        for bit in (0..whole.len() * 8).step_by(61) {
            let mut damaged = whole.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(refused(&damaged), "bit {bit}");
        }
        assert!((0..whole.len()).step_by(13).all(|length| refused(&whole[..length])));
        assert!(!refused(&whole));
        assert!(matches!(read_checkpoint(&path, "another run"), Err(ReadError::Damaged { .. })));
    }

    #[test]
    fn a_newer_format_is_refused_by_its_number() {
        let (_folder, directory) = directory();
        directory.write_checkpoint(&Checkpoint { format: 7, ..checkpoint(1) }).unwrap();
        let [path] = directory.checkpoints().try_into().unwrap();
        assert!(matches!(
            read_checkpoint(&path, "0123456789abcdef"),
            Err(ReadError::Newer { found: 7, .. })
        ));
    }
}
