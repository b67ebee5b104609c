//! Sets that are drawn instead of read: clouds around means, and what a teacher network says.

use experiment::{KnownSet, Synthetic};
use initializers::{DrawError, Initializer, Purpose, Stream, TensorSpec, normal};
use mnist::{ImageSet, SetError, Shape};

/// The numbers of an image; index = [0 for training or 1 for test, 0]. So a larger set begins with
/// the images of a smaller one.
const INPUTS: Purpose = Purpose::named("synthetic inputs");
/// The class of each image of a mixture; index as for inputs.
const LABELS: Purpose = Purpose::named("synthetic labels");
/// The means of a mixture; index = [0, 0].
const MEANS: Purpose = Purpose::named("synthetic means");
/// The weights of a teacher; index = [layer, 0].
const TEACHER: Purpose = Purpose::named("synthetic teacher");

/// So many standard deviations lie between the mean, in the middle of the bytes, and their ends.
const REACH: f32 = 4.0;

/// Draws the set.
///
/// # Errors
/// It has a size that no set has; settings let none through.
pub(super) fn draw(synthetic: &Synthetic, seed: u64) -> Result<ImageSet, SetError> {
    let KnownSet { inputs, classes, training_file, test } = synthetic.known();
    let labelled = |(file, images): (u64, usize)| match synthetic {
        Synthetic::GaussianMixture { separation, .. } => {
            mixture(inputs, classes, *separation, images, seed, file)
        }
        Synthetic::Teacher { hidden, .. } => {
            let bytes = quantized(&normals(1.0, inputs, images, seed, INPUTS, [file, 0]), 1.0);
            let labels = Teacher::new(inputs, hidden, classes, seed).labels(&bytes);
            (bytes, labels)
        }
    };
    let shape = Shape { rows: 1, columns: inputs, classes };
    ImageSet::from_images(shape, [(0, training_file), (1, test)].map(labelled))
}

/// Normal clouds of variance 1 around means. Two means have a mean squared distance of
/// `separation` squared.
fn mixture(
    inputs: usize,
    classes: usize,
    separation: f64,
    images: usize,
    seed: u64,
    file: u64,
) -> (Vec<u8>, Vec<u16>) {
    let spread = separation / (2.0 * inputs as f64).sqrt();
    let means = normals(spread, inputs, classes, seed, MEANS, [0, 0]);
    let mut numbers = normals(1.0, inputs, images, seed, INPUTS, [file, 0]);
    let mut stream = Stream::new(seed, LABELS, [file, 0]);
    let labels: Vec<u16> = (0..images).map(|_| stream.below(classes) as u16).collect();
    for (image, &label) in numbers.chunks_exact_mut(inputs).zip(&labels) {
        let mean = &means[usize::from(label) * inputs..][..inputs];
        image.iter_mut().zip(mean).for_each(|(number, mean)| *number += mean);
    }
    (quantized(&numbers, (1.0 + spread * spread).sqrt() as f32), labels)
}

/// `rows` rows of `columns` normal numbers.
fn normals(
    std: f64,
    columns: usize,
    rows: usize,
    seed: u64,
    purpose: Purpose,
    index: [u64; 2],
) -> Vec<f32> {
    let draw = |init: Initializer| -> Result<Vec<f32>, DrawError> {
        init.draw(&TensorSpec::linear(rows, columns), &mut Stream::new(seed, purpose, index))
    };
    let drawn = normal(0.0, std).ok().and_then(|init| draw(init).ok());
    drawn.unwrap_or_else(|| unreachable!("sizes and standard deviations are positive"))
}

/// Numbers of mean 0 and that standard deviation as bytes.
fn quantized(numbers: &[f32], std: f32) -> Vec<u8> {
    let scale = 127.5 / (REACH * std);
    numbers.iter().map(|number| (127.5 + scale * number).round().clamp(0.0, 255.0) as u8).collect()
}

/// A network of tanh layers.
struct Teacher {
    /// `[fan_in, fan_out]` each.
    weights: Vec<Vec<f32>>,
    widths: Vec<usize>,
}

impl Teacher {
    fn new(inputs: usize, hidden: &[usize], classes: usize, seed: u64) -> Self {
        let widths = [&[inputs], hidden, &[classes]].concat();
        let layer = |(index, pair): (usize, &[usize])| {
            let std = 1.0 / (pair[0] as f64).sqrt();
            normals(std, pair[1], pair[0], seed, TEACHER, [index as u64, 0])
        };
        let weights = widths.windows(2).enumerate().map(layer).collect();
        Teacher { weights, widths }
    }

    /// The class of each image: its largest output, the first of equal ones.
    fn labels(&self, bytes: &[u8]) -> Vec<u16> {
        let image = |image: &[u8]| {
            let input = |&byte: &u8| (f32::from(byte) - 127.5) * (REACH / 127.5);
            let mut values: Vec<f32> = image.iter().map(input).collect();
            for (layer, weight) in self.weights.iter().enumerate() {
                if layer > 0 {
                    // From `libm`, which gives the same bits on every processor.
                    values.iter_mut().for_each(|value| *value = libm::tanhf(*value));
                }
                values = product(&values, weight, self.widths[layer + 1]);
            }
            let first_largest = |best: usize, class| {
                if values[class] > values[best] { class } else { best }
            };
            (1..values.len()).fold(0, first_largest) as u16
        };
        bytes.chunks_exact(self.widths[0]).map(image).collect()
    }
}

/// A row times a matrix with so many columns.
fn product(row: &[f32], matrix: &[f32], columns: usize) -> Vec<f32> {
    let mut sums = vec![0.0; columns];
    for (value, weights) in row.iter().zip(matrix.chunks_exact(columns)) {
        sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += value * weight);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(byte: u8) -> f64 {
        (f64::from(byte) - 127.5) * f64::from(REACH / 127.5)
    }

    #[test]
    fn numbers_have_mean_0_and_variance_1_before_they_are_bytes() {
        for synthetic in [
            Synthetic::GaussianMixture { inputs: 20, classes: 4, images: 5_000, separation: 6.0 },
            Synthetic::Teacher { inputs: 20, classes: 4, images: 5_000, hidden: vec![8] },
        ] {
            let set = draw(&synthetic, 3).unwrap();
            let inputs: Vec<f64> = set.training.pixels().iter().map(|&byte| input(byte)).collect();
            let mean = inputs.iter().sum::<f64>() / inputs.len() as f64;
            let square = inputs.iter().map(|x| x * x).sum::<f64>() / inputs.len() as f64;
            // The four means of the mixture are a small sample.
            assert!(mean.abs() < 0.2 && (square - 1.0).abs() < 0.2, "{mean} {square}");
        }
    }

    #[test]
    fn the_best_rule_for_two_clouds_errs_as_often_as_theory_says() {
        let (separation, images) = (2.0, 40_000);
        let mixture = Synthetic::GaussianMixture { inputs: 50, classes: 2, images, separation };
        let set = draw(&mixture, 0).unwrap();
        let spread = separation / 10.0;
        let means = normals(spread, 50, 2, 0, MEANS, [0, 0]);
        let distance = |x: &[f64], mean: &[f32]| -> f64 {
            x.iter().zip(mean).map(|(x, mean)| (x - f64::from(*mean)).powi(2)).sum()
        };
        let scale = (1.0 + spread * spread).sqrt();
        let errors = set.training.pixels().chunks_exact(50).zip(set.training.labels());
        let errors = errors.filter(|(image, label)| {
            let x: Vec<f64> = image.iter().map(|&byte| input(byte) * scale).collect();
            u16::from(distance(&x, &means[50..]) < distance(&x, &means[..50])) != **label
        });
        let share = errors.count() as f64 / images as f64;
        let first: Vec<f64> = means[..50].iter().map(|&mean| f64::from(mean)).collect();
        let apart = distance(&first, &means[50..]);
        // The normal distribution function at minus half the distance.
        let expected = 0.5 * libm::erfc(apart.sqrt() / 2.0 / std::f64::consts::SQRT_2);
        let error = (expected * (1.0 - expected) / images as f64).sqrt();
        assert!((share - expected).abs() < 4.0 * error, "{share}, expected {expected}");
    }

    #[test]
    fn a_larger_set_begins_with_a_smaller_one_and_only_the_seed_decides() {
        let teacher =
            |images| Synthetic::Teacher { inputs: 10, classes: 3, images, hidden: vec![] };
        let (small, large) = (draw(&teacher(100), 1).unwrap(), draw(&teacher(200), 1).unwrap());
        assert_eq!(small.training.pixels(), large.training.part(0..100).pixels());
        assert_eq!(small.training.labels(), large.training.part(0..100).labels());
        assert_eq!(small.test.pixels(), large.test.pixels());
        assert_ne!(draw(&teacher(100), 2).unwrap().training.labels(), small.training.labels());
        let mut seen = small.training.labels().to_vec();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen, [0, 1, 2]);
    }
}
