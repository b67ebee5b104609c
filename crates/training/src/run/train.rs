//! The training loop: forward, loss, backward, step, log, validate, checkpoint.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use burn::data::dataset::DatasetError;
use burn::module::Module;
use burn::tensor::Tensor;
use burn::train::{InferenceStep, Learner};
use experiment::{Backend, RecordLoss, Settings};

use super::context::RunContext;
use super::evaluation::Evaluation;
use super::history::StopReason;
use super::layers::LayerProbe;
use super::stack::{RunResult, Stack};
use crate::burn_glue::{BatchOutput, Classifier, Session, TrainingLoop, run_loop};
use crate::data::{Batch, BatchSchedule, Dropout, EVALUATION_BATCH, Images, TrainingBatches};
use crate::error::RunError;
use crate::events::Observer;
use crate::optim::GradientRules;

/// Trains the runs of a stack and writes their records.
pub(super) fn train(stack: Stack, context: &RunContext) -> Vec<RunResult> {
    let (splits, settings) = (context.splits.in_layout(stack.layout()), stack.settings());
    let schedule = batch_schedule(settings, splits.training.len());
    let learner = match stack.learner(&splits, schedule.steps) {
        Ok(learner) => learner,
        Err(error) => return stack.fail(&RunError::Failed(error)),
    };
    let batches = TrainingBatches {
        images: splits.training.clone(),
        seeds: stack.seeds(),
        schedule,
        dropout: Dropout::of(&settings.model),
        start: stack.steps_done(),
    };
    let claims = stack.claims();
    let directory = stack.directory();
    let training = Training {
        schedule,
        record_loss: settings.training.record_loss,
        gradient_rules: GradientRules::of(settings),
        checkpoint_every: settings.training.checkpoint_every,
        keeps_state: settings.record.final_state,
        log: StepLog::new(settings.backend),
        layers: LayerProbe::of(settings, &splits.training, &stack.initial_weights()),
        validate_every: settings.record.validate_every,
        first_images: splits.training.part(0..splits.training.len().min(splits.validation.len())),
        interrupt: Arc::clone(&context.interrupt),
        observer: Arc::clone(&context.observer),
        stack,
    };
    match run_loop(training, learner, batches, splits.validation.clone(), &directory) {
        Ok((training, networks)) => training.stack.finish(&networks, &splits.test),
        Err(error) => {
            let error = RunError::Failed(error);
            claims.into_iter().map(|claim| (claim, Err(error.for_another_run()))).collect()
        }
    }
}

/// The steps of a run with these settings.
pub(super) fn batch_schedule(settings: &Settings, images: usize) -> BatchSchedule {
    BatchSchedule {
        images,
        batch_size: settings.training.batch(images).min(images),
        steps_per_epoch: settings.steps_per_epoch(images),
        steps: settings.steps(images),
    }
}

/// A stack in training.
struct Training {
    stack: Stack,
    schedule: BatchSchedule,
    record_loss: RecordLoss,
    gradient_rules: GradientRules,
    checkpoint_every: Option<u64>,
    /// Whether there is a checkpoint after the last step too.
    keeps_state: bool,
    log: StepLog,
    layers: Option<LayerProbe>,
    validate_every: Option<u64>,
    /// The first training images, which are evaluated beside the validation images.
    first_images: Images,
    interrupt: Arc<AtomicBool>,
    observer: Arc<dyn Observer>,
}

impl TrainingLoop for Training {
    fn train(&mut self, session: &mut Session<'_>) -> Result<(), DatasetError> {
        let batches = session.training.iter();
        for (done, batch) in (self.stack.steps_done() + 1..).zip(batches) {
            let output = self.step(&mut session.learner, done - 1, batch?);
            self.log.push(done, output);
            let interrupted = self.interrupt.load(Ordering::Relaxed);
            let ends_epoch = self.schedule.ends_epoch(done);
            let checkpoint = self.is_checkpoint(done) || interrupted && done < self.schedule.steps;
            if ends_epoch || checkpoint || self.log.is_due(done) {
                let (losses, accuracies) = self.log.take();
                self.stack.log_steps(losses, accuracies, self.observer.as_ref());
            }
            if ends_epoch || self.stack.has_just_diverged() {
                self.validate(session, done);
            }
            if self.validate_every.is_some_and(|every| done.is_multiple_of(every)) {
                self.validate_between_epochs(session, done);
            }
            if done == self.schedule.steps {
                self.measure_layers_at_end(&session.learner);
            }
            if checkpoint {
                self.stack.write_checkpoints(session.state());
            }
            if done == self.schedule.steps {
                self.stack.stop(|| StopReason::Complete);
            } else if interrupted {
                self.stack.stop(|| StopReason::Interrupted);
            }
            if !self.stack.is_training() {
                break;
            }
        }
        Ok(())
    }
}

impl Training {
    /// One step. Gives the output before the update or after it, as the settings say.
    fn step(&mut self, learner: &mut Learner<Classifier>, step: u64, batch: Batch) -> BatchOutput {
        let seen_again = match self.record_loss {
            RecordLoss::BeforeUpdate => None,
            RecordLoss::AfterUpdate => Some(batch.clone()),
        };
        let layers = self.layers.as_ref().filter(|layers| layers.is_due(step));
        let mut measured = layers.map(|layers| layers.before_update(&learner.model()));
        // Forward, loss and backward.
        let output = learner.train_step(batch);
        if let Some(measured) = &mut measured {
            measured.take_gradients(&learner.model(), &output.grads);
        }
        learner.lr_step();
        let gradients = self.gradient_rules.apply(&learner.model().network, output.grads);
        learner.optimizer_step(gradients);
        if let Some(measured) = measured {
            let rows = measured.after_update(&learner.model());
            self.stack.log_layers(step, &rows, self.observer.as_ref());
        }
        match seen_again {
            Some(batch) => InferenceStep::step(&learner.model().valid(), batch),
            None => output.item,
        }
    }

    fn validate(&mut self, session: &Session<'_>, done: u64) {
        let networks = session.learner.model().valid();
        let evaluations = Evaluation::of(&networks, session.validation.iter().flatten());
        let observer = self.observer.as_ref();
        self.stack.log_epoch(&networks, &evaluations, &self.schedule, done, observer);
    }

    /// Validates between epochs, on training images too.
    fn validate_between_epochs(&mut self, session: &Session<'_>, done: u64) {
        let networks = session.learner.model().valid();
        let training = Evaluation::of(&networks, self.first_images.chunks(EVALUATION_BATCH));
        let validation = Evaluation::of(&networks, session.validation.iter().flatten());
        self.stack.log_validation(done, &training, &validation);
    }

    /// Measures the layers after the last step.
    fn measure_layers_at_end(&mut self, learner: &Learner<Classifier>) {
        if let Some(layers) = &self.layers {
            let rows = layers.before_update(&learner.model()).without_update();
            self.stack.log_layers(self.schedule.steps, &rows, self.observer.as_ref());
        }
    }

    /// Whether a checkpoint is due after `done` steps: at the end of an epoch, and as often as the
    /// settings ask. After the last step there is a record instead, or, if the run is to be
    /// extended one day, too.
    fn is_checkpoint(&self, done: u64) -> bool {
        let asked = self.checkpoint_every.is_some_and(|every| done.is_multiple_of(every));
        let may_be = done < self.schedule.steps || self.keeps_state;
        may_be && (asked || self.schedule.ends_epoch(done))
    }
}

/// Losses that are still on the device.
struct StepLog {
    /// Whether every reading waits for the device, as on a GPU.
    reads_late: bool,
    losses: Vec<Tensor<2>>,
    /// Accuracies of the last step, if they were computed.
    accuracies: Option<Vec<f64>>,
}

impl StepLog {
    /// Steps between two readings, where each waits for the device.
    const STEPS_BETWEEN_READINGS: u64 = 64;
    /// Steps between two accuracies, which only progress shows.
    const STEPS_BETWEEN_ACCURACIES: u64 = 16;

    fn new(backend: Backend) -> Self {
        let reads_late = backend == Backend::Wgpu;
        StepLog { reads_late, losses: Vec::new(), accuracies: None }
    }

    /// Adds the output of a step, after which `done` steps are made.
    fn push(&mut self, done: u64, output: BatchOutput) {
        let shows = !self.reads_late && (done - 1).is_multiple_of(Self::STEPS_BETWEEN_ACCURACIES);
        self.accuracies = shows.then(|| {
            let images = output.images() as f64;
            output.correct().into_iter().map(|correct| correct as f64 / images).collect()
        });
        self.losses.push(output.losses);
    }

    /// Whether the losses are to be read after `done` steps.
    fn is_due(&self, done: u64) -> bool {
        !self.reads_late || done.is_multiple_of(Self::STEPS_BETWEEN_READINGS)
    }

    /// The losses since the last reading, and the accuracies of the last step.
    fn take(&mut self) -> (Vec<Tensor<2>>, Option<Vec<f64>>) {
        (std::mem::take(&mut self.losses), self.accuracies.take())
    }
}
