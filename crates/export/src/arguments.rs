//! What is typed to export runs, the same for every program that does.

use std::path::{Path, PathBuf};

use crate::error::ExportError;
use crate::export::{Exported, Options, export};
use crate::format::Format;
use crate::runs::Draw;
use crate::tensors::WeightsChoice;

/// Which runs, in which format, and where to.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Folders of records: of a run, an arm, an experiment, or of many
    #[arg(default_value = "runs", value_name = "DIR")]
    pub folders: Vec<PathBuf>,
    /// csv, json, parquet, arrow, safetensors, pytorch, mlflow or tensorboard
    #[arg(long, value_name = "F")]
    pub format: Format,
    /// The weights: initial, final, initial,final or none [default: what the format holds]
    #[arg(long, value_name = "W")]
    pub weights: Option<WeightsChoice>,
    /// The folder to write [default: exports/NAME/FORMAT, by the name of the first DIR]
    #[arg(long, short, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// Replace an export that is there already
    #[arg(long)]
    pub force: bool,
}

impl Arguments {
    /// Writes the export; `draw` is as in [`Options::draw`].
    ///
    /// # Errors
    /// See [`export`].
    pub fn export(&self, draw: &Draw<'_>) -> Result<Exported, ExportError> {
        let options = Options {
            out: self.out.clone().unwrap_or_else(|| self.default_folder()),
            force: self.force,
            weights: self.weights.clone(),
            draw,
        };
        export(&self.folders, self.format, &options)
    }

    /// `exports/NAME/FORMAT`, where the name is that of the first folder.
    fn default_folder(&self) -> PathBuf {
        let first = self.folders.first().map_or(Path::new("."), |folder| folder.as_path());
        let whole = first.canonicalize().unwrap_or_else(|_| first.to_owned());
        let name = whole.file_name().unwrap_or("runs".as_ref());
        Path::new("exports").join(name).join(self.format.name())
    }
}
