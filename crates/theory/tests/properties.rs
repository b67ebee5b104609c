//! What holds of any activation and any variances, and theory against sampled wide networks.

use initializers::{Activation, Initializer, Purpose, Stream, TensorSpec};
use proptest::prelude::*;
use theory::{
    Inputs, Jacobian, Layer, Limit, Matrices, MeanField, Prediction, propagate,
    slope_second_moment, softmax_error, softmax_loss,
};

fn activation() -> impl Strategy<Value = Activation> {
    prop::sample::select(Activation::ALL.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_fixed_point_maps_to_itself(
        activation in activation(), weight_variance in 0.05f64..4.0, bias_variance in 0.0f64..1.0,
        start in 1e-3f64..10.0,
    ) {
        let net = MeanField { activation, weight_variance, bias_variance };
        if let Limit::Finite(q) = net.fixed_point(start) {
            prop_assert!((net.variance(q) - q).abs() <= 1e-9 * q.max(1e-6));
        }
    }

    #[test]
    fn correlations_stay_correlations_and_equal_inputs_stay_equal(
        activation in activation(), weight_variance in 0.05f64..4.0, bias_variance in 0.0f64..1.0,
        q in 1e-3f64..10.0, c in -1.0f64..1.0,
    ) {
        let net = MeanField { activation, weight_variance, bias_variance };
        let next = net.correlation([q, q], c);
        prop_assert!((-1.0..=1.0).contains(&next));
        prop_assert!((net.correlation([q, q], 1.0) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn relu_scales_with_the_weights(scale in 0.01f64..100.0, q in 1e-3f64..10.0) {
        let relu = |weight_variance| MeanField {
            activation: Activation::Relu, weight_variance, bias_variance: 0.0,
        };
        let (one, scaled) = (relu(2.0), relu(2.0 * scale));
        prop_assert!((scaled.variance(q) / one.variance(q) / scale - 1.0).abs() < 1e-12);
        prop_assert!((scaled.chi_1(q) / scale - 1.0).abs() < 1e-12);
        let gap = scaled.correlation([q, q], 0.3) - one.correlation([q, q], 0.3);
        prop_assert!(gap.abs() < 1e-12);
    }

    #[test]
    fn a_linear_orthogonal_network_has_equal_singular_values(
        weight_variance in 0.1f64..4.0, depth in 1usize..40,
    ) {
        let net = Jacobian {
            activation: Activation::Linear, matrices: Matrices::Orthogonal, weight_variance, q: 1.0,
            depth,
        };
        let expected = weight_variance.powf(0.5 * depth as f64);
        prop_assert!((net.largest() / expected - 1.0).abs() < 1e-9);
        prop_assert!(net.relative_variance().abs() < 1e-9);
    }

    #[test]
    fn the_largest_singular_value_is_at_least_the_mean_one(
        activation in activation(), q in 0.05f64..4.0, depth in 1usize..20, is_gaussian: bool,
    ) {
        let matrices = if is_gaussian { Matrices::Gaussian } else { Matrices::Orthogonal };
        let net = Jacobian { activation, matrices, weight_variance: 1.3, q, depth };
        prop_assert!(net.largest() >= net.mean_square().sqrt() * (1.0 - 1e-9));
    }

    #[test]
    fn loss_and_error_grow_with_the_logits(q in 0.0f64..1e3, classes in 2usize..20) {
        let (loss, error) = (softmax_loss(q, classes), softmax_error(q, classes));
        let c = classes as f64;
        prop_assert!(loss >= c.ln() - 1e-9 && softmax_loss(1.1 * q + 0.01, classes) > loss);
        let least = (1.0 - 1.0 / c) / c;
        prop_assert!((least - 1e-9..=2.0 * least).contains(&error), "{error}");
    }
}

#[test]
fn nothing_panics_whatever_the_variances() {
    let some = [
        Activation::Relu,
        Activation::Tanh,
        Activation::Sigmoid,
        Activation::HardShrink { lambda: 0.5 },
    ];
    let odd = [0.0, 1e-300, 1e300, f64::INFINITY, f64::NAN, -1.0];
    for activation in some {
        for weight_variance in odd {
            for bias_variance in [0.0, f64::NAN] {
                let net = MeanField { activation, weight_variance, bias_variance };
                net.phase(1.0);
                net.depth_scales(f64::NAN);
                net.tangent_kernel(1.0, 0.5, 3);
                let layer = Layer { fan_in: 1, fan_out: 1, weight_variance, bias_variance };
                let inputs =
                    Inputs { mean_squares: vec![0.0, 1.0], cosine: 0.4, squared_cosine: 0.2 };
                propagate(activation, &[layer; 3], &inputs, |q| softmax_error(q, 1));
            }
        }
    }
    assert!(
        propagate(
            Activation::Relu,
            &[],
            &Inputs { mean_squares: vec![], cosine: 0.0, squared_cosine: 0.0 },
            |_| 1.0
        )
        .is_empty()
    );
    assert!(Prediction { mean_square: f64::NAN, log_std: 1.0 }.band()[0].is_nan());
}

/// A layer of width 4,096 between two vectors of pre-activations of variance `q` and correlation
/// `c`: the weights, of variance `1 / 4096`, and the vectors.
struct WideLayer {
    weights: Vec<f32>,
    z: [Vec<f64>; 2],
    gradient: Vec<f64>,
}

const WIDTH: usize = 4096;

impl WideLayer {
    fn new(q: f64, c: f64) -> Self {
        let mut stream = Stream::new(11, Purpose::WEIGHTS, [0, 0]);
        let mut normal = |std: f64, count: usize| {
            let init = Initializer::Normal { mean: 0.0, std };
            init.draw(&TensorSpec::linear(count, WIDTH), &mut stream).expect("a normal")
        };
        let weights = normal((1.0 / WIDTH as f64).sqrt(), WIDTH);
        let [a, b, gradient] =
            [0, 1, 2].map(|_| -> Vec<f64> { normal(1.0, 1).into_iter().map(f64::from).collect() });
        let mix = |(a, b): (&f64, &f64)| q.sqrt() * (c * a + (1.0 - c * c).sqrt() * b);
        let second = a.iter().zip(&b).map(mix).collect();
        WideLayer { weights, z: [a.iter().map(|x| q.sqrt() * x).collect(), second], gradient }
    }

    /// The next layer's pre-activations.
    fn forward(&self, h: &[f64]) -> Vec<f64> {
        let mut next = vec![0.0; WIDTH];
        for (h, row) in h.iter().zip(self.weights.chunks(WIDTH)) {
            next.iter_mut().zip(row).for_each(|(sum, &w)| *sum += h * f64::from(w));
        }
        next
    }

    /// The gradient at the first of the two vectors, of that at the next layer.
    fn backward(&self, activation: Activation) -> Vec<f64> {
        let of = |(z, row): (&f64, &[f32])| {
            let sum: f64 = row.iter().zip(&self.gradient).map(|(&w, d)| f64::from(w) * d).sum();
            theory::derivative(activation, *z) * sum
        };
        self.z[0].iter().zip(self.weights.chunks(WIDTH)).map(of).collect()
    }
}

/// The mean of the products of numbers, and its standard error.
fn mean_product(a: &[f64], b: &[f64]) -> [f64; 2] {
    let n = a.len() as f64;
    let products = a.iter().zip(b).map(|(a, b)| a * b);
    let mean = products.clone().sum::<f64>() / n;
    [mean, (products.map(|x| (x - mean).powi(2)).sum::<f64>() / n / n).sqrt()]
}

#[test]
fn layers_of_width_4096_do_what_the_maps_say() {
    for [q, c] in [[0.3, 0.4], [2.0, 0.9]] {
        let layer = WideLayer::new(q, c);
        for activation in Activation::ALL {
            let net = MeanField { activation, weight_variance: 1.0, bias_variance: 0.0 };
            let what = format!("{activation} at {q}, {c}");
            let h = [0, 1]
                .map(|i| -> Vec<f64> { layer.z[i].iter().map(|&z| activation.apply(z)).collect() });
            let [first, second] = [0, 1].map(|i| layer.forward(&h[i]));
            // What the drawn units leave open, and what the drawn weights do on top of it.
            let [of_h, spread] = mean_product(&h[0], &h[0]);
            let [square, error] = mean_product(&first, &first);
            let open = 5.0 * (spread / of_h).hypot(error / square);
            assert!(open < 1.0, "{what}: {open} says nothing");
            assert!((square / net.variance(q) - 1.0).abs() < open, "{what}: {square}");
            let [product, error] = mean_product(&first, &second);
            let size = (square * mean_product(&second, &second)[0]).sqrt();
            let open = 5.0 * (mean_product(&h[0], &h[1])[1] / of_h + spread / of_h + error / size);
            let expected = net.correlation([q, q], c);
            assert!(
                (product / size - expected).abs() < open,
                "{what}: {product} {size} {expected}"
            );
            let back = layer.backward(activation);
            let [[gradient, error], [back, spread]] =
                [&layer.gradient, &back].map(|d| mean_product(d, d));
            let open = 5.0 * (spread / back).hypot(error / gradient);
            let chi = slope_second_moment(activation, q);
            assert!((back / gradient / chi - 1.0).abs() < open, "{what}: {back}, {chi}");
        }
    }
}
