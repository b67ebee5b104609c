//! What the formats of tables share: a file for each table, filled run by run.

use std::path::Path;

use rayon::prelude::*;
use record::Run;

use super::Job;
use crate::cell::{Chunk, Column};
use crate::error::ExportError;
use crate::tables::{Schema, Series, Table};

/// A file that is being filled.
pub(super) trait TableFile {
    /// Adds the rows of a run.
    fn add(&mut self, chunk: &Chunk) -> Result<(), String>;

    /// Writes what is left.
    fn finish(self: Box<Self>) -> Result<(), String>;
}

/// Makes a file for a table with these columns.
pub(super) type Open = fn(&Path, &[Column]) -> Result<Box<dyn TableFile>, String>;

/// Runs that are read before the first of them is written: enough to keep all cores at it, and
/// little to hold.
const BLOCK: usize = 256;

/// Writes every table of the runs, `runs.EXTENSION` and so on.
pub(super) fn write_tables(job: &Job<'_>, extension: &str, open: Open) -> Result<(), ExportError> {
    let headers = &job.runs.headers;
    let path = |table: Table| job.folder.join(format!("{}.{extension}", table.name()));
    let failed = |table: Table| {
        let path = job.out.join(format!("{}.{extension}", table.name()));
        move |reason: String| ExportError::Write { path, reason }
    };
    let mut files = Vec::new();
    for table in Table::ALL {
        let schema = Schema::of(table, headers);
        let file = open(&path(table), &schema.columns).map_err(failed(table))?;
        files.push((table, schema, file));
    }
    for block in headers.chunks(BLOCK) {
        let runs: Vec<Run> =
            block.par_iter().map(|header| header.read()).collect::<Result<_, _>>()?;
        for (header, run) in block.iter().zip(&runs) {
            let series = Series { steps: &run.steps, epochs: &run.epochs };
            for (table, schema, file) in &mut files {
                file.add(&schema.chunk(header, series)).map_err(failed(*table))?;
            }
        }
    }
    for (table, _, file) in files {
        file.finish().map_err(failed(table))?;
    }
    Ok(())
}
