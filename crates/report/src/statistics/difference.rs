//! The difference of two means: how large it is, and whether chance alone explains it.

use serde::Serialize;

use super::summary::Interval;

/// What two arms say of the difference of their means; see
/// [`paired_difference`](super::paired_difference) and
/// [`unpaired_difference`](super::unpaired_difference).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MeanDifference {
    /// How many pairs; of samples that are not paired, the size of the smaller.
    pub n: usize,
    /// The difference.
    pub mean: f64,
    /// Its 95 % interval, by Student's t of the differences or by Welch's of the samples; none
    /// below two numbers or where one is not finite.
    pub interval: Option<Interval>,
    /// Two-sided p of [`paired_t_test`](super::paired_t_test) or
    /// [`welch_t_test`](super::welch_t_test).
    pub p_t: Option<f64>,
    /// Two-sided p of [`sign_flip_test`](super::sign_flip_test) or
    /// [`permutation_test`](super::permutation_test).
    pub p_permutation: Option<f64>,
}
