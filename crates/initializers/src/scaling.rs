//! Variances that follow from a tensor's fans, its activation and its position in the network.

use crate::activation::Activation;
use crate::distribution::Distribution;
use crate::error::DrawError;
use crate::gain::Gain;
use crate::options::{Family, FanMode};
use crate::tensor_spec::TensorSpec;

impl Family {
    /// The distribution of this family with the standard deviation `std`.
    pub(crate) fn with_std(self, std: f64) -> Distribution {
        let bound = std * libm::sqrt(3.0);
        match self {
            Family::Uniform => Distribution::Uniform { min: -bound, max: bound },
            Family::Normal => Distribution::normal(0.0, std),
            Family::TruncatedNormal => Distribution::truncated_normal(0.0, std, -2.0, 2.0, true),
        }
    }
}

/// Uniform within `1 / sqrt(fan_in)`.
pub(crate) fn general_rule(spec: &TensorSpec) -> Distribution {
    let bound = 1.0 / libm::sqrt(spec.fan(FanMode::In));
    Distribution::Uniform { min: -bound, max: bound }
}

/// Random walk initialization: a gain under which the logarithm of a gradient's norm neither grows
/// nor shrinks on average in a network of that width, which is more than He's where it is narrow.
///
/// Sussillo & Abbott 2014 have it for linear and ReLU networks; for others they search by
/// experiment.
pub(crate) fn random_walk_gain(
    kind: &'static str,
    gain: Gain,
    spec: &TensorSpec,
) -> Result<f64, DrawError> {
    let width = spec.fan_in() as f64;
    let activation = match gain {
        Gain::Number(gain) => return Ok(gain),
        Gain::Of(activation) => activation,
        Gain::Auto => spec.activation(),
    };
    match activation {
        Activation::Linear => Ok(libm::exp(0.5 / width)),
        Activation::Relu => Ok(libm::sqrt(2.0) * libm::exp(1.2 / (width.max(6.0) - 2.4))),
        activation => Err(DrawError::NoGain { kind, activation }),
    }
}

/// The standard deviation of muP: that of `gain / sqrt(fan_in)` for the first and the hidden
/// layers; for the last one, the variance shrinks with the square of its fan-in, from `base_width`
/// on.
pub(crate) fn mup_std(gain: f64, base_width: f64, spec: &TensorSpec) -> f64 {
    let fan_in = spec.fan_in() as f64;
    let std = gain / libm::sqrt(fan_in);
    let is_output = spec.position().is_some_and(|at| at.is_last() && !at.is_first());
    if is_output { std * libm::sqrt(base_width / fan_in) } else { std }
}

/// By how much muP multiplies Adam's learning rate for a layer: 1 for the first layer and for every
/// bias, `base_width / fan_in` for the weights of the hidden layers and of the last one.
///
/// With the initializer `mup` of the same `base_width`, the learning rate that is best for a
/// network whose hidden layers have that width stays the best for wider ones. Yang & Hu et al. 2022
/// (Tensor Programs V), Table 3.
///
/// ```
/// use initializers::{Activation, TensorSpec, mup_adam_multiplier};
///
/// let layers = TensorSpec::network(&[784, 1024, 1024, 10], Activation::Relu);
/// let multipliers: Result<Vec<f64>, _> =
///     layers.iter().map(|layer| mup_adam_multiplier(256.0, layer)).collect();
/// assert_eq!(multipliers?, [1.0, 0.25, 0.25]);
/// assert_eq!(mup_adam_multiplier(256.0, &layers[1].bias())?, 1.0);
/// # Ok::<(), initializers::DrawError>(())
/// ```
///
/// # Errors
/// Where the tensor of a weight has no position in its network.
pub fn mup_adam_multiplier(base_width: f64, spec: &TensorSpec) -> Result<f64, DrawError> {
    if spec.is_bias() {
        return Ok(1.0);
    }
    match spec.position() {
        None => Err(DrawError::NoPosition { kind: "mup", shape: spec.shape().to_vec() }),
        Some(position) if position.is_first() => Ok(1.0),
        Some(_) => Ok(base_width / spec.fan_in() as f64),
    }
}

/// The spectral condition: `gain / sqrt(fan_in) min(1, sqrt(fan_out / fan_in))`, with which the
/// largest singular value is of the order of `sqrt(fan_out / fan_in)`.
pub(crate) fn spectral_std(gain: f64, spec: &TensorSpec) -> f64 {
    let (fan_in, fan_out) = (spec.fan_in() as f64, spec.fan_out() as f64);
    gain / libm::sqrt(fan_in) * libm::sqrt(fan_out / fan_in).min(1.0)
}

/// AutoInit: the standard deviation with which the layer's outputs have the variance
/// `signal_variance`, from the second moment of its inputs.
///
/// That is the data's for the first layer; for another, that of the preceding activation's values
/// when what goes into it is normal with mean 0 and that variance.
pub(crate) fn autoinit_std(
    input_mean: f64,
    input_variance: f64,
    signal_variance: f64,
    spec: &TensorSpec,
) -> f64 {
    let second_moment = if spec.position().is_some_and(|position| position.is_first()) {
        input_mean * input_mean + input_variance
    } else {
        spec.input_activation().second_moment(signal_variance)
    };
    libm::sqrt(signal_variance / (spec.fan_in() as f64 * second_moment))
}
