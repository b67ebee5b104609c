//! How fast numbers are drawn, on one core: `cargo bench -p initializers`.

use divan::Bencher;
use initializers::{Activation, Initializer, Stream, TensorSpec, catalog};

fn main() {
    divan::main();
}

fn kind(name: &str) -> Initializer {
    let std = [("std", catalog::Value::Real(0.1))];
    let kind = catalog::find(name).expect("a kind");
    kind.build(if kind.has_defaults() { &[] } else { &std }).expect("its defaults build")
}

/// All weights and biases of 784-256-128-10: 235,146 numbers.
#[divan::bench(args = [
    "truncated_normal", "uniform", "normal", "he_normal", "orthogonal", "sparse", "sinusoidal",
    "autoinit"
])]
fn default_network(bencher: Bencher<'_, '_>, name: &str) {
    let init = kind(name);
    let layers = TensorSpec::network(&[784, 256, 128, 10], Activation::Relu);
    bencher.bench(|| {
        let draw = |layer: &TensorSpec| init.draw_layer(None, layer, 0).expect("it fits");
        layers.iter().map(draw).collect::<Vec<_>>()
    });
}

/// 16.8 million numbers into memory that is there.
#[divan::bench(args = ["uniform", "normal", "truncated_normal"], sample_count = 10)]
fn square_4096(bencher: Bencher<'_, '_>, name: &str) {
    draw_square(bencher, &kind(name), 4096);
}

#[divan::bench(args = [512, 1024, 2048, 4096], sample_count = 3, sample_size = 1)]
fn orthogonal_square(bencher: Bencher<'_, '_>, side: usize) {
    draw_square(bencher, &kind("orthogonal"), side);
}

fn draw_square(bencher: Bencher<'_, '_>, init: &Initializer, side: usize) {
    let spec = TensorSpec::linear(side, side);
    let mut numbers = vec![0f32; spec.len()];
    bencher.bench_local(|| {
        init.draw_into(&spec, &mut Stream::named(0, "bench"), &mut numbers).expect("it fits");
    });
}
