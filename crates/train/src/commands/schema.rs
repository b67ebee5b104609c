//! `train schema`: the JSON schema of config files.

use std::io::Write;

use crate::exit::Done;

/// Prints the schema.
pub(crate) fn schema(out: &mut dyn Write) -> Done {
    Ok(writeln!(out, "{:#}", experiment::schema())?)
}
