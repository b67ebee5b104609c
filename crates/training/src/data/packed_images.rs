//! Images as a GPU keeps them: bytes of the set, four to an integer, because kernels on a GPU know
//! no bytes. A batch is gathered and turned into inputs on the device.
//!
//! MNIST's 55,000 training images are one buffer of 43 MB. As 32-bit floats they would take 172 MB,
//! more than WebGPU promises of any adapter.

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::backend::LARGEST_BUFFER;

/// Bytes in a word of 32 bits.
const BYTES: usize = 4;

/// Images on a device, packed.
#[derive(Debug, Clone)]
pub(super) struct PackedImages {
    /// `[images, words]`, the first pixel of a word in its lowest bits.
    words: Tensor<2, Int>,
    /// Pixels of an image; its last word may have room for more.
    pixels: usize,
    /// `[1, 1, 4]`: the bits by which each byte of a word is shifted.
    shifts: Tensor<3, Int>,
    /// `[256]`: the input that each byte becomes.
    table: Tensor<1>,
}

impl PackedImages {
    /// Whether so many images of so many pixels are within the limits of every adapter.
    pub(super) fn fit(images: usize, pixels: usize) -> bool {
        images <= LARGEST_BUFFER / (pixels.div_ceil(BYTES) * BYTES)
    }

    /// Puts images of `pixels` bytes each on the device; `table` has the input of each byte.
    pub(super) fn new(bytes: &[u8], pixels: usize, table: &[f32], device: &Device) -> Self {
        let word = |bytes: &[u8]| {
            let mut word = [0; BYTES];
            word[..bytes.len()].copy_from_slice(bytes);
            i32::from_le_bytes(word)
        };
        let words: Vec<i32> =
            bytes.chunks_exact(pixels).flat_map(|image| image.chunks(BYTES).map(word)).collect();
        let shape = [bytes.len() / pixels, pixels.div_ceil(BYTES)];
        PackedImages {
            words: Tensor::from_data(TensorData::new(words, shape), device),
            pixels,
            shifts: Tensor::from_data(TensorData::new(vec![0, 8, 16, 24], [1, 1, BYTES]), device),
            table: Tensor::from_data(TensorData::new(table.to_vec(), [table.len()]), device),
        }
    }

    /// The inputs of the images at `indices`, `[images, pixels]`.
    pub(super) fn select(&self, indices: impl Iterator<Item = u32>) -> Tensor<2> {
        let indices: Vec<i32> = indices.map(|index| index as i32).collect();
        let (images, words) = (indices.len(), self.words.dims()[1]);
        let indices = Tensor::from_data(TensorData::new(indices, [images]), &self.words.device());
        let words_of_images = self.words.clone().select(0, indices).reshape([images, words, 1]);
        // A word with its highest bit set is negative; the sign bits that a shift fills in are
        // masked.
        let bytes = words_of_images
            .bitwise_right_shift(self.shifts.clone())
            .bitwise_and_scalar(255)
            .reshape([images * words * BYTES]);
        let inputs = self.table.clone().select(0, bytes).reshape([images, words * BYTES]);
        if self.pixels == words * BYTES { inputs } else { inputs.narrow(1, 0, self.pixels) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_same_inputs(pixels: usize) {
        let device = Device::flex();
        let bytes: Vec<u8> = (0..9 * pixels).map(|at| (at * 167 / 3 + at / 256) as u8).collect();
        let table: Vec<f32> = (0..=255u8).map(|byte| (f32::from(byte) - 33.3) / 78.6).collect();
        let packed = PackedImages::new(&bytes, pixels, &table, &device);
        let inputs = packed.select([8, 0, 3, 3].into_iter());
        assert_eq!(inputs.dims(), [4, pixels]);
        let bits = inputs.into_data().iter::<f32>().map(f32::to_bits).collect::<Vec<_>>();
        let image = |index: usize| bytes[index * pixels..][..pixels].iter();
        let expected = [8, 0, 3, 3]
            .into_iter()
            .flat_map(image)
            .map(|&byte| table[usize::from(byte)].to_bits());
        assert!(bits.into_iter().eq(expected));
    }

    #[test]
    fn every_byte_of_a_word_becomes_its_input_to_the_bit_for_images_of_any_size() {
        for pixels in [784, 1, 5, 6, 7] {
            assert_same_inputs(pixels);
        }
    }

    #[test]
    fn mnist_and_sets_three_times_its_size_fit() {
        assert!(PackedImages::fit(55_000, 784) && PackedImages::fit(170_000, 784));
        assert!(!PackedImages::fit(180_000, 784));
    }
}
