//! `steps.csv` and `epochs.csv`: the series of a run.
//!
//! Numbers are written in the shortest form that reads back to the same bits; what is not finite is written `inf`,
//! `-inf` or `NaN`.

use serde::{Deserialize, Serialize};

/// One training step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The step, from 0.
    pub step: u64,
    /// Mean loss of the step's batch: before its update, so that step 0 is the loss of the initial weights; or after
    /// it, where the config says `training.record_loss = "after_update"`.
    pub loss: f32,
}

/// One epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// The epoch, from 1.
    pub epoch: u64,
    /// Steps made when the epoch ended.
    pub steps: u64,
    /// Mean recorded loss per training sample over the epoch.
    pub training_loss: f64,
    /// Mean loss per validation sample after the epoch.
    pub validation_loss: f64,
    /// Share of the validation images classified rightly, 0 to 1, after the epoch.
    pub validation_accuracy: f64,
}

/// JSON has no infinity and no NaN: they are written as the strings that the CSV files use.
pub(crate) mod non_finite {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        if value.is_finite() {
            serializer.serialize_f64(*value)
        } else {
            serializer.serialize_str(&value.to_string())
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::Number(number) => {
                number.as_f64().ok_or_else(|| D::Error::custom("not a number"))
            }
            serde_json::Value::String(text) => text.parse().map_err(D::Error::custom),
            other => Err(D::Error::custom(format!("expected a number, found {other}"))),
        }
    }
}
