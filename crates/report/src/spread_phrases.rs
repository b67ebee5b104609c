//! What crossed seeds say about the spread of arms, in sentences and cells.

use std::collections::BTreeMap;

use crate::comparison::{Comparison, RankedArm};
use crate::phrases::{arms, capitalised};
use crate::spread::{Decides, Spread};
use crate::statistics::{Component, Interval};

/// The parts of a spread, as heads of columns.
pub(crate) const PARTS: [&str; 3] = ["draw of the weights", "order of the batches", "rest"];

impl Comparison {
    /// What the spread of each arm comes from, in a sentence; none where no seeds are crossed.
    pub fn spread_sentence(&self) -> Option<String> {
        let mut groups: BTreeMap<Decides, Vec<String>> = BTreeMap::new();
        for RankedArm { label, spread, .. } in &self.arms {
            groups.entry(spread.as_ref()?.decides()).or_default().push(label.clone());
        }
        let sentences: Vec<String> = groups
            .iter()
            .map(|(decides, labels)| match (self.arms.len(), groups.len()) {
                (1, _) => decides.sentence().to_owned(),
                (all, 1) => format!("in all {all} arms {}", decides.sentence()),
                _ => format!("in {} {}", arms(labels), decides.sentence()),
            })
            .collect();
        let corrected = if self.arms.len() > 1 { ", Holm-corrected over the arms" } else { "" };
        let tests = format!("F tests, p < 0.05{corrected}");
        Some(format!("{} ({tests}).", capitalised(&sentences.join("; "))))
    }

    /// What stands above the parts of the spread.
    pub(crate) fn spread_caption(&self) -> String {
        let unit = match self.quantity.unit_suffix() {
            " (%)" => " (points)",
            unit => unit,
        };
        format!(
            "Where the spread comes from: standard deviations{unit}, 95 % intervals, shares of \
             the variance"
        )
    }

    /// The parts of an arm's spread.
    pub(crate) fn spread_cells(&self, arm: usize) -> Option<[String; 3]> {
        let spread = self.arms[arm].spread?;
        let split = spread.split;
        Some([split.draw, split.order, split.rest].map(|part| self.spread_cell(&part, &spread)))
    }

    /// `0.21 (0.12 to 0.60) 68 %`
    fn spread_cell(&self, part: &Component, spread: &Spread) -> String {
        let Interval { low, high } = part.interval;
        let [std, low, high] =
            [part.variance, low, high].map(|variance| self.quantity.show(variance.sqrt()));
        let share = match spread.total() {
            0.0 => String::new(),
            total => format!(" {:.0} %", 100.0 * part.variance / total),
        };
        format!("{std} ({low} to {high}){share}")
    }
}
