//! The initializers' part of JAX's `tests/nn_test.py`.

use initializers::catalog::Value;
use initializers::{Element, Initializer, Stream, TensorSpec, delta_orthogonal};

use crate::common::{assert_orthogonal, build, draw, mean, std};

/// JAX's initializers, with the shapes that its test draws.
fn initializers() -> Vec<(Initializer, Vec<TensorSpec>)> {
    let all = || {
        vec![
            TensorSpec::linear(1, 2).bias(),
            TensorSpec::linear(2, 2),
            TensorSpec::conv([3, 4], &[2]).kernel_first(),
            TensorSpec::conv([4, 5], &[2, 3]).kernel_first(),
        ]
    };
    let matrices = || all().split_off(1);
    let std = [("std", Value::Real(0.01))];
    let mut list = vec![
        (build("uniform", &[]).unwrap(), all()),
        (build("normal", &std).unwrap(), all()),
        (build("truncated_normal", &std).unwrap(), all()),
        (build("constant", &[("value", Value::Real(1.0))]).unwrap(), all()),
        (build("zeros", &[]).unwrap(), all()),
        (build("ones", &[]).unwrap(), all()),
        (build("orthogonal", &[]).unwrap(), matrices()),
        (delta_orthogonal(), matrices()),
    ];
    for kind in ["glorot", "lecun", "he"] {
        for family in ["normal", "uniform"] {
            list.push((build(&format!("{kind}_{family}"), &[]).unwrap(), matrices()));
        }
    }
    list
}

fn assert_drawn<T: Element + Into<f64>>() {
    for (init, specs) in initializers() {
        for spec in specs {
            let mut numbers = vec![T::default(); spec.len()];
            init.draw_into(&spec, &mut Stream::named(0, "jax"), &mut numbers).unwrap();
            assert!(numbers.into_iter().all(|x| x.into().is_finite()), "{init:?}");
        }
    }
}

#[test]
fn every_initializer_draws_every_shape_in_every_type() {
    assert_drawn::<f32>();
    assert_drawn::<f64>();
    #[cfg(feature = "half")]
    {
        assert_drawn::<half::f16>();
        assert_drawn::<half::bf16>();
    }
}

/// `in_axis=(0, 1), out_axis=(-2, -1)`, and a batch axis, whose size is in neither fan.
#[test]
fn fans_of_several_axes_and_batches() {
    let given = [("scale", Value::Real(1.0)), ("mode", "fan_avg".into())];
    let init = build("variance_scaling", &given).unwrap();
    for (fan_in, fan_out, size) in [(200 * 3, 4 * 50, 120_000), (200, 4 * 50, 120_000)] {
        let spec = TensorSpec::linear(600, 200).with_fans(fan_in, fan_out);
        let numbers = draw(&init, &spec, 0);
        assert_eq!(numbers.len(), size);
        let expected = (2.0 / (fan_in + fan_out) as f64).sqrt();
        assert!((std(&numbers) / expected - 1.0).abs() < 0.01);
        assert!(mean(&numbers).abs() < 4.0 * expected / (size as f64).sqrt());
    }
}

#[test]
fn a_vector_has_no_fans_of_its_own() {
    let bias = TensorSpec::linear(0, 5).bias();
    for kind in ["variance_scaling", "glorot_normal", "lecun_uniform", "he_normal"] {
        assert!(build(kind, &[]).unwrap().check(&bias).is_err(), "{kind}");
    }
}

#[test]
fn a_delta_orthogonal_kernel_is_orthogonal_at_its_middle_and_zero_around() {
    for kernel in [&[3][..], &[3, 3], &[3, 5, 3]] {
        let spec = TensorSpec::conv([4, 6], kernel).kernel_first();
        let numbers = draw(&delta_orthogonal(), &spec, 0);
        let positions: Vec<&[f64]> = numbers.chunks(24).collect();
        let middle = positions.len() / 2;
        assert_orthogonal(positions[middle], 6, 1.0, 1e-6);
        let around = positions.iter().enumerate().filter(|(at, _)| *at != middle);
        assert!(around.flat_map(|(_, matrix)| *matrix).all(|x| *x == 0.0));
    }
}
