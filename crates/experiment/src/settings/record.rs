//! `[record]`: what is recorded of a run besides its losses. It changes no number of the run, and
//! no part of its id.

use serde_json::{Value as Json, json};

use crate::settings::domain::{Domain, Flag, Maybe, Whole};
use crate::settings::group::NumberForm;
use crate::settings::table::{Section, Stated, Table};
use crate::syntax::{Diagnostics, Spanned, Value, mistyped};

/// What is recorded of a run besides its losses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Whether layers are measured while the run trains.
    pub layers: bool,
    /// At which steps they are.
    pub every: Every,
    /// On how many training images their activations are measured.
    pub images: usize,
    /// After how many steps, and so on, the network is validated; at the end of each epoch it is
    /// anyway.
    pub validate_every: Option<u64>,
    /// Whether the weights of the best epoch are kept beside the last.
    pub best_weights: bool,
    /// Whether a finished run keeps the state of its optimizer, so that it can go on.
    pub final_state: bool,
}

/// At which steps layers are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// At every so many-th step, from step 0 on.
    Steps(u64),
    /// At ten steps of each decade, evenly on a logarithmic scale, and at step 0.
    Log,
}

impl Every {
    /// Steps of each decade, where they are spaced evenly on a logarithmic scale.
    const PER_DECADE: f64 = 10.0;

    /// Whether layers are measured at `step`, from 0.
    ///
    /// ```
    /// use experiment::Every;
    ///
    /// let steps = |every: Every| (0..30).filter(|step| every.is_due(*step)).collect::<Vec<u64>>();
    /// assert_eq!(steps(Every::Steps(10)), [0, 10, 20]);
    /// assert_eq!(steps(Every::Log), [0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25]);
    /// ```
    pub fn is_due(self, step: u64) -> bool {
        match self {
            Every::Steps(every) => step.is_multiple_of(every),
            Every::Log if step == 0 => true,
            Every::Log => {
                let position = (Self::PER_DECADE * (step as f64).log10()).round();
                10f64.powf(position / Self::PER_DECADE).round() as u64 == step
            }
        }
    }

    /// How many of the first `steps` steps are due.
    pub fn count(self, steps: u64) -> u64 {
        match self {
            Every::Steps(every) => steps.div_ceil(every),
            Every::Log => {
                let decades = (steps.max(1) as f64).log10();
                steps.min(2 + (Self::PER_DECADE * decades) as u64)
            }
        }
    }
}

impl Recording {
    /// Bytes of what is recorded of a layer at a step: 11 numbers.
    const BYTES: u64 = 11 * 4;
    /// The most that may be recorded of a run's layers, which are held until the run ends.
    pub(crate) const MOST_BYTES: u64 = 500_000_000;

    /// The bytes of what is recorded of so many layers over so many steps.
    pub(crate) fn bytes(&self, layers: usize, steps: u64) -> u64 {
        let rows = self.every.count(steps).saturating_add(1);
        rows.saturating_mul(layers as u64).saturating_mul(Self::BYTES)
    }
}

impl Default for Recording {
    fn default() -> Self {
        Recording {
            layers: false,
            every: Every::Steps(10),
            images: 100,
            validate_every: None,
            best_weights: false,
            final_state: false,
        }
    }
}

impl Section for Recording {
    const MEANING: &'static str = "What is recorded besides losses; it changes no result";

    fn fields(table: &mut impl Table<Self>) -> Self {
        let default = Recording::default();
        Recording {
            layers: table.field(
                "layers",
                Stated::NotInId,
                |recording| recording.layers,
                default.layers,
                &Flag,
                "whether layers are measured while they train: weights, gradients, updates, \
                 activations",
            ),
            every: table.field(
                "every",
                Stated::NotInId,
                |recording| recording.every,
                default.every,
                &StepsOrLog,
                "layers: at every so many-th step; \"log\" at ten steps of each decade",
            ),
            images: table.field(
                "images",
                Stated::NotInId,
                |recording| recording.images,
                default.images,
                &Whole(2..=10_000),
                "layers: training images on which activations are measured, the same for all runs",
            ),
            validate_every: table.field(
                "validate_every",
                Stated::NotInId,
                |recording| recording.validate_every,
                default.validate_every,
                &Maybe(Whole::COUNT),
                "steps between validations, beside those after each epoch",
            ),
            best_weights: table.field(
                "best_weights",
                Stated::NotInId,
                |recording| recording.best_weights,
                default.best_weights,
                &Flag,
                "whether the weights of the epoch that was best are kept beside the last, by the \
                 metric of `training.stop`",
            ),
            final_state: table.field(
                "final_state",
                Stated::NotInId,
                |recording| recording.final_state,
                default.final_state,
                &Flag,
                "whether a finished run keeps its optimizer's state, so that more epochs go on \
                 from there",
            ),
        }
    }
}

/// A number of steps, or "log".
struct StepsOrLog;

const LOG: &str = "log";

impl Domain<Every> for StepsOrLog {
    fn read(&self, value: &Spanned, name: &str, diagnostics: &Diagnostics) -> Option<Every> {
        match &value.value {
            Value::Text(text) if text.eq_ignore_ascii_case(LOG) => Some(Every::Log),
            Value::Text(_) => mistyped(value, name, &self.takes().replace('`', ""), diagnostics),
            _ => Whole::COUNT.read(value, name, diagnostics).map(Every::Steps),
        }
    }

    fn write(&self, value: &Every) -> Option<toml::Value> {
        match value {
            Every::Steps(steps) => Whole::COUNT.write(steps),
            Every::Log => Some(LOG.into()),
        }
    }

    fn takes(&self) -> String {
        format!("{}, or `\"{LOG}\"`", Domain::<u64>::takes(&Whole::COUNT))
    }

    fn schema(&self) -> Json {
        json!({ "anyOf": [Domain::<u64>::schema(&Whole::COUNT), { "enum": [LOG] }] })
    }

    fn numbers(&self) -> &'static [(&'static str, NumberForm)] {
        &[("", NumberForm::Whole)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_of_due_steps_is_that_of_the_steps_or_a_little_more() {
        for every in [Every::Steps(1), Every::Steps(7), Every::Log] {
            for steps in [1, 2, 9, 10, 11, 100, 858, 12_345] {
                let due = (0..steps).filter(|step| every.is_due(*step)).count() as u64;
                let most = every.count(steps);
                assert!(due <= most && most <= due + 4, "{every:?} {steps}: {due} {most}");
            }
        }
    }
}
