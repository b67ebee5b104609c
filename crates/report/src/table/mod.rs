//! A comparison as text: a table for people, and the same figures for other programs. One file a format.

mod csv;
mod json;
mod markdown;
mod sweep;
mod text;

use std::fmt;
use std::str::FromStr;

pub use sweep::render_sweep;
pub(crate) use sweep::{alike, to_text};
pub(crate) use text::to_best;

use crate::{Comparison, Study};

/// How to write a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The form.
    pub format: Format,
    /// The order of the arms.
    pub sort: Sort,
    /// Columns of the terminal, for [`Format::Table`]. Where there is room the table also shows the spread of each arm.
    pub width: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options { format: Format::default(), sort: Sort::default(), width: 80 }
    }
}

/// The form of a written comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Aligned text, with the verdict.
    #[default]
    Table,
    /// Comma-separated values: one line an arm, its figures and the settings in which the arms differ; of a sweep one
    /// line a setting of an arm.
    Csv,
    /// One JSON object: the verdict, every arm with the value of every seed, every pair with its tests. What is
    /// infinite is written as the string `inf`, as in a record; what does not exist is null.
    Json,
    /// A table for a README or an issue, with the verdict.
    Markdown,
}

/// The order of the arms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Best first.
    #[default]
    Best,
    /// By label.
    Name,
    /// As the runs were found.
    Found,
}

/// A name that is none of a few.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not one of {expected}")]
pub struct UnknownName {
    found: String,
    expected: String,
}

/// Writes `comparison`, which is of `study`. Every format ends with a line break.
///
/// ```no_run
/// use report::{Metric, Study, table};
///
/// let study = Study::load(&["runs/uniform_vs_normal".into()])?;
/// let comparison = study.compare(Metric::ValidationAccuracy);
/// print!("{}", table::render(&study, &comparison, table::Options::default()));
/// # Ok::<(), report::LoadError>(())
/// ```
pub fn render(study: &Study, comparison: &Comparison, options: Options) -> String {
    let order = options.sort.order(&comparison.arms, |arm| (&arm.label, arm.index));
    match options.format {
        Format::Table => text::render(study, comparison, &order, options.width),
        Format::Csv => csv::render(study, comparison, &order),
        Format::Json => json::render(comparison, &order),
        Format::Markdown => markdown::render(comparison, &order),
    }
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 4] = [Format::Table, Format::Csv, Format::Json, Format::Markdown];
}

impl Sort {
    /// Every order.
    pub const ALL: [Sort; 3] = [Sort::Best, Sort::Name, Sort::Found];

    /// The places of `arms`, which stand best first, in this order; `known_by` gives an arm's label and where it was found.
    fn order<A>(self, arms: &[A], known_by: impl Fn(&A) -> (&String, usize)) -> Vec<usize> {
        let mut order: Vec<usize> = (0..arms.len()).collect();
        match self {
            Sort::Best => {}
            Sort::Name => order.sort_by_key(|&arm| known_by(&arms[arm]).0),
            Sort::Found => order.sort_by_key(|&arm| known_by(&arms[arm]).1),
        }
        order
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Table => "table",
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Markdown => "markdown",
        })
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Sort::Best => "best",
            Sort::Name => "name",
            Sort::Found => "found",
        })
    }
}

impl FromStr for Format {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        one_of(&Self::ALL, text)
    }
}

impl FromStr for Sort {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        one_of(&Self::ALL, text)
    }
}

fn one_of<T: Copy + fmt::Display>(all: &[T], text: &str) -> Result<T, UnknownName> {
    all.iter().copied().find(|one| one.to_string() == text).ok_or_else(|| UnknownName {
        found: text.to_owned(),
        expected: all.iter().map(T::to_string).collect::<Vec<_>>().join(", "),
    })
}
