//! The functions that activations are.

use core::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use super::Activation;
use crate::numeric::normal::normal_cdf;

const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;
const SELU_SCALE: f64 = 1.050_700_987_355_480_5;

impl Activation {
    /// The function's value at `x`.
    pub fn apply(self, x: f64) -> f64 {
        match self {
            Activation::Linear => x,
            Activation::Relu => x.max(0.0),
            Activation::LeakyRelu { negative_slope } => leaky_relu(x, negative_slope),
            Activation::Prelu { alpha } => leaky_relu(x, alpha),
            Activation::Relu6 => x.clamp(0.0, 6.0),
            Activation::ThresholdedRelu { alpha } => threshold(x, alpha),
            Activation::Elu { alpha } => elu(x, alpha),
            Activation::Celu { alpha } => x.max(0.0) + alpha * libm::expm1(x.min(0.0) / alpha),
            Activation::Selu => SELU_SCALE * elu(x, SELU_ALPHA),
            Activation::Gelu => x * normal_cdf(x),
            Activation::GeluApproximate => {
                let inner = FRAC_2_SQRT_PI * FRAC_1_SQRT_2 * (x + 0.044715 * x * x * x);
                0.5 * x * (1.0 + libm::tanh(inner))
            }
            Activation::Silu => x * sigmoid(x),
            Activation::Mish => x * libm::tanh(softplus(x)),
            Activation::HardSwish => x * hard_sigmoid(x, 1.0 / 6.0, 0.5),
            Activation::Softplus { beta } => softplus(beta * x) / beta,
            Activation::Sigmoid => sigmoid(x),
            Activation::LogSigmoid => -softplus(-x),
            Activation::HardSigmoid { alpha, beta } => hard_sigmoid(x, alpha, beta),
            Activation::Tanh => libm::tanh(x),
            Activation::Hardtanh { min, max } => x.max(min).min(max),
            Activation::Tanhshrink => x - libm::tanh(x),
            Activation::Softsign => x / (1.0 + x.abs()),
            Activation::Sine { omega } => libm::sin(omega * x),
            Activation::HardShrink { lambda } => shrink(x, lambda, 0.0),
            Activation::SoftShrink { lambda } => shrink(x, lambda, lambda),
            Activation::Shrink { lambda, bias } => shrink(x, lambda, bias),
        }
    }
}

fn leaky_relu(x: f64, slope: f64) -> f64 {
    if x < 0.0 { slope * x } else { x }
}

fn threshold(x: f64, alpha: f64) -> f64 {
    if x > alpha { x } else { 0.0 }
}

fn elu(x: f64, alpha: f64) -> f64 {
    x.max(0.0) + alpha * libm::expm1(x.min(0.0))
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

fn hard_sigmoid(x: f64, alpha: f64, beta: f64) -> f64 {
    (alpha * x + beta).clamp(0.0, 1.0)
}

fn softplus(x: f64) -> f64 {
    // So written, it does not overflow.
    x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
}

fn shrink(x: f64, lambda: f64, bias: f64) -> f64 {
    if x.abs() > lambda { x - bias * x.signum() } else { 0.0 }
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
