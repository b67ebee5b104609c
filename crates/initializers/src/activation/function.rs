//! The functions that activations are.

use core::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use super::Activation;
use crate::numeric::normal::normal_cdf;

const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;
const SELU_SCALE: f64 = 1.050_700_987_355_480_5;

impl Activation {
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
            Activation::Sine { omega } => libm::sin(omega * x),
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

#[cfg(test)]
mod tests {
    use super::*;

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
