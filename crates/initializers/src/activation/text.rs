//! Activations as text.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use super::Activation;

impl Activation {
    /// The same activation with other constants; `None` where they are not as many, out of their
    /// range, or such that the activation has no gain.
    fn with_constants(self, constants: &[f64]) -> Option<Self> {
        let activation = self.replace_constants(constants)?;
        let has_gain = [activation.gain(), activation.second_moment_gain()]
            .iter()
            .all(|gain| gain.is_finite() && *gain > 0.0);
        has_gain.then_some(activation)
    }

    /// A regular expression of every activation's text, without anchors; it leaves the ranges of
    /// constants open.
    pub fn pattern() -> String {
        const NUMBER: &str = r" *[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)? *";
        let one = |activation: &Activation| match activation.constants().len() {
            0 => activation.name().to_owned(),
            n => format!(r"{}( *\({}\))?", activation.name(), [NUMBER].repeat(n).join(",")),
        };
        let all: Vec<String> = Activation::ALL.iter().map(one).collect();
        format!("({})", all.join("|"))
    }

    /// Whether its constants are such that text may give them.
    pub(crate) fn is_valid(self) -> bool {
        Activation::ALL.contains(&self) || self.with_constants(&self.constants()).is_some()
    }

    fn replace_constants(self, constants: &[f64]) -> Option<Self> {
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
            (Activation::Sine { .. }, &[omega]) if omega > 0.0 => Activation::Sine { omega },
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
    /// Its constants are too many, too few, no numbers, out of their range, or such that its values
    /// for normal inputs vanish or overflow.
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
    fn constants_that_leave_no_gain_are_refused() {
        for wrong in [
            "leaky_relu(1e200)",
            "hard_shrink(50)",
            "thresholded_relu(40)",
            "hard_sigmoid(0, 0)",
            "elu(1e300)",
        ] {
            assert!(
                matches!(wrong.parse::<Activation>(), Err(ActivationError::Constants { .. })),
                "{wrong}"
            );
        }
    }

    #[test]
    fn text_and_activation_say_the_same() {
        for activation in Activation::ALL {
            assert_eq!(activation.to_string(), activation.name());
            assert_eq!(activation.name().parse(), Ok(activation));
        }
        assert_eq!("hardtanh(-2, 2)".parse(), Ok(Activation::Hardtanh { min: -2.0, max: 2.0 }));
        for wrong in [
            "relu(1)",
            "softplus(0)",
            "sine(0)",
            "leaky_relu(a)",
            "leaky_relu()",
            "shrink(1)",
            "elu(inf)",
        ] {
            assert!(
                matches!(wrong.parse::<Activation>(), Err(ActivationError::Constants { .. })),
                "{wrong}"
            );
        }
        assert_eq!("relo".parse::<Activation>(), Err(ActivationError::Unknown("relo".into())));
    }
}
