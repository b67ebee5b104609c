//! What arms are compared by: its name, its unit, which way is better, how it is written.

use std::cmp::Ordering;

use crate::number::fixed;
use crate::statistics::{Interval, Summary};

/// A number that every run has, and what a reader has to know of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// What programs call it: `validation_accuracy`.
    pub name: String,
    /// What it is called in a sentence: `validation accuracy`.
    pub title: String,
    /// Whether more is better.
    pub higher_is_better: bool,
    /// How it is written.
    pub unit: Unit,
    /// The smallest and the largest value that it can have; infinite where there is none.
    pub range: (f64, f64),
}

/// How a quantity is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A share from 0 to 1, written in percent.
    Share,
    /// Seconds.
    Seconds,
    /// Whole steps.
    Steps,
    /// A number without a unit.
    Number,
}

impl Quantity {
    /// The factor that makes more better.
    pub(crate) fn sign(&self) -> f64 {
        if self.higher_is_better { 1.0 } else { -1.0 }
    }

    /// The factor from a number to how it is shown: shares are shown in percent.
    pub(crate) fn factor(&self) -> f64 {
        if self.unit == Unit::Share { 100.0 } else { 1.0 }
    }

    /// Its unit as the head of a column or an axis adds it: ` (%)`, ` (s)` or nothing.
    pub fn unit_suffix(&self) -> &'static str {
        match self.unit {
            Unit::Share => " (%)",
            Unit::Seconds => " (s)",
            Unit::Steps | Unit::Number => "",
        }
    }

    /// `value` as a table shows it, without its unit.
    pub fn show(&self, value: f64) -> String {
        let value = value * self.factor();
        match self.unit {
            Unit::Share | Unit::Seconds => fixed(value, 2, 1, 2),
            Unit::Steps => fixed(value, 0, 1, 1),
            Unit::Number if value.abs() >= 99.95 => fixed(value, 1, 1, 3),
            Unit::Number => fixed(value, 4, 2, 3),
        }
    }

    /// An interval as a table shows it; a dash where there is none.
    pub(crate) fn show_interval(&self, interval: Option<Interval>) -> String {
        let shown = |i: Interval| format!("{} to {}", self.show(i.low), self.show(i.high));
        interval.map_or_else(|| "–".to_owned(), shown)
    }

    /// `value` in a sentence, with its unit: `97.20 %`, `0.0712`, `1.20 s`.
    pub fn say(&self, value: f64) -> String {
        let unit = match self.unit {
            Unit::Share => " %",
            Unit::Seconds => " s",
            Unit::Steps | Unit::Number => "",
        };
        self.show(value) + unit
    }

    /// A difference of two values in a sentence: `0.12 points`, `0.0034`, `41 steps`.
    pub fn say_difference(&self, difference: f64) -> String {
        let unit = match self.unit {
            Unit::Share => " points",
            Unit::Seconds => " s",
            Unit::Steps => " steps",
            Unit::Number => "",
        };
        self.show(difference) + unit
    }

    /// An interval, ended where the quantity ends.
    pub(crate) fn within(&self, interval: Interval) -> Interval {
        let (low, high) = self.range;
        Interval { low: interval.low.max(low), high: interval.high.min(high) }
    }

    /// The order of two samples, the better first: by the mean, then by the median.
    pub(crate) fn best_first(&self, a: &Summary, b: &Summary) -> Ordering {
        let better = |a: f64, b: f64| (self.sign() * b).total_cmp(&(self.sign() * a));
        better(a.mean, b.mean).then(better(a.median, b.median))
    }
}
