//! A table for a README, an issue or a paper's appendix.

use super::text::to_best;
use crate::Comparison;
use crate::verdict::number;

pub(super) fn render(comparison: &Comparison, order: &[usize]) -> String {
    let metric = comparison.metric;
    let mut text =
        format!("**{}**: {}{}\n\n", escape(&comparison.title), metric.title(), metric.unit());
    text +=
        "| arm | seeds | mean | 95 % interval | std | median | min | max | to best | p (Holm) |\n";
    text += "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n";
    for &place in order {
        let arm = &comparison.arms[place];
        let summary = &arm.summary;
        let cells = [
            escape(&arm.label),
            summary.n.to_string(),
            metric.show(summary.mean),
            summary.interval.map_or("–".into(), |i| {
                format!("{} to {}", metric.show(i.low), metric.show(i.high))
            }),
            summary.std.map_or("–".into(), |std| metric.show(std)),
            metric.show(summary.median),
            metric.show(summary.min),
            metric.show(summary.max),
            to_best(comparison, place),
            comparison
                .against_best(place)
                .and_then(|pair| pair.p_t_holm)
                .map_or("–".into(), number),
        ];
        text += &format!("| {} |\n", cells.join(" | "));
    }
    text += &format!("\n{}\n", escape(&comparison.verdict()));
    for note in comparison.notes() {
        text += &format!("{}\n", escape(&note));
    }
    text
}

/// What would end a cell, start markup or open a tag stands for itself.
pub(super) fn escape(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let before = if "\\`*_|<>[]#".contains(c) { Some('\\') } else { None };
            before.into_iter().chain([if c.is_control() { ' ' } else { c }])
        })
        .collect()
}
