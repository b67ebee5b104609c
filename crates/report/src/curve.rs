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
    /// 95 % interval of the mean over the seeds, by Student's t; none with one seed.
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
        Curve { points: mean_over_seeds(&losses), diverged }
    }

    /// The validation accuracy after each epoch, 0 to 1.
    pub fn validation_accuracy(runs: &[Run]) -> Curve {
        let accuracies: Vec<Vec<(f64, f64)>> = runs
            .iter()
            .map(|run| run.epochs.iter().map(|epoch| (epoch.epoch as f64, epoch.validation_accuracy)).collect())
            .collect();
        Curve { points: mean_over_seeds(&accuracies), diverged: Vec::new() }
    }
}

/// The i-th points of all series as one, over those series that reach it.
fn mean_over_seeds(series: &[Vec<(f64, f64)>]) -> Vec<Point> {
    let quantiles: Vec<Option<f64>> = (0..series.len()).map(t_quantile).collect();
    let longest = series.iter().map(Vec::len).max().unwrap_or(0);
    (0..longest)
        .filter_map(|i| {
            let column = || series.iter().filter_map(move |points| points.get(i));
            let x = column().next()?.0;
            let n = column().count() as f64;
            let mean = column().map(|(_, y)| y).sum::<f64>() / n;
            let squares: f64 = column().map(|(_, y)| (y - mean).powi(2)).sum();
            let interval = quantiles[column().count() - 1].map(|t| {
                let half = t * (squares / (n - 1.0) / n).sqrt();
                Interval { low: mean - half, high: mean + half }
            });
            mean.is_finite().then_some(Point { x, mean, interval })
        })
        .collect()
}
