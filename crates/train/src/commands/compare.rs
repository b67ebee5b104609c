//! `train compare DIR...`: table, verdict and pictures from runs on disk; nothing is trained.

use report::{Study, table};

use super::results;
use crate::args::{CompareArgs, StudyArgs};
use crate::exit::{Done, Failure};

/// Prints the comparison, and draws it where asked.
pub(crate) fn compare(args: &CompareArgs) -> Done {
    let study = load(&args.study)?;
    let options = table::Options { format: args.format, sort: args.sort, width: results::terminal_width() };
    results::print_comparison(&study, args.study.metric, options);
    if let Some(folder) = &args.pictures {
        for picture in results::draw(&study, folder)? {
            anstream::eprintln!("{}", picture.display());
        }
    }
    Ok(())
}

/// Reads the records, and names what is left out.
pub(crate) fn load(args: &StudyArgs) -> Result<Study, Failure> {
    let study = Study::load(&args.folders).map_err(|error| Failure::BadInput(error.to_string()))?;
    let style = anstyle::AnsiColor::Yellow.on_default().bold();
    for warning in &study.warnings {
        anstream::eprintln!("{style}warning{style:#}: {warning}");
    }
    Ok(study)
}
