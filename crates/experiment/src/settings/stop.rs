//! `training.stop`: when a run ends before its last epoch.

use serde_json::{Value as Json, json};

use crate::settings::domain::{Domain, Whole, Words};
use crate::settings::read::read_section;
use crate::settings::table::{Section, Stated, Table};
use crate::string_enum::string_enum;
use crate::syntax::{Diagnostic, Diagnostics, Spanned, Value};

/// When a run ends before its last epoch (early stopping: Prechelt 1998).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarlyStop {
    /// What is to become better.
    pub metric: StopMetric,
    /// After so many epochs without a better value than the best so far, the run ends.
    pub patience: u64,
}

string_enum! {
    /// What is measured at the end of each epoch.
    pub enum StopMetric {
        /// The mean loss over the validation images: lower is better.
        ValidationLoss = "validation_loss",
        /// The share of them that is classified rightly: higher is better.
        ValidationAccuracy = "validation_accuracy",
    }
}

impl StopMetric {
    /// Whether a value is better than another; NaN is better than nothing.
    ///
    /// ```
    /// use experiment::StopMetric;
    ///
    /// assert!(StopMetric::ValidationLoss.is_better(0.1, 0.2));
    /// assert!(StopMetric::ValidationAccuracy.is_better(0.2, 0.1));
    /// assert!(!StopMetric::ValidationLoss.is_better(f64::NAN, 0.2));
    /// ```
    pub fn is_better(self, value: f64, than: f64) -> bool {
        match self {
            StopMetric::ValidationLoss => value < than,
            StopMetric::ValidationAccuracy => value > than,
        }
    }
}

impl Section for EarlyStop {
    const MEANING: &'static str = "When a run ends before its last epoch";

    fn fields(table: &mut impl Table<Self>) -> Self {
        EarlyStop {
            metric: table.field(
                "metric",
                Stated::Always,
                |stop| stop.metric,
                StopMetric::ValidationLoss,
                &Words,
                "what is to become better",
            ),
            patience: table.field(
                "patience",
                Stated::Always,
                |stop| stop.patience,
                3,
                &Whole::COUNT,
                "epochs without a better value",
            ),
        }
    }
}

/// A table of `metric` and `patience`.
pub(crate) struct EarlyStops;

impl Domain<EarlyStop> for EarlyStops {
    fn read(&self, value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<EarlyStop> {
        if !matches!(value.value, Value::Table(_)) {
            let message = format!("`{name}` must be a table, but is {}", value.described());
            let help = format!("write `{name} = {EXAMPLE}`");
            diagnostics.report(Diagnostic::at(&value.span, message).help(help));
            return None;
        }
        Some(read_section(Some(value), name, &[], diagnostics))
    }

    fn write(&self, value: &EarlyStop) -> Option<toml::Value> {
        let patience = i64::try_from(value.patience).ok()?;
        let entries = [
            ("metric".to_owned(), toml::Value::from(value.metric.name())),
            ("patience".to_owned(), patience.into()),
        ];
        Some(toml::Table::from_iter(entries).into())
    }

    fn takes(&self) -> String {
        format!("`{EXAMPLE}`")
    }

    fn schema(&self) -> Json {
        json!({
            "type": "object",
            "description": EarlyStop::MEANING,
            "additionalProperties": false,
            "properties": {
                "metric": Domain::<StopMetric>::schema(&Words),
                "patience": Domain::<u64>::schema(&Whole::COUNT),
            },
        })
    }
}

const EXAMPLE: &str = "{ metric = \"validation_loss\", patience = 3 }";
