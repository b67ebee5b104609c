//! Why numbers cannot be drawn from a distribution.

use crate::text::Short;

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
