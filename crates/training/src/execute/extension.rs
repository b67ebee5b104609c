//! A finished run that is asked to train longer: whether it can go on from its end.
//!
//! It can if nothing but its length changed, no learning rate depends on that, and it kept its
//! final state. It then has the bits of a run that was as long from the beginning.

use experiment::{Length, RunSpec, Schedule};
use record::{RunRecord, Status};

/// Whether a run can go on from the end of a record that lies in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Extension {
    /// The record is of something else.
    None,
    /// It can.
    Possible,
    /// It is the same run, shorter, but it cannot, for this reason.
    Impossible(String),
}

impl Extension {
    pub(super) fn of(spec: &RunSpec, record: &RunRecord, has_state: bool) -> Self {
        if !is_shorter(spec, record) {
            return Extension::None;
        }
        let schedule = match &spec.settings.optimizer.schedule {
            Schedule::Constant
            | Schedule::Exponential { .. }
            | Schedule::Step { .. }
            | Schedule::MultiStep { .. } => None,
            Schedule::Linear { .. } => Some("linear"),
            Schedule::Cosine { .. } => Some("cosine"),
            Schedule::OneCycle { .. } => Some("one_cycle"),
            // A last phase without steps leads to the end of the run.
            Schedule::Phases { phases } => {
                phases.last().filter(|phase| phase.steps.is_none()).map(|_| "phases")
            }
        };
        if let Some(schedule) = schedule {
            return Extension::Impossible(format!(
                "`optimizer.schedule = \"{schedule}\"` sets every learning rate by the length"
            ));
        }
        if record.status != Status::Finished {
            return Extension::Impossible(format!("it is {}", record.status));
        }
        if record.steps < record.steps_planned {
            return Extension::Impossible("it had stopped early".to_owned());
        }
        if !has_state {
            return Extension::Impossible(
                "it kept no state of its optimizer (`record.final_state = true` keeps it)"
                    .to_owned(),
            );
        }
        Extension::Possible
    }
}

/// Whether the record is of the same run with fewer epochs or steps.
fn is_shorter(spec: &RunSpec, record: &RunRecord) -> bool {
    let number = |name: &str| record.settings.get(name).and_then(serde_json::Value::as_u64);
    let recorded = match (number("training.max_steps"), number("training.epochs")) {
        (Some(steps), _) => Length::Steps(steps),
        (None, Some(epochs)) => Length::Epochs(epochs),
        (None, None) => return false,
    };
    let is_longer = match (spec.settings.training.length, recorded) {
        (Length::Epochs(now), Length::Epochs(then)) => now > then,
        (Length::Steps(now), _) => now > record.steps_planned,
        // How many steps an epoch has is not known here; a record that is too long is refused when
        // its state is read.
        (Length::Epochs(_), Length::Steps(_)) => true,
    };
    is_longer && spec.with_length(recorded).id() == record.id
}
