//! How far a weight moved: sums over all its numbers, in one pass and in 64 bits.

/// Numbers that are summed side by side: fixed, so that the width of vectors changes no bit.
const LANES: usize = 8;

/// Sums over the numbers of a weight.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ChangeSums {
    /// Of the squares of the weights.
    pub weight: f64,
    /// Of the squares of the initial weights.
    pub start: f64,
    /// Of the products of weights and initial weights.
    pub product: f64,
    /// Of the squares of what lies between weights and initial weights.
    pub distance: f64,
}

impl ChangeSums {
    /// The sums of `weight`, which began as `start`.
    ///
    /// ```
    /// let sums = kernels::ChangeSums::of(&[3.0, 4.0], &[3.0, 0.0]);
    /// assert_eq!((sums.weight, sums.start), (25.0, 9.0));
    /// assert_eq!((sums.product, sums.distance), (9.0, 16.0));
    /// ```
    ///
    /// # Panics
    /// If they are not equally many.
    pub fn of(weight: &[f32], start: &[f32]) -> Self {
        assert_eq!(weight.len(), start.len(), "a weight keeps its shape");
        let [weight, start, product, distance] = sums(weight, start, |w, s| {
            let gap = w - s;
            [w * w, s * s, w * s, gap * gap]
        });
        ChangeSums { weight, start, product, distance }
    }
}

/// The sum of the squares of the differences of two weights.
///
/// # Panics
/// If they are not equally many.
pub fn squared_distance(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len(), "a weight keeps its shape");
    let [distance] = sums(a, b, |a, b| [(a - b) * (a - b)]);
    distance
}

/// The sum of the squares.
pub fn sum_of_squares(numbers: &[f32]) -> f64 {
    let [squares] = sums(numbers, numbers, |a, _| [a * a]);
    squares
}

fn sums<const N: usize>(a: &[f32], b: &[f32], terms: impl Fn(f64, f64) -> [f64; N]) -> [f64; N] {
    let mut sums = [[0.0; LANES]; N];
    pulp::Arch::new().dispatch(|| {
        let (a, rest_a) = a.as_chunks::<LANES>();
        let (b, rest_b) = b.as_chunks::<LANES>();
        for (a, b) in a.iter().zip(b) {
            for lane in 0..LANES {
                let terms = terms(f64::from(a[lane]), f64::from(b[lane]));
                for (sums, term) in sums.iter_mut().zip(terms) {
                    sums[lane] += term;
                }
            }
        }
        for (lane, (a, b)) in rest_a.iter().zip(rest_b).enumerate() {
            let terms = terms(f64::from(*a), f64::from(*b));
            for (sums, term) in sums.iter_mut().zip(terms) {
                sums[lane] += term;
            }
        }
    });
    sums.map(|lanes| lanes.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_one_number_after_another() {
        let numbers = |phase: f32| (0..1_003).map(move |at| (at as f32 * 0.37 + phase).sin());
        let (a, b): (Vec<f32>, Vec<f32>) = (numbers(0.0).collect(), numbers(1.0).collect());
        let sum = |term: fn(f64, f64) -> f64| -> f64 {
            a.iter().zip(&b).map(|(&a, &b)| term(a.into(), b.into())).sum()
        };
        let close = |got: f64, expected: f64| (got - expected).abs() < 1e-10;
        let sums = ChangeSums::of(&a, &b);
        assert!(close(sums.weight, sum(|a, _| a * a)) && close(sums.start, sum(|_, b| b * b)));
        assert!(close(sums.product, sum(|a, b| a * b)));
        assert!(close(sums.distance, sum(|a, b| (a - b).powi(2))));
        assert!(close(squared_distance(&a, &b), sums.distance));
        assert!(close(sum_of_squares(&b), sums.start));
    }

    #[test]
    fn squares_beyond_32_bits_are_summed() {
        assert_eq!(sum_of_squares(&[1e30, 1e30]), 2.0 * f64::from(1e30f32).powi(2));
        assert!(sum_of_squares(&[1e-30]) > 0.0);
    }
}
