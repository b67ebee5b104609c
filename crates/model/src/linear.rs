//! One fully connected layer of networks that stand side by side.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use kernels::product;

use crate::architecture::Architecture;
use crate::weights::LayerWeights;

/// One fully connected layer of every network.
#[derive(Module, Debug)]
pub struct StackedLinear {
    /// `[runs, fan_in, fan_out]`.
    pub weight: Param<Tensor<3>>,
    /// `[runs, 1, fan_out]`.
    pub bias: Option<Param<Tensor<3>>>,
    /// The factor of the weight.
    #[module(skip)]
    factor: f64,
}

impl StackedLinear {
    /// What the layer multiplies by: the trained numbers times the factor of the parametrization.
    pub fn effective_weight(&self) -> Tensor<3> {
        match self.factor {
            1.0 => self.weight.val(),
            factor => self.weight.val().mul_scalar(factor),
        }
    }

    /// `[runs, batch, fan_out]` of `[runs, batch, fan_in]`: each network's own product and bias.
    pub fn forward(&self, inputs: Tensor<3>) -> Tensor<3> {
        let mut products = product(inputs, self.weight.val());
        if self.factor != 1.0 {
            products = products.mul_scalar(self.factor);
        }
        match &self.bias {
            Some(bias) => products + bias.val(),
            None => products,
        }
    }

    /// The layer of one network, as a stack of one.
    pub(crate) fn network(&self, run: usize) -> Self {
        let part =
            |parameter: &Param<Tensor<3>>| Param::from_tensor(parameter.val().narrow(0, run, 1));
        StackedLinear {
            weight: part(&self.weight),
            bias: self.bias.as_ref().map(part),
            factor: self.factor,
        }
    }
}

/// The layer at `index` of all runs.
pub(crate) fn stacked_linear(
    runs: &[Vec<LayerWeights>],
    index: usize,
    architecture: Architecture,
    device: &Device,
) -> StackedLinear {
    let count = runs.len();
    let parameter =
        |data: Vec<f32>, shape: [usize; 3]| Param::from_data(TensorData::new(data, shape), device);
    let layers = || runs.iter().map(move |layers| &layers[index]);
    let [fan_in, fan_out] = runs[0][index].shape;
    let factor = architecture.parametrization.factor(fan_in, index, runs[0].len());
    // Divided, so that the product with the factor is the weight that was drawn.
    let trained = |&weight: &f32| match factor {
        1.0 => weight,
        factor => (f64::from(weight) / factor) as f32,
    };
    let weight = layers().flat_map(|layer| &layer.weight).map(trained).collect();
    let bias: Vec<f32> =
        layers().filter_map(|layer| layer.bias.as_ref()).flatten().copied().collect();
    StackedLinear {
        weight: parameter(weight, [count, fan_in, fan_out]),
        bias: (!bias.is_empty()).then(|| parameter(bias, [count, 1, fan_out])),
        factor,
    }
}
