//! The standard normal's quantile, rounded to a type of few digits.
//!
//! Near the centre an approximation with ten digits is enough, unless the number lies next to the
//! border between two numbers of the type. It is computed exactly only there and in the tails, so
//! the result is that of rounding the exact quantile, in a third of the time.

use super::normal::{BLOCK, VECTOR, quantiles_of_block};
use crate::element::Element;
use crate::vector::fma;

/// The approximation is for probabilities no farther from 1/2.
const WIDTH: f64 = 0.4846;
/// A bound on its relative error, which is below 8e-11.
const ERROR: f64 = 1e-10;
const NEARER: f64 = 1.0 - ERROR;
const FARTHER: f64 = 1.0 + ERROR;

/// `numbers[i] = value(quantile(block[i]))` for at most [`BLOCK`] probabilities. The `value` must
/// rise or fall steadily, so that it lies between those of two quantiles around.
#[inline(always)]
pub(crate) fn rounded_quantiles_of_block<T: Element>(
    block: &[f64],
    numbers: &mut [T],
    value: &impl Fn(f64) -> T,
) {
    // If the two ends of the interval of error are one number, that number is it.
    let (mut quantiles, mut others) = ([0.0; BLOCK], [T::default(); BLOCK]);
    let (quantiles, others) = (&mut quantiles[..block.len()], &mut others[..block.len()]);
    let (groups, rest) = quantiles.as_chunks_mut();
    let (probabilities, few) = block.as_chunks();
    for (z, p) in groups.iter_mut().zip(probabilities) {
        *z = near_quantiles::<VECTOR>(*p);
    }
    for (z, p) in rest.iter_mut().zip(few) {
        [*z] = near_quantiles([*p]);
    }
    numbers.iter_mut().zip(&*quantiles).for_each(|(number, z)| *number = value(z * NEARER));
    others.iter_mut().zip(&*quantiles).for_each(|(other, z)| *other = value(z * FARTHER));
    let mut doubtful = Doubtful { probabilities: [0.5; BLOCK], places: [0; BLOCK], count: 0 };
    let (groups, rest) = numbers.as_chunks::<VECTOR>();
    let (other_groups, other_rest) = others.as_chunks::<VECTOR>();
    for (index, (group, others)) in groups.iter().zip(other_groups).enumerate() {
        doubtful.collect(index * VECTOR, group, others, block);
    }
    doubtful.collect(groups.len() * VECTOR, rest, other_rest, block);
    let Doubtful { mut probabilities, places, count } = doubtful;
    quantiles_of_block(&mut probabilities[..count.next_multiple_of(VECTOR)]);
    for (z, place) in probabilities.iter().zip(&places[..count]) {
        numbers[usize::from(*place)] = value(*z);
    }
}

/// The probabilities whose quantiles must be computed exactly, and their places in the block.
struct Doubtful {
    probabilities: [f64; BLOCK],
    places: [u8; BLOCK],
    count: usize,
}

impl Doubtful {
    /// Takes in those of a group that starts at a place of the block.
    #[inline(always)]
    fn collect<T: Element>(&mut self, start: usize, group: &[T], others: &[T], block: &[f64]) {
        // Nothing equals NaN.
        let differ = |(a, b): (&T, &T)| !a.is(*b);
        if !group.iter().zip(others).fold(false, |any, pair| any | differ(pair)) {
            return;
        }
        for (place, pair) in (start..).zip(group.iter().zip(others)) {
            self.probabilities[self.count % BLOCK] = block[place];
            self.places[self.count % BLOCK] = place as u8;
            self.count += usize::from(differ(pair));
        }
    }
}

/// The quantiles up to [`ERROR`], where the probability is near enough to 1/2, else NaN. A minimax
/// approximation, found by Remez's algorithm.
#[inline(always)]
fn near_quantiles<const N: usize>(p: [f64; N]) -> [f64; N] {
    let mut x = [0.0; N];
    for i in 0..N {
        x[i] = (p[i] - 0.5) * (p[i] - 0.5);
    }
    let (mut above, mut below) = ([ABOVE[0]; N], [BELOW[0]; N]);
    for (a, b) in ABOVE[1..].iter().zip(&BELOW[1..]) {
        for i in 0..N {
            above[i] = fma(above[i], x[i], *a);
        }
        for i in 0..N {
            below[i] = fma(below[i], x[i], *b);
        }
    }
    let mut z = [0.0; N];
    for i in 0..N {
        let quantile = (p[i] - 0.5) * (above[i] / below[i]);
        z[i] = if x[i] <= WIDTH * WIDTH { quantile } else { f64::NAN };
    }
    z
}

/// From the highest power down.
#[allow(clippy::excessive_precision, reason = "the digits as fitted")]
const ABOVE: [f64; 8] = [
    -129.87215551738193362,
    1230.3678833502358288,
    -2635.7153038101037518,
    2457.5725070133392909,
    -1197.4790698447373698,
    319.49437897807258233,
    -44.33126885581101901,
    2.5066282746344194626,
];
#[allow(clippy::excessive_precision, reason = "the digits as fitted")]
const BELOW: [f64; 8] = [
    -221.35090932484775877,
    1065.9859203416914241,
    -1730.5380802965680291,
    1365.757138751826796,
    -592.44239052977486237,
    144.77386634595000317,
    -18.732815040654975004,
    1.0,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Stream;

    #[test]
    fn the_approximation_is_as_good_as_is_said() {
        for i in 1..100_000 {
            let p = 0.5 + WIDTH * f64::from(i) / 1e5;
            let [z] = near_quantiles([p]);
            let error = z / crate::numeric::normal::normal_quantile(p) - 1.0;
            assert!(error.abs() < 9e-11, "{p}: {error:e}");
        }
    }

    #[test]
    fn rounding_gives_the_bits_of_the_exact_quantile() {
        let mut stream = Stream::named(0, "rounded");
        let (mut block, mut exact) = ([0.0; BLOCK], [0.0; BLOCK]);
        for i in 0..4_000 {
            let (mean, std) = [(0.0, 1.0), (0.3, 0.1), (-7.0, 1e-3), (0.0, 1e-40)][i % 4];
            let count = if i % 7 == 0 { i % BLOCK } else { BLOCK };
            stream.fill_uniform(&mut block[..count]);
            exact.copy_from_slice(&block);
            quantiles_of_block(&mut exact[..count]);
            let value = |z: f64| (mean + std * z) as f32;
            let mut numbers = [0f32; BLOCK];
            rounded_quantiles_of_block(&block[..count], &mut numbers[..count], &value);
            for (z, number) in exact[..count].iter().zip(numbers) {
                assert_eq!(value(*z).to_bits(), number.to_bits(), "{mean} + {std} * {z}");
            }
        }
    }
}
