//! What is out of range is refused before anything is drawn, and what is in range is right to its
//! last digits.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use initializers::{
    Activation, Bounds, Distribution, DrawError, Gain, Initializer, SpecError, Stream, TensorSpec,
    catalog, constant, delta_orthogonal, glorot_uniform, he_normal, identity, normal, orthogonal,
    truncated_normal, uniform, variance_scaling,
};
use initializers::{Family, FanMode};

fn stream() -> Stream {
    Stream::named(0, "faults")
}

fn draw(init: &Initializer, spec: &TensorSpec) -> Vec<f32> {
    init.draw(spec, &mut stream()).unwrap()
}

#[test]
fn an_identity_passes_every_group_on() {
    for (channels, ones) in [([6, 6], 2), ([6, 12], 2), ([12, 6], 2)] {
        let [inputs, outputs] = [channels[0] / 3, channels[1] / 3];
        let spec = TensorSpec::grouped_conv(channels, 3, &[3]).unwrap();
        let weight = draw(&identity(), &spec);
        assert_eq!(spec.shape(), [channels[1], inputs, 3]);
        for (unit, kernels) in weight.chunks(inputs * 3).enumerate() {
            let expected = (unit % outputs < inputs).then_some(unit % outputs * 3 + 1);
            let found: Vec<_> = (0..kernels.len()).filter(|&i| kernels[i] != 0.0).collect();
            assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{channels:?} unit {unit}");
        }
        let of_group = weight.chunks(weight.len() / 3);
        for group in of_group {
            assert_eq!(group.iter().filter(|w| **w == 1.0).count(), ones);
        }
    }
}

#[test]
fn channels_that_do_not_divide_are_refused() {
    let error = TensorSpec::grouped_conv([5, 4], 2, &[3]).unwrap_err();
    assert_eq!(error, SpecError::Groups { inputs: 5, outputs: 4, groups: 2 });
    assert!(TensorSpec::grouped_conv([4, 5], 2, &[3]).is_err());
    assert!(TensorSpec::grouped_conv([4, 4], 0, &[3]).is_err());
    assert!(TensorSpec::grouped_conv_transpose([4, 6], 4, &[3]).is_err());
    assert!(TensorSpec::linear(4, 4).in_groups(2).is_err());
    let spec = TensorSpec::grouped_conv([4, 6], 2, &[3, 5]).unwrap();
    assert_eq!((spec.fan_in(), spec.fan_out()), (30, 45));
    assert_eq!(TensorSpec::conv([2, 6], &[3, 5]).in_groups(2).unwrap(), spec);
    let pytorch = spec.with_fans(30, 90);
    assert_eq!(pytorch.fan(FanMode::Out), 90.0, "PyTorch's fan-out counts every channel");
}

#[test]
fn narrow_uniforms_stay_within_their_bounds_or_are_refused() {
    let spec = TensorSpec::linear(100, 100);
    for (min, max) in [(1.0, 1.0 + 1e-9), (0.0, 1e-46), (-1e-46, 1e-46)] {
        let error = uniform(min, max).unwrap().check(&spec).unwrap_err();
        assert!(error.to_string().starts_with("uniform: no f32 lies between"), "{error}");
    }
    for (min, max) in
        [(1.0, 1.0 + 2e-7), (0.0, 1e-44), (-1.0, -1.0 + 1e-7), (16777216.0, 16777220.0)]
    {
        let numbers = draw(&uniform(min, max).unwrap(), &spec);
        let within = |x: &f32| (min as f32..max as f32).contains(x);
        assert!(numbers.iter().all(within), "[{min}, {max})");
    }
    let narrow = uniform(1.0, 1.0 + 1e-9).unwrap();
    let mut numbers = [0f64; 100];
    narrow.draw_into(&TensorSpec::linear(10, 10), &mut stream(), &mut numbers).unwrap();
    assert!(numbers.iter().all(|x| (1.0..1.0 + 1e-9).contains(x)), "f64 can hold it");
}

#[test]
fn what_f32_cannot_hold_is_refused_before_anything_is_drawn() {
    let spec = TensorSpec::linear(10, 10);
    let refused = [
        constant(1e39).unwrap(),
        normal(0.0, 1e39).unwrap(),
        normal(0.0, 1e38).unwrap(),
        normal(1e39, 1.0).unwrap(),
        truncated_normal(1e39).unwrap(),
        uniform(-1e39, 0.0).unwrap(),
        variance_scaling(1e300, FanMode::In, Family::Normal).unwrap(),
        orthogonal().with("gain", 1e300).unwrap(),
        identity().with("gain", 1e39).unwrap(),
        delta_orthogonal().with("gain", 1e39).unwrap(),
        glorot_uniform().with("gain", 1e300).unwrap(),
    ];
    for init in refused {
        let mut stream = stream();
        let error = init.draw(&spec, &mut stream).unwrap_err();
        assert_eq!(stream.position(), 0, "{init:?}");
        let text = error.to_string();
        assert!(text.contains("f32 cannot hold") && text.len() < 100, "{text}");
        assert_eq!((init.distribution(&spec), init.std(&spec)), (None, None));
    }
    let wide = Distribution::Uniform { min: -3e38, max: 3e38 };
    assert!(wide.draw(1000, &mut stream()).unwrap().iter().all(|x| x.is_finite()));
}

#[test]
fn values_made_in_rust_are_checked_by_every_draw() {
    let truncated = |lower, upper| Initializer::TruncatedNormal {
        mean: 0.0,
        std: 1.0,
        lower,
        upper,
        bounds: Bounds::Std,
        corrected: false,
    };
    let wrong = [
        truncated(2.0, -2.0),
        truncated(f64::NAN, 2.0),
        truncated(40.0, 41.0),
        Initializer::Orthogonal { gain: Gain::Number(-1.0) },
        Initializer::HeNormal { gain: Gain::Number(0.0), mode: FanMode::In, truncated: false },
        Initializer::Uniform { min: f64::NAN, max: 1.0 },
        Initializer::Uniform { min: 0.5, max: 0.5 },
        Initializer::Normal { mean: 0.0, std: -1.0 },
        Initializer::Lsuv { tolerance: 0.1, iterations: 0 },
        Initializer::GlorotNormal {
            gain: Gain::Of(Activation::LeakyRelu { negative_slope: f64::NAN }),
            truncated: false,
        },
    ];
    let spec = TensorSpec::linear(4, 4).at_layer(0, 1);
    for init in wrong {
        let refused = |error: &DrawError| matches!(error, DrawError::Parameter { .. });
        assert!(init.check(&spec).is_err_and(|error| refused(&error)), "{init:?}");
        assert!(init.draw(&spec, &mut stream()).is_err_and(|error| refused(&error)), "{init:?}");
        assert!(init.draw_layer(None, &spec, 0).is_err_and(|error| refused(&error)), "{init:?}");
        assert_eq!(init.std(&spec), None, "{init:?}");
    }
    let spec = spec.with_activation(Activation::LeakyRelu { negative_slope: f64::INFINITY });
    assert!(he_normal().with("gain", "auto").unwrap().check(&spec).is_err());
    assert!(Distribution::Uniform { min: 1.0, max: 1.0 }.draw(1, &mut stream()).is_err());
    assert!(Distribution::Normal { mean: 0.0, std: 0.0 }.draw(1, &mut stream()).is_err());
}

/// The right values are mpmath's, with 50 digits.
#[test]
fn moments_of_far_tails_are_right_to_ten_digits() {
    let right = MOMENTS;
    for (lower, upper, mean, std) in right {
        let tail = Distribution::TruncatedNormal { mean: 0.0, std: 1.0, lower, upper };
        let mirrored =
            Distribution::TruncatedNormal { mean: 0.0, std: 1.0, lower: -upper, upper: -lower };
        for (moments, sign) in [(tail, 1.0), (mirrored, -1.0)] {
            let (m, s) = (moments.mean() * sign, moments.std());
            assert!(
                (m - mean).abs() <= 1e-10 * mean.abs().max(1e-3),
                "[{lower}, {upper}]: mean {m}, not {mean}"
            );
            assert!((s / std - 1.0).abs() < 1e-10, "[{lower}, {upper}]: std {s}, not {std}");
        }
    }
}

#[test]
fn one_sided_and_far_truncation_is_drawn() {
    let kind = catalog::find("truncated_normal").unwrap();
    let spec = TensorSpec::linear(200, 100);
    for (lower, upper) in
        [(2.0, f64::INFINITY), (f64::NEG_INFINITY, 0.5), (12.0, 30.0), (36.0, 37.0)]
    {
        let init = kind
            .build(&[("std", 1.0.into()), ("lower", lower.into()), ("upper", upper.into())])
            .unwrap();
        let numbers = draw(&init, &spec);
        let distribution = init.distribution(&spec).unwrap();
        let n = numbers.len() as f64;
        let mean = numbers.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
        assert!((mean - distribution.mean()).abs() < 4.0 * distribution.std() / n.sqrt());
        assert!(numbers.iter().all(|&x| (lower as f32..=upper as f32).contains(&x)));
    }
    let without_mean =
        kind.build(&[("std", 0.0.into()), ("lower", 1.0.into()), ("upper", 2.0.into())]);
    assert_eq!(
        without_mean.unwrap_err().to_string(),
        "std is 0, and lower and upper leave out the mean"
    );
}

#[test]
fn a_layer_without_an_index_is_refused() {
    let error = he_normal().draw_layer(None, &TensorSpec::linear(4, 4), 0).unwrap_err();
    assert!(matches!(error, DrawError::NoStream { .. }));
    for kind in ["mup", "looks_linear", "autoinit"] {
        let init = catalog::find(kind).unwrap().build(&[]).unwrap();
        let error = init.draw(&TensorSpec::linear(4, 4), &mut stream()).unwrap_err();
        assert!(matches!(error, DrawError::NoPosition { .. }), "{kind}");
    }
}

#[test]
fn messages_show_short_numbers() {
    for error in [
        uniform(1e300, 1e-300).unwrap_err(),
        uniform(1e300, 1e300).unwrap_err(),
        normal(0.0, -1e300).unwrap_err(),
    ] {
        assert!(error.to_string().len() < 100, "{error}");
        assert!(error.to_string().contains("1e300"), "{error}");
    }
}

include!("fixtures/moments.rs");
