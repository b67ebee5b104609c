//! What `[model]` has besides layers: normalization, skip connections, parametrization.

use crate::settings::domain::{Flag, In32Bits, Real, Whole, Words};
use crate::settings::kinds::kinds;
use crate::settings::table::Stated;
use crate::string_enum::string_enum;
use crate::syntax::MAX_INTEGER;

kinds! {
    /// What normalizes every hidden layer.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub enum Norm {
        /// nothing
        None = "none"
        /// batch normalization (Ioffe & Szegedy 2015); running statistics as in PyTorch
        Batch = "batch" {
            /// before or after the activation
            position: Position = Position::Before, Words, Stated::UnlessDefault;
            /// added to the variance
            epsilon: f64 = 1e-5, In32Bits(Real::POSITIVE), Stated::Always;
            /// the weight of the new batch in the running statistics
            momentum: f64 = 0.1, Real::FRACTION, Stated::Always;
            /// whether each unit has a trained scale and shift
            affine: bool = true, Flag, Stated::UnlessDefault;
            /// the initial scale
            scale: f64 = 1.0, Real::NON_NEGATIVE, Stated::UnlessDefault;
        }
        /// layer normalization (Ba, Kiros & Hinton 2016)
        Layer = "layer" {
            /// before or after the activation
            position: Position = Position::Before, Words, Stated::UnlessDefault;
            /// added to the variance
            epsilon: f64 = 1e-5, In32Bits(Real::POSITIVE), Stated::Always;
            /// whether each unit has a trained scale and shift
            affine: bool = true, Flag, Stated::UnlessDefault;
            /// the initial scale
            scale: f64 = 1.0, Real::NON_NEGATIVE, Stated::UnlessDefault;
        }
        /// RMS normalization (Zhang & Sennrich 2019), without a shift
        Rms = "rms" {
            /// before or after the activation
            position: Position = Position::Before, Words, Stated::UnlessDefault;
            /// added to the mean square
            epsilon: f64 = 1e-5, In32Bits(Real::POSITIVE), Stated::Always;
            /// whether each unit has a trained scale
            affine: bool = true, Flag, Stated::UnlessDefault;
            /// the initial scale
            scale: f64 = 1.0, Real::NON_NEGATIVE, Stated::UnlessDefault;
        }
    }
}

string_enum! {
    /// Where a normalization stands.
    pub enum Position {
        /// Before the activation.
        Before = "before",
        /// After the activation.
        After = "after",
    }
}

impl Norm {
    /// Whether each unit has a trained scale.
    pub fn has_scale(&self) -> bool {
        match *self {
            Norm::None => false,
            Norm::Batch { affine, .. } | Norm::Layer { affine, .. } | Norm::Rms { affine, .. } => {
                affine
            }
        }
    }
}

kinds! {
    /// Skip connections: a block of hidden layers `F` gives `x + scale * F(x)`. The first hidden
    /// layer stands alone.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub enum Residual {
        /// none
        None = "none"
        /// blocks give `x + scale * F(x)`
        Identity = "identity" {
            /// hidden layers in a block
            block: usize = 1, Whole::COUNT, Stated::Always;
            /// the scale of blocks
            scale: f64 = 1.0, Real::POSITIVE, Stated::Always;
            /// whether a block ends with its activation
            end: BlockEnd = BlockEnd::Activation, Words, Stated::UnlessDefault;
            /// whether blocks start as the identity: their last norm's scale, or last layer, is 0
            zero_end: bool = false, Flag, Stated::UnlessDefault;
        }
        /// blocks give `x + F(x) / sqrt(blocks)`
        InverseSqrtDepth = "inverse_sqrt_depth" {
            /// hidden layers in a block
            block: usize = 1, Whole::COUNT, Stated::Always;
            /// whether a block ends with its activation
            end: BlockEnd = BlockEnd::Activation, Words, Stated::UnlessDefault;
        }
        /// blocks give `x + a F(x)` with a trained `a`, which starts at 0 (Bachlechner et al. 2020)
        ReZero = "rezero" {
            /// hidden layers in a block
            block: usize = 1, Whole::COUNT, Stated::Always;
            /// the initial scale
            start: f64 = 0.0, Real::NON_NEGATIVE, Stated::UnlessDefault;
            /// whether a block ends with its activation
            end: BlockEnd = BlockEnd::Activation, Words, Stated::UnlessDefault;
        }
        /// as rezero, around blocks that end with a product (De & Smith 2020)
        SkipInit = "skip_init" {
            /// hidden layers in a block
            block: usize = 2, Whole::COUNT, Stated::Always;
            /// the initial scale
            start: f64 = 0.0, Real::NON_NEGATIVE, Stated::UnlessDefault;
            /// whether a block ends with its activation
            end: BlockEnd = BlockEnd::Linear, Words, Stated::UnlessDefault;
        }
        /// Fixup (Zhang, Dauphin & Ma 2019): scaled starts, trained multipliers and scalar biases
        Fixup = "fixup" {
            /// hidden layers in a block
            block: usize = 2, Whole(2..=MAX_INTEGER), Stated::Always;
        }
    }
}

string_enum! {
    /// How a residual block ends.
    pub enum BlockEnd {
        /// With the activation of its last layer.
        Activation = "activation",
        /// With the product of its last layer, which has no activation.
        Linear = "linear",
        /// With that product, and the activation stands after the sum (He et al. 2016).
        Sum = "sum",
    }
}

impl Residual {
    /// Hidden layers in a block, if there are blocks.
    pub fn block(&self) -> Option<usize> {
        match *self {
            Residual::None => None,
            Residual::Identity { block, .. }
            | Residual::InverseSqrtDepth { block, .. }
            | Residual::ReZero { block, .. }
            | Residual::SkipInit { block, .. }
            | Residual::Fixup { block } => Some(block),
        }
    }

    /// How many blocks these hidden layers form.
    pub fn blocks(&self, hidden: &[usize]) -> usize {
        self.block().map_or(0, |block| hidden.len().saturating_sub(1) / block)
    }

    /// Why hidden layers of these widths cannot form such blocks.
    pub(crate) fn problem_with(&self, hidden: &[usize]) -> Option<String> {
        let block = self.block()?;
        let inside = hidden.len().saturating_sub(1);
        if inside == 0 || !inside.is_multiple_of(block) {
            return Some(format!(
                "`model.residual` needs blocks of {block} from the hidden layers after the first, \
                 but these are {inside}"
            ));
        }
        let mut pairs = (1..).zip(hidden.windows(2));
        let (layer, pair) = pairs.find(|(_, pair)| pair[0] != pair[1])?;
        Some(format!(
            "`model.residual` needs hidden layers of one width, but layer {layer} has {} units and \
             layer {} has {}",
            pair[0],
            layer + 1,
            pair[1]
        ))
    }
}

string_enum! {
    /// What the trained numbers of a weight are.
    pub enum Parametrization {
        /// The weight itself.
        Standard = "standard",
        /// The weight times the root of its fan-in (Jacot et al. 2018).
        Ntk = "ntk",
        /// muP: the logits' weights are `base_width / fan_in` times trained ones, and starts and
        /// learning rates change with the width (Yang et al. 2022, Table 8).
        Mup = "mup",
    }
}
