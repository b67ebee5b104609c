//! Images as bytes, and batches of them as tensors: a byte becomes an input only when its batch is asked for, so that
//! the whole set takes a quarter of the memory, and of what a batch reads from it.

use std::ops::Range;
use std::path::Path;

use burn::tensor::{Device, Int, Tensor, TensorData};
use experiment::{Data, DataSet, Normalization};
use kernels::floats_of_bytes;
use mnist::{ImageSet, PIXELS, SetError, Split};

use crate::packed::PackedImages;

/// The labelled images of a split, and the device that their batches go to.
#[derive(Debug, Clone)]
pub(crate) struct Images {
    split: Split,
    scale: Scale,
    device: Device,
    /// The same images on the device, where they are kept there.
    packed: Option<PackedImages>,
}

/// What networks that train side by side see at once.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    /// `[runs, batch, 784]`; or `[1, batch, 784]`, which all runs see.
    pub(crate) images: Tensor<3>,
    /// `[runs, batch]` or `[1, batch]`, 0 to 9.
    pub(crate) labels: Tensor<2, Int>,
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
    foreign.then(|| {
        record::checksum(splits.into_iter().flat_map(|split| [split.pixels(), split.labels()]))
    })
}

/// What turns a byte into an input: `(byte - mean) / std`, in 32 bits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    mean: f32,
    std: f32,
}

impl Scale {
    /// The scale that the settings ask for; the statistics are those of all training pixels.
    pub(crate) fn of(normalize: Normalization, training: &Split) -> Self {
        match normalize {
            Normalization::Unit => Scale { mean: 0.0, std: 255.0 },
            Normalization::Standard => {
                // Whole numbers, so that the sums are exact.
                let (sum, squares) =
                    training.pixels().iter().fold((0u64, 0u64), |(sum, squares), &byte| {
                        (sum + u64::from(byte), squares + u64::from(byte) * u64::from(byte))
                    });
                let n = training.pixels().len() as f64;
                let mean = sum as f64 / n;
                let variance = squares as f64 / n - mean * mean;
                // Images of one colour have no scale of their own.
                let std = if variance > 0.0 { variance.sqrt() } else { 255.0 };
                Scale { mean: mean as f32, std: std as f32 }
            }
        }
    }

    fn input(self, byte: u8) -> f32 {
        (f32::from(byte) - self.mean) / self.std
    }

    /// The inputs of some images, of [`PIXELS`] bytes each, after one another.
    fn inputs<'a>(self, images: impl Iterator<Item = &'a [u8]>) -> Vec<f32> {
        floats_of_bytes(&images.collect::<Vec<_>>(), PIXELS, self.mean, self.std)
    }
}

impl Images {
    pub(crate) fn new(split: &Split, scale: Scale, device: &Device) -> Self {
        Images { split: split.clone(), scale, device: device.clone(), packed: None }
    }

    /// The same images, kept on the device as far as it holds so many: a batch is then a list of numbers, and no images are
    /// sent.
    pub(crate) fn kept_on_device(self) -> Self {
        let packed = PackedImages::fit(self.len()).then(|| {
            let table: [f32; 256] = std::array::from_fn(|byte| self.scale.input(byte as u8));
            PackedImages::new(self.split.pixels(), &table, &self.device)
        });
        Images { packed, ..self }
    }

    pub(crate) fn len(&self) -> usize {
        self.split.len()
    }

    /// The inputs of the images of those numbers: 784 numbers each.
    pub(crate) fn inputs(&self, numbers: &[u32]) -> Vec<f32> {
        self.scale.inputs(numbers.iter().map(|&number| self.pixels(number)))
    }

    /// A batch of the images of those numbers: a list for each run, all equally long.
    pub(crate) fn gather(&self, runs: &[&[u32]]) -> Batch {
        let (count, size) = (runs.len(), runs.first().map_or(0, |numbers| numbers.len()));
        let numbers = || runs.iter().flat_map(|numbers| numbers.iter().copied());
        let images = match &self.packed {
            Some(packed) => packed.select(numbers()).reshape([count, size, PIXELS]),
            None => {
                let inputs = self.scale.inputs(numbers().map(|number| self.pixels(number)));
                Tensor::from_data(TensorData::new(inputs, [count, size, PIXELS]), &self.device)
            }
        };
        let labels = numbers().map(|number| self.split.labels()[number as usize]);
        Batch { images, labels: self.labels(labels, [count, size]) }
    }

    /// Some of them that follow each other.
    pub(crate) fn part(&self, range: Range<usize>) -> Self {
        Images::new(&self.split.part(range), self.scale, &self.device)
    }

    /// All of them in their order, so many at a time, as batches that all runs see.
    pub(crate) fn chunks(&self, size: usize) -> impl Iterator<Item = Batch> + '_ {
        (0..self.len()).step_by(size.max(1)).map(move |start| {
            let part = self.split.part(start..(start + size).min(self.len()));
            let inputs = self.scale.inputs(part.pixels().chunks_exact(PIXELS));
            Batch {
                images: Tensor::from_data(
                    TensorData::new(inputs, [1, part.len(), PIXELS]),
                    &self.device,
                ),
                labels: self.labels(part.labels().iter().copied(), [1, part.len()]),
            }
        })
    }

    fn pixels(&self, number: u32) -> &[u8] {
        &self.split.pixels()[number as usize * PIXELS..][..PIXELS]
    }

    fn labels(&self, labels: impl Iterator<Item = u8>, shape: [usize; 2]) -> Tensor<2, Int> {
        let labels: Vec<i32> = labels.map(i32::from).collect();
        Tensor::from_data(TensorData::new(labels, shape), &self.device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_the_device_gives_the_same_bits(device: &Device) {
        let set = ImageSet::embedded(5_000).unwrap();
        let images =
            Images::new(&set.test, Scale::of(Normalization::Standard, &set.training), device);
        let batch = images.clone().kept_on_device().gather(&[&[7, 0, 7], &[0, 9_999, 123]]);
        assert_eq!((batch.images.dims(), batch.labels.dims()), ([2, 3, PIXELS], [2, 3]));
        let bits = |inputs: Vec<f32>| inputs.into_iter().map(f32::to_bits).collect::<Vec<_>>();
        assert!(
            bits(batch.images.into_data().iter().collect())
                == bits(images.inputs(&[7, 0, 7, 0, 9_999, 123]))
        );
    }

    #[test]
    fn images_that_are_kept_on_the_device_become_the_same_bits() {
        assert_the_device_gives_the_same_bits(&Device::flex());
    }

    #[cfg(feature = "wgpu")]
    #[test]
    fn and_on_an_adapter_too() {
        use experiment::{Backend, DeviceChoice};
        assert_the_device_gives_the_same_bits(
            &crate::open_device(Backend::Wgpu, DeviceChoice::Best).unwrap(),
        );
    }

    #[test]
    fn a_batch_holds_the_images_that_each_run_asks_for() {
        let set = ImageSet::embedded(5_000).unwrap();
        let images =
            Images::new(&set.test, Scale::of(Normalization::Unit, &set.training), &Device::flex());
        let batch = images.gather(&[&[7, 0], &[0, 9_999]]);
        assert_eq!((batch.images.dims(), batch.labels.dims()), ([2, 2, PIXELS], [2, 2]));
        let labels: Vec<i64> = batch.labels.into_data().iter().collect();
        let of = |image: usize| i64::from(set.test.labels()[image]);
        assert_eq!(labels, [of(7), of(0), of(0), of(9_999)]);
        let pixels: Vec<f32> = batch.images.into_data().iter().collect();
        assert_eq!(pixels[PIXELS..2 * PIXELS], images.inputs(&[0]));
        assert_eq!(pixels[3 * PIXELS..], images.inputs(&[9_999]));
    }

    #[test]
    fn standard_inputs_have_mean_0_and_variance_1() {
        let set = ImageSet::embedded(5_000).unwrap();
        let scale = Scale::of(Normalization::Standard, &set.training);
        let inputs = scale.inputs(set.training.pixels().chunks_exact(PIXELS));
        let mean = inputs.iter().map(|&x| f64::from(x)).sum::<f64>() / inputs.len() as f64;
        let square =
            inputs.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / inputs.len() as f64;
        assert!(mean.abs() < 1e-6 && (square - 1.0).abs() < 1e-5, "{mean} {square}");
    }

    #[test]
    fn chunks_go_through_all_images_in_their_order() {
        let set = ImageSet::embedded(5_000).unwrap();
        let images = Images::new(&set.validation, Scale { mean: 0.0, std: 255.0 }, &Device::flex())
            .part(10..25);
        let sizes: Vec<usize> = images.chunks(6).map(|batch| batch.labels.dims()[1]).collect();
        assert_eq!(sizes, [6, 6, 3]);
        let labels: Vec<i64> = images
            .chunks(6)
            .flat_map(|b| b.labels.into_data().iter::<i64>().collect::<Vec<_>>())
            .collect();
        assert!(
            labels
                .into_iter()
                .eq(set.validation.labels()[10..25].iter().map(|&label| i64::from(label)))
        );
    }
}
