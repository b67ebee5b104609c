//! A run as one value: it carries its spec, its writer, its record and its history from preparation
//! through training to the finished record.

use experiment::{EarlyStop, RunSpec, Settings, StopMetric};
use model::LayerWeights;
use record::{
    CHECKPOINT_FORMAT, Checkpoint, LayerSeries, Metrics, Provenance, RunDirectory, RunRecord,
    Status,
};

use super::evaluation::Evaluation;
use super::history::{History, StopReason};
use super::weights::safetensors;
use super::writer::ClaimedRun;
use crate::burn_glue::{CheckpointState, Classifier};
use crate::data::InputLayout;
use crate::error::RunError;

/// A run that is prepared, in training, or stopped.
pub(crate) struct Run {
    pub(super) claim: ClaimedRun,
    /// The record so far; it has no result yet.
    pub(super) record: RunRecord,
    pub(super) initial_weights: Vec<LayerWeights>,
    pub(super) history: History,
    /// The state that it resumes from.
    pub(super) resume_from: Option<CheckpointState>,
    /// If it diverged or stopped early, the network as it was then.
    pub(super) stopped: Option<Classifier>,
}

/// The network that a run ended with, and its evaluation on the test images.
pub(super) struct TrainedNetwork {
    pub(super) network: Classifier,
    pub(super) test: Evaluation,
}

impl Run {
    pub(super) fn spec(&self) -> &RunSpec {
        &self.claim.spec
    }

    /// The layout that its inputs have.
    pub(super) fn layout(&self) -> InputLayout {
        InputLayout::named(self.record.provenance.kernels.as_deref())
    }

    pub(super) fn is_training(&self) -> bool {
        self.history.is_training()
    }

    /// Whether its loss became infinite or NaN in the step that was logged last.
    pub(super) fn has_just_diverged(&self) -> bool {
        matches!(self.history.stop, Some(StopReason::Diverged(_))) && self.stopped.is_none()
    }

    /// Whether it stopped early, at the epoch that was logged last.
    pub(super) fn has_just_stopped_early(&self) -> bool {
        matches!(self.history.stop, Some(StopReason::Early(_))) && self.stopped.is_none()
    }

    /// Keeps the network if this epoch is the best so far, and stops if its patience is at an end.
    pub(super) fn end_epoch(&mut self, network: impl FnOnce() -> Classifier) {
        let Settings { training, record, .. } = &*self.claim.spec.settings;
        let metric = training.stop.map_or(StopMetric::ValidationLoss, |stop| stop.metric);
        let is_best = self.history.best_epoch(metric) + 1 == self.history.epochs.len();
        if record.best_weights && is_best {
            match safetensors(&network()) {
                Ok(weights) => self.history.best_weights = Some(weights),
                Err(error) => self.history.stop = Some(StopReason::Failed(error)),
            }
        }
        if let Some(rule) = training.stop {
            self.history.stop_early(rule);
        }
    }

    /// Writes a checkpoint, after so many seconds of training.
    ///
    /// # Errors
    /// The checkpoint cannot be written.
    pub(super) fn write_checkpoint(
        &self,
        state: CheckpointState,
        training_seconds: f64,
    ) -> Result<(), RunError> {
        let CheckpointState { model, optimizer, scheduler } = state;
        let layers = self.history.layers.as_ref().map(LayerSeries::to_bytes).transpose();
        let layers = layers.map_err(RunError::Failed)?.unwrap_or_default();
        let checkpoint = Checkpoint {
            format: CHECKPOINT_FORMAT,
            id: self.record.id.clone(),
            losses: self.history.steps.iter().map(|step| step.loss).collect(),
            epochs: self.history.epochs.clone(),
            provenance: Provenance { training_seconds, ..self.record.provenance.clone() },
            model,
            optimizer,
            scheduler,
            validations: self.history.validations.clone(),
            layers,
            best_weights: self.history.best_weights.clone().unwrap_or_default(),
        };
        self.claim.writer.write(|directory| directory.write_checkpoint(&checkpoint))
    }

    /// Writes the record of the stopped run; `trained` is its network, unless it was interrupted.
    ///
    /// # Errors
    /// The run failed, or its record cannot be written.
    pub(super) fn finish(
        mut self,
        trained: Option<&TrainedNetwork>,
    ) -> Result<RunRecord, RunError> {
        (self.record.status, self.record.message) = match self.history.stop {
            Some(StopReason::Failed(error)) => return Err(error),
            Some(StopReason::Diverged(step)) => {
                (Status::Diverged, Some(format!("the loss of step {step} is not finite")))
            }
            Some(StopReason::Interrupted) => {
                (Status::Interrupted, Some("stopped by a signal".to_owned()))
            }
            Some(StopReason::Early(rule)) => (Status::Finished, Some(early_message(rule))),
            Some(StopReason::Complete) | None => (Status::Finished, None),
        };
        self.record.steps = self.history.len();
        self.record.metrics = trained.and_then(|trained| self.metrics(trained.test));
        let keeps_state = self.spec().settings.record.final_state;
        let Run { claim: ClaimedRun { writer, .. }, record, history, .. } = self;
        writer.write(|directory| directory.write_steps(&history.steps))?;
        writer.write(|directory| directory.write_epochs(&history.epochs))?;
        if !history.validations.is_empty() {
            writer.write(|directory| directory.write_validations(&history.validations))?;
        }
        if let Some(layers) = &history.layers {
            writer.write(|directory| directory.write_layers(layers))?;
        }
        if let Some(trained) = trained {
            let weights = safetensors(&trained.network)?;
            writer.write(|directory| directory.write_weights(&weights))?;
        }
        if let Some(best) = &history.best_weights {
            writer.write(|directory| directory.write_best_weights(best))?;
        }
        writer.write(|directory| directory.write_record(&record))?;
        if record.status.is_final() && !keeps_state {
            writer.write(RunDirectory::remove_checkpoints)?;
        }
        Ok(record)
    }

    fn metrics(&self, test: Evaluation) -> Option<Metrics> {
        let (step, epoch) = (self.history.steps.last()?, self.history.epochs.last()?);
        Some(Metrics {
            last_batch_loss: f64::from(step.loss),
            validation_loss: epoch.validation_loss,
            validation_accuracy: epoch.validation_accuracy,
            test_loss: test.loss(),
            test_accuracy: test.accuracy(),
        })
    }
}

/// Why a run stopped before its last epoch.
fn early_message(rule: EarlyStop) -> String {
    let EarlyStop { metric, patience } = rule;
    let epochs = if patience == 1 { "one epoch".to_owned() } else { format!("{patience} epochs") };
    format!("stopped early: no better {} for {epochs}", metric.name())
}
