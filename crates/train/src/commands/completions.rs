//! `train completions SHELL`.

use clap::CommandFactory;

use crate::args::Cli;
use crate::exit::Done;

/// Prints the completion script of a shell.
pub(crate) fn completions(shell: clap_complete::Shell) -> Done {
    clap_complete::generate(shell, &mut Cli::command(), "train", &mut std::io::stdout());
    Ok(())
}
