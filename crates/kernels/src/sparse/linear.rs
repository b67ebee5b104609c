//! A layer on sparse inputs, as a differentiable operation.

use std::mem::MaybeUninit;

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::{Autodiff, Flex, TensorMetadata};
use burn::tensor::Tensor;
use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::SparseBatch;
use super::multiply::{Dense, Finish, Product};
use crate::flex::{Tracked, constant, numbers, plain, tensor, tracked};
use crate::layer_end::{bias_and_relu, mask};
use crate::product::{Matrix, multiply_one};

/// `[runs, batch, fan_out]` of sparse inputs, weights, `[runs, fan_in, fan_out]`, and biases,
/// `[runs, 1, fan_out]`: each run's own product, its bias added, and a ReLU applied where `relu`
/// says so.
///
/// It is what dense arithmetic gives but for rounding, with its gradients. Infinite and NaN
/// weights, and gradients that are, meet every input, as they do there.
///
/// # Panics
/// If weights or biases are not 32-bit floats on flex, or the shapes do not fit each other.
pub fn sparse_linear(
    inputs: &SparseBatch,
    weight: Tensor<3>,
    bias: Option<Tensor<3>>,
    relu: bool,
) -> Tensor<3> {
    let [[lists, _, width], [runs, fan_in, fan_out]] = [inputs.dims(), weight.dims()];
    assert!(fan_in == width && (lists == 1 || lists == runs), "inputs fit the weights");
    assert!(bias.as_ref().is_none_or(|bias| bias.dims() == [runs, 1, fan_out]), "biases fit");
    let on_flex = "parameters of a sparse layer are on flex";
    if !weight.device().is_autodiff() {
        let bias = bias.map(|bias| plain(&bias).expect(on_flex));
        let output = forward(inputs, &plain(&weight).expect(on_flex), bias.as_ref(), relu);
        return Tensor::from_primitive::<Flex>(output);
    }
    let weight = tracked(&weight).expect(on_flex);
    let bias = bias.map(|bias| tracked(&bias).expect(on_flex));
    Tensor::from_primitive::<Autodiff<Flex>>(forward_tracked(inputs, weight, bias, relu))
}

fn forward_tracked(
    inputs: &SparseBatch,
    weight: Tracked,
    bias: Option<Tracked>,
    relu: bool,
) -> Tracked {
    // A layer without biases has an empty constant instead.
    let none = || constant(tensor(Vec::new(), [0, 1, 1]));
    let has_bias = bias.is_some();
    let bias = bias.unwrap_or_else(none);
    let nodes = [weight.node(), bias.node()];
    let [weight, bias] = [weight.into_primitive(), bias.into_primitive()];
    let output = forward(inputs, &weight, has_bias.then_some(&bias), relu);
    match Layer.prepare::<NoCheckpointing>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(ops) => {
            let state = State {
                inputs: inputs.clone(),
                fan_in: weight.shape()[1],
                output: relu.then(|| output.clone()),
            };
            ops.finish(state, output)
        }
        OpsKind::UnTracked(ops) => ops.finish(output),
    }
}

/// The layer as autodiff knows it: its parents are weights and biases.
#[derive(Debug)]
struct Layer;

#[derive(Debug, Clone)]
struct State {
    inputs: SparseBatch,
    fan_in: usize,
    /// What a ReLU gave.
    output: Option<FlexTensor>,
}

impl Backward<Flex, 2> for Layer {
    type State = State;

    fn backward(self, ops: Ops<State, 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<Flex>(&ops.node).to_contiguous();
        let (weight, bias) = backward(&ops.state, &gradient);
        for (parent, gradient) in ops.parents.into_iter().zip([weight, bias]) {
            if let Some(parent) = parent {
                gradients.register::<Flex>(parent.id, gradient);
            }
        }
    }
}

/// The outputs.
#[allow(unsafe_code)]
fn forward(
    inputs: &SparseBatch,
    weight: &FlexTensor,
    bias: Option<&FlexTensor>,
    relu: bool,
) -> FlexTensor {
    let [runs, fan_in, fan_out] = weight.shape().dims();
    let [_, batch, _] = inputs.dims();
    let (weight, bias) = (weight.to_contiguous(), bias.map(FlexTensor::to_contiguous));
    let (weight, bias) = (numbers(&weight), bias.as_ref().map(numbers));
    let length = runs * batch * fan_out;
    let mut outputs = Vec::with_capacity(length);
    let parts = outputs.spare_capacity_mut()[..length].par_chunks_mut((batch * fan_out).max(1));
    parts.enumerate().for_each(|(run, output)| {
        let weight = &weight[run * fan_in * fan_out..][..fan_in * fan_out];
        let bias = bias.map(|bias| &bias[run * fan_out..][..fan_out]);
        forward_one(inputs, run, weight, bias, relu, output);
    });
    // SAFETY: the outputs of each run have been written.
    unsafe { outputs.set_len(length) };
    tensor(outputs, [runs, batch, fan_out])
}

/// Writes one run's outputs.
fn forward_one(
    inputs: &SparseBatch,
    run: usize,
    weight: &[f32],
    bias: Option<&[f32]>,
    relu: bool,
    output: &mut [MaybeUninit<f32>],
) {
    let [_, batch, fan_in] = inputs.dims();
    let fan_out = weight.len() / fan_in;
    let product = Product {
        sparse: inputs.of_run(run),
        floats: inputs.floats(),
        dense: Dense { numbers: weight, columns: fan_out, relu: None },
    };
    let mut sums = vec![0.0; fan_out];
    if !product.write(output, &mut sums, Finish::Layer { bias, relu }) {
        let dense = inputs.dense(run);
        let output = multiply_one(
            Matrix::whole(&dense, [batch, fan_in]),
            Matrix::whole(weight, [fan_in, fan_out]),
            output,
        );
        bias_and_relu(output, fan_out, bias, relu);
    }
}

/// The gradients of weights and biases.
#[allow(unsafe_code)]
fn backward(state: &State, gradient: &FlexTensor) -> (FlexTensor, FlexTensor) {
    let State { inputs, fan_in, output } = state;
    let [runs, batch, fan_out] = gradient.shape().dims();
    let (gradient, outputs) = (numbers(gradient), output.as_ref().map(numbers));
    let shared = inputs.is_shared().then(|| inputs.of_run(0).transposed());
    let mut of_bias = vec![0.0; runs * fan_out];
    let length = runs * fan_in * fan_out;
    let mut of_weight = Vec::with_capacity(length);
    let parts = of_weight.spare_capacity_mut()[..length].par_chunks_mut((fan_in * fan_out).max(1));
    let runs_parts = parts.zip(of_bias.par_chunks_mut(fan_out.max(1))).enumerate();
    runs_parts.for_each(|(run, (of_weight, of_bias))| {
        let range = run * batch * fan_out..(run + 1) * batch * fan_out;
        let dense = Dense {
            numbers: &gradient[range.clone()],
            columns: fan_out,
            relu: outputs.map(|outputs| &outputs[range]),
        };
        let own = shared.is_none().then(|| inputs.of_run(run).transposed());
        let Some(sparse) = shared.as_ref().or(own.as_ref()) else { return };
        let product = Product { sparse, floats: inputs.floats(), dense };
        if !product.write(of_weight, of_bias, Finish::Plain) {
            backward_in_dense_arithmetic(inputs, run, dense, of_weight);
        }
    });
    // SAFETY: the gradients of each run have been written.
    unsafe { of_weight.set_len(length) };
    (tensor(of_weight, [runs, *fan_in, fan_out]), tensor(of_bias, [runs, 1, fan_out]))
}

/// Writes the gradient of one run's weights, whatever numbers it is made of.
fn backward_in_dense_arithmetic(
    inputs: &SparseBatch,
    run: usize,
    gradient: Dense<'_>,
    of_weight: &mut [MaybeUninit<f32>],
) {
    let [_, batch, fan_in] = inputs.dims();
    let Dense { numbers, columns, relu } = gradient;
    let mut masked = numbers.to_vec();
    if let Some(outputs) = relu {
        mask(&mut masked, outputs);
    }
    let inputs = inputs.dense(run);
    let transposed = Matrix { numbers: &inputs, shape: [fan_in, batch], strides: [1, fan_in] };
    multiply_one(transposed, Matrix::whole(&masked, [batch, columns]), of_weight);
}
