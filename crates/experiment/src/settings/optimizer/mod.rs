//! `[optimizer]`: how weights change.

mod algorithm;
mod phases;
mod schedule;

pub use algorithm::Algorithm;
pub use phases::{Phase, Shape};
pub use schedule::Schedule;

use crate::settings::domain::{Maybe, Real, Whole};
use crate::settings::lists::ListOf;
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

impl Section for Optimizer {
    const MEANING: &'static str = "How weights change";

    fn fields(table: &mut impl Table<Self>) -> Self {
        let kind = table.kind(|optimizer| &optimizer.algorithm, "the rule");
        let learning_rate = learning_rate(kind, table);
        let algorithm = table.parameters(kind, |optimizer| &optimizer.algorithm);
        let (weight_decay, mup_base_width) = rules(kind, table);
        let schedule = table.kinds(
            "schedule",
            Stated::Always,
            |optimizer| &optimizer.schedule,
            "how the learning rate changes",
        );
        let warmup = warmup(table);
        let (clip_norm, clip_value) = clipping(table);
        let layer_rates = layer_rates(table);
        Optimizer {
            algorithm,
            learning_rate,
            weight_decay,
            schedule,
            mup_base_width,
            warmup,
            clip_norm,
            clip_value,
            layer_rates,
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

fn learning_rate(kind: &str, table: &mut impl Table<Optimizer>) -> f64 {
    table.field(
        "learning_rate",
        Stated::Always,
        |optimizer| optimizer.learning_rate,
        Algorithm::usual_rate(kind),
        &Real::POSITIVE,
        "the rate that the schedule starts from",
    )
}

fn rules(kind: &str, table: &mut impl Table<Optimizer>) -> (f64, Option<f64>) {
    let weight_decay = table.field(
        "weight_decay",
        Stated::Always,
        |optimizer| optimizer.weight_decay,
        Algorithm::usual_decay(kind),
        &Real::NON_NEGATIVE,
        "added to the gradient; by adamw, lion and muon taken off the weight",
    );
    let mup_base_width = table.field(
        "mup_base_width",
        Stated::UnlessDefault,
        |optimizer| optimizer.mup_base_width,
        None,
        &Maybe(Real::POSITIVE),
        "adam and adamw: the hidden width that the learning rate is meant for, by muP's rule",
    );
    (weight_decay, mup_base_width)
}

fn warmup(table: &mut impl Table<Optimizer>) -> u64 {
    table.field(
        "warmup",
        Stated::UnlessDefault,
        |optimizer| optimizer.warmup,
        0,
        &Whole(0..=MAX_INTEGER),
        "steps in which the rate rises to `learning_rate`, before the schedule starts",
    )
}

fn clipping(table: &mut impl Table<Optimizer>) -> (Option<f64>, Option<f64>) {
    let clip_norm = table.field(
        "clip_norm",
        Stated::UnlessDefault,
        |optimizer| optimizer.clip_norm,
        None,
        &Maybe(Real::POSITIVE),
        "all gradients of a network together are scaled down to this norm",
    );
    let clip_value = table.field(
        "clip_value",
        Stated::UnlessDefault,
        |optimizer| optimizer.clip_value,
        None,
        &Maybe(Real::POSITIVE),
        "each number of a gradient is held between minus and plus this",
    );
    (clip_norm, clip_value)
}

fn layer_rates(table: &mut impl Table<Optimizer>) -> Vec<f64> {
    table.field(
        "layer_rates",
        Stated::UnlessDefault,
        |optimizer| optimizer.layer_rates.clone(),
        Vec::new(),
        &ListOf(Real::POSITIVE),
        "a factor of the learning rate for each layer",
    )
}
