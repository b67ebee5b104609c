//! The numbers behind the interactive curves, as JSON that may stand inside a script element.

use serde_json::{Map, Value, json};

use crate::learning_curves::{ArmCurves, LearningCurves};
use crate::picture::axis::LOGARITHMIC_FROM;
use crate::picture::style::Look;
use crate::statistics::Interval;

/// Every arm's mean, the ends of its interval, and every seed, over one axis of batches. What does
/// not exist is null.
pub(super) fn of(curves: &LearningCurves) -> String {
    let longest = curves.arms.iter().max_by_key(|arm| arm.interactive.points.len());
    let x: Vec<Value> = longest.map_or_else(Vec::new, |arm| {
        arm.interactive.points.iter().map(|point| short(point.x)).collect()
    });
    let arms: Vec<Value> = curves.arms.iter().map(|curves| arm(curves, x.len())).collect();
    let scale = if is_logarithmic(curves) { "log" } else { "linear" };
    // Inside a script element only `<` could end the element or open a comment.
    json!({ "x": x, "scale": scale, "arms": arms }).to_string().replace('<', "\\u003c")
}

fn arm(curves: &ArmCurves, points: usize) -> Value {
    let column = |values: &mut dyn Iterator<Item = Value>| {
        let mut values: Vec<Value> = values.collect();
        values.resize(points, Value::Null);
        Value::Array(values)
    };
    let mean = || curves.interactive.points.iter();
    let end = |pick: fn(Interval) -> f64| {
        column(&mut mean().map(|p| p.interval.map_or(Value::Null, |i| short(pick(i)))))
    };
    let look = Look::of(curves.index);
    let mut entry = Map::new();
    entry.insert("colour".into(), json!(look.colour));
    if let Some(dash) = look.dash {
        let lengths: Vec<f64> = dash.split(' ').filter_map(|length| length.parse().ok()).collect();
        entry.insert("dash".into(), json!(lengths));
    }
    entry.insert("mean".into(), column(&mut mean().map(|point| short(point.mean))));
    if curves.runs > 1 {
        entry.insert("low".into(), end(|interval| interval.low));
        entry.insert("high".into(), end(|interval| interval.high));
    }
    let seed = |losses: &Vec<f32>| column(&mut losses.iter().map(|&loss| short(f64::from(loss))));
    entry.insert("seeds".into(), curves.every_seed.iter().map(seed).collect());
    Value::Object(entry)
}

/// Whether the curves are first shown on a logarithmic scale, as the picture of all batches is.
pub(super) fn is_logarithmic(curves: &LearningCurves) -> bool {
    let (low, high) = curves
        .arms
        .iter()
        .flat_map(|arm| &arm.all.points)
        .map(|point| point.mean)
        .filter(|mean| *mean > 0.0)
        .fold((f64::INFINITY, 0.0f64), |(low, high), mean| (low.min(mean), high.max(mean)));
    high / low > LOGARITHMIC_FROM
}

/// Four significant digits: more cannot be seen, and they are most of the page.
fn short(value: f64) -> Value {
    format!("{value:.3e}").parse().map_or(Value::Null, |value: f64| {
        if value.fract() == 0.0 && value.abs() < 1e15 { json!(value as i64) } else { json!(value) }
    })
}
