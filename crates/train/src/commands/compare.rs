//! `train compare DIR...`: table, verdict and pictures from runs on disk; nothing is trained.

use report::{Loaded, table};

use super::results;
use crate::args::{CompareArgs, StudyArgs};
use crate::exit::{Done, Failure};

/// Prints the comparison, and draws it where asked.
pub(crate) fn compare(args: &CompareArgs) -> Done {
    let loaded = load(&args.study)?;
    let options =
        table::Options { format: args.format, sort: args.sort, width: results::terminal_width() };
    results::print_comparison(&loaded, args.study.metric, options);
    if let Some(folder) = &args.pictures {
        for picture in results::draw(&loaded, folder)? {
            anstream::eprintln!("{}", picture.display());
        }
    }
    Ok(())
}

/// Warnings that are printed; of more it is said how many there are.
const WARNINGS: usize = 20;

/// Reads the records, and names what is left out.
pub(crate) fn load(args: &StudyArgs) -> Result<Loaded, Failure> {
    let loaded = Loaded::load(&args.folders, args.metric)
        .map_err(|error| Failure::BadInput(error.to_string()))?;
    let style = anstyle::AnsiColor::Yellow.on_default().bold();
    let warnings = loaded.warnings();
    for warning in warnings.iter().take(WARNINGS) {
        anstream::eprintln!("{style}warning{style:#}: {warning}");
    }
    if warnings.len() > WARNINGS {
        anstream::eprintln!("{style}warning{style:#}: left out {} more", warnings.len() - WARNINGS);
    }
    Ok(loaded)
}
