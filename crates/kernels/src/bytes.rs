//! Bytes of images as the floats that a network sees.

use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

/// The bytes of `rows` after one another, each as `(byte - mean) / std` in 32 bits. This run's
/// threads share the rows.
///
/// # Panics
/// If a row is not of `width` bytes.
#[allow(unsafe_code)]
pub fn floats_of_bytes(rows: &[&[u8]], width: usize, mean: f32, std: f32) -> Vec<f32> {
    let length = rows.len() * width;
    // Memory as it comes: clearing it takes as long as filling it.
    let mut floats = Vec::with_capacity(length);
    let parts = floats.spare_capacity_mut()[..length].par_chunks_exact_mut(width.max(1));
    parts.zip(rows).for_each(|(floats, row)| {
        assert_eq!(row.len(), width, "a row has {width} bytes");
        // Compiled for the widest vectors that the processor has.
        pulp::Arch::new().dispatch(|| {
            for (&byte, float) in row.iter().zip(floats) {
                float.write((f32::from(byte) - mean) / std);
            }
        });
    });
    // SAFETY: each of the `rows.len()` rows has written `width` floats, which is all of `length`.
    unsafe { floats.set_len(length) };
    floats
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_is_the_byte_over_255_rounded_once() {
        let bytes: Vec<u8> = (0..=255).collect();
        let rows: Vec<&[u8]> = bytes.chunks(64).collect();
        for (byte, float) in bytes.iter().zip(floats_of_bytes(&rows, 64, 0.0, 255.0)) {
            let expected = (f64::from(*byte) / 255.0) as f32;
            assert_eq!(float.to_bits(), expected.to_bits(), "byte {byte}");
        }
    }

    #[test]
    fn mean_and_std_are_applied_as_they_are_written_down() {
        let floats = floats_of_bytes(&[&[0, 10], &[20, 30]], 2, 10.0, 4.0);
        assert_eq!(floats, [-2.5, 0.0, 2.5, 5.0]);
        assert!(floats_of_bytes(&[], 2, 0.0, 1.0).is_empty());
        assert!(floats_of_bytes(&[&[], &[]], 0, 0.0, 1.0).is_empty());
    }

    #[test]
    #[should_panic(expected = "a row has 2 bytes")]
    fn rows_of_other_lengths_are_refused() {
        floats_of_bytes(&[&[1, 2], &[1, 2, 3]], 2, 0.0, 1.0);
    }
}
