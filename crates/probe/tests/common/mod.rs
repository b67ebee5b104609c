//! The tutorial's starts on MNIST, as the tests of reference values look into them.

#![allow(dead_code, clippy::unwrap_used)] // each test uses some of it

use initializers::{Activation, Initializer, Purpose, Stream, TensorSpec, catalog};
use probe::{Images, LayerWeights, Measures, Network, Options, sample_images};

/// Over how many seeds a mean is taken.
pub(crate) const SEEDS: u64 = 5;

/// So many of MNIST's training images.
pub(crate) fn images(count: usize) -> Images {
    let set = mnist::ImageSet::embedded(5_000).unwrap();
    let chosen = sample_images(set.training.len(), count);
    let size = set.training.pixels_per_image();
    let pixels = |&image: &u32| &set.training.pixels()[image as usize * size..][..size];
    let inputs: Vec<f32> =
        chosen.iter().flat_map(pixels).map(|&byte| f32::from(byte) / 255.0).collect();
    let labels: Vec<u16> =
        chosen.iter().map(|&image| set.training.labels()[image as usize]).collect();
    Images::new(&inputs, &labels).unwrap()
}

/// The tutorial's network.
pub(crate) fn network(init: &Initializer, seed: u64) -> Network {
    let targets = TensorSpec::network(&[784, 256, 128, 10], Activation::Relu);
    let weights: Vec<Vec<f32>> = targets
        .iter()
        .enumerate()
        .map(|(layer, target)| {
            let mut stream = Stream::new(seed, Purpose::WEIGHTS, [layer as u64, 0]);
            init.draw(target, &mut stream).unwrap()
        })
        .collect();
    let zeros = [0.0; 256];
    let layers: Vec<LayerWeights> = targets
        .iter()
        .zip(&weights)
        .map(|(target, weight)| LayerWeights {
            shape: [target.fan_in(), target.fan_out()],
            weight,
            bias: Some(&zeros[..target.fan_out()]),
        })
        .collect();
    Network::new(&layers, Activation::Relu).unwrap()
}

/// With each of the seeds.
pub(crate) fn measured(init: &Initializer, images: &Images, options: &Options) -> Vec<Measures> {
    (0..SEEDS).map(|seed| network(init, seed).measure(images, options).unwrap()).collect()
}

/// Mean of a quantity over seeds.
pub(crate) fn mean(measures: &[Measures], layer: Option<usize>, name: &str) -> f64 {
    let value = |measures: &Measures| {
        let entries = measures.entries();
        entries.iter().find(|e| e.layer == layer && e.name == name).expect(name).value
    };
    measures.iter().map(value).sum::<f64>() / measures.len() as f64
}

/// Within four standard deviations over seeds, and 2 % for the images that are others.
pub(crate) fn assert_close(got: f64, [expected, std]: [f64; 2], what: &str) {
    let tolerance = 4.0 * std + 0.02 * expected.abs();
    assert!((got - expected).abs() <= tolerance, "{what}: {got}, expected {expected} +- {std}");
}

/// An initializer by its name, its parameters at their defaults.
pub(crate) fn kind(name: &str) -> Initializer {
    catalog::find(name).unwrap().build(&[]).unwrap()
}

/// Uniform in `[-bound, bound)`.
pub(crate) fn uniform(bound: f64) -> Initializer {
    Initializer::Uniform { min: -bound, max: bound }
}
