//! A compared sweep as text: each arm at its best, then its settings. One file a format, as for a study.

mod csv;
mod json;
mod markdown;
mod text;

use super::{Format, Options};
use crate::SweepComparison;
use crate::statistics::Interval;

/// Writes a compared sweep. Every format ends with a line break; see [`Format`] for what each holds.
pub fn render_sweep(comparison: &SweepComparison, options: Options) -> String {
    let order = options.sort.order(&comparison.arms, |arm| (&arm.label, arm.index));
    match options.format {
        Format::Table => text::render(comparison, &order, options.width),
        Format::Csv => csv::render(comparison, &order),
        Format::Json => json::render(comparison, &order),
        Format::Markdown => markdown::render(comparison, &order),
    }
}

pub(crate) fn to_text(comparison: &SweepComparison, interval: Option<Interval>) -> String {
    let metric = comparison.metric;
    interval.map_or("–".into(), |i| format!("{} to {}", metric.show(i.low), metric.show(i.high)))
}

/// The settings that cannot be told from an arm's best, as short as a column needs it.
pub(crate) fn alike(comparison: &SweepComparison, arm: &crate::SweptResult) -> String {
    let alike = arm.points.iter().filter(|point| point.is_alike()).count();
    match (arm.points.len() - 1, alike) {
        (0, _) => "–".to_owned(),
        (_, 0) => "none".to_owned(),
        (others, _) => {
            let range = comparison.range(arm).filter(|_| comparison.axes[0].is_numeric());
            let range = range.map(|range| range.trim_start_matches("from ").to_owned());
            range.unwrap_or_else(|| format!("{alike} of {others}"))
        }
    }
}
