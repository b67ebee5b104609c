//! The initializers as values: what each draws for a tensor, and which tensors it has a meaning for.

use crate::{Law, Stream, Target};

/// How the numbers of one tensor are drawn.
///
/// The table in [`catalog`](crate::catalog) describes each: formula, parameters, source.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Initializer {
    /// Every number 0.
    Zeros,
    /// Every number 1.
    Ones,
    /// Every number the same.
    Constant {
        /// The number.
        value: f64,
    },
    /// Uniform on `[min, max)`.
    Uniform {
        /// Lower bound, included.
        min: f64,
        /// Upper bound, excluded.
        max: f64,
    },
    /// Uniform on `[-1/sqrt(n), 1/sqrt(n))` with n = fan-in: the tutorial's general rule.
    GeneralRule,
    /// Normal with the given mean and standard deviation.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        std: f64,
    },
    /// Normal, conditioned on lying within bounds.
    TruncatedNormal {
        /// Mean before truncation.
        mean: f64,
        /// Standard deviation before truncation or, where `corrected`, after it.
        std: f64,
        /// Lower bound, in the unit that `bounds` names.
        lower: f64,
        /// Upper bound, in the unit that `bounds` names.
        upper: f64,
        /// What `lower` and `upper` mean.
        bounds: Bounds,
        /// Whether what is drawn has the standard deviation `std`; else it has less.
        corrected: bool,
    },
}

/// What the bounds of a truncated normal mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bounds {
    /// Standard deviations (before truncation) from the mean, as in TensorFlow and JAX.
    Std,
    /// The numbers themselves, as in PyTorch.
    Absolute,
}

impl Bounds {
    pub(crate) const NAMES: [&'static str; 2] = ["std", "absolute"];

    pub(crate) fn named(name: &str) -> Self {
        if name == "absolute" { Bounds::Absolute } else { Bounds::Std }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Bounds::Std => "std",
            Bounds::Absolute => "absolute",
        }
    }

    /// The bounds as standard deviations from the mean.
    pub(crate) fn in_standard_deviations(self, mean: f64, std: f64, lower: f64, upper: f64) -> (f64, f64) {
        match self {
            Bounds::Std => (lower, upper),
            Bounds::Absolute => ((lower - mean) / std, (upper - mean) / std),
        }
    }
}

/// Why an initializer cannot fill a tensor.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DrawError {
    /// The formula divides by a fan that is zero.
    #[error("{kind} needs a fan-in of at least 1, but the tensor {shape:?} has none")]
    NoFan {
        /// The initializer's name.
        kind: &'static str,
        /// The tensor's shape.
        shape: Vec<usize>,
    },
}

impl Initializer {
    /// A normal around 0, redrawn beyond two standard deviations: TensorFlow's `truncated_normal`, the tutorial's. `std`
    /// is the one before truncation; what is drawn has 0.8796 of it.
    pub const fn truncated_normal(std: f64) -> Self {
        Initializer::TruncatedNormal { mean: 0.0, std, lower: -2.0, upper: 2.0, bounds: Bounds::Std, corrected: false }
    }

    /// Draws every number of `target` from `stream`, in row-major order of its shape.
    ///
    /// # Errors
    /// When the initializer has no meaning for the tensor; see [`DrawError`].
    pub fn draw(&self, target: &Target, stream: &mut Stream) -> Result<Vec<f32>, DrawError> {
        Ok(self.resolve(target)?.draw(target.len(), stream))
    }

    /// Whether the initializer has a meaning for the tensor: what [`Initializer::draw`] would answer, without drawing.
    ///
    /// # Errors
    /// As [`Initializer::draw`].
    pub fn check(&self, target: &Target) -> Result<(), DrawError> {
        self.resolve(target).map(|_| ())
    }

    /// The distribution of the tensor's numbers, where they are independent and alike.
    pub fn law(&self, target: &Target) -> Option<Law> {
        self.resolve(target).ok()
    }

    /// The initializer of the bias where none is named: the one that belongs to a framework's default, else zeros.
    pub fn default_bias(&self) -> Initializer {
        Initializer::Zeros
    }

    fn resolve(&self, target: &Target) -> Result<Law, DrawError> {
        Ok(match *self {
            Initializer::Zeros => Law::Constant { value: 0.0 },
            Initializer::Ones => Law::Constant { value: 1.0 },
            Initializer::Constant { value } => Law::Constant { value },
            Initializer::Uniform { min, max } => Law::Uniform { min, max },
            Initializer::GeneralRule => {
                if target.fan_in == 0 {
                    return Err(DrawError::NoFan { kind: self.kind().name, shape: target.shape.clone() });
                }
                let bound = 1.0 / (target.fan_in as f64).sqrt();
                Law::Uniform { min: -bound, max: bound }
            }
            Initializer::Normal { mean, std } => Law::normal(mean, std),
            Initializer::TruncatedNormal { mean, std, lower, upper, bounds, corrected } => {
                let (lower, upper) = bounds.in_standard_deviations(mean, std, lower, upper);
                Law::truncated_normal(mean, std, lower, upper, corrected)
            }
        })
    }
}
