//! Structured matrices: their defining properties for random shapes, and small ones by value.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use initializers::{
    Activation, Connections, DrawError, Gain, Initializer, MirroredBase, Purpose, Stream,
    TensorSpec, catalog,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

const ONE: Gain = Gain::Number(1.0);

fn config() -> Config {
    Config {
        cases: 32,
        rng_seed: RngSeed::Fixed(0x1417),
        failure_persistence: None,
        ..Config::default()
    }
}

fn draw(init: &Initializer, spec: &TensorSpec, seed: u64) -> Vec<f32> {
    init.draw(spec, &mut Stream::new(seed, Purpose::WEIGHTS, [0, 0])).expect("it fits")
}

/// The matrix `[inputs, outputs]` times the vector.
fn apply(matrix: &[f32], x: &[f64]) -> Vec<f64> {
    let outputs = matrix.len() / x.len();
    let unit = |j| x.iter().enumerate().map(|(i, x)| x * f64::from(matrix[i * outputs + j])).sum();
    (0..outputs).map(unit).collect()
}

fn relu(x: &mut [f64]) {
    x.iter_mut().for_each(|x| *x = x.max(0.0));
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn orthogonal_matrices_are_orthogonal(seed: u64, inputs in 1usize..80, outputs in 1usize..80, gain in 0.1..3.0) {
        let w = draw(&Initializer::Orthogonal { gain: Gain::Number(gain) }, &TensorSpec::linear(inputs, outputs), seed);
        let at = |i: usize, j: usize| f64::from(w[i * outputs + j]) / gain;
        for a in 0..inputs.min(outputs) {
            for b in 0..inputs.min(outputs) {
                let product: f64 = if inputs >= outputs {
                    (0..inputs).map(|i| at(i, a) * at(i, b)).sum()
                } else {
                    (0..outputs).map(|j| at(a, j) * at(b, j)).sum()
                };
                let expected = f64::from(u8::from(a == b));
                prop_assert!((product - expected).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn sparse_matrices_have_exact_zeros(seed: u64, inputs in 3usize..60, outputs in 3usize..60, outgoing: bool) {
        let along = if outgoing { Connections::Outgoing } else { Connections::Incoming };
        let init = Initializer::Sparse { connections: 3, along, std: 2.0 };
        let w = draw(&init, &TensorSpec::linear(inputs, outputs), seed);
        let kept = |group: usize| match along {
            Connections::Incoming => (0..inputs).filter(|i| w[i * outputs + group] != 0.0).count(),
            _ => (0..outputs).filter(|j| w[group * outputs + j] != 0.0).count(),
        };
        let groups = if outgoing { inputs } else { outputs };
        prop_assert!((0..groups).all(|group| kept(group) == 3));
    }

    #[test]
    fn a_network_that_looks_linear_is_linear(seed: u64, depth in 1usize..6, half in 1usize..9, normal: bool) {
        let mut widths = vec![5];
        widths.extend(std::iter::repeat_n(2 * half, depth));
        widths.push(3);
        let init = Initializer::LooksLinear { gain: ONE, base: if normal { MirroredBase::Normal } else { MirroredBase::Orthogonal } };
        let layers: Vec<_> = TensorSpec::network(&widths, Activation::Relu)
            .iter()
            .enumerate()
            .map(|(layer, spec)| draw(&init, spec, seed.wrapping_add(layer as u64)))
            .collect();
        let network = |x: &[f64]| {
            let mut x = x.to_vec();
            for (layer, w) in layers.iter().enumerate() {
                x = apply(w, &x);
                if layer + 1 < layers.len() {
                    relu(&mut x);
                }
            }
            x
        };
        let (a, b) = ([0.3, -1.0, 2.0, 0.5, -0.7], [1.0, 0.2, -0.4, -2.0, 0.9]);
        let sum: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - 2.0 * b).collect();
        for ((a, b), sum) in network(&a).iter().zip(network(&b)).zip(network(&sum)) {
            prop_assert!((a - 2.0 * b - sum).abs() < 1e-4);
        }
    }

    /// One positive entry a unit, of Beta(2, 1): mean 2/3; the bias has its share of them.
    #[test]
    fn randomized_asymmetric_units_have_a_positive_entry(seed: u64) {
        let (inputs, outputs) = (4, 6000);
        let drawn = Initializer::RandomizedAsymmetric.draw_layer(None, &TensorSpec::linear(inputs, outputs).at_layer(0, 1), seed).expect("it fits");
        // Normal entries have mean 0, so the mean of an entry is 2/3 / (inputs + 1).
        let all: Vec<f32> = drawn.weight.iter().chain(&drawn.bias).copied().collect();
        let mean = |numbers: &[f32]| numbers.iter().map(|&x| f64::from(x)).sum::<f64>() / numbers.len() as f64;
        let std = Initializer::RandomizedAsymmetric.std(&TensorSpec::linear(inputs, outputs)).expect("it is known");
        prop_assert!((mean(&all) - 2.0 / 15.0).abs() < 4.0 * std / (all.len() as f64).sqrt());
        prop_assert!((mean(&drawn.bias) - 2.0 / 15.0).abs() < 4.0 * std / (outputs as f64).sqrt());
        let square = all.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / all.len() as f64;
        prop_assert!((square - (2.0f64 / 15.0).powi(2) - std * std).abs() < 0.01);
    }
}

#[test]
fn small_matrices_by_value() {
    let identity = Initializer::Identity { gain: Gain::Number(0.5) };
    assert_eq!(draw(&identity, &TensorSpec::linear(2, 3), 0), [0.5, 0.0, 0.0, 0.0, 0.5, 0.0]);
    assert_eq!(draw(&identity, &TensorSpec::linear(3, 2), 0), [0.5, 0.0, 0.0, 0.5, 0.0, 0.0]);

    // [channels_out 2, channels_in 2, kernel 3]: the middle of the kernels 0 -> 0 and 1 -> 1.
    let dirac = draw(&Initializer::Identity { gain: ONE }, &TensorSpec::conv([2, 2], &[3]), 0);
    assert_eq!(dirac, [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]);

    // Three units read two inputs: the first rows and columns of the Hadamard matrix of order 4,
    // over 2.
    let zero = Initializer::ZeroHadamard { gain: ONE };
    assert_eq!(draw(&zero, &TensorSpec::linear(2, 3), 0), [0.5, 0.5, 0.5, 0.5, -0.5, 0.5]);
    assert_eq!(draw(&zero, &TensorSpec::linear(3, 2), 0), [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    let fixed_point = Initializer::TanhFixedPoint { noise: 0.0 };
    assert_eq!(draw(&fixed_point, &TensorSpec::linear(2, 3), 0), [1.0, 0.0, 1.0, 0.0, 1.0, 0.0]);

    // Mirrored: O is 1 x 1, so plus or minus one.
    let looks_linear = Initializer::LooksLinear { gain: ONE, base: MirroredBase::Orthogonal };
    let hidden = draw(&looks_linear, &TensorSpec::linear(2, 2).at_layer(1, 3), 0);
    let o = hidden[0];
    assert_eq!((o.abs(), hidden), (1.0, vec![o, -o, -o, o]));
}

#[test]
fn sines_have_glorots_variance() {
    let spec = TensorSpec::linear(40, 30);
    let w = draw(&Initializer::Sinusoidal { gain: ONE }, &spec, 0);
    let mean = w.iter().map(|&x| f64::from(x)).sum::<f64>() / 1200.0;
    let variance = w.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / 1199.0;
    assert!((variance - 2.0 / 70.0).abs() < 1e-7, "{variance}");
}

#[test]
fn what_has_no_meaning_for_a_tensor_is_an_error_before_anything_is_drawn() {
    let matrix = TensorSpec::linear(4, 3).at_layer(1, 3);
    let error = |name: &str, spec: &TensorSpec| {
        let kind = catalog::find(name).expect(name);
        let init = kind.build(&[]).expect(name);
        let error = init.check(spec).expect_err(name);
        assert_eq!(
            init.draw(spec, &mut Stream::new(0, Purpose::WEIGHTS, [0, 0])),
            Err(error.clone())
        );
        assert_eq!((init.distribution(spec), init.std(spec)), (None, None));
        error
    };
    assert!(matches!(error("orthogonal", &matrix.bias()), DrawError::NotAMatrix { .. }));
    assert!(matches!(error("lsuv", &matrix.bias()), DrawError::NotAMatrix { .. }));
    assert!(matches!(error("he_normal", &TensorSpec::linear(0, 3)), DrawError::NoFan { .. }));
    assert!(matches!(error("pytorch_linear", &TensorSpec::linear(0, 3)), DrawError::NoFan { .. }));
    assert!(matches!(
        error("general_rule", &TensorSpec::linear(0, 3).bias()),
        DrawError::NoFan { .. }
    ));
    assert!(matches!(
        error("sparse", &matrix),
        DrawError::TooManyConnections { connections: 15, available: 4, .. }
    ));
    assert!(matches!(error("looks_linear", &matrix), DrawError::OddWidth { width: 3, .. }));
    assert!(matches!(
        error("looks_linear", &TensorSpec::linear(3, 4).at_layer(1, 3)),
        DrawError::OddWidth { width: 3, .. }
    ));
    assert!(matches!(
        error("looks_linear", &TensorSpec::conv([2, 2], &[3]).at_layer(0, 1)),
        DrawError::NotFullyConnected { .. }
    ));
    assert!(matches!(error("sinusoidal", &TensorSpec::linear(2, 2)), DrawError::TooSmall { .. }));
    assert!(matches!(
        error("random_walk", &matrix.clone().with_activation(Activation::Tanh)),
        DrawError::NoGain { .. }
    ));
    assert_eq!(
        error("orthogonal", &matrix.bias()).to_string(),
        "orthogonal fills matrices, but the tensor [3] is a vector: a bias needs another initializer"
    );
}

#[test]
fn a_layer_brings_the_bias_that_belongs_to_its_weight() {
    let spec = TensorSpec::linear(100, 50).at_layer(0, 1);
    let layer = |name: &str, bias: Option<&Initializer>| {
        let init = catalog::find(name).expect(name).build(&[]).expect(name);
        init.draw_layer(bias, &spec, 1).expect(name)
    };
    for name in ["he_normal", "keras_dense", "flax_dense", "haiku_linear", "orthogonal", "lsuv"] {
        assert_eq!(layer(name, None).bias, [0.0; 50], "{name}");
    }
    for name in ["burn_linear", "pytorch_linear", "candle_linear", "tch_linear"] {
        let bias = layer(name, None).bias;
        assert!(
            bias.iter().all(|b| b.abs() <= 0.1) && bias.iter().any(|b| b.abs() > 0.08),
            "{name}"
        );
        assert_eq!(layer(name, Some(&Initializer::Ones)).bias, [1.0; 50], "{name}");
    }
    let rai = layer("randomized_asymmetric", None);
    assert_eq!(rai, layer("randomized_asymmetric", Some(&Initializer::RandomizedAsymmetric)));
    let alone = Initializer::Zeros.check_layer(Some(&Initializer::RandomizedAsymmetric), &spec);
    assert!(matches!(alone, Err(DrawError::NotAMatrix { .. })));
    assert!(rai.bias.iter().any(|b| *b != 0.0));
    let named = layer("randomized_asymmetric", Some(&Initializer::Zeros));
    assert_eq!((named.weight, named.bias), (rai.weight, vec![0.0; 50]));
    // A default is the same draw as the initializer that it names.
    assert_eq!(layer("pytorch_linear", None).weight, layer("general_rule", None).weight);
    assert_eq!(layer("keras_dense", None).weight, layer("glorot_uniform", None).weight);
}

#[test]
fn layers_do_not_share_numbers() {
    let init = Initializer::Normal { mean: 0.0, std: 1.0 };
    let draw = |layer, seed| {
        init.draw_layer(Some(&init), &TensorSpec::linear(8, 8).at_layer(layer, 3), seed)
            .expect("it fits")
    };
    let first = draw(0, 0);
    assert_eq!(first, draw(0, 0));
    assert_ne!(first.weight, draw(1, 0).weight);
    assert_ne!(first.weight, draw(0, 1).weight);
    assert_ne!(first.weight[..8], first.bias);
}
