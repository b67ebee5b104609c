//! Whether numbers can be drawn from a distribution, in a type that is to hold them.

use super::{Distribution, DistributionError};
use crate::element::Element;
use crate::numeric::truncation::mass;

impl Distribution {
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
