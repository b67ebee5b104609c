//! A network of given widths and variances: what theory says of its signal and its gradient, layer
//! by layer, and how far a network of finite width may be from it.

use initializers::Activation;

use crate::moments::{
    cross_moment, mean, second_moment, slope_cross_moment, slope_second_moment,
    slope_square_covariance, square_covariance, variance_slope,
};

/// One fully connected layer, whose weights are independent, of mean 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layer {
    /// Connections into a unit.
    pub fan_in: usize,
    /// Units.
    pub fan_out: usize,
    /// The variance of a weight.
    pub weight_variance: f64,
    /// The variance of a bias.
    pub bias_variance: f64,
}

/// What the network is fed with.
#[derive(Debug, Clone, PartialEq)]
pub struct Inputs {
    /// Mean squares of inputs: of some images, or of groups of them. Theory is applied to each, and
    /// its answers are averaged.
    pub mean_squares: Vec<f64>,
    /// The mean cosine of two images.
    pub cosine: f64,
    /// The mean squared cosine of two images: how far their fluctuations agree, since all see the
    /// same weights.
    pub squared_cosine: f64,
}

/// A predicted mean square, and how far a finite network is from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// The mean square.
    pub mean_square: f64,
    /// The standard deviation of its logarithm from network to network.
    pub log_std: f64,
}

impl Prediction {
    /// The root mean square.
    pub fn rms(&self) -> f64 {
        self.mean_square.sqrt()
    }

    /// The root mean squares between which about 95 % of networks lie: a lognormal of the mean
    /// predicted and of the predicted spread (Hanin and Nica 2018), two standard deviations either
    /// way.
    ///
    /// ```
    /// let [low, high] = theory::Prediction { mean_square: 4.0, log_std: 0.0 }.band();
    /// assert_eq!([low, high], [2.0, 2.0]);
    /// ```
    pub fn band(&self) -> [f64; 2] {
        let center = self.mean_square.ln() - 0.5 * self.log_std * self.log_std;
        [-2.0, 2.0].map(|sds| (0.5 * (center + sds * self.log_std)).exp())
    }
}

/// What theory says of the activations of a hidden layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ActivationPrediction {
    /// Their mean.
    pub mean: f64,
    /// Their mean square.
    pub mean_square: f64,
    /// The cosine of two images' activations.
    pub cosine: f64,
}

/// What theory says of one layer.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerPrediction {
    /// The pre-activations.
    pub pre_activation: Prediction,
    /// The correlation of two images' pre-activations.
    pub cosine: f64,
    /// What the activation makes of them; the last layer has none.
    pub activation: Option<ActivationPrediction>,
    /// The mean square of the activations that the layer is fed with.
    pub input_mean_square: f64,
    /// The gradient of one image's loss at the pre-activations.
    pub gradient: Prediction,
    /// The mean square of the gradient of one image's loss by a weight.
    pub weight_gradient_mean_square: f64,
}

/// Theory's answer for each layer, the first one first. `error` is the mean square of the loss's
/// gradient at the logits: [`softmax_error`](crate::softmax_error) of the last variance for
/// cross-entropy.
///
/// Forward: `q_1 = n_0 Var(W_1) m + Var(b_1)` for a mean square `m` of the inputs, then the
/// variance and correlation maps (Poole et al. 2016). Backward: `E d_l^2 = E d_(l+1)^2 n_(l+1)
/// Var(W_(l+1)) E phi'^2` (Glorot and Bengio 2010, eq. 6; Schoenholz et al. 2017, eq. 15). Spread,
/// to first order in one over the width: each layer adds the relative variance of its units'
/// squares over its width to what the layer before left (Hanin and Nica 2018; Roberts, Yaida and
/// Hanin 2022, chapter 4). For one input and ReLU that is `5 sum 1/n`; over many images it is less,
/// since only what the squares of two images have in common stays in their mean.
///
/// ```
/// use initializers::Activation;
/// use theory::{Inputs, Layer, propagate, softmax_error};
///
/// let layer = |fan_in, fan_out| {
///     Layer { fan_in, fan_out, weight_variance: 0.01, bias_variance: 0.0 }
/// };
/// let layers = [layer(784, 256), layer(256, 128), layer(128, 10)];
/// let inputs = Inputs { mean_squares: vec![0.112045], cosine: 0.4, squared_cosine: 0.18 };
/// let predicted = propagate(Activation::Relu, &layers, &inputs, |q| softmax_error(q, 10));
/// assert!((predicted[0].pre_activation.rms() - 0.937).abs() < 1e-3);
/// assert!((predicted[1].pre_activation.rms() - 1.060).abs() < 1e-3);
/// assert!((predicted[1].cosine - 0.544).abs() < 1e-3);
/// ```
pub fn propagate(
    phi: Activation,
    layers: &[Layer],
    inputs: &Inputs,
    error: impl Fn(f64) -> f64,
) -> Vec<LayerPrediction> {
    let mut predictions = forward(phi, layers, inputs);
    let Some(last) = predictions.last() else { return predictions };
    let error = error(last.pre_activation.mean_square);
    backward(phi, layers, error, &mut predictions);
    predictions
}

/// Mean over the given mean squares, each propagated by itself.
fn average(values: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    values.iter().map(|&value| f(value)).sum::<f64>() / values.len() as f64
}

fn forward(phi: Activation, layers: &[Layer], inputs: &Inputs) -> Vec<LayerPrediction> {
    let mut predictions = Vec::with_capacity(layers.len());
    // Per group of inputs: the mean square of what enters the layer.
    let mut fed = inputs.mean_squares.clone();
    let (mut cosine, mut log_variance) = (inputs.cosine, 0.0);
    let mut squared_cosine = inputs.squared_cosine;
    for (index, layer) in layers.iter().enumerate() {
        let gain = layer.fan_in as f64 * layer.weight_variance;
        let variances: Vec<f64> =
            fed.iter().map(|square| gain * square + layer.bias_variance).collect();
        let q = average(&variances, |q| q);
        let fed_mean = average(&fed, |square| square);
        // A bias is the same for all images.
        let shared = if q > 0.0 { layer.bias_variance / q } else { 0.0 };
        cosine = shared + (1.0 - shared) * cosine;
        squared_cosine = (1.0 - shared) * squared_cosine + shared;
        let spread = log_variance * (1.0 - shared).powi(2);
        let is_last = index + 1 == layers.len();
        predictions.push(LayerPrediction {
            pre_activation: Prediction {
                mean_square: q,
                log_std: (spread + 2.0 * squared_cosine / layer.fan_out as f64).sqrt(),
            },
            cosine,
            activation: None,
            input_mean_square: fed_mean,
            gradient: Prediction { mean_square: 0.0, log_std: 0.0 },
            weight_gradient_mean_square: 0.0,
        });
        if is_last {
            break;
        }
        fed = variances.iter().map(|&q| second_moment(phi, q)).collect();
        let square = average(&fed, |square| square);
        let slope = if square > 0.0 { variance_slope(phi, q) * q / square } else { 0.0 };
        let own = square_covariance(phi, q, squared_cosine.sqrt()) / layer.fan_out as f64;
        log_variance = slope * slope * spread + own;
        let single = second_moment(phi, q);
        let cross = |c: f64| if single > 0.0 { cross_moment(phi, [q, q], c) / single } else { 1.0 };
        cosine = cross(cosine);
        squared_cosine = cross(squared_cosine.sqrt()).powi(2);
        let activation = ActivationPrediction {
            mean: average(&variances, |q| mean(phi, q)),
            mean_square: square,
            cosine,
        };
        predictions[index].activation = Some(activation);
    }
    predictions
}

fn backward(phi: Activation, layers: &[Layer], error: f64, predictions: &mut [LayerPrediction]) {
    let (mut square, mut log_variance) = (error, 0.0);
    // Two images' errors at the logits, p - y, are of one class or of two: the mean squared cosine
    // is 1/C + (1 - 1/C)/(C-1)^2 = 1/(C-1) at small logits.
    let classes = layers.last().map_or(2, |layer| layer.fan_out.max(2)) as f64;
    let mut squared_cosine = 1.0 / (classes - 1.0);
    let last = layers.len() - 1;
    for index in (0..layers.len()).rev() {
        if index < last {
            let next = &layers[index + 1];
            let q = predictions[index].pre_activation.mean_square;
            let c = predictions[index].cosine;
            let slopes = slope_second_moment(phi, q);
            square *= next.fan_out as f64 * next.weight_variance * slopes;
            // A unit's gradient is phi' times a sum of many: the sum's square is that of a normal.
            let common = 1.0 + 2.0 * squared_cosine;
            let own = common * (1.0 + slope_square_covariance(phi, q, c)) - 1.0;
            log_variance += own.max(0.0) / next.fan_in as f64;
            let same = slope_cross_moment(phi, [q, q], c) / slopes;
            squared_cosine *= if slopes > 0.0 { same * same } else { 1.0 };
        }
        let prediction = &mut predictions[index];
        prediction.gradient = Prediction { mean_square: square, log_std: log_variance.sqrt() };
        prediction.weight_gradient_mean_square = square * prediction.input_mean_square;
    }
}
