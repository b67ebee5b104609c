//! What a run has done so far: the loss of every step, every epoch, and why it stopped.

use experiment::{EarlyStop, StopMetric};
use record::{Checkpoint, Epoch, LayerSeries, Step, Validation};

use super::evaluation::Evaluation;
use crate::data::BatchSchedule;
use crate::error::RunError;

/// What a run has done so far.
#[derive(Debug, Default)]
pub(crate) struct History {
    pub(crate) steps: Vec<Step>,
    pub(crate) epochs: Vec<Epoch>,
    /// The validations between epochs.
    pub(crate) validations: Vec<Validation>,
    /// What was measured of layers.
    pub(crate) layers: Option<LayerSeries>,
    /// The weights after the best epoch, where they are kept.
    pub(crate) best_weights: Option<Vec<u8>>,
    /// Why it stopped; `None` while it trains.
    pub(crate) stop: Option<StopReason>,
}

/// Why a run stopped.
#[derive(Debug)]
pub(crate) enum StopReason {
    /// All steps were made.
    Complete,
    /// The validation brought nothing better for so many epochs.
    Early(EarlyStop),
    /// The loss of this step was not finite.
    Diverged(u64),
    /// A signal stopped it, after a checkpoint.
    Interrupted,
    /// A checkpoint could not be written.
    Failed(RunError),
}

impl History {
    /// The history up to a checkpoint.
    pub(crate) fn of(checkpoint: &Checkpoint) -> Self {
        let steps =
            (0..).zip(&checkpoint.losses).map(|(step, &loss)| Step { step, loss }).collect();
        // A checkpoint is checked as a whole: what is in it can be read.
        let layers = LayerSeries::from_bytes(&checkpoint.layers).ok();
        let (epochs, validations) = (checkpoint.epochs.clone(), checkpoint.validations.clone());
        let best_weights =
            Some(checkpoint.best_weights.clone()).filter(|weights| !weights.is_empty());
        History { steps, epochs, validations, layers, best_weights, stop: None }
    }

    /// Steps made so far.
    pub(crate) fn len(&self) -> u64 {
        self.steps.len() as u64
    }

    pub(crate) fn is_training(&self) -> bool {
        self.stop.is_none()
    }

    /// Adds the loss of the next step. A loss that is not finite stops the run; after that, nothing
    /// is added.
    pub(crate) fn log_step(&mut self, loss: f32) {
        if !self.is_training() {
            return;
        }
        let step = self.len();
        self.steps.push(Step { step, loss });
        if !loss.is_finite() {
            self.stop = Some(StopReason::Diverged(step));
            // Where losses are read late, what came after it was measured already.
            if let Some(layers) = &mut self.layers {
                layers.truncate(step);
            }
            self.validations.retain(|validation| validation.steps <= step);
        }
    }

    /// The index of the best epoch by a metric: the first of equal ones, and the first of all if
    /// none has a number.
    pub(crate) fn best_epoch(&self, metric: StopMetric) -> usize {
        let value = |epoch: &Epoch| match metric {
            StopMetric::ValidationLoss => epoch.validation_loss,
            StopMetric::ValidationAccuracy => epoch.validation_accuracy,
        };
        let mut best = 0;
        for (index, epoch) in self.epochs.iter().enumerate() {
            let than = value(&self.epochs[best]);
            if metric.is_better(value(epoch), than) || than.is_nan() && !value(epoch).is_nan() {
                best = index;
            }
        }
        best
    }

    /// Stops the run if its patience is at an end.
    pub(crate) fn stop_early(&mut self, rule: EarlyStop) {
        let waited = self.epochs.len().saturating_sub(1 + self.best_epoch(rule.metric));
        if self.is_training() && waited as u64 >= rule.patience {
            self.stop = Some(StopReason::Early(rule));
        }
    }

    /// Takes away what a run's end leaves that a longer run does not have: the part of an epoch
    /// that was cut off, and the layers after the last step.
    pub(crate) fn reopen(&mut self, steps_per_epoch: u64) {
        self.epochs.retain(|epoch| epoch.steps.is_multiple_of(steps_per_epoch));
        let steps = self.len();
        if let Some(layers) = self.layers.as_mut().filter(|_| steps > 0) {
            layers.truncate(steps - 1);
        }
    }

    /// Adds the epoch that ends, or is cut off, after `done` steps.
    pub(crate) fn log_epoch(
        &mut self,
        schedule: &BatchSchedule,
        done: u64,
        validation: &Evaluation,
    ) {
        let epoch = done.div_ceil(schedule.steps_per_epoch);
        let first = (epoch - 1) * schedule.steps_per_epoch;
        self.epochs.push(Epoch {
            epoch,
            steps: done,
            training_loss: mean_loss(&self.steps[first as usize..], schedule),
            validation_loss: validation.loss(),
            validation_accuracy: validation.accuracy(),
        });
    }
}

/// The mean loss of the images of some steps; batches may differ in size.
fn mean_loss(steps: &[Step], schedule: &BatchSchedule) -> f64 {
    let images = |step: &Step| schedule.batch_len(step.step) as f64;
    let total: f64 = steps.iter().map(|step| f64::from(step.loss) * images(step)).sum();
    total / steps.iter().map(images).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_that_is_not_finite_is_the_last_of_a_run() {
        let mut history = History::default();
        for loss in [2.0, 1.0, f32::NAN, 0.5] {
            history.log_step(loss);
        }
        assert_eq!(history.len(), 3);
        assert!(matches!(history.stop, Some(StopReason::Diverged(2))));
    }

    #[test]
    fn patience_counts_epochs_since_the_first_best_one() {
        let rule = |metric| EarlyStop { metric, patience: 2 };
        let stops = |losses: &[f64], metric| {
            let mut history = History::default();
            for (loss, epoch) in losses.iter().zip(1..) {
                history.epochs.push(Epoch {
                    epoch,
                    steps: epoch,
                    training_loss: 0.0,
                    validation_loss: *loss,
                    validation_accuracy: 1.0 - loss,
                });
                history.stop_early(rule(metric));
                if !history.is_training() {
                    return Some(epoch);
                }
            }
            None
        };
        for metric in [StopMetric::ValidationLoss, StopMetric::ValidationAccuracy] {
            assert_eq!(stops(&[0.5, 0.4, 0.4, 0.45, 0.1], metric), Some(4));
            assert_eq!(stops(&[0.5, 0.6, 0.4, 0.5, 0.3], metric), None);
            assert_eq!(stops(&[f64::NAN, 0.5, 0.6, 0.7], metric), Some(4));
            assert_eq!(stops(&[f64::NAN; 4], metric), Some(3));
        }
    }

    #[test]
    fn an_epochs_training_loss_weighs_a_smaller_last_batch_by_its_images() {
        let schedule = BatchSchedule { images: 5, batch_size: 4, steps_per_epoch: 2, steps: 4 };
        let mut history = History::default();
        [9.0, 9.0, 1.0, 6.0].into_iter().for_each(|loss| history.log_step(loss));
        history.log_epoch(&schedule, 4, &Evaluation::default());
        assert_eq!((history.epochs[0].epoch, history.epochs[0].training_loss), (2, 2.0));
    }
}
