//! `train report DIR`: one self-contained HTML page about runs on disk, or about a table.

use std::io::Write;
use std::path::Path;

use report::page;

use crate::cli::ReportArgs;
use crate::commands::compare::load;
use crate::commands::probe::probe_study;
use crate::exit::{Done, Failure};

/// Writes the page and prints where it is.
pub(crate) fn report(args: &ReportArgs, out: &mut dyn Write) -> Done {
    let study = load(&args.study)?;
    if args.probe {
        probe_study(&study)?;
    }
    let folder = args.study.folders.first().map_or(Path::new("."), |folder| folder.as_path());
    let beside = match &args.study.table.table {
        Some(table) => table.with_extension("html"),
        None => folder.join("report.html"),
    };
    let output = args.output.clone().unwrap_or(beside);
    let page = page::render(&study);
    record::write_atomically(&output, page.as_bytes())
        .map_err(|error| Failure::Failed(format!("cannot write {}: {error}", output.display())))?;
    Ok(writeln!(out, "{}", output.display())?)
}
