//! Two arms without seeds in common: the difference of their means, and whether chance alone
//! explains it.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use statrs::distribution::{ContinuousCDF, StudentsT};

use super::difference::MeanDifference;
use super::summary::{Interval, mean, standard_deviation};

/// Ways to part the numbers up to which every one is counted.
const EXACT: f64 = 200_000.0;

/// Ways that are drawn above that.
const DRAWS: u32 = 20_000;

/// What two samples say of the difference of their means, `x` less `y`; none if either is empty.
///
/// A number that is not finite leaves no test and no interval.
pub fn unpaired_difference(x: &[f64], y: &[f64]) -> Option<MeanDifference> {
    if x.is_empty() || y.is_empty() {
        return None;
    }
    let welch = welch(x, y);
    Some(MeanDifference {
        n: x.len().min(y.len()),
        mean: mean(x) - mean(y),
        interval: welch.map(|(interval, _)| interval),
        p_t: welch.map(|(_, p)| p),
        p_permutation: permutation_test(x, y),
    })
}

/// The two-sided p of Welch's t test, which does not take the samples for equally wide; none below
/// two numbers in either or where one is not finite.
///
/// Welch (1947), "The generalization of Student's problem when several different population
/// variances are involved": t = (x̄ - ȳ) / √(sₓ²/n + s_y²/m), with Satterthwaite's degrees of
/// freedom. Where both samples are constant the statistic is taken at its limit: p = 0, or p = 1 if
/// the means are equal.
///
/// ```
/// let p = report::statistics::welch_t_test(&[0.97, 0.98, 0.96], &[0.91, 0.93]).unwrap();
/// assert!(0.05 < p && p < 0.1);
/// ```
pub fn welch_t_test(x: &[f64], y: &[f64]) -> Option<f64> {
    welch(x, y).map(|(_, p)| p)
}

/// The 95 % interval of the difference of the means, and p.
fn welch(x: &[f64], y: &[f64]) -> Option<(Interval, f64)> {
    let difference = mean(x) - mean(y);
    let [a, b] =
        [x, y].map(|sample| standard_deviation(sample).map(|std| std * std / sample.len() as f64));
    let (a, b) = (a?, b?);
    if a + b == 0.0 {
        let interval = Interval { low: difference, high: difference };
        return Some((interval, if difference == 0.0 { 1.0 } else { 0.0 }));
    }
    let spread = |part: f64, sample: &[f64]| part * part / (sample.len() - 1) as f64;
    let degrees = (a + b) * (a + b) / (spread(a, x) + spread(b, y));
    let t = StudentsT::new(0.0, 1.0, degrees).ok()?;
    let error = (a + b).sqrt();
    let half = t.inverse_cdf(0.975) * error;
    let p = (2.0 * t.cdf(-(difference / error).abs())).min(1.0);
    Some((Interval { low: difference - half, high: difference + half }, p))
}

/// The two-sided p of the permutation test: of all ways to part the numbers of both samples into
/// two of the same sizes, the share whose means lie at least as far apart as the ones observed.
///
/// Pitman (1937), "Significance tests which may be applied to samples from any populations". It
/// takes nothing for granted but that, were the arms alike, each number might as well have been of
/// the other. Up to 200,000 ways are all counted; of more, 20,000 are drawn from a fixed stream,
/// and p = (1 + as far) / (1 + drawn) (Phipson and Smyth, 2010). None below two numbers in either
/// sample or where one is not finite.
///
/// ```
/// let p = report::statistics::permutation_test(&[3.0, 4.0], &[1.0, 2.0]).unwrap();
/// assert_eq!(p, 2.0 / 6.0);
/// ```
pub fn permutation_test(x: &[f64], y: &[f64]) -> Option<f64> {
    let numbers: Vec<f64> = x.iter().chain(y).copied().collect();
    if x.len() < 2 || y.len() < 2 || numbers.iter().any(|number| !number.is_finite()) {
        return None;
    }
    // The means lie as far apart as the sum over the first sample is from its expectation.
    let sum: f64 = numbers.iter().sum();
    let expected = sum * x.len() as f64 / numbers.len() as f64;
    let tolerance = 1e-9 * numbers.iter().map(|number| number.abs()).sum::<f64>();
    let observed = (x.iter().sum::<f64>() - expected).abs() - tolerance;
    let is_far = |sum: f64| (sum - expected).abs() >= observed;
    Some(if partition_count(x.len(), y.len()) <= EXACT {
        let (far, all) = count(&numbers, x.len(), 0.0, &is_far);
        far as f64 / all as f64
    } else {
        sampled(numbers, x.len(), &is_far)
    })
}

/// In how many ways `n + m` numbers fall into `n` and `m`: the smallest p of the exact test is one
/// by that, or two by that for equal sizes.
pub fn partition_count(n: usize, m: usize) -> f64 {
    let smaller = n.min(m);
    (1..=smaller).map(|i| (n + m - smaller + i) as f64 / i as f64).product::<f64>().round()
}

/// Of all choices of `left` of the numbers, added to `sum`, how many are far, and how many there
/// are.
fn count(numbers: &[f64], left: usize, sum: f64, is_far: &dyn Fn(f64) -> bool) -> (u64, u64) {
    match numbers {
        _ if left == 0 => (u64::from(is_far(sum)), 1),
        [first, rest @ ..] if rest.len() >= left => {
            let with = count(rest, left - 1, sum + first, is_far);
            let without = count(rest, left, sum, is_far);
            (with.0 + without.0, with.1 + without.1)
        }
        _ => (u64::from(is_far(sum + numbers.iter().sum::<f64>())), 1),
    }
}

fn sampled(mut numbers: Vec<f64>, chosen: usize, is_far: &dyn Fn(f64) -> bool) -> f64 {
    let mut stream = ChaCha8Rng::seed_from_u64(0x7065_726D_7574_6174);
    let far = (0..DRAWS)
        .filter(|_| {
            for i in 0..chosen {
                let other = stream.random_range(i..numbers.len());
                numbers.swap(i, other);
            }
            is_far(numbers[..chosen].iter().sum())
        })
        .count();
    (1 + far) as f64 / f64::from(1 + DRAWS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn constant_samples_take_the_limit_of_the_t_test() {
        assert_eq!(welch_t_test(&[0.5; 3], &[0.5; 4]), Some(1.0));
        assert_eq!(welch_t_test(&[0.5; 3], &[0.4; 4]), Some(0.0));
        assert_eq!(permutation_test(&[0.5; 3], &[0.5; 4]), Some(1.0));
    }

    #[test]
    fn too_few_or_infinite_numbers_are_not_tested() {
        for x in [&[0.1][..], &[0.1, f64::INFINITY], &[0.1, f64::NAN]] {
            let difference = unpaired_difference(x, &[0.1, 0.2]).unwrap();
            assert_eq!((difference.interval, difference.p_t), (None, None));
            assert_eq!(difference.p_permutation, None);
        }
        assert_eq!(unpaired_difference(&[], &[1.0]), None);
    }

    #[test]
    fn drawn_partitions_come_close_to_all() {
        let x: Vec<f64> = (0..10).map(|i| f64::from(i * 7 % 11) / 10.0).collect();
        let y: Vec<f64> = (0..9).map(|i| f64::from(i * 5 % 13) / 10.0 + 0.2).collect();
        let all = permutation_test(&x, &y).unwrap();
        let numbers: Vec<f64> = x.iter().chain(&y).copied().collect();
        let expected = numbers.iter().sum::<f64>() * 10.0 / 19.0;
        let observed = (x.iter().sum::<f64>() - expected).abs() - 1e-9;
        let drawn = sampled(numbers, 10, &|sum| (sum - expected).abs() >= observed);
        assert!((all - drawn).abs() < 0.015, "{all} {drawn}");
    }

    proptest! {
        #[test]
        fn the_test_does_not_ask_which_sample_comes_first(
            x in prop::collection::vec(-9i32..9, 2..7),
            y in prop::collection::vec(-9i32..9, 2..7),
        ) {
            let [x, y]: [Vec<f64>; 2] = [x, y].map(|s| s.into_iter().map(f64::from).collect());
            let one = permutation_test(&x, &y).unwrap();
            let other = permutation_test(&y, &x).unwrap();
            prop_assert!((one - other).abs() < 1e-12);
            prop_assert!(one >= 1.0 / partition_count(x.len(), y.len()));
        }
    }
}
