//! `train compare DIR...`: table, verdict and pictures from runs on disk; nothing is trained.

use report::{Study, table};

use super::results;
use crate::args::{CompareArgs, StudyArgs};
use crate::exit::{Done, Failure};

/// Prints the comparison, and draws it where asked.
pub(crate) fn compare(args: &CompareArgs) -> Done {
    let study = load(&args.study)?;
    let comparison = study.compare();
    let options =
        table::Options { format: args.format, sort: args.sort, width: results::terminal_width() };
    results::print_comparison(&study, &comparison, options);
    if let Some(folder) = &args.pictures {
        for picture in results::draw(&study, &comparison, folder)? {
            anstream::eprintln!("{}", picture.display());
        }
    }
    Ok(())
}

/// Warnings that are printed; of more it is said how many there are.
const WARNINGS: usize = 20;

/// Reads the records, and names what is left out.
pub(crate) fn load(args: &StudyArgs) -> Result<Study, Failure> {
    let study = Study::load(&args.folders, args.metric)
        .map_err(|error| Failure::BadInput(error.to_string()))?;
    let style = anstyle::AnsiColor::Yellow.on_default().bold();
    let warnings = &study.warnings;
    for warning in warnings.iter().take(WARNINGS) {
        anstream::eprintln!("{style}warning{style:#}: {warning}");
    }
    if warnings.len() > WARNINGS {
        anstream::eprintln!("{style}warning{style:#}: left out {} more", warnings.len() - WARNINGS);
    }
    Ok(study)
}
