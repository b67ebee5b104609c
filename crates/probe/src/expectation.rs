//! What theory expects of a start: whether its assumptions hold, and its value beside each
//! quantity.

use initializers::{Activation, Initializer, TensorSpec};
use ndarray::Axis;
use serde::{Deserialize, Serialize};
use theory::{Inputs, Layer, LayerPrediction, Limit, MeanField, Prediction, propagate};

use crate::measures::number;
use crate::network::Images;
use crate::statistics::{mean_cosine, mean_squared_cosine};

/// Why theory has no line for a start.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unmet {
    /// The mean decides, not the variance.
    #[error("the weights of layer {layer} have mean {mean}, not 0")]
    Mean {
        /// The layer, from 1.
        layer: usize,
        /// The mean.
        mean: f64,
    },
    /// The weights are no independent random numbers.
    #[error("the weights of layer {layer}, {kind}, are not independent random numbers")]
    Structured {
        /// The layer, from 1.
        layer: usize,
        /// The initializer.
        kind: &'static str,
    },
    /// The network has something that theory here leaves out.
    #[error("theory is of networks without `{setting}`")]
    Parts {
        /// The setting.
        setting: &'static str,
    },
    /// A batch of data decides the weights.
    #[error("the scale of layer {layer}, {kind}, is measured on data, not known beforehand")]
    DataDependent {
        /// The layer, from 1.
        layer: usize,
        /// The initializer.
        kind: &'static str,
    },
    /// Nothing is drawn.
    #[error("the weights are those of {from}, not drawn")]
    Read {
        /// Where they are from.
        from: String,
    },
}

/// What theory says of a start, in numbers that may stand in a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theory {
    /// Its assumptions hold.
    Expects(Expectation),
    /// They do not, for this reason: there is no line of theory.
    IsSilent(String),
}

/// What theory expects of a start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expectation {
    /// The quantities that it has a value for.
    pub quantities: Vec<ExpectedQuantity>,
    /// The layers between the first and the last as one deep network, where they are alike.
    pub inner: Option<InnerLayers>,
}

/// A quantity of [`Measures::entries`](crate::Measures::entries) that theory has a value for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExpectedQuantity {
    /// The layer, from 1; `None` for the network.
    pub layer: Option<usize>,
    /// Its name.
    pub name: String,
    /// What theory says.
    #[serde(flatten)]
    pub expected: Expected,
}

/// A predicted value, and the band in which about 95 % of finite networks fall, where it is known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// The value.
    #[serde(with = "number")]
    pub value: f64,
    /// Lower and upper end, finite both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<[f64; 2]>,
}

/// The layers between the first and the last, all drawn alike, as mean-field theory sees them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InnerLayers {
    /// `sigma_w^2`: the variance of a weight times the fan-in.
    pub weight_variance: f64,
    /// `sigma_b^2`: the variance of a bias.
    pub bias_variance: f64,
    /// By what the mean square of a gradient is multiplied from layer to layer.
    #[serde(with = "number")]
    pub chi_1: f64,
    /// "ordered", "critical" or "chaotic".
    pub phase: String,
}

/// The layers of a network as theory sees them; `init` gives each, by its index from 0, the
/// initializers of its weight and its bias.
///
/// ```
/// use initializers::{Activation, Initializer, TensorSpec};
///
/// let targets = TensorSpec::network(&[784, 256, 10], Activation::Relu);
/// let normal = (Initializer::Normal { mean: 0.0, std: 0.1 }, Some(Initializer::Zeros));
/// let layers = probe::theory_layers(&targets, |_| normal.clone())?;
/// assert!((layers[1].weight_variance - 0.01).abs() < 1e-12);
///
/// let ones = (Initializer::Ones, None);
/// let unmet = probe::theory_layers(&targets, |_| ones.clone()).unwrap_err();
/// assert_eq!(unmet.to_string(), "the weights of layer 1 have mean 1, not 0");
/// # Ok::<(), probe::Unmet>(())
/// ```
///
/// # Errors
/// The first layer that breaks an assumption.
pub fn theory_layers(
    targets: &[TensorSpec],
    init: impl Fn(usize) -> (Initializer, Option<Initializer>),
) -> Result<Vec<Layer>, Unmet> {
    let layer = |(index, target): (usize, &TensorSpec)| {
        let (weight, bias) = init(index);
        let bias = bias.as_ref().and_then(|bias| bias.distribution(&target.bias()));
        let second_moment = |mean: f64, std: f64| mean * mean + std * std;
        Ok(Layer {
            fan_in: target.fan_in(),
            fan_out: target.fan_out(),
            weight_variance: variance(&weight, target, index + 1)?,
            bias_variance: bias.map_or(0.0, |law| second_moment(law.mean(), law.std())),
        })
    };
    targets.iter().enumerate().map(layer).collect()
}

fn variance(weight: &Initializer, target: &TensorSpec, layer: usize) -> Result<f64, Unmet> {
    let kind = weight.kind().name;
    if weight.needs_first_batch() {
        return Err(Unmet::DataDependent { layer, kind });
    }
    if let Some(law) = weight.distribution(target) {
        let (mean, std) = (law.mean(), law.std());
        // A mean that adds up to less than a tenth of what the spread does is none.
        let is_centred = mean.abs() * (target.fan_in() as f64).sqrt() <= 0.1 * std;
        return if is_centred { Ok(std * std) } else { Err(Unmet::Mean { layer, mean }) };
    }
    match weight {
        // The same variances at large width, another spectrum of the Jacobian.
        Initializer::Orthogonal { .. } | Initializer::Sparse { .. } => {
            Ok(weight.std(target).map_or(f64::NAN, |std| std * std))
        }
        _ => Err(Unmet::Structured { layer, kind }),
    }
}

impl Images {
    /// What theory starts from: the mean squares of the images in groups, and how alike two are.
    pub fn second_moments(&self) -> Inputs {
        const GROUPS: usize = 8;
        const PAIRED: usize = 300;
        let numbers = self.inputs.ncols() as f64;
        let mut squares: Vec<f64> =
            self.inputs.axis_iter(Axis(0)).map(|image| image.dot(&image) / numbers).collect();
        squares.sort_by(f64::total_cmp);
        let mean = |group: &[f64]| group.iter().sum::<f64>() / group.len() as f64;
        let n = squares.len();
        let groups = GROUPS.min(n);
        let bounds = |group: usize| group * n / groups..(group + 1) * n / groups;
        let mean_squares = (0..groups).map(|group| mean(&squares[bounds(group)])).collect();
        let some = self.first(PAIRED);
        let or_1 = |cosine: f64| if cosine.is_nan() { 1.0 } else { cosine };
        Inputs {
            mean_squares,
            cosine: or_1(mean_cosine(&self.inputs)),
            squared_cosine: or_1(mean_squared_cosine(&some.inputs)),
        }
    }
}

impl Theory {
    /// What theory expects, where its assumptions hold.
    pub fn expectation(&self) -> Option<&Expectation> {
        match self {
            Theory::Expects(expectation) => Some(expectation),
            Theory::IsSilent(_) => None,
        }
    }

    /// Why it expects nothing, where they do not.
    pub fn unmet(&self) -> Option<&str> {
        match self {
            Theory::Expects(_) => None,
            Theory::IsSilent(reason) => Some(reason),
        }
    }
}

impl Expectation {
    /// What theory says of a network of these layers on such inputs, with a loss of cross-entropy.
    pub fn new(activation: Activation, layers: &[Layer], inputs: &Inputs) -> Self {
        let classes = layers.last().map_or(1, |layer| layer.fan_out);
        let predictions =
            propagate(activation, layers, inputs, |q| theory::softmax_error(q, classes));
        let of_layers = layers.iter().zip(&predictions).enumerate();
        let mut quantities: Vec<ExpectedQuantity> = of_layers
            .flat_map(|(index, (layer, prediction))| of_layer(index + 1, layer, prediction))
            .collect();
        let mut add = |name: &str, value| quantities.push(quantity(None, name, value, None));
        if let Some(last) = predictions.last() {
            add("loss", theory::softmax_loss(last.pre_activation.mean_square, classes));
            add("jacobian_mean_square", jacobian_mean_square(activation, layers, &predictions));
        }
        let first = predictions.first().map_or(0.0, |first| first.pre_activation.mean_square);
        let inner = mean_field(activation, layers).map(|net| InnerLayers {
            weight_variance: net.weight_variance,
            bias_variance: net.bias_variance,
            chi_1: net.chi_1(match net.fixed_point(first) {
                Limit::Finite(q) => q,
                Limit::Infinite => 1e15,
            }),
            phase: net.phase(first).name().to_owned(),
        });
        Expectation { quantities, inner }
    }

    /// The value that theory has for a quantity of [`Measures::entries`](crate::Measures::entries).
    pub fn of(&self, layer: Option<usize>, name: &str) -> Option<Expected> {
        let is = |quantity: &&ExpectedQuantity| quantity.layer == layer && quantity.name == name;
        self.quantities.iter().find(is).map(|quantity| quantity.expected)
    }
}

fn quantity(
    layer: Option<usize>,
    name: &str,
    value: f64,
    band: Option<[f64; 2]>,
) -> ExpectedQuantity {
    let band = band.filter(|ends| ends.iter().all(|end| end.is_finite()));
    ExpectedQuantity { layer, name: name.to_owned(), expected: Expected { value, band } }
}

/// What theory says of one layer.
fn of_layer(number: usize, layer: &Layer, prediction: &LayerPrediction) -> Vec<ExpectedQuantity> {
    let alone = |name, value: f64| quantity(Some(number), name, value, None);
    let banded = |name, prediction: Prediction| {
        quantity(Some(number), name, prediction.rms(), Some(prediction.band()))
    };
    let mut all = vec![
        alone("weight_rms", layer.weight_variance.sqrt()),
        banded("pre_activation_rms", prediction.pre_activation),
    ];
    if let Some(activation) = prediction.activation {
        all.push(alone("activation_mean", activation.mean));
        all.push(alone("activation_rms", activation.mean_square.sqrt()));
        all.push(alone("cosine", activation.cosine));
    }
    all.push(banded("gradient_rms", prediction.gradient));
    let of_image = prediction.weight_gradient_mean_square.sqrt();
    all.push(alone("image_weight_gradient_rms", of_image));
    all
}

/// Mean squared singular value of the Jacobian of the logits by the inputs: the product of the
/// layers' `n Var(W)` and, between them, of `E phi'^2`.
fn jacobian_mean_square(
    activation: Activation,
    layers: &[Layer],
    predictions: &[LayerPrediction],
) -> f64 {
    let gain = |layer: &Layer| layer.fan_in as f64 * layer.weight_variance;
    let hidden = predictions.len().saturating_sub(1);
    let slope = |prediction: &LayerPrediction| {
        theory::slope_second_moment(activation, prediction.pre_activation.mean_square)
    };
    layers.iter().map(gain).product::<f64>()
        * predictions[..hidden].iter().map(slope).product::<f64>()
}

/// The layers between the first and the last as a deep network, if their variances agree to 1 %.
fn mean_field(activation: Activation, layers: &[Layer]) -> Option<MeanField> {
    let inner = layers.get(1..layers.len().checked_sub(1)?)?;
    let first = inner.first()?;
    let gain = |layer: &Layer| layer.fan_in as f64 * layer.weight_variance;
    let alike = |a: f64, b: f64| (a - b).abs() <= 0.01 * a.abs().max(b.abs());
    let agree = |layer: &Layer| {
        alike(gain(layer), gain(first)) && alike(layer.bias_variance, first.bias_variance)
    };
    inner.iter().all(agree).then(|| MeanField {
        activation,
        weight_variance: gain(first),
        bias_variance: first.bias_variance,
    })
}
