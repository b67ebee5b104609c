//! The theory against values computed independently, with NumPy and SciPy in 64 bits.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use initializers::Activation;
use theory::{
    DepthScales, Inputs, Jacobian, Layer, Limit, Matrices, MeanField, Phase, arc_cosine_1,
    born_dead, critical_line, curvature_second_moment, propagate, second_moment,
    slope_second_moment, softmax_error,
};

const HARD_TANH: Activation = Activation::Hardtanh { min: -1.0, max: 1.0 };

fn assert_close(got: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((got - expected).abs() <= tolerance * expected.abs(), "{what}: {got}, {expected}");
}

#[test]
fn moments_are_those_of_the_table() {
    type Row = (Activation, [[f64; 2]; 3]);
    let rows: [Row; 6] = [
        (
            Activation::Tanh,
            [[0.27367631, 0.59242579], [0.39429449, 0.46440290], [0.51997575, 0.34950830]],
        ),
        (HARD_TANH, [[0.37109585, 0.84270079], [0.51605855, 0.68268949], [0.64171730, 0.52049988]]),
        (
            Activation::Gelu,
            [[0.18955654, 0.40724797], [0.42522148, 0.45585087], [0.92208287, 0.48951194]],
        ),
        (
            Activation::Silu,
            [[0.15857625, 0.33470896], [0.35577552, 0.37948235], [0.79915315, 0.42687272]],
        ),
        (
            Activation::Sigmoid,
            [[0.27537663, 0.05136252], [0.29337904, 0.04483624], [0.31841908, 0.03702661]],
        ),
        (
            Activation::Softplus { beta: 1.0 },
            [[0.69722500, 0.27537663], [0.92124591, 0.29337904], [1.38192842, 0.31841908]],
        ),
    ];
    for (phi, values) in rows {
        for (q, [square, slope]) in [0.5, 1.0, 2.0].into_iter().zip(values) {
            assert!((second_moment(phi, q) - square).abs() < 6e-9, "{phi} at {q}");
            assert!((slope_second_moment(phi, q) - slope).abs() < 6e-9, "{phi} at {q}");
        }
    }
}

#[test]
fn critical_points_are_those_of_the_table() {
    let sigmoid_q = 45.624278;
    let rows = [
        (Activation::Tanh, 0.107292, 1.189190, 0.001),
        (Activation::Tanh, 0.273301, 1.424205, 0.01),
        (Activation::Tanh, 0.411000, 1.590088, 0.025),
        (Activation::Tanh, 0.805799, 1.986073, 0.1),
        (Activation::Tanh, 1.164496, 2.285152, 0.2),
        (Activation::Tanh, 1.461169, 2.505127, 0.3),
        (HARD_TANH, 0.259146, 1.052061, 0.01),
        (HARD_TANH, 0.632155, 1.263406, 0.1),
        (Activation::Gelu, (3.0 + 17f64.sqrt()) / 2.0, 1.98305826, 0.17292239),
        (Activation::Silu, 14.32017362, 1.98800468, 0.55514317),
    ];
    for (phi, q, weights, biases) in rows {
        let point = critical_line(phi, &[q])[0];
        assert_close(point.weight_variance, weights, 2e-6, "sigma_w^2");
        assert!((point.bias_variance - biases).abs() < 2e-6, "{phi}: {}", point.bias_variance);
    }
    let weights = 1.0 / slope_second_moment(Activation::Sigmoid, sigmoid_q);
    assert_close(weights, 103.007554, 1e-6, "sigmoid");
    let net = MeanField {
        activation: Activation::Sigmoid,
        weight_variance: 103.007554,
        bias_variance: 0.0,
    };
    assert!(matches!(net.fixed_point(1.0), Limit::Finite(q) if (q - sigmoid_q).abs() < 1e-4));
}

#[test]
fn at_the_half_stable_points_of_gelu_and_silu_both_slopes_are_1() {
    let rows = [
        (Activation::Gelu, 3.56155281, 1.98305826, 0.17292239),
        (Activation::Silu, 14.32017362, 1.98800468, 0.55514317),
    ];
    for (activation, q, weight_variance, bias_variance) in rows {
        let net = MeanField { activation, weight_variance, bias_variance };
        assert_close(net.chi_1(q), 1.0, 1e-7, "chi_1");
        assert_close(net.chi_parallel(q), 1.0, 1e-6, "chi_par");
        assert_close(net.variance(q), q, 1e-7, "q*");
    }
}

#[test]
fn tanh_off_the_line_has_the_depth_scales_of_the_table() {
    // sigma_w^2, sigma_b^2, q*, chi_1, xi_q, xi_grad, c*, xi_c
    let rows = [
        [1.0, 0.1, 0.294985, 0.688839, 1.2752, 2.6828, 1.0, 2.6828],
        [1.5, 0.1, 0.520216, 0.877513, 1.3356, 7.6532, 1.0, 7.6532],
        [1.3, 0.01, 0.204757, 0.975238, 2.9837, 39.882, 1.0, 39.882],
        [2.5, 0.1, 1.149093, 1.099801, 1.0842, 10.512, 0.664361, 13.460],
        [4.0, 0.1, 2.268195, 1.323350, 0.8455, 3.5693, 0.285524, 6.5957],
        [2.0, 0.0, 0.617965, 1.105529, 1.6856, 9.9677, 0.0, 21.724],
    ];
    for [weight_variance, bias_variance, q, chi, xi_q, xi_grad, c, xi_c] in rows {
        let net = MeanField { activation: Activation::Tanh, weight_variance, bias_variance };
        let Limit::Finite(found) = net.fixed_point(1.0) else { panic!("{weight_variance}") };
        assert_close(found, q, 3e-6, "q*");
        assert_close(net.chi_1(found), chi, 3e-6, "chi_1");
        assert!((net.correlation_limit(found) - c).abs() < 2e-6, "c*");
        let DepthScales { variance, correlation, gradient } = net.depth_scales(1.0);
        assert_close(variance.unwrap(), xi_q, 1e-4, "xi_q");
        assert_close(correlation.unwrap(), xi_c, 1e-4, "xi_c");
        assert_close(gradient.unwrap(), xi_grad, 1e-4, "xi_grad");
        let phase = if chi > 1.0 { Phase::Chaotic } else { Phase::Ordered };
        assert_eq!(net.phase(1.0), phase);
    }
}

#[test]
fn at_criticality_variance_and_correlation_converge_by_a_power() {
    let net = MeanField { activation: Activation::Tanh, weight_variance: 1.0, bias_variance: 0.0 };
    let mut q = 1.0;
    for layer in 1..=100 {
        q = net.variance(q);
        match layer {
            10 => assert_close(10.0 * q, 0.5220, 0.03, "l q at 10"),
            100 => assert_close(100.0 * q, 0.5069, 0.01, "l q at 100"),
            _ => {}
        }
    }
    let mut c: f64 = 0.4;
    for layer in 1..=10_000u32 {
        c = arc_cosine_1(c);
        let scaled = f64::from(layer).powi(2) * (1.0 - c);
        match layer {
            10 => assert_close(scaled, 10.96, 1e-3, "ReLU at 10"),
            100 => assert_close(scaled, 34.87, 1e-3, "ReLU at 100"),
            10_000 => assert_close(scaled, 44.24, 1e-3, "ReLU at 10,000"),
            _ => {}
        }
    }
    let q = 0.805799;
    let limit = 2.0 * slope_second_moment(Activation::Tanh, q)
        / (q * curvature_second_moment(Activation::Tanh, q));
    assert_close(limit, 4.0096, 1e-4, "tanh");
}

#[test]
fn the_tangent_kernel_at_criticality_tends_to_a_quarter_or_a_third_off_the_diagonal() {
    let ratio = |activation, weight_variance, q, depth| {
        let net = MeanField { activation, weight_variance, bias_variance: 0.0 };
        let kernel = net.tangent_kernel(q, 0.4, depth);
        kernel.off_diagonal / kernel.diagonal
    };
    assert_close(ratio(Activation::Relu, 2.0, 1.0, 10), 0.360, 0.01, "ReLU at 10");
    assert_close(ratio(Activation::Relu, 2.0, 1.0, 100), 0.276, 0.01, "ReLU at 100");
    assert_close(ratio(Activation::Relu, 2.0, 1.0, 10_000), 0.2505, 1e-3, "ReLU at 10,000");
    let point = critical_line(Activation::Tanh, &[0.805799])[0];
    let (weight_variance, bias_variance) = (point.weight_variance, point.bias_variance);
    let net = MeanField { activation: Activation::Tanh, weight_variance, bias_variance };
    let kernel = net.tangent_kernel(point.q, 0.4, 2_000);
    assert_close(kernel.off_diagonal / kernel.diagonal, 0.3317, 1e-3, "tanh at 2,000");
    assert_close(kernel.condition(10), (10.0 + 2.0) / 2.0, 0.01, "condition");
}

#[test]
fn jacobian_edges_are_those_of_the_table() {
    let edge = |activation, matrices, weight_variance, q, depth| {
        Jacobian { activation, matrices, weight_variance, q, depth }.largest()
    };
    for (depth, expected) in [(1, 2.0), (5, 3.864), (10, 5.342), (20, 7.465)] {
        let got = edge(Activation::Linear, Matrices::Gaussian, 1.0, 1.0, depth);
        assert_close(got, expected, 2e-4, "linear, Gaussian");
        let got = edge(Activation::Linear, Matrices::Orthogonal, 1.0, 1.0, depth);
        assert_close(got, 1.0, 1e-9, "linear, orthogonal");
    }
    for (depth, orthogonal, gaussian) in
        [(2, 2.0, 3.3302), (4, 3.0792, 4.6753), (10, 5.0805, 7.3764)]
    {
        let relu = |matrices| edge(Activation::Relu, matrices, 2.0, 1.0, depth);
        assert_close(relu(Matrices::Orthogonal), orthogonal, 1e-4, "ReLU, orthogonal");
        assert_close(relu(Matrices::Gaussian), gaussian, 1e-4, "ReLU, Gaussian");
    }
    for (q, depth, expected) in [(1.0, 10, 3.4637), (0.2, 50, 1.8706)] {
        let weights = 1.0 / slope_second_moment(HARD_TANH, q);
        let got = edge(HARD_TANH, Matrices::Orthogonal, weights, q, depth);
        assert_close(got, expected, 1e-4, "hard tanh, orthogonal");
    }
}

#[test]
fn networks_are_born_dead_as_often_as_the_table_says() {
    for (width, expected) in [(2, 0.9249), (3, 0.6993), (5, 0.2485), (10, 0.0088)] {
        assert!((born_dead(&[width; 9]) - expected).abs() < 6e-5, "{width}");
    }
}

#[test]
fn the_ten_starts_have_the_signals_and_gradients_of_the_table() {
    // std of a weight; rms of z_1, z_2, z_3, d_2, d_1
    let rows = [
        [0.1, 0.937, 1.060, 0.848, 0.0671, 0.0537],
        [0.08796, 0.824, 0.820, 0.577, 0.0590, 0.0415],
        [0.057735, 0.541, 0.3535, 0.1633, 0.03873, 0.01789],
    ];
    let inputs = Inputs { mean_squares: vec![0.112045], cosine: 0.4004, squared_cosine: 0.18 };
    for [std, z1, z2, z3, d2, d1] in rows {
        let layer = |fan_in, fan_out| Layer {
            fan_in,
            fan_out,
            weight_variance: std * std,
            bias_variance: 0.0,
        };
        let layers = [layer(784, 256), layer(256, 128), layer(128, 10)];
        let predicted = propagate(Activation::Relu, &layers, &inputs, |_| 0.09);
        for (prediction, expected) in predicted.iter().zip([z1, z2, z3]) {
            assert_close(prediction.pre_activation.rms(), expected, 2e-3, "z");
        }
        for (prediction, expected) in predicted.iter().zip([d1, d2, 0.3]) {
            assert_close(prediction.gradient.rms(), expected, 2e-3, "d");
        }
    }
    assert!((softmax_error(0.0, 10) - 0.09).abs() < 1e-9);
}

#[test]
fn one_input_of_a_relu_network_spreads_as_five_over_the_width() {
    for (width, depth, theory) in [(64, 20, 1.5625), (128, 20, 0.78125), (32, 10, 1.5625)] {
        let layer = Layer {
            fan_in: width,
            fan_out: width,
            weight_variance: 2.0 / width as f64,
            bias_variance: 0.0,
        };
        let inputs = Inputs { mean_squares: vec![1.0], cosine: 1.0, squared_cosine: 1.0 };
        let layers = vec![layer; depth + 1];
        let predicted = propagate(Activation::Relu, &layers, &inputs, |_| 1.0);
        let last = predicted[depth].pre_activation.log_std.powi(2);
        // The last pre-activations add their own 2/n.
        assert_close(last - 2.0 / width as f64, theory, 1e-9, "variance of ln");
    }
}
