//! How the program ends, and the message that goes with it: 0 when all went well, 1 for a failure, 2 for bad input. When
//! a signal stopped it and the same command goes on: 130 for SIGINT (Ctrl-C), 143 for SIGTERM, 129 for SIGHUP, and 75
//! ("start me again") for SIGUSR1.

use std::io::IsTerminal;
use std::process::ExitCode;

use experiment::{Problem, Problems};

use crate::signals;

/// What a command answers.
pub(crate) type Done = Result<(), Failure>;

/// Why the program does not end well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The person can put it right.
    BadInput(String),
    /// Several things in config files or flags that the person can put right.
    Problems(Box<Problems>),
    /// The program could not do it.
    Failed(String),
    /// A signal stopped it; running it again goes on.
    Interrupted(String),
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Failure::Problems(Box::new(problems))
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Failure::Problems(Box::new(problem.into()))
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure::Failed(error.to_string())
    }
}

/// Says what went wrong, if anything, and ends with its code.
pub(crate) fn report(done: Done) -> ExitCode {
    let (code, message) = match done {
        Ok(()) => return ExitCode::SUCCESS,
        // The reader of a pipe has had enough: that is no failure.
        Err(Failure::Failed(message)) if message.contains("Broken pipe") => return ExitCode::SUCCESS,
        Err(Failure::BadInput(message)) => (2, error(&message)),
        Err(Failure::Problems(problems)) => (2, problems.render(colour())),
        Err(Failure::Failed(message)) => (1, error(&message)),
        Err(Failure::Interrupted(message)) => (signals::exit_code(), message),
    };
    anstream::eprintln!("{message}");
    ExitCode::from(code)
}

fn error(message: &str) -> String {
    let style = anstyle::AnsiColor::Red.on_default().bold();
    format!("{style}error{style:#}: {message}")
}

fn colour() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
