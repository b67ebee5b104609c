//! Everything that a comparison knows, for programs. Numbers are in the record's units: shares from
//! 0 to 1, not percent.

use serde_json::{Map, Value, json};

use crate::comparison::{Comparison, Pair, RankedArm, RankedPoint};
use crate::seed::Seed;
use crate::spread::Spread;
use crate::statistics::{Component, Interval};

pub(super) fn render(comparison: &Comparison, order: &[usize]) -> String {
    let arms: Vec<Value> = order.iter().map(|&index| arm(comparison, index)).collect();
    let pairs: Vec<Value> = comparison.pairs.iter().map(|p| pair(comparison, p)).collect();
    let axis = |axis: &crate::sweep_axis::SweepAxis| {
        json!({
            "setting": axis.setting,
            "along": axis.along,
            "scale": axis.scale,
            "values": axis.values,
        })
    };
    let mut whole = json!({
        "title": comparison.title,
        "metric": comparison.quantity.name,
        "higher_is_better": comparison.quantity.higher_is_better,
        "verdict": comparison.verdict(),
        "notes": comparison.notes(),
        "axes": comparison.axes.iter().map(axis).collect::<Vec<_>>(),
        "arms": arms,
        "pairs": pairs,
    });
    if let Some(sentence) = comparison.spread_sentence() {
        whole["spread"] = sentence.into();
    }
    format!("{whole:#}\n")
}

/// An arm: its figures, or of a sweep its best point and all points.
fn arm(comparison: &Comparison, index: usize) -> Value {
    let arm = &comparison.arms[index];
    let mut entry = Map::new();
    entry.insert("arm".into(), json!(arm.label));
    entry.insert("rank".into(), json!(index + 1));
    if comparison.axes.is_empty() {
        entry.extend(figures(arm.best()));
    } else {
        entry.insert(
            "best".into(),
            json!({
                "at": at(comparison, arm.best()),
                "mean": number(arm.best().summary.mean),
                "interval_corrected": interval(arm.interval),
                "chosen_among": arm.points.len(),
            }),
        );
        let points = (0..arm.points.len()).map(|index| point(comparison, arm, index));
        entry.insert("points".into(), points.collect());
    }
    entry.extend(arm.spread.as_ref().map(|of| ("spread".to_owned(), spread(of))));
    Value::Object(entry)
}

/// The parts of a variance, and what decides.
fn spread(spread: &Spread) -> Value {
    let split = spread.split;
    json!({
        "draw": part(split.draw),
        "order": part(split.order),
        "rest": part(split.rest),
        "p_equal": split.p_equal,
        "p_draw_holm": spread.p_draw,
        "p_order_holm": spread.p_order,
        "p_equal_holm": spread.p_equal,
        "decides": spread.decides().word(),
    })
}

fn part(part: Component) -> Value {
    let Component { variance, interval: around, p } = part;
    json!({ "variance": variance, "interval": interval(Some(around)), "p": p })
}

fn point(comparison: &Comparison, arm: &RankedArm, index: usize) -> Value {
    let point = &arm.points[index];
    let mut entry = Map::new();
    entry.insert("at".into(), at(comparison, point));
    entry.extend(figures(point));
    entry.insert("best".into(), json!(index == arm.best));
    entry.insert("behind_best".into(), json!(point.behind.map(number)));
    entry.insert("p_corrected".into(), json!(point.p));
    entry.insert("alike".into(), json!(point.is_alike()));
    Value::Object(entry)
}

/// What is known of the values of one point.
fn figures(point: &RankedPoint) -> Map<String, Value> {
    let summary = &point.summary;
    let value = |(seed, value): &(Seed, f64)| {
        let mut entry = json!({"seed": seed.weights, "value": number(*value)});
        if let Some(order) = seed.other_order() {
            entry["order_seed"] = order.into();
        }
        entry
    };
    let figures = [
        ("seeds", json!(summary.n)),
        ("diverged", json!(point.diverged)),
        ("mean", number(summary.mean)),
        ("std", json!(summary.std)),
        ("interval", interval(summary.interval)),
        ("median", number(summary.median)),
        ("min", number(summary.min)),
        ("max", number(summary.max)),
        ("values", point.values.iter().map(value).collect()),
    ];
    figures.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn pair(comparison: &Comparison, pair: &Pair) -> Value {
    let lead = pair.lead;
    json!({
        "better": comparison.arms[pair.better].label,
        "worse": comparison.arms[pair.worse].label,
        "seeds": lead.map_or(0, |lead| lead.n),
        "lead": lead.map(|lead| number(lead.mean)),
        "interval": interval(lead.and_then(|lead| lead.interval)),
        "p_t": lead.and_then(|lead| lead.p_t),
        "p_t_holm": pair.p_t_holm,
        "p_corrected": pair.p_t_holm,
        "p_permutation": lead.and_then(|lead| lead.p_permutation),
        "p_permutation_holm": pair.p_permutation_holm,
        "probability_of_improvement": pair.probability_of_improvement,
        "shown": pair.is_shown(),
    })
}

/// The value of a point on each axis.
fn at(comparison: &Comparison, point: &RankedPoint) -> Value {
    let places = comparison.axes.iter().zip(&point.at);
    let places = places.map(|(axis, &at)| (axis.setting.clone(), axis.values[at].clone()));
    Value::Object(places.collect())
}

/// JSON has no infinity: it is written as a record writes it. A difference of two infinities does
/// not exist.
fn number(value: f64) -> Value {
    match value {
        _ if value.is_finite() => json!(value),
        _ if value.is_nan() => Value::Null,
        _ => json!(value.to_string()),
    }
}

fn interval(interval: Option<Interval>) -> Value {
    interval.map_or(Value::Null, |interval| json!([interval.low, interval.high]))
}
