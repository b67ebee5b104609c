//! A table for a README, an issue or a paper's appendix: each arm at its best.

use super::super::markdown::escape;
use super::{alike, to_text};
use crate::verdict::number;
use crate::{SweepAxis, SweepComparison};

pub(super) fn render(comparison: &SweepComparison, order: &[usize]) -> String {
    let metric = comparison.metric;
    let axes: Vec<String> = comparison.axes.iter().map(SweepAxis::name).collect();
    let (title, unit) = (metric.title(), metric.unit());
    let over = axes.join(" and ");
    let mut text =
        format!("**{}**: {title}{unit} over {}\n\n", escape(&comparison.title), escape(&over));
    text += "| arm | best at | mean | 95 % interval (corrected) | no difference shown | settings | p |\n";
    text += "| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n";
    for &place in order {
        let arm = &comparison.arms[place];
        let cells = [
            escape(&arm.label),
            escape(&comparison.values(arm.best())),
            metric.show(arm.best().summary.mean),
            to_text(comparison, arm.interval),
            alike(comparison, arm),
            arm.points.len().to_string(),
            comparison.against_best(place).and_then(|pair| pair.p).map_or("–".into(), number),
        ];
        text += &format!("| {} |\n", cells.join(" | "));
    }
    text += &format!("\n{}\n", escape(&comparison.verdict()));
    for note in comparison.notes() {
        text += &format!("{}\n", escape(&note));
    }
    text
}
