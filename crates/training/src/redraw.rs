//! The initial weights of runs, drawn again without training anything.

use std::path::Path;

use burn::tensor::Device;
use experiment::{Data, RunSpec};
use record::read_record;

use crate::burn_glue::Classifier;
use crate::data::{ImageSets, Images, PixelScale, training_split};
use crate::error::RunError;
use crate::replay::recorded_spec;
use crate::run::{draw_weights, safetensors};

/// Draws the initial weights of runs again, to the bit, on the host. Sets of images, which
/// data-dependent initializers need, are read once for all runs.
///
/// ```no_run
/// # fn main() -> Result<(), training::RunError> {
/// let bytes = training::Redraw::default().of_record("runs/normal/base/seed-0".as_ref())?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Redraw(ImageSets);

impl Redraw {
    /// The weights that `spec`, whose network fits its images, starts from: what its
    /// `model.safetensors` would be after no step.
    ///
    /// # Errors
    /// An initializer has no meaning for its layer, or the images that it needs cannot be read.
    pub fn of(&self, spec: &RunSpec) -> Result<Vec<u8>, RunError> {
        let layers = draw_weights(spec, || self.training_images(&spec.settings.data))?;
        safetensors(&Classifier::new(&[layers], &spec.settings, &Device::flex()))
    }

    /// The weights that the run in `directory` started from; see [`of`](Self::of).
    ///
    /// # Errors
    /// The record is damaged, this program reads its config differently than the one that wrote it,
    /// or the weights cannot be drawn.
    pub fn of_record(&self, directory: &Path) -> Result<Vec<u8>, RunError> {
        let record =
            read_record(directory).map_err(|error| RunError::BadInput(error.to_string()))?;
        let spec = recorded_spec(directory, &record)?;
        let layers = &record.initial_weights;
        match (layers.first(), layers.last()) {
            // The record has the sides of the images; the set need not be read for them.
            (Some(first), Some(last)) => self.of(&spec.for_images(first.shape[0], last.shape[1])),
            _ => self.of(&spec),
        }
    }

    fn training_images(&self, data: &Data) -> Result<Images, RunError> {
        let set = self.0.get(data).map_err(|error| RunError::BadInput(error.to_string()))?;
        let training = training_split(&set.training, data);
        let scale = PixelScale::of(data.normalize, &training);
        Ok(Images::new(&training, scale, &Device::flex()))
    }
}
