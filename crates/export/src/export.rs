//! From folders of records to one folder in one format.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::error::{ExportError, io_error};
use crate::format::Format;
use crate::formats::{Job, exporter};
use crate::runs::{Draw, Runs};
use crate::staging::{MANIFEST, Staging};
use crate::tensors::{Moment, WeightsChoice};
use crate::warning::Warning;

/// How runs are exported.
pub struct Options<'a> {
    /// The folder to write. It appears when all is written.
    pub out: PathBuf,
    /// Whether an export that is there already is replaced.
    pub force: bool,
    /// The weights; `None` for those that the format holds by itself.
    pub weights: Option<WeightsChoice>,
    /// How initial weights are drawn again: from a run's directory, the bytes that its
    /// `model.safetensors` would have had before the first step.
    pub draw: &'a Draw<'a>,
}

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// How many runs.
    pub runs: usize,
    /// What the folder holds, by name.
    pub entries: Vec<PathBuf>,
    /// Records that were left out.
    pub warnings: Vec<Warning>,
}

/// Writes the runs at or below `paths` in `format`.
///
/// # Errors
/// [`ExportError`]; nothing is then left behind, and what was at `options.out` is as it was.
pub fn export(
    paths: &[PathBuf],
    format: Format,
    options: &Options<'_>,
) -> Result<Exported, ExportError> {
    let name = format.name();
    let exporter = exporter(format);
    let held = exporter.weights();
    let weights = match &options.weights {
        None => held.to_vec(),
        Some(choice) => choice.moments().to_vec(),
    };
    match (&weights[..], held.is_empty()) {
        ([_, ..], true) => {
            return Err(ExportError::NoWeights { format: name, others: with_weights().join(", ") });
        }
        ([], false) if exporter.holds_only_weights() => {
            return Err(ExportError::OnlyWeights { format: name });
        }
        _ => {}
    }
    exporter.check()?;
    let runs = Runs::find(paths, options.draw)?;
    let staging = Staging::begin(&options.out, options.force)?;
    let job = Job { runs: &runs, weights: &weights, folder: staging.folder(), out: &options.out };
    exporter.write(&job)?;
    write_manifest(staging.folder(), format, &weights, &runs)?;
    let mut names = entries(staging.folder())?;
    names.retain(|name| name != Path::new(MANIFEST));
    staging.finish()?;
    let entries = names.iter().map(|name| options.out.join(name)).collect();
    Ok(Exported { runs: runs.headers.len(), entries, warnings: runs.warnings })
}

/// The names of the formats that hold weights.
fn with_weights() -> Vec<&'static str> {
    let holds = |format: &Format| !exporter(*format).weights().is_empty();
    Format::ALL.iter().filter(|format| holds(format)).map(|format| format.name()).collect()
}

/// Says what the folder is.
fn write_manifest(
    folder: &Path,
    format: Format,
    weights: &[Moment],
    runs: &Runs<'_>,
) -> Result<(), ExportError> {
    let path = folder.join(MANIFEST);
    let manifest = json!({
        "format": format.name(),
        "weights": weights.iter().map(|moment| moment.name()).collect::<Vec<_>>(),
        "runs": runs.headers.iter().map(|run| &run.directory).collect::<Vec<_>>(),
        "left_out": runs.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "version": env!("CARGO_PKG_VERSION"),
    });
    std::fs::write(&path, format!("{manifest:#}\n")).map_err(io_error(&path))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, ExportError> {
    let listed = std::fs::read_dir(folder).map_err(io_error(folder))?;
    let mut names: Vec<PathBuf> =
        listed.flatten().map(|entry| PathBuf::from(entry.file_name())).collect();
    names.sort();
    Ok(names)
}
