//! A series of several seeds as one line: the mean and its interval, step by step.

use record::Run;

use crate::statistics::{Interval, t_quantile};

/// One arm's line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Curve {
    /// The line, from left to right.
    pub points: Vec<Point>,
    /// The step at which each run that diverged did so: the first whose loss is not finite.
    pub diverged: Vec<u64>,
}

/// One point of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The step, or the mean step where several make one point; or the epoch.
    pub x: f64,
    /// Mean over the seeds.
    pub mean: f64,
    /// 95 % interval of the mean over the seeds; none with one seed. An accuracy's is by Student's t, mean ± h. A loss
    /// is above zero and may range over decades, so its interval is taken on the logarithm by the delta method:
    /// from mean · exp(-h / mean) to mean · exp(h / mean), which is the same where h is small.
    pub interval: Option<Interval>,
}

impl Curve {
    /// The loss of the first `steps` steps, each point the mean of `block` successive ones (at least 1).
    ///
    /// A run that diverged counts up to the step where it did so: from there the mean is of the others.
    pub fn loss(runs: &[Run], steps: usize, block: usize) -> Curve {
        let block = block.max(1);
        let losses: Vec<Vec<(f64, f64)>> = runs
            .iter()
            .map(|run| {
                let steps = &run.steps[..steps.min(run.steps.len())];
                let finite = steps.iter().take_while(|step| step.loss.is_finite()).count();
                steps[..finite]
                    .chunks(block)
                    .map(|chunk| {
                        let n = chunk.len() as f64;
                        let x = chunk.iter().map(|step| step.step as f64).sum::<f64>() / n;
                        (x, chunk.iter().map(|step| f64::from(step.loss)).sum::<f64>() / n)
                    })
                    .collect()
            })
            .collect();
        let diverged = runs
            .iter()
            .filter_map(|run| run.steps.iter().take(steps).find(|step| !step.loss.is_finite()))
            .map(|step| step.step)
            .collect();
        Curve { points: mean_over_seeds(&losses, logarithmic), diverged }
    }

    /// The validation accuracy after each epoch, 0 to 1.
    pub fn validation_accuracy(runs: &[Run]) -> Curve {
        let accuracies: Vec<Vec<(f64, f64)>> = runs
            .iter()
            .map(|run| {
                run.epochs
                    .iter()
                    .map(|epoch| (epoch.epoch as f64, epoch.validation_accuracy))
                    .collect()
            })
            .collect();
        Curve { points: mean_over_seeds(&accuracies, symmetric), diverged: Vec::new() }
    }
}

/// The interval of a mean, by half the width of Student's.
type OfMean = fn(mean: f64, half: f64) -> Interval;

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

/// The i-th points of all series as one, over those series that reach it.
fn mean_over_seeds(series: &[Vec<(f64, f64)>], interval: OfMean) -> Vec<Point> {
    let quantiles: Vec<Option<f64>> = (0..series.len()).map(t_quantile).collect();
    let longest = series.iter().map(Vec::len).max().unwrap_or(0);
    (0..longest)
        .filter_map(|i| {
            let column = || series.iter().filter_map(move |points| points.get(i));
            let x = column().next()?.0;
            let n = column().count();
            let mean = column().map(|(_, y)| y).sum::<f64>() / n as f64;
            let squares: f64 = column().map(|(_, y)| (y - mean).powi(2)).sum();
            let half = |t: f64| t * (squares / (n - 1) as f64 / n as f64).sqrt();
            let interval = quantiles[n - 1].map(|t| interval(mean, half(t)));
            mean.is_finite().then_some(Point { x, mean, interval })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_loss_stays_above_zero_and_is_that_of_student_where_it_is_narrow() {
        let series = |losses: [f64; 3]| losses.map(|loss| vec![(0.0, loss)]);
        let wide = mean_over_seeds(&series([0.1, 0.2, 9.0]), logarithmic)[0].interval.unwrap();
        assert!(wide.low > 0.0 && wide.high > 9.0);
        let narrow =
            mean_over_seeds(&series([1.0, 1.001, 0.999]), logarithmic)[0].interval.unwrap();
        let student = mean_over_seeds(&series([1.0, 1.001, 0.999]), symmetric)[0].interval.unwrap();
        assert!(
            (narrow.low - student.low).abs() < 1e-5 && (narrow.high - student.high).abs() < 1e-5
        );
    }

    #[test]
    fn one_series_has_no_interval_and_a_shorter_one_ends_earlier() {
        let points = mean_over_seeds(&[vec![(0.0, 1.0), (1.0, 2.0)], vec![(0.0, 3.0)]], symmetric);
        assert_eq!((points[0].mean, points[1].mean, points[1].interval), (2.0, 2.0, None));
        assert!(mean_over_seeds(&[], symmetric).is_empty());
    }
}
