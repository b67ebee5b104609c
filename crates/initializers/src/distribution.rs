//! The distributions of independent numbers: density, cumulative distribution function, moments,
//! and draws.

use alloc::vec;
use alloc::vec::Vec;

use crate::element::Element;
use crate::numeric::normal::{BLOCK, normal_cdf, normal_density, quantiles_of_block};
use crate::numeric::quadrature::integrate;
use crate::stream::Stream;
use crate::text::Short;
use crate::vector::vectorized;

/// The distribution of each number of a tensor whose numbers are independent and alike.
///
/// Each number is the distribution's quantile at one uniform number of the stream. So the i-th
/// number depends on the i-th word of the stream alone, and two distributions drawn from the same
/// stream give numbers of the same rank: with one seed, a comparison of two standard deviations or
/// of two distributions is a paired one.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Distribution {
    /// Every number the same.
    Constant {
        /// The number.
        value: f64,
    },
    /// Uniform on `[min, max)`.
    Uniform {
        /// Lower bound, included.
        min: f64,
        /// Upper bound, excluded.
        max: f64,
    },
    /// Normal.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        std: f64,
    },
    /// Normal, conditioned on lying within bounds.
    TruncatedNormal {
        /// Mean before truncation.
        mean: f64,
        /// Standard deviation before truncation.
        std: f64,
        /// Lower bound, in standard deviations from the mean; it may be `-inf`.
        lower: f64,
        /// Upper bound, in standard deviations from the mean; it may be `inf`.
        upper: f64,
    },
}

/// Why numbers cannot be drawn from a distribution.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DistributionError {
    /// A parameter is no finite number, or not in its range.
    #[error("{name} must be {expected}, but is {}", Short(*value))]
    Parameter {
        /// Its name.
        name: &'static str,
        /// What it must be.
        expected: &'static str,
        /// What it is.
        value: f64,
    },
    /// The lower bound is not below the upper one.
    #[error(
        "the lower bound must be less than the upper one, but {} >= {}",
        Short(*lower), Short(*upper)
    )]
    Bounds {
        /// The lower bound.
        lower: f64,
        /// The upper bound.
        upper: f64,
    },
    /// Numbers would be too large for their type.
    #[error("it gives numbers as large as {}, which {element} cannot hold", Short(*largest))]
    TooLarge {
        /// The largest number, by magnitude.
        largest: f64,
        /// The type.
        element: &'static str,
    },
    /// No number of the type lies within a uniform's bounds.
    #[error("no {element} lies between {} and {}", Short(*min), Short(*max))]
    TooNarrow {
        /// Lower bound.
        min: f64,
        /// Upper bound.
        max: f64,
        /// The type.
        element: &'static str,
    },
    /// The bounds leave out all of the normal that can be told from nothing.
    #[error(
        "the bounds leave out all of the normal: they lie {} and {} std from its mean",
        Short(*lower), Short(*upper)
    )]
    NoMass {
        /// Lower bound, in standard deviations from the mean.
        lower: f64,
        /// Upper bound, in standard deviations from the mean.
        upper: f64,
    },
}

impl Distribution {
    /// A normal; a constant where `std` is 0.
    pub(crate) fn normal(mean: f64, std: f64) -> Self {
        if std == 0.0 {
            Distribution::Constant { value: mean }
        } else {
            Distribution::Normal { mean, std }
        }
    }

    /// A normal truncated at `lower` and `upper` standard deviations from its mean; a constant
    /// where `std` is 0. `std` is the one before truncation or, where `corrected`, the one after
    /// it.
    pub(crate) fn truncated_normal(
        mean: f64,
        std: f64,
        lower: f64,
        upper: f64,
        corrected: bool,
    ) -> Self {
        if std == 0.0 {
            return Distribution::Constant { value: mean };
        }
        let std = if corrected { std / truncated_moments(lower, upper).1 } else { std };
        Distribution::TruncatedNormal { mean, std, lower, upper }
    }

    /// The next `n` numbers.
    ///
    /// # Errors
    /// As [`Distribution::fill`].
    pub fn draw(&self, n: usize, stream: &mut Stream) -> Result<Vec<f32>, DistributionError> {
        let mut numbers = vec![0.0; n];
        self.fill(&mut numbers, stream)?;
        Ok(numbers)
    }

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
            Distribution::Uniform { min, max } => {
                // Rounding may reach the upper bound, which is excluded.
                let last = T::below(max);
                fill_blocks(
                    numbers,
                    stream,
                    #[inline(always)]
                    |_| (),
                    #[inline(always)]
                    |u| {
                        let drawn = T::from_f64(min + (max - min) * u);
                        if drawn < last { drawn } else { last }
                    },
                );
            }
            Distribution::Normal { mean, std } => {
                fill_blocks(
                    numbers,
                    stream,
                    #[inline(always)]
                    |block| quantiles_of_block(block),
                    #[inline(always)]
                    |z| T::from_f64(mean + std * z),
                );
            }
            Distribution::TruncatedNormal { mean, std, lower, upper } => {
                // Probabilities are precise near 0, not near 1: bounds above the mean are drawn as
                // their mirror image.
                let side = if lower > 0.0 { -1.0 } else { 1.0 };
                let (lower, upper) = if lower > 0.0 { (-upper, -lower) } else { (lower, upper) };
                let below = normal_cdf(lower);
                let mass = normal_cdf(upper) - below;
                fill_blocks(
                    numbers,
                    stream,
                    #[inline(always)]
                    |block| {
                        block.iter_mut().for_each(|u| *u = below + mass * *u);
                        quantiles_of_block(block);
                    },
                    #[inline(always)]
                    |z| T::from_f64(mean + side * std * z.clamp(lower, upper)),
                );
            }
        }
        Ok(())
    }

    /// Whether numbers of type `T` can be drawn.
    ///
    /// # Errors
    /// Where a parameter is not in its range; where a number would be too large for its type; where
    /// no number of the type lies between a uniform's bounds; where a truncated normal's bounds
    /// leave nothing that `f64` can tell from 0, which is so beyond 37 standard deviations.
    pub fn check<T: Element>(&self) -> Result<(), DistributionError> {
        match *self {
            Distribution::Constant { value } => finite("value", value)?,
            Distribution::Uniform { min, max } => {
                finite("min", min)?;
                finite("max", max)?;
                check_bounds(min, max)?;
            }
            Distribution::Normal { mean, std } => {
                finite("mean", mean)?;
                positive("std", std)?;
            }
            Distribution::TruncatedNormal { mean, std, lower, upper } => {
                finite("mean", mean)?;
                positive("std", std)?;
                check_truncation(lower, upper)?;
            }
        }
        let largest = self.largest();
        // NaN counts as too large.
        if !largest.is_finite() || largest > T::LARGEST {
            return Err(DistributionError::TooLarge { largest, element: T::NAME });
        }
        match *self {
            Distribution::Uniform { min, max } if T::from_f64(min) >= T::from_f64(max) => {
                Err(DistributionError::TooNarrow { min, max, element: T::NAME })
            }
            _ => Ok(()),
        }
    }

    /// The largest magnitude that can be drawn.
    fn largest(&self) -> f64 {
        /// No uniform number of a stream has a normal quantile beyond.
        const REACH: f64 = 8.3;
        match *self {
            Distribution::Constant { value } => value.abs(),
            // Their difference is computed too, in f64.
            Distribution::Uniform { min, max } if !(max - min).is_finite() => f64::INFINITY,
            Distribution::Uniform { min, max } => min.abs().max(max.abs()),
            Distribution::Normal { mean, std } => mean.abs() + REACH * std,
            Distribution::TruncatedNormal { mean, std, lower, upper } => {
                let nearest = 0f64.clamp(lower, upper);
                let ends = [lower.max(nearest - REACH), upper.min(nearest + REACH)];
                ends.into_iter().map(|z| (mean + std * z).abs()).fold(0.0, f64::max)
            }
        }
    }

    /// Probability density at `x`. A constant has none: infinite at its value, 0 elsewhere.
    pub fn density(&self, x: f64) -> f64 {
        match *self {
            Distribution::Constant { value } if x == value => f64::INFINITY,
            Distribution::Uniform { min, max } if (min..max).contains(&x) => 1.0 / (max - min),
            Distribution::Normal { mean, std } => normal_density((x - mean) / std) / std,
            Distribution::TruncatedNormal { mean, std, lower, upper } => {
                let z = (x - mean) / std;
                if (lower..=upper).contains(&z) {
                    normal_density(z) / (std * mass(lower, upper))
                } else {
                    0.0
                }
            }
            _ => 0.0,
        }
    }

    /// Probability of a number at most `x`.
    pub fn cdf(&self, x: f64) -> f64 {
        match *self {
            Distribution::Constant { value } => f64::from(u8::from(x >= value)),
            Distribution::Uniform { min, max } => ((x - min) / (max - min)).clamp(0.0, 1.0),
            Distribution::Normal { mean, std } => normal_cdf((x - mean) / std),
            Distribution::TruncatedNormal { mean, std, lower, upper } => {
                let z = ((x - mean) / std).clamp(lower, upper);
                mass(lower, z) / mass(lower, upper)
            }
        }
    }

    /// Mean of what is drawn.
    pub fn mean(&self) -> f64 {
        match *self {
            Distribution::Constant { value } => value,
            Distribution::Uniform { min, max } => (min + max) / 2.0,
            Distribution::Normal { mean, .. } => mean,
            Distribution::TruncatedNormal { mean, std, lower, upper } => {
                mean + std * truncated_moments(lower, upper).0
            }
        }
    }

    /// Standard deviation of what is drawn: for a truncated normal, the one after truncation.
    pub fn std(&self) -> f64 {
        match *self {
            Distribution::Constant { .. } => 0.0,
            Distribution::Uniform { min, max } => (max - min) / libm::sqrt(12.0),
            Distribution::Normal { std, .. } => std,
            Distribution::TruncatedNormal { std, lower, upper, .. } => {
                std * truncated_moments(lower, upper).1
            }
        }
    }

    /// Least number that can be drawn; `-inf` for a normal.
    pub fn min(&self) -> f64 {
        match *self {
            Distribution::Constant { value } => value,
            Distribution::Uniform { min, .. } => min,
            Distribution::Normal { .. } => f64::NEG_INFINITY,
            Distribution::TruncatedNormal { mean, std, lower, .. } => mean + std * lower,
        }
    }

    /// Bound that no number drawn exceeds (and a uniform one does not reach); `inf` for a normal.
    pub fn max(&self) -> f64 {
        match *self {
            Distribution::Constant { value } => value,
            Distribution::Uniform { max, .. } => max,
            Distribution::Normal { .. } => f64::INFINITY,
            Distribution::TruncatedNormal { mean, std, upper, .. } => mean + std * upper,
        }
    }
}

fn finite(name: &'static str, value: f64) -> Result<(), DistributionError> {
    if value.is_finite() {
        return Ok(());
    }
    Err(DistributionError::Parameter { name, expected: "a finite number", value })
}

fn positive(name: &'static str, value: f64) -> Result<(), DistributionError> {
    if value.is_finite() && value > 0.0 {
        return Ok(());
    }
    Err(DistributionError::Parameter { name, expected: "a finite number > 0", value })
}

fn check_bounds(lower: f64, upper: f64) -> Result<(), DistributionError> {
    // NaN is not less than anything.
    if lower < upper { Ok(()) } else { Err(DistributionError::Bounds { lower, upper }) }
}

/// Whether a normal truncated at `lower` and `upper` standard deviations can be drawn from.
pub(crate) fn check_truncation(lower: f64, upper: f64) -> Result<(), DistributionError> {
    /// Beyond, probabilities run out of the digits of `f64`.
    const FARTHEST: f64 = 37.0;
    check_bounds(lower, upper)?;
    let is_near = lower <= FARTHEST && upper >= -FARTHEST;
    if is_near && mass(lower, upper) > 0.0 {
        return Ok(());
    }
    Err(DistributionError::NoMass { lower, upper })
}

/// Fills `numbers`: a block of uniform numbers is replaced by what `replace` makes of it, and each
/// of these mapped to its `value`.
#[inline(always)]
fn fill_blocks<T: Element>(
    numbers: &mut [T],
    stream: &mut Stream,
    replace: impl Fn(&mut [f64]),
    value: impl Fn(f64) -> T,
) {
    vectorized(
        #[inline(always)]
        || {
            let mut block = [0.0; BLOCK];
            for numbers in numbers.chunks_mut(BLOCK) {
                let block = &mut block[..numbers.len()];
                stream.fill_uniform(block);
                replace(block);
                numbers.iter_mut().zip(block).for_each(|(number, z)| *number = value(*z));
            }
        },
    );
}

/// Probability that a standard normal lies in [a, b], computed on the side where probabilities are
/// precise.
pub(crate) fn mass(a: f64, b: f64) -> f64 {
    if a > 0.0 { normal_cdf(-a) - normal_cdf(-b) } else { normal_cdf(b) - normal_cdf(a) }
}

/// Mean and standard deviation of a standard normal conditioned on [lower, upper]. For [-2, 2] the
/// standard deviation is 0.87962566103423978, by which JAX and Keras correct their truncated
/// normals.
///
/// By quadrature: the closed form loses every digit for narrow bounds and for far tails.
pub(crate) fn truncated_moments(lower: f64, upper: f64) -> (f64, f64) {
    let peak = 0f64.clamp(lower, upper);
    // Beyond, the density is less than 1e-16 of that at the peak.
    let reach = libm::sqrt(peak * peak + 75.0).max(10.0);
    let (a, b) = (lower.max(-reach), upper.min(reach));
    let moment = |f: &dyn Fn(f64) -> f64| {
        integrate(a, b, 200, |z| f(z) * libm::exp(0.5 * (peak - z) * (peak + z)))
    };
    let mass = moment(&|_| 1.0);
    let mean = moment(&|z| z) / mass;
    (mean, libm::sqrt(moment(&|z| (z - mean) * (z - mean)) / mass))
}
