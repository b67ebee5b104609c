//! The tensor that an initializer fills: its shape, its fans and its place in the network.

use crate::Activation;

/// Where a tensor keeps the connections into its units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// `[inputs, outputs]`: column `j` holds the connections into unit `j`. burn's `nn::Linear`.
    InputsFirst,
    /// `[outputs, inputs...]`: row `j` holds the connections into unit `j`. burn's convolutions; a linear layer with
    /// `LinearLayout::Col`.
    OutputsFirst,
    /// `[outputs]`: one number a unit, connected to nothing. Biases.
    Vector,
}

/// What an initializer must know of the tensor that it fills.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The tensor's shape; draws come back in row-major order of it.
    pub shape: Vec<usize>,
    /// Where the tensor keeps the connections into its units.
    pub layout: Layout,
    /// Connections into one unit.
    pub fan_in: usize,
    /// Connections out of one unit.
    pub fan_out: usize,
    /// The layer's place in the network, from 0.
    pub layer: usize,
    /// How many layers the network has.
    pub layers: usize,
    /// The activation that the layer's inputs have been through; [`Activation::Linear`] for the data itself.
    pub preceding: Activation,
    /// The activation that follows the layer: what a gain "by activation" refers to.
    pub activation: Activation,
}

impl Target {
    /// The weight of a fully connected layer, `[fan_in, fan_out]` as burn's `nn::Linear` holds it: the only layer of its
    /// network, fed with data and followed by a ReLU, unless said otherwise.
    pub fn linear(fan_in: usize, fan_out: usize) -> Self {
        Target {
            shape: vec![fan_in, fan_out],
            layout: Layout::InputsFirst,
            fan_in,
            fan_out,
            layer: 0,
            layers: 1,
            preceding: Activation::Linear,
            activation: Activation::Relu,
        }
    }

    /// The weight of a convolution, `[channels_out, channels_in / groups, kernel...]` as burn's `nn::conv` layers hold
    /// it; `channels` are `[in, out]`. A fan is channels times receptive field: `fan_in = channels_in / groups * kernel`
    /// and `fan_out = channels_out / groups * kernel`.
    ///
    /// ```
    /// use initializers::Target;
    ///
    /// let kernel = Target::conv([3, 64], 1, &[5, 5]);
    /// assert_eq!(kernel.shape, [64, 3, 5, 5]);
    /// assert_eq!((kernel.fan_in, kernel.fan_out), (75, 1600));
    /// ```
    pub fn conv(channels: [usize; 2], groups: usize, kernel: &[usize]) -> Self {
        let [channels_in, channels_out] = channels.map(|channels| channels / groups.max(1));
        let field: usize = kernel.iter().product();
        Target {
            shape: [&[channels[1], channels_in], kernel].concat(),
            layout: Layout::OutputsFirst,
            ..Target::linear(channels_in * field, channels_out * field)
        }
    }

    /// The weights of a fully connected network, first layer first: `widths` from the inputs to the outputs, `activation`
    /// between the layers and none after the last.
    ///
    /// ```
    /// use initializers::{Activation, Target};
    ///
    /// let weights = Target::network(&[784, 256, 128, 10], Activation::Relu);
    /// assert_eq!(weights.iter().map(Target::len).sum::<usize>(), 234_752);
    /// assert_eq!(weights[2], Target::linear(128, 10).at(2, 3).after(Activation::Relu).before(Activation::Linear));
    /// ```
    pub fn network(widths: &[usize], activation: Activation) -> Vec<Self> {
        let layers = widths.len().saturating_sub(1);
        let weight = |(layer, fans): (usize, &[usize])| {
            let between = |is_end: bool| if is_end { Activation::Linear } else { activation };
            let target = Target::linear(fans[0], fans[1]).at(layer, layers);
            target.after(between(layer == 0)).before(between(layer + 1 == layers))
        };
        widths.windows(2).enumerate().map(weight).collect()
    }

    /// The same fully connected layer with its weight kept as `[fan_out, fan_in]`: PyTorch's layout, and burn's
    /// `LinearLayout::Col`.
    pub fn outputs_first(self) -> Self {
        Target { shape: vec![self.fan_out, self.fan_in], layout: Layout::OutputsFirst, ..self }
    }

    /// The bias of the layer whose weight is `self`: one number a unit, with the weight's fans.
    pub fn bias(&self) -> Self {
        Target { shape: vec![self.matrix().1], layout: Layout::Vector, ..self.clone() }
    }

    /// The same tensor as layer `layer` (from 0) of `layers`.
    pub fn at(self, layer: usize, layers: usize) -> Self {
        Target { layer, layers, ..self }
    }

    /// The same tensor, its layer followed by `activation`.
    pub fn before(self, activation: Activation) -> Self {
        Target { activation, ..self }
    }

    /// The same tensor, its layer's inputs having been through `activation`.
    pub fn after(self, activation: Activation) -> Self {
        Target { preceding: activation, ..self }
    }

    /// How many numbers the tensor holds.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether the tensor holds no number at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the layer reads the data.
    pub fn is_first(&self) -> bool {
        self.layer == 0
    }

    /// Whether the layer's outputs are the network's.
    pub fn is_last(&self) -> bool {
        self.layer + 1 == self.layers
    }

    /// Whether the tensor is a bias: one number a unit.
    pub fn is_vector(&self) -> bool {
        self.layout == Layout::Vector
    }

    /// How many units the layer has, and how many connections each: the tensor as a matrix `[inputs, outputs]`; a
    /// convolution's kernels are flattened. A vector has one connection a unit.
    pub(crate) fn matrix(&self) -> (usize, usize) {
        let (first, rest) = self
            .shape
            .split_first()
            .map_or((1, 1), |(first, rest)| (*first, rest.iter().product()));
        match self.layout {
            Layout::InputsFirst => (first, rest),
            Layout::OutputsFirst => (rest, first),
            Layout::Vector => (1, self.len()),
        }
    }

    /// The receptive field of a convolution; empty for a fully connected layer.
    pub(crate) fn kernel(&self) -> &[usize] {
        self.shape.get(2..).unwrap_or_default()
    }

    /// The numbers of the tensor from those of its matrix, `entry(input, output)`.
    pub(crate) fn arrange(&self, entry: impl Fn(usize, usize) -> f64) -> Vec<f32> {
        let (inputs, outputs) = self.matrix();
        let mut numbers = Vec::with_capacity(inputs * outputs);
        match self.layout {
            Layout::InputsFirst | Layout::Vector => {
                (0..inputs).for_each(|i| numbers.extend((0..outputs).map(|j| entry(i, j) as f32)));
            }
            Layout::OutputsFirst => {
                (0..outputs).for_each(|j| numbers.extend((0..inputs).map(|i| entry(i, j) as f32)));
            }
        }
        numbers
    }
}
