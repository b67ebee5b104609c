//! A series of several seeds as one line: the mean and its interval, step by step.

use record::{Epoch, Run, Step};

use crate::statistics::{Interval, t_quantile};

/// One arm's line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Curve {
    /// The line, from left to right.
    pub points: Vec<CurvePoint>,
    /// The step at which each run that diverged did so: the first whose loss is not finite.
    pub diverged: Vec<u64>,
}

/// One point of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// The step, or the mean step where several make one point; or the epoch.
    pub x: f64,
    /// Mean over the seeds.
    pub mean: f64,
    /// 95 % interval of the mean over the seeds; none with one seed. An accuracy's is by Student's
    /// t, mean ± h. A loss is above zero and may range over decades, so its interval is taken on
    /// the logarithm by the delta method: from mean · exp(-h / mean) to mean · exp(h / mean), which
    /// is the same where h is small.
    pub interval: Option<Interval>,
}

impl Curve {
    /// The loss of all steps, each point the mean of `block` successive ones.
    pub fn loss(runs: &[Run], block: usize) -> Curve {
        let mut losses = CurveBuilder::losses(usize::MAX, block);
        runs.iter().for_each(|run| losses.add_steps(&run.steps));
        losses.finish()
    }
}

/// The mean of series that come in one by one; only sums are held.
#[derive(Debug, Clone)]
pub(crate) struct CurveBuilder {
    limit: usize,
    block: usize,
    interval: OfMean,
    moments: Vec<Moments>,
    diverged: Vec<u64>,
}

/// Count, mean and sum of squared deviations of the values at one point (Welford, 1962).
#[derive(Debug, Clone, Copy)]
struct Moments {
    x: f64,
    n: usize,
    mean: f64,
    squares: f64,
}

/// The interval of a mean, by half the width of Student's.
type OfMean = fn(mean: f64, half: f64) -> Interval;

impl CurveBuilder {
    /// The loss of the first `limit` steps, each point the mean of `block` successive ones, at
    /// least 1.
    ///
    /// A run that diverged counts up to the step where it did so: from there the mean is of the
    /// others.
    pub(crate) fn losses(limit: usize, block: usize) -> Self {
        let (moments, diverged) = (Vec::new(), Vec::new());
        CurveBuilder { limit, block: block.max(1), interval: logarithmic, moments, diverged }
    }

    /// The validation accuracy after each epoch, 0 to 1.
    pub(crate) fn accuracies() -> Self {
        CurveBuilder { interval: symmetric, ..CurveBuilder::losses(usize::MAX, 1) }
    }

    /// Adds a run's losses.
    pub(crate) fn add_steps(&mut self, steps: &[Step]) {
        let steps = &steps[..self.limit.min(steps.len())];
        self.diverged.extend(steps.iter().find(|step| !step.loss.is_finite()).map(|s| s.step));
        for (i, (x, loss)) in blocks(steps, self.block).enumerate() {
            self.add(i, x, loss);
        }
    }

    /// Adds a run's accuracies.
    pub(crate) fn add_epochs(&mut self, epochs: &[Epoch]) {
        for (i, epoch) in epochs.iter().enumerate() {
            self.add(i, epoch.epoch as f64, epoch.validation_accuracy);
        }
    }

    fn add(&mut self, i: usize, x: f64, value: f64) {
        if self.moments.len() == i {
            self.moments.push(Moments { x, n: 0, mean: 0.0, squares: 0.0 });
        }
        let moments = &mut self.moments[i];
        moments.n += 1;
        let before = value - moments.mean;
        moments.mean += before / moments.n as f64;
        moments.squares += before * (value - moments.mean);
    }

    /// The line of all that was added: each point over the runs that reach it.
    pub(crate) fn finish(self) -> Curve {
        let most = self.moments.iter().map(|moments| moments.n).max().unwrap_or(0);
        let quantiles: Vec<Option<f64>> = (0..most).map(t_quantile).collect();
        let point = |&Moments { x, n, mean, squares }: &Moments| {
            let half = |t: f64| t * (squares / (n - 1) as f64 / n as f64).sqrt();
            let interval = quantiles[n - 1].map(|t| (self.interval)(mean, half(t)));
            mean.is_finite().then_some(CurvePoint { x, mean, interval })
        };
        Curve { points: self.moments.iter().filter_map(point).collect(), diverged: self.diverged }
    }
}

/// Mean step and mean loss of successive blocks, up to the first loss that is not finite.
pub(crate) fn blocks(steps: &[Step], block: usize) -> impl Iterator<Item = (f64, f64)> + '_ {
    let finite = steps.iter().take_while(|step| step.loss.is_finite()).count();
    steps[..finite].chunks(block.max(1)).map(|chunk| {
        let n = chunk.len() as f64;
        let x = chunk.iter().map(|step| step.step as f64).sum::<f64>() / n;
        (x, chunk.iter().map(|step| f64::from(step.loss)).sum::<f64>() / n)
    })
}

fn symmetric(mean: f64, half: f64) -> Interval {
    Interval { low: mean - half, high: mean + half }
}

fn logarithmic(mean: f64, half: f64) -> Interval {
    if mean > 0.0 {
        Interval { low: mean * (-half / mean).exp(), high: mean * (half / mean).exp() }
    } else {
        symmetric(mean, half)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(losses: &[f32], interval: OfMean) -> CurvePoint {
        let mut curve = CurveBuilder { interval, ..CurveBuilder::losses(9, 1) };
        losses.iter().for_each(|&loss| curve.add_steps(&[Step { step: 0, loss }]));
        curve.finish().points[0]
    }

    #[test]
    fn the_interval_of_a_loss_stays_above_zero_and_is_that_of_student_where_it_is_narrow() {
        let wide = point(&[0.1, 0.2, 9.0], logarithmic).interval.unwrap();
        assert!(wide.low > 0.0 && wide.high > 9.0);
        let narrow = point(&[1.0, 1.001, 0.999], logarithmic).interval.unwrap();
        let student = point(&[1.0, 1.001, 0.999], symmetric).interval.unwrap();
        assert!((narrow.low - student.low).abs() < 1e-5);
        assert!((narrow.high - student.high).abs() < 1e-5);
    }

    #[test]
    fn one_series_has_no_interval_and_a_shorter_one_ends_earlier() {
        let steps = |losses: &[f32]| -> Vec<Step> {
            losses.iter().zip(0..).map(|(&loss, step)| Step { step, loss }).collect()
        };
        let mut curve = CurveBuilder::losses(9, 1);
        curve.add_steps(&steps(&[1.0, 2.0]));
        curve.add_steps(&steps(&[3.0]));
        curve.add_steps(&steps(&[2.0, f32::NAN]));
        let curve = curve.finish();
        assert_eq!((curve.points[0].mean, curve.points[1].mean), (2.0, 2.0));
        assert_eq!((curve.points[1].interval, curve.diverged), (None, vec![1]));
        assert!(CurveBuilder::losses(9, 1).finish().points.is_empty());
    }

    #[test]
    fn the_mean_and_its_interval_are_those_of_the_whole_sample() {
        let losses = [0.31, 0.42, 0.28, 0.5, 0.33];
        let sample: Vec<f64> = losses.iter().map(|&loss| f64::from(loss)).collect();
        let (found, whole) =
            (point(&losses, symmetric), crate::statistics::interval_of_mean(&sample).unwrap());
        let interval = found.interval.unwrap();
        assert!((interval.low - whole.low).abs() < 1e-12);
        assert!((interval.high - whole.high).abs() < 1e-12);
    }
}
