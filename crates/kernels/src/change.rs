//! How far a weight moved: sums over all its numbers, in one pass and in 64 bits.

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};

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
        let [weight, start, product, distance] = sums::<Change, 4>(weight, start);
        ChangeSums { weight, start, product, distance }
    }
}

/// The sum of the squares of the differences of two weights.
///
/// # Panics
/// If they are not equally many.
pub fn squared_distance(a: &[f32], b: &[f32]) -> f64 {
    sums::<Distance, 1>(a, b)[0]
}

/// The sum of the squares.
pub fn sum_of_squares(numbers: &[f32]) -> f64 {
    sums::<Square, 1>(numbers, numbers)[0]
}

type Lanes = [f64; LANES];

/// What is summed of pairs of numbers: `N` terms of each.
trait Terms<const N: usize> {
    fn add(sums: &mut [Lanes; N], a: Lanes, b: Lanes);
}

struct Change;

impl Terms<4> for Change {
    #[inline(always)]
    fn add(sums: &mut [Lanes; 4], a: Lanes, b: Lanes) {
        for lane in 0..LANES {
            sums[0][lane] += a[lane] * a[lane];
            sums[1][lane] += b[lane] * b[lane];
            sums[2][lane] += a[lane] * b[lane];
            sums[3][lane] += (a[lane] - b[lane]) * (a[lane] - b[lane]);
        }
    }
}

struct Distance;

impl Terms<1> for Distance {
    #[inline(always)]
    fn add(sums: &mut [Lanes; 1], a: Lanes, b: Lanes) {
        for lane in 0..LANES {
            sums[0][lane] += (a[lane] - b[lane]) * (a[lane] - b[lane]);
        }
    }
}

struct Square;

impl Terms<1> for Square {
    #[inline(always)]
    fn add(sums: &mut [Lanes; 1], a: Lanes, _: Lanes) {
        for lane in 0..LANES {
            sums[0][lane] += a[lane] * a[lane];
        }
    }
}

/// Two equally long lists, of whose pairs terms are summed.
struct Pairs<'a, T, const N: usize> {
    a: &'a [f32],
    b: &'a [f32],
    terms: PhantomData<T>,
}

impl<T: Terms<N>, const N: usize> WithSimd for Pairs<'_, T, N> {
    type Output = [f64; N];

    // Inlined by name: a closure would be compiled for the narrowest vectors.
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> [f64; N] {
        let mut sums = [[0.0; LANES]; N];
        let (a, rest_a) = self.a.as_chunks::<LANES>();
        let (b, rest_b) = self.b.as_chunks::<LANES>();
        for (a, b) in a.iter().zip(b) {
            T::add(&mut sums, widened(a), widened(b));
        }
        let mut rest = [[0.0f32; LANES]; 2];
        rest[0][..rest_a.len()].copy_from_slice(rest_a);
        rest[1][..rest_b.len()].copy_from_slice(rest_b);
        T::add(&mut sums, widened(&rest[0]), widened(&rest[1]));
        sums.map(|lanes| lanes.iter().sum())
    }
}

#[inline(always)]
fn widened(numbers: &[f32; LANES]) -> Lanes {
    let mut lanes = [0.0; LANES];
    for lane in 0..LANES {
        lanes[lane] = f64::from(numbers[lane]);
    }
    lanes
}

fn sums<T: Terms<N>, const N: usize>(a: &[f32], b: &[f32]) -> [f64; N] {
    assert_eq!(a.len(), b.len(), "a weight keeps its shape");
    pulp::Arch::new().dispatch(Pairs { a, b, terms: PhantomData::<T> })
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
