//! PyTorch's `test/nn/test_init.py`.

use initializers::catalog::Value;
use initializers::{
    Activation, Connections, Distribution, Element, FanMode, Gain, Initializer, TensorSpec,
    constant, glorot_normal, glorot_uniform, identity, normal, ones, orthogonal, uniform, zeros,
};

use crate::common::{Random, assert_follows, assert_orthogonal, build, draw, draw_as, range};

#[test]
fn gains_are_the_published_ones() {
    for (name, gain) in [
        ("linear", 1.0),
        ("sigmoid", 1.0),
        ("tanh", 1.6666666666666667),
        ("relu", std::f64::consts::SQRT_2),
        ("leaky_relu", 1.4141428569978354),
        ("leaky_relu(0)", std::f64::consts::SQRT_2),
        ("leaky_relu(0.01)", 1.4141428569978354),
        ("leaky_relu(10)", 0.14071950894605836),
        ("selu", 0.75),
    ] {
        assert_eq!(name.parse::<Activation>().unwrap().gain(), gain, "{name}");
    }
}

#[test]
fn only_activations_have_gains() {
    for wrong in
        ["leaky_relu(True)", "leaky_relu([1])", "leaky_relu(a)", "xq", "dkwpa", "conv7d", ""]
    {
        assert!(wrong.parse::<Activation>().is_err(), "{wrong}");
    }
}

#[test]
fn uniform_normal_and_constant_tensors_of_any_rank() {
    let mut random = Random::new("ranks");
    for dims in [1, 2, 4] {
        let spec = random.tensor(dims, 30, 50);
        let min = random.real(-3.0, 3.0);
        let max = min + random.real(1.0, 5.0);
        let numbers = draw(&uniform(min, max).unwrap(), &spec, 0);
        assert_follows(&numbers, |x| ((x - min) / (max - min)).clamp(0.0, 1.0), "uniform");

        let (mean, std) = (random.real(-3.0, 3.0), random.real(1.0, 5.0));
        let numbers = draw(&normal(mean, std).unwrap(), &spec, 0);
        assert_follows(&numbers, |x| Distribution::Normal { mean, std }.cdf(x), "normal");

        let spec = random.tensor(dims, 1, 5);
        let value = random.real(1.0, 10.0);
        for (init, value) in [(constant(value).unwrap(), value), (ones(), 1.0), (zeros(), 0.0)] {
            assert!(draw_as::<f32>(&init, &spec, 0).iter().all(|x| *x == value as f32));
        }
    }
}

fn trunc_normal(mean: f64, std: f64, a: f64, b: f64) -> (Initializer, Distribution) {
    let given = [("mean", mean), ("std", std), ("lower", a), ("upper", b)];
    let mut given: Vec<(&str, Value)> = given.map(|(name, x)| (name, x.into())).into();
    given.push(("bounds", "absolute".into()));
    let (lower, upper) = ((a - mean) / std, (b - mean) / std);
    (
        build("truncated_normal", &given).unwrap(),
        Distribution::TruncatedNormal { mean, std, lower, upper },
    )
}

/// Bounds count as rounded to the type.
fn assert_truncated<T: Element + Into<f64>>(spec: &TensorSpec, given: [f64; 4], bounds: [T; 2]) {
    let [mean, std, a, b] = given;
    let (init, expected) = trunc_normal(mean, std, a, b);
    let numbers: Vec<f64> = draw_as::<T>(&init, spec, 3).into_iter().map(Into::into).collect();
    let (least, largest) = range(&numbers);
    assert!(least >= bounds[0].into() && largest <= bounds[1].into(), "{given:?}");
    assert_follows(&numbers, |x| expected.cdf(x), "truncated normal");
}

#[test]
fn truncated_normals_of_any_rank_and_type() {
    let mut random = Random::new("truncated");
    for dims in [1, 2, 4] {
        let spec = random.tensor(dims, 30, 50);
        let (mean, std) = (random.real(-3.0, 3.0), random.real(0.01, 1.0));
        let a = random.real(mean - 2.0 * std, mean);
        let b = random.real(mean, mean + 2.0 * std);
        assert_truncated::<f32>(&spec, [mean, std, a, b], [a as f32, b as f32]);
        assert_truncated::<f64>(&spec, [mean, std, a, b], [a, b]);
    }
    let spec = TensorSpec::linear(100, 100);
    assert_truncated::<f32>(&spec, [0.0, 1.0, 2.0, 3.0], [2.0, 3.0]);
    assert_truncated::<f64>(&spec, [0.0, 1.0, 2.0, 3.0], [2.0, 3.0]);
}

#[cfg(feature = "half")]
#[test]
fn truncated_normals_of_half_precision() {
    use half::{bf16, f16};
    let spec = TensorSpec::linear(100, 100);
    let bounds = [-2.0, 2.0];
    assert_truncated::<f16>(&spec, [0.0, 1.0, -2.0, 2.0], bounds.map(f16::from_f64));
    assert_truncated::<bf16>(&spec, [0.0, 1.0, -2.0, 2.0], bounds.map(bf16::from_f64));
    assert_truncated::<f16>(&spec, [0.0, 1.0, 2.0, 3.0], [2.0, 3.0].map(f16::from_f64));
    let (init, _) = trunc_normal(0.0, 1.0, -2.0, 2.0);
    assert!(distinct(draw_as::<f16>(&init, &spec, 0)) > 3000);
    assert!(distinct(draw_as::<bf16>(&init, &spec, 0)) > 1000);
}

fn distinct<T: Element>(mut numbers: Vec<T>) -> usize {
    numbers.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap());
    numbers.dedup();
    numbers.len()
}

#[test]
fn truncated_normals_have_many_values_and_none_at_a_far_bound() {
    let spec = TensorSpec::linear(100, 100);
    let (init, _) = trunc_normal(0.0, 1.0, -2.0, 2.0);
    assert!(distinct(draw_as::<f32>(&init, &spec, 0)) > 5000);
    assert!(distinct(draw_as::<f64>(&init, &spec, 0)) > 5000);
    let (narrow, _) = trunc_normal(0.0, 0.1, -2.0, 2.0);
    assert!(draw_as::<f32>(&narrow, &spec, 0).iter().all(|x| x.abs() < 2.0));
}

#[test]
fn an_eye_is_an_identity_and_needs_a_matrix() {
    let mut random = Random::new("eye");
    for _ in 0..10 {
        let spec = random.tensor(2, 1, 5);
        for (at, x) in draw(&identity(), &spec, 0).iter().enumerate() {
            let (i, j) = (at / spec.shape()[1], at % spec.shape()[1]);
            assert_eq!(*x, f64::from(u8::from(i == j)), "{:?}", spec.shape());
        }
    }
    assert!(identity().check(&random.tensor(1, 1, 3)).is_err());
}

#[test]
fn a_dirac_has_as_many_ones_as_its_groups_pass_channels() {
    let mut random = Random::new("dirac");
    for (rank, groups) in (1..=3).flat_map(|rank| [1, 2, 3].map(|groups| (rank, groups))) {
        let (outputs, inputs) = (random.size(1, 5), random.size(1, 5 * groups));
        let kernel: Vec<usize> = (0..rank).map(|_| random.size(1, 5)).collect();
        let channels = [inputs * groups, outputs * groups];
        let spec = TensorSpec::grouped_conv(channels, groups, &kernel).unwrap();
        let numbers = draw(&identity(), &spec, 0);
        let ones = outputs.min(inputs) * groups;
        assert_eq!(numbers.iter().filter(|x| **x != 0.0).count(), ones, "{:?}", spec.shape());
        assert_eq!(numbers.iter().sum::<f64>(), ones as f64);
    }
}

/// 3 channels of `size` numbers along each axis, through 3 channels in and 9 out.
#[test]
fn a_dirac_passes_its_input_on() {
    const SIZE: usize = 5;
    for (rank, groups) in [(1, 1), (2, 1), (3, 1), (1, 3), (2, 3), (3, 3)] {
        let spec = TensorSpec::grouped_conv([3 * groups, 9], groups, &vec![3; rank]).unwrap();
        let weight = draw(&identity(), &spec, 0);
        let outputs = 9 / groups;
        let field = 3usize.pow(rank as u32);
        // The offset of a position of the kernel, from the first, among the numbers of a channel.
        let offset = |at: usize, of: usize| {
            (0..rank)
                .fold((0, at, 1), |(sum, at, step), _| (sum + at % of * step, at / of, step * SIZE))
        };
        let mut random = Random::new("passed on");
        let input: Vec<f64> =
            (0..3 * SIZE.pow(rank as u32)).map(|_| random.real(-1.0, 1.0)).collect();
        let channel = |c: usize| &input[c * SIZE.pow(rank as u32)..][..SIZE.pow(rank as u32)];
        for (unit, kernels) in weight.chunks(3 * field).enumerate() {
            for at in 0..field {
                let start = offset(at, 3).0;
                let passed: f64 = (0..3 * field)
                    .map(|k| kernels[k] * channel(k / field)[start + offset(k % field, 3).0])
                    .sum();
                // The middle of the kernel.
                let expected = match unit % outputs {
                    c if c < 3 => channel(c)[start + offset(field / 2, 3).0],
                    _ => 0.0,
                };
                assert_eq!(passed, expected, "{rank} axes, {groups} groups, unit {unit}");
            }
        }
    }
}

#[test]
fn xavier_and_kaiming_have_the_variance_of_their_fans() {
    let mut random = Random::new("fans");
    for (dims, use_gain) in [(2, true), (4, true), (2, false), (4, false)] {
        let spec = random.tensor(dims, 20, 25);
        let field: usize = spec.shape()[2..].iter().product();
        let (fan_in, fan_out) =
            ((spec.shape()[1] * field) as f64, (spec.shape()[0] * field) as f64);
        let gain = if use_gain { random.real(0.1, 2.0) } else { 1.0 };
        let std = gain * (2.0 / (fan_in + fan_out)).sqrt();
        assert_uniform_and_normal(
            [&glorot_uniform(), &glorot_normal()].map(|init| init.with("gain", gain).unwrap()),
            &spec,
            std,
        );
        for (mode, fan) in [(FanMode::In, fan_in), (FanMode::Out, fan_out)] {
            let slope = if use_gain { random.real(0.1, 2.0) } else { 0.0 };
            let gain = Gain::Of(Activation::LeakyRelu { negative_slope: slope });
            let kinds = [
                Initializer::HeUniform { gain, mode },
                Initializer::HeNormal { gain, mode, truncated: false },
            ];
            assert_uniform_and_normal(kinds, &spec, (2.0 / ((1.0 + slope * slope) * fan)).sqrt());
        }
    }
}

fn assert_uniform_and_normal(kinds: [Initializer; 2], spec: &TensorSpec, std: f64) {
    let bound = std * 3f64.sqrt();
    let uniform = Distribution::Uniform { min: -bound, max: bound };
    let normal = Distribution::Normal { mean: 0.0, std };
    for (init, expected) in kinds.iter().zip([uniform, normal]) {
        assert_follows(&draw(init, spec, 1), |x| expected.cdf(x), init.name());
    }
}

/// PyTorch warns and does nothing.
#[test]
fn a_tensor_without_numbers_is_refused_by_what_divides_by_fans() {
    let spec = TensorSpec::linear(1, 0).outputs_first();
    for kind in ["he_uniform", "he_normal", "glorot_uniform", "glorot_normal"] {
        assert!(build(kind, &[]).unwrap().check(&spec).is_err(), "{kind}");
    }
}

#[test]
fn a_sparse_matrix_keeps_as_many_zeros_in_each_column() {
    let mut random = Random::new("sparse");
    let std = random.real(0.01, 0.2);
    for std in [0.01, std] {
        let spec = random.tensor(2, 30, 35);
        let [rows, columns] = *spec.shape() else { panic!("a matrix") };
        let zeros = (random.real(0.1, 0.2) * rows as f64).ceil() as usize;
        let init =
            Initializer::Sparse { connections: rows - zeros, along: Connections::Outgoing, std };
        let numbers = draw(&init, &spec, 0);
        for column in 0..columns {
            let entries = (0..rows).map(|row| numbers[row * columns + column]);
            assert_eq!(entries.filter(|x| *x == 0.0).count(), zeros);
        }
        let kept: Vec<f64> = numbers.into_iter().filter(|x| *x != 0.0).collect();
        assert_follows(&kept, |x| Distribution::Normal { mean: 0.0, std }.cdf(x), "sparse");
        for dims in [1, 4] {
            assert!(init.check(&random.tensor(dims, 1, 3)).is_err());
        }
    }
}

#[test]
fn orthogonal_tensors_are_orthogonal_when_flattened() {
    let mut random = Random::new("orthogonal");
    let gain = random.real(0.1, 2.0);
    let linear = |outputs, inputs| TensorSpec::linear(inputs, outputs).outputs_first();
    for spec in [
        linear(3, 4),
        linear(4, 3),
        TensorSpec::conv([2, 20], &[3, 4]),
        TensorSpec::conv([3, 2], &[4, 5]),
    ] {
        for gain in [1.0, gain] {
            let numbers = draw(&orthogonal().with("gain", gain).unwrap(), &spec, 0);
            assert_orthogonal(&numbers, numbers.len() / spec.shape()[0], gain, 1e-6);
        }
    }
}
