//! Checkpoints on burn's side: reading a learner's state while it trains, and restoring it.
//!
//! Only burn's checkpointer can read a learner's optimizer. It consists of three threads, each of
//! which saves one record wherever it likes. Here they send the bytes back, so that all three go
//! into one file.

use std::panic::AssertUnwindSafe;
use std::sync::mpsc::{Receiver, Sender, channel};

use burn::module::Module;
use burn::optim::ModuleOptimizer;
use burn::optim::lr_scheduler::module_lr_scheduler::ModuleLrScheduler;
use burn::store::{ModuleRecord, RecordError};
use burn::tensor::Bytes;
use burn::train::checkpoint::{
    Checkpoint as BurnRecord, Checkpointer, CheckpointerError, CheckpointingAction,
    CheckpointingStrategy,
};
use burn::train::metric::store::EventStoreClient;
use burn::train::{Learner, LearningCheckpointer};

use super::classifier::Classifier;
use super::pack::{join, split};
use crate::error::panic_message;

/// The state of a learner as burn records it: one run's, or that of a whole stack.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CheckpointState {
    pub(crate) model: Vec<u8>,
    pub(crate) optimizer: Vec<u8>,
    /// The schedule of learning rates, which is the same for all runs of a stack.
    pub(crate) scheduler: Vec<u8>,
}

impl CheckpointState {
    /// The state of each run of a stack of `runs`: the bytes that each would have recorded alone.
    ///
    /// # Errors
    /// burn cannot read the record.
    pub(crate) fn split(self, runs: usize) -> Result<Vec<Self>, String> {
        let parts = split(self.model, runs)?.into_iter().zip(split(self.optimizer, runs)?);
        let part = |(model, optimizer)| {
            let scheduler = self.scheduler.clone();
            CheckpointState { model, optimizer, scheduler }
        };
        Ok(parts.map(part).collect())
    }

    /// The state of a stack of runs from the states of its runs.
    ///
    /// # Errors
    /// burn cannot read a record, one is of another network, or there is none.
    pub(crate) fn join(parts: &[Self]) -> Result<Self, String> {
        let [first, ..] = parts else { return Err("there is no state to join".to_owned()) };
        let record = |field: fn(&Self) -> &[u8]| join(&parts.iter().map(field).collect::<Vec<_>>());
        Ok(CheckpointState {
            model: record(|part| &part.model)?,
            optimizer: record(|part| &part.optimizer)?,
            scheduler: first.scheduler.clone(),
        })
    }

    /// The learner that has this state.
    ///
    /// # Errors
    /// burn cannot make one of these bytes.
    pub(super) fn restore(
        &self,
        classifier: Classifier,
        optimizer: ModuleOptimizer,
        scheduler: ModuleLrScheduler,
    ) -> Result<Learner<Classifier>, String> {
        // burn panics on some records of another network.
        let restored = std::panic::catch_unwind(AssertUnwindSafe(|| -> Result<_, RecordError> {
            let classifier = classifier.try_load_record(read::<ModuleRecord>(&self.model)?)?;
            let optimizer = optimizer.load_record(read(&self.optimizer)?);
            let scheduler = scheduler.load_record(read(&self.scheduler)?);
            Ok(Learner::new(classifier, optimizer, scheduler))
        }));
        restored.map_err(|panic| panic_message(&*panic))?.map_err(|error| error.to_string())
    }
}

fn read<R: BurnRecord>(bytes: &[u8]) -> Result<R, RecordError> {
    R::checkpoint_from_bytes(Bytes::from_bytes_vec(bytes.to_vec()))
}

/// The bytes of a record, or burn's error.
type RecordBytes = Result<Vec<u8>, String>;

/// One of burn's three checkpointers, which sends the bytes of each record to a [`StateReader`].
pub(super) struct InMemoryCheckpointer(Sender<RecordBytes>);

impl<R: BurnRecord> Checkpointer<R> for InMemoryCheckpointer {
    fn save(&self, _: usize, record: R) -> Result<(), CheckpointerError> {
        let bytes = record
            .checkpoint_into_bytes()
            .map(|bytes| bytes.to_vec())
            .map_err(|error| error.to_string());
        self.0.send(bytes).map_err(|error| CheckpointerError::Unknown(error.to_string()))
    }

    fn delete(&self, _: usize) -> Result<(), CheckpointerError> {
        Ok(())
    }

    fn restore(&self, _: usize) -> Result<R, CheckpointerError> {
        Err(CheckpointerError::Unknown("states are restored by `CheckpointState`".into()))
    }
}

/// Saves whenever it is asked: the training loop knows when.
pub(super) struct OnDemandStrategy;

impl CheckpointingStrategy for OnDemandStrategy {
    fn checkpointing(&mut self, _: usize, _: &EventStoreClient) -> Vec<CheckpointingAction> {
        vec![CheckpointingAction::Save]
    }
}

/// Receives the records of the three checkpointers: of model, optimizer and scheduler.
#[derive(Debug)]
pub(crate) struct StateReader([Receiver<RecordBytes>; 3]);

impl StateReader {
    /// A reader and its checkpointers, in burn's order.
    pub(super) fn with_checkpointers() -> (Self, [InMemoryCheckpointer; 3]) {
        let channels = [channel(), channel(), channel()];
        let senders = channels.each_ref().map(|(sender, _)| InMemoryCheckpointer(sender.clone()));
        (StateReader(channels.map(|(_, receiver)| receiver)), senders)
    }

    /// The state of a learner.
    ///
    /// # Errors
    /// burn cannot record it.
    pub(super) fn read(
        &self,
        learner: &Learner<Classifier>,
        checkpointer: &mut LearningCheckpointer<Classifier>,
        store: &EventStoreClient,
    ) -> Result<CheckpointState, String> {
        checkpointer.checkpoint(learner, 0, store);
        let [model, optimizer, scheduler] = self.0.each_ref().map(|record| {
            // A thread that panicked has hung up.
            record.recv().unwrap_or_else(|_| Err("burn's checkpointer has stopped".to_owned()))
        });
        Ok(CheckpointState { model: model?, optimizer: optimizer?, scheduler: scheduler? })
    }
}
