//! What is measured inside a network, as values that can be written and read back.

use serde::{Deserialize, Serialize};

/// What is measured inside one network, on one set of images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    /// Images that everything is measured on, unless it says otherwise.
    pub images: usize,
    /// Mean cross-entropy.
    #[serde(with = "number")]
    pub loss: f64,
    /// Share of the images that are classified correctly.
    #[serde(with = "number")]
    pub accuracy: f64,
    /// Share of the images put into each class.
    pub class_shares: Vec<f64>,
    /// First layer first.
    pub layers: Vec<LayerMeasures>,
    /// The Jacobian of the logits by the inputs.
    pub jacobian: JacobianMeasures,
    /// The gradient noise scale in images: trace of the covariance of one image's gradient by the
    /// weights over the squared length of the mean one (McCandlish et al. 2018, `B_simple`),
    /// without the bias that few images bring. NaN where the mean gradient is not told from 0.
    #[serde(with = "number")]
    pub noise_scale: f64,
    /// The tangent kernel, where it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<KernelMeasures>,
    /// The curvature, where it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curvature: Option<CurvatureMeasures>,
}

/// What is measured at one layer. Statistics are over all images and units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerMeasures {
    /// Its number, from 1.
    pub layer: usize,
    /// Fan-in and fan-out.
    pub shape: [usize; 2],
    /// Root mean square of the weights.
    #[serde(with = "number")]
    pub weight_rms: f64,
    /// Whether all units have the same weights and biases, so that they stay equal.
    pub has_equal_units: bool,
    /// Root mean square of the pre-activations.
    #[serde(with = "number")]
    pub pre_activation_rms: f64,
    /// Mean of the pre-activations.
    #[serde(with = "number")]
    pub pre_activation_mean: f64,
    /// Their standard deviation.
    #[serde(with = "number")]
    pub pre_activation_std: f64,
    /// What the activation makes of them; the last layer has none.
    pub activation: Option<ActivationMeasures>,
    /// Root mean square of the gradient of one image's loss at the pre-activations.
    #[serde(with = "number")]
    pub gradient_rms: f64,
    /// Root mean square of the entries of the gradient of one image's loss by the weight.
    #[serde(with = "number")]
    pub image_weight_gradient_rms: f64,
    /// Root mean square of the entries of the gradient of the mean loss by the weight.
    #[serde(with = "number")]
    pub weight_gradient_rms: f64,
    /// That gradient over the weight: both by their root mean squares.
    #[serde(with = "number")]
    pub gradient_over_weight: f64,
    /// Distribution of the pre-activations' gradients.
    pub gradients: Histogram,
}

/// The activations of a hidden layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActivationMeasures {
    /// Their mean.
    #[serde(with = "number")]
    pub mean: f64,
    /// Their root mean square.
    #[serde(with = "number")]
    pub rms: f64,
    /// Share of them that is exactly 0.
    #[serde(with = "number")]
    pub off: f64,
    /// Share of the units through which no image's gradient passes: the slope is 0 on every image.
    #[serde(with = "number")]
    pub dead: f64,
    /// Share of the units whose pre-activation is positive on every image: linear ones, of ReLU.
    #[serde(with = "number")]
    pub always_on: f64,
    /// Share of them that is saturated, where the activation is bounded: beyond 0.97 of tanh,
    /// softsign and hard tanh, outside [0.05, 0.95] of sigmoid and hard sigmoid.
    pub saturated: Option<f64>,
    /// Mean cosine of two images' activations, over all pairs of images with any.
    #[serde(with = "number")]
    pub cosine: f64,
    /// Exponential of the entropy of the singular values (Roy and Vetterli 2007) of the
    /// activations, `[images, units]`: how many directions they use.
    #[serde(with = "number")]
    pub effective_rank: f64,
    /// Their distribution.
    pub values: Histogram,
}

/// The Jacobian of the logits by the inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JacobianMeasures {
    /// Images that it is measured on.
    pub images: usize,
    /// The singular values, largest first, each the mean over the images.
    #[serde(with = "numbers")]
    pub singular_values: Vec<f64>,
    /// Mean squared singular value.
    #[serde(with = "number")]
    pub mean_square: f64,
}

/// The tangent kernel (Jacot et al. 2018) of some images, all parameters included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KernelMeasures {
    /// Images that it is measured on.
    pub images: usize,
    /// Mean of its diagonal.
    #[serde(with = "number")]
    pub mean_diagonal: f64,
    /// Its largest eigenvalue.
    #[serde(with = "number")]
    pub largest: f64,
    /// Its smallest eigenvalue.
    #[serde(with = "number")]
    pub smallest: f64,
    /// Largest over smallest eigenvalue; infinite where the smallest is lost in rounding.
    #[serde(with = "number")]
    pub condition: f64,
}

/// The ends of the spectrum of the Hessian of the mean loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CurvatureMeasures {
    /// Images that it is measured on.
    pub images: usize,
    /// The largest eigenvalue.
    #[serde(with = "number")]
    pub largest: f64,
    /// The smallest.
    #[serde(with = "number")]
    pub smallest: f64,
    /// Below this learning rate full-batch gradient descent is stable: 2 over the largest.
    #[serde(with = "number")]
    pub largest_stable_rate: f64,
    /// Products of the Hessian with a vector that it took.
    pub products: usize,
}

/// How numbers are distributed: counts in bins of one width.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Histogram {
    /// Lower edge of the first bin.
    pub min: f64,
    /// Upper edge of the last bin.
    pub max: f64,
    /// Numbers in each bin; none where a number is not finite.
    pub counts: Vec<u64>,
}

impl Histogram {
    const BINS: usize = 60;

    /// The histogram of all numbers.
    pub(crate) fn of<'a>(numbers: impl Iterator<Item = &'a f64> + Clone) -> Self {
        let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
        for &x in numbers.clone() {
            if !x.is_finite() {
                return Histogram::default();
            }
            (min, max) = (min.min(x), max.max(x));
        }
        if min > max {
            return Histogram::default();
        }
        let mut counts = vec![0; Self::BINS];
        let scale = if max > min { Self::BINS as f64 / (max - min) } else { 0.0 };
        for x in numbers {
            counts[(((x - min) * scale) as usize).min(Self::BINS - 1)] += 1;
        }
        Histogram { min, max, counts }
    }
}

/// A quantity of a probe: of one layer, or of the network.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The layer, from 1; `None` for the network.
    pub layer: Option<usize>,
    /// Its name, as files give it.
    pub name: &'static str,
    /// The value.
    pub value: f64,
}

impl Measures {
    /// Every number but distributions, by layer and name, in the order of tables.
    pub fn entries(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        for layer in &self.layers {
            let mut add =
                |name, value| entries.push(Entry { layer: Some(layer.layer), name, value });
            add("weight_rms", layer.weight_rms);
            add("pre_activation_rms", layer.pre_activation_rms);
            add("pre_activation_mean", layer.pre_activation_mean);
            add("pre_activation_std", layer.pre_activation_std);
            if let Some(activation) = &layer.activation {
                add("activation_mean", activation.mean);
                add("activation_rms", activation.rms);
                add("off", activation.off);
                add("dead", activation.dead);
                add("always_on", activation.always_on);
                if let Some(saturated) = activation.saturated {
                    add("saturated", saturated);
                }
                add("cosine", activation.cosine);
                add("effective_rank", activation.effective_rank);
            }
            add("gradient_rms", layer.gradient_rms);
            add("image_weight_gradient_rms", layer.image_weight_gradient_rms);
            add("weight_gradient_rms", layer.weight_gradient_rms);
            add("gradient_over_weight", layer.gradient_over_weight);
        }
        self.add_network(&mut |name, value| entries.push(Entry { layer: None, name, value }));
        entries
    }

    fn add_network(&self, add: &mut impl FnMut(&'static str, f64)) {
        add("loss", self.loss);
        add("accuracy", self.accuracy);
        add("largest_class_share", self.class_shares.iter().copied().fold(0.0, f64::max));
        add("jacobian_largest", self.jacobian.singular_values.first().copied().unwrap_or(0.0));
        add("jacobian_smallest", self.jacobian.singular_values.last().copied().unwrap_or(0.0));
        add("jacobian_mean_square", self.jacobian.mean_square);
        add("noise_scale", self.noise_scale);
        if let Some(kernel) = &self.kernel {
            add("kernel_mean_diagonal", kernel.mean_diagonal);
            add("kernel_largest", kernel.largest);
            add("kernel_smallest", kernel.smallest);
            add("kernel_condition", kernel.condition);
        }
        if let Some(curvature) = &self.curvature {
            add("hessian_largest", curvature.largest);
            add("hessian_smallest", curvature.smallest);
            add("largest_stable_rate", curvature.largest_stable_rate);
        }
    }
}

/// A number that may be infinite or NaN, which JSON cannot write: as text then.
pub(crate) mod number {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(x: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        if x.is_finite() { serializer.serialize_f64(*x) } else { serializer.collect_str(x) }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(f64),
            Text(String),
        }
        match Written::deserialize(from)? {
            Written::Number(x) => Ok(x),
            Written::Text(text) => text.parse().map_err(serde::de::Error::custom),
        }
    }
}

/// Such numbers in a list.
mod numbers {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    struct Number(#[serde(with = "super::number")] f64);

    pub(super) fn serialize<S: Serializer>(all: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(all.iter().copied().map(Number))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<f64>, D::Error> {
        Ok(Vec::<Number>::deserialize(from)?.into_iter().map(|number| number.0).collect())
    }
}
