//! What a framework draws for a fully connected layer when nobody chooses: the "no initialization chosen" arm.

use crate::scaling::general_rule;
use crate::{Fan, Form, Initializer, Law, Target};

/// A framework's fully connected layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framework {
    /// `burn::nn::Linear`.
    Burn,
    /// `torch.nn.Linear`; also Equinox's and dfdx's.
    PyTorch,
    /// `keras.layers.Dense`; also Flux.jl's.
    Keras,
    /// `flax.linen.Dense`.
    Flax,
    /// `haiku.Linear`.
    Haiku,
    /// `candle_nn::linear`.
    Candle,
    /// `tch::nn::linear`.
    Tch,
}

impl Framework {
    /// The law of the weight.
    pub(crate) fn law(self, target: &Target) -> Law {
        let root = |variance: f64| variance.sqrt();
        let fan_in = Fan::In.of(target);
        match self {
            Framework::Burn | Framework::PyTorch => general_rule(target),
            Framework::Keras => Form::Uniform.law(root(1.0 / Fan::Average.of(target))),
            Framework::Flax => Form::TruncatedNormal.law(root(1.0 / fan_in)),
            Framework::Haiku => Law::truncated_normal(0.0, root(1.0 / fan_in), -2.0, 2.0, false),
            Framework::Candle => Form::Normal.law(root(2.0 / fan_in)),
            Framework::Tch => Form::Uniform.law(root(2.0 / fan_in)),
        }
    }

    /// The initializer of the bias.
    pub(crate) fn bias(self) -> Initializer {
        match self {
            Framework::Keras | Framework::Flax | Framework::Haiku => Initializer::Zeros,
            Framework::Burn | Framework::PyTorch | Framework::Candle | Framework::Tch => {
                Initializer::GeneralRule
            }
        }
    }
}
