//! Each symptom is told where it is, and none where a start is fine.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but not in what they share

use initializers::{Activation, Initializer, Purpose, Stream, TensorSpec, catalog};
use probe::{ArmProbe, Context, Images, LayerWeights, Network, Options, Theory, diagnose, table};

const WIDTHS: [usize; 5] = [20, 32, 32, 32, 4];

const ADAM: Context = Context {
    activation: Activation::Relu,
    is_adaptive: true,
    learning_rate: 1e-3,
    init_factor: 1.0,
    output_scale: 1.0,
};

fn images() -> Images {
    let pixels = Initializer::Uniform { min: -1.0, max: 1.0 };
    let mut stream = Stream::new(1, Purpose::named("test"), [0, 0]);
    let inputs = pixels.draw(&TensorSpec::linear(200, 20), &mut stream).unwrap();
    let labels: Vec<u16> = (0..200u16).map(|image| image % 4).collect();
    Images::new(&inputs, &labels).unwrap()
}

fn network(init: &Initializer, activation: Activation, bias: f32) -> Network {
    let specs = TensorSpec::network(&WIDTHS, activation);
    let weights: Vec<Vec<f32>> = (0u64..)
        .zip(&specs)
        .map(|(layer, spec)| {
            init.draw(spec, &mut Stream::new(3, Purpose::WEIGHTS, [layer, 0])).unwrap()
        })
        .collect();
    let biases = [bias; 32];
    let layers: Vec<LayerWeights> = WIDTHS
        .windows(2)
        .zip(&weights)
        .map(|(widths, weight)| LayerWeights {
            shape: [widths[0], widths[1]],
            weight,
            bias: Some(&biases[..widths[1]]),
        })
        .collect();
    Network::new(&layers, activation).unwrap()
}

fn normal(std: f64) -> Initializer {
    Initializer::Normal { mean: 0.0, std }
}

fn rules(
    init: &Initializer,
    activation: Activation,
    bias: f32,
    context: &Context,
) -> Vec<&'static str> {
    let options = Options { hessian_images: Some(200), ..Options::default() };
    let measures = network(init, activation, bias).measure(&images(), &options).unwrap();
    let findings = diagnose(&measures, context);
    for finding in &findings {
        let settings = &finding.test.settings;
        assert!(!settings.is_empty() && settings.iter().all(|setting| setting.contains('=')));
    }
    findings.into_iter().map(|finding| finding.rule).collect()
}

#[test]
fn each_symptom_is_told_where_it_is() {
    let he = catalog::find("he_normal").unwrap().build(&[]).unwrap();
    let adam = |activation| Context { activation, ..ADAM };
    let sgd = |learning_rate| Context { is_adaptive: false, learning_rate, ..ADAM };
    let relu = adam(Activation::Relu);
    let cases: [(&str, Initializer, Activation, f32, Context); 11] = [
        ("not_finite", normal(0.1), Activation::Relu, f32::INFINITY, relu),
        ("equal_units", Initializer::Constant { value: 0.1 }, Activation::Relu, 0.0, relu),
        ("no_gradient", Initializer::Zeros, Activation::Relu, 0.0, relu),
        ("dead", normal(0.1), Activation::Relu, -2.0, relu),
        ("loss", normal(1.0), Activation::Relu, 0.0, relu),
        ("saturated", normal(2.0), Activation::Tanh, 0.0, adam(Activation::Tanh)),
        ("always_on", normal(0.01), Activation::Relu, 1.0, relu),
        ("vanishing_gradient", normal(0.02), Activation::Relu, 0.0, relu),
        ("exploding_gradient", normal(2.0), Activation::Relu, 0.0, relu),
        ("overwritten", normal(1e-4), Activation::Relu, 0.0, relu),
        ("unstable_rate", he.clone(), Activation::Relu, 0.0, sgd(10.0)),
    ];
    for (rule, init, activation, bias, context) in cases {
        let said = rules(&init, activation, bias, &context);
        assert!(said.contains(&rule), "{rule}: {said:?}");
    }
    assert!(rules(&normal(1.0), Activation::Relu, 0.0, &relu).contains(&"hardly_moves"));
    assert!(rules(&normal(0.01), Activation::Relu, 1.0, &relu).contains(&"alike"));
    assert_eq!(rules(&he, Activation::Relu, 0.0, &relu), [""; 0]);
    assert_eq!(rules(&he, Activation::Relu, 0.0, &sgd(0.05)), [""; 0]);
}

#[test]
fn an_arm_is_written_with_its_symptoms_in_every_format() {
    let ones = network(&Initializer::Ones, Activation::Relu, 0.0);
    let measures = ones.measure(&images(), &Options::default()).unwrap();
    let specs = TensorSpec::network(&WIDTHS, Activation::Relu);
    let unmet = probe::theory_layers(&specs, |_| (Initializer::Ones, None)).unwrap_err();
    let arm = ArmProbe {
        experiment: "one, or two".to_owned(),
        arm: "base".to_owned(),
        context: ADAM,
        measures: vec![(0, measures.clone()), (1, measures)],
        theory: Theory::IsSilent(unmet.to_string()),
    };
    let arms = [arm];
    let text = table::text(&arms, 80);
    assert!(text.contains("no line of theory: the weights of layer 1 have mean 1"), "{text}");
    assert!(text.contains("all units of layers 1, 2, 3 and 4 are equal"), "{text}");
    assert!(table::csv(&arms).contains("\"one, or two\",base,1,weight_rms,1,0,2,,,"));
    assert!(table::markdown(&arms).contains("equal units"));
    let json = table::json(&arms);
    assert_eq!(json[0]["findings"][0]["seeds"], 2);
    // What is written reads back.
    let written = serde_json::to_string(&arms[0].measures[0].1).unwrap();
    let back: probe::Measures = serde_json::from_str(&written).unwrap();
    assert_same_numbers(
        &serde_json::to_value(back).unwrap(),
        &serde_json::to_value(&arms[0].measures[0].1).unwrap(),
    );
}

/// The same structure, and the same numbers but for the last digit that JSON loses.
fn assert_same_numbers(a: &serde_json::Value, b: &serde_json::Value) {
    use serde_json::Value::{Array, Number, Object};
    match (a, b) {
        (Number(a), Number(b)) => {
            let [a, b] = [a, b].map(|number| number.as_f64().unwrap());
            assert!((a - b).abs() <= 1e-14 * b.abs(), "{a} is not {b}");
        }
        (Array(a), Array(b)) => {
            assert_eq!(a.len(), b.len());
            a.iter().zip(b).for_each(|(a, b)| assert_same_numbers(a, b));
        }
        (Object(a), Object(b)) => {
            assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
            a.values().zip(b.values()).for_each(|(a, b)| assert_same_numbers(a, b));
        }
        _ => assert_eq!(a, b),
    }
}
