//! The fully connected network: layers with an activation between them, and logits at the end.
//!
//! It holds any number of networks of one shape, each with its own parameters: every tensor has a
//! leading axis of runs. A single network is a stack of one.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use initializers::Activation;
use kernels::{SparseBatch, linear, product, sparse_linear};

use crate::LayerWeights;
use crate::activation::apply;

/// What networks see.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "there is one for each batch, and it is moved once")]
pub enum Inputs {
    /// `[runs, batch, inputs]`, or `[1, batch, inputs]`, which all networks see.
    Dense(Tensor<3>),
    /// The same by what is not background, for networks on flex.
    Sparse(SparseBatch),
}

impl Inputs {
    /// `[runs, batch, inputs]`.
    pub fn dims(&self) -> [usize; 3] {
        match self {
            Inputs::Dense(inputs) => inputs.dims(),
            Inputs::Sparse(inputs) => inputs.dims(),
        }
    }
}

impl From<Tensor<3>> for Inputs {
    fn from(inputs: Tensor<3>) -> Self {
        Inputs::Dense(inputs)
    }
}

impl From<SparseBatch> for Inputs {
    fn from(inputs: SparseBatch) -> Self {
        Inputs::Sparse(inputs)
    }
}

/// Multilayer perceptrons of one shape, trained together and independent of one another.
#[derive(Module, Debug)]
pub struct Mlp {
    /// The layers, from the input on.
    pub layers: Vec<StackedLinear>,
    /// The trained slopes of a PReLU, `[runs, 1, 1]`, one tensor for each hidden layer; empty for
    /// other activations.
    pub slopes: Vec<Param<Tensor<3>>>,
    #[module(skip)]
    activation: Activation,
}

/// One fully connected layer of every network.
#[derive(Module, Debug)]
pub struct StackedLinear {
    /// `[runs, fan_in, fan_out]`.
    pub weight: Param<Tensor<3>>,
    /// `[runs, 1, fan_out]`.
    pub bias: Option<Param<Tensor<3>>>,
}

impl StackedLinear {
    /// `[runs, batch, fan_out]` of `[runs, batch, fan_in]`: each network's own product and bias.
    pub fn forward(&self, inputs: Tensor<3>) -> Tensor<3> {
        let products = product(inputs, self.weight.val());
        match &self.bias {
            Some(bias) => products + bias.val(),
            None => products,
        }
    }
}

impl Mlp {
    /// A network for each of `runs`, whose layers have equal shapes, with `activation` after each
    /// layer but the last, on `device`.
    pub fn new(runs: &[Vec<LayerWeights>], activation: Activation, device: &Device) -> Self {
        let count = runs.len();
        let depth = runs.first().map_or(0, Vec::len);
        let parameter = |data: Vec<f32>, shape: [usize; 3]| {
            Param::from_data(TensorData::new(data, shape), device)
        };
        let linear = |index: usize| {
            let layers = || runs.iter().map(move |layers| &layers[index]);
            let [fan_in, fan_out] = runs[0][index].shape;
            let weight = layers().flat_map(|layer| &layer.weight).copied().collect();
            let bias: Vec<f32> =
                layers().filter_map(|layer| layer.bias.as_ref()).flatten().copied().collect();
            StackedLinear {
                weight: parameter(weight, [count, fan_in, fan_out]),
                bias: (!bias.is_empty()).then(|| parameter(bias, [count, 1, fan_out])),
            }
        };
        let slopes = match activation {
            Activation::Prelu { alpha } => {
                (1..depth).map(|_| parameter(vec![alpha as f32; count], [count, 1, 1])).collect()
            }
            _ => Vec::new(),
        };
        Mlp { layers: (0..depth).map(linear).collect(), slopes, activation }
    }

    /// Logits `[runs, batch, classes]` of inputs `[runs, batch, inputs]`, or of inputs
    /// `[1, batch, inputs]` that all networks share. Sparse inputs are for networks on flex.
    pub fn forward(&self, inputs: impl Into<Inputs>) -> Tensor<3> {
        match inputs.into() {
            Inputs::Dense(inputs) => self.forward_dense(inputs),
            Inputs::Sparse(inputs) => self.forward_sparse(&inputs),
        }
    }

    fn forward_dense(&self, inputs: Tensor<3>) -> Tensor<3> {
        let mut x = inputs;
        for (index, layer) in self.layers.iter().enumerate() {
            x = layer.forward(x);
            if index + 1 < self.layers.len() {
                x = apply(self.activation, self.slopes.get(index).map(Param::val), x);
            }
        }
        x
    }

    /// The same on sparse inputs, where each layer is one operation.
    fn forward_sparse(&self, inputs: &SparseBatch) -> Tensor<3> {
        let mut x: Option<Tensor<3>> = None;
        for (index, layer) in self.layers.iter().enumerate() {
            let is_hidden = index + 1 < self.layers.len();
            let relu = is_hidden && self.activation == Activation::Relu;
            let (weight, bias) = (layer.weight.val(), layer.bias.as_ref().map(Param::val));
            let mut outputs = match x.take() {
                None => sparse_linear(inputs, weight, bias, relu),
                Some(x) => linear(x, weight, bias, relu),
            };
            if is_hidden && !relu {
                outputs = apply(self.activation, self.slopes.get(index).map(Param::val), outputs);
            }
            x = Some(outputs);
        }
        x.unwrap_or_else(|| panic!("a network has a layer"))
    }

    /// How many networks there are.
    pub fn runs(&self) -> usize {
        self.layers.first().map_or(0, |layer| layer.weight.val().dims()[0])
    }

    /// The network of one run, as a stack of one.
    pub fn network(&self, run: usize) -> Mlp {
        let part =
            |parameter: &Param<Tensor<3>>| Param::from_tensor(parameter.val().narrow(0, run, 1));
        let layer = |layer: &StackedLinear| StackedLinear {
            weight: part(&layer.weight),
            bias: layer.bias.as_ref().map(part),
        };
        Mlp {
            layers: self.layers.iter().map(layer).collect(),
            slopes: self.slopes.iter().map(part).collect(),
            activation: self.activation,
        }
    }

    /// The activation between layers.
    pub fn activation(&self) -> Activation {
        self.activation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers(scale: f32) -> Vec<LayerWeights> {
        let weight = |numbers: &[f32]| numbers.iter().map(|number| scale * number).collect();
        vec![
            LayerWeights {
                shape: [2, 2],
                weight: weight(&[1.0, -1.0, 2.0, 1.0]),
                bias: Some(vec![0.5, 0.0]),
            },
            LayerWeights { shape: [2, 1], weight: weight(&[-1.0, 10.0]), bias: None },
        ]
    }

    fn logits(mlp: &Mlp, inputs: impl Into<Inputs>) -> Vec<f32> {
        mlp.forward(inputs).into_data().try_to_vec().unwrap()
    }

    #[test]
    fn logits_are_the_layers_applied_in_turn_without_an_activation_at_the_end() {
        let mlp = Mlp::new(&[layers(1.0)], Activation::Relu, &Device::flex());
        let inputs = Tensor::from_floats([[[3.0, 1.0], [0.0, 0.0]]], &Device::flex());
        // [3, 1]: hidden [5.5, -2] -> [5.5, 0] -> -5.5; [0, 0]: hidden [0.5, 0] -> -0.5.
        assert_eq!(logits(&mlp, inputs), [-5.5, -0.5]);
    }

    #[test]
    fn networks_side_by_side_have_their_own_inputs_or_share_one_batch() {
        let mlp = Mlp::new(&[layers(1.0), layers(2.0)], Activation::Relu, &Device::flex());
        let own = Tensor::from_floats([[[3.0, 1.0]], [[0.0, 0.0]]], &Device::flex());
        // The second network doubles its weights: hidden [0.5, 0] -> -2 * 0.5.
        assert_eq!(logits(&mlp, own), [-5.5, -1.0]);
        let shared = Tensor::from_floats([[[3.0, 1.0]]], &Device::flex());
        // [3, 1]: hidden [10.5, -4] -> [10.5, 0] -> -21.
        assert_eq!(logits(&mlp, shared.clone()), [-5.5, -21.0]);
        assert_eq!((mlp.runs(), logits(&mlp.network(1), shared)), (2, vec![-21.0]));
    }

    #[test]
    fn a_prelu_has_a_slope_for_each_network_and_hidden_layer() {
        let mlp = Mlp::new(
            &[layers(1.0), layers(1.0)],
            Activation::Prelu { alpha: 0.5 },
            &Device::flex(),
        );
        assert_eq!(mlp.slopes.iter().map(|slope| slope.dims()).collect::<Vec<_>>(), [[2, 1, 1]]);
        let inputs = Tensor::from_floats([[[3.0, 1.0]]], &Device::flex());
        // Hidden [5.5, -2] -> [5.5, -1] -> -5.5 - 10.
        assert_eq!(logits(&mlp, inputs), [-15.5, -15.5]);
    }

    #[test]
    fn sparse_inputs_give_the_logits_of_dense_ones() {
        let rows = kernels::SparseRows::new(&[3, 0, 0, 5, 0, 0], 2, 1.0, 2.0);
        let batch = rows.gather(&[&[2, 0, 1]]);
        let dense = TensorData::new(batch.to_dense(), batch.dims());
        for activation in [Activation::Relu, Activation::Tanh, Activation::Prelu { alpha: 0.5 }] {
            let mlp = Mlp::new(&[layers(1.0), layers(0.3)], activation, &Device::flex());
            let sparse = logits(&mlp, batch.clone());
            let dense = logits(&mlp, Tensor::<3>::from_data(dense.clone(), &Device::flex()));
            assert!(sparse.iter().zip(dense).all(|(a, b)| (a - b).abs() < 1e-5), "{activation}");
        }
    }
}
