//! Reads run directories and says what they show: statistics, tables, pictures and one HTML page.
//!
//! Everything starts from a [`Study`]: the runs below some folders, grouped into arms and paired by their seeds. The
//! crate reads records and nothing else; it trains nothing and knows no tensor library.

mod comparison;
pub mod curve;
pub mod histogram;
mod load;
mod metric;
pub mod page;
pub mod picture;
pub mod statistics;
mod study;
mod sweep;
pub mod table;
pub mod terminal;
mod verdict;

pub use comparison::{Comparison, LEVEL, Pair, RankedArm};
pub use load::{LoadError, Loaded, Warning};
pub use metric::{Metric, UnknownMetric};
pub use study::{Arm, Difference, Study};
pub use sweep::{
    BestPair, PointResult, Sweep, SweepAxis, SweepComparison, SweptArm, SweptPoint, SweptResult,
    SweptRun,
};
