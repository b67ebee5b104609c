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

/// Asserts that a kind refuses parameters: which of them, and how it says so.
fn assert_refused(name: &str, given: &[(&str, Value)], parameter: &str, message: &str) {
    let error = build(name, given).expect_err(name);
    assert_eq!((error.parameter.as_str(), error.to_string().as_str()), (parameter, message));
}

#[test]
fn errors_about_numbers_name_the_parameter_and_its_range() {
    for (value, shown) in
        [(Value::Real(-0.1), "-0.1"), (Value::Real(f64::NAN), "nan"), ("big".into(), "\"big\"")]
    {
        let message = format!("std must be a number >= 0, but is {shown}");
        assert_refused("normal", &[("std", value)], "std", &message);
    }
    let message = "connections must be a whole number >= 1, but is 0";
    assert_refused("sparse", &[("connections", Value::Integer(0))], "connections", message);
}

#[test]
fn errors_about_names_list_what_there_is() {
    assert_refused("normal", &[], "std", "normal needs std, a number >= 0");
    let message = "normal has no parameter sdt; it takes mean and std";
    assert_refused("normal", &[("sdt", Value::Real(0.1))], "sdt", message);
    let message = "zeros takes no parameters, but value is given";
    assert_refused("zeros", &[("value", Value::Real(0.1))], "value", message);
    let message = "gain must be a number > 0, an activation or \"auto\", but is \"relo\"";
    assert_refused("glorot_normal", &[("gain", "relo".into())], "gain", message);
    let message =
        "mode must be \"fan_in\", \"fan_out\", \"fan_avg\" or \"fan_geo_avg\", but is \"in\"";
    assert_refused("he_normal", &[("mode", "in".into())], "mode", message);
}

#[test]
fn errors_about_bounds_show_both() {
    let message = "min must be less than max, but 2 > 1";
    assert_refused("uniform", &[("min", Value::Real(2.0))], "min", message);
    let message = "min and max are both 1: for one number everywhere, use the kind \"constant\"";
    assert_refused("uniform", &[("min", Value::Integer(1))], "max", message);
    let given = [("std", Value::Real(1.0)), ("lower", Value::Integer(3))];
    let message = "lower must be less than upper, but 3 >= 2";
    assert_refused("truncated_normal", &given, "lower", message);
    let given = [
        ("std", Value::Real(0.1)),
        ("mean", Value::Real(5.4)),
        ("lower", Value::Real(-1.6)),
        ("upper", Value::Real(1.6)),
        ("bounds", "absolute".into()),
    ];
    let message = "the bounds leave out all of the normal: they lie -70 and -38 std from its mean";
    assert_refused("truncated_normal", &given, "lower", message);
    let both = [
        ("std", Value::Real(1.0)),
        ("bounds", "absolute".into()),
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
    let count = |value| build("sparse", &[("connections", value)]);
    assert_eq!(count(Value::Real(4.0)), count(Value::Integer(4)));
    for wrong in [4.5, 0.0, -1.0, 1e300, f64::NAN, f64::INFINITY] {
        assert!(count(Value::Real(wrong)).is_err(), "{wrong}");
    }
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
