//! The rules by which weights change.

use crate::settings::domain::{Flag, In32Bits, Pair, Real};
use crate::settings::kinds::kinds;
use crate::settings::table::Stated;

kinds! {
    /// The rule by which weights change.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub enum Algorithm {
        /// Adam (Kingma & Ba 2015)
        Adam = "adam" {
            /// decay of the first and of the second moment
            betas: [f64; 2] = [0.9, 0.999], Pair(Real::DECAY), Stated::Always;
            /// what keeps the division from zero
            epsilon: f64 = 1e-8, In32Bits(Real::POSITIVE), Stated::Always;
        }
        /// Adam with decoupled weight decay (Loshchilov & Hutter 2019)
        AdamW = "adamw" {
            /// decay of the first and of the second moment
            betas: [f64; 2] = [0.9, 0.999], Pair(Real::DECAY), Stated::Always;
            /// what keeps the division from zero
            epsilon: f64 = 1e-8, In32Bits(Real::POSITIVE), Stated::Always;
        }
        /// stochastic gradient descent, with momentum where it is above 0
        Sgd = "sgd" {
            /// the momentum's decay
            momentum: f64 = 0.0, Real::DECAY, Stated::Always;
            /// Nesterov's momentum, where there is momentum
            nesterov: bool = false, Flag, Stated::Always;
        }
        /// RMSprop (Hinton 2012), as in PyTorch
        RmsProp = "rmsprop" {
            /// decay of the mean square of gradients
            alpha: f64 = 0.99, Real::DECAY, Stated::Always;
            /// added to the root of the mean square
            epsilon: f64 = 1e-8, In32Bits(Real::POSITIVE), Stated::Always;
            /// the momentum's decay
            momentum: f64 = 0.0, Real::DECAY, Stated::Always;
            /// whether the variance of gradients takes the place of their mean square
            centered: bool = false, Flag, Stated::Always;
        }
        /// Adagrad (Duchi, Hazan & Singer 2011)
        AdaGrad = "adagrad" {
            /// added to the root of the sum of squares
            epsilon: f64 = 1e-10, In32Bits(Real::POSITIVE), Stated::Always;
            /// the rate of step t (from 0) is divided by 1 + t times this
            rate_decay: f64 = 0.0, Real::NON_NEGATIVE, Stated::Always;
        }
        /// Lion (Chen et al. 2023): steps by the sign of the momentum
        Lion = "lion" {
            /// decay of the momentum in the step, and of the momentum that is kept
            betas: [f64; 2] = [0.9, 0.99], Pair(Real::DECAY), Stated::Always;
        }
        /// Muon (Jordan et al. 2024) for the weights between hidden layers, AdamW for all else
        Muon = "muon" {
            /// the momentum's decay
            momentum: f64 = 0.95, Real::DECAY, Stated::Always;
            /// Nesterov's momentum
            nesterov: bool = true, Flag, Stated::Always;
        }
    }
}

impl Algorithm {
    /// Whether the size of a step hardly depends on the size of the gradient.
    pub fn is_adaptive(&self) -> bool {
        !matches!(self, Algorithm::Sgd { .. })
    }

    /// The learning rate where none is given, of the kind of that name.
    pub(super) fn usual_rate(kind: &str) -> f64 {
        match kind {
            "sgd" | "rmsprop" | "adagrad" => 0.01,
            "lion" => 1e-4,
            _ => 0.001,
        }
    }

    /// The weight decay where none is given, of the kind of that name.
    pub(super) fn usual_decay(kind: &str) -> f64 {
        match kind {
            "adamw" => 0.01,
            _ => 0.0,
        }
    }
}
