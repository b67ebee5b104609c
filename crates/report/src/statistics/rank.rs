//! Whether two rows of numbers are in the same order.

use super::summary::Interval;

/// Spearman's rank correlation of pairs of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankCorrelation {
    /// How many pairs.
    pub n: usize,
    /// From -1, the opposite order, to 1, the same order.
    pub rho: f64,
    /// Its 95 % interval; none below 5 pairs.
    pub interval: Option<Interval>,
}

/// The two-sided 95 % point of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// Spearman's rank correlation of `a` and `b`; none of fewer than 3 pairs, where one of the two
/// does not vary, or where a number is NaN.
///
/// Equal numbers share the mean of their ranks, and rho is Pearson's correlation of the ranks
/// (Spearman 1904). The interval is symmetric in Fisher's `z = artanh(rho)`, with the standard
/// error `sqrt((1 + rho^2 / 2) / (n - 3))` (Bonett and Wright 2000); where the two orders agree or
/// are opposite in every pair it has no width, which says nothing about other pairs.
///
/// ```
/// let found = report::statistics::rank_correlation(&[1.0, 2.0, 4.0, 3.0], &[0.1, 0.5, 0.9, 0.7]);
/// assert_eq!(found.map(|found| found.rho), Some(1.0));
/// ```
pub fn rank_correlation(a: &[f64], b: &[f64]) -> Option<RankCorrelation> {
    let n = a.len().min(b.len());
    if n < 3 || a.iter().chain(b).any(|x| x.is_nan()) {
        return None;
    }
    let [a, b] = [a, b].map(|numbers| ranks(&numbers[..n]));
    let middle = (n as f64 - 1.0) / 2.0;
    let sum = |a: &[f64], b: &[f64]| -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - middle) * (b - middle)).sum()
    };
    let size = (sum(&a, &a) * sum(&b, &b)).sqrt();
    if size == 0.0 {
        return None;
    }
    let rho = (sum(&a, &b) / size).clamp(-1.0, 1.0);
    let interval = (n >= 5).then(|| {
        let half = Z * ((1.0 + rho * rho / 2.0) / (n as f64 - 3.0)).sqrt();
        let z = rho.atanh();
        Interval { low: (z - half).tanh(), high: (z + half).tanh() }
    });
    Some(RankCorrelation { n, rho, interval })
}

/// The rank of each number from 0, equal ones with the mean of theirs.
fn ranks(numbers: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by(|&i, &j| numbers[i].total_cmp(&numbers[j]));
    let mut ranks = vec![0.0; numbers.len()];
    let mut start = 0;
    while start < order.len() {
        let is_tied = |&&other: &&usize| numbers[other] == numbers[order[start]];
        let end = start + order[start..].iter().take_while(is_tied).count();
        for &index in &order[start..end] {
            ranks[index] = (start + end - 1) as f64 / 2.0;
        }
        start = end;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_share_their_ranks() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, f64::INFINITY, 0.0]), [2.5, 1.0, 2.5, 4.0, 0.0]);
        assert_eq!(ranks(&[0.0, -0.0]), [0.5, 0.5]);
    }

    #[test]
    fn what_says_nothing_has_no_correlation() {
        assert_eq!(rank_correlation(&[1.0, 2.0], &[1.0, 2.0]), None);
        assert_eq!(rank_correlation(&[1.0; 4], &[1.0, 2.0, 3.0, 4.0]), None);
        assert_eq!(rank_correlation(&[1.0, f64::NAN, 2.0], &[1.0, 2.0, 3.0]), None);
    }

    #[test]
    fn the_interval_holds_the_correlation_and_is_narrower_of_more_pairs() {
        let found = |n: usize| {
            let a: Vec<f64> = (0..n).map(|i| i as f64).collect();
            let b: Vec<f64> = (0..n).map(|i| ((i * 7) % n) as f64 + i as f64).collect();
            rank_correlation(&a, &b).unwrap()
        };
        let width = |n| found(n).interval.map(|interval| interval.high - interval.low).unwrap();
        for n in [5, 20, 100] {
            let RankCorrelation { rho, interval, .. } = found(n);
            assert!(interval.is_some_and(|interval| interval.low < rho && rho < interval.high));
        }
        assert!(width(100) < width(20) && width(20) < width(5));
        assert_eq!(rank_correlation(&[1.0, 2.0, 3.0], &[3.0, 1.0, 2.0]).unwrap().interval, None);
    }
}
