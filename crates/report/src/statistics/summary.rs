//! One arm's numbers in short: mean, spread, interval, median, range.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// A closed interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// What a sample looks like.
///
/// A sample may hold infinities (the loss of a diverged run). They enter as they are: the mean is
/// infinite, the median, the smallest and the largest are what sorting gives, and no standard
/// deviation or interval exists.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// How many numbers.
    pub n: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation of the sample, with n - 1 in the denominator; none for fewer than two
    /// numbers.
    pub std: Option<f64>,
    /// 95 % interval of the mean; see [`interval_of_mean`].
    pub interval: Option<Interval>,
    /// Median; for an even count the mean of the middle two.
    pub median: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

impl Summary {
    /// Summarizes `sample`; none if it is empty or holds a NaN.
    ///
    /// ```
    /// let summary = report::statistics::Summary::of(&[96.9, 97.1, 97.0]).unwrap();
    /// assert_eq!((summary.n, summary.median), (3, 97.0));
    /// let interval = summary.interval.unwrap();
    /// assert!(interval.low < 97.0 && 97.0 < interval.high);
    /// ```
    pub fn of(sample: &[f64]) -> Option<Summary> {
        if sample.is_empty() || sample.iter().any(|x| x.is_nan()) {
            return None;
        }
        let mut sorted = sample.to_vec();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len();
        let (below, above) = (sorted[(n - 1) / 2], sorted[n / 2]);
        Some(Summary {
            n,
            mean: mean(sample),
            std: standard_deviation(sample),
            interval: interval_of_mean(sample),
            median: if below == above { below } else { (below + above) / 2.0 },
            min: sorted[0],
            max: sorted[n - 1],
        })
    }
}

/// Arithmetic mean. Equal numbers give that number, without rounding; so does a sample of
/// infinities of one sign.
pub(crate) fn mean(sample: &[f64]) -> f64 {
    match sample {
        [first, rest @ ..] if rest.iter().all(|x| x == first) => *first,
        _ => sample.iter().sum::<f64>() / sample.len() as f64,
    }
}

/// Standard deviation with n - 1 in the denominator; none below two numbers or where one is not
/// finite.
pub(crate) fn standard_deviation(sample: &[f64]) -> Option<f64> {
    if sample.len() < 2 || sample.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let mean = mean(sample);
    let squares: f64 = sample.iter().map(|x| (x - mean).powi(2)).sum();
    Some((squares / (sample.len() - 1) as f64).sqrt())
}

/// The 95 % interval of the mean by Student's t: mean ± t(0.975; n - 1) · s / √n.
///
/// Student (1908), "The probable error of a mean". It holds where the numbers are about normal,
/// which means of thousands of images are. None below two numbers or where one is not finite; a
/// point where they are all equal.
pub fn interval_of_mean(sample: &[f64]) -> Option<Interval> {
    simultaneous_interval(sample, 1)
}

/// The interval of the mean of one of `family` samples such that, with 95 % at least, the intervals
/// of all of them hold their means: mean ± t(1 - 0.025 / family; n - 1) · s / √n.
///
/// Bonferroni's correction (Dunn, 1961, "Multiple comparisons among means"). It holds whichever of
/// the samples is looked at, also the one that was chosen because its mean is the best. None and a
/// point as for [`interval_of_mean`].
pub fn simultaneous_interval(sample: &[f64], family: usize) -> Option<Interval> {
    let degrees = sample.len().checked_sub(1)?;
    let quantile = quantile(1.0 - 0.025 / family.max(1) as f64, degrees)?;
    let half = quantile * standard_deviation(sample)? / (sample.len() as f64).sqrt();
    let mean = mean(sample);
    Some(Interval { low: mean - half, high: mean + half })
}

/// The 97.5 % quantile of Student's t with `degrees` degrees of freedom; none for zero.
pub fn t_quantile(degrees: usize) -> Option<f64> {
    quantile(0.975, degrees)
}

fn quantile(share: f64, degrees: usize) -> Option<f64> {
    StudentsT::new(0.0, 1.0, degrees as f64).ok().map(|t| t.inverse_cdf(share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_has_a_mean_and_nothing_more() {
        let summary = Summary::of(&[0.97]).unwrap();
        assert_eq!(
            (summary.mean, summary.median, summary.std, summary.interval),
            (0.97, 0.97, None, None)
        );
    }

    #[test]
    fn equal_numbers_have_a_point_for_an_interval() {
        let summary = Summary::of(&[0.1; 3]).unwrap();
        assert_eq!(summary.std, Some(0.0));
        assert_eq!(summary.interval, Some(Interval { low: 0.1, high: 0.1 }));
    }

    #[test]
    fn an_infinite_loss_leaves_the_median_and_takes_the_interval() {
        let summary = Summary::of(&[0.1, 0.2, f64::INFINITY]).unwrap();
        assert_eq!((summary.mean, summary.median, summary.min), (f64::INFINITY, 0.2, 0.1));
        assert_eq!((summary.std, summary.interval), (None, None));
        assert!(Summary::of(&[f64::NAN]).is_none() && Summary::of(&[]).is_none());
    }
}
