//! The numbers behind the interactive curves, as JSON that may stand inside a script element.

use serde_json::{Map, Value, json};

use crate::Study;
use crate::curve::Curve;
use crate::picture::style::Look;

/// Numbers of single runs that the page holds at most; beyond it successive batches are averaged.
const NUMBERS: usize = 120_000;

/// Every arm's mean, the ends of its interval, and every seed, over one axis of batches. What does not exist is null.
pub(super) fn curves(study: &Study) -> String {
    let runs: usize = study.arms.iter().map(|arm| arm.runs.len()).sum();
    let longest =
        study.arms.iter().flat_map(|arm| &arm.runs).map(|run| run.steps.len()).max().unwrap_or(0);
    let block = (runs * longest).div_ceil(NUMBERS).max(1);
    let curves: Vec<Curve> =
        study.arms.iter().map(|arm| Curve::loss(&arm.runs, usize::MAX, block)).collect();
    let points = curves.iter().map(|curve| curve.points.len()).max().unwrap_or(0);
    let x: Vec<Value> = curves
        .iter()
        .find(|curve| curve.points.len() == points)
        .map(|curve| curve.points.iter().map(|point| short(point.x)).collect())
        .unwrap_or_default();
    let column = |values: &mut dyn Iterator<Item = Value>| -> Value {
        let mut values: Vec<Value> = values.collect();
        values.resize(points, Value::Null);
        Value::Array(values)
    };
    let arms: Vec<Value> = study
        .arms
        .iter()
        .zip(&curves)
        .enumerate()
        .map(|(index, (arm, curve))| {
            let look = Look::of(index);
            let mut entry = Map::new();
            entry.insert("colour".into(), json!(look.colour));
            if let Some(dash) = look.dash {
                let lengths: Vec<f64> =
                    dash.split(' ').filter_map(|length| length.parse().ok()).collect();
                entry.insert("dash".into(), json!(lengths));
            }
            entry.insert(
                "mean".into(),
                column(&mut curve.points.iter().map(|point| short(point.mean))),
            );
            if arm.runs.len() > 1 {
                let end =
                    |pick: fn(crate::statistics::Interval) -> f64| {
                        column(&mut curve.points.iter().map(|p| {
                            p.interval.map_or(Value::Null, |interval| short(pick(interval)))
                        }))
                    };
                entry.insert("low".into(), end(|interval| interval.low));
                entry.insert("high".into(), end(|interval| interval.high));
                let seeds = arm.runs.chunks(1).map(|run| {
                    let curve = Curve::loss(run, usize::MAX, block);
                    column(&mut curve.points.iter().map(|point| short(point.mean)))
                });
                entry.insert("seeds".into(), seeds.collect());
            } else {
                entry.insert("seeds".into(), json!([entry["mean"]]));
            }
            Value::Object(entry)
        })
        .collect();
    let scale = if is_logarithmic(study) { "log" } else { "linear" };
    // Inside a script element only `<` could end the element or open a comment.
    json!({ "x": x, "scale": scale, "arms": arms }).to_string().replace('<', "\\u003c")
}

/// Whether the curves are first shown on a logarithmic scale, as the picture of all batches is.
pub(super) fn is_logarithmic(study: &Study) -> bool {
    let longest =
        study.arms.iter().flat_map(|arm| &arm.runs).map(|run| run.steps.len()).max().unwrap_or(0);
    let curves =
        study.arms.iter().map(|arm| Curve::loss(&arm.runs, usize::MAX, longest.div_ceil(100)));
    let (low, high) = curves
        .flat_map(|curve| curve.points)
        .map(|point| point.mean)
        .filter(|mean| *mean > 0.0)
        .fold((f64::INFINITY, 0.0f64), |(low, high), mean| (low.min(mean), high.max(mean)));
    high / low > crate::picture::axis::LOGARITHMIC_FROM
}

/// Four significant digits: more cannot be seen, and they are most of the page.
fn short(value: f64) -> Value {
    format!("{value:.3e}").parse().map_or(Value::Null, |value: f64| {
        if value.fract() == 0.0 && value.abs() < 1e15 { json!(value as i64) } else { json!(value) }
    })
}
