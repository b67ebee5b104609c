//! The fully connected network: layers of burn's `nn::Linear` with an activation between them, and logits at the end.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};
use initializers::Activation;

use crate::LayerWeights;
use crate::activation::apply;

/// A multilayer perceptron.
#[derive(Module, Debug)]
pub struct Mlp {
    /// From the input on; the weight of each is `[fan_in, fan_out]`.
    pub layers: Vec<Linear>,
    /// The trained slopes of a PReLU, one for each hidden layer; of no other activation.
    pub slopes: Vec<Param<Tensor<1>>>,
    #[module(skip)]
    activation: Activation,
}

impl Mlp {
    /// The network of `layers`, with `activation` after each but the last, on `device`.
    pub fn new(layers: Vec<LayerWeights>, activation: Activation, device: &Device) -> Self {
        let hidden = layers.len().saturating_sub(1);
        let slopes = match activation {
            Activation::Prelu { alpha } => {
                (0..hidden).map(|_| Param::from_data(TensorData::from([alpha as f32]), device)).collect()
            }
            _ => Vec::new(),
        };
        let linear = |layer: LayerWeights| {
            let width = layer.shape[1];
            Linear {
                weight: Param::from_data(TensorData::new(layer.weight, layer.shape), device),
                bias: layer.bias.map(|bias| Param::from_data(TensorData::new(bias, [width]), device)),
            }
        };
        Mlp { layers: layers.into_iter().map(linear).collect(), slopes, activation }
    }

    /// Logits, `[batch, classes]`, of inputs, `[batch, inputs]`.
    pub fn forward(&self, inputs: Tensor<2>) -> Tensor<2> {
        let mut x = inputs;
        for (place, layer) in self.layers.iter().enumerate() {
            x = layer.forward(x);
            if place + 1 < self.layers.len() {
                x = apply(self.activation, self.slopes.get(place).map(Param::val), x);
            }
        }
        x
    }

    /// The activation between layers.
    pub fn activation(&self) -> Activation {
        self.activation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logits_are_the_layers_applied_in_turn_with_no_activation_at_the_end() {
        let layers = vec![
            LayerWeights { shape: [2, 2], weight: vec![1.0, -1.0, 2.0, 1.0], bias: Some(vec![0.5, 0.0]) },
            LayerWeights { shape: [2, 1], weight: vec![-1.0, 10.0], bias: None },
        ];
        let mlp = Mlp::new(layers, Activation::Relu, &Device::flex());
        let logits = mlp.forward(Tensor::from_floats([[3.0, 1.0], [0.0, 0.0]], &Device::flex()));
        // [3, 1]: hidden [5.5, -2] -> [5.5, 0] -> -5.5; [0, 0]: hidden [0.5, 0] -> -0.5.
        assert_eq!(logits.into_data().try_to_vec::<f32>().unwrap(), [-5.5, -0.5]);
    }
}
