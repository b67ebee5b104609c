//! Many arms at once: correcting for many tests, and how often one arm beats another.

/// Holm's correction of a family of p-values, in the order given.
///
/// The k-th smallest of m is multiplied by m - k + 1, and none may be smaller than the one before
/// it; the chance of any false difference in the family then stays below the level. Holm (1979), "A
/// simple sequentially rejective multiple test procedure".
///
/// ```
/// assert_eq!(report::statistics::holm(&[0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]);
/// ```
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut corrected = vec![1.0; p.len()];
    let mut least: f64 = 0.0;
    for (rank, &i) in order.iter().enumerate() {
        least = least.max((p[i] * (p.len() - rank) as f64).min(1.0));
        corrected[i] = least;
    }
    corrected
}

/// The probability of improvement, P(X > Y): the share of all pairs of one number of `x` and one of
/// `y` in which that of `x` is larger, ties counting half.
///
/// It is the Mann-Whitney statistic U / (n · m), as in rliable (Agarwal and others, 2021, "Deep
/// reinforcement learning at the edge of the statistical precipice") for one task. All n · m pairs
/// enter, not only those of equal seeds. For a metric of which less is better, swap the two. None
/// if either is empty.
pub fn probability_of_improvement(x: &[f64], y: &[f64]) -> Option<f64> {
    let wins: f64 = x
        .iter()
        .flat_map(|x| {
            y.iter().map(move |y| {
                if x > y {
                    1.0
                } else if x == y {
                    0.5
                } else {
                    0.0
                }
            })
        })
        .sum();
    let pairs = x.len() * y.len();
    (pairs > 0).then(|| wins / pairs as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holm_keeps_the_order_and_stays_below_one() {
        assert_eq!(holm(&[0.5, 0.001, 0.9]), [1.0, 0.003, 1.0]);
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn infinities_tie_with_one_another_and_lose_to_nothing_above() {
        assert_eq!(probability_of_improvement(&[f64::INFINITY], &[f64::INFINITY, 1.0]), Some(0.75));
        assert_eq!(probability_of_improvement(&[], &[1.0]), None);
    }
}
