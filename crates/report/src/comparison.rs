//! A study by its quantity: each arm at its best point, what cannot be told from it, and the arms
//! against one another. Without axes an arm has one point, which is its best.

use rayon::prelude::*;

use crate::metric::Metric;
use crate::natural::natural_order;
use crate::quantity::Quantity;
use crate::seed::Seed;
use crate::spread::{Spread, difference, interval, numbers, t_test};
use crate::statistics::{
    Interval, MeanDifference, Summary, holm, partition_count, probability_of_improvement,
    unpaired_difference,
};
use crate::study::{Arm, Point, RunSummary, Study};
use crate::sweep_axis::SweepAxis;

/// From which p on a difference counts as not shown.
pub const LEVEL: f64 = 0.05;

/// Arms up to which every two are tested. Of more, only the best is tested against each other one.
const EVERY_PAIR: usize = 64;

/// The arms of a study, compared. `docs/statistics.md` says what is tested, and corrected over
/// what.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The study's title.
    pub title: String,
    /// What is compared.
    pub quantity: Quantity,
    /// See [`Study::paired`].
    pub paired: bool,
    /// The study's axes; none where nothing was swept.
    pub axes: Vec<SweepAxis>,
    /// The arms, best first: by the mean of their best point, then by its median, then by the
    /// label.
    pub arms: Vec<RankedArm>,
    /// Every two arms, each at its best point, the better one first. Of more than 64 arms, only
    /// the best against each other one.
    pub pairs: Vec<Pair>,
    /// See [`Study::uneven`].
    pub uneven: Vec<String>,
}

/// One arm of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct RankedArm {
    /// Its index in [`Study::arms`].
    pub index: usize,
    /// Its label.
    pub label: String,
    /// Its points, in the order of [`Arm::points`].
    pub points: Vec<RankedPoint>,
    /// Which of them is best: by the mean, then by the median, then the first.
    pub best: usize,
    /// 95 % interval of the best point's mean, corrected for the choice among all of them; see
    /// [`simultaneous_interval`](crate::statistics::simultaneous_interval).
    pub interval: Option<Interval>,
    /// Where the spread of the best point comes from; none where seeds are not crossed.
    pub spread: Option<Spread>,
}

/// One point of an arm.
#[derive(Debug, Clone, PartialEq)]
pub struct RankedPoint {
    /// For each axis, which of its values.
    pub at: Vec<usize>,
    /// Seeds and their values, in the order of the seeds: all different, or a complete grid of
    /// seeds of weights and of order.
    pub values: Vec<(Seed, f64)>,
    /// The values in short. Its interval ends where the quantity ends: no loss is below 0, no
    /// accuracy above 1.
    pub summary: Summary,
    /// How many of its runs diverged.
    pub diverged: usize,
    /// By how much the arm's best point is ahead, over shared seeds; none for the best itself.
    pub behind: Option<f64>,
    /// p of the paired t test against the arm's best point, times the number of the arm's other
    /// points.
    pub p: Option<f64>,
}

/// Two arms, each at its best point.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The better arm, by its index in [`Comparison::arms`].
    pub better: usize,
    /// The other.
    pub worse: usize,
    /// By how much the better one is ahead, seed by seed or in the mean where runs are not paired:
    /// positive where it is better, whichever way the quantity runs. None where arms whose runs are
    /// paired share no seed.
    pub lead: Option<MeanDifference>,
    /// `lead.p_t` times the number of points that the better arm's best was chosen from, then
    /// corrected over all pairs of arms by Holm's method.
    pub p_t_holm: Option<f64>,
    /// `lead.p_permutation`, corrected in the same way.
    pub p_permutation_holm: Option<f64>,
    /// The probability that a run of the better arm beats one of the other; see
    /// [`probability_of_improvement`].
    pub probability_of_improvement: f64,
}

impl RankedPoint {
    /// Whether no difference to the arm's best point can be shown.
    pub fn is_alike(&self) -> bool {
        self.p.is_some_and(|p| p >= LEVEL)
    }
}

impl RankedArm {
    /// The best point.
    pub fn best(&self) -> &RankedPoint {
        &self.points[self.best]
    }

    /// How many runs it has, over all points.
    pub(crate) fn run_count(&self) -> usize {
        self.points.iter().map(|point| point.values.len()).sum()
    }

    /// How many of them diverged.
    pub(crate) fn diverged(&self) -> usize {
        self.points.iter().map(|point| point.diverged).sum()
    }
}

impl Pair {
    /// Whether the difference is shown: p of the t test, corrected over the family, below 0.05.
    pub fn is_shown(&self) -> bool {
        self.p_t_holm.is_some_and(|p| p < LEVEL)
    }

    /// Whether the difference was tested and is not shown.
    pub fn is_alike(&self) -> bool {
        self.p_t_holm.is_some_and(|p| p >= LEVEL)
    }
}

impl Study {
    /// Compares the arms by what the study was read for.
    pub fn compare(&self) -> Comparison {
        self.compared(self.quantity.clone(), &|run| Some(run.value))
    }

    /// Compares the arms by another metric; none if that is taken from series, which are not kept,
    /// or if the study is not of records.
    pub fn compare_by(&self, metric: Metric) -> Option<Comparison> {
        let value = |run: &RunSummary| run.value_of(metric, self.metric);
        self.metric?;
        value(&self.arms[0].points[0].runs[0])?;
        Some(self.compared(metric.quantity(), &value))
    }

    fn compared(&self, quantity: Quantity, value: &Value) -> Comparison {
        let arm = |(index, arm)| rank_points(&quantity, index, arm, value);
        let mut arms: Vec<RankedArm> = self.arms.iter().enumerate().filter_map(arm).collect();
        arms.sort_by(|a, b| {
            quantity
                .best_first(&a.best().summary, &b.best().summary)
                .then_with(|| natural_order(&a.label, &b.label))
        });
        Spread::correct(arms.iter_mut().filter_map(|arm| arm.spread.as_mut()).collect());
        let pairs = pairs(&quantity, &arms, self.paired);
        let (title, axes, uneven) = (self.title.clone(), self.axes.clone(), self.uneven.clone());
        Comparison { title, quantity, paired: self.paired, axes, arms, pairs, uneven }
    }
}

/// A run's value of what is compared.
type Value<'a> = dyn Fn(&RunSummary) -> Option<f64> + 'a;

/// An arm's points, the best among them, and the others tested against it.
fn rank_points(quantity: &Quantity, index: usize, arm: &Arm, value: &Value) -> Option<RankedArm> {
    let point = |point| rank_point(quantity, point, value);
    let mut points: Vec<RankedPoint> = arm.points.iter().filter_map(point).collect();
    let order = |&a: &usize, &b: &usize| {
        quantity.best_first(&points[a].summary, &points[b].summary).then(a.cmp(&b))
    };
    let best = (0..points.len()).min_by(order)?;
    let others = points.len() - 1;
    let leader = points[best].values.clone();
    for (_, point) in points.iter_mut().enumerate().filter(|(index, _)| *index != best) {
        let leads = leads(quantity, &leader, &point.values);
        let mean = leads.iter().map(|(_, lead)| lead).sum::<f64>() / leads.len() as f64;
        point.behind = (!mean.is_nan()).then_some(mean);
        point.p = t_test(&leads).map(|p| (p * others as f64).min(1.0));
    }
    let interval = interval(&leader, points.len()).map(|interval| quantity.within(interval));
    let spread = Spread::of(&leader);
    Some(RankedArm { index, label: arm.label.clone(), points, best, interval, spread })
}

fn rank_point(quantity: &Quantity, point: &Point, value: &Value) -> Option<RankedPoint> {
    let values: Vec<(Seed, f64)> =
        point.runs.iter().filter_map(|run| Some((run.seed, value(run)?))).collect();
    let mut summary = Summary::of(&numbers(&values))?;
    summary.interval = interval(&values, 1).map(|interval| quantity.within(interval));
    let diverged = point.runs.iter().filter(|run| run.diverged).count();
    Some(RankedPoint { at: point.at.clone(), values, summary, diverged, behind: None, p: None })
}

/// By how much `x` is ahead of `y`, seed by seed over the seeds that both have; both are in the
/// order of their seeds.
fn leads(quantity: &Quantity, x: &[(Seed, f64)], y: &[(Seed, f64)]) -> Vec<(Seed, f64)> {
    x.iter()
        .filter_map(|(seed, x)| {
            let other = y.binary_search_by_key(seed, |(seed, _)| *seed).ok()?;
            Some((*seed, quantity.sign() * (x - y[other].1)))
        })
        .collect()
}

/// The pairs of arms that are tested.
fn pairs(quantity: &Quantity, arms: &[RankedArm], paired: bool) -> Vec<Pair> {
    let leaders = if arms.len() > EVERY_PAIR { 1 } else { arms.len() };
    let indices: Vec<(usize, usize)> = (0..leaders)
        .flat_map(|better| (better + 1..arms.len()).map(move |worse| (better, worse)))
        .collect();
    let mut pairs: Vec<Pair> =
        indices.par_iter().map(|&pairing| pair(quantity, arms, pairing, paired)).collect();
    let all = arms.len() * arms.len().saturating_sub(1) / 2;
    let t = corrected(&pairs, arms, all, |lead| lead.p_t);
    let permutation = corrected(&pairs, arms, all, |lead| lead.p_permutation);
    for ((pair, t), permutation) in pairs.iter_mut().zip(t).zip(permutation) {
        (pair.p_t_holm, pair.p_permutation_holm) = (t, permutation);
    }
    pairs
}

fn pair(quantity: &Quantity, arms: &[RankedArm], indices: (usize, usize), paired: bool) -> Pair {
    let (better, worse) = indices;
    let (x, y) = (&arms[better].best().values, &arms[worse].best().values);
    let signed = |values: &[(Seed, f64)]| {
        values.iter().map(|(_, value)| quantity.sign() * value).collect::<Vec<_>>()
    };
    let lead = match paired {
        true => difference(&leads(quantity, x, y)),
        false => unpaired_difference(&signed(x), &signed(y)),
    };
    Pair {
        better,
        worse,
        lead,
        p_t_holm: None,
        p_permutation_holm: None,
        probability_of_improvement: probability_of_improvement(&signed(x), &signed(y))
            .unwrap_or(0.5),
    }
}

/// One test of all pairs, corrected.
///
/// That the better arm's point was chosen is paid for by its number of points: each of them might
/// have led by chance. That the other's was chosen too only makes the lead smaller. Then Holm's
/// method over the pairs that have a test; or, where only the best arm was tested, Bonferroni's
/// over all pairs that there are, since which arm is best was read off the same runs.
fn corrected(
    pairs: &[Pair],
    arms: &[RankedArm],
    all: usize,
    p: fn(&MeanDifference) -> Option<f64>,
) -> Vec<Option<f64>> {
    let chosen = |pair: &Pair| {
        let p = p(pair.lead.as_ref()?)?;
        Some((p * arms[pair.better].points.len() as f64).min(1.0))
    };
    let chosen: Vec<Option<f64>> = pairs.iter().map(chosen).collect();
    if pairs.len() < all {
        return chosen.iter().map(|p| p.map(|p| (p * all as f64).min(1.0))).collect();
    }
    let mut holm = holm(&chosen.iter().copied().flatten().collect::<Vec<_>>()).into_iter();
    chosen.iter().map(|p| p.and_then(|_| holm.next())).collect()
}

impl Comparison {
    /// The best arm against the `other`-th, which is not the best.
    pub fn against_best(&self, other: usize) -> Option<&Pair> {
        // The pairs of the best arm come first, in the order of the others.
        self.pairs.get(other.checked_sub(1)?).filter(|pair| pair.better == 0)
    }

    /// The fewest and the most seeds that a point has.
    pub fn seeds(&self) -> (usize, usize) {
        let counts =
            || self.arms.iter().flat_map(|arm| &arm.points).map(|point| point.values.len());
        (counts().min().unwrap_or(0), counts().max().unwrap_or(0))
    }

    /// What one value of an arm is of, in words: a seed, a pair of seeds where they are crossed, or
    /// a run where runs are not paired.
    pub(crate) fn one(&self) -> &'static str {
        match (self.paired, self.is_crossed()) {
            (false, _) => "run",
            (true, false) => "seed",
            (true, true) => "seed pair",
        }
    }

    /// Whether any arm crosses seeds of weights with seeds of the order.
    pub fn is_crossed(&self) -> bool {
        self.arms.iter().any(|arm| arm.spread.is_some())
    }

    /// The smallest p that the exact permutation test of a pair can have.
    pub(crate) fn smallest_p(&self, pair: &Pair) -> Option<f64> {
        let n = pair.lead?.n;
        if self.paired {
            return Some(2.0 / 2f64.powi(n.min(1000) as i32));
        }
        let [x, y] = [pair.better, pair.worse].map(|arm| self.arms[arm].best().values.len());
        let sides = if x == y { 2.0 } else { 1.0 };
        Some(sides / partition_count(x, y))
    }

    /// The test and what its p-values were corrected over, in words; `paired t test` alone where
    /// there was but one.
    pub(crate) fn test(&self) -> String {
        let test = match (self.paired, self.is_crossed()) {
            (false, _) => "Welch's t test",
            (true, false) => "paired t test",
            (true, true) => "t test of crossed pairs",
        };
        let all = self.arms.len() * self.arms.len().saturating_sub(1) / 2;
        match self.pairs.iter().filter(|pair| pair.p_t_holm.is_some()).count() {
            0 | 1 => test.to_owned(),
            _ if self.pairs.len() < all => {
                format!("{test}, Bonferroni-corrected over {all} pairs")
            }
            tested => format!("{test}, Holm-corrected over {tested} pairs"),
        }
    }

    /// Points of the whole grid, over all arms.
    pub(crate) fn grid(&self) -> usize {
        self.arms.len() * self.axes.iter().map(|axis| axis.values.len()).product::<usize>()
    }

    /// Points that there are, over all arms.
    pub(crate) fn point_count(&self) -> usize {
        self.arms.iter().map(|arm| arm.points.len()).sum()
    }

    /// Where a point is: `init.std = 0.05`, with all axes; empty without axes.
    pub fn place(&self, point: &RankedPoint) -> String {
        let places = self
            .axes
            .iter()
            .zip(&point.at)
            .map(|(axis, &at)| format!("{} = {}", axis.setting, axis.labels[at]));
        places.collect::<Vec<_>>().join(", ")
    }

    /// The values of a point on all axes, without their names.
    pub(crate) fn values(&self, point: &RankedPoint) -> String {
        let values = self.axes.iter().zip(&point.at).map(|(axis, &at)| axis.labels[at].as_str());
        values.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests;
