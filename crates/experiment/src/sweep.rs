//! A sweep: axes over settings, combined as a grid, and the points of it. Each point is an arm of its own.

use std::sync::Arc;

/// Where in a sweep an arm stands.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepPoint {
    /// The arm that is swept, by the name that the config gives it; [`RunSpec::BASE`](crate::RunSpec::BASE) where the
    /// config has no arms.
    pub arm: String,
    /// The value on each axis, in the order of the config.
    pub axes: Vec<AxisValue>,
}

/// A point's value on one axis.
#[derive(Debug, Clone, PartialEq)]
pub struct AxisValue {
    /// The setting's dotted name: `init.std`.
    pub setting: Arc<str>,
    /// The value as the config gives it: a number, a word, a truth value, or a list of them.
    pub value: toml::Value,
    /// How the axis' values are spaced.
    pub scale: Scale,
}

/// How values on an axis are spaced, and so how it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scale {
    /// As numbers.
    Linear,
    /// As the logarithms of numbers.
    Log,
    /// As they were listed: words, lists, truth values.
    Listed,
}

impl Scale {
    pub(crate) const ALL: [(&'static str, Scale); 3] =
        [("linear", Scale::Linear), ("log", Scale::Log), ("listed", Scale::Listed)];
}
