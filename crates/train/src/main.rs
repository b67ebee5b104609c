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
    keep_workers_quiet();
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
        Some(Command::Devices(args)) => commands::devices::devices(&args),
        Some(Command::Schema) => commands::schema::schema(),
        Some(Command::Completions { shell }) => commands::completions::completions(shell),
    };
    exit::report(done)
}

/// A panic on another thread than this one is caught there and told as the error of its run; it is not to be told twice.
/// With RUST_BACKTRACE, which asks for more, it is.
fn keep_workers_quiet() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name() == Some("main")
            || std::env::var_os("RUST_BACKTRACE").is_some()
        {
            tell(panic);
        }
    }));
}
