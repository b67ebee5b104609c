//! The flags of `train probe` and `train explain`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ConfigArgs, path};

/// What to look into, and what to measure.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  train probe --config configs/ten_starts.toml
  train probe --config configs/ten_starts.toml --seeds 5 --pictures
  train probe --config configs/he_vs_glorot.toml --seeds 5 --format csv
  train probe --config configs/normal.toml --kernel 100 --hessian 1000")]
pub(crate) struct ProbeArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Training images to look at, the same for every network
    #[arg(long, value_name = "N", default_value = "1000",
        value_parser = clap::value_parser!(u32).range(2..=55_000))]
    pub(crate) images: u32,
    /// Measure the tangent kernel too, on so many of the images: a second for each hundred
    #[arg(long, value_name = "N", num_args = 0..=1,
        default_missing_value = "100",
        value_parser = clap::value_parser!(u32).range(1..=500))]
    pub(crate) kernel: Option<u32>,
    /// Measure the ends of the Hessian's spectrum too, on so many of the images: some seconds
    #[arg(long, value_name = "N", num_args = 0..=1,
        default_missing_value = "1000",
        value_parser = clap::value_parser!(u32).range(1..=55_000))]
    pub(crate) hessian: Option<u32>,
    /// Show the singular values of the Jacobian from one layer's pre-activations to another's,
    /// as in 1..3, on five images
    #[arg(long, value_name = "A..B", value_parser = block)]
    pub(crate) block: Option<[usize; 2]>,
    /// Networks side by side, each on one core [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,
    /// Folder of the records, where what was found is kept
    #[arg(long, value_name = "DIR", default_value = "runs")]
    #[arg(value_parser = path())]
    pub(crate) out: PathBuf,
    /// Draw the pictures too, as SVG and PNG [default: into `inside` in the folder of the records]
    #[arg(long, value_name = "DIR", num_args = 0..=1)]
    #[arg(value_parser = path())]
    pub(crate) pictures: Option<Option<PathBuf>>,
    /// Measure anew what was measured already
    #[arg(long)]
    pub(crate) force: bool,
    /// What to print on the standard output
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: ProbeFormat,
}

/// The format of a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProbeFormat {
    /// For people
    Text,
    /// Everything, for programs
    Json,
    /// A line for each quantity
    Csv,
    /// A table for a document
    Markdown,
}

/// Reads the layers of `1..3`.
fn block(text: &str) -> Result<[usize; 2], String> {
    let ends = text.split_once("..").map(|(first, last)| [first.parse(), last.parse()]);
    match ends {
        Some([Ok(first), Ok(last)]) if 0 < first && first < last => Ok([first, last]),
        _ => Err("expected two layers, the first before the second, as in 1..3".to_owned()),
    }
}

/// What to explain.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  train explain configs/uniform_0.001.toml
  train explain configs/ten_starts.toml --arm uniform_neg1_1 --seeds 5
  train explain runs/uniform_0.01/base/seed-0")]
pub(crate) struct ExplainArgs {
    /// A config file, or the folder of a run
    #[arg(value_name = "RUN|CONFIG")]
    #[arg(value_parser = path())]
    pub(crate) of: PathBuf,
    /// Which arm, of a config that has several
    #[arg(long, value_name = "NAME")]
    pub(crate) arm: Option<String>,
    /// Seeds to train every arm with
    #[arg(long, value_name = "K", default_value = "3",
        value_parser = clap::value_parser!(u64).range(1..=100))]
    pub(crate) seeds: u64,
    /// The start that the gap is measured to
    #[arg(long, value_name = "INIT", default_value = "{ kind = \"normal\", std = 0.1 }")]
    pub(crate) reference: String,
    /// Change any setting of all arms, by its dotted name; may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Runs side by side, each on one core [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,
    /// Folder of the records
    #[arg(long, value_name = "DIR", default_value = "runs")]
    #[arg(value_parser = path())]
    pub(crate) out: PathBuf,
    /// Show no progress
    #[arg(long, short)]
    pub(crate) quiet: bool,
}
