//! One line a setting of an arm, for spreadsheets and scripts. Numbers are in the record's units: shares from 0 to 1, not
//! percent.

use super::super::csv::{number, row};
use crate::SweepComparison;
use crate::load::plain;

pub(super) fn render(comparison: &SweepComparison, order: &[usize]) -> String {
    let axes = comparison.axes.iter().map(|axis| axis.setting.clone());
    let figures = [
        "seeds",
        "diverged",
        "mean",
        "std",
        "low",
        "high",
        "median",
        "min",
        "max",
        "best",
        "behind_best",
        "p_corrected",
    ];
    let head = ["metric", "arm"]
        .map(str::to_owned)
        .into_iter()
        .chain(axes)
        .chain(figures.map(str::to_owned));
    let mut text = row(head);
    for &arm in order {
        let arm = &comparison.arms[arm];
        for (place, point) in arm.points.iter().enumerate() {
            let summary = &point.summary;
            let axes =
                comparison.axes.iter().zip(&point.at).map(|(axis, &at)| plain(&axis.values[at]));
            let figures = [
                summary.n.to_string(),
                point.diverged.to_string(),
                number(Some(summary.mean)),
                number(summary.std),
                number(summary.interval.map(|i| i.low)),
                number(summary.interval.map(|i| i.high)),
                number(Some(summary.median)),
                number(Some(summary.min)),
                number(Some(summary.max)),
                (place == arm.best).to_string(),
                number(point.behind),
                number(point.p),
            ];
            let names = [comparison.metric.to_string(), arm.label.clone()];
            text += &row(names.into_iter().chain(axes).chain(figures));
        }
    }
    text
}
