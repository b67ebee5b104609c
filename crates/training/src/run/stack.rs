//! A stack: runs that train as one program, each with a history and a record of its own. One run
//! alone is a stack of one.
//!
//! Their networks have one shape. Every tensor of the stack has a leading axis of runs, and run `i`
//! of the stack is at index `i` of that axis.

use std::time::{Duration, Instant};

use burn::module::Module;
use burn::tensor::Tensor;
use burn::train::Learner;
use experiment::{RunSpec, Settings};
use model::LayerWeights;
use record::{LayerRow, LayerSeries, RunRecord, Validation};

use super::evaluation::{Evaluation, mean_losses};
use super::history::StopReason;
use super::state::{Run, TrainedNetwork};
use super::writer::ClaimedRun;
use crate::burn_glue::{CheckpointState, Classifier, new_learner, restored_learner};
use crate::data::{BatchSchedule, EVALUATION_BATCH, Images, InputLayout, Splits};
use crate::error::RunError;
use crate::events::Observer;

/// Runs that train as one; at least one, and all have made equally many steps.
pub(super) struct Stack {
    runs: Vec<Run>,
    started: Instant,
    /// Time in which an observer held the runs up: none of training.
    held_up: Duration,
}

impl Stack {
    pub(super) fn new(runs: Vec<Run>) -> Self {
        Stack { runs, started: Instant::now(), held_up: Duration::ZERO }
    }

    /// The settings, which the runs share except for what may differ in a stack.
    pub(super) fn settings(&self) -> &Settings {
        &self.runs[0].spec().settings
    }

    /// The layout that the inputs of all runs have.
    pub(super) fn layout(&self) -> InputLayout {
        self.runs[0].layout()
    }

    /// The directory of the first run, where burn may keep files.
    pub(super) fn directory(&self) -> std::path::PathBuf {
        self.runs[0].claim.writer.directory().path().to_owned()
    }

    pub(super) fn claims(&self) -> Vec<ClaimedRun> {
        self.runs.iter().map(|run| run.claim.clone()).collect()
    }

    pub(super) fn seeds(&self) -> Vec<u64> {
        self.runs.iter().map(|run| run.spec().seed.order).collect()
    }

    /// Steps that were made so far.
    pub(super) fn steps_done(&self) -> u64 {
        self.runs[0].history.len()
    }

    /// The learner of all runs, new or as their checkpoints have it.
    ///
    /// # Errors
    /// burn cannot make it.
    pub(super) fn learner(
        &self,
        splits: &Splits,
        steps: u64,
    ) -> Result<Learner<Classifier>, String> {
        let layers: Vec<_> = self.runs.iter().map(|run| run.initial_weights.clone()).collect();
        let device = splits.device.clone().autodiff();
        let networks = Classifier::new(&layers, self.settings(), &device);
        let specs: Vec<&RunSpec> = self.runs.iter().map(Run::spec).collect();
        let states: Option<Vec<CheckpointState>> =
            self.runs.iter().map(|run| run.resume_from.clone()).collect();
        match states {
            None => new_learner(networks, &specs, steps),
            Some(states) => {
                let state = CheckpointState::join(&states)?;
                restored_learner(networks, &specs, steps, &state)
            }
        }
    }

    /// Adds the losses of some steps, `[runs, batch]` each, to the runs that train; the accuracies
    /// are those of the last step.
    pub(super) fn log_steps(
        &mut self,
        losses: Vec<Tensor<2>>,
        accuracies: Option<Vec<f64>>,
        observer: &dyn Observer,
    ) {
        let steps: Vec<Vec<f64>> = losses.into_iter().map(mean_losses).collect();
        for (index, run) in self.runs.iter_mut().enumerate() {
            if !run.is_training() {
                continue;
            }
            steps.iter().for_each(|losses| run.history.log_step(losses[index] as f32));
            if let Some(last) = run.history.steps.last() {
                let accuracy = accuracies.as_ref().map(|accuracies| accuracies[index]);
                let told = Instant::now();
                observer.stepped(run.spec(), last.step + 1, last.loss, accuracy);
                self.held_up += told.elapsed();
            }
        }
    }

    /// The initial weights of each run.
    pub(super) fn initial_weights(&self) -> Vec<Vec<LayerWeights>> {
        self.runs.iter().map(|run| run.initial_weights.clone()).collect()
    }

    /// Adds what was measured of the layers of each run at `step` to the runs that train.
    pub(super) fn log_layers(
        &mut self,
        step: u64,
        rows: &[Vec<LayerRow>],
        observer: &dyn Observer,
    ) {
        for (run, rows) in self.runs.iter_mut().zip(rows) {
            if run.is_training() {
                let series = run.history.layers.get_or_insert(LayerSeries::new(rows.len()));
                series.push(step, rows);
                observer.measured(run.spec(), step, rows);
            }
        }
    }

    /// Adds a validation after `done` steps to the runs that train: on training images, and on the
    /// validation images.
    pub(super) fn log_validation(
        &mut self,
        done: u64,
        training: &[Evaluation],
        validation: &[Evaluation],
    ) {
        for (index, run) in self.runs.iter_mut().enumerate() {
            if run.is_training() {
                run.history.validations.push(Validation {
                    steps: done,
                    training_loss: training[index].loss(),
                    training_accuracy: training[index].accuracy(),
                    validation_loss: validation[index].loss(),
                    validation_accuracy: validation[index].accuracy(),
                });
            }
        }
    }

    /// Whether a run diverged in the steps that were logged last.
    pub(super) fn has_just_diverged(&self) -> bool {
        self.runs.iter().any(Run::has_just_diverged)
    }

    /// Adds an epoch to the runs that just diverged, whose networks are kept, and, if an epoch
    /// ends, to those that train.
    pub(super) fn log_epoch(
        &mut self,
        networks: &Classifier,
        validation: &[Evaluation],
        schedule: &BatchSchedule,
        done: u64,
        observer: &dyn Observer,
    ) {
        for (index, run) in self.runs.iter_mut().enumerate() {
            let ends_epoch = schedule.ends_epoch(done) && run.is_training();
            if !ends_epoch && !run.has_just_diverged() {
                continue;
            }
            run.history.log_epoch(schedule, done, &validation[index]);
            if let Some(epoch) = run.history.epochs.last() {
                observer.validated(run.spec(), epoch.epoch, epoch.validation_accuracy);
            }
            if ends_epoch {
                run.end_epoch(|| networks.network_of(index));
            }
            if run.has_just_diverged() || run.has_just_stopped_early() {
                run.stopped = Some(networks.network_of(index));
            }
        }
    }

    /// Writes a checkpoint of every run that trains. A run whose checkpoint cannot be written
    /// stops.
    pub(super) fn write_checkpoints(&mut self, state: Result<CheckpointState, String>) {
        let states = match state.and_then(|state| state.split(self.runs.len())) {
            Ok(states) => states,
            Err(error) => return self.stop(|| StopReason::Failed(RunError::Failed(error.clone()))),
        };
        let elapsed = self.seconds();
        for (run, state) in self.runs.iter_mut().zip(states) {
            let seconds = run.record.provenance.training_seconds + elapsed;
            if run.is_training()
                && let Err(error) = run.write_checkpoint(state, seconds)
            {
                run.history.stop = Some(StopReason::Failed(error));
            }
        }
    }

    /// Stops every run that trains.
    pub(super) fn stop(&mut self, reason: impl Fn() -> StopReason) {
        for run in self.runs.iter_mut().filter(|run| run.is_training()) {
            run.history.stop = Some(reason());
        }
    }

    pub(super) fn is_training(&self) -> bool {
        self.runs.iter().any(Run::is_training)
    }

    /// Ends every run with an error.
    pub(super) fn fail(self, error: &RunError) -> Vec<RunResult> {
        let result = |run: Run| (run.claim, Err(error.for_another_run()));
        self.runs.into_iter().map(result).collect()
    }

    /// Evaluates the networks on the test images, and writes the record of every run.
    pub(super) fn finish(mut self, networks: &Classifier, test: &Images) -> Vec<RunResult> {
        let elapsed = self.seconds();
        for run in &mut self.runs {
            run.record.provenance.training_seconds += elapsed;
        }
        let is_complete = |run: &Run| matches!(run.history.stop, Some(StopReason::Complete));
        let tests = if self.runs.iter().any(is_complete) {
            Evaluation::of(&networks.valid(), test.chunks(EVALUATION_BATCH))
        } else {
            Vec::new()
        };
        let finish = |(index, mut run): (usize, Run)| {
            let trained = match run.stopped.take() {
                // It is tested as it was when it stopped.
                Some(network) => {
                    let test = Evaluation::of(&network, test.chunks(EVALUATION_BATCH))[0];
                    Some(TrainedNetwork { network, test })
                }
                None => is_complete(&run).then(|| TrainedNetwork {
                    network: networks.network_of(index),
                    test: tests[index],
                }),
            };
            (run.claim.clone(), run.finish(trained.as_ref()))
        };
        self.runs.into_iter().enumerate().map(finish).collect()
    }

    /// Seconds of training, as each run's share.
    fn seconds(&self) -> f64 {
        let elapsed = self.started.elapsed().saturating_sub(self.held_up);
        elapsed.as_secs_f64() / self.runs.len() as f64
    }
}

/// What came of a run.
pub(crate) type RunResult = (ClaimedRun, Result<RunRecord, RunError>);
