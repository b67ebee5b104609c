//! The tensor that an initializer fills: its shape and axes, its fans and its place in the network.

mod layouts;
mod matrix;

use alloc::vec;
use alloc::vec::Vec;

use crate::activation::Activation;
use crate::options::FanMode;

pub use layouts::SpecError;

/// What an axis of a tensor counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Axis {
    /// Inputs of the layer, or channels in.
    Input,
    /// Units of the layer, or channels out.
    Output,
    /// A spatial axis of a convolution's kernel.
    Kernel,
    /// Entries of a table of embeddings, of which one at a time is read.
    Token,
}

/// Where a layer stands in its network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LayerPosition {
    /// The layer's index, from 0.
    pub index: usize,
    /// How many layers the network has.
    pub count: usize,
}

impl LayerPosition {
    /// Whether the layer reads the data.
    pub const fn is_first(self) -> bool {
        self.index == 0
    }

    /// Whether the layer's outputs are the network's.
    pub const fn is_last(self) -> bool {
        self.index + 1 == self.count
    }
}

/// What an initializer must know of the tensor that it fills.
///
/// A constructor makes one for each usual tensor; the methods that take `self` say what differs.
/// Until [`TensorSpec::at_layer`] gives one, a tensor has no position in a network. Its layer reads
/// data and a ReLU follows it, until [`TensorSpec::with_input_activation`] and
/// [`TensorSpec::with_activation`] say otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct TensorSpec {
    shape: Vec<usize>,
    axes: Vec<Axis>,
    groups: usize,
    units: usize,
    fan_in: usize,
    fan_out: usize,
    position: Option<LayerPosition>,
    input_activation: Activation,
    activation: Activation,
}

impl TensorSpec {
    /// The same tensor as layer `index` (from 0) of `count` in a row, with `activation` between
    /// them and none after the last.
    pub fn in_chain(self, index: usize, count: usize, activation: Activation) -> Self {
        let between = |is_end: bool| if is_end { Activation::Linear } else { activation };
        self.at_layer(index, count)
            .with_input_activation(between(index == 0))
            .with_activation(between(index + 1 == count))
    }

    /// The same tensor with other fans.
    pub fn with_fans(self, fan_in: usize, fan_out: usize) -> Self {
        TensorSpec { fan_in, fan_out, ..self }
    }

    /// The bias of the layer whose weight is `self`: one number a unit, with the weight's fans.
    pub fn bias(&self) -> Self {
        TensorSpec { shape: vec![self.units], axes: vec![Axis::Output], ..self.clone() }
    }

    /// The same tensor as layer `index` (from 0) of `count`.
    pub fn at_layer(self, index: usize, count: usize) -> Self {
        TensorSpec { position: Some(LayerPosition { index, count }), ..self }
    }

    /// The same tensor, its layer followed by `activation`.
    pub fn with_activation(self, activation: Activation) -> Self {
        TensorSpec { activation, ..self }
    }

    /// The same tensor, its layer's inputs having been through `activation`.
    pub fn with_input_activation(self, activation: Activation) -> Self {
        TensorSpec { input_activation: activation, ..self }
    }

    /// The tensor's shape; draws are in row-major order of it.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// What each axis counts.
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// Into how many groups a convolution's channels are divided; 1 for other tensors.
    pub fn groups(&self) -> usize {
        self.groups
    }

    /// Connections into one unit.
    pub fn fan_in(&self) -> usize {
        self.fan_in
    }

    /// Connections out of one input.
    pub fn fan_out(&self) -> usize {
        self.fan_out
    }

    /// Connections as `mode` counts them.
    pub fn fan(&self, mode: FanMode) -> f64 {
        let (fan_in, fan_out) = (self.fan_in as f64, self.fan_out as f64);
        match mode {
            FanMode::In => fan_in,
            FanMode::Out => fan_out,
            FanMode::Average => (fan_in + fan_out) / 2.0,
            FanMode::GeometricAverage => libm::sqrt(fan_in * fan_out),
        }
    }

    /// Where the layer stands in its network, if that is said.
    pub fn position(&self) -> Option<LayerPosition> {
        self.position
    }

    /// The activation that the layer's inputs have been through; [`Activation::Linear`] for data.
    pub fn input_activation(&self) -> Activation {
        self.input_activation
    }

    /// The activation that follows the layer.
    pub fn activation(&self) -> Activation {
        self.activation
    }

    /// How many numbers the tensor holds.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether the tensor holds no number at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the tensor is a bias: one number a unit.
    pub fn is_bias(&self) -> bool {
        self.axes.iter().all(|axis| *axis == Axis::Output)
    }

    /// Whether the tensor is a convolution's.
    pub fn is_convolution(&self) -> bool {
        self.axes.contains(&Axis::Kernel)
    }

    /// Whether the tensor is a table of embeddings.
    pub fn is_embedding(&self) -> bool {
        self.axes.contains(&Axis::Token)
    }

    fn along(&self, axis: Axis) -> impl Iterator<Item = usize> {
        self.shape.iter().zip(&self.axes).filter(move |(_, a)| **a == axis).map(|(size, _)| *size)
    }

    fn count(&self, axis: Axis) -> usize {
        self.along(axis).product()
    }
}
