//! A layer on dense inputs, with bias and ReLU in one operation.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::{Autodiff, Flex, TensorMetadata};
use burn::tensor::Tensor;

use crate::flex::{Tracked, constant, numbers, plain, tensor, tracked};
use crate::layer_end::{bias_and_relu, mask, sum_rows};
use crate::product::{multiply, register_both};

/// `[runs, batch, fan_out]` of inputs, `[runs, batch, fan_in]` or `[1, batch, fan_in]`, weights,
/// `[runs, fan_in, fan_out]`, and biases, `[runs, 1, fan_out]`: each run's own product, its bias
/// added, and a ReLU applied where `relu` says so. The bits are those of burn's operations in turn;
/// the gradient of the biases differs from burn's in rounding.
///
/// # Panics
/// If one of them is not of 32-bit floats on flex, or the shapes do not fit each other.
pub fn linear(
    inputs: Tensor<3>,
    weight: Tensor<3>,
    bias: Option<Tensor<3>>,
    relu: bool,
) -> Tensor<3> {
    let [[shared, _, depth], [runs, fan_in, fan_out]] = [inputs.dims(), weight.dims()];
    assert!(depth == fan_in && (shared == 1 || shared == runs), "inputs fit the weights");
    assert!(bias.as_ref().is_none_or(|bias| bias.dims() == [runs, 1, fan_out]), "biases fit");
    let on_flex = "a layer is on flex";
    if ![&inputs, &weight].iter().any(|of| of.device().is_autodiff()) {
        let bias = bias.map(|bias| plain(&bias).expect(on_flex));
        let [inputs, weight] = [inputs, weight].map(|of| plain(&of).expect(on_flex));
        return Tensor::from_primitive::<Flex>(forward(&inputs, &weight, bias.as_ref(), relu));
    }
    let bias = bias.map(|bias| tracked(&bias).expect(on_flex));
    let [inputs, weight] = [inputs, weight].map(|of| tracked(&of).expect(on_flex));
    Tensor::from_primitive::<Autodiff<Flex>>(forward_tracked(inputs, weight, bias, relu))
}

fn forward_tracked(inputs: Tracked, weight: Tracked, bias: Option<Tracked>, relu: bool) -> Tracked {
    // A layer without biases has an empty constant instead.
    let none = || constant(tensor(Vec::new(), [0, 1, 1]));
    let has_bias = bias.is_some();
    let bias = bias.unwrap_or_else(none);
    let nodes = [inputs.node(), weight.node(), bias.node()];
    let [inputs, weight, bias] = [inputs, weight, bias].map(|of| of.into_primitive());
    let output = forward(&inputs, &weight, has_bias.then_some(&bias), relu);
    match Layer.prepare::<NoCheckpointing>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(ops) => {
            let state = State { operands: [inputs, weight], output: relu.then(|| output.clone()) };
            ops.finish(state, output)
        }
        OpsKind::UnTracked(ops) => ops.finish(output),
    }
}

/// The layer as autodiff knows it: its parents are inputs, weights and biases.
#[derive(Debug)]
struct Layer;

#[derive(Debug, Clone)]
struct State {
    /// Inputs and weights.
    operands: [FlexTensor; 2],
    /// What a ReLU gave.
    output: Option<FlexTensor>,
}

impl Backward<Flex, 3> for Layer {
    type State = State;

    fn backward(self, ops: Ops<State, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let mut gradient = gradients.consume::<Flex>(&ops.node).to_contiguous();
        let State { operands, output } = ops.state;
        if let Some(output) = output {
            mask(gradient.storage_mut::<f32>(), numbers(&output));
        }
        let [to_inputs, to_weight, to_bias] = ops.parents.map(|parent| parent.map(|of| of.id));
        if let Some(to_bias) = to_bias {
            gradients.register::<Flex>(to_bias, of_bias(&gradient));
        }
        register_both(gradients, [to_inputs, to_weight], operands, &gradient);
    }
}

fn forward(
    inputs: &FlexTensor,
    weight: &FlexTensor,
    bias: Option<&FlexTensor>,
    relu: bool,
) -> FlexTensor {
    let mut output = multiply(inputs, weight);
    let [_, batch, fan_out] = output.shape().dims();
    let bias = bias.map(FlexTensor::to_contiguous);
    let bias = bias.as_ref().map(numbers);
    let runs = output.storage_mut::<f32>().chunks_exact_mut((batch * fan_out).max(1));
    for (run, output) in runs.enumerate() {
        let bias = bias.map(|bias| &bias[run * fan_out..][..fan_out]);
        bias_and_relu(output, fan_out, bias, relu);
    }
    output
}

/// The sum over each run's batch.
fn of_bias(gradient: &FlexTensor) -> FlexTensor {
    let [runs, batch, fan_out] = gradient.shape().dims();
    let mut sums = vec![0.0; runs * fan_out];
    let of_runs = numbers(gradient).chunks_exact((batch * fan_out).max(1));
    for (gradient, sums) in of_runs.zip(sums.chunks_exact_mut(fan_out.max(1))) {
        sum_rows(gradient, sums);
    }
    tensor(sums, [runs, 1, fan_out])
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData, activation};

    use super::*;

    fn sines(shape: [usize; 3], phase: f32, device: &Device) -> Tensor<3> {
        let numbers = (0..shape.iter().product()).map(|at: usize| (at as f32 * 0.37 + phase).sin());
        Tensor::from_data(TensorData::new(numbers.collect::<Vec<f32>>(), shape), device)
    }

    fn floats(tensor: Tensor<3>) -> Vec<f32> {
        tensor.into_data().iter::<f32>().collect()
    }

    /// Outputs, and gradients of inputs, weights and biases.
    fn results(
        layer: fn([Tensor<3>; 3], bool) -> Tensor<3>,
        runs: usize,
        relu: bool,
    ) -> [Vec<f32>; 4] {
        let device = Device::flex().autodiff();
        let operands = [[1, 30, 40], [runs, 40, 70], [runs, 1, 70]];
        let mut phase = 0.0;
        let operands = operands.map(|shape| {
            phase += 1.0;
            sines(shape, phase, &device).require_grad()
        });
        let output = layer(operands.clone(), relu);
        let weighting = sines(output.dims(), 4.0, &device);
        let mut gradients = (output.clone() * weighting).sum().backward();
        let [x, w, b] = operands.map(|of| floats(of.grad_remove(&mut gradients).unwrap()));
        [floats(output.inner()), x, w, b]
    }

    #[test]
    fn it_is_burns_operations_in_turn_to_the_bit_but_for_the_biases_gradients() {
        for (runs, relu) in [(1, false), (1, true), (3, false), (3, true)] {
            let ours = results(|[x, w, b], relu| linear(x, w, Some(b), relu), runs, relu);
            let burns = results(
                |[x, w, b], relu| {
                    let outputs = x.matmul(w) + b;
                    if relu { activation::relu(outputs) } else { outputs }
                },
                runs,
                relu,
            );
            assert!(ours[..3] == burns[..3], "{runs} {relu}");
            assert!(ours[3].iter().zip(&burns[3]).all(|(a, b)| (a - b).abs() < 1e-5));
        }
    }

    #[test]
    fn without_autodiff_and_without_biases_it_is_the_product() {
        let device = Device::flex();
        let [x, w] = [sines([2, 5, 4], 0.0, &device), sines([2, 4, 3], 1.0, &device)];
        let outputs = floats(linear(x.clone(), w.clone(), None, false));
        assert_eq!(outputs, floats(x.matmul(w)));
    }
}
