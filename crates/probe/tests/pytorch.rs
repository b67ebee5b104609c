//! The measures of small networks against PyTorch's automatic differentiation, from the fixture
//! that `scripts/references/probe_fixtures.py` writes.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use initializers::Activation;
use probe::{Images, LayerWeights, Measures, Network, Options};
use serde_json::Value;

const FIXTURE: &str = include_str!("fixtures/references.json");

/// The same numbers as the script's.
fn numbers(count: usize, start: usize, scale: f64) -> Vec<f32> {
    let number = |k: usize| {
        let k = k as f64;
        (scale * (12.9898 * k + 0.37 * (k + 1.0).sqrt()).sin()) as f32
    };
    (start..start + count).map(number).collect()
}

fn look(activation: Activation, widths: &[usize], images: usize) -> (Measures, Vec<f64>) {
    let parameters: Vec<(Vec<f32>, Vec<f32>)> = widths
        .windows(2)
        .enumerate()
        .map(|(layer, widths)| {
            let scale = 1.2 / (widths[0] as f64).sqrt() * 2f64.sqrt();
            let start = 2_000 * layer;
            (numbers(widths[0] * widths[1], start, scale), numbers(widths[1], start + 1_000, 0.3))
        })
        .collect();
    let layers: Vec<LayerWeights> = widths
        .windows(2)
        .zip(&parameters)
        .map(|(widths, (weight, bias))| LayerWeights {
            shape: [widths[0], widths[1]],
            weight,
            bias: Some(bias),
        })
        .collect();
    let network = Network::new(&layers, activation).unwrap();
    let classes = widths[widths.len() - 1];
    let labels: Vec<u16> = (0..images).map(|image| (image % classes) as u16).collect();
    let images = Images::new(&numbers(images * widths[0], 10_000, 1.0), &labels).unwrap();
    let options = Options {
        jacobian_images: images.len(),
        kernel_images: Some(images.len()),
        hessian_images: Some(images.len()),
    };
    let block = network.block_singular_values(&images.first(5), [1, 3]).unwrap();
    (network.measure(&images, &options).unwrap(), block)
}

fn floats(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(floats).collect(),
        value => vec![value.as_f64().unwrap()],
    }
}

/// To 1e-4 of the largest of them, which is what the two have in common where values are 0.
fn assert_same(got: &[f64], expected: &Value, what: &str) {
    let expected = floats(expected);
    assert_eq!(got.len(), expected.len(), "{what}");
    let largest = expected.iter().fold(0.0f64, |largest, x| largest.max(x.abs()));
    for (got, expected) in got.iter().zip(&expected) {
        assert!(
            (got - expected).abs() <= 1e-4 * expected.abs() + 1e-7 * largest,
            "{what}: {got}, {expected}"
        );
    }
}

#[test]
fn every_measure_is_what_pytorch_finds_with_the_same_weights() {
    let fixture: Value = serde_json::from_str(FIXTURE).unwrap();
    let widths: Vec<usize> = floats(&fixture["widths"]).iter().map(|&x| x as usize).collect();
    let images = fixture["images"].as_u64().unwrap() as usize;
    let networks = fixture["networks"].as_object().unwrap();
    assert!(networks.len() >= 10);
    for (name, expected) in networks {
        let (measures, block) = look(name.parse().unwrap(), &widths, images);
        let by_layer = |quantity: &str| -> Vec<f64> {
            let entries = measures.entries().into_iter();
            let of = entries.filter(|entry| entry.layer.is_some() && entry.name == quantity);
            of.map(|entry| entry.value).collect()
        };
        for quantity in [
            "pre_activation_rms",
            "activation_mean",
            "gradient_rms",
            "weight_gradient_rms",
            "image_weight_gradient_rms",
        ] {
            assert_same(&by_layer(quantity), &expected[quantity], &format!("{name} {quantity}"));
        }
        let kernel = measures.kernel.as_ref().unwrap();
        let curvature = measures.curvature.as_ref().unwrap();
        assert_same(&[measures.loss], &expected["loss"], name);
        assert_same(&measures.jacobian.singular_values, &expected["jacobian"], name);
        assert_same(&block, &expected["block_1_to_3"], name);
        assert_same(&[kernel.mean_diagonal], &expected["kernel_mean_diagonal"], name);
        assert_same(&[kernel.smallest, kernel.largest], &expected["kernel_ends"], name);
        assert_same(&[curvature.smallest, curvature.largest], &expected["hessian_ends"], name);
        let noise = expected["noise_scale"].as_f64().unwrap();
        if noise > 0.0 {
            assert_same(&[measures.noise_scale], &expected["noise_scale"], name);
        } else {
            assert!(measures.noise_scale.is_nan(), "{name}");
        }
    }
}
