//! The three splits of a data set on a device, loaded once for all runs that use them.

use std::sync::{Mutex, PoisonError};

use burn::tensor::Device;
use experiment::{
    Backend, Data, DataSet, DeviceChoice, Loss, Norm, Parametrization, Residual, Settings,
};
use kernels::SparseRows;
use mnist::{ImageSet, Shape, Split};

use super::image_sets::ImageSets;
use super::images::{Images, InputLayout};
use super::pixel_scale::PixelScale;
use super::subset::training_split;
use crate::backend::open_device;
use crate::error::RunError;

/// The splits of a data set and the device that their batches go to. Clones share the images.
#[derive(Debug, Clone)]
pub(crate) struct Splits {
    pub(crate) device: Device,
    pub(crate) training: Images,
    pub(crate) validation: Images,
    pub(crate) test: Images,
    /// The size of the images, and the number of classes.
    pub(crate) shape: Shape,
    /// SHA-256 of images and labels; `None` for MNIST, which is always the same.
    pub(crate) checksum: Option<String>,
    /// The share of training pixels that are not background, where the backend can make use of it.
    lit_share: Option<f64>,
}

impl Splits {
    fn load(key: &Key, sets: &ImageSets) -> Result<Self, RunError> {
        let device = open_device(key.backend, key.device)?;
        let mut set = sets.get(&key.data).map_err(|error| RunError::BadInput(error.to_string()))?;
        let checksum = checksum_of(&key.data, &set);
        set.training = training_split(&set.training, &key.data);
        let scale = PixelScale::of(key.data.normalize, &set.training);
        let training = Images::new(&set.training, scale, &device);
        let kept = key.backend == Backend::Wgpu;
        let on_flex = key.backend == Backend::Flex;
        let lit_share = if on_flex { training.lit_share() } else { None };
        Ok(Splits {
            checksum,
            // Images of the other splits are sent only once an epoch.
            training: if kept { training.kept_on_device() } else { training },
            validation: Images::new(&set.validation, scale, &device),
            test: Images::new(&set.test, scale, &device),
            shape: set.shape(),
            device,
            lit_share,
        })
    }

    /// The layout in which a run with these settings is soonest done.
    pub(crate) fn fastest_layout(&self, settings: &Settings) -> InputLayout {
        let outputs = settings.model.widths()[1];
        match self.lit_share {
            Some(share) if is_plain(settings) && SparseRows::pay(share, outputs) => {
                InputLayout::Sparse
            }
            _ => InputLayout::Dense,
        }
    }

    /// The same splits, in batches of that layout.
    pub(crate) fn in_layout(&self, layout: InputLayout) -> Self {
        Splits {
            training: self.training.in_layout(layout),
            validation: self.validation.in_layout(layout),
            test: self.test.in_layout(layout),
            ..self.clone()
        }
    }
}

/// Whether the network and its loss are those that lists of lit pixels are made for.
fn is_plain(settings: &Settings) -> bool {
    let Settings { model, training, .. } = settings;
    model.norm == Norm::None
        && model.residual == Residual::None
        && model.dropout == 0.0
        && model.output_scale == 1.0
        && model.parametrization == Parametrization::Standard
        && training.loss == Loss::CrossEntropy { label_smoothing: 0.0 }
}

/// All splits that were loaded so far.
pub(crate) struct SplitsCache {
    sets: ImageSets,
    splits: Mutex<Vec<(Key, Splits)>>,
}

/// What distinguishes one set of splits from another.
#[derive(PartialEq)]
struct Key {
    backend: Backend,
    device: DeviceChoice,
    data: Data,
}

impl SplitsCache {
    pub(crate) fn new(sets: &ImageSets) -> Self {
        SplitsCache { sets: sets.clone(), splits: Mutex::default() }
    }

    /// The splits that a run needs.
    ///
    /// # Errors
    /// The device cannot be opened, or the data set cannot be read.
    pub(crate) fn get(&self, settings: &Settings) -> Result<Splits, RunError> {
        let Settings { backend, device, ref data, .. } = *settings;
        let key = Key { backend, device, data: data.clone() };
        // Locked while loading: a second worker that needs the same splits waits for them.
        let mut loaded = self.splits.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, splits)) = loaded.iter().find(|(other, _)| *other == key) {
            return Ok(splits.clone());
        }
        let splits = Splits::load(&key, &self.sets)?;
        loaded.push((key, splits.clone()));
        Ok(splits)
    }
}

fn checksum_of(data: &Data, set: &ImageSet) -> Option<String> {
    if data.set == DataSet::Mnist {
        return None;
    }
    let splits = [&set.training, &set.validation, &set.test];
    let labels = splits.map(|split| label_bytes(split, set.shape()));
    let parts = splits.into_iter().zip(&labels);
    Some(record::checksum(parts.flat_map(|(split, labels)| [split.pixels(), labels])))
}

/// The labels of a split, one byte each where that is enough.
fn label_bytes(split: &Split, shape: Shape) -> Vec<u8> {
    let labels = split.labels().iter();
    if shape.classes <= 256 {
        labels.map(|&label| label as u8).collect()
    } else {
        labels.flat_map(|label| label.to_le_bytes()).collect()
    }
}
