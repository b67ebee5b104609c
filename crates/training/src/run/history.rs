//! What a run has done so far: the loss of every step, every epoch, and why it stopped.

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
    /// Why it stopped; `None` while it trains.
    pub(crate) stop: Option<StopReason>,
}

/// Why a run stopped.
#[derive(Debug)]
pub(crate) enum StopReason {
    /// All steps were made.
    Complete,
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
        History { steps, epochs, validations, layers, stop: None }
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
    fn an_epochs_training_loss_weighs_a_smaller_last_batch_by_its_images() {
        let schedule = BatchSchedule { images: 5, batch_size: 4, steps_per_epoch: 2, steps: 4 };
        let mut history = History::default();
        [9.0, 9.0, 1.0, 6.0].into_iter().for_each(|loss| history.log_step(loss));
        history.log_epoch(&schedule, 4, &Evaluation::default());
        assert_eq!((history.epochs[0].epoch, history.epochs[0].training_loss), (2, 2.0));
    }
}
