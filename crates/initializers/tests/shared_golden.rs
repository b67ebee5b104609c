//! Draws that Rust and Python must have in common, to the bit: `crates/python/tests/golden.json`.
//! With the variable `UPDATE_GOLDEN` set, the file is written.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use initializers::catalog::{self, Value};
use initializers::{Element, Initializer, Purpose, Stream, TensorSpec};
use serde_json::{Value as Json, json};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../python/tests/golden.json");

/// FNV-1a.
fn digest(bytes: impl Iterator<Item = u8>) -> String {
    let step = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", bytes.fold(0xcbf2_9ce4_8422_2325, step))
}

fn draw<T: Element>(init: &Initializer, spec: &TensorSpec, seed: u64) -> Vec<T> {
    let index = spec.position().unwrap().index as u64;
    let mut numbers = vec![T::default(); spec.len()];
    let mut stream = Stream::new(seed, Purpose::WEIGHTS, [index, 0]);
    init.draw_into(spec, &mut stream, &mut numbers).unwrap();
    numbers
}

fn row(kind: &str, given: &[(&str, Value)], layout: &str, spec: TensorSpec, double: bool) -> Json {
    let init = catalog::find(kind).unwrap().build(given).unwrap();
    let (layer, seed) = (1, 1 << 40 | 7);
    let spec = spec.at_layer(layer, 3);
    let digest = if double {
        digest(draw::<f64>(&init, &spec, seed).iter().flat_map(|x| x.to_le_bytes()))
    } else {
        digest(draw::<f32>(&init, &spec, seed).iter().flat_map(|x| x.to_le_bytes()))
    };
    let parameters: Vec<(String, Json)> = given
        .iter()
        .map(|(name, value)| {
            let json = match value {
                Value::Real(value) => json!(value),
                Value::Integer(value) => json!(value),
                Value::Bool(value) => json!(value),
                Value::Text(value) => json!(value),
            };
            ((*name).to_owned(), json)
        })
        .collect();
    json!({
        "kind": kind, "parameters": Json::from_iter(parameters), "layout": layout,
        "shape": spec.shape(), "groups": spec.groups(), "layer": layer, "seed": seed,
        "dtype": if double { "float64" } else { "float32" }, "digest": digest,
    })
}

#[test]
fn rust_and_python_draw_the_same_bits() {
    let mut rows = Vec::new();
    for kind in catalog::KINDS {
        let required = kind.parameters.iter().filter(|parameter| parameter.default.is_none());
        let given: Vec<_> = required.map(|parameter| (parameter.name, Value::Real(0.1))).collect();
        let spec = TensorSpec::linear(48, 36);
        rows.push(row(kind.name, &given, "inputs_first", spec, false));
    }
    let half = || [("std", Value::Real(0.5))];
    let outputs_first = TensorSpec::linear(48, 36).outputs_first();
    rows.push(row("orthogonal", &[], "outputs_first", outputs_first, false));
    rows.push(row("normal", &half(), "inputs_first", TensorSpec::linear(9, 9), true));
    let conv = TensorSpec::grouped_conv([6, 12], 3, &[3, 5]).unwrap();
    rows.push(row("identity", &[], "outputs_first", conv.clone(), false));
    rows.push(row("delta_orthogonal", &[], "outputs_first", conv.clone(), false));
    rows.push(row("he_normal", &[], "inputs_first", conv.kernel_first(), false));
    let up = TensorSpec::grouped_conv_transpose([6, 12], 3, &[3]).unwrap();
    rows.push(row("glorot_uniform", &[], "outputs_first_transposed", up.clone(), false));
    rows.push(row("orthogonal", &[], "inputs_first_transposed", up.kernel_first(), true));
    rows.push(row("normal", &half(), "embedding", TensorSpec::embedding(20, 8), false));
    let given = [("truncated", Value::Bool(true)), ("gain", Value::from("leaky_relu(0.2)"))];
    rows.push(row(
        "he_normal",
        &given,
        "attention_input",
        TensorSpec::attention_input(8, 2, 4),
        false,
    ));
    rows.push(row(
        "lecun_normal",
        &[],
        "attention_output",
        TensorSpec::attention_output(2, 4, 8),
        false,
    ));
    let rows = Json::Array(rows);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(FILE, serde_json::to_string_pretty(&rows).unwrap() + "\n").unwrap();
    }
    let file: Json = serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap();
    assert_eq!(file, rows);
}
