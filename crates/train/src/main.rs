//! The command line: parse, call, print. What is done is done in the libraries; what is said is said in `commands`, a
//! file each.

mod args;
mod commands;
mod estimate;
mod exit;
mod progress;
mod signals;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

/// glibc's allocator returns every large buffer to the kernel and asks for it again; this one keeps it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        None => commands::run::run(&cli.run),
        Some(Command::Run(args)) => commands::run::run(&args),
        Some(Command::Plan(args)) => commands::plan::plan(&args),
        Some(Command::List(args)) => commands::list::list(&args),
        Some(Command::Status(args)) => commands::status::status(&args),
        Some(Command::Compare(args)) => commands::compare::compare(&args),
        Some(Command::Report(args)) => commands::report::report(&args),
        Some(Command::Replay(args)) => commands::replay::replay(&args),
        Some(Command::Inits(args)) => commands::inits::inits(&args),
        Some(Command::Hist(args)) => commands::hist::hist(&args),
        Some(Command::Schema) => commands::schema::schema(),
        Some(Command::Completions { shell }) => commands::completions::completions(shell),
    };
    exit::report(done)
}
