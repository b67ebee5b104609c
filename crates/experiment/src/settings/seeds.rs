//! The seeds of a run, and `seeds`: which ones the runs of an experiment have.

use std::fmt;

use crate::syntax::{Diagnostic, Diagnostics, MAX_INTEGER, SectionReader, Spanned, Value, whole};

/// More seeds than this are a typo.
const MAX_SEEDS: u64 = 100_000;

/// The seeds of a run: all that is random about it follows from them. They are one number, unless
/// an experiment crosses the draw of the weights with the order of the batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeedPair {
    /// Of the initial weights.
    pub weights: u64,
    /// Of the order of the images, and of dropout.
    pub order: u64,
}

impl SeedPair {
    /// One seed for both.
    pub const fn same(seed: u64) -> Self {
        SeedPair { weights: seed, order: seed }
    }

    /// The seed of the order, where it is another.
    pub fn other_order(self) -> Option<u64> {
        (self.order != self.weights).then_some(self.order)
    }

    /// The folder of a run: `seed-3`, or `seed-3-order-4`.
    pub(crate) fn folder(self) -> String {
        match self.other_order() {
            None => format!("seed-{}", self.weights),
            Some(order) => format!("seed-{}-order-{order}", self.weights),
        }
    }

    /// What `seeds` says in a config of this run alone.
    pub(crate) fn to_toml(self) -> toml::Value {
        // TOML's whole numbers end at 2^63 - 1, and so do seeds.
        let list = |seed: u64| toml::Value::Array(vec![(seed as i64).into()]);
        match self.other_order() {
            None => list(self.weights),
            Some(order) => toml::Table::from_iter([
                ("weights".to_owned(), list(self.weights)),
                ("order".to_owned(), list(order)),
            ])
            .into(),
        }
    }

    /// "5 seeds", or "5 seeds of weights x 3 of order".
    pub fn count(seeds: &[SeedPair]) -> String {
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        if seeds.iter().all(|pair| pair.weights == pair.order) {
            return format!("{} seed{}", seeds.len(), plural(seeds.len()));
        }
        let distinct = |of: fn(&SeedPair) -> u64| {
            let mut numbers: Vec<u64> = seeds.iter().map(of).collect();
            numbers.sort_unstable();
            numbers.dedup();
            numbers.len()
        };
        let (weights, order) = (distinct(|pair| pair.weights), distinct(|pair| pair.order));
        format!("{weights} seed{} of weights x {order} of order", plural(weights))
    }
}

impl fmt::Display for SeedPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.other_order() {
            None => write!(f, "{}", self.weights),
            Some(order) => write!(f, "{} order {order}", self.weights),
        }
    }
}

/// Reads `seeds`: how many or which; or how many or which of weights and of orders, each with each.
pub(crate) fn read_seeds(seeds: Option<&Spanned>, diagnostics: &Diagnostics) -> Vec<SeedPair> {
    let Some(seeds) = seeds else { return vec![SeedPair::same(0)] };
    let Value::Table(entries) = &seeds.value else {
        let numbers = read_list(seeds, "seeds", diagnostics);
        return numbers.into_iter().map(SeedPair::same).collect();
    };
    if entries.is_empty() {
        let message = "`seeds` has neither `weights` nor `order`";
        let help = "for example `seeds = { weights = 5, order = 5 }`";
        diagnostics.report(Diagnostic::at(&seeds.span, message).help(help));
    }
    let section = SectionReader::new(Some(seeds), "seeds", diagnostics);
    let read = |key| match section.get(key) {
        Some(value) => read_list(value, &section.name(key), diagnostics),
        // One of them is fixed.
        None => vec![0],
    };
    let (weights, orders) = (read("weights"), read("order"));
    section.finish(&[], |_| None);
    let pairs = weights.len() as u64 * orders.len() as u64;
    if pairs > MAX_SEEDS {
        let message = format!("`seeds` makes {pairs} pairs: more than {MAX_SEEDS} are a typo");
        diagnostics.report(Diagnostic::at(&seeds.span, message));
        return vec![SeedPair::same(0)];
    }
    let with_each = |&weights: &u64| {
        orders.iter().map(move |&order| SeedPair { weights, order }).collect::<Vec<_>>()
    };
    weights.iter().flat_map(with_each).collect()
}

/// A count of seeds from 0, or a list of them.
fn read_list(seeds: &Spanned, name: &str, diagnostics: &Diagnostics) -> Vec<u64> {
    let Value::List(values) = &seeds.value else {
        return (0..whole(seeds, name, 1..=MAX_SEEDS, diagnostics).unwrap_or(1)).collect();
    };
    if values.is_empty() {
        let message = format!("`{name}` must name at least one seed");
        diagnostics.report(Diagnostic::at(&seeds.span, message));
    }
    let mut read = Vec::new();
    for value in values {
        let Some(seed) = whole(value, name, 0..=MAX_INTEGER, diagnostics) else { continue };
        if read.contains(&seed) {
            diagnostics.report(Diagnostic::at(&value.span, format!("seed {seed} is there twice")));
        }
        read.push(seed);
    }
    read
}
