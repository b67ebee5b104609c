//! A comparison as text: a table for people, and the same figures for other programs. One file a
//! format.

mod along;
mod columns;
mod csv;
mod grid;
mod json;
mod markdown;
mod names;
mod sparks;
mod text;

pub(crate) use columns::ArmColumn;
pub use names::{Format, Sort, UnknownName};

use crate::comparison::Comparison;
use crate::printable::printable;
use crate::study::Study;

/// How to write a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The form.
    pub format: Format,
    /// The order of the arms.
    pub sort: Sort,
    /// Columns of the terminal, for [`Format::Table`]. Where there is room the table also shows the
    /// spread of each arm.
    pub width: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options { format: Format::default(), sort: Sort::default(), width: 80 }
    }
}

/// Writes `comparison`, which is of `study`. Every format ends with a line break; see [`Format`]
/// for what each holds.
///
/// ```no_run
/// use report::{Metric, Study, table};
///
/// let study = Study::load(&["runs/uniform_vs_normal".into()], Metric::ValidationAccuracy)?;
/// print!("{}", table::render(&study, &study.compare(), table::Options::default()));
/// # Ok::<(), report::LoadError>(())
/// ```
pub fn render(study: &Study, comparison: &Comparison, options: Options) -> String {
    let order = options.sort.order(comparison);
    let text = match options.format {
        Format::Table => text::render(study, comparison, &order, options.width),
        Format::Csv => csv::render(study, comparison, &order),
        Format::Json => json::render(comparison, &order),
        Format::Markdown => markdown::render(comparison, &order),
    };
    printable(&text).into_owned()
}
