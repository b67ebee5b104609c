//! Batches as burn's data loaders hand them out: of training images in the order of each epoch, and
//! of a whole split for evaluation.

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::data::dataloader::{DataLoader, DataLoaderIterator, Progress};
use burn::data::dataset::DatasetError;
use burn::tensor::Device;

use super::dropout::Dropout;
use super::images::{Batch, Images};
use super::order::epoch_order;

/// Images in a batch for evaluation: enough for full speed, few enough for any device.
pub(crate) const EVALUATION_BATCH: usize = 1_000;

/// Which images each step sees, apart from their order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BatchSchedule {
    /// Training images.
    pub(crate) images: usize,
    pub(crate) batch_size: usize,
    pub(crate) steps_per_epoch: u64,
    /// Steps of the whole run.
    pub(crate) steps: u64,
}

impl BatchSchedule {
    /// Whether an epoch, or the run, ends after `done` steps.
    pub(crate) fn ends_epoch(&self, done: u64) -> bool {
        done.is_multiple_of(self.steps_per_epoch) || done == self.steps
    }

    /// The epoch (from 0) of `step`, and the positions in the epoch's order that the step sees.
    fn batch_of(&self, step: u64) -> (u64, std::ops::Range<usize>) {
        let start = (step % self.steps_per_epoch) as usize * self.batch_size;
        (step / self.steps_per_epoch, start..(start + self.batch_size).min(self.images))
    }

    /// Images in the batch of `step`: the last one of an epoch may be smaller.
    pub(crate) fn batch_len(&self, step: u64) -> usize {
        self.batch_of(step).1.len()
    }
}

/// The training batches of a stack of runs, over all epochs from step `start` on. (burn's own
/// loader is not told the epoch.)
#[derive(Debug, Clone)]
pub(crate) struct TrainingBatches {
    pub(crate) images: Images,
    /// The seed of each run.
    pub(crate) seeds: Vec<u64>,
    pub(crate) schedule: BatchSchedule,
    pub(crate) dropout: Dropout,
    pub(crate) start: u64,
}

impl DataLoader<Batch> for TrainingBatches {
    fn iter<'a>(&'a self) -> Box<dyn DataLoaderIterator<Batch> + 'a> {
        let (step, epoch, orders) = (self.start, u64::MAX, BTreeMap::new());
        Box::new(TrainingBatchIterator { batches: self, step, epoch, orders })
    }

    fn num_items(&self) -> usize {
        (self.schedule.steps - self.start) as usize * self.schedule.batch_size
    }

    fn to_device(&self, _: &Device) -> Arc<dyn DataLoader<Batch>> {
        // Images know their device.
        Arc::new(self.clone())
    }

    fn slice(&self, start: usize, end: usize) -> Arc<dyn DataLoader<Batch>> {
        let step = |item: usize| self.start + (item / self.schedule.batch_size) as u64;
        let schedule = BatchSchedule { steps: step(end), ..self.schedule };
        Arc::new(TrainingBatches { start: step(start), schedule, ..self.clone() })
    }
}

struct TrainingBatchIterator<'a> {
    batches: &'a TrainingBatches,
    step: u64,
    epoch: u64,
    /// The order of this epoch, by seed.
    orders: BTreeMap<u64, Vec<u32>>,
}

impl Iterator for TrainingBatchIterator<'_> {
    type Item = Result<Batch, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        let TrainingBatches { images, seeds, schedule, dropout, .. } = self.batches;
        if self.step >= schedule.steps {
            return None;
        }
        let (epoch, positions) = schedule.batch_of(self.step);
        if epoch != self.epoch {
            self.epoch = epoch;
            let order = |&seed: &u64| (seed, epoch_order(seed, epoch, images.len()));
            self.orders = seeds.iter().map(order).collect();
        }
        let masks = dropout.masks(seeds, self.step, positions.len(), images.device());
        self.step += 1;
        let runs: Vec<&[u32]> =
            seeds.iter().map(|seed| &self.orders[seed][positions.clone()]).collect();
        Some(Ok(Batch { masks, ..images.gather(&runs) }))
    }
}

impl DataLoaderIterator<Batch> for TrainingBatchIterator<'_> {
    fn progress(&self) -> Progress {
        let done = (self.step - self.batches.start) as usize * self.batches.schedule.batch_size;
        Progress::new(done, self.batches.num_items(), Some("images".to_owned()))
    }
}

/// A split in order, in batches for evaluation.
#[derive(Debug, Clone)]
pub(crate) struct EvaluationBatches(pub(crate) Images);

impl DataLoader<Batch> for EvaluationBatches {
    fn iter<'a>(&'a self) -> Box<dyn DataLoaderIterator<Batch> + 'a> {
        let batches = Box::new(self.0.chunks(EVALUATION_BATCH));
        Box::new(EvaluationIterator { batches, done: 0, total: self.0.len() })
    }

    fn num_items(&self) -> usize {
        self.0.len()
    }

    fn to_device(&self, _: &Device) -> Arc<dyn DataLoader<Batch>> {
        Arc::new(self.clone())
    }

    fn slice(&self, start: usize, end: usize) -> Arc<dyn DataLoader<Batch>> {
        Arc::new(EvaluationBatches(self.0.part(start..end)))
    }
}

struct EvaluationIterator<'a> {
    batches: Box<dyn Iterator<Item = Batch> + 'a>,
    done: usize,
    total: usize,
}

impl Iterator for EvaluationIterator<'_> {
    type Item = Result<Batch, DatasetError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.batches.next()?;
        self.done += batch.labels.dims()[1];
        Some(Ok(batch))
    }
}

impl DataLoaderIterator<Batch> for EvaluationIterator<'_> {
    fn progress(&self) -> Progress {
        Progress::new(self.done, self.total, Some("images".to_owned()))
    }
}
