//! What runs start from, without training them: their initial weights, and images of their training
//! set.

use experiment::{Backend, DeviceChoice, RunSpec, Settings};
use model::LayerWeights;

use crate::data::{ImageSets, Splits, SplitsCache};
use crate::error::RunError;
use crate::run::draw_weights;

/// Reads what runs start from; data sets are loaded once.
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

    /// The initial weights of a [fitted](Starts::fitted) run, first layer first: the bits that
    /// training starts from.
    ///
    /// # Errors
    /// Its data cannot be read, or its initializers do not fit them.
    pub fn weights(&self, spec: &RunSpec) -> Result<Vec<LayerWeights>, RunError> {
        draw_weights(spec, || Ok(self.splits(&spec.settings)?.training))
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
