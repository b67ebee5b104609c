//! What the tests share: a folder with records, and their export.

#[path = "../../testing/records.rs"]
mod records;

use std::path::{Path, PathBuf};

use export::{ExportError, Exported, Format, Options, WeightsChoice, export};

pub(crate) use records::{Synthetic, weights};

/// A folder for one test's records and exports, gone when it is dropped.
pub(crate) struct Lab(tempfile::TempDir);

impl Lab {
    /// With these runs in it.
    pub(crate) fn with(runs: &[Synthetic<'_>]) -> Self {
        let lab = Lab(tempfile::tempdir().unwrap());
        for run in runs {
            run.write(&lab.runs());
        }
        lab
    }

    /// The folder of the records.
    pub(crate) fn runs(&self) -> PathBuf {
        self.0.path().join("runs")
    }

    /// A path of the folder.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    /// Exports the records to `out`, without weights or with those that are named.
    pub(crate) fn export(
        &self,
        format: Format,
        weights: Option<&str>,
    ) -> Result<Exported, ExportError> {
        self.export_with(format, weights, false, &|directory| {
            let seed = directory.to_string_lossy().rsplit('-').next().unwrap().parse().unwrap();
            Ok(self::weights(&[3, 2, 2], seed))
        })
    }

    /// The same, replacing what is there where `force` says so, and drawing initial weights with
    /// `draw`.
    pub(crate) fn export_with(
        &self,
        format: Format,
        weights: Option<&str>,
        force: bool,
        draw: &(dyn Fn(&Path) -> Result<Vec<u8>, String> + Sync),
    ) -> Result<Exported, ExportError> {
        let weights = weights.map(|words| words.parse::<WeightsChoice>().unwrap());
        let options = Options { out: self.path("out"), force, weights, draw };
        export(&[self.runs()], format, &options)
    }

    /// What went wrong, with the folder's name left out.
    pub(crate) fn told(&self, result: Result<Exported, ExportError>) -> String {
        let folder = self.0.path().join("").display().to_string();
        result.unwrap_err().to_string().replace(&folder, "")
    }

    /// The names of everything in a folder, from its top on.
    #[allow(dead_code)]
    pub(crate) fn files(&self, folder: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.path(folder)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { found.push(path) }
            }
        }
        let root = self.path(folder);
        let mut names: Vec<String> = found
            .iter()
            .map(|path| path.strip_prefix(&root).unwrap().display().to_string())
            .collect();
        names.sort();
        names
    }
}
