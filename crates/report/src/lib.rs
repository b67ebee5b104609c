//! Reads run directories and says what they show: statistics, tables, pictures and one HTML page.
//!
//! Everything starts from a [`Study`]: the runs below some folders, grouped into arms and paired by their seeds. The
//! crate reads records and nothing else; it trains nothing and knows no tensor library.

pub mod curve;
pub mod picture;
pub mod statistics;
mod study;
pub mod terminal;

pub use study::{Arm, Difference, LoadError, Study, Warning};
