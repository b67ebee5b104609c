//! A sweep by its metric: each arm's best setting, the settings that cannot be told from it, and the arms at their best.

use std::cmp::Ordering;

use super::{Sweep, SweepAxis, SweptArm, SweptPoint};
use crate::Metric;
use crate::comparison::{LEVEL, best_first, leads, within};
use crate::statistics::{Interval, Paired, Summary, holm, paired_t_test, simultaneous_interval};

/// The arms of a sweep by one metric. `docs/statistics.md` says what is tested, and corrected over what.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepComparison {
    /// The sweep's title.
    pub title: String,
    /// What is compared.
    pub metric: Metric,
    /// The sweep's axes.
    pub axes: Vec<SweepAxis>,
    /// The arms, best first: by the mean of their best setting.
    pub arms: Vec<SweptResult>,
    /// Every two arms, each at its best setting, the better one first.
    pub pairs: Vec<BestPair>,
    /// See [`Sweep::uneven`].
    pub uneven: Vec<String>,
}

/// One arm of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct SweptResult {
    /// Its place in [`Sweep::arms`].
    pub index: usize,
    /// Its label.
    pub label: String,
    /// Its settings, in the order of [`SweptArm::points`].
    pub points: Vec<PointResult>,
    /// Which of them is best: by the mean, then by the median, then the first.
    pub best: usize,
    /// 95 % interval of the best setting's mean, corrected for the choice among all of them; see
    /// [`simultaneous_interval`].
    pub interval: Option<Interval>,
}

/// One setting of an arm.
#[derive(Debug, Clone, PartialEq)]
pub struct PointResult {
    /// For each axis, which of its values.
    pub at: Vec<usize>,
    /// Seeds and their values, in the order of the seeds.
    pub values: Vec<(u64, f64)>,
    /// The values in short. Its interval ends where the metric ends: no metric is below 0, no accuracy above 1.
    pub summary: Summary,
    /// How many of its runs diverged.
    pub diverged: usize,
    /// By how much the arm's best setting is ahead, over shared seeds; none for the best itself.
    pub behind: Option<f64>,
    /// p of the paired t test against the arm's best setting, times the number of the arm's other settings.
    pub p: Option<f64>,
}

/// Two arms, each at its best setting.
#[derive(Debug, Clone, PartialEq)]
pub struct BestPair {
    /// The better arm, by its place in [`SweepComparison::arms`].
    pub better: usize,
    /// The other.
    pub worse: usize,
    /// By how much the better one is ahead, seed by seed; none where they share no seed.
    pub lead: Option<Paired>,
    /// `lead.p_t` times the number of settings that the better arm's best was chosen from, then Holm-corrected over all
    /// pairs of arms.
    pub p: Option<f64>,
}

impl PointResult {
    /// Whether no difference to the arm's best setting can be shown.
    pub fn is_alike(&self) -> bool {
        self.p.is_some_and(|p| p >= LEVEL)
    }
}

impl SweptResult {
    /// The best setting.
    pub fn best(&self) -> &PointResult {
        &self.points[self.best]
    }

    /// How many runs it has, and how many of them diverged.
    pub(crate) fn diverged(&self) -> (usize, usize) {
        let of = |count: fn(&PointResult) -> usize| self.points.iter().map(count).sum();
        (of(|point| point.values.len()), of(|point| point.diverged))
    }
}

impl BestPair {
    /// Whether the difference is shown.
    pub fn is_shown(&self) -> bool {
        self.p.is_some_and(|p| p < LEVEL)
    }
}

impl Sweep {
    /// Compares the arms by the metric that the sweep was read for.
    pub fn compare(&self) -> SweepComparison {
        self.compared(self.metric)
    }

    /// Compares the arms by another metric; none if that is taken from series, which are not kept.
    pub fn compare_by(&self, metric: Metric) -> Option<SweepComparison> {
        let known = self.arms[0].points[0].runs[0].of(metric, self.metric).is_some();
        known.then(|| self.compared(metric))
    }

    fn compared(&self, metric: Metric) -> SweepComparison {
        let mut arms: Vec<SweptResult> =
            self.arms.iter().enumerate().map(|(index, arm)| self.arm(index, arm, metric)).collect();
        arms.sort_by(|a, b| {
            best_first(metric, &a.best().summary, &b.best().summary)
                .then_with(|| a.label.cmp(&b.label))
        });
        let pairs = pairs(metric, &arms);
        let (title, axes, uneven) = (self.title.clone(), self.axes.clone(), self.uneven.clone());
        SweepComparison { title, metric, axes, arms, pairs, uneven }
    }

    fn arm(&self, index: usize, arm: &SweptArm, metric: Metric) -> SweptResult {
        let mut points: Vec<PointResult> =
            arm.points.iter().filter_map(|point| self.point(point, metric)).collect();
        let order = |&a: &usize, &b: &usize| -> Ordering {
            best_first(metric, &points[a].summary, &points[b].summary).then(a.cmp(&b))
        };
        let best = (0..points.len()).min_by(order).unwrap_or(0);
        let others = points.len().saturating_sub(1);
        let leader = points[best].values.clone();
        for (place, point) in points.iter_mut().enumerate().filter(|(place, _)| *place != best) {
            let leads = leads(metric, &leader, &point.values);
            let mean = leads.iter().sum::<f64>() / leads.len() as f64;
            point.behind = (place != best && !mean.is_nan()).then_some(mean);
            point.p = paired_t_test(&leads).map(|p| (p * others as f64).min(1.0));
        }
        let values: Vec<f64> = leader.iter().map(|(_, value)| *value).collect();
        let interval =
            simultaneous_interval(&values, points.len()).map(|interval| possible(metric, interval));
        SweptResult { index, label: arm.label.clone(), points, best, interval }
    }

    fn point(&self, point: &SweptPoint, metric: Metric) -> Option<PointResult> {
        let values: Vec<(u64, f64)> = point
            .runs
            .iter()
            .filter_map(|run| Some((run.seed, run.of(metric, self.metric)?)))
            .collect();
        let mut summary = Summary::of(&values.iter().map(|(_, value)| *value).collect::<Vec<_>>())?;
        summary.interval = summary.interval.map(|interval| possible(metric, interval));
        let diverged = point.runs.iter().filter(|run| run.diverged).count();
        Some(PointResult { at: point.at.clone(), values, summary, diverged, behind: None, p: None })
    }
}

/// An interval without the part where the metric has no values: corrected ones of few seeds may be wide.
fn possible(metric: Metric, interval: Interval) -> Interval {
    let interval = within(metric, interval);
    Interval { low: interval.low.max(0.0), ..interval }
}

/// Every two arms at their best. That the better arm's setting was chosen is paid for by its number of settings: each of
/// them might have led by chance. That the other's was chosen too only makes the lead smaller.
fn pairs(metric: Metric, arms: &[SweptResult]) -> Vec<BestPair> {
    let mut pairs: Vec<BestPair> = (0..arms.len())
        .flat_map(|better| (better + 1..arms.len()).map(move |worse| (better, worse)))
        .map(|(better, worse)| {
            let leads = leads(metric, &arms[better].best().values, &arms[worse].best().values);
            BestPair { better, worse, lead: Paired::of(&leads), p: None }
        })
        .collect();
    let tested: Vec<(usize, f64)> = pairs
        .iter()
        .enumerate()
        .filter_map(|(i, pair)| Some((i, pair.lead?.p_t? * arms[pair.better].points.len() as f64)))
        .collect();
    let corrected = holm(&tested.iter().map(|(_, p)| p.min(1.0)).collect::<Vec<_>>());
    for ((i, _), p) in tested.into_iter().zip(corrected) {
        pairs[i].p = Some(p);
    }
    pairs
}

impl SweepComparison {
    /// The best arm against the `other`-th, which is not the best.
    pub fn against_best(&self, other: usize) -> Option<&BestPair> {
        self.pairs.iter().find(|pair| pair.better == 0 && pair.worse == other)
    }

    /// The fewest and the most seeds that a setting has.
    pub fn seeds(&self) -> (usize, usize) {
        let counts =
            || self.arms.iter().flat_map(|arm| &arm.points).map(|point| point.values.len());
        (counts().min().unwrap_or(0), counts().max().unwrap_or(0))
    }

    /// Settings of the whole grid, over all arms.
    pub(crate) fn grid(&self) -> usize {
        self.arms.len() * self.axes.iter().map(|axis| axis.values.len()).product::<usize>()
    }

    /// Where a point is: `init.std = 0.05`, with all axes.
    pub fn place(&self, point: &PointResult) -> String {
        let places = self
            .axes
            .iter()
            .zip(&point.at)
            .map(|(axis, &at)| format!("{} = {}", axis.setting, axis.labels[at]));
        places.collect::<Vec<_>>().join(", ")
    }

    /// The values of a point on all axes, without their names.
    pub(crate) fn values(&self, point: &PointResult) -> String {
        let values = self.axes.iter().zip(&point.at).map(|(axis, &at)| axis.labels[at].as_str());
        values.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::ChaCha8Rng;
    use rand::{RngExt, SeedableRng};
    use record::Metrics;

    use super::*;
    use crate::sweep::{Origin, SweptRun};

    /// A sweep of one axis, an arm a list of settings, each a list of accuracies by seed.
    fn sweep(arms: Vec<Vec<Vec<f64>>>) -> Sweep {
        let longest = arms.iter().map(Vec::len).max().unwrap();
        let axis = SweepAxis::new("x".into(), record::Scale::Linear, (0..longest).map(Into::into));
        let run = |(seed, &value): (usize, &f64)| SweptRun {
            directory: Default::default(),
            seed: seed as u64,
            diverged: false,
            metrics: Metrics {
                last_batch_loss: 1.0,
                validation_loss: 1.0,
                validation_accuracy: value,
                test_loss: 1.0,
                test_accuracy: value,
            },
            training_seconds: 1.0,
            value,
        };
        let point = |(at, values): (usize, &Vec<f64>)| SweptPoint {
            at: vec![at],
            runs: values.iter().enumerate().map(run).collect(),
        };
        let arm = |(i, points): (usize, &Vec<Vec<f64>>)| SweptArm {
            label: format!("arm{i}"),
            experiment: "e".into(),
            settings: Default::default(),
            points: points.iter().enumerate().map(point).collect(),
        };
        Sweep {
            title: "t".into(),
            metric: Metric::ValidationAccuracy,
            axes: vec![axis],
            arms: arms.iter().enumerate().map(arm).collect(),
            shared: Default::default(),
            uneven: Vec::new(),
            origin: Origin::default(),
            warnings: Vec::new(),
            paths: Vec::new(),
        }
    }

    /// Settings of one true value each, with noise.
    fn noisy(rng: &mut ChaCha8Rng, settings: &[f64], seeds: usize) -> Vec<Vec<f64>> {
        let mut noise = || (0..6).map(|_| rng.random_range(-1.0..1.0)).sum::<f64>() * 0.01;
        settings
            .iter()
            .map(|true_value| (0..seeds).map(|_| true_value + noise()).collect())
            .collect()
    }

    #[test]
    fn the_best_setting_leads_and_the_settings_near_it_are_alike() {
        let settings = vec![
            vec![0.90, 0.91, 0.90],
            vec![0.97, 0.96, 0.98],
            vec![0.96, 0.97, 0.97],
            vec![0.2, 0.2, 0.21],
        ];
        let comparison = sweep(vec![settings, vec![vec![0.1, 0.1, 0.1]]]).compare();
        let arm = &comparison.arms[0];
        assert_eq!((arm.label.as_str(), arm.best, arm.points[1].behind), ("arm0", 1, None));
        assert!(arm.points[2].is_alike() && !arm.points[3].is_alike());
        assert!(arm.points[3].p.unwrap() < 0.001 && comparison.pairs[0].is_shown());
    }

    #[test]
    fn the_interval_of_a_chosen_setting_is_wider_than_that_of_one_that_was_not_chosen() {
        let best = vec![0.96, 0.97, 0.97];
        let of = |settings| sweep(vec![settings]).compare().arms[0].interval.unwrap();
        let (alone, chosen) =
            (of(vec![best.clone()]), of(vec![best.clone(), vec![0.1; 3], vec![0.2; 3]]));
        assert!(chosen.low < alone.low && chosen.high > alone.high);
    }

    /// Forty settings that are all the same against one that is the same too: the best of the forty is ahead by chance,
    /// and an uncorrected test would believe it in every sixth study.
    #[test]
    fn choosing_among_forty_equal_settings_shows_no_difference() {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let (mut raw, mut shown, mut best_lost) = (0, 0, 0);
        const STUDIES: usize = 400;
        for _ in 0..STUDIES {
            let arms = vec![noisy(&mut rng, &[0.9; 40], 5), noisy(&mut rng, &[0.9], 5)];
            let comparison = sweep(arms).compare();
            let pair = &comparison.pairs[0];
            raw += usize::from(pair.lead.unwrap().p_t.unwrap() < LEVEL);
            shown += usize::from(pair.is_shown());
            // The first setting is as good as any; it must be among those that cannot be told from the best.
            let arm = comparison.arms.iter().find(|arm| arm.points.len() == 40).unwrap();
            best_lost += usize::from(arm.best != 0 && !arm.points[0].is_alike());
        }
        assert!(raw > STUDIES / 10, "{raw}");
        assert!(shown <= STUDIES / 20 && best_lost <= STUDIES / 20, "{shown} {best_lost}");
    }

    #[test]
    fn the_best_setting_is_among_those_that_cannot_be_told_from_the_one_ahead() {
        let mut rng = ChaCha8Rng::seed_from_u64(8);
        let settings: Vec<f64> = (0..13).map(|i| 0.9 - 0.002 * f64::from(i - 6).powi(2)).collect();
        let lost = (0..400).filter(|_| {
            let comparison = sweep(vec![noisy(&mut rng, &settings, 5)]).compare();
            let arm = &comparison.arms[0];
            arm.best != 6 && !arm.points[6].is_alike()
        });
        assert!(lost.count() <= 20);
    }

    #[test]
    fn settings_that_cannot_be_tested_are_neither_alike_nor_shown() {
        let infinite = vec![f64::INFINITY; 3];
        let mut one = sweep(vec![vec![vec![0.1, 0.2, 0.1], infinite.clone()], vec![infinite]]);
        one.metric = Metric::ValidationLoss;
        let comparison = one.compare();
        assert_eq!((comparison.arms[0].best, comparison.arms[0].points[1].p), (0, None));
        assert!(!comparison.arms[0].points[1].is_alike() && !comparison.pairs[0].is_shown());
        assert!(one.compare_by(Metric::StepsToLoss(0.5)).is_none());
    }
}
