//! What is known of a distribution: density, cumulative function, moments, bounds.

use super::Distribution;
use crate::numeric::normal::{normal_cdf, normal_density};
use crate::numeric::truncation::{mass, truncated_moments};

impl Distribution {
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
