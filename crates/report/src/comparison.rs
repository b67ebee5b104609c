//! A study by one metric: arms from best to worst, every pair of them tested.

use std::cmp::Ordering;

use crate::statistics::{Interval, Paired, Summary, holm, probability_of_improvement};
use crate::{Metric, Study};

/// From which p on a difference counts as not shown.
pub const LEVEL: f64 = 0.05;

/// The arms of a study by one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The study's title.
    pub title: String,
    /// What is compared.
    pub metric: Metric,
    /// The arms, best first: by the mean, then by the median, then by the label.
    pub arms: Vec<RankedArm>,
    /// Every two arms, the better one first, in the order of the arms. All of them are one family for Holm's correction.
    pub pairs: Vec<Pair>,
}

/// One arm of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct RankedArm {
    /// Its place in [`Study::arms`].
    pub index: usize,
    /// Its label.
    pub label: String,
    /// Seeds and their values, in the order of the seeds.
    pub values: Vec<(u64, f64)>,
    /// The values in short. No share lies outside 0 to 1, so the interval of an accuracy ends there.
    pub summary: Summary,
    /// How many of its runs diverged.
    pub diverged: usize,
}

/// Two arms of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The better arm, by its place in [`Comparison::arms`].
    pub better: usize,
    /// The other.
    pub worse: usize,
    /// By how much the better one is ahead, seed by seed: positive where it is better, whichever way the metric runs.
    /// None where the arms share no seed.
    pub lead: Option<Paired>,
    /// `lead.p_t` after Holm's correction.
    pub p_t_holm: Option<f64>,
    /// `lead.p_permutation` after Holm's correction.
    pub p_permutation_holm: Option<f64>,
    /// The probability that a run of the better arm beats one of the other; see [`probability_of_improvement`].
    pub probability_of_improvement: f64,
}

impl Pair {
    /// Whether the difference is shown: p of the paired t test, Holm-corrected over the family, below 0.05.
    pub fn is_shown(&self) -> bool {
        self.p_t_holm.is_some_and(|p| p < LEVEL)
    }
}

impl Study {
    /// Compares the arms by `metric`.
    pub fn compare(&self, metric: Metric) -> Comparison {
        let mut arms: Vec<RankedArm> = self
            .arms
            .iter()
            .enumerate()
            .filter_map(|(index, arm)| {
                let values: Vec<(u64, f64)> =
                    arm.runs.iter().map(|run| (run.record.seed, metric.of(run))).collect();
                let mut summary = Summary::of(&plain(&values))?;
                summary.interval = summary.interval.map(|interval| within(metric, interval));
                Some(RankedArm {
                    index,
                    label: arm.label.clone(),
                    values,
                    summary,
                    diverged: arm.diverged(),
                })
            })
            .collect();
        arms.sort_by(|a, b| best_first(metric, &a.summary, &b.summary).then(a.label.cmp(&b.label)));
        let mut pairs = Vec::with_capacity(arms.len() * arms.len().saturating_sub(1) / 2);
        for better in 0..arms.len() {
            for worse in better + 1..arms.len() {
                pairs.push(pair(metric, &arms, better, worse));
            }
        }
        correct(&mut pairs);
        Comparison { title: self.title.clone(), metric, arms, pairs }
    }
}

impl Comparison {
    /// The best arm against the `other`-th, which is not the best.
    pub fn against_best(&self, other: usize) -> Option<&Pair> {
        self.pairs.iter().find(|pair| pair.better == 0 && pair.worse == other)
    }

    /// What a corrected p-value was corrected over, in words; `paired t test` alone where there was but one.
    pub(crate) fn test(&self) -> String {
        match self.pairs.iter().filter(|pair| pair.p_t_holm.is_some()).count() {
            0 | 1 => "paired t test".to_owned(),
            tested => format!("paired t test, Holm-corrected over {tested} pairs"),
        }
    }

    /// The fewest and the most seeds that an arm has.
    pub fn seeds(&self) -> (usize, usize) {
        let counts = || self.arms.iter().map(|arm| arm.values.len());
        (counts().min().unwrap_or(0), counts().max().unwrap_or(0))
    }
}

/// The order of two samples: by the mean, then by the median.
pub(crate) fn best_first(metric: Metric, a: &Summary, b: &Summary) -> Ordering {
    let better = |a: f64, b: f64| (metric.sign() * b).total_cmp(&(metric.sign() * a));
    better(a.mean, b.mean).then(better(a.median, b.median))
}

/// An interval, ended where the metric ends.
pub(crate) fn within(metric: Metric, interval: Interval) -> Interval {
    if metric.higher_is_better() {
        Interval { low: interval.low.max(0.0), high: interval.high.min(1.0) }
    } else {
        interval
    }
}

/// By how much `x` is ahead of `y`, seed by seed over the seeds that both have; both are in the order of their seeds.
pub(crate) fn leads(metric: Metric, x: &[(u64, f64)], y: &[(u64, f64)]) -> Vec<f64> {
    x.iter()
        .filter_map(|(seed, x)| {
            let other = y.binary_search_by_key(seed, |(seed, _)| *seed).ok()?;
            Some(metric.sign() * (x - y[other].1))
        })
        .collect()
}

fn plain(values: &[(u64, f64)]) -> Vec<f64> {
    values.iter().map(|(_, value)| *value).collect()
}

fn pair(metric: Metric, arms: &[RankedArm], better: usize, worse: usize) -> Pair {
    let (x, y) = (&arms[better].values, &arms[worse].values);
    let signed = |values: &[(u64, f64)]| {
        values.iter().map(|(_, value)| metric.sign() * value).collect::<Vec<_>>()
    };
    Pair {
        better,
        worse,
        lead: Paired::of(&leads(metric, x, y)),
        p_t_holm: None,
        p_permutation_holm: None,
        probability_of_improvement: probability_of_improvement(&signed(x), &signed(y))
            .unwrap_or(0.5),
    }
}

/// Corrects each test over all pairs that have one.
fn correct(pairs: &mut [Pair]) {
    let corrected = |pairs: &[Pair], p: fn(&Paired) -> Option<f64>| {
        let tested: Vec<(usize, f64)> = pairs
            .iter()
            .enumerate()
            .filter_map(|(i, pair)| Some((i, p(pair.lead.as_ref()?)?)))
            .collect();
        let p = holm(&tested.iter().map(|(_, p)| *p).collect::<Vec<_>>());
        tested.into_iter().map(|(i, _)| i).zip(p).collect::<Vec<_>>()
    };
    let t = corrected(pairs, |lead| lead.p_t);
    let permutation = corrected(pairs, |lead| lead.p_permutation);
    for (i, p) in t {
        pairs[i].p_t_holm = Some(p);
    }
    for (i, p) in permutation {
        pairs[i].p_permutation_holm = Some(p);
    }
}
