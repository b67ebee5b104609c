//! The statistics of a comparison, as pure functions of numbers.
//!
//! Each function states its formula and where it comes from; the tests hold every figure against
//! SciPy, statsmodels and rliable.

mod crossed;
mod difference;
mod family;
mod paired;
mod rank;
mod summary;
mod unpaired;

pub use crossed::{Component, CrossedTable, MeanEstimate, VarianceSplit};
pub use difference::MeanDifference;
pub use family::{holm, probability_of_improvement};
pub use paired::{paired_difference, paired_t_test, sign_flip_test};
pub use rank::{RankCorrelation, rank_correlation};
pub use summary::{Interval, Summary, interval_of_mean, simultaneous_interval, t_quantile};
pub use unpaired::{partition_count, permutation_test, unpaired_difference, welch_t_test};
