//! Images as a GPU keeps them: the bytes of the set, four to a whole number, since a GPU's kernels know no bytes. A batch
//! is gathered, unpacked and turned into inputs on the device. MNIST's 55,000 training images are one buffer of 43 MB; as
//! 32-bit floats they would be 172 MB, which is more than WebGPU promises of any adapter.

use burn::tensor::{Device, Int, Tensor, TensorData};
use mnist::PIXELS;

use crate::backend::LARGEST_BUFFER;

/// Bytes in a word of 32 bits.
const BYTES: usize = 4;

/// Images on a device, packed.
#[derive(Debug, Clone)]
pub(crate) struct PackedImages {
    /// `[images, PIXELS / 4]`, the first pixel in the lowest bits.
    words: Tensor<2, Int>,
    /// `[1, 1, 4]`: by how many bits each byte of a word is shifted.
    shifts: Tensor<3, Int>,
    /// `[256]`: the input that each byte becomes.
    table: Tensor<1>,
}

impl PackedImages {
    /// Whether so many images are within every adapter's limits.
    pub(crate) fn fit(images: usize) -> bool {
        images <= LARGEST_BUFFER / PIXELS
    }

    /// Puts images, [`PIXELS`] bytes each, on the device; `table` says which input each byte becomes.
    pub(crate) fn new(pixels: &[u8], table: &[f32], device: &Device) -> Self {
        let (words, _) = pixels.as_chunks::<BYTES>();
        let words: Vec<i32> = words.iter().map(|&bytes| i32::from_le_bytes(bytes)).collect();
        let shape = [pixels.len() / PIXELS, PIXELS / BYTES];
        PackedImages {
            words: Tensor::from_data(TensorData::new(words, shape), device),
            shifts: Tensor::from_data(TensorData::new(vec![0, 8, 16, 24], [1, 1, BYTES]), device),
            table: Tensor::from_data(TensorData::new(table.to_vec(), [table.len()]), device),
        }
    }

    /// The inputs of the images of those numbers, `[images, PIXELS]`.
    pub(crate) fn select(&self, numbers: impl Iterator<Item = u32>) -> Tensor<2> {
        let numbers: Vec<i32> = numbers.map(|number| number as i32).collect();
        let images = numbers.len();
        let numbers = Tensor::from_data(TensorData::new(numbers, [images]), &self.words.device());
        let words = self.words.clone().select(0, numbers).reshape([images, PIXELS / BYTES, 1]);
        // A word with its highest bit set is negative, and what a shift fills in from above is cut off again.
        let bytes = words
            .bitwise_right_shift(self.shifts.clone())
            .bitwise_and_scalar(255)
            .reshape([images * PIXELS]);
        self.table.clone().select(0, bytes).reshape([images, PIXELS])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place_of_a_word_becomes_its_input_to_the_bit() {
        let device = Device::flex();
        let pixels: Vec<u8> =
            (0..9 * PIXELS).map(|place| (place * 167 / 3 + place / 256) as u8).collect();
        let table: Vec<f32> = (0..=255u8).map(|byte| (f32::from(byte) - 33.3) / 78.6).collect();
        let inputs = PackedImages::new(&pixels, &table, &device).select([8, 0, 3, 3].into_iter());
        assert_eq!(inputs.dims(), [4, PIXELS]);
        let bits = inputs.into_data().iter::<f32>().map(f32::to_bits).collect::<Vec<_>>();
        let image = |number: usize| pixels[number * PIXELS..][..PIXELS].iter();
        let expected = [8, 0, 3, 3]
            .into_iter()
            .flat_map(image)
            .map(|&byte| table[usize::from(byte)].to_bits());
        assert!(bits.into_iter().eq(expected));
    }

    #[test]
    fn mnist_and_sets_three_times_its_size_fit() {
        assert!(PackedImages::fit(55_000) && PackedImages::fit(170_000));
        assert!(!PackedImages::fit(180_000));
    }
}
