//! Reads the named columns of a table: CSV, TSV, or JSON lines.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde_json::{Map, Value};

use super::table_error::TableError;
use crate::settings::written;

/// Which columns of a table are compared, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// The column of the values.
    pub metric: String,
    /// The column that names the arm.
    pub arm: String,
    /// The column of the seeds, where runs of one seed are pairs.
    pub seed: Option<String>,
    /// Whether more is better; none to tell it from the metric's name.
    pub higher_is_better: Option<bool>,
}

/// One row of a table, its cells as text.
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) arm: String,
    pub(super) metric: String,
    pub(super) seed: Option<String>,
}

impl Columns {
    /// The columns that are asked for, each with the flag that names it.
    fn asked(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let seed = self.seed.as_deref().map(|seed| ("--seed", seed));
        [("--metric", self.metric.as_str()), ("--arm", &self.arm)].into_iter().chain(seed)
    }

    /// Whether all of these columns are among `names`.
    fn are_in(&self, path: &Path, names: &[String]) -> Result<(), TableError> {
        for (flag, column) in self.asked() {
            if !names.iter().any(|name| name == column) {
                return Err(TableError::missing_column(path, flag, column, names));
            }
        }
        Ok(())
    }
}

/// The rows of a table, by the file's ending.
pub(super) fn rows(path: &Path, columns: &Columns) -> Result<Vec<Row>, TableError> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let rows = match ending.as_deref() {
        Some("csv") => separated(path, columns, b',')?,
        Some("tsv" | "tab") => separated(path, columns, b'\t')?,
        Some("jsonl" | "ndjson") => json_lines(path, columns)?,
        _ => return Err(TableError::Ending { path: path.to_owned() }),
    };
    if rows.is_empty() { Err(TableError::Empty { path: path.to_owned() }) } else { Ok(rows) }
}

fn open(path: &Path) -> Result<File, TableError> {
    File::open(path).map_err(|source| TableError::Read { path: path.to_owned(), source })
}

fn separated(path: &Path, columns: &Columns, separator: u8) -> Result<Vec<Row>, TableError> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .trim(csv::Trim::All)
        .from_reader(open(path)?);
    let malformed = |error: csv::Error| TableError::of_csv(path, &error);
    let names: Vec<String> = reader
        .headers()
        .map_err(malformed)?
        .iter()
        // Spreadsheets begin a file with a mark of its encoding.
        .map(|name| name.trim_start_matches('\u{FEFF}').to_owned())
        .collect();
    if names.iter().all(String::is_empty) {
        return Err(TableError::Empty { path: path.to_owned() });
    }
    columns.are_in(path, &names)?;
    let index = |column: &str| names.iter().position(|name| name == column);
    let [metric, arm] = [&columns.metric, &columns.arm].map(|column| index(column));
    let seed = columns.seed.as_deref().and_then(index);
    reader
        .records()
        .map(|record| {
            let record = record.map_err(malformed)?;
            let cell = |index: Option<usize>| {
                index.and_then(|index| record.get(index)).unwrap_or_default().to_owned()
            };
            Ok(Row {
                line: record.position().map_or(0, csv::Position::line),
                arm: cell(arm),
                metric: cell(metric),
                seed: seed.map(|seed| cell(Some(seed))),
            })
        })
        .collect()
}

fn json_lines(path: &Path, columns: &Columns) -> Result<Vec<Row>, TableError> {
    let mut rows = Vec::new();
    for (line, text) in (1..).zip(BufReader::new(open(path)?).lines()) {
        let text = text.map_err(|source| TableError::Read { path: path.to_owned(), source })?;
        if text.trim().is_empty() {
            continue;
        }
        let row: Map<String, Value> = serde_json::from_str(&text).map_err(|error| {
            TableError::Line { path: path.to_owned(), line, reason: error.to_string() }
        })?;
        if rows.is_empty() {
            columns.are_in(path, &row.keys().cloned().collect::<Vec<_>>())?;
        }
        let cell = |column: &str| match row.get(column) {
            None | Some(Value::Null) => String::new(),
            Some(value) => written(value),
        };
        rows.push(Row {
            line,
            arm: cell(&columns.arm),
            metric: cell(&columns.metric),
            seed: columns.seed.as_deref().map(cell),
        });
    }
    Ok(rows)
}
