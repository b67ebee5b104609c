//! `[optimizer]`: how weights change.

use crate::settings::domain::{Flag, In32Bits, Maybe, Pair, Real, Whole};
use crate::settings::kinds::kinds;
use crate::settings::lists::{Indices, ListOf};
use crate::settings::table::{Kinds, Section, Stated, Table};
use crate::syntax::{Diagnostic, MAX_INTEGER, SectionReader};

/// How weights change.
#[derive(Debug, Clone, PartialEq)]
pub struct Optimizer {
    /// The rule.
    pub algorithm: Algorithm,
    /// The learning rate that a schedule starts from.
    pub learning_rate: f64,
    /// Weight decay: added to the gradient (L2) by Adam and SGD, taken off the weight by AdamW.
    pub weight_decay: f64,
    /// How the learning rate changes.
    pub schedule: Schedule,
    /// The hidden width for which the learning rate is meant, where the layers' rates follow muP's
    /// rule for Adam ([`initializers::mup_adam_multiplier`]); `None` where all layers have the
    /// same.
    pub mup_base_width: Option<f64>,
    /// Steps in which the learning rate rises to its value, before the schedule starts.
    pub warmup: u64,
    /// The most that the norm of all gradients of a network together may be.
    pub clip_norm: Option<f64>,
    /// The most that a number of a gradient may be, without its sign.
    pub clip_value: Option<f64>,
    /// A factor of the learning rate for each layer; empty if all have the same.
    pub layer_rates: Vec<f64>,
}

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
    }
}

kinds! {
    /// How the learning rate changes over a run.
    #[derive(Debug, Clone, PartialEq)]
    pub enum Schedule {
        /// the rate does not change
        Constant = "constant"
        /// in a straight line to `end` times the rate at the last step
        Linear = "linear" {
            /// the last learning rate over the first
            end: f64 = 0.0, Real::FRACTION, Stated::Always;
        }
        /// along half a cosine to `end` times the rate at the last step (Loshchilov & Hutter 2017)
        Cosine = "cosine" {
            /// the last learning rate over the first
            end: f64 = 0.0, Real::FRACTION, Stated::Always;
        }
        /// times `gamma` each step
        Exponential = "exponential" {
            /// the factor of each step
            gamma: f64 = 1.0, Real::FACTOR, Stated::Always;
        }
        /// times `gamma` after every so many steps
        Step = "step" {
            /// steps between two changes
            every: u64 = 100, Whole::COUNT, Stated::Always;
            /// the factor of each change
            gamma: f64 = 0.7, Real::FACTOR, Stated::Always;
        }
        /// times `gamma` after each of some steps
        MultiStep = "multistep" {
            /// the steps after which the rate changes
            milestones: Vec<usize> = Vec::new(), Indices, Stated::Always;
            /// the factor of each change
            gamma: f64 = 0.1, Real::FACTOR, Stated::Always;
        }
        /// up and down along half cosines; `learning_rate` is the peak (Smith & Topin 2018)
        OneCycle = "one_cycle" {
            /// the share of the steps up to the peak
            rise: f64 = 0.3, Real::FRACTION, Stated::Always;
            /// the first rate over the peak
            start: f64 = 0.04, Real::FRACTION, Stated::Always;
            /// the last rate over the peak
            end: f64 = 4e-6, Real::FRACTION, Stated::Always;
        }
    }
}

impl Section for Optimizer {
    const MEANING: &'static str = "How weights change";

    fn fields(table: &mut impl Table<Self>) -> Self {
        let kind = table.kind(|optimizer| &optimizer.algorithm, "the rule");
        let learning_rate = table.field(
            "learning_rate",
            Stated::Always,
            |optimizer| optimizer.learning_rate,
            match kind {
                "sgd" | "rmsprop" | "adagrad" => 0.01,
                "lion" => 1e-4,
                _ => 0.001,
            },
            &Real::POSITIVE,
            "the rate that the schedule starts from",
        );
        let algorithm = table.parameters(kind, |optimizer| &optimizer.algorithm);
        let weight_decay = table.field(
            "weight_decay",
            Stated::Always,
            |optimizer| optimizer.weight_decay,
            if kind == "adamw" { 0.01 } else { 0.0 },
            &Real::NON_NEGATIVE,
            "added to the gradient; by adamw taken off the weight",
        );
        let mup_base_width = table.field(
            "mup_base_width",
            Stated::UnlessDefault,
            |optimizer| optimizer.mup_base_width,
            None,
            &Maybe(Real::POSITIVE),
            "adam and adamw: the hidden width that the learning rate is meant for, by muP's rule",
        );
        let schedule = table.kinds(
            "schedule",
            Stated::Always,
            |optimizer| &optimizer.schedule,
            "how the learning rate changes",
        );
        Optimizer {
            algorithm,
            learning_rate,
            weight_decay,
            schedule,
            mup_base_width,
            warmup: table.field(
                "warmup",
                Stated::UnlessDefault,
                |optimizer| optimizer.warmup,
                0,
                &Whole(0..=MAX_INTEGER),
                "steps in which the rate rises to `learning_rate`, before the schedule starts",
            ),
            clip_norm: table.field(
                "clip_norm",
                Stated::UnlessDefault,
                |optimizer| optimizer.clip_norm,
                None,
                &Maybe(Real::POSITIVE),
                "all gradients of a network together are scaled down to this norm",
            ),
            clip_value: table.field(
                "clip_value",
                Stated::UnlessDefault,
                |optimizer| optimizer.clip_value,
                None,
                &Maybe(Real::POSITIVE),
                "each number of a gradient is held between minus and plus this",
            ),
            layer_rates: table.field(
                "layer_rates",
                Stated::UnlessDefault,
                |optimizer| optimizer.layer_rates.clone(),
                Vec::new(),
                &ListOf(Real::POSITIVE),
                "a factor of the learning rate for each layer",
            ),
        }
    }

    fn check(&self, section: &SectionReader<'_>) {
        let report = |key, message: &str| {
            if let Some(span) = section.key_span(key) {
                section.diagnostics.report(Diagnostic::at(span, message));
            }
        };
        if let Algorithm::Sgd { momentum: 0.0, nesterov: true } = self.algorithm {
            report("nesterov", "`optimizer.nesterov` needs a `momentum` above 0");
        }
        let is_adam = matches!(self.algorithm, Algorithm::Adam { .. } | Algorithm::AdamW { .. });
        if self.mup_base_width.is_some() && !is_adam {
            let message = format!(
                "`optimizer.mup_base_width` is a rule for `adam` and `adamw`, not for `{}`",
                self.algorithm.kind()
            );
            report("mup_base_width", &message);
        }
    }
}
