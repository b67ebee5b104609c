//! `data.normalize`: how bytes become inputs.

use std::ops::Bound;

use serde_json::{Value as Json, json};

use crate::settings::domain::{Domain, Real, Words};
use crate::settings::read::read_section;
use crate::settings::table::{Section, Stated, Table};
use crate::string_enum::string_enum;
use crate::syntax::{Diagnostics, Spanned, Value};

/// How bytes become inputs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Normalization {
    /// Into [0, 1], or further by a rule of that name.
    Named(Range),
    /// Into [0, 1], then less `mean` and divided by `std`.
    Fixed {
        /// The mean that is subtracted.
        mean: f64,
        /// The standard deviation that is divided by.
        std: f64,
    },
}

string_enum! {
    /// The usual ranges of inputs.
    pub enum Range {
        /// Divided by 255, into [0, 1]: the tutorial's.
        Unit = "unit",
        /// Into [-0.5, 0.5].
        Centred = "centred",
        /// Into [0, 1], then less the mean and divided by the standard deviation of all training
        /// pixels.
        Standard = "standard",
    }
}

/// A range by its name, or a mean and a standard deviation.
pub(super) struct Normalizations;

/// `{ mean = 0.1307, std = 0.3081 }`
struct MeanAndStd {
    mean: f64,
    std: f64,
}

impl Section for MeanAndStd {
    const MEANING: &'static str = "From [0, 1], less `mean` and divided by `std`";

    fn fields(table: &mut impl Table<Self>) -> Self {
        let (stated, any) = (Stated::Always, Real(Bound::Unbounded, Bound::Unbounded));
        MeanAndStd {
            mean: table.field("mean", stated, |n| n.mean, 0.0, &any, "what is subtracted"),
            std: table.field("std", stated, |n| n.std, 1.0, &Real::POSITIVE, "the divisor"),
        }
    }
}

impl Domain<Normalization> for Normalizations {
    fn read(
        &self,
        value: &Spanned,
        name: &str,
        diagnostics: &Diagnostics,
    ) -> Option<Normalization> {
        if matches!(value.value, Value::Table(_)) {
            let MeanAndStd { mean, std } = read_section(Some(value), name, &[], diagnostics);
            return Some(Normalization::Fixed { mean, std });
        }
        Words.read(value, name, diagnostics).map(Normalization::Named)
    }

    fn write(&self, value: &Normalization) -> Option<toml::Value> {
        match *value {
            Normalization::Named(range) => Some(range.name().into()),
            Normalization::Fixed { mean, std } => {
                let entry = |key: &str, value: f64| (key.to_owned(), toml::Value::from(value));
                let table = toml::Table::from_iter([entry("mean", mean), entry("std", std)]);
                Some(table.into())
            }
        }
    }

    fn takes(&self) -> String {
        let words = Domain::<Range>::takes(&Words);
        format!("{words}, or `{{ mean = 0.1307, std = 0.3081 }}`")
    }

    fn schema(&self) -> Json {
        json!({ "anyOf": [
            Domain::<Range>::schema(&Words),
            { "type": "object", "description": MeanAndStd::MEANING, "additionalProperties": false,
              "properties": { "mean": { "type": "number" },
                              "std": Domain::<f64>::schema(&Real::POSITIVE) } },
        ] })
    }
}
