//! The changes that would test symptoms: for each, the settings of an arm in which it is gone, or
//! is as small as one change can make it.

use initializers::Activation;
use theory::CriticalPoint;

use crate::context::Context;
use crate::measures::{LayerMeasures, Measures};
use crate::short::short;

/// A change that would test a symptom: where it goes, does the deficit?
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// In words.
    pub what: String,
    /// Settings of a config, as `--set` takes them; at least one.
    pub settings: Vec<String>,
}

/// Weights that differ by less than this part are of one size.
const ONE_SIZE: f64 = 0.01;
/// A variance of biases below this is none.
const NO_BIAS: f64 = 1e-6;

impl Test {
    fn new(what: &str, setting: String) -> Test {
        Test { what: what.to_owned(), settings: vec![setting] }
    }
}

/// Another rate.
pub(crate) fn rate(what: &str, rate: f64) -> Test {
    Test::new(what, format!("optimizer.learning_rate={rate}"))
}

/// The same network with a slope below zero.
pub(crate) fn leaky_relu() -> Test {
    let what = "the same start with leaky ReLU, under which no unit dies";
    Test::new(what, "model.activation=leaky_relu(0.1)".to_owned())
}

/// The same network with its logits divided by a number.
pub(crate) fn smaller_logits(divisor: f64, context: &Context) -> Test {
    let what = format!("the same start with its logits divided by {}", short(divisor));
    Test::new(&what, format!("model.output_scale={}", short(context.output_scale / divisor)))
}

/// The same weights divided by a number.
pub(crate) fn smaller_weights(divisor: f64, context: &Context) -> Test {
    let what = format!("the same weights divided by {}", short(divisor));
    Test::new(&what, format!("init.factor={}", short(context.init_factor / divisor)))
}

/// Random weights of mean 0, in every layer as large as they are; where they are all 0, those of
/// the critical start.
pub(crate) fn random_weights(measures: &Measures, context: &Context) -> Test {
    let sizes: Vec<f64> = measures.layers.iter().map(|layer| layer.weight_rms).collect();
    let first = sizes.iter().copied().find(|size| *size > 0.0);
    let Some(first) = first.filter(|_| sizes.iter().all(|size| size.is_finite())) else {
        return critical_start(context.activation);
    };
    let differs = |(_, size): &(usize, &f64)| (**size - first).abs() > ONE_SIZE * first;
    let others: Vec<String> = sizes
        .iter()
        .enumerate()
        .filter(differs)
        .map(|(index, &size)| match size {
            0.0 => format!("{} = \"zeros\"", index + 1),
            size => format!("{} = {{ std = {} }}", index + 1, short(size)),
        })
        .collect();
    let layers = match others.as_slice() {
        [] => String::new(),
        others => format!(", layers = {{ {} }}", others.join(", ")),
    };
    let what = "random weights of mean 0 that are as large";
    Test::new(what, format!("init={{ kind = \"normal\", std = {}{layers} }}", short(first)))
}

/// The start at which gradients keep their size, with as little variance of biases as there can be:
/// that of He et al. for ReLU, of LeCun et al. for tanh.
pub(crate) fn critical_start(activation: Activation) -> Test {
    let what = "the critical start of the activation, at which gradients keep their size";
    let point = critical_point(activation);
    let Some(point) = point else {
        return Test::new("Glorot's start", "init=glorot_normal".to_owned());
    };
    if activation == Activation::Relu {
        return Test::new(what, "init=he_normal".to_owned());
    }
    let bias = match point.bias_variance {
        variance if variance > NO_BIAS => {
            format!(", bias = {{ kind = \"normal\", std = {} }}", short(variance.sqrt()))
        }
        _ => String::new(),
    };
    let scale = short(point.weight_variance);
    let law = format!("scale = {scale}, distribution = \"normal\"");
    Test::new(what, format!("init={{ kind = \"variance_scaling\", {law}{bias} }}"))
}

/// The critical point of the smallest variance of biases at which the signal's fixed point does not
/// push signals away. For GELU that is the half-stable one (Roberts, Yaida and Hanin 2022, section
/// 5.3.4); with less bias a signal of its critical line grows.
fn critical_point(activation: Activation) -> Option<CriticalPoint> {
    let point_at = |q: f64| {
        let point = theory::critical_line(activation, &[q]).pop()?;
        let slope = point.weight_variance * theory::variance_slope(activation, q);
        (slope <= 1.0 + 1e-9).then_some(point)
    };
    let grid = (-240..=60).map(|i| 10f64.powf(f64::from(i) / 30.0));
    let coarse =
        grid.filter_map(point_at).min_by(|a, b| a.bias_variance.total_cmp(&b.bias_variance))?;
    // The end of the line lies between this point and the one before it on the grid.
    let (mut outside, mut point) = (coarse.q / 10f64.powf(1.0 / 30.0), coarse);
    for _ in 0..40 {
        let middle = (outside * point.q).sqrt();
        match point_at(middle) {
            Some(nearer) if nearer.bias_variance <= point.bias_variance => point = nearer,
            _ => outside = middle,
        }
    }
    Some(point)
}

/// Weights so small that what leaves no layer is beyond every bound.
pub(crate) fn finite_weights(measures: &Measures, context: &Context) -> Test {
    let gain = |layer: &LayerMeasures| layer.weight_rms * (layer.shape[0] as f64).sqrt();
    let largest = measures.layers.iter().map(gain).fold(0.0, f64::max);
    let all_finite = measures.layers.iter().all(|layer| layer.weight_rms.is_finite());
    match all_finite && largest > 1.0 {
        true => smaller_weights(largest, context),
        false => critical_start(context.activation),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(activation: Activation) -> String {
        critical_start(activation).settings.remove(0)
    }

    #[test]
    fn the_critical_start_is_the_one_that_theory_has_for_the_activation() {
        assert_eq!(setting(Activation::Relu), "init=he_normal");
        let of = |scale: &str, bias: &str| {
            let law = format!("scale = {scale}, distribution = \"normal\"{bias}");
            format!("init={{ kind = \"variance_scaling\", {law} }}")
        };
        assert_eq!(setting(Activation::Tanh), of("1.00", ""));
        assert_eq!(setting(Activation::LeakyRelu { negative_slope: 1.0 }), of("1.00", ""));
        // Half-stable: sigma_w^2 = 1.98306, sigma_b^2 = 0.172922.
        let bias = ", bias = { kind = \"normal\", std = 0.416 }";
        assert_eq!(setting(Activation::Gelu), of("1.98", bias));
    }
}
