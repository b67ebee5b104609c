//! The settings of a run that a diagnosis looks at.

use initializers::Activation;
use serde::{Deserialize, Serialize};

/// What else a diagnosis looks at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Context {
    /// The activation.
    pub activation: Activation,
    /// Whether the optimizer divides a gradient by its own size, as Adam does.
    pub is_adaptive: bool,
    /// The learning rate at the start.
    pub learning_rate: f64,
    /// By what the weights were multiplied when they had been drawn.
    pub init_factor: f64,
    /// By what the logits are multiplied.
    pub output_scale: f64,
}
