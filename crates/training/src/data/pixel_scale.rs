//! The scale of inputs: which number each byte of an image becomes.

use experiment::{Normalization, Range};
use mnist::Split;

/// Turns a byte into an input: `(byte - mean) / std`, in 32 bits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PixelScale {
    pub(super) mean: f32,
    pub(super) std: f32,
}

impl PixelScale {
    /// The scale that the settings ask for; statistics are those of all training pixels.
    pub(crate) fn of(normalize: Normalization, training: &Split) -> Self {
        match normalize {
            Normalization::Named(Range::Unit) => PixelScale { mean: 0.0, std: 255.0 },
            Normalization::Named(Range::Centred) => PixelScale { mean: 127.5, std: 255.0 },
            Normalization::Fixed { mean, std } => {
                PixelScale { mean: (255.0 * mean) as f32, std: (255.0 * std) as f32 }
            }
            Normalization::Named(Range::Standard) => {
                let (mean, std) = moments(training.pixels());
                // Images of a single value have no scale of their own.
                let std = if std > 0.0 { std } else { 255.0 };
                PixelScale { mean: mean as f32, std: std as f32 }
            }
        }
    }

    /// The input that a byte becomes.
    pub(super) fn input(self, byte: u8) -> f32 {
        (f32::from(byte) - self.mean) / self.std
    }
}

/// Mean and standard deviation of bytes, from exact sums.
fn moments(bytes: &[u8]) -> (f64, f64) {
    let (sum, squares) = bytes.iter().fold((0u64, 0u64), |(sum, squares), &byte| {
        (sum + u64::from(byte), squares + u64::from(byte) * u64::from(byte))
    });
    let n = bytes.len() as f64;
    let mean = sum as f64 / n;
    let variance = squares as f64 / n - mean * mean;
    (mean, variance.max(0.0).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use mnist::ImageSet;

    #[test]
    fn standard_inputs_have_mean_0_and_variance_1() {
        let set = ImageSet::embedded(5_000).unwrap();
        let scale = PixelScale::of(Normalization::Named(Range::Standard), &set.training);
        let inputs: Vec<f64> =
            set.training.pixels().iter().map(|&byte| f64::from(scale.input(byte))).collect();
        let mean = inputs.iter().sum::<f64>() / inputs.len() as f64;
        let square = inputs.iter().map(|x| x * x).sum::<f64>() / inputs.len() as f64;
        assert!(mean.abs() < 1e-6 && (square - 1.0).abs() < 1e-5, "{mean} {square}");
    }
}
