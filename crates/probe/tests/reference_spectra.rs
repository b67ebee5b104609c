//! Spectra and noise of more starts, and Glorot and Bengio's deep tanh networks, against values
//! computed independently with NumPy in 64 bits.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use common::{assert_close, images, kind, mean, measured, network, uniform};
use initializers::{Activation, Gain, Initializer, Purpose, Stream, TensorSpec, truncated_normal};
use probe::{LayerWeights, Network, Options};

const QUANTITIES: [&str; 7] = [
    "jacobian_largest",
    "jacobian_smallest",
    "kernel_mean_diagonal",
    "kernel_largest",
    "hessian_largest",
    "hessian_smallest",
    "noise_scale",
];

/// Each quantity with its standard deviation over seeds.
type Row = (Initializer, [[f64; 2]; 7]);

/// Starts near the critical variance.
fn usual_starts() -> [Row; 5] {
    [
        (
            uniform(0.1),
            [
                [0.682, 0.023],
                [0.293, 0.015],
                [27.2, 2.5],
                [1_758.0, 240.0],
                [1.89, 0.20],
                [-0.76, 0.05],
                [114.0, 10.0],
            ],
        ),
        (
            truncated_normal(0.1).unwrap(),
            [
                [2.48, 0.08],
                [1.04, 0.05],
                [145.0, 18.0],
                [8_730.0, 1_400.0],
                [12.8, 3.8],
                [-1.7, 0.4],
                [56.0, 8.0],
            ],
        ),
        (
            kind("he_normal"),
            [
                [1.96, 0.07],
                [0.83, 0.05],
                [133.0, 15.0],
                [7_410.0, 1_400.0],
                [8.30, 2.1],
                [-1.28, 0.25],
                [86.0, 8.0],
            ],
        ),
        (
            kind("glorot_uniform"),
            [
                [1.35, 0.05],
                [0.58, 0.03],
                [89.0, 5.0],
                [4_950.0, 530.0],
                [5.01, 0.46],
                [-1.00, 0.09],
                [94.0, 8.0],
            ],
        ),
        (
            Initializer::Orthogonal { gain: Gain::Number(2f64.sqrt()) },
            [
                [1.757, 0.06],
                [0.945, 0.04],
                [134.0, 15.0],
                [6_470.0, 710.0],
                [7.95, 1.4],
                [-1.26, 0.22],
                [80.0, 8.0],
            ],
        ),
    ]
}

/// Starts that are far too large or small.
fn other_starts() -> [Row; 2] {
    [
        (
            uniform(1.0),
            [
                [682.0, 23.0],
                [293.0, 15.0],
                [2.60e5, 2.5e4],
                [1.64e7, 2.4e6],
                [666.0, 210.0],
                [-27.0, 6.0],
                [22.0, 3.0],
            ],
        ),
        (
            uniform(0.001),
            [
                [6.82e-7, 2.3e-8],
                [2.93e-7, 1.5e-8],
                [1.000, 0.001],
                [100.0, 0.1],
                [0.1, 1e-4],
                [-0.091, 0.004],
                [118.0, 10.0],
            ],
        ),
    ]
}

#[test]
fn spectra_and_noise_of_more_starts_are_those_of_the_table() {
    let images = images(1_000);
    let options =
        Options { jacobian_images: 100, kernel_images: Some(100), hessian_images: Some(1_000) };
    for (init, expected) in usual_starts().into_iter().chain(other_starts()) {
        let measures = [network(&init, 0).measure(&images, &options).unwrap()];
        for (name, expected) in QUANTITIES.into_iter().zip(expected) {
            assert_close(mean(&measures, None, name), expected, &format!("{init:?} {name}"));
        }
    }
    let zeros = network(&Initializer::Zeros, 0).measure(&images, &options).unwrap();
    let of = |name| mean(std::slice::from_ref(&zeros), None, name);
    assert_eq!([of("jacobian_largest"), of("kernel_mean_diagonal")], [0.0, 1.0]);
    assert!((of("kernel_largest") - 100.0).abs() < 1e-9 && of("hessian_smallest").abs() < 1e-12);
    assert!((of("hessian_largest") - 0.1).abs() < 2e-3, "classes are not seen alike often");
    assert_eq!(of("kernel_condition"), f64::INFINITY);
    let ones = network(&Initializer::Ones, 0).measure(&images, &options).unwrap();
    let of = |name| mean(std::slice::from_ref(&ones), None, name);
    assert_close(of("jacobian_largest"), [2.90e6, 0.0], "ones");
    assert_close(of("kernel_mean_diagonal"), [1.063e11, 2e9], "ones");
    assert_eq!(of("kernel_condition"), f64::INFINITY);
}

/// 784-1000x5-10 with tanh, as in Glorot and Bengio (2010): the shrinking start and the normalized
/// one, on images in [0, 1].
#[test]
fn glorots_networks_pass_signals_and_gradients_as_the_table_says() {
    let rows = [
        (
            Initializer::GeneralRule,
            [0.1906, 0.1076, 0.0618, 0.0357, 0.0207],
            [0.00184, 0.00329, 0.00576, 0.00998, 0.0172, 0.300],
            0.484,
        ),
        (
            kind("glorot_uniform"),
            [0.293, 0.268, 0.251, 0.237, 0.226],
            [0.0311, 0.0337, 0.0361, 0.0382, 0.0402, 0.301],
            0.782,
        ),
    ];
    let images = images(300);
    for (init, std, d, singular_value) in rows {
        let net = tanh_network(&init);
        let options = Options { jacobian_images: 1, ..Options::default() };
        let measures = [net.measure(&images, &options).unwrap()];
        for layer in 1..=6 {
            let of = |name| mean(&measures, Some(layer), name);
            let what = format!("{init:?}, layer {layer}");
            if layer < 6 {
                let [mean, rms] = [of("activation_mean"), of("activation_rms")];
                let expected = std[layer - 1];
                let got = (rms * rms - mean * mean).sqrt();
                assert_close(got, [expected, 0.02 * expected], &what);
            }
            assert_close(of("gradient_rms"), [d[layer - 1], 0.02 * d[layer - 1]], &what);
        }
        let values = net.block_singular_values(&images.first(1), [1, 2]).unwrap();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        assert_close(mean, [singular_value, 0.01], "mean singular value of layer 2 by layer 1");
    }
}

fn tanh_network(init: &Initializer) -> Network {
    let specs = TensorSpec::network(&[784, 1000, 1000, 1000, 1000, 1000, 10], Activation::Tanh);
    let draw = |(layer, spec): (u64, &TensorSpec)| {
        init.draw(spec, &mut Stream::new(0, Purpose::WEIGHTS, [layer, 0])).unwrap()
    };
    let weights: Vec<Vec<f32>> = (0..).zip(&specs).map(draw).collect();
    let layers: Vec<LayerWeights> = specs
        .iter()
        .zip(&weights)
        .map(|(spec, weight)| LayerWeights {
            shape: [spec.fan_in(), spec.fan_out()],
            weight,
            bias: None,
        })
        .collect();
    Network::new(&layers, Activation::Tanh).unwrap()
}

#[test]
fn signals_of_more_starts_are_those_of_the_table() {
    let images = images(1_000);
    let options = Options { jacobian_images: 1, ..Options::default() };
    // z with its standard deviation over seeds, then d and the weight gradient of one image.
    type Signals = (Initializer, [[f64; 2]; 3], [f64; 3], [f64; 3]);
    let rows: [Signals; 4] = [
        (
            uniform(0.01),
            [[0.0552, 0.001], [0.00358, 2e-4], [1.59e-4, 8e-6]],
            [1.78e-4, 0.00389, 0.3],
            [5.94e-5, 1.49e-4, 7.77e-4],
        ),
        (
            Initializer::GeneralRule,
            [[0.197, 0.005], [0.0799, 0.005], [0.0315, 0.002]],
            [0.00981, 0.0344, 0.3],
            [0.00328, 0.00471, 0.0173],
        ),
        (
            truncated_normal(0.1).unwrap(),
            [[0.821, 0.01], [0.821, 0.06], [0.615, 0.08]],
            [0.0434, 0.0605, 0.304],
            [0.0146, 0.0358, 0.18],
        ),
        (
            Initializer::Orthogonal { gain: Gain::Number(2f64.sqrt()) },
            [[0.479, 0.004], [0.489, 0.01], [0.441, 0.06]],
            [0.0579, 0.082, 0.302],
            [0.0193, 0.0279, 0.0998],
        ),
    ];
    for (init, z, d, g1) in rows {
        let measures = measured(&init, &images, &options);
        for layer in 1..=3 {
            let of = |name| mean(&measures, Some(layer), name);
            let what = format!("{init:?}, layer {layer}");
            let spread = |x: f64| [x, 0.05 * x];
            assert_close(of("pre_activation_rms"), z[layer - 1], &what);
            assert_close(of("gradient_rms"), spread(d[layer - 1]), &what);
            assert_close(of("image_weight_gradient_rms"), spread(g1[layer - 1]), &what);
        }
    }
}
