//! burn's learner: made new or restored, and handed to a training loop of ours.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use burn::data::dataloader::DataLoader;
use burn::data::dataset::DatasetError;
use burn::train::metric::store::EventStoreClient;
use burn::train::{
    Learner, LearningCheckpointer, SupervisedLearningStrategy, SupervisedTraining,
    SupervisedTrainingEventProcessor, TrainLoader, TrainingComponents, TrainingStrategy,
    ValidLoader,
};
use experiment::RunSpec;

use super::checkpointer::{CheckpointState, OnDemandStrategy, StateReader};
use super::classifier::Classifier;
use super::noop_renderer::NoopRenderer;
use crate::data::{Batch, EvaluationBatches, Images};
use crate::optim::{optimizer, schedule};

/// A learner of runs that train as one, for so many steps: without state.
///
/// # Errors
/// burn refuses the optimizer's or the schedule's settings.
pub(crate) fn new_learner(
    classifier: Classifier,
    runs: &[&RunSpec],
    steps: u64,
) -> Result<Learner<Classifier>, String> {
    Ok(Learner::new(classifier, optimizer(runs), schedule(runs, steps)?))
}

/// The same learner with the state of a checkpoint.
///
/// # Errors
/// As [`new_learner`], or burn cannot restore the state.
pub(crate) fn restored_learner(
    classifier: Classifier,
    runs: &[&RunSpec],
    steps: u64,
    state: &CheckpointState,
) -> Result<Learner<Classifier>, String> {
    state.restore(classifier, optimizer(runs), schedule(runs, steps)?)
}

/// A training loop that runs inside burn's learner.
pub(crate) trait TrainingLoop: 'static {
    /// Trains the learner.
    ///
    /// # Errors
    /// A batch cannot be made.
    fn train(&mut self, session: &mut Session<'_>) -> Result<(), DatasetError>;
}

/// What burn hands to a training loop.
pub(crate) struct Session<'a> {
    pub(crate) learner: Learner<Classifier>,
    pub(crate) training: &'a dyn DataLoader<Batch>,
    pub(crate) validation: &'a dyn DataLoader<Batch>,
    checkpointer: Option<LearningCheckpointer<Classifier>>,
    store: &'a EventStoreClient,
    reader: &'a StateReader,
}

impl Session<'_> {
    /// The learner's state, to be put into a checkpoint.
    ///
    /// # Errors
    /// burn cannot record it.
    pub(crate) fn state(&mut self) -> Result<CheckpointState, String> {
        let checkpointer = self.checkpointer.as_mut().ok_or("burn has no checkpointer")?;
        self.reader.read(&self.learner, checkpointer, self.store)
    }
}

/// Runs `training_loop` on a learner; gives the loop back, with the trained networks.
///
/// # Errors
/// burn's error, which stopped it.
pub(crate) fn run_loop<L: TrainingLoop>(
    training_loop: L,
    learner: Learner<Classifier>,
    training: impl DataLoader<Batch> + 'static,
    validation: Images,
    directory: &Path,
) -> Result<(L, Classifier), String> {
    let (reader, [model, optimizer, scheduler]) = StateReader::with_checkpointers();
    let strategy = Arc::new(CustomStrategy { inner: Mutex::new(Some(training_loop)), reader });
    let training = SupervisedTraining::<Classifier>::new(
        directory,
        Arc::new(training),
        Arc::new(EvaluationBatches(validation)),
    )
    .with_application_logger(None)
    .with_metric_logger(NoopRenderer)
    .renderer(Box::new(NoopRenderer))
    .with_custom_checkpointers(model, optimizer, scheduler)
    .with_checkpointing_strategy(OnDemandStrategy)
    .with_training_strategy(TrainingStrategy::Custom(Arc::clone(&strategy) as _));
    let result = training.launch(learner);
    if let Some(error) = result.error {
        return Err(error.to_string());
    }
    let training_loop = strategy.take().ok_or("burn did not run the training loop")?;
    Ok((training_loop, result.model))
}

/// burn's trait for a loop of one's own, which burn calls by a shared reference.
struct CustomStrategy<L> {
    inner: Mutex<Option<L>>,
    reader: StateReader,
}

impl<L> CustomStrategy<L> {
    fn take(&self) -> Option<L> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, training_loop: L) {
        *self.inner.lock().unwrap_or_else(PoisonError::into_inner) = Some(training_loop);
    }
}

impl<L: TrainingLoop> SupervisedLearningStrategy<Classifier> for CustomStrategy<L> {
    fn fit(
        &self,
        components: TrainingComponents<Classifier>,
        learner: Learner<Classifier>,
        training: TrainLoader<Classifier>,
        validation: ValidLoader<Classifier>,
        _starting_epoch: usize,
    ) -> (Classifier, SupervisedTrainingEventProcessor<Classifier>) {
        let mut session = Session {
            learner,
            training: training.as_ref(),
            validation: validation.as_ref(),
            checkpointer: components.checkpointer,
            store: &components.event_store,
            reader: &self.reader,
        };
        if let Some(mut training_loop) = self.take() {
            if let Err(error) = training_loop.train(&mut session) {
                components.interrupter.fail(error);
            }
            self.put(training_loop);
        }
        (session.learner.model(), components.event_processor)
    }
}
