//! What the numbers of a probe mean, in sentences: each a symptom with the number that it rests on
//! and the change that would test it. `docs/probe.md` has every rule.

use initializers::Activation;

use crate::change::{self, Test};
use crate::context::Context;
use crate::measures::{LayerMeasures, Measures};
use crate::short::short;

/// A symptom.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Its rule's name in `docs/probe.md`.
    pub rule: &'static str,
    /// The layer it is about, from 1; `None` where it is the network.
    pub layer: Option<usize>,
    /// The sentence, its number included.
    pub sentence: String,
    /// The arm that would test it.
    pub test: Test,
}

/// A layer whose gradient is so many times another's.
const LAYERS_APART: f64 = 100.0;
/// A factor on the gradient from layer to layer.
const FACTOR: f64 = 2.0;
/// The loss at the start, over ln(classes).
const LOSS: f64 = 1.5;
const DEAD: f64 = 0.1;
const ALWAYS_ON: f64 = 0.9;
const SATURATED: f64 = 0.3;
const ALIKE: f64 = 0.97;
/// Adam's first step over the weights: above this the start is overwritten, below it hardly moves.
const OVERWRITTEN: f64 = 1.0;
const HARDLY_MOVES: f64 = 2.5e-3;

/// The symptoms of a start, the gravest first; empty where nothing stands out.
///
/// ```
/// use initializers::Activation;
/// use probe::{Context, Images, LayerWeights, Network, Options, diagnose};
///
/// let weight = [1.0; 8];
/// let ones = |shape| LayerWeights { shape, weight: &weight, bias: None };
/// let network = Network::new(&[ones([2, 4]), ones([4, 2])], Activation::Relu)?;
/// let images = Images::new(&[0.5, 1.0, 0.25, 0.5], &[0, 1])?;
/// let measures = network.measure(&images, &Options::default())?;
/// let context =
///     Context {
///         activation: Activation::Relu,
///         is_adaptive: true,
///         learning_rate: 1e-3,
///         init_factor: 1.0,
///         output_scale: 1.0,
///     };
/// assert_eq!(diagnose(&measures, &context)[0].rule, "equal_units");
/// # Ok::<(), probe::ProbeError>(())
/// ```
pub fn diagnose(measures: &Measures, context: &Context) -> Vec<Finding> {
    if let Some(finding) = not_finite(measures, context) {
        return vec![finding];
    }
    let mut findings = Vec::new();
    findings.extend(equal_units(measures, context));
    findings.extend(no_gradient(measures, context));
    findings.extend(dead(measures, context));
    findings.extend(loss(measures, context));
    findings.extend(saturated(measures, context));
    findings.extend(always_on(measures, context));
    if findings.iter().all(|finding| finding.rule != "no_gradient") {
        findings.extend(gradient_by_depth(measures, context));
    }
    findings.extend(alike(measures, context));
    findings.extend(step(measures, context));
    findings.extend(unstable(measures, context));
    findings
}

fn finding(rule: &'static str, sentence: String, test: Test) -> Finding {
    Finding { rule, layer: None, sentence, test }
}

fn percent(share: f64) -> String {
    format!("{} %", short(100.0 * share))
}

fn not_finite(measures: &Measures, context: &Context) -> Option<Finding> {
    let layer = measures.layers.iter().find(|layer| !layer.pre_activation_rms.is_finite());
    let sentence = match layer {
        Some(layer) => format!(
            "layer {}: pre-activations are not finite numbers, so nothing after it is",
            layer.layer
        ),
        None if !measures.loss.is_finite() => {
            format!("the loss at the start is {}, no finite number", measures.loss)
        }
        None => return None,
    };
    Some(finding("not_finite", sentence, change::finite_weights(measures, context)))
}

fn equal_units(measures: &Measures, context: &Context) -> Option<Finding> {
    let layers: Vec<&LayerMeasures> = measures
        .layers
        .iter()
        .filter(|layer| layer.has_equal_units && layer.shape[1] > 1)
        .collect();
    let hidden = layers.iter().filter(|layer| layer.activation.is_some()).count();
    if hidden == 0 {
        return None;
    }
    let sentence = format!(
        "all units of {} are equal, and equal units get equal gradients: they stay so, and each \
         layer works as one unit",
        numbered(&layers)
    );
    Some(finding("equal_units", sentence, change::random_weights(measures, context)))
}

fn no_gradient(measures: &Measures, context: &Context) -> Option<Finding> {
    // A last layer of zeros that has a gradient itself lets it through after one step.
    let last = measures.layers.last()?;
    if last.weight_rms == 0.0 && last.weight_gradient_rms > 0.0 {
        return None;
    }
    let layers: Vec<&LayerMeasures> = measures
        .layers
        .iter()
        .filter(|layer| {
            // A layer whose gradient is lost in rounding beside one image's has none.
            layer.weight_gradient_rms <= 1e-12 * layer.image_weight_gradient_rms
                || layer.weight_gradient_rms == 0.0
        })
        .collect();
    (!layers.is_empty()).then(|| {
        let sentence = format!(
            "no gradient reaches the weights of {}: they cannot learn from here",
            numbered(&layers)
        );
        finding("no_gradient", sentence, change::critical_start(context.activation))
    })
}

fn dead(measures: &Measures, context: &Context) -> Vec<Finding> {
    let of_layer = |layer: &LayerMeasures| {
        let dead = layer.activation.as_ref()?.dead;
        (dead >= DEAD).then(|| {
            let sentence = format!(
                "{} of layer {} is dead: no gradient passes through those units on any image",
                percent(dead),
                layer.layer
            );
            let test = match context.activation {
                // Flat at both ends: units are dead where they are saturated.
                activation if is_bounded(activation) => unsaturated(layer, context),
                _ => change::leaky_relu(),
            };
            Finding { layer: Some(layer.layer), ..finding("dead", sentence, test) }
        })
    };
    measures.layers.iter().filter_map(of_layer).collect()
}

fn is_bounded(activation: Activation) -> bool {
    matches!(activation, Activation::Hardtanh { .. } | Activation::HardSigmoid { .. })
}

/// Pre-activations of a layer brought to 1.
fn unsaturated(layer: &LayerMeasures, context: &Context) -> Test {
    match layer.pre_activation_rms {
        rms if rms > 1.0 => change::smaller_weights(rms, context),
        _ => change::critical_start(context.activation),
    }
}

fn loss(measures: &Measures, context: &Context) -> Option<Finding> {
    let uniform = (measures.class_shares.len() as f64).ln();
    let last = measures.layers.last()?;
    (measures.loss > LOSS * uniform).then(|| {
        let sentence = format!(
            "the loss starts at {}, not {uniform:.2}: the logits spread by {}, and by 1 they would \
             cost little",
            short(measures.loss),
            short(last.pre_activation_std)
        );
        finding("loss", sentence, change::smaller_logits(last.pre_activation_std.max(1.0), context))
    })
}

fn saturated(measures: &Measures, context: &Context) -> Vec<Finding> {
    let of_layer = |layer: &LayerMeasures| {
        let share = layer.activation.as_ref()?.saturated?;
        (share >= SATURATED).then(|| {
            let sentence = format!(
                "{} of layer {} is saturated: hardly any gradient passes there",
                percent(share),
                layer.layer
            );
            let finding = finding("saturated", sentence, unsaturated(layer, context));
            Finding { layer: Some(layer.layer), ..finding }
        })
    };
    measures.layers.iter().filter_map(of_layer).collect()
}

fn always_on(measures: &Measures, context: &Context) -> Option<Finding> {
    let rectified = matches!(
        context.activation,
        Activation::Relu | Activation::LeakyRelu { .. } | Activation::Prelu { .. }
    );
    let on = |layer: &&LayerMeasures| {
        layer.activation.as_ref().is_some_and(|activation| activation.always_on >= ALWAYS_ON)
    };
    let layers: Vec<&LayerMeasures> = measures.layers.iter().filter(on).collect();
    let share = layers.iter().filter_map(|layer| Some(layer.activation.as_ref()?.always_on));
    (rectified && !layers.is_empty()).then(|| {
        let sentence = format!(
            "{} of the units of {} are on for every image: there the network is linear",
            percent(share.fold(1.0, f64::min)),
            numbered(&layers)
        );
        finding("always_on", sentence, change::random_weights(measures, context))
    })
}

fn gradient_by_depth(measures: &Measures, context: &Context) -> Option<Finding> {
    let (first, last) = (measures.layers.first()?, measures.layers.last()?);
    let steps = (measures.layers.len() - 1) as f64;
    let ratio = last.gradient_rms / first.gradient_rms;
    if steps < 1.0 || !ratio.is_finite() || ratio <= 0.0 {
        return None;
    }
    let factor = ratio.powf(1.0 / steps);
    let relative = last.gradient_over_weight / first.gradient_over_weight;
    let far = ratio.max(1.0 / ratio) >= LAYERS_APART;
    if !far || factor.max(1.0 / factor) < FACTOR.powf((8.0 / steps).min(1.0)) {
        return None;
    }
    let (rule, verb, factor) = if factor > 1.0 {
        ("vanishing_gradient", "shrinks", factor)
    } else {
        ("exploding_gradient", "grows", 1.0 / factor)
    };
    let hides = if context.is_adaptive {
        "; Adam divides that factor out, SGD would not"
    } else {
        ", and under SGD so are the steps"
    };
    let sentence = format!(
        "the gradient {verb} {}-fold a layer on its way back, {}-fold in all; relative to its \
         weights layer 1's is {} times the last one's{hides}",
        short(factor),
        short(ratio.max(1.0 / ratio)),
        short(1.0 / relative)
    );
    Some(finding(rule, sentence, change::critical_start(context.activation)))
}

fn alike(measures: &Measures, context: &Context) -> Option<Finding> {
    let layer = measures.layers.iter().rev().find(|layer| layer.activation.is_some())?;
    let activation = layer.activation.as_ref()?;
    (activation.cosine >= ALIKE).then(|| {
        let sentence = format!(
            "at layer {} two images are alike to a cosine of {:.3}, and all use {} directions",
            layer.layer,
            activation.cosine,
            short(activation.effective_rank)
        );
        finding("alike", sentence, change::critical_start(context.activation))
    })
}

fn step(measures: &Measures, context: &Context) -> Option<Finding> {
    if !context.is_adaptive {
        return None;
    }
    let relative: Vec<f64> =
        measures.layers.iter().map(|layer| context.learning_rate / layer.weight_rms).collect();
    let smallest = relative.iter().copied().fold(f64::INFINITY, f64::min);
    let largest = relative.iter().copied().fold(0.0, f64::max);
    if smallest.is_finite() && smallest > OVERWRITTEN {
        let sentence = format!(
            "Adam's first step, {} a weight, is {} times as large as the weights: it overwrites \
             the start",
            short(context.learning_rate),
            short(smallest)
        );
        let test = change::rate("a tenth of the rate", context.learning_rate / 10.0);
        return Some(finding("overwritten", sentence, test));
    }
    (largest < HARDLY_MOVES).then(|| {
        let sentence = format!(
            "Adam's first step, {} a weight, is at most {} of the weights: they hardly move",
            short(context.learning_rate),
            percent(largest)
        );
        let test = change::rate("ten times the rate", context.learning_rate * 10.0);
        finding("hardly_moves", sentence, test)
    })
}

fn unstable(measures: &Measures, context: &Context) -> Option<Finding> {
    let stable = measures.curvature.as_ref()?.largest_stable_rate;
    (!context.is_adaptive && context.learning_rate > stable).then(|| {
        let sentence = format!(
            "the rate {} is above 2/lambda = {}: full-batch descent is not stable at the start",
            short(context.learning_rate),
            short(stable)
        );
        let test = change::rate("half the stable rate", 0.5 * stable);
        finding("unstable_rate", sentence, test)
    })
}

/// "layer 2", "layers 1, 2 and 3", "all layers" from so many on.
fn numbered(layers: &[&LayerMeasures]) -> String {
    let numbers: Vec<String> = layers.iter().map(|layer| layer.layer.to_string()).collect();
    match numbers.as_slice() {
        [one] => format!("layer {one}"),
        [many @ .., last] if many.len() < 6 => format!("layers {} and {last}", many.join(", ")),
        [first, .., last] => format!("{} layers from {first} to {last}", numbers.len()),
        [] => "no layer".to_owned(),
    }
}
