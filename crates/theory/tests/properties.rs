//! What holds of any activation and any variances, and theory against sampled wide networks.

use initializers::{Activation, Initializer, Purpose, Stream, TensorSpec};
use proptest::prelude::*;
use theory::{
    Inputs, Jacobian, Layer, Limit, Matrices, MeanField, Prediction, propagate, second_moment,
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

/// Mean square of the pre-activations of a second layer of width 4,096 at one input, sampled.
fn sampled(activation: Activation, weight_variance: f64, q: f64) -> [f64; 2] {
    const WIDTH: usize = 4096;
    let mut squares = [0.0; 2];
    let normal = Initializer::Normal { mean: 0.0, std: q.sqrt() };
    let mut stream = Stream::new(11, Purpose::WEIGHTS, [0, 0]);
    let z = normal.draw(&TensorSpec::linear(1, WIDTH), &mut stream).expect("a normal");
    let h: Vec<f64> = z.iter().map(|&z| activation.apply(f64::from(z))).collect();
    let weights = Initializer::Normal { mean: 0.0, std: (weight_variance / WIDTH as f64).sqrt() };
    let units = 256;
    let w = weights.draw(&TensorSpec::linear(WIDTH, units), &mut stream).expect("a normal");
    for unit in 0..units {
        let sum: f64 = (0..WIDTH).map(|i| h[i] * f64::from(w[i * units + unit])).sum();
        squares[0] += sum * sum / units as f64;
    }
    let slope = |&z: &f32| theory::derivative(activation, f64::from(z)).powi(2);
    squares[1] = weight_variance * z.iter().map(slope).sum::<f64>() / WIDTH as f64;
    squares
}

#[test]
fn wide_networks_do_what_the_maps_say() {
    for activation in Activation::ALL {
        for q in [0.3, 2.0] {
            let [square, slope] = sampled(activation, 1.5, q);
            // 256 units of a chi-squared variable: a standard deviation of 9 %.
            let expected = 1.5 * second_moment(activation, q);
            assert!((square / expected - 1.0).abs() < 0.36, "{activation} {q}: {square}");
            let expected = 1.5 * slope_second_moment(activation, q);
            assert!((slope / expected - 1.0).abs() < 0.25, "{activation} {q}: {slope}");
        }
    }
}
