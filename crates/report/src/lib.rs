//! Reads run directories and says what they show: statistics, tables, pictures and one HTML page.
//!
//! Everything starts from a [`Study`]: the runs below some folders, as arms and, where a sweep
//! varied settings, points on its axes. [`Study::compare`] ranks and tests the arms; a study
//! without axes is a sweep with one point an arm. The crate reads records and nothing else; it
//! trains nothing and knows no tensor library.

mod comparison;
pub mod curve;
pub mod histogram;
pub mod inside;
mod layer_curves;
mod learning_curves;
mod load;
mod metric;
mod natural;
mod notes;
mod number;
pub mod page;
mod phrases;
pub mod picture;
mod printable;
mod quantity;
mod seed;
mod settings;
mod spread;
mod spread_phrases;
pub mod statistics;
mod study;
mod sweep_axis;
pub mod table;
pub mod terminal;
mod terminal_chart;
mod verdict;

pub use comparison::{Comparison, LEVEL, Pair, RankedArm, RankedPoint};
pub use layer_curves::LayerCurves;
pub use learning_curves::LearningCurves;
pub use load::{Columns, LoadError, TableError};
pub use metric::{Metric, UnknownMetric};
pub use natural::natural_order;
pub use number::significant;
pub use printable::printable;
pub use quantity::{Quantity, Unit};
pub use seed::Seed;
pub use spread::{Decides, Spread};
pub use study::{Arm, Difference, Origin, Point, RunSummary, Study, Warning};
pub use sweep_axis::SweepAxis;
pub use terminal_chart::chart as terminal_chart;
