//! The activations that a network may have between its layers: names and functions.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};
use std::fmt;
use std::str::FromStr;

use crate::numeric::normal_cdf;

/// An elementwise activation function, by the name that burn and the field give it.
///
/// Left out of those in burn: `glu` and `swiglu`, which change the width; `softmax` and its kin, which are no function of
/// one number; `rrelu`, whose slopes are drawn anew at each step; `threshold`, which has no usual constants.
///
/// Written as text, an activation is its name, followed by its constants in parentheses where they are not the usual
/// ones.
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

const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;
const SELU_SCALE: f64 = 1.050_700_987_355_480_5;

impl Activation {
    /// Every activation, with its usual constants, in the order in which lists show them.
    pub const ALL: [Activation; 25] = [
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

    /// The name as TOML files give it, without constants.
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
            | Activation::HardShrink { lambda: a }
            | Activation::SoftShrink { lambda: a } => vec![a],
            Activation::HardSigmoid { alpha: a, beta: b }
            | Activation::Hardtanh { min: a, max: b }
            | Activation::Shrink { lambda: a, bias: b } => vec![a, b],
            _ => vec![],
        }
    }

    /// The same activation with other constants; `None` where they are not as many, or not in its range.
    fn with_constants(self, constants: &[f64]) -> Option<Self> {
        if !constants.iter().all(|constant| constant.is_finite()) {
            return None;
        }
        Some(match (self, constants) {
            (Activation::LeakyRelu { .. }, &[negative_slope]) => {
                Activation::LeakyRelu { negative_slope }
            }
            (Activation::Prelu { .. }, &[alpha]) => Activation::Prelu { alpha },
            (Activation::ThresholdedRelu { .. }, &[alpha]) => Activation::ThresholdedRelu { alpha },
            (Activation::Elu { .. }, &[alpha]) => Activation::Elu { alpha },
            (Activation::Celu { .. }, &[alpha]) if alpha > 0.0 => Activation::Celu { alpha },
            (Activation::Softplus { .. }, &[beta]) if beta > 0.0 => Activation::Softplus { beta },
            (Activation::HardSigmoid { .. }, &[alpha, beta]) => {
                Activation::HardSigmoid { alpha, beta }
            }
            (Activation::Hardtanh { .. }, &[min, max]) if min < max => {
                Activation::Hardtanh { min, max }
            }
            (Activation::HardShrink { .. }, &[lambda]) if lambda >= 0.0 => {
                Activation::HardShrink { lambda }
            }
            (Activation::SoftShrink { .. }, &[lambda]) if lambda >= 0.0 => {
                Activation::SoftShrink { lambda }
            }
            (Activation::Shrink { .. }, &[lambda, bias]) if lambda >= 0.0 => {
                Activation::Shrink { lambda, bias }
            }
            _ => return None,
        })
    }

    /// The function's value at `x`.
    pub fn apply(self, x: f64) -> f64 {
        let sigmoid = |x: f64| 1.0 / (1.0 + libm::exp(-x));
        // max(x, 0) + log1p(exp(-|x|)) does not overflow.
        let softplus = |x: f64| x.max(0.0) + libm::log1p(libm::exp(-x.abs()));
        match self {
            Activation::Linear => x,
            Activation::Relu => x.max(0.0),
            Activation::LeakyRelu { negative_slope: slope }
            | Activation::Prelu { alpha: slope } => {
                if x < 0.0 {
                    slope * x
                } else {
                    x
                }
            }
            Activation::Relu6 => x.clamp(0.0, 6.0),
            Activation::ThresholdedRelu { alpha } => {
                if x > alpha {
                    x
                } else {
                    0.0
                }
            }
            Activation::Elu { alpha } => x.max(0.0) + alpha * libm::expm1(x.min(0.0)),
            Activation::Celu { alpha } => x.max(0.0) + alpha * libm::expm1(x.min(0.0) / alpha),
            Activation::Selu => SELU_SCALE * Activation::Elu { alpha: SELU_ALPHA }.apply(x),
            Activation::Gelu => x * normal_cdf(x),
            Activation::GeluApproximate => {
                let inner = FRAC_2_SQRT_PI * FRAC_1_SQRT_2 * (x + 0.044715 * x * x * x);
                0.5 * x * (1.0 + libm::tanh(inner))
            }
            Activation::Silu => x * sigmoid(x),
            Activation::Mish => x * libm::tanh(softplus(x)),
            Activation::HardSwish => {
                x * Activation::HardSigmoid { alpha: 1.0 / 6.0, beta: 0.5 }.apply(x)
            }
            Activation::Softplus { beta } => softplus(beta * x) / beta,
            Activation::Sigmoid => sigmoid(x),
            Activation::LogSigmoid => -softplus(-x),
            Activation::HardSigmoid { alpha, beta } => (alpha * x + beta).clamp(0.0, 1.0),
            Activation::Tanh => libm::tanh(x),
            Activation::Hardtanh { min, max } => x.max(min).min(max),
            Activation::Tanhshrink => x - libm::tanh(x),
            Activation::Softsign => x / (1.0 + x.abs()),
            Activation::HardShrink { lambda } => Activation::Shrink { lambda, bias: 0.0 }.apply(x),
            Activation::SoftShrink { lambda } => {
                Activation::Shrink { lambda, bias: lambda }.apply(x)
            }
            Activation::Shrink { lambda, bias } => {
                if x.abs() > lambda {
                    x - bias * x.signum()
                } else {
                    0.0
                }
            }
        }
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        if Activation::ALL.contains(self) {
            return Ok(());
        }
        let constants: Vec<_> = self.constants().iter().map(f64::to_string).collect();
        write!(f, "({})", constants.join(", "))
    }
}

/// Why a text is no activation.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ActivationError {
    /// There is none of that name.
    #[error("there is no activation {0:?}")]
    Unknown(String),
    /// Its constants are too many, too few, no numbers, or out of their range.
    #[error("the constants of {given:?} are wrong; {activation} may be given as {example:?}")]
    Constants {
        /// The text.
        given: String,
        /// The activation's name.
        activation: &'static str,
        /// The activation as text, its usual constants included.
        example: String,
    },
}

impl FromStr for Activation {
    type Err = ActivationError;

    fn from_str(text: &str) -> Result<Self, ActivationError> {
        let (name, constants) = match text.strip_suffix(')').and_then(|text| text.split_once('(')) {
            Some((name, constants)) => (name.trim_end(), Some(constants)),
            None => (text, None),
        };
        let usual = Activation::ALL.into_iter().find(|activation| activation.name() == name);
        let usual = usual.ok_or_else(|| ActivationError::Unknown(text.to_owned()))?;
        let Some(constants) = constants else { return Ok(usual) };
        let constants: Option<Vec<f64>> =
            constants.split(',').map(|constant| constant.trim().parse().ok()).collect();
        constants.and_then(|constants| usual.with_constants(&constants)).ok_or_else(|| {
            let constants: Vec<_> = usual.constants().iter().map(f64::to_string).collect();
            let example = match constants.as_slice() {
                [] => usual.name().to_owned(),
                constants => format!("{}({})", usual.name(), constants.join(", ")),
            };
            ActivationError::Constants { given: text.to_owned(), activation: usual.name(), example }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_activation_say_the_same() {
        for activation in Activation::ALL {
            assert_eq!(activation.to_string(), activation.name());
            assert_eq!(activation.name().parse(), Ok(activation));
        }
        assert_eq!("hardtanh(-2, 2)".parse(), Ok(Activation::Hardtanh { min: -2.0, max: 2.0 }));
        for wrong in
            ["relu(1)", "softplus(0)", "leaky_relu(a)", "leaky_relu()", "shrink(1)", "elu(inf)"]
        {
            assert!(
                matches!(wrong.parse::<Activation>(), Err(ActivationError::Constants { .. })),
                "{wrong}"
            );
        }
        assert_eq!("relo".parse::<Activation>(), Err(ActivationError::Unknown("relo".into())));
    }

    #[test]
    fn homogeneous_ones_let_a_factor_through() {
        for activation in Activation::ALL {
            let through = [-3.0, -0.7, 0.3, 0.9, 5.0]
                .iter()
                .all(|x| activation.apply(2.0 * x) == 2.0 * activation.apply(*x));
            assert_eq!(through, activation.is_homogeneous(), "{activation}");
        }
    }
}
