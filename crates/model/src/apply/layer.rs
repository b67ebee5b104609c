//! burn's layers as initializers see them.

use burn::nn::conv::{
    Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, DeformConv2d,
};
use burn::nn::{Embedding, Linear};
use initializers::{SpecError, TensorSpec};

use super::parameter::put_some;

/// A layer of burn's with a weight and, it may be, a bias.
pub trait Layer: Sized {
    /// The weight as initializers see it, its axes, fans and groups included. It has no position in
    /// a network yet: [`TensorSpec::at_layer`] gives it one.
    ///
    /// # Errors
    /// Where channels do not divide into the layer's groups.
    fn spec(&self) -> Result<TensorSpec, SpecError>;

    /// Whether it has a bias.
    fn has_bias(&self) -> bool;

    /// The layer with these numbers, each list in row-major order; `None` leaves a parameter as it
    /// is.
    fn filled(self, weight: Option<Vec<f32>>, bias: Option<Vec<f32>>) -> Self;
}

macro_rules! layers {
    ($($layer:ident: $spec:expr,)*) => {$(
        impl Layer for $layer {
            fn spec(&self) -> Result<TensorSpec, SpecError> {
                let spec: fn(&Self) -> Result<TensorSpec, SpecError> = $spec;
                spec(self)
            }

            fn has_bias(&self) -> bool {
                self.bias.is_some()
            }

            fn filled(self, weight: Option<Vec<f32>>, bias: Option<Vec<f32>>) -> Self {
                let mut layer = self;
                layer.weight = put_some(layer.weight, weight);
                layer.bias = layer.bias.map(|old| put_some(old, bias));
                layer
            }
        }
    )*};
}

layers! {
    Linear: |it| Ok(linear(&it.weight.dims())),
    Conv1d: |it| convolution(&it.weight.dims(), it.groups),
    Conv2d: |it| convolution(&it.weight.dims(), it.groups),
    Conv3d: |it| convolution(&it.weight.dims(), it.groups),
    DeformConv2d: |it| convolution(&it.weight.dims(), it.weight_groups),
    ConvTranspose1d: |it| transposed(&it.weight.dims(), it.groups),
    ConvTranspose2d: |it| transposed(&it.weight.dims(), it.groups),
    ConvTranspose3d: |it| transposed(&it.weight.dims(), it.groups),
}

impl Layer for Embedding {
    fn spec(&self) -> Result<TensorSpec, SpecError> {
        Ok(embedding(&self.weight.dims()))
    }

    fn has_bias(&self) -> bool {
        false
    }

    fn filled(self, weight: Option<Vec<f32>>, _: Option<Vec<f32>>) -> Self {
        Embedding { weight: put_some(self.weight, weight) }
    }
}

pub(super) fn linear(shape: &[usize]) -> TensorSpec {
    TensorSpec::linear(shape[0], shape[1])
}

pub(super) fn embedding(shape: &[usize]) -> TensorSpec {
    TensorSpec::embedding(shape[0], shape[1])
}

/// Of a weight `[channels_out, channels_in / groups, kernel...]`.
pub(super) fn convolution(shape: &[usize], groups: usize) -> Result<TensorSpec, SpecError> {
    TensorSpec::grouped_conv([shape[1] * groups, shape[0]], groups, &shape[2..])
}

/// Of a weight `[channels_in, channels_out / groups, kernel...]`.
pub(super) fn transposed(shape: &[usize], groups: usize) -> Result<TensorSpec, SpecError> {
    TensorSpec::grouped_conv_transpose([shape[0], shape[1] * groups], groups, &shape[2..])
}
