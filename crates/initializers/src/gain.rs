//! A gain, by number or by name.

use core::fmt;
use core::str::FromStr;

use crate::activation::{Activation, ActivationError};
use crate::tensor_spec::TensorSpec;

/// The factor on a standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Gain {
    /// This number.
    Number(f64),
    /// The gain of this activation: [`Activation::gain`].
    Of(Activation),
    /// The gain of the activation that follows the layer: [`TensorSpec::activation`].
    Auto,
}

impl Gain {
    /// The number that it stands for.
    pub fn value(self, spec: &TensorSpec) -> f64 {
        match self {
            Gain::Number(gain) => gain,
            Gain::Of(activation) => activation.gain(),
            Gain::Auto => spec.activation().gain(),
        }
    }
}

/// As text: the number, the activation, or `auto`.
impl fmt::Display for Gain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Gain::Number(gain) => write!(f, "{gain}"),
            Gain::Of(activation) => write!(f, "{activation}"),
            Gain::Auto => f.write_str("auto"),
        }
    }
}

/// From text: `auto`, or an activation.
impl FromStr for Gain {
    type Err = ActivationError;

    fn from_str(text: &str) -> Result<Self, ActivationError> {
        if text == "auto" { Ok(Gain::Auto) } else { text.parse().map(Gain::Of) }
    }
}
