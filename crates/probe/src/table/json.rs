//! Every number as JSON: arms with their quantities, the measures of each seed, and what stands
//! out.

use serde_json::{Value, json as object};

use crate::study::ArmProbe;

/// An object for each arm. A number that is infinite or NaN is a text.
pub fn json(arms: &[ArmProbe]) -> Value {
    arms.iter().map(arm).collect()
}

fn arm(arm: &ArmProbe) -> Value {
    let rows = arm.rows().into_iter().map(|row| {
        object!({
            "layer": row.layer,
            "quantity": row.name,
            "mean": number(row.mean),
            "std": row.std.map(number),
            "theory": row.expected.map(|expected| number(expected.value)),
            "band": row.expected.and_then(|expected| expected.band).map(|band| band.map(number)),
        })
    });
    let findings = arm.findings().into_iter().map(|(finding, count)| {
        object!({
            "rule": finding.rule,
            "layer": finding.layer,
            "sentence": finding.sentence,
            "seeds": count,
            "test": { "what": finding.test.what, "set": finding.test.settings },
        })
    });
    let forecast = arm.forecast();
    object!({
        "experiment": arm.experiment,
        "arm": arm.arm,
        "quantities": rows.collect::<Vec<_>>(),
        "no_theory": arm.theory.unmet(),
        "findings": findings.collect::<Vec<_>>(),
        "forecast": { "score": number(forecast.score), "learns": forecast.learns },
        "seeds": arm.measures.iter().map(|(seed, measures)| {
            object!({ "seed": seed, "measures": measures })
        }).collect::<Vec<_>>(),
    })
}

fn number(x: f64) -> Value {
    if x.is_finite() { object!(x) } else { object!(x.to_string()) }
}
