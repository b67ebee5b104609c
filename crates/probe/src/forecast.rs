//! What a probe alone foretells of training: the order of starts, and which will not learn.
//! `docs/probe.md` says how the formula was chosen, and how well it does.

use crate::context::Context;
use crate::measures::Measures;
use crate::study::ArmProbe;

/// What is foretold of a start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// The larger, the better it should train, among starts of one network, optimizer and data set.
    /// At most 0; minus infinity where a number is not finite.
    pub score: f64,
    /// Whether it should learn at all.
    pub learns: bool,
}

impl Forecast {
    /// What a score says, or the mean score of several seeds.
    pub fn of_score(score: f64) -> Self {
        Forecast { score, learns: score >= LEAST }
    }
}

/// A start below this score is foretold not to learn. The best cut on the half of the study that
/// chose the formula, rounded.
const LEAST: f64 = -4.5;
/// A signal that fades counts so much under an optimizer that divides a gradient by its own size.
const FADED: f64 = 0.5;
/// What images that are all alike count.
const DISTINCT: f64 = 0.5;
/// Below this, numbers are 0.
const NOTHING: f64 = 1e-20;
/// Cosines closer to 1 than this are 1.
const ALIKE: f64 = 1e-6;

/// The forecast of one network:
///
/// `score = -f |log10 J| + log10(1 - c) / 2`
///
/// `J` is the root of the Jacobian's mean squared singular value: a signal that neither fades nor
/// grows has 1 (dynamical isometry: Saxe et al. 2014, Pennington et al. 2017). `c` is the mean
/// cosine of two images in the last hidden layer: images that are alike cannot be told apart
/// (Schoenholz et al. 2017). `f` is 1, and 1/2 where `J < 1` under Adam and its like, which divide
/// a faded gradient by its own size.
///
/// ```
/// use initializers::Activation;
/// use probe::{Context, Images, LayerWeights, Network, Options, forecast};
///
/// let images = Images::new(&[0.1, 0.9, -0.4, 0.3, 1.0, 0.0, 0.5, -0.7], &[0, 2])?;
/// let context = Context {
///     activation: Activation::Tanh, is_adaptive: true, learning_rate: 1e-3, init_factor: 1.0,
///     output_scale: 1.0,
/// };
/// let score = |scale: f32| {
///     let weights = [0.5, -1.0, 0.2, 0.1, 0.0, 0.7, 1.0, -0.3].map(|w: f32| scale * w);
///     let layer = |shape, weight| LayerWeights { shape, weight, bias: None };
///     let layers = [layer([4, 2], &weights), layer([2, 3], &weights[..6])];
///     let measures = Network::new(&layers, context.activation)?
///         .measure(&images, &Options::default())?;
///     Ok::<_, probe::ProbeError>(forecast(&measures, &context).score)
/// };
/// assert!(score(1.0)? > score(0.01)?);
/// # Ok::<(), probe::ProbeError>(())
/// ```
pub fn forecast(measures: &Measures, context: &Context) -> Forecast {
    let size = log(measures.jacobian.mean_square.sqrt());
    let fades = if context.is_adaptive { FADED } else { 1.0 };
    let isometry = if size < 0.0 { -fades * size } else { size };
    let hidden = measures.layers.iter().rev().find_map(|layer| layer.activation.as_ref());
    // With no unit on, there is nothing to tell images apart by; no hidden layer, no such term.
    let distinct = hidden.map_or(1.0, |hidden| match hidden.cosine {
        cosine if cosine.is_nan() => ALIKE,
        cosine => (1.0 - cosine).max(ALIKE),
    });
    let score = -isometry + DISTINCT * distinct.log10().min(0.0);
    let is_finite = score.is_finite() && measures.loss.is_finite();
    Forecast::of_score(if is_finite { score } else { f64::NEG_INFINITY })
}

fn log(x: f64) -> f64 {
    if x.is_nan() { f64::NAN } else { x.max(NOTHING).log10() }
}

impl ArmProbe {
    /// The forecast of the arm: by the mean score of its seeds.
    pub fn forecast(&self) -> Forecast {
        let scores = self.measures.iter().map(|(_, of)| forecast(of, &self.context).score);
        Forecast::of_score(scores.sum::<f64>() / self.measures.len() as f64)
    }
}
