//! Labelled images as bytes, and batches of them as tensors.
//!
//! A byte becomes an input only when its batch is made: the set takes a quarter of the memory, and
//! a batch reads a quarter of the bytes.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use burn::tensor::{Device, Int, Tensor, TensorData};
use kernels::{SparseRows, floats_of_bytes};
use mnist::Split;
use model::Inputs;

use super::packed_images::PackedImages;
use super::pixel_scale::PixelScale;

/// The labelled images of a split, and the device that their batches go to.
#[derive(Debug, Clone)]
pub(crate) struct Images {
    split: Split,
    scale: PixelScale,
    device: Device,
    /// The same images on the device, if they are kept there.
    packed: Option<PackedImages>,
    layout: InputLayout,
    /// The same images as lists of lit pixels, made when they are first asked for.
    lit: Arc<OnceLock<SparseRows>>,
}

/// How batches hold their inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum InputLayout {
    /// As tensors, for all backends.
    Dense,
    /// As lists of lit pixels, for flex: the arithmetic is another one, and so are a run's bits.
    Sparse,
}

impl InputLayout {
    /// Its name in a record.
    pub(crate) fn name(self) -> Option<String> {
        (self == InputLayout::Sparse).then(|| SPARSE.to_owned())
    }

    /// The one that a record names.
    pub(crate) fn named(name: Option<&str>) -> Self {
        if name == Some(SPARSE) { InputLayout::Sparse } else { InputLayout::Dense }
    }
}

const SPARSE: &str = "sparse";

/// A batch of each network of a stack.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    /// `[runs, batch, pixels]`; or `[1, batch, pixels]`, which all networks share.
    pub(crate) images: Inputs,
    /// `[runs, batch]` or `[1, batch]`, from 0.
    pub(crate) labels: Tensor<2, Int>,
    /// Dropout's factors of the outputs of hidden layers, `[runs, batch, units]` each; empty
    /// without dropout.
    pub(crate) masks: Vec<Tensor<3>>,
}

impl Images {
    pub(crate) fn new(split: &Split, scale: PixelScale, device: &Device) -> Self {
        let (layout, lit) = (InputLayout::Dense, Arc::default());
        Images { split: split.clone(), scale, device: device.clone(), packed: None, layout, lit }
    }

    /// The same images, in batches of that layout.
    pub(crate) fn in_layout(&self, layout: InputLayout) -> Self {
        Images { layout, ..self.clone() }
    }

    /// The share of pixels that are not background; `None` of more pixels than lists can hold.
    pub(crate) fn lit_share(&self) -> Option<f64> {
        let pixels = self.split.pixels();
        u32::try_from(pixels.len()).ok().map(|_| SparseRows::lit_share(pixels))
    }

    /// The same images, kept on the device if it can hold them: a batch is then a list of indices,
    /// and no images are sent.
    pub(crate) fn kept_on_device(self) -> Self {
        let packed = PackedImages::fit(self.len(), self.pixels_per_image()).then(|| {
            let table: [f32; 256] = std::array::from_fn(|byte| self.scale.input(byte as u8));
            PackedImages::new(self.split.pixels(), self.pixels_per_image(), &table, &self.device)
        });
        Images { packed, ..self }
    }

    /// The device that batches go to.
    pub(crate) fn device(&self) -> &Device {
        &self.device
    }

    pub(crate) fn len(&self) -> usize {
        self.split.len()
    }

    /// Pixels of an image, and so inputs of a network.
    fn pixels_per_image(&self) -> usize {
        self.split.pixels_per_image()
    }

    /// The inputs of the images at `indices`, a number for each pixel.
    pub(crate) fn inputs(&self, indices: &[u32]) -> Vec<f32> {
        self.floats(indices.iter().map(|&index| self.pixels(index)))
    }

    /// The labels of the images at `indices`.
    pub(crate) fn labels_at(&self, indices: &[u32]) -> Vec<u16> {
        indices.iter().map(|&index| self.split.labels()[index as usize]).collect()
    }

    /// A batch of the images at the given indices: one list for each run, all equally long.
    pub(crate) fn gather(&self, runs: &[&[u32]]) -> Batch {
        let (count, size) = (runs.len(), runs.first().map_or(0, |indices| indices.len()));
        let indices = || runs.iter().flat_map(|indices| indices.iter().copied());
        let shape = [count, size, self.pixels_per_image()];
        let images = match (&self.packed, self.layout) {
            (_, InputLayout::Sparse) => self.lit().gather(runs).into(),
            (Some(packed), _) => packed.select(indices()).reshape(shape).into(),
            (None, _) => {
                let inputs = self.floats(indices().map(|index| self.pixels(index)));
                self.dense(inputs, shape)
            }
        };
        let labels = indices().map(|index| self.split.labels()[index as usize]);
        Batch { images, labels: self.labels(labels, [count, size]), masks: Vec::new() }
    }

    /// A range of them.
    pub(crate) fn part(&self, range: Range<usize>) -> Self {
        Images::new(&self.split.part(range), self.scale, &self.device).in_layout(self.layout)
    }

    /// All of them in order, as batches of `size` images that all networks share.
    pub(crate) fn chunks(&self, size: usize) -> impl Iterator<Item = Batch> + '_ {
        (0..self.len()).step_by(size.max(1)).map(move |start| {
            let range = start..(start + size).min(self.len());
            let part = self.split.part(range.clone());
            let images = match self.layout {
                InputLayout::Sparse => {
                    let indices: Vec<u32> = range.map(|index| index as u32).collect();
                    self.lit().gather(&[&indices]).into()
                }
                InputLayout::Dense => {
                    let inputs = self.floats(part.pixels().chunks_exact(self.pixels_per_image()));
                    self.dense(inputs, [1, part.len(), self.pixels_per_image()])
                }
            };
            let labels = self.labels(part.labels().iter().copied(), [1, part.len()]);
            Batch { images, labels, masks: Vec::new() }
        })
    }

    /// All images as lists of lit pixels.
    fn lit(&self) -> &SparseRows {
        let (PixelScale { mean, std }, width) = (self.scale, self.pixels_per_image());
        self.lit.get_or_init(|| SparseRows::new(self.split.pixels(), width, mean, std))
    }

    fn dense(&self, inputs: Vec<f32>, shape: [usize; 3]) -> Inputs {
        Tensor::<3>::from_data(TensorData::new(inputs, shape), &self.device).into()
    }

    fn pixels(&self, index: u32) -> &[u8] {
        let pixels = self.pixels_per_image();
        &self.split.pixels()[index as usize * pixels..][..pixels]
    }

    fn floats<'a>(&self, images: impl Iterator<Item = &'a [u8]>) -> Vec<f32> {
        let images: Vec<&[u8]> = images.collect();
        floats_of_bytes(&images, self.pixels_per_image(), self.scale.mean, self.scale.std)
    }

    fn labels(&self, labels: impl Iterator<Item = u16>, shape: [usize; 2]) -> Tensor<2, Int> {
        let labels: Vec<i32> = labels.map(i32::from).collect();
        Tensor::from_data(TensorData::new(labels, shape), &self.device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use experiment::{Normalization, Range};
    use mnist::ImageSet;

    const PIXELS: usize = 784;

    fn dense(inputs: Inputs) -> Tensor<3> {
        match inputs {
            Inputs::Dense(inputs) => inputs,
            Inputs::Sparse(_) => panic!("the images are dense"),
        }
    }

    fn assert_same_inputs_when_kept_on(device: &Device) {
        let set = ImageSet::embedded(5_000).unwrap();
        let images = Images::new(
            &set.test,
            PixelScale::of(Normalization::Named(Range::Standard), &set.training),
            device,
        );
        let batch = images.clone().kept_on_device().gather(&[&[7, 0, 7], &[0, 9_999, 123]]);
        assert_eq!((batch.images.dims(), batch.labels.dims()), ([2, 3, PIXELS], [2, 3]));
        let bits = |inputs: Vec<f32>| inputs.into_iter().map(f32::to_bits).collect::<Vec<_>>();
        assert!(
            bits(dense(batch.images).into_data().iter().collect())
                == bits(images.inputs(&[7, 0, 7, 0, 9_999, 123]))
        );
    }

    #[test]
    fn images_kept_on_the_device_become_the_same_inputs_to_the_bit() {
        assert_same_inputs_when_kept_on(&Device::flex());
    }

    #[cfg(feature = "wgpu")]
    #[test]
    fn images_kept_on_an_adapter_become_the_same_inputs_to_the_bit() {
        use experiment::{Backend, DeviceChoice};
        assert_same_inputs_when_kept_on(
            &crate::open_device(Backend::Wgpu, DeviceChoice::Best).unwrap(),
        );
    }

    #[test]
    fn a_batch_holds_the_images_at_each_runs_indices() {
        let set = ImageSet::embedded(5_000).unwrap();
        let images = Images::new(
            &set.test,
            PixelScale::of(Normalization::Named(Range::Unit), &set.training),
            &Device::flex(),
        );
        let batch = images.gather(&[&[7, 0], &[0, 9_999]]);
        assert_eq!((batch.images.dims(), batch.labels.dims()), ([2, 2, PIXELS], [2, 2]));
        let labels: Vec<i64> = batch.labels.into_data().iter().collect();
        let of = |image: usize| i64::from(set.test.labels()[image]);
        assert_eq!(labels, [of(7), of(0), of(0), of(9_999)]);
        let pixels: Vec<f32> = dense(batch.images).into_data().iter().collect();
        assert_eq!(pixels[PIXELS..2 * PIXELS], images.inputs(&[0]));
        assert_eq!(pixels[3 * PIXELS..], images.inputs(&[9_999]));
    }

    #[test]
    fn chunks_hold_all_images_in_order() {
        let set = ImageSet::embedded(5_000).unwrap();
        let images =
            Images::new(&set.validation, PixelScale { mean: 0.0, std: 255.0 }, &Device::flex())
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

    #[test]
    fn batches_of_lit_pixels_hold_the_inputs_of_dense_ones_to_the_bit() {
        let set = ImageSet::embedded(5_000).unwrap();
        let scale = PixelScale::of(Normalization::Named(Range::Standard), &set.training);
        let images = Images::new(&set.validation, scale, &Device::flex());
        let sparse = images.in_layout(InputLayout::Sparse);
        let same = |dense_batch: Batch, sparse_batch: Batch| {
            let Inputs::Sparse(inputs) = sparse_batch.images else { panic!("they are sparse") };
            let expected: Vec<f32> = dense(dense_batch.images).into_data().iter().collect();
            assert!(inputs.to_dense() == expected);
            assert!(sparse_batch.labels.into_data() == dense_batch.labels.into_data());
        };
        let indices: [&[u32]; 2] = [&[7, 0, 7], &[0, 4_999, 123]];
        same(images.gather(&indices), sparse.gather(&indices));
        for (dense, sparse) in images.part(10..25).chunks(6).zip(sparse.part(10..25).chunks(6)) {
            same(dense, sparse);
        }
        assert!((0.15..0.25).contains(&images.lit_share().unwrap()));
    }
}
