//! Writes records as files that other programs read: tidy tables, weights, TensorBoard's and
//! MLflow's folders.
//!
//! [`export`] reads the runs below some folders and writes one folder in one [`Format`]. Each
//! format is a file of `formats`, behind one trait. The crate reads records and knows nothing of
//! training: who calls it says how initial weights are drawn again.

mod arguments;
mod cell;
mod error;
mod export;
mod format;
mod formats;
mod history;
mod runs;
mod staging;
mod tables;
mod tensors;
mod warning;

pub use arguments::Arguments;
pub use error::ExportError;
pub use export::{Exported, Options, export};
pub use format::{Format, UnknownFormat};
pub use tensors::{Moment, UnknownWeights, WeightsChoice};
pub use warning::Warning;
