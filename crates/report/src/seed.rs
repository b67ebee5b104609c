//! The seeds of a run: by which runs of two arms are paired.

use std::fmt;

use record::RunRecord;

/// The seeds of a run. They are one number, unless an experiment crosses the draw of the weights
/// with the order of the batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seed {
    /// Of the initial weights.
    pub weights: u64,
    /// Of the order of the batches.
    pub order: u64,
}

impl Seed {
    /// One seed for both.
    pub fn same(seed: u64) -> Self {
        Seed { weights: seed, order: seed }
    }

    /// The seeds that a record names.
    pub(crate) fn of(record: &RunRecord) -> Self {
        Seed { weights: record.seed, order: record.order_seed.unwrap_or(record.seed) }
    }

    /// The seed of the order, where it is another.
    pub(crate) fn other_order(self) -> Option<u64> {
        (self.order != self.weights).then_some(self.order)
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.other_order() {
            None => write!(f, "{}", self.weights),
            Some(order) => write!(f, "{} order {order}", self.weights),
        }
    }
}
