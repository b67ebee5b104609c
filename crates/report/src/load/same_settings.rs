//! Which runs of a point count: those that were set like the newest, and each seed once.

use std::collections::BTreeMap;

use crate::seed::Seed;
use crate::study::{RunSummary, Warning};

/// A run that may be kept for its point.
pub(super) struct Candidate {
    /// When it started.
    pub(super) started: String,
    /// The index of its settings.
    pub(super) settings: usize,
    /// What is kept of it.
    pub(super) run: RunSummary,
}

/// The runs of one point, in the order of their seeds: those that were set like the run started
/// last, and of each seed the first. `difference` says in which setting two sets differ.
///
/// Runs of one name may be left over from an earlier version of the config; the mean over both
/// would be of nothing.
pub(super) fn keep(
    mut runs: Vec<Candidate>,
    difference: impl Fn(usize, usize) -> Option<String>,
    warnings: &mut Vec<Warning>,
) -> Vec<Candidate> {
    let Some(newest) = runs.iter().max_by(|a, b| a.started.cmp(&b.started)) else {
        return runs;
    };
    let newest = newest.settings;
    runs.retain(|candidate| {
        if candidate.settings == newest {
            return true;
        }
        let difference = difference(newest, candidate.settings).unwrap_or_default();
        let reason =
            format!("it ran with other settings than the newest run of its arm ({difference})");
        warnings.push(Warning { directory: candidate.run.directory.clone(), reason });
        false
    });
    runs.sort_by_key(|candidate| candidate.run.seed);
    let mut kept: Vec<Candidate> = Vec::with_capacity(runs.len());
    for candidate in runs {
        match kept.last() {
            Some(last) if last.run.seed == candidate.run.seed => warnings.push(Warning {
                reason: format!("{} holds the same arm and seed", last.run.directory.display()),
                directory: candidate.run.directory,
            }),
            _ => kept.push(candidate),
        }
    }
    keep_grid(&mut kept, warnings);
    kept
}

/// Where seeds of weights are crossed with others of the order: keeps the runs of the largest grid
/// of seeds that is complete, as far as taking out the seed with the most gaps finds it.
fn keep_grid(runs: &mut Vec<Candidate>, warnings: &mut Vec<Warning>) {
    if runs.iter().all(|run| run.run.seed.other_order().is_none()) {
        return;
    }
    let mut seeds: Vec<Seed> = runs.iter().map(|run| run.run.seed).collect();
    while let Some(gap) = most_gaps(&seeds) {
        seeds.retain(|seed| match gap {
            SeedOf::Weights(weights) => seed.weights != weights,
            SeedOf::Order(order) => seed.order != order,
        });
    }
    runs.retain(|candidate| {
        let is_kept = seeds.contains(&candidate.run.seed);
        if !is_kept {
            let reason = "the grid of seeds of weights and of order has gaps beside it".to_owned();
            warnings.push(Warning { directory: candidate.run.directory.clone(), reason });
        }
        is_kept
    });
}

/// One of the two seeds of a run.
enum SeedOf {
    Weights(u64),
    Order(u64),
}

/// The seed that the largest share of the others is not crossed with; none of a complete grid.
fn most_gaps(seeds: &[Seed]) -> Option<SeedOf> {
    let counts = |of: fn(&Seed) -> u64| {
        let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
        seeds.iter().for_each(|seed| *counts.entry(of(seed)).or_default() += 1);
        counts
    };
    let (weights, orders) = (counts(|seed| seed.weights), counts(|seed| seed.order));
    let least = |counts: &BTreeMap<u64, usize>, all: usize| {
        let share = |(&seed, &count): (&u64, &usize)| (count as f64 / all as f64, seed);
        counts.iter().rev().map(share).min_by(|a, b| a.0.total_cmp(&b.0))
    };
    let (draw, order) = (least(&weights, orders.len())?, least(&orders, weights.len())?);
    match (draw.0 < 1.0, draw.0 < order.0) {
        (false, _) => None,
        (true, true) => Some(SeedOf::Weights(draw.1)),
        (true, false) => Some(SeedOf::Order(order.1)),
    }
}
