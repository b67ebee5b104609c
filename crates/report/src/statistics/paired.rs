//! Two arms that saw the same seeds: the difference, seed by seed, and whether chance alone
//! explains it.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use statrs::distribution::{ContinuousCDF, StudentsT};

use super::difference::MeanDifference;
use super::summary::{interval_of_mean, mean, standard_deviation};

/// What the differences of paired numbers say, one a pair; none if there is no pair.
///
/// A difference that is infinite or NaN (a run diverged) leaves no test and no interval: means of
/// infinities say nothing. The mean is then infinite, or NaN where both arms diverged with the same
/// seed.
pub fn paired_difference(differences: &[f64]) -> Option<MeanDifference> {
    (!differences.is_empty()).then(|| MeanDifference {
        n: differences.len(),
        mean: mean(differences),
        interval: interval_of_mean(differences),
        p_t: paired_t_test(differences),
        p_permutation: sign_flip_test(differences),
    })
}

/// The two-sided p of Student's paired t test: t = mean / (s / √n) with n - 1 degrees of freedom.
///
/// Student (1908). It takes the differences for about normal. None below two differences or where
/// one is not finite. Where all are equal the statistic is taken at its limit: p = 0, or p = 1 if
/// they are all zero.
pub fn paired_t_test(differences: &[f64]) -> Option<f64> {
    let std = standard_deviation(differences)?;
    let mean = mean(differences);
    if std == 0.0 {
        return Some(if mean == 0.0 { 1.0 } else { 0.0 });
    }
    let t = mean / (std / (differences.len() as f64).sqrt());
    let distribution = StudentsT::new(0.0, 1.0, (differences.len() - 1) as f64).ok()?;
    Some((2.0 * distribution.cdf(-t.abs())).min(1.0))
}

/// Up to this many differences every choice of signs is counted.
const EXACT: usize = 20;

/// Choices of signs that are drawn above that.
const DRAWS: u32 = 20_000;

/// The two-sided p of the sign-flip permutation test: of all 2ⁿ ways to give the differences a
/// sign, the share whose sum is at least as far from zero as the sum observed.
///
/// Fisher (1935), "The design of experiments", section 21. It takes nothing for granted but that,
/// were the arms alike, each difference would as likely have had the other sign. Its smallest p is
/// 2 / 2ⁿ: below 6 pairs it cannot fall under 0.05. Above 20 differences 20,000 choices are drawn
/// from a fixed stream, and p = (1 + as far) / (1 + drawn) (Phipson and Smyth, 2010), so that the
/// same differences always have the same p. None below two differences or where one is not finite.
pub fn sign_flip_test(differences: &[f64]) -> Option<f64> {
    if differences.len() < 2 || differences.iter().any(|d| !d.is_finite()) {
        return None;
    }
    // Sums that are equal but for rounding must count as equal: accuracies are multiples of one
    // image.
    let tolerance = 1e-9 * differences.iter().map(|d| d.abs()).sum::<f64>();
    let observed = differences.iter().sum::<f64>().abs() - tolerance;
    Some(if differences.len() <= EXACT {
        exact(differences, observed)
    } else {
        sampled(differences, observed)
    })
}

/// Splits the differences in two halves and counts the pairs of their signed sums: 2^(n/2) sums
/// instead of 2^n.
fn exact(differences: &[f64], observed: f64) -> f64 {
    let (left, right) = differences.split_at(differences.len() / 2);
    let mut right = signed_sums(right);
    right.sort_by(f64::total_cmp);
    let far: usize = signed_sums(left)
        .iter()
        .map(|sum| {
            let above = right.len() - right.partition_point(|other| sum + other < observed);
            let below = right.partition_point(|other| sum + other <= -observed);
            (above + below).min(right.len())
        })
        .sum();
    far as f64 / 2f64.powi(differences.len() as i32)
}

fn signed_sums(differences: &[f64]) -> Vec<f64> {
    differences
        .iter()
        .fold(vec![0.0], |sums, d| sums.iter().flat_map(|sum| [sum + d, sum - d]).collect())
}

fn sampled(differences: &[f64], observed: f64) -> f64 {
    let mut stream = ChaCha8Rng::seed_from_u64(0x7369_676E_666C_6970);
    let far = (0..DRAWS)
        .filter(|_| {
            let sum: f64 = differences
                .chunks(64)
                .map(|chunk| {
                    let signs: u64 = stream.random();
                    chunk
                        .iter()
                        .enumerate()
                        .map(|(i, d)| if signs >> i & 1 == 1 { *d } else { -d })
                        .sum::<f64>()
                })
                .sum();
            sum.abs() >= observed
        })
        .count();
    (1 + far) as f64 / f64::from(1 + DRAWS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_differences_take_the_limit_of_the_t_test() {
        assert_eq!(paired_t_test(&[0.0; 5]), Some(1.0));
        assert_eq!(paired_t_test(&[0.1; 5]), Some(0.0));
        assert_eq!(sign_flip_test(&[0.0; 5]), Some(1.0));
        assert_eq!(sign_flip_test(&[0.1; 5]), Some(2.0 / 32.0));
    }

    #[test]
    fn too_few_or_infinite_differences_are_not_tested() {
        for differences in [&[0.1][..], &[0.1, f64::INFINITY], &[0.1, f64::NAN]] {
            let paired = paired_difference(differences).unwrap();
            assert_eq!((paired.interval, paired.p_t, paired.p_permutation), (None, None, None));
        }
        assert_eq!(paired_difference(&[]), None);
    }

    #[test]
    fn drawn_signs_come_close_to_all_signs() {
        let differences: Vec<f64> = (0..20).map(|i| f64::from(i * 7 % 11) / 10.0 - 0.35).collect();
        let observed = differences.iter().sum::<f64>().abs() - 1e-12;
        let (all, drawn) = (exact(&differences, observed), sampled(&differences, observed));
        assert!((all - drawn).abs() < 0.01, "{all} {drawn}");
    }

    proptest! {
        #[test]
        fn counting_by_halves_counts_every_sign(tenths in prop::collection::vec(-5i8..5, 2..12)) {
            let differences: Vec<f64> = tenths.into_iter().map(|d| f64::from(d) / 10.0).collect();
            let observed = differences.iter().sum::<f64>().abs();
            let sums = signed_sums(&differences);
            let far = sums.iter().filter(|sum| sum.abs() >= observed - 1e-9).count();
            prop_assert_eq!(sign_flip_test(&differences), Some(far as f64 / sums.len() as f64));
        }
    }
}
