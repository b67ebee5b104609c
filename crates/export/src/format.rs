//! The formats by name.

use std::fmt;
use std::str::FromStr;

/// A format that runs are exported in.
///
/// ```
/// use export::Format;
///
/// assert_eq!("csv".parse::<Format>()?, Format::Csv);
/// let error = "parqet".parse::<Format>().unwrap_err().to_string();
/// assert!(error.contains("did you mean `parquet`?"), "{error}");
/// # Ok::<(), export::UnknownFormat>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Tables, comma-separated, with a header (RFC 4180).
    Csv,
    /// Tables as JSON lines: an object for each row.
    Json,
    /// Tables as Apache Parquet, in a build with the feature `parquet`.
    Parquet,
    /// Tables as Apache Arrow's IPC files (Feather 2), in a build with the feature `parquet`.
    Arrow,
    /// Weights as they are recorded, `[fan_in, fan_out]`.
    Safetensors,
    /// Weights as a state dict of PyTorch, `[fan_out, fan_in]`.
    Pytorch,
    /// MLflow's file store.
    Mlflow,
    /// Event files of TensorBoard.
    Tensorboard,
}

/// A name that no format has. It displays as a sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFormat(String);

impl Format {
    /// Every format.
    pub const ALL: [Format; 8] = [
        Format::Csv,
        Format::Json,
        Format::Parquet,
        Format::Arrow,
        Format::Safetensors,
        Format::Pytorch,
        Format::Mlflow,
        Format::Tensorboard,
    ];

    /// How it is spelled.
    pub fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Parquet => "parquet",
            Format::Arrow => "arrow",
            Format::Safetensors => "safetensors",
            Format::Pytorch => "pytorch",
            Format::Mlflow => "mlflow",
            Format::Tensorboard => "tensorboard",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        let name = text.to_lowercase();
        let found = Format::ALL.into_iter().find(|format| format.name() == name);
        found.ok_or_else(|| UnknownFormat(text.to_owned()))
    }
}

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (text, name) = (&self.0, self.0.to_lowercase());
        if name.starts_with("wandb") {
            return write!(
                f,
                "`{text}`: the format of wandb's offline files is not documented; \
                 export `tensorboard`, and let `wandb sync` read that folder"
            );
        }
        let names = Format::ALL.map(Format::name);
        let likeness = |name: &&str| strsim::jaro_winkler(name, &self.0.to_lowercase());
        let nearest = names.into_iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        write!(f, "unknown format `{text}`")?;
        match nearest.filter(|name| likeness(name) > 0.75) {
            Some(nearest) => write!(f, ": did you mean `{nearest}`?"),
            None => write!(f, ": it is one of {}", names.join(", ")),
        }
    }
}

impl std::error::Error for UnknownFormat {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_name_in_any_case() {
        for format in Format::ALL {
            assert_eq!(format.name().parse(), Ok(format));
            assert_eq!(format.name().to_uppercase().parse(), Ok(format));
        }
    }

    #[test]
    fn an_unknown_format_is_told_with_the_nearest_or_with_all() {
        let told = |name: &str| name.parse::<Format>().unwrap_err().to_string();
        insta::assert_snapshot!(told("tensorbord"), @"unknown format `tensorbord`: did you mean \
            `tensorboard`?");
        insta::assert_snapshot!(told("JSONL"), @"unknown format `JSONL`: did you mean `json`?");
        insta::assert_snapshot!(told("excel"), @"unknown format `excel`: it is one of csv, json, \
            parquet, arrow, safetensors, pytorch, mlflow, tensorboard");
        insta::assert_snapshot!(told("wandb-offline"), @"`wandb-offline`: the format of wandb's \
            offline files is not documented; export `tensorboard`, and let `wandb sync` read that \
            folder");
    }
}
