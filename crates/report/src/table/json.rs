//! Everything that a comparison knows, for programs. Numbers are in the record's units: shares from 0 to 1, not percent.

use serde_json::{Value, json};

use crate::Comparison;
use crate::statistics::Interval;

pub(super) fn render(comparison: &Comparison, order: &[usize]) -> String {
    let arms: Vec<Value> = order
        .iter()
        .map(|&place| {
            let arm = &comparison.arms[place];
            let summary = &arm.summary;
            json!({
                "arm": arm.label,
                "rank": place + 1,
                "seeds": summary.n,
                "diverged": arm.diverged,
                "mean": number(summary.mean),
                "std": summary.std,
                "interval": interval(summary.interval),
                "median": number(summary.median),
                "min": number(summary.min),
                "max": number(summary.max),
                "values": arm.values.iter().map(|(seed, value)| json!({"seed": seed, "value": number(*value)})).collect::<Vec<_>>(),
            })
        })
        .collect();
    let pairs: Vec<Value> = comparison
        .pairs
        .iter()
        .map(|pair| {
            json!({
                "better": comparison.arms[pair.better].label,
                "worse": comparison.arms[pair.worse].label,
                "seeds": pair.lead.map_or(0, |lead| lead.n),
                "lead": pair.lead.map(|lead| number(lead.mean)),
                "interval": interval(pair.lead.and_then(|lead| lead.interval)),
                "p_t": pair.lead.and_then(|lead| lead.p_t),
                "p_t_holm": pair.p_t_holm,
                "p_permutation": pair.lead.and_then(|lead| lead.p_permutation),
                "p_permutation_holm": pair.p_permutation_holm,
                "probability_of_improvement": pair.probability_of_improvement,
                "shown": pair.is_shown(),
            })
        })
        .collect();
    let whole = json!({
        "title": comparison.title,
        "metric": comparison.metric.to_string(),
        "higher_is_better": comparison.metric.higher_is_better(),
        "verdict": comparison.verdict(),
        "notes": comparison.notes(),
        "arms": arms,
        "pairs": pairs,
    });
    format!("{whole:#}\n")
}

/// JSON has no infinity: it is written as a record writes it. A difference of two infinities does not exist.
pub(super) fn number(value: f64) -> Value {
    match value {
        _ if value.is_finite() => json!(value),
        _ if value.is_nan() => Value::Null,
        _ => json!(value.to_string()),
    }
}

pub(super) fn interval(interval: Option<Interval>) -> Value {
    interval.map_or(Value::Null, |interval| json!([interval.low, interval.high]))
}
