//! Shards: one plan, carried out by many processes that know nothing of each other.
//!
//! Which runs a shard holds is a function of the plan alone: longest first, each run goes to the
//! part that has the least to do so far. So every process that is given the same plan divides it in
//! the same way, and shards can be repeated, overlap, or be numbered anew midway: what is finished
//! is skipped, and what another process holds is left to it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::str::FromStr;

use crate::plan::run::RunSpec;

/// The I-th of N parts of a plan, written `I/N`, from `1/N` to `N/N`.
///
/// ```
/// let shard: experiment::Shard = "3/8".parse()?;
/// assert_eq!(shard.to_string(), "3/8");
/// let error = "0/8".parse::<experiment::Shard>().unwrap_err();
/// assert_eq!(error.to_string(), "parts are numbered from 1: the first of 8 is 1/8");
/// # Ok::<(), experiment::ShardError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// From 0.
    index: usize,
    parts: usize,
}

/// Why a text names no shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardError(String);

impl fmt::Display for ShardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ShardError {}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let number = |text: &str| {
            text.parse::<usize>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let numbers = text.split_once('/').map(|(part, parts)| (number(part), number(parts)));
        let Some((Some(part), Some(parts))) = numbers else {
            return Err(ShardError(
                "expected two whole numbers, as in 3/8: the third of eight parts".to_owned(),
            ));
        };
        match (part, parts) {
            (_, 0) => Err(ShardError("a plan has at least one part: 1/1 is all of it".to_owned())),
            (_, parts) if parts > Self::MAX_PARTS => {
                Err(ShardError(format!("more than {} parts are a typo", Self::MAX_PARTS)))
            }
            (0, parts) => Err(ShardError(format!(
                "parts are numbered from 1: the first of {parts} is 1/{parts}"
            ))),
            (part, parts) if part > parts => Err(ShardError(format!(
                "there is no part {part} of {parts}: the last is {parts}/{parts}"
            ))),
            (part, parts) => Ok(Shard { index: part - 1, parts }),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index + 1, self.parts)
    }
}

impl Shard {
    /// A plan divides into no more parts than this.
    const MAX_PARTS: usize = 1_000_000;

    /// The runs of this part, in the order of the plan. The parts of a plan are disjoint and hold
    /// all of it; each costs about as much as every other. The order of arms and seeds in the
    /// config changes nothing about who holds what.
    pub fn select(self, runs: Vec<RunSpec>) -> Vec<RunSpec> {
        let owners = Self::divide(&runs, self.parts);
        runs.into_iter()
            .zip(owners)
            .filter(|(_, owner)| *owner == self.index)
            .map(|(run, _)| run)
            .collect()
    }

    /// The part, from 0, that holds each run.
    pub fn divide(runs: &[RunSpec], parts: usize) -> Vec<usize> {
        // Whole numbers: their sums are exact.
        let costs: Vec<u128> = runs.iter().map(|run| run.settings.cost() as u128).collect();
        let ids: Vec<String> = runs.iter().map(RunSpec::id).collect();
        // Two runs of one id do the same work under two names.
        let key = |index: usize| (&ids[index], &runs[index].experiment, &runs[index].arm);
        let mut longest_first: Vec<usize> = (0..runs.len()).collect();
        longest_first.sort_unstable_by_key(|&index| (Reverse(costs[index]), key(index)));
        let mut owners = vec![0; runs.len()];
        let mut least_loaded: BinaryHeap<Reverse<(u128, usize)>> =
            (0..parts).map(|part| Reverse((0, part))).collect();
        for index in longest_first {
            if let Some(mut least) = least_loaded.peek_mut() {
                owners[index] = least.0.1;
                least.0.0 += costs[index];
            }
        }
        owners
    }
}
