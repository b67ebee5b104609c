//! The activations that a network may have between its layers: names, functions and gains.

use std::fmt;
use std::str::FromStr;

/// An elementwise activation function, by the name that burn and the field give it.
///
/// Written as text, an activation is its name, followed by its constants in parentheses where they are not the usual
/// ones: `relu`, `leaky_relu`, `leaky_relu(0.2)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Activation {
    /// `x`: no activation at all.
    Linear,
    /// `max(0, x)`.
    Relu,
    /// `tanh(x)`.
    Tanh,
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
}

impl Activation {
    /// Every activation, with its usual constants, in the order in which lists show them.
    pub const ALL: [Activation; 4] = [Activation::Linear, Activation::Relu, Activation::Tanh, Activation::Sigmoid];

    /// The name as TOML files give it, without constants.
    pub const fn name(self) -> &'static str {
        match self {
            Activation::Linear => "linear",
            Activation::Relu => "relu",
            Activation::Tanh => "tanh",
            Activation::Sigmoid => "sigmoid",
        }
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no activation.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("there is no activation {0:?}")]
pub struct UnknownActivation(String);

impl FromStr for Activation {
    type Err = UnknownActivation;

    fn from_str(text: &str) -> Result<Self, UnknownActivation> {
        let named = Activation::ALL.into_iter().find(|activation| activation.name() == text);
        named.ok_or_else(|| UnknownActivation(text.to_owned()))
    }
}
