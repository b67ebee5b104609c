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
    /// it. A fan is channels times receptive field, as in PyTorch: `fan_in = channels_in / groups * kernel` and
    /// `fan_out = channels_out * kernel`.
    ///
    /// ```
    /// use initializers::Target;
    ///
    /// let kernel = Target::conv(64, 3, &[5, 5]);
    /// assert_eq!((kernel.fan_in, kernel.fan_out, kernel.len()), (75, 1600, 4800));
    /// ```
    pub fn conv(channels_out: usize, channels_in_per_group: usize, kernel: &[usize]) -> Self {
        let field: usize = kernel.iter().product();
        Target {
            shape: [&[channels_out, channels_in_per_group], kernel].concat(),
            layout: Layout::OutputsFirst,
            ..Target::linear(channels_in_per_group * field, channels_out * field)
        }
    }

    /// The same fully connected layer with its weight kept as `[fan_out, fan_in]`: PyTorch's layout, and burn's
    /// `LinearLayout::Col`.
    pub fn outputs_first(self) -> Self {
        Target { shape: vec![self.fan_out, self.fan_in], layout: Layout::OutputsFirst, ..self }
    }

    /// The bias of the layer whose weight is `self`: one number a unit, with the weight's fans.
    pub fn bias(&self) -> Self {
        Target { shape: vec![self.outputs()], layout: Layout::Vector, ..self.clone() }
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

    /// How many units the layer has.
    pub(crate) fn outputs(&self) -> usize {
        match self.layout {
            Layout::InputsFirst => self.shape[1..].iter().product(),
            Layout::OutputsFirst | Layout::Vector => self.shape.first().copied().unwrap_or(1),
        }
    }
}
