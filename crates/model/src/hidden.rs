//! A look at what hidden layers make of inputs.

use burn::module::Param;
use kernels::{SparseBatch, linear, sparse_linear};

use crate::activation::{HiddenLayer, apply};
use crate::forward::{Inputs, Mode};
use crate::mlp::Mlp;

impl Mlp {
    /// What every hidden layer makes of inputs, first layer first, as training sees it: batch
    /// normalization uses the batch, and nothing is dropped. Blocks whose last layer is linear have
    /// that layer's outputs in both places.
    pub fn hidden_layers(&self, inputs: impl Into<Inputs>) -> Vec<HiddenLayer> {
        match inputs.into() {
            Inputs::Sparse(inputs) => self.hidden_of_sparse(&inputs),
            Inputs::Dense(inputs) => {
                let mut layers = Vec::new();
                self.forward_dense(inputs, &Mode::Batch, Some(&mut layers));
                layers
            }
        }
    }

    fn hidden_of_sparse(&self, inputs: &SparseBatch) -> Vec<HiddenLayer> {
        let mut layers: Vec<HiddenLayer> = Vec::new();
        let hidden = self.layers.len().saturating_sub(1);
        for (index, layer) in self.layers[..hidden].iter().enumerate() {
            let (weight, bias) = (layer.weight.val(), layer.bias.as_ref().map(Param::val));
            let pre_activation = match layers.last() {
                None => sparse_linear(inputs, weight, bias, false),
                Some(last) => linear(last.activation.clone(), weight, bias, false),
            };
            let slope = self.slopes.get(index).map(Param::val);
            let activation = apply(self.activation(), slope, pre_activation.clone());
            layers.push(HiddenLayer { pre_activation, activation });
        }
        layers
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor};

    use super::*;
    use crate::{LayerWeights, init::Activation};

    #[test]
    fn hidden_layers_are_those_that_the_forward_pass_goes_through() {
        let layer = |shape: [usize; 2], weight: &[f32], bias: &[f32]| LayerWeights {
            shape,
            weight: weight.to_vec(),
            bias: Some(bias.to_vec()),
        };
        let layers = vec![
            layer([2, 2], &[1.0, -1.0, 2.0, 1.0], &[0.5, 0.0]),
            layer([2, 2], &[-1.0, 10.0, 1.0, 1.0], &[0.0, -1.0]),
            layer([2, 1], &[1.0, 1.0], &[0.0]),
        ];
        let mlp = Mlp::new(&[layers], Activation::Relu, &Device::flex());
        let inputs = Tensor::<3>::from_floats([[[3.0, 1.0], [0.0, 0.0]]], &Device::flex());
        let floats = |tensor: &Tensor<3>| tensor.to_data().try_to_vec::<f32>().unwrap();
        let hidden = mlp.hidden_layers(inputs);
        assert_eq!(hidden.len(), 2);
        assert_eq!(floats(&hidden[0].pre_activation), [5.5, -2.0, 0.5, 0.0]);
        assert_eq!(floats(&hidden[0].activation), [5.5, 0.0, 0.5, 0.0]);
        assert_eq!(floats(&hidden[1].pre_activation), [-5.5, 54.0, -0.5, 4.0]);
        assert_eq!(floats(&hidden[1].activation), [0.0, 54.0, 0.0, 4.0]);
    }
}
