//! Keras's `random_initializers_test.py` and `constant_initializers_test.py`.

use initializers::catalog::{self, Value};
use initializers::{
    Family, FanMode, Initializer, TensorSpec, constant, identity, normal, orthogonal, uniform,
    variance_scaling,
};

use crate::common::{assert_orthogonal, build, draw, draw_as, range, std};

/// What Keras calls a serialization test: kind and parameters make the same initializer again.
fn assert_rebuilt(init: &Initializer) {
    assert_eq!(&init.kind().build(&init.parameters()).unwrap(), init);
}

#[test]
fn a_normal_has_its_std_and_is_its_seeds() {
    let spec = TensorSpec::linear(25, 20);
    let init = normal(0.0, 1.0).unwrap();
    assert_rebuilt(&init);
    let numbers = draw(&init, &spec, 1234);
    assert_eq!(numbers.len(), 500);
    assert!((std(&numbers) - 1.0).abs() < 0.1);
    assert_eq!(numbers, draw(&init.clone(), &spec, 1234));
    assert_ne!(numbers, draw(&init, &spec, 1337));
}

#[test]
fn a_uniform_stays_below_its_upper_bound() {
    let init = uniform(-1.0, 1.0).unwrap();
    assert_rebuilt(&init);
    let (least, largest) = range(&draw(&init, &TensorSpec::linear(5, 5), 1234));
    assert!(least >= -1.0 && largest < 1.0);
}

#[test]
fn variance_scaling_divides_by_the_fan_of_its_mode() {
    let spec = TensorSpec::linear(25, 20);
    for (mode, fan) in [(FanMode::In, 25.0), (FanMode::Out, 20.0)] {
        let init = variance_scaling(2.0, mode, Family::TruncatedNormal).unwrap();
        assert_rebuilt(&init);
        let expected = f64::sqrt(2.0 / fan);
        assert!((std(&draw(&init, &spec, 1234)) - expected).abs() < 0.1);
        assert!((init.std(&spec).unwrap() - expected).abs() < 1e-12);
    }
}

#[test]
fn variance_scaling_refuses_what_it_does_not_know() {
    let refused = |given: &[(&str, Value)]| build("variance_scaling", given).unwrap_err().parameter;
    assert_eq!(refused(&[("scale", Value::Real(-1.0))]), "scale");
    assert_eq!(refused(&[("mode", "invalid_mode".into())]), "mode");
    assert_eq!(refused(&[("distribution", "invalid_dist".into())]), "distribution");
}

#[test]
fn orthogonal_columns_have_the_length_of_the_gain() {
    let init = orthogonal().with("gain", 2.0).unwrap();
    assert_rebuilt(&init);
    let spec = TensorSpec::linear(5, 5);
    assert_orthogonal(&draw_as::<f64>(&init, &spec, 1234), 5, 2.0, 1e-7);
    assert_orthogonal(&draw(&init, &spec, 1234), 5, 2.0, 1e-6);
}

#[test]
fn names_are_found_and_typos_are_not() {
    assert!(catalog::find("glorot_normal").is_some());
    assert!(catalog::find("typo").is_none());
}

#[test]
fn constants_and_identities() {
    let spec = TensorSpec::linear(3, 3);
    for (init, value) in [("zeros", 0.0), ("ones", 1.0)] {
        assert_eq!(draw(&build(init, &[]).unwrap(), &spec, 0), [value; 9]);
    }
    let init = constant(6.0).unwrap();
    assert_rebuilt(&init);
    assert_eq!(draw(&init, &spec, 0), [6.0; 9]);
    let init = identity().with("gain", 2.0).unwrap();
    assert_rebuilt(&init);
    assert_eq!(draw(&init, &spec, 0), [2.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 2.0]);
}
