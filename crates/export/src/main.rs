//! `train export` by itself, without burn: for Parquet and Arrow, whose libraries take a minute to
//! build. Initial weights, which need the rest of Kindling, are left to `train export`.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use export::Arguments;

/// Write the runs below folders for other programs: tables, weights, TensorBoard, MLflow.
#[derive(Debug, Parser)]
#[command(name = "export", version)]
struct Cli {
    #[command(flatten)]
    arguments: Arguments,
}

fn main() -> ExitCode {
    let draw = |_: &std::path::Path| Err("`train export` draws them, this program cannot".into());
    match Cli::parse().arguments.export(&draw) {
        Ok(exported) => {
            for warning in &exported.warnings {
                eprintln!("warning: {warning}");
            }
            let mut out = io::stdout().lock();
            let mut paths = exported.entries.iter();
            // A reader of the paths that has gone away has seen enough of them.
            let _ = paths.try_for_each(|path| writeln!(out, "{}", path.display()));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(if error.is_bad_input() { 2 } else { 1 })
        }
    }
}
