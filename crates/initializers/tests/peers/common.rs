//! Draws, random shapes and the measures that the tests share.

use initializers::catalog::{self, ParameterError, Value};
use initializers::{Element, Initializer, Stream, TensorSpec};

pub(crate) fn build(kind: &str, given: &[(&str, Value)]) -> Result<Initializer, ParameterError> {
    catalog::find(kind).unwrap().build(given)
}

pub(crate) fn draw_as<T: Element>(init: &Initializer, spec: &TensorSpec, seed: u64) -> Vec<T> {
    let mut numbers = vec![T::default(); spec.len()];
    init.draw_into(spec, &mut Stream::named(seed, "peers"), &mut numbers).unwrap();
    numbers
}

/// An `f32` draw, as `f64`.
pub(crate) fn draw(init: &Initializer, spec: &TensorSpec, seed: u64) -> Vec<f64> {
    draw_as::<f32>(init, spec, seed).into_iter().map(f64::from).collect()
}

/// Random sizes and parameters.
pub(crate) struct Random(Stream);

impl Random {
    pub(crate) fn new(name: &str) -> Self {
        Random(Stream::named(0, name))
    }

    pub(crate) fn real(&mut self, min: f64, max: f64) -> f64 {
        min + (max - min) * self.0.uniform()
    }

    /// From `min` to `max`, both included.
    pub(crate) fn size(&mut self, min: usize, max: usize) -> usize {
        min + self.0.below(max + 1 - min)
    }

    /// A tensor of one, two or four axes, in PyTorch's layout.
    pub(crate) fn tensor(&mut self, dims: usize, min: usize, max: usize) -> TensorSpec {
        let size: Vec<usize> = (0..dims).map(|_| self.size(min, max)).collect();
        match *size {
            [units] => TensorSpec::linear(1, units).bias(),
            [outputs, inputs] => TensorSpec::linear(inputs, outputs).outputs_first(),
            [outputs, inputs, ref kernel @ ..] => TensorSpec::conv([inputs, outputs], kernel),
            [] => panic!("a tensor without axes"),
        }
    }
}

/// Asserts that numbers follow a distribution: Kolmogorov's test, with a p-value above 0.0001.
pub(crate) fn assert_follows(numbers: &[f64], cdf: impl Fn(f64) -> f64, what: &str) {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let gap = |(i, x): (usize, &f64)| {
        let expected = cdf(*x);
        (expected - i as f64 / n).abs().max(((i + 1) as f64 / n - expected).abs())
    };
    let distance = sorted.iter().enumerate().map(gap).fold(0.0, f64::max);
    assert!(distance * n.sqrt() < 2.23, "{what}: distance {distance} of {n}");
}

pub(crate) fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

pub(crate) fn std(numbers: &[f64]) -> f64 {
    let mean = mean(numbers);
    (numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / numbers.len() as f64).sqrt()
}

/// The least and the largest.
pub(crate) fn range(numbers: &[f64]) -> (f64, f64) {
    numbers.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(*x), b.max(*x)))
}

/// Asserts that the rows of a matrix, or its columns where there are fewer, are orthogonal and have
/// the length `gain`.
pub(crate) fn assert_orthogonal(matrix: &[f64], columns: usize, gain: f64, tolerance: f64) {
    let rows = matrix.len() / columns;
    let at = |vector: usize, k: usize| {
        if rows > columns { matrix[k * columns + vector] } else { matrix[vector * columns + k] }
    };
    let (count, length) = (rows.min(columns), rows.max(columns));
    for (a, b) in (0..count).flat_map(|a| (0..count).map(move |b| (a, b))) {
        let product: f64 = (0..length).map(|k| at(a, k) * at(b, k)).sum();
        let expected = if a == b { gain * gain } else { 0.0 };
        assert!((product - expected).abs() < tolerance, "{rows} x {columns}: {a}, {b}: {product}");
    }
}
