//! TOML as written: source texts, values that know where they stand, diagnostics. Nothing here
//! knows a setting.

mod diagnostics;
mod merge;
mod parse;
mod section;
mod source_map;
mod suggestions;
mod typed;
mod value;

pub(crate) use diagnostics::Diagnostics;
pub use diagnostics::{ConfigError, Diagnostic, Warnings};
pub(crate) use parse::parse;
pub(crate) use section::SectionReader;
pub(crate) use source_map::{SourceMap, Span};
pub(crate) use suggestions::{did_you_mean, quoted_list, toml_strings};
pub(crate) use typed::{
    MAX_INTEGER, expected_whole, find_word, list, mistyped, number, real, text, whole, word,
};
pub(crate) use value::{Entry, Spanned, Value};
