//! Draws pinned by value: a change here changes every run that anyone has recorded.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use std::fmt::Write;

use initializers::catalog::{KINDS, Value};
use initializers::{Activation, TensorSpec};

/// FNV-1a over the bits.
fn digest(numbers: &[f32]) -> u64 {
    let bytes = numbers.iter().flat_map(|x| x.to_bits().to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Every kind's draw of the default network with seed 0: the first numbers of the first weight, and
/// a digest of all.
#[test]
fn every_draw_is_pinned() {
    let mut table = String::new();
    for kind in KINDS {
        let required = kind.parameters.iter().filter(|parameter| parameter.default.is_none());
        let given: Vec<_> = required.map(|parameter| (parameter.name, Value::Real(0.1))).collect();
        let init = kind.build(&given).expect(kind.name);
        let mut numbers = Vec::new();
        for spec in TensorSpec::network(&[784, 256, 128, 10], Activation::Relu) {
            let layer = init.draw_layer(None, &spec, 0).expect(kind.name);
            numbers.extend(layer.weight);
            numbers.extend(layer.bias);
        }
        assert_eq!(numbers.len(), 235_146);
        writeln!(table, "{:22} {:016x} {:?}", kind.name, digest(&numbers), &numbers[..3])
            .expect("a String takes all");
    }
    insta::assert_snapshot!(table);
}
