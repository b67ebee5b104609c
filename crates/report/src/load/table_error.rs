//! What can be wrong with a table of measurements: one message each, with the line and the remedy.

use std::path::{Path, PathBuf};

/// Why a table cannot be compared. It displays as one sentence without a full stop.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is of another kind.
    #[error(
        "{}: expected a table that ends in .csv, .tsv, .jsonl or .ndjson; pandas writes one with \
         `frame.to_csv(\"results.csv\")`",
        path.display()
    )]
    Ending {
        /// The file.
        path: PathBuf,
    },
    /// The file has no rows.
    #[error("{} has no rows", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A column is not there.
    #[error("{} has no column `{column}` ({flag}); {hint}", path.display())]
    Column {
        /// The file.
        path: PathBuf,
        /// The flag that names the column.
        flag: &'static str,
        /// Its name.
        column: String,
        /// The nearest name, or the columns that there are.
        hint: String,
    },
    /// A line cannot be used.
    #[error("{}, line {line}: {reason}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Its line.
        line: u64,
        /// Why.
        reason: String,
    },
    /// The arms as a whole cannot be compared.
    #[error("{}: {reason}", path.display())]
    Arms {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Whether more is better is not known.
    #[error(
        "the name `{metric}` does not say whether more is better: add --better higher or lower"
    )]
    Direction {
        /// The column of the values.
        metric: String,
    },
}

impl TableError {
    pub(super) fn missing_column(
        path: &Path,
        flag: &'static str,
        column: &str,
        names: &[String],
    ) -> TableError {
        let likeness = |name: &&String| {
            let (name, column) = (name.to_lowercase(), column.to_lowercase());
            strsim::normalized_damerau_levenshtein(&name, &column)
        };
        let nearest = names.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        let hint = match nearest.filter(|name| likeness(name) >= 0.6) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("it has {}", names.join(", ")),
        };
        TableError::Column { path: path.to_owned(), flag, column: column.to_owned(), hint }
    }

    pub(super) fn of_csv(path: &Path, error: &csv::Error) -> TableError {
        let line = error.position().map_or(1, csv::Position::line);
        let reason = match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                format!("expected {expected_len} cells, as in the first line, but found {len}")
            }
            csv::ErrorKind::Utf8 { .. } => "it is not written in UTF-8".to_owned(),
            _ => error.to_string(),
        };
        TableError::Line { path: path.to_owned(), line, reason }
    }
}
