//! The texts that settings come from: config files and flags of the command line. A [`Span`] points
//! into one of them.

use std::ops::Range;

/// A stretch of one of the texts of a [`SourceMap`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Span {
    pub(crate) source: usize,
    pub(crate) range: Range<usize>,
}

/// Every text that was read, by number.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct SourceMap(Vec<Source>);

/// One text, and what it is called in messages.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) text: String,
}

impl SourceMap {
    /// Adds a text and returns its number.
    pub(crate) fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> usize {
        self.0.push(Source { name: name.into(), text: text.into() });
        self.0.len() - 1
    }

    pub(crate) fn get(&self, source: usize) -> &Source {
        &self.0[source]
    }
}
