//! One line an arm, for spreadsheets and scripts. Numbers are in the record's units: shares from 0 to 1, not percent.

use crate::{Comparison, Study};

pub(super) fn render(study: &Study, comparison: &Comparison, order: &[usize]) -> String {
    let differences = study.differences();
    let head = [
        "metric",
        "arm",
        "seeds",
        "diverged",
        "mean",
        "std",
        "low",
        "high",
        "median",
        "min",
        "max",
        "lead_of_best",
        "lead_low",
        "lead_high",
        "p_t",
        "p_t_holm",
        "p_permutation",
        "p_permutation_holm",
        "probability_of_improvement",
    ];
    let mut lines = vec![row(head
        .iter()
        .map(|name| (*name).to_owned())
        .chain(differences.iter().map(|d| d.setting.clone())))];
    for &place in order {
        let arm = &comparison.arms[place];
        let summary = &arm.summary;
        let pair = comparison.against_best(place);
        let lead = pair.and_then(|pair| pair.lead);
        let figures = [
            comparison.metric.to_string(),
            arm.label.clone(),
            summary.n.to_string(),
            arm.diverged.to_string(),
            number(Some(summary.mean)),
            number(summary.std),
            number(summary.interval.map(|i| i.low)),
            number(summary.interval.map(|i| i.high)),
            number(Some(summary.median)),
            number(Some(summary.min)),
            number(Some(summary.max)),
            number(lead.map(|lead| lead.mean)),
            number(lead.and_then(|lead| lead.interval).map(|i| i.low)),
            number(lead.and_then(|lead| lead.interval).map(|i| i.high)),
            number(lead.and_then(|lead| lead.p_t)),
            number(pair.and_then(|pair| pair.p_t_holm)),
            number(lead.and_then(|lead| lead.p_permutation)),
            number(pair.and_then(|pair| pair.p_permutation_holm)),
            number(pair.map(|pair| pair.probability_of_improvement)),
        ];
        let settings = differences.iter().map(|d| d.values[arm.index].clone().unwrap_or_default());
        lines.push(row(figures.into_iter().chain(settings)));
    }
    lines.concat()
}

pub(super) fn number(number: Option<f64>) -> String {
    number.map_or(String::new(), |number| number.to_string())
}

/// A line by RFC 4180, but for the line break.
pub(super) fn row(cells: impl Iterator<Item = String>) -> String {
    let quoted = cells.map(|cell| {
        if cell.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell
        }
    });
    quoted.collect::<Vec<_>>().join(",") + "\n"
}
