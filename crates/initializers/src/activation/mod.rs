//! The activations that a network may have between its layers.

mod function;
mod gain;
mod text;

use alloc::vec;
use alloc::vec::Vec;

pub use text::ActivationError;

/// An elementwise activation function, by the name that burn and the field give it.
///
/// Left out of those in burn: `glu` and `swiglu`, which change the width; `softmax` and its kin,
/// which are no function of one number; `rrelu`, whose slopes are drawn anew at each step;
/// `threshold`, which has no usual constants.
///
/// Written as text, an activation is its name, followed by its constants in parentheses where they
/// are not the usual ones.
///
/// ```
/// use initializers::Activation;
///
/// let leaky: Activation = "leaky_relu(0.2)".parse()?;
/// assert_eq!(leaky, Activation::LeakyRelu { negative_slope: 0.2 });
/// assert_eq!(leaky.to_string(), "leaky_relu(0.2)");
/// assert_eq!("relu".parse(), Ok(Activation::Relu));
/// assert_eq!(leaky.apply(-1.0), -0.2);
/// # Ok::<(), initializers::ActivationError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Activation {
    /// `x`: no activation at all.
    Linear,
    /// `max(0, x)`.
    Relu,
    /// `x` where positive, `negative_slope x` elsewhere.
    LeakyRelu {
        /// The slope where `x` is negative, usually 0.01.
        negative_slope: f64,
    },
    /// A leaky ReLU whose slope is trained.
    Prelu {
        /// The slope at first, usually 0.25.
        alpha: f64,
    },
    /// `min(max(0, x), 6)`.
    Relu6,
    /// `x` where above `alpha`, 0 elsewhere.
    ThresholdedRelu {
        /// The threshold, usually 1.
        alpha: f64,
    },
    /// `x` where positive, `alpha (exp(x) - 1)` elsewhere.
    Elu {
        /// What it saturates at, negated; usually 1.
        alpha: f64,
    },
    /// `x` where positive, `alpha (exp(x / alpha) - 1)` elsewhere.
    Celu {
        /// What it saturates at, negated; > 0, usually 1.
        alpha: f64,
    },
    /// The scaled ELU of self-normalizing networks: `1.0507 elu(x, 1.6733)`.
    Selu,
    /// `x Phi(x)`, Phi being the normal cumulative distribution function.
    Gelu,
    /// GELU by its formula with tanh.
    GeluApproximate,
    /// `x sigmoid(x)`, also called swish.
    Silu,
    /// `x tanh(softplus(x))`.
    Mish,
    /// `x hard_sigmoid(x)` with the constants 1/6 and 1/2.
    HardSwish,
    /// `log(1 + exp(beta x)) / beta`.
    Softplus {
        /// Sharpness of the bend; > 0, usually 1.
        beta: f64,
    },
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
    /// `log(sigmoid(x))`.
    LogSigmoid,
    /// `min(max(0, alpha x + beta), 1)`.
    HardSigmoid {
        /// Slope, usually 0.2.
        alpha: f64,
        /// Value at 0, usually 0.5.
        beta: f64,
    },
    /// `tanh(x)`.
    Tanh,
    /// `min(max(min, x), max)`.
    Hardtanh {
        /// Lower bound, usually -1.
        min: f64,
        /// Upper bound, usually 1.
        max: f64,
    },
    /// `x - tanh(x)`.
    Tanhshrink,
    /// `x / (1 + |x|)`.
    Softsign,
    /// `sin(omega x)`.
    Sine {
        /// The frequency; > 0, usually 1. Sitzmann et al. 2020 (SIREN) have 30.
        omega: f64,
    },
    /// `x` where `|x| > lambda`, 0 elsewhere.
    HardShrink {
        /// Half the width of the gap, usually 0.5.
        lambda: f64,
    },
    /// `x` moved towards 0 by `lambda`, and 0 where it would pass it.
    SoftShrink {
        /// How far, usually 0.5.
        lambda: f64,
    },
    /// `x` moved towards 0 by `bias` where `|x| > lambda`, 0 elsewhere.
    Shrink {
        /// Half the width of the gap, usually 0.5.
        lambda: f64,
        /// How far, usually 0.5.
        bias: f64,
    },
}

impl Activation {
    /// Every activation, with its usual constants, in the order in which lists show them.
    pub const ALL: [Activation; 26] = [
        Activation::Linear,
        Activation::Relu,
        Activation::LeakyRelu { negative_slope: 0.01 },
        Activation::Prelu { alpha: 0.25 },
        Activation::Relu6,
        Activation::ThresholdedRelu { alpha: 1.0 },
        Activation::Elu { alpha: 1.0 },
        Activation::Celu { alpha: 1.0 },
        Activation::Selu,
        Activation::Gelu,
        Activation::GeluApproximate,
        Activation::Silu,
        Activation::Mish,
        Activation::HardSwish,
        Activation::Softplus { beta: 1.0 },
        Activation::Sigmoid,
        Activation::LogSigmoid,
        Activation::HardSigmoid { alpha: 0.2, beta: 0.5 },
        Activation::Tanh,
        Activation::Hardtanh { min: -1.0, max: 1.0 },
        Activation::Tanhshrink,
        Activation::Softsign,
        Activation::Sine { omega: 1.0 },
        Activation::HardShrink { lambda: 0.5 },
        Activation::SoftShrink { lambda: 0.5 },
        Activation::Shrink { lambda: 0.5, bias: 0.5 },
    ];

    /// Whether a positive factor on its input is the same factor on its output.
    pub const fn is_homogeneous(self) -> bool {
        matches!(
            self,
            Activation::Linear
                | Activation::Relu
                | Activation::LeakyRelu { .. }
                | Activation::Prelu { .. }
        )
    }

    /// The name, without constants.
    pub const fn name(self) -> &'static str {
        match self {
            Activation::Linear => "linear",
            Activation::Relu => "relu",
            Activation::LeakyRelu { .. } => "leaky_relu",
            Activation::Prelu { .. } => "prelu",
            Activation::Relu6 => "relu6",
            Activation::ThresholdedRelu { .. } => "thresholded_relu",
            Activation::Elu { .. } => "elu",
            Activation::Celu { .. } => "celu",
            Activation::Selu => "selu",
            Activation::Gelu => "gelu",
            Activation::GeluApproximate => "gelu_approximate",
            Activation::Silu => "silu",
            Activation::Mish => "mish",
            Activation::HardSwish => "hard_swish",
            Activation::Softplus { .. } => "softplus",
            Activation::Sigmoid => "sigmoid",
            Activation::LogSigmoid => "log_sigmoid",
            Activation::HardSigmoid { .. } => "hard_sigmoid",
            Activation::Tanh => "tanh",
            Activation::Hardtanh { .. } => "hardtanh",
            Activation::Tanhshrink => "tanhshrink",
            Activation::Softsign => "softsign",
            Activation::Sine { .. } => "sine",
            Activation::HardShrink { .. } => "hard_shrink",
            Activation::SoftShrink { .. } => "soft_shrink",
            Activation::Shrink { .. } => "shrink",
        }
    }

    /// The constants, in the order in which text gives them.
    fn constants(self) -> Vec<f64> {
        match self {
            Activation::LeakyRelu { negative_slope: a }
            | Activation::Prelu { alpha: a }
            | Activation::ThresholdedRelu { alpha: a }
            | Activation::Elu { alpha: a }
            | Activation::Celu { alpha: a }
            | Activation::Softplus { beta: a }
            | Activation::Sine { omega: a }
            | Activation::HardShrink { lambda: a }
            | Activation::SoftShrink { lambda: a } => vec![a],
            Activation::HardSigmoid { alpha: a, beta: b }
            | Activation::Hardtanh { min: a, max: b }
            | Activation::Shrink { lambda: a, bias: b } => vec![a, b],
            _ => vec![],
        }
    }
}
