//! What runs start from, without training them: their initial weights, and images of their training
//! set.

use std::path::Path;

use burn::tensor::Device;
use experiment::{Backend, DeviceChoice, RunSpec, Settings};
use model::LayerWeights;
use record::read_record;

use crate::burn_glue::Classifier;
use crate::data::{ImageSets, Splits, SplitsCache};
use crate::error::RunError;
use crate::replay::recorded_spec;
use crate::run::{draw_weights, safetensors};

/// Draws what runs start from again, to the bit, on the host. Sets of images are read once, and
/// only where something needs them.
///
/// ```no_run
/// # fn main() -> Result<(), training::RunError> {
/// let starts = training::Starts::default();
/// let run = starts.recorded("runs/normal/base/seed-0".as_ref())?;
/// let first_layer = &starts.weights(&run)?[0];
/// let as_safetensors = starts.model_file(&run)?;
/// # Ok(())
/// # }
/// ```
pub struct Starts(SplitsCache);

impl Default for Starts {
    fn default() -> Self {
        Starts(SplitsCache::new(&ImageSets::default()))
    }
}

impl Starts {
    /// The same run with a network that fits the images and classes of its data set.
    ///
    /// # Errors
    /// Its data cannot be read.
    pub fn fitted(&self, spec: &RunSpec) -> Result<RunSpec, RunError> {
        let shape = self.splits(&spec.settings)?.shape;
        Ok(spec.for_images(shape.pixels(), shape.classes))
    }

    /// The run whose record is in `directory`, [fitted](Starts::fitted).
    ///
    /// # Errors
    /// The record is damaged, or this program reads its config differently than the one that wrote
    /// it.
    pub fn recorded(&self, directory: &Path) -> Result<RunSpec, RunError> {
        let record =
            read_record(directory).map_err(|error| RunError::BadInput(error.to_string()))?;
        let spec = recorded_spec(directory, &record)?;
        let layers = &record.initial_weights;
        match (layers.first(), layers.last()) {
            // The record has the sides of the network; the images need not be read for them.
            (Some(first), Some(last)) => Ok(spec.for_images(first.shape[0], last.shape[1])),
            _ => self.fitted(&spec),
        }
    }

    /// The initial weights of a [fitted](Starts::fitted) run, first layer first: the bits that
    /// training starts from.
    ///
    /// # Errors
    /// An initializer has no meaning for its layer, or the images that it needs cannot be read.
    pub fn weights(&self, spec: &RunSpec) -> Result<Vec<LayerWeights>, RunError> {
        draw_weights(spec, || Ok(self.splits(&spec.settings)?.training))
    }

    /// What the `model.safetensors` of a [fitted](Starts::fitted) run would be after no step.
    ///
    /// # Errors
    /// As for its [`weights`](Starts::weights).
    pub fn model_file(&self, spec: &RunSpec) -> Result<Vec<u8>, RunError> {
        let layers = self.weights(spec)?;
        safetensors(&Classifier::new(&[layers], &spec.settings, &Device::flex()))
    }

    /// Training images of a run as its network sees them, one after another, and their labels;
    /// `choose` gives their indices among so many.
    ///
    /// # Errors
    /// Its data cannot be read.
    pub fn training_images(
        &self,
        settings: &Settings,
        choose: impl FnOnce(usize) -> Vec<u32>,
    ) -> Result<(Vec<f32>, Vec<u16>), RunError> {
        let images = self.splits(settings)?.training;
        let indices = choose(images.len());
        Ok((images.inputs(&indices), images.labels_at(&indices)))
    }

    /// The splits on the CPU, whatever the run trains on: all backends start from the same bits.
    fn splits(&self, settings: &Settings) -> Result<Splits, RunError> {
        let on_cpu = Settings {
            backend: Backend::Flex,
            device: DeviceChoice::Best,
            ..Settings::clone(settings)
        };
        self.0.get(&on_cpu)
    }
}
