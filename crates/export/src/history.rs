//! The numbers of a run over its steps, and when they came about, for programs that show them so.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use record::{Epoch, Metrics, Run, RunRecord};

/// A number over the steps of a run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scalar {
    /// Its name.
    pub(crate) name: &'static str,
    /// Steps and values. What is of a step has its number, from 0; what comes after some steps has
    /// how many they were.
    pub(crate) points: Vec<(u64, f64)>,
}

/// Every number of the run: the losses of the steps, what each epoch ended with, and what came out
/// last.
pub(crate) fn scalars(run: &Run) -> Vec<Scalar> {
    let of_epochs = |name, of: fn(&Epoch) -> f64| Scalar {
        name,
        points: run.epochs.iter().map(|epoch| (epoch.steps, of(epoch))).collect(),
    };
    let at_the_end = |name, of: fn(&Metrics) -> f64| Scalar {
        name,
        points: run.record.metrics.iter().map(|metrics| (run.record.steps, of(metrics))).collect(),
    };
    let loss = run.steps.iter().map(|step| (step.step, f64::from(step.loss)));
    let all = [
        Scalar { name: "loss", points: loss.collect() },
        of_epochs("training_loss", |epoch| epoch.training_loss),
        of_epochs("validation_loss", |epoch| epoch.validation_loss),
        of_epochs("validation_accuracy", |epoch| epoch.validation_accuracy),
        at_the_end("test_loss", |metrics| metrics.test_loss),
        at_the_end("test_accuracy", |metrics| metrics.test_accuracy),
    ];
    all.into_iter().filter(|scalar| !scalar.points.is_empty()).collect()
}

/// When a run was at which step, as if all steps took equally long and nothing had interrupted it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Clock {
    start: f64,
    seconds_a_step: f64,
    steps: u64,
}

impl Clock {
    pub(crate) fn of(record: &RunRecord) -> Self {
        let start = humantime::parse_rfc3339(&record.provenance.started).ok();
        let since = |start: SystemTime| start.duration_since(UNIX_EPOCH).ok();
        Clock {
            start: start.and_then(since).unwrap_or(Duration::ZERO).as_secs_f64(),
            seconds_a_step: record.provenance.training_seconds / record.steps.max(1) as f64,
            steps: record.steps,
        }
    }

    /// Seconds since 1970 after so many steps.
    pub(crate) fn after(&self, steps: u64) -> f64 {
        self.start + self.seconds_a_step * steps as f64
    }

    /// Seconds since 1970 when the run began.
    pub(crate) fn start(&self) -> f64 {
        self.start
    }

    /// Seconds since 1970 after the last step.
    pub(crate) fn end(&self) -> f64 {
        self.after(self.steps)
    }
}
