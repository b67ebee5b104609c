//! One line an arm, or a setting of an arm, for spreadsheets and scripts. Numbers are in the
//! record's units: shares from 0 to 1, not percent.

use crate::comparison::{Comparison, RankedArm, RankedPoint};
use crate::settings::written;
use crate::study::Study;

/// What every line has.
const FIGURES: [&str; 9] =
    ["seeds", "diverged", "mean", "std", "low", "high", "median", "min", "max"];

/// What a line of a sweep has: how a point stands in its arm.
const IN_ARM: [&str; 3] = ["best", "behind_best", "p_corrected"];

/// What a line has where nothing was swept: how an arm stands against the best.
const TO_BEST: [&str; 8] = [
    "lead_of_best",
    "lead_low",
    "lead_high",
    "p_t",
    "p_t_holm",
    "p_permutation",
    "p_permutation_holm",
    "probability_of_improvement",
];

pub(super) fn render(study: &Study, comparison: &Comparison, order: &[usize]) -> String {
    let swept = !comparison.axes.is_empty();
    let differences = if swept { Vec::new() } else { study.differences() };
    let axes = comparison.axes.iter().map(|axis| axis.setting.as_str());
    let standing: &[&str] = if swept { &IN_ARM } else { &TO_BEST };
    let settings = differences.iter().map(|difference| difference.setting.as_str());
    let head = ["metric", "arm"].into_iter().chain(axes).chain(FIGURES);
    let mut text = row(head.chain(standing.iter().copied()).chain(settings).map(str::to_owned));
    for &index in order {
        let arm = &comparison.arms[index];
        for (at, point) in arm.points.iter().enumerate() {
            let names = [comparison.quantity.name.clone(), arm.label.clone()];
            let axes = comparison.axes.iter().zip(&point.at);
            let values = axes.map(|(axis, &at)| written(&axis.values[at]));
            let standing = match swept {
                true => in_arm(arm, at).to_vec(),
                false => to_best(comparison, index).to_vec(),
            };
            let settings =
                differences.iter().map(|d| d.values[arm.index].clone().unwrap_or_default());
            let cells = names.into_iter().chain(values).chain(figures(point));
            text += &row(cells.chain(standing).chain(settings));
        }
    }
    text
}

fn figures(point: &RankedPoint) -> [String; FIGURES.len()] {
    let summary = &point.summary;
    [
        summary.n.to_string(),
        point.diverged.to_string(),
        number(Some(summary.mean)),
        number(summary.std),
        number(summary.interval.map(|i| i.low)),
        number(summary.interval.map(|i| i.high)),
        number(Some(summary.median)),
        number(Some(summary.min)),
        number(Some(summary.max)),
    ]
}

fn in_arm(arm: &RankedArm, index: usize) -> [String; IN_ARM.len()] {
    let point = &arm.points[index];
    [(index == arm.best).to_string(), number(point.behind), number(point.p)]
}

fn to_best(comparison: &Comparison, index: usize) -> [String; TO_BEST.len()] {
    let pair = comparison.against_best(index);
    let lead = pair.and_then(|pair| pair.lead);
    [
        number(lead.map(|lead| lead.mean)),
        number(lead.and_then(|lead| lead.interval).map(|i| i.low)),
        number(lead.and_then(|lead| lead.interval).map(|i| i.high)),
        number(lead.and_then(|lead| lead.p_t)),
        number(pair.and_then(|pair| pair.p_t_holm)),
        number(lead.and_then(|lead| lead.p_permutation)),
        number(pair.and_then(|pair| pair.p_permutation_holm)),
        number(pair.map(|pair| pair.probability_of_improvement)),
    ]
}

fn number(number: Option<f64>) -> String {
    number.map_or(String::new(), |number| number.to_string())
}

/// A line by RFC 4180, but for the line break.
fn row(cells: impl Iterator<Item = String>) -> String {
    let quoted = cells.map(|cell| {
        if cell.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell
        }
    });
    quoted.collect::<Vec<_>>().join(",") + "\n"
}
