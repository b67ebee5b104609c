//! A run directory as its writer sees it: one process at a time, every file whole.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::checksum::{checksum, seal};
use crate::{Epoch, LayerSeries, RunRecord, Step, Validation, write_atomically};

/// The weights after the last step.
pub(crate) const WEIGHTS: &str = "model.safetensors";
/// What happened inside each layer, where it was measured.
pub const LAYERS: &str = "layers.safetensors";
/// The validations between epochs, where there were some.
pub const VALIDATIONS: &str = "validations.csv";
/// The weights after the best epoch, where they are kept.
pub const BEST_WEIGHTS: &str = "best.safetensors";
/// What a run may leave beside `config.toml` and `run.json`.
const RESULTS: [&str; 6] = ["steps.csv", "epochs.csv", VALIDATIONS, LAYERS, BEST_WEIGHTS, WEIGHTS];

/// The directory of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunDirectory(PathBuf);

impl RunDirectory {
    /// The run directory at `path`, which need not exist yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        RunDirectory(path.into())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
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

    /// Writes `model.safetensors`.
    ///
    /// # Errors
    /// Whatever the file system answers.
    pub fn write_weights(&self, bytes: &[u8]) -> io::Result<()> {
        self.write(WEIGHTS, bytes)
    }

    /// Writes `best.safetensors`.
    ///
    /// # Errors
    /// Whatever the file system answers.
    pub fn write_best_weights(&self, bytes: &[u8]) -> io::Result<()> {
        self.write(BEST_WEIGHTS, bytes)
    }

    /// Writes `validations.csv`.
    ///
    /// # Errors
    /// Whatever the file system answers.
    pub fn write_validations(&self, validations: &[Validation]) -> io::Result<()> {
        self.write(VALIDATIONS, &csv_of(validations)?)
    }

    /// Writes `layers.safetensors`.
    ///
    /// # Errors
    /// Whatever the file system answers.
    pub fn write_layers(&self, layers: &LayerSeries) -> io::Result<()> {
        self.write(LAYERS, &layers.to_bytes().map_err(io::Error::other)?)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        write_atomically(&self.0.join(name), bytes)
    }

    /// Writes `run.json`. For a run with a result this is the last write: it names the checksum of
    /// every other file.
    ///
    /// # Errors
    /// Whatever the file system answers.
    pub fn write_record(&self, record: &RunRecord) -> io::Result<()> {
        let record = if record.status.is_final() {
            RunRecord { files: self.checksums()?, ..record.clone() }
        } else {
            record.clone()
        };
        self.write("run.json", seal(&serde_json::to_string_pretty(&record)?).as_bytes())
    }

    /// Removes what an earlier attempt at the run left, but for `config.toml` and `run.json`.
    ///
    /// # Errors
    /// Whatever the file system answers.
    pub fn remove_results(&self) -> io::Result<()> {
        for name in RESULTS {
            match std::fs::remove_file(self.0.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        self.remove_checkpoints()
    }

    fn checksums(&self) -> io::Result<BTreeMap<String, String>> {
        let mut sums = BTreeMap::new();
        for name in ["config.toml"].into_iter().chain(RESULTS) {
            match std::fs::read(self.0.join(name)) {
                Ok(bytes) => {
                    sums.insert(name.to_owned(), checksum([&bytes[..]]));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(sums)
    }
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
    fn numbers_in_csv_read_back_to_the_same_bits() {
        let steps = [0.1f32, 1.0 / 3.0, f32::MIN_POSITIVE, f32::INFINITY, 2.302]
            .map(|loss| Step { step: 7, loss });
        let text = csv_of(&steps).unwrap();
        let back: Vec<Step> =
            csv::Reader::from_reader(&text[..]).deserialize().map(Result::unwrap).collect();
        assert_eq!(back, steps);
    }
}
