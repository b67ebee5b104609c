//! How the program ends, and the message that goes with it.
//!
//! | code | meaning | what a scheduler should do |
//! | --- | --- | --- |
//! | 0 | all went well: every run that was asked for has a result | nothing |
//! | 1 | some runs failed; all others have a result | show the message; the same command tries the failed ones again |
//! | 2 | bad input: a config, a flag, or what they name | nothing, until it is put right |
//! | 75 | start me again: SIGUSR1 stopped it, or other processes are at some of its runs | start it again |
//! | 130, 143, 129 | SIGINT (Ctrl-C), SIGTERM or SIGHUP stopped it; the same command goes on | as whoever sent it meant it |
//!
//! What is left to do comes before what failed: with some of each, the code is that of what is left.

use std::io::IsTerminal;
use std::process::ExitCode;

use experiment::{ConfigError, Diagnostic};

use crate::signals;

/// What a command answers.
pub(crate) type Done = Result<(), Failure>;

/// Why the program does not end well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The person can put it right.
    BadInput(String),
    /// Several things in config files or flags that the person can put right.
    Config(Box<ConfigError>),
    /// The program could not do it.
    Failed(String),
    /// A signal stopped it; running it again goes on.
    Interrupted(String),
    /// Nothing is wrong, but there is something left that cannot be done now.
    StartAgain(String),
}

/// "Start me again": EX_TEMPFAIL of sysexits.h.
pub(crate) const START_AGAIN: u8 = 75;

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Failure::Config(Box::new(error))
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Failure::Config(Box::new(diagnostic.into()))
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
        Err(Failure::Failed(message)) if message.contains("Broken pipe") => {
            return ExitCode::SUCCESS;
        }
        Err(Failure::BadInput(message)) => (2, error(&message)),
        Err(Failure::Config(error)) => (2, error.render(colour())),
        Err(Failure::Failed(message)) => (1, error(&message)),
        Err(Failure::Interrupted(message)) => (signals::exit_code(), message),
        Err(Failure::StartAgain(message)) => (START_AGAIN, message),
    };
    anstream::eprintln!("{message}");
    ExitCode::from(code)
}

fn error(message: &str) -> String {
    let style = anstyle::AnsiColor::Red.on_default().bold();
    format!("{style}error{style:#}: {message}")
}

fn colour() -> bool {
    std::io::stderr().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
