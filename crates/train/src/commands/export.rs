//! `train export DIR...`: the runs below folders as files that other programs read.

use std::io::Write;
use std::path::Path;

use export::Arguments;
use training::Starts;

use crate::commands::compare::warn;
use crate::exit::{Done, Failure};

/// Writes the export, warns of what it leaves out, and prints what it holds.
pub(crate) fn export(args: &Arguments, out: &mut dyn Write) -> Done {
    let starts = Starts::default();
    let draw = |directory: &Path| {
        let spec = starts.recorded(directory);
        spec.and_then(|spec| starts.model_file(&spec)).map_err(|error| error.to_string())
    };
    let exported = args.export(&draw).map_err(|error| {
        let message = error.to_string();
        if error.is_bad_input() { Failure::BadInput(message) } else { Failure::Failed(message) }
    })?;
    warn(&exported.warnings);
    for path in &exported.entries {
        writeln!(out, "{}", path.display())?;
    }
    Ok(())
}
