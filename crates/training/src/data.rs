//! Images on the device: the whole set lives there, and a batch is one gather of its rows.

use std::ops::Range;
use std::path::Path;

use burn::tensor::{Device, Int, Tensor, TensorData};
use experiment::{Data, DataSet, Normalization};
use mnist::{ImageSet, PIXELS, SetError, Split};

/// Labelled images on the device.
#[derive(Debug, Clone)]
pub(crate) struct Resident {
    images: Tensor<2>,
    labels: Tensor<1, Int>,
    len: usize,
}

/// Some of them: what the network sees at once.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    /// `[batch, 784]`.
    pub(crate) images: Tensor<2>,
    /// `[batch]`, 0 to 9.
    pub(crate) labels: Tensor<1, Int>,
}

/// Reads the set that the settings name.
pub(crate) fn read_set(data: &Data) -> Result<ImageSet, SetError> {
    match &data.set {
        DataSet::Mnist => ImageSet::embedded(data.validation),
        DataSet::Folder(folder) => ImageSet::from_folder(Path::new(folder), data.validation),
    }
}

/// SHA-256 of a set's images and labels, where it is not the embedded one, which is the same for all.
pub(crate) fn checksum_of(data: &Data, set: &ImageSet) -> Option<String> {
    let splits = [&set.training, &set.validation, &set.test];
    let foreign = matches!(data.set, DataSet::Folder(_));
    foreign.then(|| record::checksum(splits.into_iter().flat_map(|split| [split.pixels(), split.labels()])))
}

/// What turns a byte into an input: `(byte / 255 - mean) / std`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    mean: f64,
    std: f64,
}

impl Scale {
    /// The scale that the settings ask for; the statistics are those of all training pixels.
    pub(crate) fn of(normalize: Normalization, training: &Split) -> Self {
        match normalize {
            Normalization::Unit => Scale { mean: 0.0, std: 1.0 },
            Normalization::Standard => {
                // Whole numbers, so that the sums are exact.
                let (sum, squares) = training.pixels().iter().fold((0u64, 0u64), |(sum, squares), &byte| {
                    (sum + u64::from(byte), squares + u64::from(byte) * u64::from(byte))
                });
                let n = training.pixels().len() as f64;
                let mean = sum as f64 / n;
                let variance = squares as f64 / n - mean * mean;
                // Images of one colour have no scale of their own.
                let std = if variance > 0.0 { variance.sqrt() } else { 255.0 };
                Scale { mean: mean / 255.0, std: std / 255.0 }
            }
        }
    }

    fn table(self) -> [f32; 256] {
        std::array::from_fn(|byte| ((byte as f64 / 255.0 - self.mean) / self.std) as f32)
    }
}

impl Resident {
    /// Puts a split on the device.
    pub(crate) fn new(split: &Split, scale: Scale, device: &Device) -> Self {
        let table = scale.table();
        let images: Vec<f32> = split.pixels().iter().map(|&byte| table[usize::from(byte)]).collect();
        let labels: Vec<i32> = split.labels().iter().map(|&label| i32::from(label)).collect();
        Resident {
            images: Tensor::from_data(TensorData::new(images, [split.len(), PIXELS]), device),
            labels: Tensor::from_data(TensorData::new(labels, [split.len()]), device),
            len: split.len(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The images of those numbers.
    pub(crate) fn gather(&self, indices: &[u32]) -> Batch {
        let indices: Vec<i32> = indices.iter().map(|&index| index as i32).collect();
        let count = indices.len();
        let indices = Tensor::<1, Int>::from_data(TensorData::new(indices, [count]), &self.images.device());
        Batch { images: self.images.clone().select(0, indices.clone()), labels: self.labels.clone().select(0, indices) }
    }

    /// Some of them that follow each other.
    pub(crate) fn part(&self, range: Range<usize>) -> Self {
        Resident {
            images: self.images.clone().slice([range.clone()]),
            labels: self.labels.clone().slice([range.clone()]),
            len: range.len(),
        }
    }

    /// All of them in their order, so many at a time.
    pub(crate) fn chunks(&self, size: usize) -> impl Iterator<Item = Batch> + '_ {
        (0..self.len).step_by(size.max(1)).map(move |start| {
            let Resident { images, labels, .. } = self.part(start..(start + size).min(self.len));
            Batch { images, labels }
        })
    }
}
