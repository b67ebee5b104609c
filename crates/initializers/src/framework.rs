//! What a framework draws for a fully connected layer when no initializer is chosen.

use crate::distribution::Distribution;
use crate::options::{Family, FanMode};
use crate::scaling::general_rule;
use crate::tensor_spec::TensorSpec;

/// A framework's fully connected layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
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
    /// The distribution of the weight.
    pub(crate) fn distribution(self, spec: &TensorSpec) -> Distribution {
        let fan_in = spec.fan(FanMode::In);
        let std = |variance: f64| libm::sqrt(variance);
        match self {
            Framework::Burn | Framework::PyTorch => general_rule(spec),
            Framework::Keras => Family::Uniform.with_std(std(1.0 / spec.fan(FanMode::Average))),
            Framework::Flax => Family::TruncatedNormal.with_std(std(1.0 / fan_in)),
            Framework::Haiku => {
                Distribution::truncated_normal(0.0, std(1.0 / fan_in), -2.0, 2.0, false)
            }
            Framework::Candle => Family::Normal.with_std(std(2.0 / fan_in)),
            Framework::Tch => Family::Uniform.with_std(std(2.0 / fan_in)),
        }
    }

    /// Whether biases are 0; they follow the weight's general rule otherwise.
    pub(crate) fn has_zero_bias(self) -> bool {
        matches!(self, Framework::Keras | Framework::Flax | Framework::Haiku)
    }
}
