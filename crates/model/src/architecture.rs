//! What a network has besides the widths of its layers: activation, normalization, skip
//! connections.

use initializers::Activation;

/// What a network has besides the widths of its layers. From an [`Activation`] alone it is the
/// plain network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Architecture {
    /// The activation of every hidden layer.
    pub activation: Activation,
    /// The normalization in every hidden layer.
    pub norm: Option<Norm>,
    /// Skip connections around blocks of hidden layers.
    pub residual: Option<Residual>,
    /// The factor of the logits.
    pub output_scale: f64,
    /// What the trained numbers of a weight are.
    pub parametrization: Parametrization,
}

impl From<Activation> for Architecture {
    fn from(activation: Activation) -> Self {
        Architecture {
            activation,
            norm: None,
            residual: None,
            output_scale: 1.0,
            parametrization: Parametrization::Standard,
        }
    }
}

impl Architecture {
    /// The initial scale (gamma) of the normalization of hidden layer `index`, if it is trained.
    pub(crate) fn norm_scale(&self, index: usize) -> Option<f64> {
        let scale = self.norm?.scale?;
        let is_zero = self.residual.is_some_and(|r| r.zero_end && r.ends_block(index));
        Some(if is_zero { 0.0 } else { scale })
    }
}

/// The normalization of a hidden layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Norm {
    /// Over what it normalizes.
    pub kind: NormKind,
    /// Added to the variance (or mean square) under the root.
    pub epsilon: f64,
    /// Whether it stands after the activation instead of before it.
    pub after_activation: bool,
    /// The initial scale of every unit (gamma); `None` if scale and shift are not trained.
    pub scale: Option<f64>,
}

/// Over what a normalization computes its statistics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NormKind {
    /// Batch normalization (Ioffe & Szegedy 2015): each unit over the batch.
    ///
    /// Evaluation uses running statistics. As in PyTorch, the batch is normalized by its biased
    /// variance, and the running variance collects the unbiased one.
    Batch {
        /// The weight of the new batch in the running statistics.
        momentum: f64,
    },
    /// Layer normalization (Ba, Kiros & Hinton 2016): each image over the units.
    Layer,
    /// RMS normalization (Zhang & Sennrich 2019): each image over the units, without a mean and
    /// without a shift.
    Rms,
}

/// Skip connections: the first hidden layer stands alone, and the others form blocks of
/// [`block`](Self::block) layers. A block gives `x + scale * F(x)`, where `F` is its layers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Residual {
    /// Hidden layers in a block.
    pub block: usize,
    /// The scale of a block's output, or its initial value.
    pub scale: f64,
    /// Whether the scale is trained: one number for each block.
    pub trained: bool,
    /// Where a block's last activation stands.
    pub end: BlockEnd,
    /// Whether the scale of the last normalization of each block starts at 0 (Goyal et al. 2017).
    pub zero_end: bool,
    /// Whether there are trained scalar biases, 0 at first: before every layer but the first, and
    /// before every activation (Zhang, Dauphin & Ma 2019).
    pub scalar_biases: bool,
}

/// Where the last activation of a residual block stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockEnd {
    /// In the block, after its last layer.
    Activation,
    /// Nowhere: the block ends with a product.
    Linear,
    /// After the sum of the block and its input.
    Sum,
}

impl Residual {
    /// Blocks of a network with so many hidden layers.
    pub fn blocks(&self, hidden: usize) -> usize {
        hidden.saturating_sub(1) / self.block.max(1)
    }

    /// Whether the hidden layer at `index` (from 0) is the first of a block.
    pub fn starts_block(&self, index: usize) -> bool {
        index > 0 && (index - 1).is_multiple_of(self.block)
    }

    /// Whether the hidden layer at `index` (from 0) is the last of a block.
    pub fn ends_block(&self, index: usize) -> bool {
        index > 0 && index.is_multiple_of(self.block)
    }
}

/// What the trained numbers of a weight are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parametrization {
    /// The weight itself.
    Standard,
    /// The weight times the root of its fan-in (Jacot, Gabriel & Hongler 2018): the network starts
    /// the same, and updates of the weight shrink with its fan-in.
    Ntk,
    /// The weight itself but for the last layer's, which is `base_width / fan_in` times the trained
    /// numbers: the multipliers of muP (Yang et al. 2022, Table 8).
    Mup {
        /// The hidden width at which the factor is 1.
        base_width: usize,
    },
}

impl Parametrization {
    /// By which factor the layer at `index` (from 0) of `count` multiplies its trained numbers.
    pub(crate) fn factor(self, fan_in: usize, index: usize, count: usize) -> f64 {
        match self {
            Parametrization::Standard => 1.0,
            Parametrization::Ntk => 1.0 / (fan_in as f64).sqrt(),
            // The inputs of an only layer are pixels, whose number is no width.
            Parametrization::Mup { base_width } if index > 0 && index + 1 == count => {
                base_width as f64 / fan_in as f64
            }
            Parametrization::Mup { .. } => 1.0,
        }
    }
}
