//! Draws of independent numbers.

use super::{Distribution, DistributionError};
use crate::element::Element;
use crate::numeric::normal::{BLOCK, normal_cdf, quantiles_of_block};
use crate::numeric::rounded_quantile::rounded_quantiles_of_block;
use crate::stream::{Stream, Words};
use crate::vector::vectorized_with;

impl Distribution {
    /// Fills `numbers` with the next ones. A bound counts as rounded to their type.
    ///
    /// # Errors
    /// As [`Distribution::check`]; nothing is drawn then.
    pub fn fill<T: Element>(
        &self,
        numbers: &mut [T],
        stream: &mut Stream,
    ) -> Result<(), DistributionError> {
        self.check::<T>()?;
        match *self {
            Distribution::Constant { value } => numbers.fill(T::from_f64(value)),
            Distribution::Uniform { min, max } => fill_uniform(numbers, stream, min, max),
            Distribution::Normal { mean, std } => fill_normal(
                numbers,
                stream,
                #[inline(always)]
                |u| u,
                #[inline(always)]
                |z| T::from_f64(mean + std * z),
            ),
            Distribution::TruncatedNormal { mean, std, lower, upper } => {
                // Probabilities are precise near 0, not near 1: bounds above the mean are drawn as
                // their mirror image.
                let side = if lower > 0.0 { -1.0 } else { 1.0 };
                let (lower, upper) = if lower > 0.0 { (-upper, -lower) } else { (lower, upper) };
                let below = normal_cdf(lower);
                let mass = normal_cdf(upper) - below;
                fill_normal(
                    numbers,
                    stream,
                    #[inline(always)]
                    |u| below + mass * u,
                    #[inline(always)]
                    |z| T::from_f64(mean + side * std * z.clamp(lower, upper)),
                );
            }
        }
        Ok(())
    }
}

/// Numbers uniform on `[min, max)`.
fn fill_uniform<T: Element>(numbers: &mut [T], stream: &mut Stream, min: f64, max: f64) {
    // Rounding may reach the upper bound, which is excluded.
    let last = T::below(max);
    fill_blocks(
        numbers,
        stream,
        #[inline(always)]
        |numbers, block, _| {
            for (number, u) in numbers.iter_mut().zip(block) {
                let drawn = T::from_f64(min + (max - min) * *u);
                *number = if drawn < last { drawn } else { last };
            }
        },
    );
}

/// The `value`, which rises or falls steadily, of the standard normal's quantiles at the
/// `probability` of uniform numbers.
#[inline(always)]
fn fill_normal<T: Element>(
    numbers: &mut [T],
    stream: &mut Stream,
    probability: impl Fn(f64) -> f64,
    value: impl Fn(f64) -> T,
) {
    fill_blocks(
        numbers,
        stream,
        #[inline(always)]
        |numbers, block, has_fma| {
            block.iter_mut().for_each(|u| *u = probability(*u));
            if T::IS_COARSE && has_fma {
                rounded_quantiles_of_block(block, numbers, &value);
            } else {
                quantiles_of_block(block);
                numbers.iter_mut().zip(block).for_each(|(number, z)| *number = value(*z));
            }
        },
    );
}

/// Fills `numbers` block by block: `fill` is given a block, as many uniform numbers, and whether
/// the processor multiplies and adds at once.
#[inline(always)]
fn fill_blocks<T: Element>(
    numbers: &mut [T],
    stream: &mut Stream,
    fill: impl Fn(&mut [T], &mut [f64], bool),
) {
    vectorized_with(
        #[inline(always)]
        |has_fma| {
            let (mut words, mut block): (Words, _) = ([[0; 8]; BLOCK], [0.0; BLOCK]);
            for numbers in numbers.chunks_mut(BLOCK) {
                let block = &mut block[..numbers.len()];
                stream.fill_block(block, &mut words);
                fill(numbers, block, has_fma);
            }
        },
    );
}
