//! The names of formats and orders, as they are typed.

use std::fmt;
use std::str::FromStr;

use crate::comparison::Comparison;
use crate::natural::natural_order;

/// The form of a written comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Aligned text, with the verdict.
    #[default]
    Table,
    /// Comma-separated values: one line an arm, its figures and the settings in which the arms
    /// differ; of a sweep one line a setting of an arm.
    Csv,
    /// One JSON object: the verdict, every arm with the value of every seed, every pair with its
    /// tests. What is infinite is written as the string `inf`, as in a record; what does not exist
    /// is null.
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
    /// By label, a2 before a10.
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

impl Format {
    /// Every format.
    pub const ALL: [Format; 4] = [Format::Table, Format::Csv, Format::Json, Format::Markdown];
}

impl Sort {
    /// Every order.
    pub const ALL: [Sort; 3] = [Sort::Best, Sort::Name, Sort::Found];

    /// The indices of the arms, which stand best first, in this order.
    pub(super) fn order(self, comparison: &Comparison) -> Vec<usize> {
        let arms = &comparison.arms;
        let mut order: Vec<usize> = (0..arms.len()).collect();
        match self {
            Sort::Best => {}
            Sort::Name => order.sort_by(|&a, &b| natural_order(&arms[a].label, &arms[b].label)),
            Sort::Found => order.sort_by_key(|&arm| arms[arm].index),
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
