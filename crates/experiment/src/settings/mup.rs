//! What muP makes of a layer: factors of its start and of its learning rates.
//!
//! Yang et al. 2022 (Tensor Programs V, 2203.03466), Table 8, relative to a network whose hidden
//! layers have the base width. With `n` the fan-in and `m` the fan-out over those of the base:
//!
//! | | input weights and biases | hidden weights | output weights |
//! | --- | --- | --- | --- |
//! | variance of the start | 1 | 1/n | 1 |
//! | multiplier | 1 | 1 | 1/n |
//! | rate of SGD | m | m/n | n |
//! | rate of Adam and its kin | 1 | 1/n | 1 |
//!
//! The multiplier belongs to the network, which starts from the weights with it.

use initializers::{Initializer, TensorSpec};

use crate::settings::run::Settings;

/// Factors of one layer: of what its initializers draw, or of its learning rates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MupFactors {
    /// Of the weight; of its start, with the multiplier of the last layer.
    pub weight: f64,
    /// Of the bias; the rates of a norm's scale and shift are as the bias's.
    pub bias: f64,
}

/// A layer by the side of its like in the base network.
struct Pair {
    layer: TensorSpec,
    base: TensorSpec,
    is_hidden: bool,
}

impl Pair {
    fn fan_in(&self) -> f64 {
        self.layer.fan_in() as f64 / self.base.fan_in() as f64
    }

    fn fan_out(&self) -> f64 {
        self.layer.fan_out() as f64 / self.base.fan_out() as f64
    }
}

impl Settings {
    /// The factors of every layer's start under muP of this base width.
    ///
    /// # Errors
    /// The first layer, from 1, whose initializer has no standard deviation that could be scaled,
    /// and the initializer's name.
    pub fn mup_starts(&self, base_width: usize) -> Result<Vec<MupFactors>, (usize, &'static str)> {
        let layer = |(index, pair): (usize, Pair)| {
            let init = self.init.layer(index + 1);
            let wide = |initializer: &Initializer, target: &TensorSpec, base: &TensorSpec| {
                scale_to(initializer, target, base).ok_or((index + 1, initializer.kind().name))
            };
            let n = pair.fan_in();
            let start = if pair.is_hidden { 1.0 / n.sqrt() } else { 1.0 / n };
            Ok(MupFactors {
                weight: start * wide(&init.weight, &pair.layer, &pair.base)?,
                bias: wide(&init.bias, &pair.layer.bias(), &pair.base.bias())?,
            })
        };
        self.beside_base(base_width).into_iter().enumerate().map(layer).collect()
    }

    /// The factors of every layer's learning rates under muP of this base width.
    pub fn mup_rates(&self, base_width: usize) -> Vec<MupFactors> {
        let is_adaptive = self.optimizer.algorithm.is_adaptive();
        let layer = |pair: &Pair| {
            let (n, m) = (pair.fan_in(), pair.fan_out());
            MupFactors {
                weight: match (is_adaptive, pair.is_hidden) {
                    (true, true) => 1.0 / n,
                    (true, false) => 1.0,
                    (false, true) => m / n,
                    // Of the first layer n is 1, and of the last one m.
                    (false, false) => m * n,
                },
                bias: if is_adaptive { 1.0 } else { m },
            }
        };
        self.beside_base(base_width).iter().map(layer).collect()
    }

    fn beside_base(&self, base_width: usize) -> Vec<Pair> {
        let mut base = self.model.widths();
        let last = base.len() - 1;
        base[1..last].fill(base_width);
        let base = TensorSpec::network(&base, self.model.activation);
        let layers = self.model.targets().into_iter().zip(base).enumerate();
        let pair =
            |(index, (layer, base))| Pair { layer, base, is_hidden: index > 0 && index + 1 < last };
        layers.map(pair).collect()
    }
}

/// The standard deviation for `base` over that for `target`; `None` where one is not known or 0.
fn scale_to(initializer: &Initializer, target: &TensorSpec, base: &TensorSpec) -> Option<f64> {
    if *initializer == Initializer::Zeros {
        return Some(1.0);
    }
    let factor = initializer.std(base)? / initializer.std(target)?;
    (factor.is_finite() && factor > 0.0).then_some(factor)
}
