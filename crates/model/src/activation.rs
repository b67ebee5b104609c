//! Activations on burn's tensors.

use burn::tensor::{Tensor, activation as burn_activation};
use initializers::Activation;

/// What one hidden layer of each network makes of inputs.
#[derive(Debug, Clone)]
pub struct HiddenLayer {
    /// What the activation is applied to, `[runs, batch, units]`.
    pub pre_activation: Tensor<3>,
    /// What it gives, before a norm that stands after it.
    pub activation: Tensor<3>,
}

/// Applies `activation` to every number. The slope of a PReLU is a parameter of its network, in a
/// shape that broadcasts to that of `x`; without one, the initial slope is used.
pub(crate) fn apply<const D: usize>(
    activation: Activation,
    slope: Option<Tensor<D>>,
    x: Tensor<D>,
) -> Tensor<D> {
    match activation {
        Activation::Linear => x,
        Activation::Relu => burn_activation::relu(x),
        Activation::LeakyRelu { negative_slope } => burn_activation::leaky_relu(x, negative_slope),
        Activation::Prelu { alpha } => match slope {
            // burn takes one slope for all or one per channel; here every network has its own.
            Some(slope) => burn_activation::relu(x.clone()) - slope * burn_activation::relu(-x),
            None => burn_activation::leaky_relu(x, alpha),
        },
        Activation::Relu6 => burn_activation::relu6(x),
        Activation::ThresholdedRelu { alpha } => burn_activation::thresholded_relu(x, alpha),
        Activation::Elu { alpha } => burn_activation::elu(x, alpha),
        Activation::Celu { alpha } => burn_activation::celu(x, alpha),
        Activation::Selu => burn_activation::selu(x),
        Activation::Gelu => burn_activation::gelu(x),
        Activation::GeluApproximate => burn_activation::gelu_approximate(x),
        Activation::Silu => burn_activation::silu(x),
        Activation::Mish => burn_activation::mish(x),
        Activation::HardSwish => burn_activation::hard_swish(x),
        Activation::Softplus { beta } => burn_activation::softplus(x, beta),
        Activation::Sigmoid => burn_activation::sigmoid(x),
        Activation::LogSigmoid => burn_activation::log_sigmoid(x),
        Activation::HardSigmoid { alpha, beta } => burn_activation::hard_sigmoid(x, alpha, beta),
        Activation::Tanh => burn_activation::tanh(x),
        Activation::Hardtanh { min, max } => burn_activation::hardtanh(x, min, max),
        Activation::Tanhshrink => burn_activation::tanhshrink(x),
        Activation::Softsign => burn_activation::softsign(x),
        Activation::Sine { omega: 1.0 } => x.sin(),
        Activation::Sine { omega } => x.mul_scalar(omega).sin(),
        Activation::HardShrink { lambda } => burn_activation::hard_shrink(x, lambda),
        Activation::SoftShrink { lambda } => burn_activation::soft_shrink(x, lambda),
        Activation::Shrink { lambda, bias } => burn_activation::shrink(x, lambda, bias),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn burns_activations_are_the_functions_that_gains_are_computed_from() {
        let points: Vec<f32> = (-40..=40).map(|i| i as f32 / 8.0).collect();
        for activation in Activation::ALL {
            let x = Tensor::<1>::from_floats(points.as_slice(), &Device::flex());
            let applied = apply(activation, None, x).into_data().try_to_vec::<f32>().unwrap();
            for (x, y) in points.iter().zip(applied) {
                let expected = activation.apply(f64::from(*x));
                assert!(
                    (f64::from(y) - expected).abs() < 2e-5,
                    "{activation} at {x}: {y}, expected {expected}"
                );
            }
        }
    }
}
