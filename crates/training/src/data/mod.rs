//! The images of a run: loaded once for each device, put in order by keyed streams, handed out in
//! batches.

mod dropout;
mod image_sets;
mod images;
mod loader;
mod order;
mod packed_images;
mod pixel_scale;
mod splits;
mod subset;
mod synthetic;

pub(crate) use dropout::Dropout;
pub use image_sets::ImageSets;
pub(crate) use images::{Batch, Images, InputLayout};
pub(crate) use loader::{BatchSchedule, EVALUATION_BATCH, EvaluationBatches, TrainingBatches};
pub(crate) use order::first_batch;
pub(crate) use pixel_scale::PixelScale;
pub(crate) use splits::{Splits, SplitsCache};
pub(crate) use subset::training_split;
