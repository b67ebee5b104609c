//! First and second derivatives of the activations, and where they are not smooth.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, TAU};

use initializers::Activation;

const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;
const SELU_SCALE: f64 = 1.050_700_987_355_480_5;

/// The derivative of an activation at `x`. At a kink it is the one from the left, which is what
/// backpropagation takes for ReLU at 0 (PyTorch, JAX and burn alike).
///
/// ```
/// use initializers::Activation;
///
/// assert_eq!(theory::derivative(Activation::Relu, 0.0), 0.0);
/// assert_eq!(theory::derivative(Activation::Tanh, 0.0), 1.0);
/// ```
pub fn derivative(activation: Activation, x: f64) -> f64 {
    let step = |inside: bool| f64::from(u8::from(inside));
    match activation {
        Activation::Linear => 1.0,
        Activation::Relu => step(x > 0.0),
        Activation::LeakyRelu { negative_slope: slope } | Activation::Prelu { alpha: slope } => {
            if x > 0.0 { 1.0 } else { slope }
        }
        Activation::Relu6 => step(x > 0.0 && x < 6.0),
        Activation::ThresholdedRelu { alpha } => step(x > alpha),
        Activation::Elu { alpha } => exponential_below(x, alpha, 1.0),
        Activation::Celu { alpha } => exponential_below(x, 1.0, alpha),
        Activation::Selu => {
            if x > 0.0 {
                SELU_SCALE
            } else {
                SELU_SCALE * SELU_ALPHA * libm::exp(x)
            }
        }
        Activation::Gelu => normal_cdf(x) + x * normal_density(x),
        Activation::GeluApproximate => {
            let gate = gelu_gate(x);
            gate[0] + x * gate[1]
        }
        Activation::Silu => {
            let s = sigmoid(x);
            s[0] + x * s[1]
        }
        Activation::Mish => {
            let gate = mish_gate(x);
            gate[0] + x * gate[1]
        }
        Activation::HardSwish => (x / 3.0 + 0.5) * step(x.abs() < 3.0) + step(x >= 3.0),
        Activation::Softplus { beta } => sigmoid(beta * x)[0],
        Activation::Sigmoid => sigmoid(x)[1],
        Activation::LogSigmoid => sigmoid(-x)[0],
        Activation::HardSigmoid { alpha, beta } => {
            let y = alpha * x + beta;
            alpha * step(y > 0.0 && y < 1.0)
        }
        Activation::Tanh => 1.0 - libm::tanh(x).powi(2),
        Activation::Hardtanh { min, max } => step(x > min && x < max),
        Activation::Tanhshrink => libm::tanh(x).powi(2),
        Activation::Softsign => (1.0 + x.abs()).powi(-2),
        Activation::Sine { omega } => omega * libm::cos(omega * x),
        Activation::HardShrink { lambda }
        | Activation::SoftShrink { lambda }
        | Activation::Shrink { lambda, .. } => step(x.abs() > lambda),
    }
}

/// The second derivative of an activation at `x`, away from its kinks: a jump of the first one
/// counts as nothing, as it does in a product of the Hessian with a vector.
///
/// ```
/// use initializers::Activation;
///
/// assert_eq!(theory::second_derivative(Activation::Relu, 3.0), 0.0);
/// assert!((theory::second_derivative(Activation::Tanh, 1.0) + 0.6397).abs() < 1e-4);
/// ```
pub fn second_derivative(activation: Activation, x: f64) -> f64 {
    match activation {
        Activation::Elu { alpha } => curved_below(x, alpha, 1.0),
        Activation::Celu { alpha } => curved_below(x, 1.0 / alpha, alpha),
        Activation::Selu => curved_below(x, SELU_SCALE * SELU_ALPHA, 1.0),
        Activation::Gelu => normal_density(x) * (2.0 - x * x),
        Activation::GeluApproximate => {
            let gate = gelu_gate(x);
            2.0 * gate[1] + x * gate[2]
        }
        Activation::Silu => {
            let s = sigmoid(x);
            2.0 * s[1] + x * s[2]
        }
        Activation::Mish => {
            let gate = mish_gate(x);
            2.0 * gate[1] + x * gate[2]
        }
        Activation::HardSwish if x.abs() < 3.0 => 1.0 / 3.0,
        Activation::Softplus { beta } => beta * sigmoid(beta * x)[1],
        Activation::Sigmoid => sigmoid(x)[2],
        Activation::LogSigmoid => -sigmoid(x)[1],
        Activation::Tanh => tanh_curvature(x),
        Activation::Tanhshrink => -tanh_curvature(x),
        Activation::Sine { omega } => -omega * omega * libm::sin(omega * x),
        Activation::Softsign if x != 0.0 => -2.0 * x.signum() * (1.0 + x.abs()).powi(-3),
        _ => 0.0,
    }
}

/// Where an activation or one of its first two derivatives is not continuous.
pub(crate) fn kinks(activation: Activation) -> Vec<f64> {
    match activation {
        Activation::Relu
        | Activation::LeakyRelu { .. }
        | Activation::Prelu { .. }
        | Activation::Elu { .. }
        | Activation::Celu { .. }
        | Activation::Selu
        | Activation::Softsign => vec![0.0],
        Activation::Relu6 => vec![0.0, 6.0],
        Activation::ThresholdedRelu { alpha } => vec![alpha],
        Activation::HardSwish => vec![-3.0, 3.0],
        Activation::HardSigmoid { alpha, beta } if alpha != 0.0 => {
            vec![-beta / alpha, (1.0 - beta) / alpha]
        }
        Activation::Hardtanh { min, max } => vec![min, max],
        Activation::HardShrink { lambda }
        | Activation::SoftShrink { lambda }
        | Activation::Shrink { lambda, .. } => vec![-lambda, lambda],
        _ => Vec::new(),
    }
}

/// Over what distance a curved activation bends around 0; `None` where it is made of straight
/// lines.
pub(crate) fn bend(activation: Activation) -> Option<f64> {
    match activation {
        Activation::Softplus { beta } => Some(1.0 / beta),
        Activation::Celu { alpha } => Some(alpha),
        Activation::Elu { .. }
        | Activation::Selu
        | Activation::Gelu
        | Activation::GeluApproximate
        | Activation::Silu
        | Activation::Mish
        | Activation::Sigmoid
        | Activation::LogSigmoid
        | Activation::Tanh
        | Activation::Tanhshrink
        | Activation::Softsign => Some(1.0),
        _ => None,
    }
}

/// Whether the activation itself jumps: then its derivative, as backpropagation takes it, misses
/// the jump, and the slope of the correlation map at 1 is infinite.
///
/// ```
/// use initializers::Activation;
///
/// assert!(theory::jumps(Activation::ThresholdedRelu { alpha: 1.0 }));
/// assert!(!theory::jumps(Activation::Relu));
/// ```
pub fn jumps(activation: Activation) -> bool {
    match activation {
        Activation::ThresholdedRelu { alpha } => alpha != 0.0,
        Activation::HardShrink { lambda } => lambda > 0.0,
        Activation::Shrink { lambda, bias } => lambda != bias,
        _ => false,
    }
}

/// The density of the standard normal distribution.
pub(crate) fn normal_density(z: f64) -> f64 {
    libm::exp(-0.5 * z * z) / TAU.sqrt()
}

/// The cumulative distribution function of the standard normal distribution.
pub(crate) fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
}

fn exponential_below(x: f64, factor: f64, scale: f64) -> f64 {
    if x > 0.0 { 1.0 } else { factor * libm::exp(x / scale) }
}

fn curved_below(x: f64, factor: f64, scale: f64) -> f64 {
    if x > 0.0 { 0.0 } else { factor * libm::exp(x / scale) }
}

/// The logistic function and its first two derivatives.
fn sigmoid(x: f64) -> [f64; 3] {
    let s = 1.0 / (1.0 + libm::exp(-x));
    // s(-x), not 1 - s(x), which rounds to 0 for large x.
    let slope = s / (1.0 + libm::exp(x));
    [s, slope, slope * (1.0 - 2.0 * s)]
}

fn tanh_curvature(x: f64) -> f64 {
    let t = libm::tanh(x);
    -2.0 * t * (1.0 - t * t)
}

/// What GELU's approximation multiplies its input by, and its first two derivatives.
fn gelu_gate(x: f64) -> [f64; 3] {
    let scale = FRAC_2_SQRT_PI * FRAC_1_SQRT_2;
    let inner = scale * (x + 0.044715 * x * x * x);
    let [slope, curve] = [scale * (1.0 + 0.134145 * x * x), scale * 0.26829 * x];
    let t = libm::tanh(inner);
    let gap = 1.0 - t * t;
    [0.5 * (1.0 + t), 0.5 * gap * slope, 0.5 * gap * (curve - 2.0 * t * slope * slope)]
}

/// What Mish multiplies its input by, `tanh(softplus(x))`, and its first two derivatives.
fn mish_gate(x: f64) -> [f64; 3] {
    let t = libm::tanh(Activation::Softplus { beta: 1.0 }.apply(x));
    let s = sigmoid(x);
    let gap = 1.0 - t * t;
    [t, gap * s[0], gap * (s[1] - 2.0 * t * s[0] * s[0])]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_those_of_the_functions_away_from_kinks() {
        let h = 1e-5;
        for activation in Activation::ALL.into_iter().chain(unusual()) {
            for i in -60..=60 {
                let x = f64::from(i) * 0.11 + 0.013;
                if kinks(activation).iter().any(|kink| (x - kink).abs() < 2.0 * h) {
                    continue;
                }
                let slope = (activation.apply(x + h) - activation.apply(x - h)) / (2.0 * h);
                assert!((slope - derivative(activation, x)).abs() < 1e-8, "{activation} at {x}");
                let curve =
                    (derivative(activation, x + h) - derivative(activation, x - h)) / (2.0 * h);
                let expected = second_derivative(activation, x);
                assert!((curve - expected).abs() < 1e-8, "{activation} at {x}: {curve}");
            }
        }
    }

    fn unusual() -> [Activation; 6] {
        [
            Activation::Elu { alpha: 0.3 },
            Activation::Celu { alpha: 2.5 },
            Activation::Softplus { beta: 3.0 },
            Activation::Sine { omega: 2.0 },
            Activation::HardSigmoid { alpha: -0.5, beta: 0.25 },
            Activation::Shrink { lambda: 0.5, bias: 0.2 },
        ]
    }

    #[test]
    fn what_jumps_has_a_step_at_one_of_its_kinks() {
        for activation in Activation::ALL.into_iter().chain(unusual()) {
            let step = |x: f64| (activation.apply(x + 1e-9) - activation.apply(x - 1e-9)).abs();
            let has_step = kinks(activation).into_iter().any(|kink| step(kink) > 1e-3);
            assert_eq!(has_step, jumps(activation), "{activation}");
        }
    }
}
