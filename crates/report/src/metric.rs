//! What arms are compared by: the number that a run has for a metric, which way is better, how it
//! is written.

use std::fmt;
use std::str::FromStr;

use record::{Metrics, Run, Status};

use crate::number::shortest;
use crate::quantity::{Quantity, Unit};

/// A number that every run has.
///
/// A run that diverged is a result, and a bad one: its losses and its times and steps to anything
/// are infinite; its accuracies are those that were recorded when it stopped.
///
/// ```
/// use report::Metric;
///
/// assert_eq!("test_accuracy".parse::<Metric>()?, Metric::TestAccuracy);
/// assert_eq!("steps_to_loss=0.5".parse::<Metric>()?, Metric::StepsToLoss(0.5));
/// assert!("accuracy".parse::<Metric>().unwrap_err().to_string().contains("validation_accuracy"));
/// # Ok::<(), report::UnknownMetric>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Metric {
    /// Share of the validation images classified rightly after the last step, 0 to 1.
    #[default]
    ValidationAccuracy,
    /// Mean loss over the validation images after the last step.
    ValidationLoss,
    /// Share of the test images classified rightly after the last step, 0 to 1.
    TestAccuracy,
    /// Mean loss over the test images after the last step.
    TestLoss,
    /// Loss of the last step's batch.
    LastBatchLoss,
    /// Seconds spent in training, validation included.
    TrainingSeconds,
    /// The first step whose recorded batch loss is at or below the threshold; infinite if there is
    /// none. Losses of single batches are noisy: thresholds well inside the curve tell more than
    /// those near its end.
    StepsToLoss(f64),
    /// Steps made at the end of the first epoch whose validation accuracy is at or above the
    /// threshold (0 to 1); infinite if there is none.
    StepsToAccuracy(f64),
}

/// A name that no metric has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown metric `{0}`: it is one of {names}", names = Metric::NAMES.join(", "))]
pub struct UnknownMetric(String);

impl Metric {
    /// How each metric is spelled; the last two take a threshold in place of the number.
    pub const NAMES: [&str; 8] = [
        "validation_accuracy",
        "validation_loss",
        "test_accuracy",
        "test_loss",
        "last_batch_loss",
        "training_seconds",
        "steps_to_loss=0.5",
        "steps_to_accuracy=0.95",
    ];

    /// The number that `run` has. It is never NaN.
    pub fn of(self, run: &Run) -> f64 {
        let record = &run.record;
        if let Some(value) =
            self.of_record(record.status, record.metrics, record.provenance.training_seconds)
        {
            return value;
        }
        let reached = match self {
            Metric::StepsToLoss(threshold) => run
                .steps
                .iter()
                .find(|step| f64::from(step.loss) <= threshold)
                .map(|step| step.step),
            Metric::StepsToAccuracy(threshold) => run
                .epochs
                .iter()
                .find(|epoch| epoch.validation_accuracy >= threshold)
                .map(|epoch| epoch.steps),
            _ => None,
        };
        reached.map_or(f64::INFINITY, |steps| steps as f64)
    }

    /// The number that a run has of which these fields of its record are known; none for the
    /// metrics that are taken from the series.
    pub(crate) fn of_record(
        self,
        status: Status,
        metrics: Option<Metrics>,
        training_seconds: f64,
    ) -> Option<f64> {
        let accuracy = |accuracy: Option<f64>| accuracy.filter(|a| a.is_finite()).unwrap_or(0.0);
        let finished = status != Status::Diverged;
        let cost = |cost: Option<f64>| {
            cost.filter(|cost| finished && cost.is_finite()).unwrap_or(f64::INFINITY)
        };
        match self {
            Metric::ValidationAccuracy => Some(accuracy(metrics.map(|m| m.validation_accuracy))),
            Metric::TestAccuracy => Some(accuracy(metrics.map(|m| m.test_accuracy))),
            Metric::ValidationLoss => Some(cost(metrics.map(|m| m.validation_loss))),
            Metric::TestLoss => Some(cost(metrics.map(|m| m.test_loss))),
            Metric::LastBatchLoss => Some(cost(metrics.map(|m| m.last_batch_loss))),
            Metric::TrainingSeconds => Some(cost(Some(training_seconds))),
            Metric::StepsToLoss(_) | Metric::StepsToAccuracy(_) => None,
        }
    }

    /// What it is to those who compare by it.
    pub fn quantity(self) -> Quantity {
        let (unit, high) = match self {
            Metric::ValidationAccuracy | Metric::TestAccuracy => (Unit::Share, 1.0),
            Metric::TrainingSeconds => (Unit::Seconds, f64::INFINITY),
            Metric::StepsToLoss(_) | Metric::StepsToAccuracy(_) => (Unit::Steps, f64::INFINITY),
            _ => (Unit::Number, f64::INFINITY),
        };
        Quantity {
            name: self.to_string(),
            title: self.title(),
            higher_is_better: unit == Unit::Share,
            unit,
            range: (0.0, high),
        }
    }

    fn title(self) -> String {
        match self {
            Metric::ValidationAccuracy => "validation accuracy".to_owned(),
            Metric::ValidationLoss => "validation loss".to_owned(),
            Metric::TestAccuracy => "test accuracy".to_owned(),
            Metric::TestLoss => "test loss".to_owned(),
            Metric::LastBatchLoss => "loss of the last batch".to_owned(),
            Metric::TrainingSeconds => "training time".to_owned(),
            Metric::StepsToLoss(threshold) => format!("steps to a loss of {threshold}"),
            Metric::StepsToAccuracy(threshold) => {
                let percent = shortest(threshold * 100.0, 6);
                format!("steps to a validation accuracy of {percent} %")
            }
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Metric::ValidationAccuracy => f.write_str("validation_accuracy"),
            Metric::ValidationLoss => f.write_str("validation_loss"),
            Metric::TestAccuracy => f.write_str("test_accuracy"),
            Metric::TestLoss => f.write_str("test_loss"),
            Metric::LastBatchLoss => f.write_str("last_batch_loss"),
            Metric::TrainingSeconds => f.write_str("training_seconds"),
            Metric::StepsToLoss(threshold) => write!(f, "steps_to_loss={threshold}"),
            Metric::StepsToAccuracy(threshold) => write!(f, "steps_to_accuracy={threshold}"),
        }
    }
}

impl FromStr for Metric {
    type Err = UnknownMetric;

    fn from_str(text: &str) -> Result<Metric, UnknownMetric> {
        let unknown = || UnknownMetric(text.to_owned());
        if let Some((name, threshold)) = text.split_once('=') {
            let threshold: f64 = threshold
                .trim()
                .parse()
                .ok()
                .filter(|t: &f64| t.is_finite())
                .ok_or_else(unknown)?;
            return match name.trim() {
                "steps_to_loss" => Ok(Metric::StepsToLoss(threshold)),
                "steps_to_accuracy" if (0.0..=1.0).contains(&threshold) => {
                    Ok(Metric::StepsToAccuracy(threshold))
                }
                _ => Err(unknown()),
            };
        }
        [
            Metric::ValidationAccuracy,
            Metric::ValidationLoss,
            Metric::TestAccuracy,
            Metric::TestLoss,
            Metric::LastBatchLoss,
            Metric::TrainingSeconds,
        ]
        .into_iter()
        .find(|metric| metric.to_string() == text)
        .ok_or_else(unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_as_itself() {
        for name in Metric::NAMES {
            assert_eq!(name.parse::<Metric>().unwrap().to_string(), name);
        }
        for name in [
            "",
            "loss",
            "steps_to_loss",
            "steps_to_loss=",
            "steps_to_loss=NaN",
            "steps_to_accuracy=95",
            "test_loss=1",
        ] {
            assert!(name.parse::<Metric>().is_err(), "{name}");
        }
    }

    #[test]
    fn values_are_written_in_the_unit_of_their_metric() {
        let accuracy = Metric::ValidationAccuracy.quantity();
        assert_eq!(accuracy.say(0.9712), "97.12 %");
        assert_eq!(accuracy.say_difference(-0.00123), "−0.12 points");
        assert_eq!(accuracy.show(-0.00001), "−0.0010");
        let loss = Metric::ValidationLoss.quantity();
        assert_eq!((loss.say(0.07123), loss.say(2.14e-5)), ("0.0712".into(), "2.14e-5".into()));
        assert_eq!((loss.say(372.644), loss.say(f64::INFINITY)), ("372.6".into(), "∞".into()));
        assert_eq!(Metric::StepsToLoss(0.5).quantity().say_difference(41.0), "41 steps");
    }
}
