//! The fully connected network: layers with an activation between them, and logits at the end.
//!
//! It holds any number of networks of one shape, each with its own parameters: every tensor has a
//! leading axis of runs. A single network is a stack of one.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use initializers::Activation;
use kernels::{SparseBatch, linear, sparse_linear};

use crate::activation::{HiddenLayer, apply};
use crate::architecture::{Architecture, BlockEnd, Norm};
use crate::forward::{Inputs, Mode};
use crate::linear::{StackedLinear, stacked_linear};
use crate::norm::StackedNorm;
use crate::weights::LayerWeights;

/// Multilayer perceptrons of one shape, trained together and independent of one another.
#[derive(Module, Debug)]
pub struct Mlp {
    /// The layers, from the input on.
    pub layers: Vec<StackedLinear>,
    /// The trained slopes of a PReLU, `[runs, 1, 1]`, one tensor for each hidden layer; empty for
    /// other activations.
    pub slopes: Vec<Param<Tensor<3>>>,
    /// The normalizations, one for each hidden layer; empty without normalization.
    pub norms: Vec<StackedNorm>,
    /// The trained scales of residual blocks, `[runs, 1, 1]`, one tensor for each block; empty if
    /// they are not trained.
    pub block_scales: Vec<Param<Tensor<3>>>,
    /// The trained scalar biases, `[runs, 1, 1]`: before every layer but the first, then before the
    /// activation of every hidden layer; empty without them.
    pub scalar_biases: Vec<Param<Tensor<3>>>,
    #[module(skip)]
    architecture: Architecture,
}

impl Mlp {
    /// A network for each of `runs`, whose layers have equal shapes, on `device`. `architecture`
    /// may be an [`Activation`] alone.
    pub fn new(
        runs: &[Vec<LayerWeights>],
        architecture: impl Into<Architecture>,
        device: &Device,
    ) -> Self {
        let architecture = architecture.into();
        let count = runs.len();
        let depth = runs.first().map_or(0, Vec::len);
        let hidden = depth.saturating_sub(1);
        let scalar = |value: f64| {
            Param::from_data(TensorData::new(vec![value as f32; count], [count, 1, 1]), device)
        };
        let slopes = match architecture.activation {
            Activation::Prelu { alpha } => (0..hidden).map(|_| scalar(alpha)).collect(),
            _ => Vec::new(),
        };
        let norm = |layer: usize| {
            let norm = Norm { scale: architecture.norm_scale(layer), ..architecture.norm? };
            Some(StackedNorm::new(norm, count, runs[0][layer].shape[1], device))
        };
        let block_scales = match architecture.residual {
            Some(residual) if residual.trained => {
                (0..residual.blocks(hidden)).map(|_| scalar(residual.scale)).collect()
            }
            _ => Vec::new(),
        };
        let scalar_biases = match architecture.residual {
            Some(residual) if residual.scalar_biases => {
                (0..2 * hidden).map(|_| scalar(0.0)).collect()
            }
            _ => Vec::new(),
        };
        Mlp {
            layers: (0..depth).map(|at| stacked_linear(runs, at, architecture, device)).collect(),
            slopes,
            norms: (0..hidden).filter_map(norm).collect(),
            block_scales,
            scalar_biases,
            architecture,
        }
    }

    /// Logits `[runs, batch, classes]` of inputs `[runs, batch, inputs]`, or of inputs
    /// `[1, batch, inputs]` that all networks share. Sparse inputs are for plain networks on flex.
    /// For evaluation: see [`Mlp::forward_as`].
    pub fn forward(&self, inputs: impl Into<Inputs>) -> Tensor<3> {
        self.forward_as(inputs, &Mode::Evaluation)
    }

    /// As [`Mlp::forward`], for training or for a look at what training sees.
    pub fn forward_as(&self, inputs: impl Into<Inputs>, mode: &Mode) -> Tensor<3> {
        match inputs.into() {
            Inputs::Dense(inputs) => self.forward_dense(inputs, mode, None),
            Inputs::Sparse(inputs) => self.forward_sparse(&inputs),
        }
    }

    /// The forward pass; `seen` collects what hidden layers make of the inputs.
    pub(crate) fn forward_dense(
        &self,
        inputs: Tensor<3>,
        mode: &Mode,
        mut seen: Option<&mut Vec<HiddenLayer>>,
    ) -> Tensor<3> {
        let hidden = self.layers.len().saturating_sub(1);
        let residual = self.architecture.residual;
        let mut x = inputs;
        let mut block_input = None;
        for (index, layer) in self.layers.iter().enumerate() {
            if residual.is_some_and(|residual| residual.starts_block(index)) {
                block_input = Some(x.clone());
            }
            let before = index.checked_sub(1).and_then(|index| self.scalar_biases.get(index));
            x = layer.forward(plus(x, before));
            if index == hidden {
                continue;
            }
            x = self.hidden_layer(index, x, mode, seen.as_deref_mut());
            if residual.is_some_and(|residual| residual.ends_block(index))
                && let Some(input) = block_input.take()
            {
                x = input + self.scaled_block(index, x);
                if residual.is_some_and(|residual| residual.end == BlockEnd::Sum) {
                    x = self.activated(index, x, seen.as_deref_mut());
                }
            }
        }
        match self.architecture.output_scale {
            1.0 => x,
            scale => x.mul_scalar(scale),
        }
    }

    /// The output of the hidden layer at `index` from its product `z`: norm, activation and
    /// dropout.
    fn hidden_layer(
        &self,
        index: usize,
        z: Tensor<3>,
        mode: &Mode,
        seen: Option<&mut Vec<HiddenLayer>>,
    ) -> Tensor<3> {
        let Architecture { norm, residual, .. } = self.architecture;
        let normalized = |x: Tensor<3>| match self.norms.get(index) {
            Some(norm) => norm.forward(x, mode.statistics()),
            None => x,
        };
        let end = residual.filter(|residual| residual.ends_block(index)).map(|r| r.end);
        let activated = |x: Tensor<3>| match end {
            None | Some(BlockEnd::Activation) => self.activated(index, x, seen),
            Some(BlockEnd::Sum) => x,
            Some(BlockEnd::Linear) => {
                let layer = || HiddenLayer { pre_activation: x.clone(), activation: x.clone() };
                seen.into_iter().for_each(|seen| seen.push(layer()));
                x
            }
        };
        let output = match norm.is_some_and(|norm| norm.after_activation) {
            true => normalized(activated(z)),
            false => activated(normalized(z)),
        };
        match mode.mask(index) {
            Some(mask) => output * mask.clone(),
            None => output,
        }
    }

    /// The activation of the hidden layer at `index`, after its scalar bias.
    fn activated(
        &self,
        index: usize,
        x: Tensor<3>,
        seen: Option<&mut Vec<HiddenLayer>>,
    ) -> Tensor<3> {
        let hidden = self.layers.len().saturating_sub(1);
        let pre_activation = plus(x, self.scalar_biases.get(hidden + index));
        let slope = self.slopes.get(index).map(Param::val);
        let activate = |x| apply(self.architecture.activation, slope, x);
        let Some(seen) = seen else { return activate(pre_activation) };
        let activation = activate(pre_activation.clone());
        seen.push(HiddenLayer { pre_activation, activation: activation.clone() });
        activation
    }

    /// The output of the block that ends with hidden layer `index`, times the block's scale.
    fn scaled_block(&self, index: usize, x: Tensor<3>) -> Tensor<3> {
        let Some(residual) = self.architecture.residual else { return x };
        match self.block_scales.get(index / residual.block - 1) {
            Some(scale) => x * scale.val(),
            None if residual.scale == 1.0 => x,
            None => x.mul_scalar(residual.scale),
        }
    }

    /// The plain network on sparse inputs, where each layer is one operation.
    fn forward_sparse(&self, inputs: &SparseBatch) -> Tensor<3> {
        let activation = self.architecture.activation;
        assert!(
            self.architecture == Architecture::from(activation),
            "sparse inputs are for networks without norms, blocks and scales"
        );
        let mut x: Option<Tensor<3>> = None;
        for (index, layer) in self.layers.iter().enumerate() {
            let is_hidden = index + 1 < self.layers.len();
            let relu = is_hidden && activation == Activation::Relu;
            let (weight, bias) = (layer.weight.val(), layer.bias.as_ref().map(Param::val));
            let mut outputs = match x.take() {
                None => sparse_linear(inputs, weight, bias, relu),
                Some(x) => linear(x, weight, bias, relu),
            };
            if is_hidden && !relu {
                outputs = apply(activation, self.slopes.get(index).map(Param::val), outputs);
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
        Mlp {
            layers: self.layers.iter().map(|layer| layer.network(run)).collect(),
            slopes: self.slopes.iter().map(part).collect(),
            norms: self.norms.iter().map(|norm| norm.network(run)).collect(),
            block_scales: self.block_scales.iter().map(part).collect(),
            scalar_biases: self.scalar_biases.iter().map(part).collect(),
            architecture: self.architecture,
        }
    }

    /// The activation between layers.
    pub fn activation(&self) -> Activation {
        self.architecture.activation
    }

    /// What the network has besides its layers.
    pub fn architecture(&self) -> Architecture {
        self.architecture
    }
}

/// With a trained scalar added, where there is one.
fn plus(x: Tensor<3>, scalar: Option<&Param<Tensor<3>>>) -> Tensor<3> {
    match scalar {
        Some(scalar) => x + scalar.val(),
        None => x,
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
