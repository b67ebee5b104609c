//! How the program ends: its exit code and the message that goes with it, and the signals that stop
//! it.
//!
//! | code | meaning | what a scheduler should do |
//! | --- | --- | --- |
//! | 0 | every run that was asked for has a result | nothing |
//! | 1 | some runs failed, all others have a result | show the message, or start it again |
//! | 2 | bad input: a config, a flag, or what they name | nothing, until it is corrected |
//! | 75 | SIGUSR1 stopped it, or other processes hold some of its runs | start it again |
//! | 130, 143, 129 | SIGINT, SIGTERM or SIGHUP stopped it | as the sender of the signal meant it |
//!
//! Where some runs failed and others are left to do, the code is that of what is left.

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::os::raw::c_int;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use experiment::{ConfigError, Diagnostic, Warnings};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// What a command returns.
pub(crate) type Done = Result<(), Failure>;

/// Why the program does not end with code 0.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something that the person can correct.
    BadInput(String),
    /// Several things in config files or flags that the person can correct.
    Config(Box<ConfigError>),
    /// The program could not do it.
    Failed(String),
    /// The standard output cannot be written.
    Output(io::Error),
    /// A signal stopped it; the same command resumes.
    Interrupted(String),
    /// Nothing is wrong, but something is left that cannot be done now.
    StartAgain(String),
}

/// "Start me again": EX_TEMPFAIL of sysexits.h.
const START_AGAIN: u8 = 75;

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

/// Commands use `?` on what they print; every other error of the file system has a message of its
/// own.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Output(error)
    }
}

/// Prints what went wrong, if anything did, and gives the exit code.
pub(crate) fn report(done: Done) -> ExitCode {
    let (code, message) = match done {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Output(error)) => return report_output(&error),
        Err(Failure::BadInput(message)) => (2, with_error(&message)),
        Err(Failure::Config(error)) => (2, error.render(colour())),
        Err(Failure::Failed(message)) => (1, with_error(&message)),
        Err(Failure::Interrupted(message)) => (signal_code(), message),
        Err(Failure::StartAgain(message)) => (START_AGAIN, message),
    };
    print_to_stderr(&message);
    ExitCode::from(code)
}

/// Prints the help or the version that was asked for, or what is wrong with the flags.
pub(crate) fn report_usage(message: &clap::Error) -> ExitCode {
    match message.print() {
        Ok(()) => ExitCode::from(u8::try_from(message.exit_code()).unwrap_or(2)),
        Err(error) => report_output(&error),
    }
}

/// The reader of a pipe may close it early, as `head` does: that is no failure.
fn report_output(error: &io::Error) -> ExitCode {
    if error.kind() == ErrorKind::BrokenPipe {
        return ExitCode::SUCCESS;
    }
    print_to_stderr(&with_error(&format!("cannot write to the standard output: {error}")));
    ExitCode::FAILURE
}

/// Prints a line for the person. Where even that cannot be written there is nobody to tell.
pub(crate) fn print_to_stderr(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// Tells what a person should know about configs that are not wrong.
pub(crate) fn warn(warnings: &Warnings) {
    if !warnings.is_empty() {
        print_to_stderr(&warnings.render(colour()));
    }
}

fn with_error(message: &str) -> String {
    let style = anstyle::AnsiColor::Red.on_default().bold();
    format!("{style}error{style:#}: {message}")
}

fn colour() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The signals that stop the program after the current step, and its exit code after each. By
/// convention it is 128 and the signal's number. Schedulers announce with SIGUSR1 that a job's time
/// is nearly up.
const SIGNALS: &[(c_int, usize)] = &[
    (SIGINT, 130),
    (SIGTERM, 143),
    #[cfg(unix)]
    (signal_hook::consts::SIGHUP, 129),
    #[cfg(unix)]
    (signal_hook::consts::SIGUSR1, START_AGAIN as usize),
];

/// The exit code of the latest signal.
static SIGNAL_CODE: LazyLock<Arc<AtomicUsize>> = LazyLock::new(|| Arc::new(AtomicUsize::new(130)));

/// Listens to the signals, and gives the flag that they set. Runs look at it after each step. A
/// second Ctrl-C ends the program at once.
pub(crate) fn interrupt_flag() -> Arc<AtomicBool> {
    let raised = Arc::new(AtomicBool::new(false));
    if let Err(error) = listen(&raised) {
        print_to_stderr(&format!(
            "warning: Ctrl-C will end the program without a checkpoint: {error}"
        ));
    }
    raised
}

fn signal_code() -> u8 {
    u8::try_from(SIGNAL_CODE.load(Ordering::Relaxed)).unwrap_or(u8::MAX)
}

fn listen(raised: &Arc<AtomicBool>) -> io::Result<()> {
    // Actions run in the order of their registration: at the first Ctrl-C the flag is not set yet.
    flag::register_conditional_shutdown(SIGINT, 130, Arc::clone(raised))?;
    for &(signal, code) in SIGNALS {
        flag::register_usize(signal, Arc::clone(&SIGNAL_CODE), code)?;
        flag::register(signal, Arc::clone(raised))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_failed_is_a_failure_whatever_its_message_says() {
        let failed = Failure::Failed("cannot write: Broken pipe (os error 32)".to_owned());
        assert_eq!(format!("{:?}", report(Err(failed))), format!("{:?}", ExitCode::from(1)));
        let closed = Failure::Output(io::Error::from(ErrorKind::BrokenPipe));
        assert_eq!(format!("{:?}", report(Err(closed))), format!("{:?}", ExitCode::SUCCESS));
    }
}
