//! Everything that a compared sweep knows, for programs. Numbers are in the record's units: shares from 0 to 1, not
//! percent.

use serde_json::{Map, Value, json};

use super::super::json::{interval, number};
use crate::{PointResult, SweepComparison};

pub(super) fn render(comparison: &SweepComparison, order: &[usize]) -> String {
    let at = |point: &PointResult| -> Value {
        let places = comparison.axes.iter().zip(&point.at);
        places
            .map(|(axis, &at)| (axis.setting.clone(), axis.values[at].clone()))
            .collect::<Map<_, _>>()
            .into()
    };
    let arms: Vec<Value> = order
        .iter()
        .map(|&place| {
            let arm = &comparison.arms[place];
            let points: Vec<Value> = arm
                .points
                .iter()
                .enumerate()
                .map(|(index, point)| {
                    let summary = &point.summary;
                    json!({
                        "at": at(point),
                        "seeds": summary.n,
                        "diverged": point.diverged,
                        "mean": number(summary.mean),
                        "std": summary.std,
                        "interval": interval(summary.interval),
                        "median": number(summary.median),
                        "min": number(summary.min),
                        "max": number(summary.max),
                        "best": index == arm.best,
                        "behind_best": point.behind.map(number),
                        "p_corrected": point.p,
                        "alike": point.is_alike(),
                        "values": point.values.iter().map(|(seed, value)| json!({"seed": seed, "value": number(*value)})).collect::<Vec<_>>(),
                    })
                })
                .collect();
            json!({
                "arm": arm.label,
                "rank": place + 1,
                "best": {
                    "at": at(arm.best()),
                    "mean": number(arm.best().summary.mean),
                    "interval_corrected": interval(arm.interval),
                    "chosen_among": arm.points.len(),
                },
                "points": points,
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
                "p_t": pair.lead.and_then(|lead| lead.p_t),
                "p_corrected": pair.p,
                "shown": pair.is_shown(),
            })
        })
        .collect();
    let axes: Vec<Value> = comparison
        .axes
        .iter()
        .map(|axis| json!({"setting": axis.setting, "along": axis.along, "scale": axis.scale, "values": axis.values}))
        .collect();
    let whole = json!({
        "title": comparison.title,
        "metric": comparison.metric.to_string(),
        "higher_is_better": comparison.metric.higher_is_better(),
        "verdict": comparison.verdict(),
        "notes": comparison.notes(),
        "axes": axes,
        "arms": arms,
        "pairs": pairs,
    });
    format!("{whole:#}\n")
}
