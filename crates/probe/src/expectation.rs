//! What theory expects of a start: whether its assumptions hold, and its value beside each
//! quantity.

use initializers::{Activation, Initializer, TensorSpec};
use ndarray::Axis;
use theory::{Inputs, Layer, LayerPrediction, MeanField, Prediction, propagate};

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
}

/// What theory expects of a start.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// The layers as theory sees them.
    pub layers: Vec<Layer>,
    /// What it says of each.
    pub predictions: Vec<LayerPrediction>,
    /// The layers between the first and the last as one deep network, where they are alike.
    pub mean_field: Option<MeanField>,
    activation: Activation,
}

/// A predicted value, and the band in which about 95 % of finite networks fall, where it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// The value.
    pub value: f64,
    /// Lower and upper end.
    pub band: Option<[f64; 2]>,
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

impl Expectation {
    /// What theory says of a network of these layers on such inputs, with a loss of cross-entropy.
    pub fn new(activation: Activation, layers: Vec<Layer>, inputs: &Inputs) -> Self {
        let classes = layers.last().map_or(1, |layer| layer.fan_out);
        let predictions =
            propagate(activation, &layers, inputs, |q| theory::softmax_error(q, classes));
        let mean_field = mean_field(activation, &layers);
        Expectation { layers, predictions, mean_field, activation }
    }

    /// The value that theory has for a quantity of [`Measures::entries`](crate::Measures::entries).
    pub fn of(&self, layer: Option<usize>, name: &str) -> Option<Expected> {
        let alone = |value: f64| Some(Expected { value, band: None });
        let Some(layer) = layer else {
            let last = self.predictions.last()?;
            return match name {
                "loss" => {
                    let classes = self.layers.last()?.fan_out;
                    alone(theory::softmax_loss(last.pre_activation.mean_square, classes))
                }
                "jacobian_mean_square" => alone(self.jacobian_mean_square()),
                _ => None,
            };
        };
        let prediction = self.predictions.get(layer.checked_sub(1)?)?;
        let banded = |prediction: Prediction| {
            Some(Expected { value: prediction.rms(), band: Some(prediction.band()) })
        };
        match name {
            "weight_rms" => alone(self.layers.get(layer - 1)?.weight_variance.sqrt()),
            "pre_activation_rms" => banded(prediction.pre_activation),
            "activation_mean" => alone(prediction.activation?.mean),
            "activation_rms" => alone(prediction.activation?.mean_square.sqrt()),
            "cosine" => alone(prediction.activation?.cosine),
            "gradient_rms" => banded(prediction.gradient),
            "image_weight_gradient_rms" => alone(prediction.weight_gradient_mean_square.sqrt()),
            _ => None,
        }
    }

    /// Mean squared singular value of the Jacobian of the logits by the inputs: the product of the
    /// layers' `n Var(W)` and, between them, of `E phi'^2`.
    fn jacobian_mean_square(&self) -> f64 {
        let gain = |layer: &Layer| layer.fan_in as f64 * layer.weight_variance;
        let hidden = self.predictions.len().saturating_sub(1);
        let slope = |prediction: &LayerPrediction| {
            theory::slope_second_moment(self.activation, prediction.pre_activation.mean_square)
        };
        self.layers.iter().map(gain).product::<f64>()
            * self.predictions[..hidden].iter().map(slope).product::<f64>()
    }
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
