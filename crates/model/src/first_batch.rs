//! Initializers that depend on data: LSUV and Krahenbuhl et al. complete their layers with forward
//! passes of a first batch.
//!
//! The passes run on burn's flex device whatever backend trains the network, so that every backend
//! starts from the same bits.

use burn::tensor::{Device, Tensor, TensorData};
use initializers::{Activation, Initializer};

use crate::LayerWeights;
use crate::activation::apply;

/// Why a first batch cannot determine the weights of a layer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "{kind} cannot scale layer {layer}: on the first batch, {what} {}",
    if *.is_zero { "do not vary" } else { "are not finite" }
)]
pub struct FirstBatchError {
    /// The initializer.
    pub kind: &'static str,
    /// The layer, from 1.
    pub layer: usize,
    /// Which numbers are at fault.
    what: &'static str,
    is_zero: bool,
}

/// Completes the layers whose initializer [needs a first batch](Initializer::needs_first_batch),
/// from the first layer on. [`draw_layers`](crate::draw_layers) drew `layers`; `weight` gives the
/// initializer of each layer's weight by its index from 0; `inputs` is the batch, row by row.
///
/// [`Initializer::Lsuv`] divides a layer's weight until all its outputs together have variance 1.
/// [`Initializer::Krahenbuhl`] scales and shifts each unit to outputs of mean 0 and variance 1. (A
/// layer without biases is only scaled.) With `balance` it then rescales the layers against each
/// other, which leaves the outputs of the network as they are.
///
/// ```
/// use model::init::{Activation, Initializer, TensorSpec};
/// use model::{complete_layers, draw_layers};
///
/// let lsuv = Initializer::Lsuv { tolerance: 0.01, iterations: 10 };
/// let targets = TensorSpec::network(&[2, 8, 1], Activation::Relu);
/// let mut layers = draw_layers(&targets, |_| (lsuv.clone(), Some(Initializer::Zeros)), 0)?;
/// let inputs = [0.0, 1.0, 2.0, 0.5, 1.5, -1.0];
/// complete_layers(&mut layers, |_| &lsuv, Activation::Relu, &inputs)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The outputs of a layer do not vary, so that no factor gives them a variance, or they overflow.
pub fn complete_layers<'a>(
    layers: &mut [LayerWeights],
    weight: impl Fn(usize) -> &'a Initializer,
    activation: Activation,
    inputs: &[f32],
) -> Result<(), FirstBatchError> {
    let Some(width) = layers.first().map(|layer| layer.shape[0]) else { return Ok(()) };
    let batch = Tensor::<2>::from_data(
        TensorData::new(inputs.to_vec(), [inputs.len() / width.max(1), width]),
        &Device::flex(),
    );
    let mut balance = Balance { layers: Vec::new(), tolerance: f64::INFINITY, iterations: 0 };
    let mut x = batch.clone();
    for (index, layer) in layers.iter_mut().enumerate() {
        let check = |std: f64, what| check_divisor(weight(index), index, std, what);
        match *weight(index) {
            Initializer::Lsuv { tolerance, iterations } => {
                for _ in 0..iterations {
                    let std = moments(&numbers(outputs(layer, &x))).1;
                    check(std, "its outputs")?;
                    if (std * std - 1.0).abs() < tolerance {
                        break;
                    }
                    scale(&mut layer.weight, 1.0 / std);
                }
            }
            Initializer::Krahenbuhl { balance: balanced, tolerance, iterations } => {
                standardize_units(layer, &x, check)?;
                if balanced {
                    balance.add(index, tolerance, iterations);
                }
            }
            _ => {}
        }
        x = apply(activation, None, outputs(layer, &x));
    }
    balance.run(layers, &weight, activation, &batch)
}

/// Scales and shifts each unit of a layer to outputs of mean 0 and variance 1 on inputs `x`.
fn standardize_units(
    layer: &mut LayerWeights,
    x: &Tensor<2>,
    check: impl Fn(f64, &'static str) -> Result<(), FirstBatchError>,
) -> Result<(), FirstBatchError> {
    let units = numbers(outputs(layer, x).transpose());
    let of_unit: Vec<(f64, f64)> =
        units.chunks_exact(units.len() / layer.shape[1]).map(moments).collect();
    for row in layer.weight.chunks_exact_mut(layer.shape[1]) {
        for (weight, (_, std)) in row.iter_mut().zip(&of_unit) {
            check(*std, "the outputs of one of its units")?;
            *weight = (f64::from(*weight) / std) as f32;
        }
    }
    for (bias, (mean, std)) in layer.bias.iter_mut().flatten().zip(&of_unit) {
        *bias = ((f64::from(*bias) - mean) / std) as f32;
    }
    Ok(())
}

/// Which layers are rescaled against each other, and when that ends.
struct Balance {
    /// Indices of the layers.
    layers: Vec<usize>,
    tolerance: f64,
    iterations: usize,
}

impl Balance {
    fn add(&mut self, layer: usize, tolerance: f64, iterations: usize) {
        self.layers.push(layer);
        self.tolerance = self.tolerance.min(tolerance);
        self.iterations = self.iterations.max(iterations);
    }

    /// Makes the rates of change of the layers equal: a layer with a higher rate gets larger
    /// weights, the others get smaller ones, and the product of the factors is 1. Between
    /// homogeneous activations that leaves the outputs as they are, and one round suffices but for
    /// rounding.
    fn run<'a>(
        &self,
        layers: &mut [LayerWeights],
        weight: &impl Fn(usize) -> &'a Initializer,
        activation: Activation,
        batch: &Tensor<2>,
    ) -> Result<(), FirstBatchError> {
        for _ in 0..self.iterations {
            let rates = rates(layers, activation, batch);
            let balanced = || self.layers.iter().map(|&layer| rates[layer]);
            for &layer in &self.layers {
                let what = "the gradients of its weights";
                check_divisor(weight(layer), layer, rates[layer], what)?;
            }
            let mean = (balanced().map(f64::ln).sum::<f64>() / self.layers.len() as f64).exp();
            if balanced().all(|rate| (rate / mean - 1.0).abs() < self.tolerance) {
                break;
            }
            // The factor by which the outputs so far have grown.
            let mut growth = 1.0;
            for (index, layer) in layers.iter_mut().enumerate() {
                if self.layers.contains(&index) {
                    let factor = (rates[index] / mean).sqrt();
                    scale(&mut layer.weight, factor);
                    growth *= factor;
                }
                layer.bias.iter_mut().for_each(|bias| scale(bias, growth));
            }
        }
        Ok(())
    }
}

/// The rate of change of each layer: the root mean square of the gradients of its weights, relative
/// to that of its weights. The gradients are those of each image and of a random linear loss of the
/// network's outputs; the mean over that loss is a sum over outputs.
fn rates(layers: &[LayerWeights], activation: Activation, batch: &Tensor<2>) -> Vec<f64> {
    let device = Device::flex().autodiff();
    let outputs_of_network = layers.last().map_or(0, |layer| layer.shape[1]);
    let mut squares = vec![0.0; layers.len()];
    for output in 0..outputs_of_network {
        let mut x = Tensor::<2>::from_data(batch.to_data(), &device);
        let (mut inputs, mut shifts) = (Vec::new(), Vec::new());
        for layer in layers {
            // The gradient of a term added to the outputs is that of the outputs, image by image.
            let shift =
                Tensor::<2>::zeros([batch.dims()[0], layer.shape[1]], &device).require_grad();
            let z = outputs(layer, &x) + shift.clone();
            inputs.push(std::mem::replace(&mut x, apply(activation, None, z.clone())).inner());
            shifts.push((shift, z));
        }
        let Some((_, logits)) = shifts.last() else { continue };
        let gradients =
            logits.clone().slice([0..batch.dims()[0], output..output + 1]).sum().backward();
        for ((square, x), (shift, _)) in squares.iter_mut().zip(inputs).zip(&shifts) {
            let Some(y) = shift.grad(&gradients) else { continue };
            // The gradient of a weight is input times gradient of the output, so its squares sum up
            // to a product.
            let of_images = (x.clone() * x).sum_dim(1) * (y.clone() * y).sum_dim(1);
            *square += numbers(of_images).into_iter().map(f64::from).sum::<f64>();
        }
    }
    let norm =
        |layer: &LayerWeights| layer.weight.iter().map(|&w| f64::from(w).powi(2)).sum::<f64>();
    squares.iter().zip(layers).map(|(square, layer)| (square / norm(layer)).sqrt()).collect()
}

/// The layer's outputs before the activation.
fn outputs(layer: &LayerWeights, x: &Tensor<2>) -> Tensor<2> {
    let device = x.device();
    let weight =
        Tensor::<2>::from_data(TensorData::new(layer.weight.clone(), layer.shape), &device);
    let z = x.clone().matmul(weight);
    match &layer.bias {
        Some(bias) => z + Tensor::<1>::from_floats(bias.as_slice(), &device).unsqueeze(),
        None => z,
    }
}

fn numbers(tensor: Tensor<2>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// Mean and standard deviation (of the population).
fn moments(numbers: &[f32]) -> (f64, f64) {
    let n = numbers.len() as f64;
    let mean = numbers.iter().copied().map(f64::from).sum::<f64>() / n;
    let variance = numbers.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / n;
    (mean, variance.sqrt())
}

fn scale(numbers: &mut [f32], factor: f64) {
    numbers.iter_mut().for_each(|x| *x = (f64::from(*x) * factor) as f32);
}

/// An error unless one can divide by `by`.
fn check_divisor(
    init: &Initializer,
    layer: usize,
    by: f64,
    what: &'static str,
) -> Result<(), FirstBatchError> {
    // Rounding lets the outputs of a dead layer differ in their last bits.
    let is_zero = by < 1e-20;
    let error = || FirstBatchError { kind: init.kind().name, layer: layer + 1, what, is_zero };
    if by.is_finite() && !is_zero { Ok(()) } else { Err(error()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw_layers;
    use initializers::{Purpose, Stream, TensorSpec};

    const WIDTHS: [usize; 5] = [50, 40, 30, 20, 10];

    fn batch(images: usize) -> Vec<f32> {
        let pixels = Initializer::Uniform { min: 0.0, max: 1.0 };
        pixels
            .draw(
                &TensorSpec::linear(images, WIDTHS[0]),
                &mut Stream::new(7, Purpose::FIRST_BATCH, [0, 0]),
            )
            .unwrap()
    }

    fn completed(
        weight: &Initializer,
        bias: Option<Initializer>,
        activation: Activation,
    ) -> Vec<LayerWeights> {
        let targets = TensorSpec::network(&WIDTHS, activation);
        let mut layers = draw_layers(&targets, |_| (weight.clone(), bias.clone()), 3).unwrap();
        complete_layers(&mut layers, |_| weight, activation, &batch(256)).unwrap();
        layers
    }

    /// The outputs of each layer before its activation, on the batch of [`completed`].
    fn all_outputs(layers: &[LayerWeights], activation: Activation) -> Vec<Tensor<2>> {
        let mut x =
            Tensor::<2>::from_data(TensorData::new(batch(256), [256, WIDTHS[0]]), &Device::flex());
        let pass = |layer: &LayerWeights| {
            let z = outputs(layer, &x);
            x = apply(activation, None, z.clone());
            z
        };
        layers.iter().map(pass).collect()
    }

    #[test]
    fn after_lsuv_every_layer_has_outputs_of_variance_1() {
        let lsuv = Initializer::Lsuv { tolerance: 0.02, iterations: 10 };
        for activation in [Activation::Relu, Activation::Tanh, Activation::Sigmoid] {
            for bias in
                [None, Some(Initializer::Zeros), Some(Initializer::Normal { mean: 0.0, std: 0.5 })]
            {
                for z in all_outputs(&completed(&lsuv, bias.clone(), activation), activation) {
                    let (_, std) = moments(&numbers(z));
                    assert!((std * std - 1.0).abs() <= 0.02, "{activation}, {bias:?}: {std}");
                }
            }
        }
    }

    #[test]
    fn after_krahenbuhl_every_unit_has_outputs_of_mean_0_and_variance_1() {
        let krahenbuhl =
            Initializer::Krahenbuhl { balance: false, tolerance: 0.01, iterations: 10 };
        for activation in [Activation::Relu, Activation::Tanh] {
            for z in all_outputs(
                &completed(&krahenbuhl, Some(Initializer::Zeros), activation),
                activation,
            ) {
                for unit in numbers(z.transpose()).chunks_exact(256) {
                    let (mean, std) = moments(unit);
                    assert!(
                        mean.abs() < 1e-4 && (std - 1.0).abs() < 1e-4,
                        "{activation}: {mean} {std}"
                    );
                }
            }
        }
    }

    #[test]
    fn without_biases_krahenbuhl_scales_only() {
        let krahenbuhl =
            Initializer::Krahenbuhl { balance: false, tolerance: 0.01, iterations: 10 };
        for z in all_outputs(&completed(&krahenbuhl, None, Activation::Relu), Activation::Relu) {
            for unit in numbers(z.transpose()).chunks_exact(256) {
                assert!((moments(unit).1 - 1.0).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn balance_makes_rates_equal_and_leaves_the_outputs_as_they_are() {
        let init = |balance| Initializer::Krahenbuhl { balance, tolerance: 1e-3, iterations: 10 };
        let [plain, balanced] = [false, true]
            .map(|balance| completed(&init(balance), Some(Initializer::Zeros), Activation::Relu));
        let inputs =
            Tensor::<2>::from_data(TensorData::new(batch(256), [256, WIDTHS[0]]), &Device::flex());
        let spread = |layers: &[LayerWeights]| {
            let rates = rates(layers, Activation::Relu, &inputs);
            rates.iter().copied().fold(0.0, f64::max)
                / rates.iter().copied().fold(f64::INFINITY, f64::min)
        };
        assert!(
            spread(&plain) > 1.2 && spread(&balanced) < 1.003,
            "{} {}",
            spread(&plain),
            spread(&balanced)
        );
        let logits =
            |layers: &[LayerWeights]| numbers(all_outputs(layers, Activation::Relu).pop().unwrap());
        for (a, b) in logits(&plain).into_iter().zip(logits(&balanced)) {
            assert!((a - b).abs() < 1e-3, "{a} {b}");
        }
    }

    /// Against gradients of the weights themselves, one image and one output at a time.
    #[test]
    fn rates_are_those_of_the_weights_gradients() {
        let init = Initializer::Normal { mean: 0.0, std: 0.3 };
        let targets = TensorSpec::network(&[3, 4, 2], Activation::Tanh);
        let layers = draw_layers(&targets, |_| (init.clone(), Some(init.clone())), 0).unwrap();
        let images = [[0.5f32, -1.0, 2.0], [1.5, 0.25, -0.5]];
        let device = Device::flex().autodiff();
        let mut expected = vec![0.0; 2];
        for image in images {
            for output in 0..2 {
                let network =
                    crate::Mlp::new(std::slice::from_ref(&layers), Activation::Tanh, &device);
                let logits = network.forward(Tensor::from_floats([[image]], &device));
                let gradients = logits.slice([0..1, 0..1, output..output + 1]).sum().backward();
                for (square, layer) in expected.iter_mut().zip(&network.layers) {
                    let gradient =
                        numbers(layer.weight.val().grad(&gradients).unwrap().squeeze_dim(0));
                    *square += gradient.iter().map(|&g| f64::from(g).powi(2)).sum::<f64>();
                }
            }
        }
        let batch = Tensor::<2>::from_floats(images, &Device::flex());
        for ((rate, square), layer) in
            rates(&layers, Activation::Tanh, &batch).into_iter().zip(expected).zip(&layers)
        {
            let norm: f64 = layer.weight.iter().map(|&w| f64::from(w).powi(2)).sum();
            assert!((rate / (square / norm).sqrt() - 1.0).abs() < 1e-4);
        }
    }

    #[test]
    fn a_layer_whose_inputs_are_dead_is_an_error() {
        let lsuv = Initializer::Lsuv { tolerance: 0.1, iterations: 10 };
        let init = |layer: usize| if layer == 0 { Initializer::Zeros } else { lsuv.clone() };
        let kinds = [init(0), init(1)];
        let targets = TensorSpec::network(&[50, 8, 2], Activation::Relu);
        let mut layers =
            draw_layers(&targets, |layer| (init(layer), Some(Initializer::Zeros)), 0).unwrap();
        let error =
            complete_layers(&mut layers, |layer| &kinds[layer], Activation::Relu, &batch(16))
                .unwrap_err();
        assert_eq!(
            error.to_string(),
            "lsuv cannot scale layer 2: on the first batch, its outputs do not vary"
        );
    }
}
