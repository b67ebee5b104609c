//! The distributions of independent numbers.

mod check;
mod error;
mod fill;
mod properties;

use alloc::vec;
use alloc::vec::Vec;

use crate::numeric::truncation::truncated_moments;
use crate::stream::Stream;

pub(crate) use check::check_truncation;
pub use error::DistributionError;

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
}
