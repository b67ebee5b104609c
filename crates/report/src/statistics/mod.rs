//! The statistics of a comparison, as pure functions of numbers.
//!
//! Each function states its formula and where it comes from; the tests hold every figure against SciPy and rliable.

mod summary;

pub use summary::{Interval, Summary, interval_of_mean, t_quantile};
