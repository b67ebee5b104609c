//! `train completions SHELL`: the completion script of a shell.

use std::io::Write;

use clap::CommandFactory;

use crate::cli::Cli;
use crate::exit::Done;

/// Prints the script.
pub(crate) fn completions(shell: clap_complete::Shell, out: &mut dyn Write) -> Done {
    // Into memory first: it panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "train", &mut script);
    Ok(out.write_all(&script)?)
}
