//! The training loop, as a strategy of burn's learner: burn's own counts in epochs and keeps no loss of a single step;
//! this one counts in steps, records each one's loss, leaves checkpoints, and stops where a loss is no longer finite or a
//! person says so.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use burn::module::Module;
use burn::tensor::Tensor;
use burn::train::{
    InferenceStep, Learner, SupervisedLearningStrategy, SupervisedTrainingEventProcessor, TrainLoader,
    TrainingComponents, ValidLoader,
};
use experiment::{RecordLoss, RunSpec};
use record::{CHECKPOINT_FORMAT, Checkpoint, Epoch, Provenance, Step};

use crate::checkpoint::States;
use crate::classifier::{Classifier, Judgement};
use crate::desk::Desk;
use crate::execute::RunError;
use crate::observer::Observer;

/// Losses are read back from the device so many steps at a time, since each reading waits for the device. A CPU has
/// nothing to wait for.
const STEPS_BETWEEN_READINGS: u64 = 64;
/// A batch's accuracy, which only progress shows, is computed every so many steps.
const STEPS_BETWEEN_ACCURACIES: u64 = 16;

/// Counts in steps. One serves one run.
pub(crate) struct StepByStep {
    pub(crate) spec: RunSpec,
    /// Training images.
    pub(crate) images: u64,
    pub(crate) steps_per_epoch: u64,
    pub(crate) steps: u64,
    /// Whether reading a loss at each step costs a wait for the device.
    pub(crate) read_late: bool,
    pub(crate) interrupt: Arc<AtomicBool>,
    pub(crate) observer: Arc<dyn Observer>,
    /// Where checkpoints go.
    pub(crate) desk: Desk,
    pub(crate) states: States,
    /// What checkpoints say of where they come from; the seconds are those of the parts before this one.
    pub(crate) provenance: Provenance,
    pub(crate) started: Instant,
    /// The series so far, then all of it; or why there is none.
    pub(crate) result: Mutex<Result<Series, RunError>>,
}

/// The series of a run so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Series {
    pub(crate) steps: Vec<Step>,
    pub(crate) epochs: Vec<Epoch>,
    pub(crate) end: End,
}

/// Why a run's loop ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum End {
    /// All steps were made.
    #[default]
    Complete,
    /// The loss of this step was not finite.
    Diverged(u64),
    /// A person or a scheduler said so, and there is a checkpoint.
    Interrupted,
}

impl SupervisedLearningStrategy<Classifier> for StepByStep {
    fn fit(
        &self,
        components: TrainingComponents<Classifier>,
        mut learner: Learner<Classifier>,
        training: TrainLoader<Classifier>,
        validation: ValidLoader<Classifier>,
        _starting_epoch: usize,
    ) -> (Classifier, SupervisedTrainingEventProcessor<Classifier>) {
        let TrainingComponents { mut checkpointer, event_store, interrupter, event_processor, .. } = components;
        let mut series = self.take_result().unwrap_or_default();
        let mut late = Vec::new();
        let start = series.steps.len() as u64;
        for (step, batch) in (start..).zip(training.iter()) {
            let batch = match batch {
                Ok(batch) => batch,
                Err(error) => {
                    interrupter.fail(error);
                    break;
                }
            };
            let again = (self.spec.settings.training.record_loss == RecordLoss::AfterUpdate).then(|| batch.clone());
            let output = learner.train_step(batch);
            learner.lr_step();
            learner.optimizer_step(output.grads);
            let judgement = match again {
                Some(batch) => InferenceStep::step(&learner.model().valid(), batch),
                None => output.item,
            };
            let accuracy = (!self.read_late && step % STEPS_BETWEEN_ACCURACIES == 0).then(|| judgement.accuracy());
            late.push(judgement.losses);
            let done = step + 1;
            let epoch_ends = done % self.steps_per_epoch == 0 || done == self.steps;
            let interrupted = self.interrupt.load(Ordering::Relaxed);
            // After the last step there is a record.
            let saves = done < self.steps && (epoch_ends || interrupted || self.is_checkpoint(done));
            if !self.read_late || epoch_ends || saves || done % STEPS_BETWEEN_READINGS == 0 {
                series.read(&mut late);
            }
            if let (Some(last), true) = (series.steps.last(), late.is_empty()) {
                self.observer.stepped(&self.spec, done, last.loss, accuracy);
            }
            let diverged = matches!(series.end, End::Diverged(_));
            if epoch_ends || diverged {
                self.validate(&learner, &validation, done, &mut series);
            }
            if diverged {
                break;
            }
            if let (true, Some(checkpointer)) = (saves, &mut checkpointer) {
                let states = self.states.of(&learner, checkpointer, &event_store).map_err(RunError::Failed);
                if let Err(error) = states.and_then(|states| self.save(&series, states)) {
                    self.exchange_result(Err(error)).ok();
                    return (learner.model(), event_processor);
                }
            }
            if interrupted && done < self.steps {
                series.end = End::Interrupted;
                break;
            }
        }
        self.exchange_result(Ok(series)).ok();
        (learner.model(), event_processor)
    }
}

impl StepByStep {
    /// The series, or why there is none, once the learner is done.
    pub(crate) fn take_result(&self) -> Result<Series, RunError> {
        self.exchange_result(Ok(Series::default()))
    }

    fn exchange_result(&self, result: Result<Series, RunError>) -> Result<Series, RunError> {
        // A panic that left the lock poisoned has ended the run already.
        std::mem::replace(&mut *self.result.lock().unwrap_or_else(PoisonError::into_inner), result)
    }

    /// Seconds of training, over all parts of the run.
    pub(crate) fn seconds(&self) -> f64 {
        self.provenance.training_seconds + self.started.elapsed().as_secs_f64()
    }

    fn is_checkpoint(&self, done: u64) -> bool {
        self.spec.settings.training.checkpoint_every.is_some_and(|every| done.is_multiple_of(every))
    }

    fn save(&self, series: &Series, [model, optimizer, scheduler]: [Vec<u8>; 3]) -> Result<(), RunError> {
        let checkpoint = Checkpoint {
            format: CHECKPOINT_FORMAT,
            id: self.spec.id(),
            losses: series.steps.iter().map(|step| step.loss).collect(),
            epochs: series.epochs.clone(),
            provenance: Provenance { training_seconds: self.seconds(), ..self.provenance.clone() },
            model,
            optimizer,
            scheduler,
        };
        self.desk.write(|directory| directory.write_checkpoint(&checkpoint))
    }

    fn validate(
        &self,
        learner: &Learner<Classifier>,
        images: &ValidLoader<Classifier>,
        done: u64,
        series: &mut Series,
    ) {
        let model = learner.model().valid();
        let mut tally = Tally::default();
        for batch in images.iter().flatten() {
            tally.add(&InferenceStep::step(&model, batch));
        }
        let epoch = done.div_ceil(self.steps_per_epoch);
        let first = (epoch - 1) * self.steps_per_epoch;
        series.epochs.push(Epoch {
            epoch,
            steps: done,
            training_loss: self.mean_loss(&series.steps[first as usize..]),
            validation_loss: tally.loss(),
            validation_accuracy: tally.accuracy(),
        });
        self.observer.validated(&self.spec, epoch, tally.accuracy());
    }

    /// The mean loss of the images of some steps of one epoch, of which the last batch may be smaller.
    fn mean_loss(&self, steps: &[Step]) -> f64 {
        let images = |step: &Step| self.batch_images(step.step) as f64;
        let total: f64 = steps.iter().map(|step| f64::from(step.loss) * images(step)).sum();
        total / steps.iter().map(images).sum::<f64>()
    }

    fn batch_images(&self, step: u64) -> u64 {
        let batch = self.spec.settings.training.batch_size as u64;
        let before = step % self.steps_per_epoch * batch;
        batch.min(self.images - before)
    }
}

impl Series {
    /// The series of a run up to a checkpoint.
    pub(crate) fn of(checkpoint: &Checkpoint) -> Self {
        let steps = (0..).zip(&checkpoint.losses).map(|(step, &loss)| Step { step, loss }).collect();
        Series { steps, epochs: checkpoint.epochs.clone(), end: End::default() }
    }

    /// Reads losses back from the device, up to the first that is not finite.
    fn read(&mut self, late: &mut Vec<Tensor<1>>) {
        for losses in late.drain(..) {
            if matches!(self.end, End::Diverged(_)) {
                continue;
            }
            let step = self.steps.len() as u64;
            let loss = mean(losses) as f32;
            self.steps.push(Step { step, loss });
            if !loss.is_finite() {
                self.end = End::Diverged(step);
            }
        }
    }
}

/// Losses and right answers over a split: true means over its images, whatever the batches.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    images: u64,
    correct: u64,
    loss: f64,
}

impl Tally {
    pub(crate) fn add(&mut self, judgement: &Judgement) {
        let images = judgement.labels.dims()[0] as u64;
        self.loss += mean(judgement.losses.clone()) * images as f64;
        self.correct += judgement.correct();
        self.images += images;
    }

    pub(crate) fn loss(&self) -> f64 {
        self.loss / self.images as f64
    }

    pub(crate) fn accuracy(&self) -> f64 {
        self.correct as f64 / self.images as f64
    }
}

/// The mean, in double precision.
fn mean(losses: Tensor<1>) -> f64 {
    let losses = losses.into_data();
    let (sum, count) = losses.iter::<f32>().fold((0.0, 0u32), |(sum, count), loss| (sum + f64::from(loss), count + 1));
    sum / f64::from(count)
}
