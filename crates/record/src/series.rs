//! `steps.csv`, `epochs.csv` and `validations.csv`: the series of a run.
//!
//! Numbers are written in the shortest form that reads back to the same bits; what is not finite is
//! written `inf`, `-inf` or `NaN`.

use serde::{Deserialize, Serialize};

/// One training step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The step, from 0.
    pub step: u64,
    /// Mean loss of the step's batch: before its update, so that step 0 is the loss of the initial
    /// weights; or after it, where the config says `training.record_loss = "after_update"`.
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

/// A validation between two steps, where `record.validate_every` asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    /// Steps made before it.
    pub steps: u64,
    /// Mean loss over the first training images, as many as there are validation images.
    pub training_loss: f64,
    /// Share of them that is classified rightly, 0 to 1.
    pub training_accuracy: f64,
    /// Mean loss over the validation images.
    pub validation_loss: f64,
    /// Share of them that is classified rightly, 0 to 1.
    pub validation_accuracy: f64,
}
