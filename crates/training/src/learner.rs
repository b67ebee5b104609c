//! burn's `SupervisedTraining` and `Learner`, put together for one stack of runs.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use burn::data::dataloader::{DataLoader, DataLoaderIterator, Progress};
use burn::data::dataset::DatasetError;
use burn::optim::ModuleOptimizer;
use burn::optim::lr_scheduler::module_lr_scheduler::ModuleLrScheduler;
use burn::tensor::Device;
use burn::train::{Learner, SupervisedTraining, TrainingStrategy};
use experiment::RunSpec;

use crate::checkpoint::{Courier, WhenAsked, restore};
use crate::classifier::Classifier;
use crate::data::{Batch, Images};
use crate::optimizer;
use crate::order::epoch_order;
use crate::quiet::Quiet;
use crate::strategy::StepByStep;

/// A learner that has not learned anything yet, of runs of `steps` steps that train as one.
///
/// # Errors
/// burn's word on why it cannot be.
pub(crate) fn new_learner(
    classifier: Classifier,
    runs: &[RunSpec],
    steps: u64,
) -> Result<Learner<Classifier>, String> {
    let (optimizer, schedule) = optimizer_and_schedule(runs, steps)?;
    Ok(Learner::new(classifier, optimizer, schedule))
}

/// The learner whose state was `[model, optimizer, scheduler]`.
///
/// # Errors
/// burn's word on why it cannot be had.
pub(crate) fn restored_learner(
    state: [&[u8]; 3],
    classifier: Classifier,
    runs: &[RunSpec],
    steps: u64,
) -> Result<Learner<Classifier>, String> {
    let (optimizer, schedule) = optimizer_and_schedule(runs, steps)?;
    restore(state, classifier, optimizer, schedule)
}

fn optimizer_and_schedule(
    runs: &[RunSpec],
    steps: u64,
) -> Result<(ModuleOptimizer, ModuleLrScheduler), String> {
    Ok((optimizer::optimizer(runs), optimizer::schedule(runs, steps)?))
}

/// Trains `learner` as `strategy` says, and leaves what came of it in the strategy.
///
/// # Errors
/// burn's word on what stopped it.
pub(crate) fn train(
    learner: Learner<Classifier>,
    batches: Batches,
    validation: Images,
    directory: &Path,
    strategy: Arc<StepByStep>,
    [model, optimizer, scheduler]: [Courier; 3],
) -> Result<Classifier, String> {
    let training = SupervisedTraining::<Classifier>::new(
        directory,
        Arc::new(batches),
        Arc::new(Chunks(validation)),
    )
    .with_application_logger(None)
    .with_metric_logger(Quiet)
    .renderer(Box::new(Quiet))
    .with_custom_checkpointers(model, optimizer, scheduler)
    .with_checkpointing_strategy(WhenAsked)
    .with_training_strategy(TrainingStrategy::Custom(strategy));
    let result = training.launch(learner);
    match result.error {
        Some(error) => Err(error.to_string()),
        None => Ok(result.model),
    }
}

/// The batches of a stack of runs from a step on, epoch after epoch: burn's loader is not told the epoch, so this one goes
/// through all of them.
#[derive(Debug, Clone)]
pub(crate) struct Batches {
    pub(crate) images: Images,
    /// The seed of each run.
    pub(crate) seeds: Vec<u64>,
    pub(crate) batch_size: usize,
    pub(crate) steps_per_epoch: u64,
    /// The first step.
    pub(crate) start: u64,
    /// The step after the last.
    pub(crate) steps: u64,
}

impl DataLoader<Batch> for Batches {
    fn iter<'a>(&'a self) -> Box<dyn DataLoaderIterator<Batch> + 'a> {
        Box::new(BatchIterator {
            batches: self,
            step: self.start,
            epoch: u64::MAX,
            orders: BTreeMap::new(),
        })
    }

    fn num_items(&self) -> usize {
        (self.steps - self.start) as usize * self.batch_size
    }

    fn to_device(&self, _: &Device) -> Arc<dyn DataLoader<Batch>> {
        // The images are on the run's device already.
        Arc::new(self.clone())
    }

    fn slice(&self, start: usize, end: usize) -> Arc<dyn DataLoader<Batch>> {
        let batch = self.batch_size;
        let (start, end) = ((start / batch) as u64, (end / batch) as u64);
        Arc::new(Batches { start: self.start + start, steps: self.start + end, ..self.clone() })
    }
}

struct BatchIterator<'a> {
    batches: &'a Batches,
    step: u64,
    epoch: u64,
    /// The order of each seed.
    orders: BTreeMap<u64, Vec<u32>>,
}

impl Iterator for BatchIterator<'_> {
    type Item = Result<Batch, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        let Batches { images, seeds, batch_size, steps_per_epoch, steps, .. } = self.batches;
        if self.step >= *steps {
            return None;
        }
        let (epoch, place) = (self.step / steps_per_epoch, (self.step % steps_per_epoch) as usize);
        if epoch != self.epoch {
            self.epoch = epoch;
            self.orders =
                seeds.iter().map(|&seed| (seed, epoch_order(seed, epoch, images.len()))).collect();
        }
        self.step += 1;
        let (start, end) = (place * batch_size, ((place + 1) * batch_size).min(images.len()));
        let runs: Vec<&[u32]> = seeds.iter().map(|seed| &self.orders[seed][start..end]).collect();
        Some(Ok(images.gather(&runs)))
    }
}

impl DataLoaderIterator<Batch> for BatchIterator<'_> {
    fn progress(&self) -> Progress {
        let done = (self.step - self.batches.start) as usize * self.batches.batch_size;
        Progress::new(done, self.batches.num_items(), Some("images".to_owned()))
    }
}

/// A split in its order, a thousand images at a time: large enough for full speed, small enough for any device.
#[derive(Debug, Clone)]
pub(crate) struct Chunks(pub(crate) Images);

/// Images of a chunk.
pub(crate) const CHUNK: usize = 1_000;

impl DataLoader<Batch> for Chunks {
    fn iter<'a>(&'a self) -> Box<dyn DataLoaderIterator<Batch> + 'a> {
        Box::new(ChunkIterator {
            chunks: Box::new(self.0.chunks(CHUNK)),
            done: 0,
            total: self.0.len(),
        })
    }

    fn num_items(&self) -> usize {
        self.0.len()
    }

    fn to_device(&self, _: &Device) -> Arc<dyn DataLoader<Batch>> {
        Arc::new(self.clone())
    }

    fn slice(&self, start: usize, end: usize) -> Arc<dyn DataLoader<Batch>> {
        Arc::new(Chunks(self.0.part(start..end)))
    }
}

struct ChunkIterator<'a> {
    chunks: Box<dyn Iterator<Item = Batch> + 'a>,
    done: usize,
    total: usize,
}

impl Iterator for ChunkIterator<'_> {
    type Item = Result<Batch, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.chunks.next()?;
        self.done += batch.labels.dims()[1];
        Some(Ok(batch))
    }
}

impl DataLoaderIterator<Batch> for ChunkIterator<'_> {
    fn progress(&self) -> Progress {
        Progress::new(self.done, self.total, Some("images".to_owned()))
    }
}
