//! The table: every row builds, round-trips, documents itself and refuses what is impossible.
#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use initializers::catalog::{self, Domain, KINDS, Kind, Parameter, ParameterError, Value};
use initializers::{Activation, Initializer, TensorSpec, truncated_normal};

#[allow(dead_code)]
#[path = "../examples/page.rs"]
mod page;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/initializers.md");

fn kind(name: &str) -> &'static Kind {
    catalog::find(name).unwrap_or_else(|| panic!("{name} is in the table"))
}

fn build(name: &str, given: &[(&str, Value)]) -> Result<Initializer, ParameterError> {
    kind(name).build(given)
}

/// A few values that the parameter admits.
fn admitted(parameter: &Parameter) -> Vec<Value> {
    match parameter.domain {
        Domain::Real => vec![Value::Real(-0.5), Value::Real(0.25)],
        Domain::Extended => vec![Value::Real(-0.5), Value::Real(f64::INFINITY)],
        Domain::NonNegative => vec![Value::Real(0.0), Value::Real(0.3)],
        Domain::Positive => vec![Value::Real(0.3), Value::Real(7.5)],
        Domain::Count => vec![Value::Integer(1), Value::Integer(20)],
        Domain::Bool => vec![Value::Bool(false), Value::Bool(true)],
        Domain::Choice(words) => words.iter().map(|word| Value::from(*word)).collect(),
        Domain::Gain => {
            vec![
                Value::Real(0.7),
                Value::from("tanh"),
                Value::from("leaky_relu(0.2)"),
                Value::from("auto"),
            ]
        }
    }
}

/// The values that must be given for the kind to build at all.
fn required(kind: &Kind) -> Vec<(&'static str, Value)> {
    let required = kind.parameters.iter().filter(|parameter| parameter.default.is_none());
    required.map(|parameter| (parameter.name, Value::Real(0.1))).collect()
}

#[test]
fn every_kind_round_trips_through_its_parameters() {
    for kind in KINDS {
        let init = kind.build(&required(kind)).expect(kind.name);
        assert_eq!(init.kind().name, kind.name);
        assert_eq!(kind.build(&init.parameters()), Ok(init), "{}", kind.name);
        assert_eq!(kind.has_defaults(), required(kind).is_empty());
        for parameter in kind.parameters {
            for value in admitted(parameter) {
                let mut given = required(kind);
                given.retain(|(name, _)| *name != parameter.name);
                given.push((parameter.name, value.clone()));
                // What contradicts another parameter's default is no matter here.
                let Ok(init) = kind.build(&given) else { continue };
                assert_eq!(init.kind().name, kind.name);
                assert!(
                    init.parameters().contains(&(parameter.name, value)),
                    "{} {}",
                    kind.name,
                    parameter.name
                );
                assert_eq!(kind.build(&init.parameters()), Ok(init));
            }
        }
    }
}

#[test]
fn names_and_aliases_are_unique_and_found() {
    let mut names: Vec<_> =
        KINDS.iter().flat_map(|kind| kind.aliases.iter().chain([&kind.name])).collect();
    for name in &names {
        assert!(
            catalog::find(name)
                .is_some_and(|kind| kind.name == **name || kind.aliases.contains(name))
        );
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(catalog::find("he").is_none());
}

#[test]
fn every_row_documents_itself() {
    for kind in KINDS {
        for text in [kind.summary, kind.formula, kind.source] {
            assert!(!text.is_empty() && !text.contains("  "), "{}: {text}", kind.name);
        }
        assert!(
            kind.example.starts_with("init = ")
                && kind.example.contains(&format!("\"{}\"", kind.name))
        );
        assert_eq!(kind.example.contains("kind = "), kind.example.contains('{'), "{}", kind.name);
    }
}

#[test]
fn the_page_is_what_the_table_gives() {
    let page = std::fs::read_to_string(PAGE).expect("docs/initializers.md is there");
    assert!(
        page == page::markdown(),
        "docs/initializers.md is out of date: cargo run -p initializers --example page > \
         docs/initializers.md"
    );
}

#[test]
fn errors_name_the_parameter_and_the_remedy() {
    type Case<'a> = (&'a str, &'a [(&'a str, Value)], &'a str, &'a str);
    let cases: &[Case<'_>] = &[
        ("normal", &[("std", Value::Real(-0.1))], "std", "std must be a number >= 0, but is -0.1"),
        (
            "normal",
            &[("std", Value::Real(f64::NAN))],
            "std",
            "std must be a number >= 0, but is nan",
        ),
        (
            "normal",
            &[("std", Value::from("big"))],
            "std",
            "std must be a number >= 0, but is \"big\"",
        ),
        ("normal", &[], "std", "normal needs std, a number >= 0"),
        (
            "normal",
            &[("sdt", Value::Real(0.1))],
            "sdt",
            "normal has no parameter sdt; it takes mean and std",
        ),
        (
            "zeros",
            &[("value", Value::Real(0.1))],
            "value",
            "zeros takes no parameters, but value is given",
        ),
        ("uniform", &[("min", Value::Real(2.0))], "min", "min must be less than max, but 2 > 1"),
        (
            "uniform",
            &[("min", Value::Integer(1))],
            "max",
            "min and max are both 1: for one number everywhere, use the kind \"constant\"",
        ),
        (
            "sparse",
            &[("connections", Value::Integer(0))],
            "connections",
            "connections must be a whole number >= 1, but is 0",
        ),
        (
            "glorot_normal",
            &[("gain", Value::from("relo"))],
            "gain",
            "gain must be a number > 0, an activation or \"auto\", but is \"relo\"",
        ),
        (
            "he_normal",
            &[("mode", Value::from("in"))],
            "mode",
            "mode must be \"fan_in\", \"fan_out\", \"fan_avg\" or \"fan_geo_avg\", but is \"in\"",
        ),
        (
            "truncated_normal",
            &[("std", Value::Real(1.0)), ("lower", Value::Integer(3))],
            "lower",
            "lower must be less than upper, but 3 >= 2",
        ),
        (
            "truncated_normal",
            &[
                ("std", Value::Real(0.1)),
                ("mean", Value::Real(5.4)),
                ("lower", Value::Real(-1.6)),
                ("upper", Value::Real(1.6)),
                ("bounds", Value::from("absolute")),
            ],
            "lower",
            "the bounds leave out all of the normal: they lie -70 and -38 std from its mean",
        ),
    ];
    for (name, given, parameter, message) in cases {
        let error = build(name, given).expect_err(name);
        assert_eq!((error.parameter.as_str(), error.to_string().as_str()), (*parameter, *message));
    }
    let both = [
        ("std", Value::Real(1.0)),
        ("bounds", Value::from("absolute")),
        ("corrected", Value::Bool(true)),
    ];
    assert_eq!(build("truncated_normal", &both).expect_err("contradiction").parameter, "corrected");
}

#[test]
fn whole_numbers_are_numbers() {
    assert_eq!(
        build("normal", &[("std", Value::Integer(1))]),
        Ok(Initializer::Normal { mean: 0.0, std: 1.0 })
    );
    assert_eq!(
        build("orthogonal", &[("gain", Value::Integer(2))]),
        build("orthogonal", &[("gain", Value::Real(2.0))])
    );
}

/// The standard deviations by layer of the default network, worked out by hand.
#[test]
fn standard_deviations_of_the_default_network() {
    let layers = TensorSpec::network(&[784, 256, 128, 10], Activation::Relu);
    for (name, expected) in [
        ("he_normal", [0.0505, 0.0884, 0.1250]),
        ("general_rule", [0.0206, 0.0361, 0.0510]),
        ("pytorch_linear", [0.0206, 0.0361, 0.0510]),
        ("glorot_uniform", [0.0439, 0.0722, 0.1204]),
        ("lecun_normal", [0.0357, 0.0625, 0.0884]),
        ("spectral", [0.0204, 0.0442, 0.0247]),
        ("orthogonal", [0.0357, 0.0625, 0.0884]),
    ] {
        let init = build(name, &[]).expect(name);
        for (layer, expected) in layers.iter().zip(expected) {
            let std = init.std(layer).expect(name);
            assert!((std - expected).abs() < 5e-5, "{name}: {std}, not {expected}");
        }
    }
    let truncated = truncated_normal(0.1).unwrap();
    assert!(
        (truncated.std(&layers[0]).expect("it has a law") - 0.087_962_566_103_423_98).abs() < 1e-15
    );
}
