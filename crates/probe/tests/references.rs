//! The tutorial's starts, looked into, against values computed independently with NumPy in 64 bits:
//! other random numbers and other images, so means over seeds agree within their spread.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

mod common;

use common::{assert_close, images, kind, mean, measured, network, uniform};
use initializers::Initializer;
use probe::{Measures, Options};

/// An initializer with z, d and the weight gradient of one image, by layer; z with its standard
/// deviation over seeds.
type Row = (Initializer, [[f64; 2]; 3], [f64; 3], [f64; 3]);

/// The starts whose signals shrink or grow.
fn starts_of_other_sizes() -> [Row; 4] {
    [
        (
            uniform(1.0),
            [[5.52, 0.1], [35.8, 2.0], [159.0, 8.0]],
            [2.5, 0.548, 0.419],
            [0.832, 2.09, 10.8],
        ),
        (
            uniform(0.1),
            [[0.552, 0.01], [0.358, 0.02], [0.159, 0.008]],
            [0.0178, 0.0389, 0.3],
            [0.00594, 0.0149, 0.0777],
        ),
        (
            uniform(0.001),
            [[0.00552, 1e-4], [3.58e-5, 2e-6], [1.59e-7, 8e-9]],
            [1.78e-6, 3.89e-4, 0.3],
            [5.94e-7, 1.49e-6, 7.77e-6],
        ),
        (
            Initializer::Uniform { min: 0.0, max: 1.0 },
            // The mean of the last layer's 1,280 weights alone spreads by 1.6 %.
            [[54.0, 0.2], [6.91e3, 20.0], [4.40e5, 7e3]],
            [3.24, 0.378, 0.424],
            [1.07, 20.1, 2.9e3],
        ),
    ]
}

/// Those near the critical variance.
fn starts_near_the_critical_one() -> [Row; 3] {
    [
        (
            Initializer::Normal { mean: 0.0, std: 0.1 },
            [[0.946, 0.02], [1.1, 0.09], [0.729, 0.1]],
            [0.0536, 0.0666, 0.307],
            [0.0179, 0.0449, 0.228],
        ),
        (
            kind("he_normal"),
            [[0.478, 0.01], [0.49, 0.04], [0.407, 0.07]],
            [0.0581, 0.0817, 0.302],
            [0.0193, 0.0278, 0.0998],
        ),
        (
            kind("glorot_uniform"),
            [[0.419, 0.01], [0.34, 0.02], [0.316, 0.02]],
            [0.0464, 0.0813, 0.301],
            [0.0155, 0.0237, 0.0739],
        ),
    ]
}

#[test]
fn signals_and_gradients_of_the_starts_are_those_of_the_table() {
    let images = images(1_000);
    let options = Options { jacobian_images: 1, ..Options::default() };
    let rows = starts_of_other_sizes().into_iter().chain(starts_near_the_critical_one());
    for (init, z, d, g1) in rows {
        let measures = measured(&init, &images, &options);
        for layer in 1..=3 {
            let of = |name| mean(&measures, Some(layer), name);
            let what = format!("{init:?}, layer {layer}");
            assert_close(of("pre_activation_rms"), z[layer - 1], &what);
            // Their spread over seeds is about a tenth at most.
            let spread = |x: f64| [x, 0.05 * x];
            assert_close(of("gradient_rms"), spread(d[layer - 1]), &what);
            assert_close(of("image_weight_gradient_rms"), spread(g1[layer - 1]), &what);
        }
    }
}

#[test]
fn units_are_off_dead_and_alike_as_the_table_says() {
    let images = images(1_000);
    let options = Options { jacobian_images: 1, ..Options::default() };
    let normal = measured(&Initializer::Normal { mean: 0.0, std: 0.1 }, &images, &options);
    assert_close(mean(&normal, Some(1), "off"), [0.492, 0.02], "off");
    assert_close(mean(&normal, Some(2), "off"), [0.522, 0.03], "off");
    assert_eq!(mean(&normal, Some(1), "dead"), 0.0);
    assert_close(mean(&normal, Some(1), "activation_mean"), [0.379, 0.01], "mean");
    assert_close(mean(&normal, Some(1), "cosine"), [0.557, 0.02], "cosine");
    assert_close(mean(&normal, Some(2), "cosine"), [0.66, 0.04], "cosine");
    // On 5,000 images the ranks are 156.5 and 75; fewer images span a little less.
    assert_close(mean(&normal, Some(1), "effective_rank"), [150.0, 3.0], "rank");
    assert_close(mean(&normal, Some(2), "effective_rank"), [74.0, 3.0], "rank");
    assert_close(mean(&normal, None, "loss"), [2.51, 0.11], "loss");
    assert_close(mean(&normal, None, "noise_scale"), [54.0, 8.0], "noise");
    let positive = measured(&Initializer::Uniform { min: 0.0, max: 1.0 }, &images, &options);
    assert_eq!(mean(&positive, Some(1), "off"), 0.0);
    assert_eq!(mean(&positive, Some(2), "always_on"), 1.0);
    assert_close(mean(&positive, Some(1), "cosine"), [0.998, 0.0], "cosine");
    assert_close(mean(&positive, Some(1), "effective_rank"), [7.37, 0.2], "rank");
    assert_close(mean(&positive, None, "loss"), [33_800.0, 9_400.0], "loss");
    let ones = &measured(&Initializer::Ones, &images, &options)[0];
    assert!((ones.loss - 10f64.ln()).abs() < 1e-9 && ones.layers[0].has_equal_units);
    // The rows of its last weight are equal, and the errors of an image sum to 0.
    assert_eq!(ones.layers[0].weight_gradient_rms, 0.0);
    let zeros = &measured(&Initializer::Zeros, &images, &options)[0];
    assert!((zeros.loss - 10f64.ln()).abs() < 1e-12 && zeros.layers[1].gradient_rms == 0.0);
    assert!((zeros.layers[2].gradient_rms - 0.3).abs() < 1e-9);
}

/// The largest and smallest singular value of the Jacobian, the kernel's mean diagonal and largest
/// eigenvalue, the ends of the Hessian's spectrum; each with its standard deviation over seeds.
fn spectra() -> [(Initializer, [[f64; 2]; 6]); 3] {
    [
        (
            Initializer::Normal { mean: 0.0, std: 0.1 },
            [
                [3.51, 0.13],
                [1.48, 0.08],
                [219.0, 33.0],
                [13_650.0, 3_200.0],
                [19.8, 7.1],
                [-2.2, 0.7],
            ],
        ),
        (
            Initializer::GeneralRule,
            [
                [0.1345, 0.005],
                [0.0579, 0.003],
                [5.06, 0.23],
                [324.0, 23.0],
                [0.526, 0.011],
                [-0.478, 0.014],
            ],
        ),
        (
            uniform(0.01),
            [
                [6.82e-4, 2.3e-5],
                [2.93e-4, 1.5e-5],
                [1.005, 0.001],
                [100.4, 0.4],
                [0.1116, 0.002],
                [-0.1116, 0.002],
            ],
        ),
    ]
}

#[test]
fn jacobian_kernel_and_curvature_are_those_of_the_table() {
    let images = images(1_000);
    let options =
        Options { jacobian_images: 100, kernel_images: Some(100), hessian_images: Some(1_000) };
    for (init, expected) in spectra() {
        let measures: Vec<Measures> =
            (0..2).map(|seed| network(&init, seed).measure(&images, &options).unwrap()).collect();
        let names = [
            "jacobian_largest",
            "jacobian_smallest",
            "kernel_mean_diagonal",
            "kernel_largest",
            "hessian_largest",
            "hessian_smallest",
        ];
        for (name, expected) in names.into_iter().zip(expected) {
            assert_close(mean(&measures, None, name), expected, &format!("{init:?} {name}"));
        }
        let products = measures[0].curvature.as_ref().unwrap().products;
        assert!(products < 200, "{init:?}: {products}");
    }
}
