//! The command line: parse, call a library, print. Each command is a file in `commands`, and what
//! several of them print is in `output`.

mod cli;
mod commands;
#[cfg(unix)]
mod dashboard;
#[cfg(not(unix))]
#[path = "dashboard/none.rs"]
mod dashboard;
mod exit;
mod machine;
mod output;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
use exit::Done;

/// glibc's allocator returns every large buffer to the kernel and asks for it again; this one keeps
/// it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    silence_panics_of_workers();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(message) => return exit::report_usage(&message),
    };
    let mut out = anstream::stdout();
    let done = call(cli, &mut out).and_then(|()| Ok(out.flush()?));
    exit::report(done)
}

/// Carries out the command; `out` takes its result.
fn call(cli: Cli, out: &mut dyn Write) -> Done {
    match cli.command {
        None => commands::run::run(&cli.run, out),
        Some(Command::Run(args)) => commands::run::run(&args, out),
        Some(Command::Plan(args)) => commands::plan::plan(&args, out),
        Some(Command::List(args)) => commands::list::list(&args, out),
        Some(Command::Probe(args)) => commands::probe::probe(&args, out),
        Some(Command::Explain(args)) => commands::explain::explain(&args, out),
        Some(Command::Status(args)) => commands::status::status(&args, out),
        Some(Command::Compare(args)) => commands::compare::compare(&args, out),
        Some(Command::Report(args)) => commands::report::report(&args, out),
        Some(Command::Export(args)) => commands::export::export(&args, out),
        Some(Command::Dissect(args)) => commands::dissect::command(&args, out),
        Some(Command::Replay(args)) => commands::replay::replay(&args, out),
        Some(Command::Inits(args)) => commands::inits::inits(&args, out),
        Some(Command::Hist(args)) => commands::hist::hist(&args, out),
        Some(Command::Devices(args)) => commands::devices::devices(&args, out),
        Some(Command::Schema) => commands::schema::schema(out),
        Some(Command::Completions { shell }) => commands::completions::completions(shell, out),
    }
}

/// A panic on a worker's thread is caught there and becomes the error of its run, so it is not
/// printed as well. With RUST_BACKTRACE it is.
fn silence_panics_of_workers() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let is_main = std::thread::current().name() == Some("main");
        if is_main {
            dashboard::close_for_panic();
        }
        if is_main || std::env::var_os("RUST_BACKTRACE").is_some() {
            print(panic);
        }
    }));
}
