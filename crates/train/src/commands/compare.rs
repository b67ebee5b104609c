//! `train compare DIR...`: table, verdict and pictures from runs on disk, or from a table of
//! another program's numbers; nothing is trained.

use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};

use report::{Columns, Metric, Study, table};

use crate::cli::{Better, CompareArgs, StudyArgs, TableArgs};
use crate::exit::{Done, Failure, print_to_stderr};
use crate::output::{results, terminal_width};

/// Prints the comparison, and draws it where a folder for pictures is given.
pub(crate) fn compare(args: &CompareArgs, out: &mut dyn Write) -> Done {
    let study = load(&args.study)?;
    let comparison = study.compare();
    let options = table::Options { format: args.format, sort: args.sort, width: terminal_width() };
    results::print_comparison(out, &study, &comparison, options)?;
    if let Some(folder) = &args.pictures {
        for picture in results::draw(&study, &comparison, folder)? {
            print_to_stderr(&picture.display().to_string());
        }
    }
    Ok(())
}

/// Reads a table of another program's numbers.
fn load_table(args: &StudyArgs, table: &Path, arm: &str) -> Result<Study, Failure> {
    let columns = Columns {
        metric: args.metric.clone(),
        arm: arm.to_owned(),
        seed: args.table.seed.clone(),
        higher_is_better: args.table.better.map(|better| better == Better::Higher),
    };
    Study::of_table(table, &columns).map_err(|error| Failure::BadInput(error.to_string()))
}

/// How many warnings are printed before they are only counted.
const MOST_WARNINGS: usize = 20;

/// Reads the table or the records, and names what is left out.
pub(crate) fn load(args: &StudyArgs) -> Result<Study, Failure> {
    let TableArgs { table, arm, seed, better } = &args.table;
    if let (Some(table), Some(arm)) = (table, arm) {
        return load_table(args, table, arm);
    }
    if arm.is_some() || seed.is_some() || better.is_some() {
        let message = "--arm, --seed and --better are of a table: give them with --table FILE";
        return Err(Failure::BadInput(message.to_owned()));
    }
    let bad_input = |error: &dyn std::fmt::Display| Failure::BadInput(error.to_string());
    let metric: Metric = args.metric.parse().map_err(|error| bad_input(&error))?;
    let study = Study::load(&args.folders, metric);
    note_superseded(&args.folders);
    let study = study.map_err(|error| bad_input(&error))?;
    warn(&study.warnings);
    Ok(study)
}

/// Prints what is left out, and of much only how much more there is.
pub(crate) fn warn(warnings: &[impl Display]) {
    let style = anstyle::AnsiColor::Yellow.on_default().bold();
    for warning in warnings.iter().take(MOST_WARNINGS) {
        print_to_stderr(&format!("{style}warning{style:#}: {warning}"));
    }
    if warnings.len() > MOST_WARNINGS {
        let more = warnings.len() - MOST_WARNINGS;
        print_to_stderr(&format!("{style}warning{style:#}: left out {more} more"));
    }
}

/// Says which records are not compared because they were set aside.
fn note_superseded(folders: &[PathBuf]) {
    for (folder, count) in folders.iter().flat_map(|folder| record::count_superseded(folder)) {
        print_to_stderr(&format!(
            "note: {} set aside in {}, since other settings took their place; \
             the settings that they were made with bring them back",
            if count == 1 { "1 record was".to_owned() } else { format!("{count} records were") },
            folder.display()
        ));
    }
}
