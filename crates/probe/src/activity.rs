//! What the units of one hidden layer do on a few images: the few measures that can be afforded
//! while a network trains.

use initializers::Activation;
use ndarray::Array2;
use theory::derivative;

use crate::statistics::{effective_rank, saturation};

/// What the units of a hidden layer do; [`ActivationMeasures`](crate::ActivationMeasures) says what
/// each measure is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Activity {
    /// Mean of the activations.
    pub mean: f64,
    /// Their root mean square.
    pub rms: f64,
    /// Share of them that is exactly 0.
    pub off: f64,
    /// Share of the units through which no image's gradient passes.
    pub dead: f64,
    /// Share of the activations that is saturated, where the activation is bounded.
    pub saturated: Option<f64>,
    /// How many directions the activations use, on the first [`Activity::RANK_IMAGES`] images.
    pub effective_rank: f64,
}

impl Activity {
    /// Images of the effective rank: it takes a time that grows with the third power of their
    /// number.
    pub const RANK_IMAGES: usize = 32;

    /// Measures `units` units on some images: what the activation is applied to, image after image,
    /// and what it gives. `None` of nothing.
    ///
    /// ```
    /// use initializers::Activation;
    /// use probe::Activity;
    ///
    /// // Two images, two units: the second is off on both.
    /// let [pre, post] = [[1.0, -1.0, 3.0, -2.0], [1.0, 0.0, 3.0, 0.0]];
    /// let activity = Activity::of(Activation::Relu, &pre, &post, 2).unwrap();
    /// assert_eq!((activity.mean, activity.off, activity.dead), (1.0, 0.5, 0.5));
    /// assert_eq!(activity.saturated, None);
    /// ```
    pub fn of(activation: Activation, pre: &[f32], post: &[f32], units: usize) -> Option<Self> {
        if units == 0 || post.is_empty() || pre.len() != post.len() {
            return None;
        }
        let count = post.len() as f64;
        let (mut sum, mut squares, mut off) = (0.0, 0.0, 0u64);
        for &x in post {
            let x = f64::from(x);
            sum += x;
            squares += x * x;
            off += u64::from(x == 0.0);
        }
        // Most units let a gradient of the first images pass: few slopes are looked at.
        let images = post.len() / units;
        let passes =
            |unit: usize, image: usize| derivative(activation, pre[image * units + unit].into());
        let is_dead = |unit: &usize| (0..images).all(|image| passes(*unit, image) == 0.0);
        let dead = (0..units).filter(is_dead).count() as f64 / units as f64;
        let saturated = saturation(activation)
            .map(|is| post.iter().filter(|&&x| is(f64::from(x))).count() as f64 / count);
        let rows = images.min(Self::RANK_IMAGES);
        let first = post[..rows * units].iter().copied().map(f64::from).collect();
        let effective_rank = Array2::from_shape_vec([rows, units], first)
            .map_or(f64::NAN, |first| effective_rank(&first));
        Some(Activity {
            mean: sum / count,
            rms: (squares / count).sqrt(),
            off: off as f64 / count,
            dead,
            saturated,
            effective_rank,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Images, LayerWeights, Network, Options};

    #[test]
    fn the_measures_are_those_of_a_probe_of_the_same_images() {
        for activation in [Activation::Relu, Activation::Tanh] {
            let sine = |at: usize| 3.0 * (at as f32 * 0.7).sin();
            let weight: Vec<f32> = (0..12).map(sine).collect();
            let bias = [-9.0, 0.1, 0.2];
            let [shape, last] = [[4, 3], [3, 2]];
            let layers = [
                LayerWeights { shape, weight: &weight, bias: Some(&bias) },
                LayerWeights { shape: last, weight: &weight[..6], bias: None },
            ];
            let inputs: Vec<f32> = (0..32).map(|at| (at as f32 * 1.3).cos()).collect();
            let images = Images::new(&inputs, &[0, 1, 0, 1, 0, 1, 0, 1]).unwrap();
            let network = Network::new(&layers, activation).unwrap();
            let probed = network.measure(&images, &Options::default()).unwrap();
            let probed = probed.layers[0].activation.clone().unwrap();
            let forward = network.forward(&images);
            let floats =
                |numbers: &Array2<f64>| -> Vec<f32> { numbers.iter().map(|&x| x as f32).collect() };
            let (pre, post) = (floats(&forward.pre_activations[0]), floats(&forward.inputs[1]));
            let activity = Activity::of(activation, &pre, &post, 3).unwrap();
            let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-5, "{activation}: {a} {b}");
            close(activity.mean, probed.mean);
            close(activity.rms, probed.rms);
            close(activity.off, probed.off);
            close(activity.dead, probed.dead);
            close(activity.effective_rank, probed.effective_rank);
            assert_eq!(activity.saturated, probed.saturated);
        }
    }
}
