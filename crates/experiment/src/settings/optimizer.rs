//! `[optimizer]`: how weights change.

use crate::settings::domain::{Flag, In32Bits, Maybe, Pair, Real};
use crate::settings::kinds::kinds;
use crate::settings::table::{Section, Stated, Table};
use crate::syntax::{Diagnostic, SectionReader};

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
    }
}

kinds! {
    /// How the learning rate changes over a run.
    #[derive(Debug, Clone, Copy, PartialEq)]
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
            if kind == "sgd" { 0.01 } else { 0.001 },
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
        Optimizer { algorithm, learning_rate, weight_decay, schedule, mup_base_width }
    }

    fn check(&self, section: &SectionReader<'_>) {
        let report = |key, message| {
            if let Some(span) = section.key_span(key) {
                section.diagnostics.report(Diagnostic::at(span, message));
            }
        };
        if let Algorithm::Sgd { momentum: 0.0, nesterov: true } = self.algorithm {
            report("nesterov", "`optimizer.nesterov` needs a `momentum` above 0");
        }
        if let (Algorithm::Sgd { .. }, Some(_)) = (self.algorithm, self.mup_base_width) {
            let message =
                "`optimizer.mup_base_width` is a rule for `adam` and `adamw`, not for `sgd`";
            report("mup_base_width", message);
        }
    }
}
