//! Points of a sweep and its axes, as plans and records speak of them.

use std::sync::Arc;

use crate::string_enum::string_enum;

/// A point of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepPoint {
    /// The arm that is swept, by the name that the config gives it;
    /// [`RunSpec::BASE`](crate::RunSpec::BASE) where the config has no arms.
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

/// An axis of a sweep: a setting, and the values that it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepAxis {
    /// The setting's dotted name: `init.std`.
    pub setting: Arc<str>,
    /// Its values in their order, at least one.
    pub values: Vec<toml::Value>,
    /// How they are spaced.
    pub scale: Scale,
}

string_enum! {
    /// How values on an axis are spaced, and so how it is drawn.
    pub enum Scale {
        /// As numbers.
        Linear = "linear",
        /// As the logarithms of numbers.
        Log = "log",
        /// As they were listed: words, lists, truth values.
        Listed = "listed",
    }
}

impl SweepPoint {
    /// The sweep of a config whose settings are at this point already.
    pub(crate) fn to_table(&self) -> toml::Table {
        let axis = |axis: &AxisValue| {
            let scale = axis.scale.name();
            let table = toml::Table::from_iter([
                ("at".to_owned(), axis.value.clone()),
                ("scale".into(), scale.into()),
            ]);
            (axis.setting.to_string(), toml::Value::Table(table))
        };
        self.axes.iter().map(axis).collect()
    }
}
