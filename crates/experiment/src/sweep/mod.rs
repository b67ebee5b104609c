//! A sweep: axes over settings, combined as a grid but for those that advance together. Each point
//! is an arm of its own.

mod axis;
mod expand;
mod faults;
mod grid;
mod names;
mod point;
mod range;
mod zip;

pub(crate) use axis::{Axis, MARKS, is_axis, read_axes};
pub(crate) use expand::expand;
pub(crate) use grid::{AxisSource, Sweep, SweepLayer};
pub use point::{AxisValue, Scale, SweepAxis, SweepPoint};
pub(crate) use range::MAX_VALUES;
