//! How fast numbers are drawn, on one core: `cargo bench -p initializers`.
//!
//! Aims: the default network under 5 ms truncated normal and under 60 ms orthogonal; 4096 x 4096 truncated normal under
//! 0.4 s.

use divan::Bencher;
use initializers::{Activation, Initializer, Purpose, Stream, TensorSpec, catalog};

fn main() {
    divan::main();
}

fn kind(name: &str) -> Initializer {
    let std = [("std", catalog::Value::Real(0.1))];
    let kind = catalog::find(name).expect("in the table");
    kind.build(if kind.has_defaults() { &[] } else { &std }).expect("its defaults build")
}

/// All weights and biases of 784-256-128-10: 235,146 numbers.
#[divan::bench(args = ["truncated_normal", "uniform", "normal", "he_normal", "orthogonal", "sparse", "sinusoidal", "autoinit"])]
fn default_network(bencher: Bencher<'_, '_>, name: &str) {
    let init = kind(name);
    let layers = TensorSpec::network(&[784, 256, 128, 10], Activation::Relu);
    bencher.bench(|| {
        let draw = |layer: &TensorSpec| init.draw_layer(None, layer, 0).expect("it fits");
        layers.iter().map(draw).collect::<Vec<_>>()
    });
}

#[divan::bench(args = ["truncated_normal", "uniform"], sample_count = 10)]
fn square_4096(bencher: Bencher<'_, '_>, name: &str) {
    let init = kind(name);
    let spec = TensorSpec::linear(4096, 4096);
    bencher.bench(|| {
        init.draw(&spec, &mut Stream::new(0, Purpose::WEIGHTS, [0, 0])).expect("it fits")
    });
}
