//! A gain as a person names it: a number, an activation's, or that of the activation at hand.

use std::fmt;
use std::str::FromStr;

use crate::{Activation, ActivationError, Target};

/// The factor on a standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Gain {
    /// This number.
    Number(f64),
    /// The gain of this activation: [`Activation::gain`].
    Of(Activation),
    /// The gain of the activation that follows the layer: [`Target::activation`].
    Auto,
}

impl Gain {
    /// The number that it stands for.
    pub fn value(self, target: &Target) -> f64 {
        match self {
            Gain::Number(gain) => gain,
            Gain::Of(activation) => activation.gain(),
            Gain::Auto => target.activation.gain(),
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

/// From a word: `auto`, or an activation.
impl FromStr for Gain {
    type Err = ActivationError;

    fn from_str(word: &str) -> Result<Self, ActivationError> {
        if word == "auto" { Ok(Gain::Auto) } else { word.parse().map(Gain::Of) }
    }
}
