//! Checkpoints on burn's side: taking a learner's state out while it trains, and putting it back into a new learner.
//!
//! A learner's optimizer is its own, and burn's checkpointer the only way to it: three threads, each of which is handed
//! a record and may do with it what it likes. Here they hand the bytes back, so that the three become one file that is
//! whole or not there.

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

use crate::classifier::Classifier;
use crate::run::panic_message;

/// One of burn's three checkpointers: gives the bytes of each record that it is handed to a [`States`].
pub(crate) struct Courier(Sender<Result<Vec<u8>, String>>);

impl<R: BurnRecord> Checkpointer<R> for Courier {
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
        Err(CheckpointerError::Unknown("a run is put back by its own checkpoint".into()))
    }
}

/// Saves whenever it is asked: the training loop knows when.
pub(crate) struct WhenAsked;

impl CheckpointingStrategy for WhenAsked {
    fn checkpointing(&mut self, _: usize, _: &EventStoreClient) -> Vec<CheckpointingAction> {
        vec![CheckpointingAction::Save]
    }
}

/// Where the couriers' bytes arrive: the model's, the optimizer's and the schedule's.
#[derive(Debug)]
pub(crate) struct States([Receiver<Result<Vec<u8>, String>>; 3]);

impl States {
    /// With its couriers, in burn's order.
    pub(crate) fn with_couriers() -> (Self, [Courier; 3]) {
        let channels = [channel(), channel(), channel()];
        let couriers = channels.each_ref().map(|(sender, _)| Courier(sender.clone()));
        (States(channels.map(|(_, receiver)| receiver)), couriers)
    }

    /// The state of a learner: its model, its optimizer and its schedule.
    ///
    /// # Errors
    /// burn's word on why a state cannot be had.
    pub(crate) fn of(
        &self,
        learner: &Learner<Classifier>,
        checkpointer: &mut LearningCheckpointer<Classifier>,
        store: &EventStoreClient,
    ) -> Result<[Vec<u8>; 3], String> {
        checkpointer.checkpoint(learner, 0, store);
        let [model, optimizer, scheduler] = self.0.each_ref().map(|arrives| {
            // A thread that panicked has hung up.
            arrives.recv().unwrap_or_else(|_| Err("burn's checkpointer has stopped".to_owned()))
        });
        Ok([model?, optimizer?, scheduler?])
    }
}

/// A learner as it was when its model, optimizer and schedule were these bytes.
///
/// # Errors
/// burn's word on why it cannot be had from these bytes.
pub(crate) fn restore(
    [model, optimizer_state, schedule]: [&[u8]; 3],
    classifier: Classifier,
    optimizer: ModuleOptimizer,
    scheduler: ModuleLrScheduler,
) -> Result<Learner<Classifier>, String> {
    // burn's readers answer some states that are not theirs with a panic.
    let restored = std::panic::catch_unwind(AssertUnwindSafe(|| -> Result<_, RecordError> {
        let classifier = classifier.try_load_record(read::<ModuleRecord>(model)?)?;
        let optimizer = optimizer.load_record(read(optimizer_state)?);
        let scheduler = scheduler.load_record(read(schedule)?);
        Ok(Learner::new(classifier, optimizer, scheduler))
    }));
    restored.map_err(|panic| panic_message(&*panic))?.map_err(|error| error.to_string())
}

fn read<R: BurnRecord>(bytes: &[u8]) -> Result<R, RecordError> {
    R::checkpoint_from_bytes(Bytes::from_bytes_vec(bytes.to_vec()))
}
