//! Variances that follow from a tensor's fans, its activation and its place in the network.

use crate::word::words;
use crate::{Activation, DrawError, Gain, Law, Target};

words! {
    /// Which number of connections a variance is divided by.
    Fan {
        /// Connections into a unit: keeps the variance of activations.
        In = "fan_in",
        /// Connections out of a unit: keeps the variance of gradients.
        Out = "fan_out",
        /// Arithmetic mean of the two.
        Average = "fan_avg",
        /// Geometric mean of the two.
        GeometricAverage = "fan_geo_avg",
    }
}

impl Fan {
    /// The number of connections of `target`.
    pub fn of(self, target: &Target) -> f64 {
        let (fan_in, fan_out) = (target.fan_in as f64, target.fan_out as f64);
        match self {
            Fan::In => fan_in,
            Fan::Out => fan_out,
            Fan::Average => (fan_in + fan_out) / 2.0,
            Fan::GeometricAverage => (fan_in * fan_out).sqrt(),
        }
    }
}

words! {
    /// The form of a distribution around 0 whose standard deviation is given.
    Form {
        /// Normal, truncated at two standard deviations and widened so that what is drawn has the one given.
        TruncatedNormal = "truncated_normal",
        /// Normal.
        Normal = "normal",
        /// Uniform.
        Uniform = "uniform",
    }
}

impl Form {
    /// A normal, truncated or not.
    pub(crate) fn normal(truncated: bool) -> Self {
        if truncated { Form::TruncatedNormal } else { Form::Normal }
    }

    /// The law of this form with the standard deviation `std`.
    pub(crate) fn law(self, std: f64) -> Law {
        match self {
            Form::Uniform => Law::Uniform { min: -std * 3f64.sqrt(), max: std * 3f64.sqrt() },
            Form::Normal => Law::normal(0.0, std),
            Form::TruncatedNormal => Law::truncated_normal(0.0, std, -2.0, 2.0, true),
        }
    }
}

/// The tutorial's general rule: uniform within `1 / sqrt(fan_in)`.
pub(crate) fn general_rule(target: &Target) -> Law {
    let bound = 1.0 / Fan::In.of(target).sqrt();
    Law::Uniform { min: -bound, max: bound }
}

/// Random walk initialization: `gain / sqrt(fan_in)`, with a gain under which the logarithm of a gradient's norm neither
/// grows nor shrinks on average in a network of that width, which is more than He's where it is narrow.
///
/// Sussillo & Abbott 2014 have it for linear and ReLU networks; for others they search by experiment.
pub(crate) fn random_walk_gain(
    kind: &'static str,
    gain: Gain,
    target: &Target,
) -> Result<f64, DrawError> {
    let width = target.fan_in as f64;
    let activation = match gain {
        Gain::Number(gain) => return Ok(gain),
        Gain::Of(activation) => activation,
        Gain::Auto => target.activation,
    };
    match activation {
        Activation::Linear => Ok(libm::exp(0.5 / width)),
        Activation::Relu => Ok(2f64.sqrt() * libm::exp(1.2 / (width.max(6.0) - 2.4))),
        activation => Err(DrawError::NoGain { kind, activation }),
    }
}

/// The standard deviation of muP: that of `gain / sqrt(fan_in)` for the first and the hidden layers; for the last one,
/// the variance shrinks with the square of its fan-in, from `base_width` on.
pub(crate) fn mup_std(gain: f64, base_width: f64, target: &Target) -> f64 {
    let fan_in = target.fan_in as f64;
    let std = gain / fan_in.sqrt();
    if target.is_last() && !target.is_first() { std * (base_width / fan_in).sqrt() } else { std }
}

/// By how much muP multiplies Adam's learning rate for a layer: 1 for the first layer and for every bias,
/// `base_width / fan_in` for the weights of the hidden layers and of the last one.
///
/// With the initializer `mup` of the same `base_width`, the learning rate that is best for a network whose hidden layers
/// have that width stays the best for wider ones. Yang & Hu et al. 2022 (Tensor Programs V), Table 3.
///
/// ```
/// use initializers::{Activation, Target, mup_adam_multiplier};
///
/// let layers = Target::network(&[784, 1024, 1024, 10], Activation::Relu);
/// let multipliers: Vec<f64> = layers.iter().map(|layer| mup_adam_multiplier(256.0, layer)).collect();
/// assert_eq!(multipliers, [1.0, 0.25, 0.25]);
/// assert_eq!(mup_adam_multiplier(256.0, &layers[1].bias()), 1.0);
/// ```
pub fn mup_adam_multiplier(base_width: f64, target: &Target) -> f64 {
    let is_bias = target.is_vector();
    if is_bias || target.is_first() { 1.0 } else { base_width / target.fan_in as f64 }
}

/// The spectral condition: `gain / sqrt(fan_in) min(1, sqrt(fan_out / fan_in))`, with which the largest singular value
/// is of the order of `sqrt(fan_out / fan_in)`.
pub(crate) fn spectral_std(gain: f64, target: &Target) -> f64 {
    let (fan_in, fan_out) = (target.fan_in as f64, target.fan_out as f64);
    gain / fan_in.sqrt() * (fan_out / fan_in).sqrt().min(1.0)
}

/// AutoInit: the standard deviation with which the layer's outputs have the variance `signal_variance`, from the second
/// moment of its inputs: the data's for the first layer; for another, that of the preceding activation's values when what
/// goes into it is normal with mean 0 and that variance.
pub(crate) fn autoinit_std(
    input_mean: f64,
    input_variance: f64,
    signal_variance: f64,
    target: &Target,
) -> f64 {
    let second_moment = if target.is_first() {
        input_mean * input_mean + input_variance
    } else {
        target.preceding.second_moment(signal_variance)
    };
    (signal_variance / (target.fan_in as f64 * second_moment)).sqrt()
}
