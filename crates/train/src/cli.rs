//! The command line: commands, flags, and what they take.

mod probe;

use std::path::PathBuf;

use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use experiment::{Overrides, Shard};
use report::table;

pub(crate) use self::probe::{ExplainArgs, ProbeArgs, ProbeFormat};

/// A laboratory for weight initialization.
///
/// Trains the classic network (784-256-128-10, ReLU, Adam) on MNIST from the initial weights that a
/// TOML file names, leaves a record of every run, and says which start was better.
#[derive(Debug, Parser)]
#[command(
    name = "train",
    version,
    args_conflicts_with_subcommands = true,
    arg_required_else_help = true
)]
#[command(after_help = "Examples:
  train --config configs/trunc_normal.toml
  train --config configs/normal.toml --seeds 5 --backend ndarray
  train plan --config configs/normal.toml --set init.std=0.05
  train plan --config configs/normal.toml --set init.std=0.01,0.1,1 --seeds 5
  train list")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run experiments and show what came out (the same as giving --config alone)
    Run(RunArgs),
    /// Show what would run, resolved, with ids; nothing is trained
    Plan(PlanArgs),
    /// Look inside the networks before training: signal, gradient, Jacobian, beside theory
    Probe(ProbeArgs),
    /// Train the arms that test what a probe finds, and say how much of the gap each closes
    Explain(ExplainArgs),
    /// List the experiments in a folder, one line each
    List(ListArgs),
    /// Tell how far the runs below folders are: finished, running (where), interrupted, failed,
    /// missing
    Status(StatusArgs),
    /// Compare the runs below folders: table, verdict, pictures; nothing is trained
    Compare(CompareArgs),
    /// Write one HTML page about the runs below folders; nothing is trained
    Report(ReportArgs),
    /// Write the runs below folders for other programs: tables, weights, TensorBoard, MLflow
    #[command(after_help = "Examples:
  train export runs/he_vs_glorot --format csv
  train export runs --format tensorboard --out logs
  train export runs/normal --format pytorch --weights initial,final")]
    Export(export::Arguments),
    /// Look into recorded runs: what each layer learned, the loss from start to end, spectra;
    /// nothing is trained
    #[command(after_help = "Examples:
  train dissect runs/trunc_normal/base/seed-0
  train dissect runs/ten_starts/normal/seed-0 --to runs/ten_starts/normal/seed-1
  train dissect runs/ten_starts --format json")]
    Dissect(DissectArgs),
    /// Run a recorded run again and check that the bits agree
    Replay(ReplayArgs),
    /// List the initializers, or describe one: formula, parameters, source, example, standard
    /// deviations
    Inits(InitsArgs),
    /// Draw numbers from an initializer, or the weights of a config, and show their histogram
    Hist(HistArgs),
    /// List the backends of this build and the graphics adapters of this machine
    Devices(DevicesArgs),
    /// Print the JSON schema of config files, for editors
    Schema,
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Which experiments, and what differs from their files.
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    /// Config file; may be given several times
    #[arg(long = "config", short = 'c', value_name = "FILE", required = true, num_args = 1..)]
    #[arg(value_parser = path())]
    pub(crate) files: Vec<PathBuf>,
    /// Backend that computes: flex, ndarray or wgpu
    #[arg(long, value_name = "B")]
    backend: Option<String>,
    /// Adapter that wgpu computes on: its number in `train devices`, or discrete, integrated,
    /// other, virtual or cpu
    #[arg(long, value_name = "D")]
    device: Option<String>,
    /// The one seed to run with
    #[arg(long, value_name = "N", conflicts_with = "seeds", allow_hyphen_values = true)]
    seed: Option<String>,
    /// How many seeds to run with: 0, 1, 2, ...; or which, with commas between them
    #[arg(long, value_name = "K", allow_hyphen_values = true)]
    seeds: Option<String>,
    /// How many times through the training images
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    epochs: Option<String>,
    /// Change any setting, by its dotted name, or sweep over it: init.std=0.1 or
    /// init.std=0.01,0.1,1 or "init.std={ log = [1e-4, 1.0], n = 25 }"; may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Allow more than 100,000 runs
    #[arg(long)]
    many: bool,
}

impl ConfigArgs {
    /// The flags as changes to the settings of the files.
    pub(crate) fn overrides(&self) -> Overrides {
        let mut set = Vec::new();
        let mut flag = |name: &str, key: &str, value: Option<String>| {
            if let Some(value) = value {
                set.push((format!("--{name}"), format!("{key}={value}")));
            }
        };
        flag("backend", "backend", self.backend.clone());
        flag("device", "device", self.device.clone());
        flag("seed", "seeds", self.seed.as_ref().map(|seed| format!("[{seed}]")));
        let list = |seeds: &String| {
            let is_list = seeds.contains(',') && !seeds.contains('[');
            if is_list { format!("[{seeds}]") } else { seeds.clone() }
        };
        flag("seeds", "seeds", self.seeds.as_ref().map(list));
        flag("epochs", "training.epochs", self.epochs.clone());
        set.extend(self.set.iter().map(|text| ("--set".to_owned(), text.clone())));
        Overrides { set, many: self.many }
    }
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Runs side by side, each on one core [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,
    /// Runs of one shape that train as one, at most; on a CPU each alone is as fast [default: 1 on
    /// a CPU, as many as memory takes on a GPU]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) stack: Option<u16>,
    /// The I-th of N parts of the plan only, for many processes or machines with one folder of
    /// records
    #[arg(long, value_name = "I/N")]
    pub(crate) shard: Option<Shard>,
    /// Folder of the records
    #[arg(long, value_name = "DIR", default_value = "runs")]
    #[arg(value_parser = path())]
    pub(crate) out: PathBuf,
    /// Run anew what is finished already
    #[arg(long)]
    pub(crate) force: bool,
    /// Show no progress
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Show the runs, the arms so far and the layers on the whole screen while they train
    #[arg(long, conflicts_with = "quiet")]
    pub(crate) watch: bool,
    /// What to print on the standard output
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Runs side by side, to estimate the time with [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,
    /// Show every run, however many there are
    #[arg(long)]
    pub(crate) all: bool,
    /// Folder of the records
    #[arg(long, value_name = "DIR", default_value = "runs")]
    #[arg(value_parser = path())]
    pub(crate) out: PathBuf,
    /// What to print on the standard output
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Folders of records: of a run, an arm, an experiment, or of many
    #[arg(default_value = "runs", value_name = "DIR")]
    #[arg(value_parser = path())]
    pub(crate) folders: Vec<PathBuf>,
    /// What to print on the standard output
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Folder of config files
    #[arg(default_value = "configs", value_name = "DIR")]
    #[arg(value_parser = path())]
    pub(crate) folder: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// Folder of the run's record
    #[arg(value_name = "RUN")]
    #[arg(value_parser = path())]
    pub(crate) run: PathBuf,
    /// Show no progress
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// What to print on the standard output
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct DissectArgs {
    /// Folder of a run's record, or of several
    #[arg(value_name = "DIR")]
    #[arg(value_parser = path())]
    pub(crate) run: PathBuf,
    /// Follow the line to the end of this run too, and tell the barrier on it
    #[arg(long, value_name = "RUN")]
    #[arg(value_parser = path())]
    pub(crate) to: Option<PathBuf>,
    /// Folder to draw the line and the spectra into, as SVG and PNG
    #[arg(long, value_name = "DIR")]
    #[arg(value_parser = path())]
    pub(crate) pictures: Option<PathBuf>,
    /// What to print on the standard output
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct InitsArgs {
    /// One initializer
    pub(crate) name: Option<String>,
    /// What to print on the standard output
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct DevicesArgs {
    /// What to print on the standard output
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  train hist normal --set std=1 --draws 1000 --bins 500 --min -4 --max 4
  train hist he_normal --shape 256x128 --out he.svg
  train hist --config configs/trunc_normal.toml")]
pub(crate) struct HistArgs {
    /// Initializer to draw from
    #[arg(required_unless_present = "config", conflicts_with = "config")]
    pub(crate) kind: Option<String>,
    /// Config file, of which every layer's weight is drawn
    #[arg(long, short = 'c', value_name = "FILE")]
    #[arg(value_parser = path())]
    pub(crate) config: Option<PathBuf>,
    /// Parameter of the initializer or, with --config, any setting; may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Connections into a unit and out of it
    #[arg(long, value_name = "INxOUT", default_value = "784x256", value_parser = shape)]
    #[arg(conflicts_with = "config")]
    pub(crate) shape: [usize; 2],
    /// Show the first N numbers only
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) draws: Option<u64>,
    /// Bins of the picture
    #[arg(long, value_name = "N", default_value = "100")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) bins: u16,
    /// Lower edge of the first bin [default: the smallest number]
    #[arg(long, value_name = "X", allow_negative_numbers = true, requires = "max")]
    pub(crate) min: Option<f64>,
    /// Upper edge of the last bin [default: the largest number]
    #[arg(long, value_name = "X", allow_negative_numbers = true, requires = "min")]
    pub(crate) max: Option<f64>,
    /// The seed [default: 0, or the config's first]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Draw the picture into this file, .svg or .png
    #[arg(long, short, value_name = "FILE")]
    #[arg(value_parser = path())]
    pub(crate) out: Option<PathBuf>,
}

/// Reads a path. A `~` at its start that the shell left alone, as in `--out=~/x`, is the home
/// directory.
fn path() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| match path.strip_prefix("~") {
        Ok(below) => match std::env::home_dir() {
            Some(home) => Ok(home.join(below)),
            None => Err("there is no home directory: write the whole path"),
        },
        Err(_) => Ok(path),
    })
}

/// Reads `784x256`.
fn shape(text: &str) -> Result<[usize; 2], String> {
    let sides = text.split_once('x').map(|(inputs, outputs)| [inputs.parse(), outputs.parse()]);
    match sides {
        Some([Ok(inputs @ 1..=65_536), Ok(outputs @ 1..=65_536)]) => Ok([inputs, outputs]),
        _ => Err("expected two numbers from 1 to 65536, as in 784x256".to_owned()),
    }
}

/// The format of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Records to read, and what to compare them by.
#[derive(Debug, Args)]
pub(crate) struct StudyArgs {
    /// Folders of records: of a run, an arm, an experiment, or of many
    #[arg(default_value = "runs", value_name = "DIR")]
    #[arg(value_parser = path())]
    pub(crate) folders: Vec<PathBuf>,
    /// What to compare by: validation_accuracy, validation_loss, test_accuracy, test_loss,
    /// last_batch_loss, training_seconds, steps_to_loss=X or steps_to_accuracy=X; with --table, the
    /// column of the values
    #[arg(long, value_name = "M", default_value = "validation_accuracy")]
    pub(crate) metric: String,
    #[command(flatten)]
    pub(crate) table: TableArgs,
}

/// Numbers of another program, in place of records.
#[derive(Debug, Args)]
pub(crate) struct TableArgs {
    /// Compare the numbers of a table, .csv, .tsv or .jsonl, instead of records
    #[arg(long, value_name = "FILE", conflicts_with = "folders", requires = "arm")]
    pub(crate) table: Option<PathBuf>,
    /// With --table: the column that names the arm
    #[arg(long, value_name = "COLUMN", requires = "table")]
    pub(crate) arm: Option<String>,
    /// With --table: the column of the seeds, by which runs are paired [default: not paired]
    #[arg(long, value_name = "COLUMN", requires = "table")]
    pub(crate) seed: Option<String>,
    /// With --table: whether higher or lower values are better [default: by the metric's name]
    #[arg(long, value_enum, value_name = "B", requires = "table")]
    pub(crate) better: Option<Better>,
}

/// Which values are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Better {
    /// Higher ones
    Higher,
    /// Lower ones
    Lower,
}

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    #[command(flatten)]
    pub(crate) study: StudyArgs,
    /// Order of the arms: best, name or found
    #[arg(long, value_name = "S", default_value = "best")]
    pub(crate) sort: table::Sort,
    /// What to print on the standard output: table, csv, json or markdown
    #[arg(long, value_name = "F", default_value = "table")]
    pub(crate) format: table::Format,
    /// Folder to draw the pictures into, as SVG and PNG
    #[arg(long, value_name = "DIR")]
    #[arg(value_parser = path())]
    pub(crate) pictures: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    pub(crate) study: StudyArgs,
    /// The page [default: report.html in the first folder, or beside the table]
    #[arg(long, short, value_name = "FILE")]
    #[arg(value_parser = path())]
    pub(crate) output: Option<PathBuf>,
    /// Look inside the starts that no probe is kept of, and keep it beside their records: the page
    /// shows how signal and gradient pass through them
    #[arg(long, conflicts_with = "table")]
    pub(crate) probe: bool,
}
