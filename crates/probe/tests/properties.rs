//! What holds of any network: exact laws of scale and symmetry, the same bits on any number of
//! threads, and an answer for every weight, however odd.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use initializers::{Activation, Gain, Initializer, Purpose, Stream, TensorSpec};
use probe::{Context, Images, LayerWeights, Measures, Network, Options, diagnose};
use proptest::prelude::*;

const INPUTS: usize = 12;
const CLASSES: usize = 4;

/// Weights of a network, layer by layer, and its widths.
#[derive(Debug, Clone)]
struct Weights {
    widths: Vec<usize>,
    weights: Vec<Vec<f32>>,
}

impl Weights {
    fn drawn(hidden: &[usize], init: &Initializer, activation: Activation, seed: u64) -> Self {
        let widths = [&[INPUTS], hidden, &[CLASSES]].concat();
        let draw = |(layer, spec): (u64, &TensorSpec)| {
            init.draw(spec, &mut Stream::new(seed, Purpose::WEIGHTS, [layer, 0])).unwrap()
        };
        let specs = TensorSpec::network(&widths, activation);
        Weights { weights: (0..).zip(&specs).map(draw).collect(), widths }
    }

    fn filled(hidden: &[usize], value: f32) -> Self {
        let widths = [&[INPUTS], hidden, &[CLASSES]].concat();
        let weights = widths.windows(2).map(|pair| vec![value; pair[0] * pair[1]]).collect();
        Weights { widths, weights }
    }

    fn scaled(mut self, factors: &[f32]) -> Self {
        for (weight, factor) in self.weights.iter_mut().zip(factors) {
            weight.iter_mut().for_each(|w| *w *= factor);
        }
        self
    }

    fn network(&self, activation: Activation) -> Network {
        let layers: Vec<LayerWeights> = self
            .widths
            .windows(2)
            .zip(&self.weights)
            .map(|(pair, weight)| LayerWeights { shape: [pair[0], pair[1]], weight, bias: None })
            .collect();
        Network::new(&layers, activation).unwrap()
    }
}

fn images(count: usize) -> Images {
    let mut stream = Stream::new(1, Purpose::named("test"), [0, 0]);
    let uniform = Initializer::Uniform { min: 0.0, max: 1.0 };
    let inputs = uniform.draw(&TensorSpec::linear(count, INPUTS), &mut stream).unwrap();
    let labels: Vec<u16> = (0..count).map(|image| (image % CLASSES) as u16).collect();
    Images::new(&inputs, &labels).unwrap()
}

fn everything(images: usize) -> Options {
    let all = Some(images);
    Options { jacobian_images: images, kernel_images: all, hessian_images: all }
}

fn value(measures: &Measures, layer: Option<usize>, name: &str) -> f64 {
    let entries = measures.entries();
    entries.iter().find(|entry| entry.layer == layer && entry.name == name).unwrap().value
}

fn assert_close(got: f64, expected: f64, tolerance: f64, what: &str) {
    let is_close = (got - expected).abs() <= tolerance * expected.abs();
    let is_same = got == expected || got.is_nan() && expected.is_nan();
    assert!(is_close || is_same, "{what}: {got}, expected {expected}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// `chi_1` of a linear orthogonal network is `gain^2` a layer, at any width and depth.
    #[test]
    fn a_linear_orthogonal_network_stretches_all_directions_alike(
        seed in 0u64..1_000, gain in 0.5f64..2.0, depth in 2usize..10,
    ) {
        let init = Initializer::Orthogonal { gain: Gain::Number(gain) };
        let net = Weights::drawn(&vec![9; depth], &init, Activation::Linear, seed)
            .network(Activation::Linear);
        let values = net.block_singular_values(&images(2), [1, depth]).unwrap();
        for value in values {
            assert_close(value, gain.powi(depth as i32 - 1), 1e-5, "a singular value");
        }
    }

    /// ReLU passes a factor on: signals grow by the factors of the layers before, the Jacobian by
    /// all of them, and what has no scale stays.
    #[test]
    fn relu_passes_the_scale_of_each_layer_on(
        seed in 0u64..1_000, powers in prop::collection::vec(-6i32..7, 4),
    ) {
        let factors: Vec<f32> = powers.iter().map(|&power| 2f32.powi(power)).collect();
        let init = Initializer::Normal { mean: 0.0, std: 0.4 };
        let one = Weights::drawn(&[16, 12, 8], &init, Activation::Relu, seed);
        let [one, scaled] = [one.clone(), one.scaled(&factors)].map(|weights| {
            weights.network(Activation::Relu).measure(&images(20), &Options::default()).unwrap()
        });
        let mut factor = 1.0;
        for (layer, own) in (1..).zip(&factors) {
            factor *= f64::from(*own);
            let of = |measures, name| value(measures, Some(layer), name);
            let grown = of(&one, "pre_activation_rms") * factor;
            assert_close(of(&scaled, "pre_activation_rms"), grown, 1e-12, "signal");
            if layer < 4 {
                for name in ["off", "dead", "always_on"] {
                    prop_assert_eq!(of(&one, name), of(&scaled, name), "{}", name);
                }
                for name in ["cosine", "effective_rank"] {
                    assert_close(of(&scaled, name), of(&one, name), 1e-9, name);
                }
            }
        }
        let of = |measures: &Measures| value(measures, None, "jacobian_mean_square");
        assert_close(of(&scaled), of(&one) * factor * factor, 1e-12, "Jacobian");
    }

    /// Units have no order: exchanging two of a hidden layer changes no measure but by rounding.
    #[test]
    fn the_order_of_units_does_not_matter(seed in 0u64..1_000, a in 0usize..10, b in 0usize..10) {
        let init = Initializer::Normal { mean: 0.0, std: 0.5 };
        let one = Weights::drawn(&[10, 6], &init, Activation::Tanh, seed);
        let mut other = one.clone();
        for row in other.weights[0].chunks_mut(10) {
            row.swap(a, b);
        }
        for column in 0..6 {
            other.weights[1].swap(a * 6 + column, b * 6 + column);
        }
        let [one, other] = [one, other].map(|weights| {
            weights.network(Activation::Tanh).measure(&images(15), &everything(15)).unwrap()
        });
        // Of a spectrum, rounding is relative to its largest value, and the Hessian's ends are
        // found to 1e-5.
        for (one, other) in one.entries().iter().zip(other.entries()) {
            let tolerance = match one.name {
                "kernel_smallest" | "kernel_condition" => 1e-3,
                "hessian_largest" | "hessian_smallest" | "largest_stable_rate" => 1e-3,
                _ => 1e-7,
            };
            assert_close(other.value, one.value, tolerance, one.name);
        }
    }

    /// The trace of the tangent kernel and its eigenvalues, of any network.
    #[test]
    fn a_kernel_has_no_negative_eigenvalue_and_at_most_its_trace(
        seed in 0u64..1_000, std in 0.01f64..2.0, count in 1usize..12,
    ) {
        let init = Initializer::Normal { mean: 0.0, std };
        let net = Weights::drawn(&[8], &init, Activation::Relu, seed).network(Activation::Relu);
        let kernel = net.measure(&images(count), &everything(count)).unwrap().kernel.unwrap();
        let trace = kernel.mean_diagonal * (count * CLASSES) as f64;
        prop_assert!(kernel.largest <= trace * (1.0 + 1e-9));
        prop_assert!(kernel.smallest >= -1e-9 * kernel.largest);
        prop_assert!(kernel.largest >= kernel.mean_diagonal * (1.0 - 1e-9));
    }
}

#[test]
fn the_bits_are_the_same_on_any_number_of_threads() {
    let init = Initializer::Normal { mean: 0.0, std: 0.4 };
    let net = Weights::drawn(&[20; 6], &init, Activation::Gelu, 5).network(Activation::Gelu);
    let measure = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| net.measure(&images(600), &everything(30)).unwrap())
    };
    assert_eq!(measure(1), measure(3));
}

/// What Adam trains, at its usual rate.
fn adam(activation: Activation) -> Context {
    Context {
        activation,
        is_adaptive: true,
        learning_rate: 1e-3,
        init_factor: 1.0,
        output_scale: 1.0,
    }
}

/// A result or a plain statement, never a panic, and no diagnosis that contradicts the numbers.
#[test]
fn odd_weights_have_an_answer() {
    let context = adam(Activation::Relu);
    let rules = |measures: &Measures| -> Vec<&'static str> {
        diagnose(measures, &context).iter().map(|finding| finding.rule).collect()
    };
    for hidden in [&[8, 6][..], &[1; 3], &[8; 49], &[]] {
        for activation in [Activation::Relu, Activation::Tanh, Activation::Gelu] {
            let of = |value| {
                let net = Weights::filled(hidden, value).network(activation);
                net.measure(&images(10), &everything(6)).unwrap()
            };
            let zeros = of(0.0);
            assert!((zeros.loss - (CLASSES as f64).ln()).abs() < 1e-12, "{hidden:?} {activation}");
            for value in [1.0, -1.0, f32::MIN_POSITIVE, f32::MAX] {
                rules(&of(value));
            }
            for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                assert_eq!(rules(&of(value)), ["not_finite"], "{hidden:?} {activation} {value}");
            }
        }
    }
}

#[test]
fn one_bad_weight_is_told() {
    for bad in [f32::NAN, f32::INFINITY] {
        let init = Initializer::Normal { mean: 0.0, std: 0.4 };
        let mut weights = Weights::drawn(&[8, 6], &init, Activation::Tanh, 5);
        weights.weights[0][3] = bad;
        let measures =
            weights.network(Activation::Tanh).measure(&images(10), &everything(6)).unwrap();
        let context = adam(Activation::Tanh);
        let findings = diagnose(&measures, &context);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].sentence.contains("layer 1"), "{}", findings[0].sentence);
        assert!(measures.curvature.unwrap().largest.is_nan());
    }
}
