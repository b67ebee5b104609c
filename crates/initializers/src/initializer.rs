//! The initializers as values.

use alloc::sync::Arc;
use core::fmt;

use crate::framework::Framework;
use crate::gain::Gain;
use crate::options::{Bounds, Connections, Family, FanMode, MirroredBase};
use crate::stream::Stream;
use crate::tensor_spec::TensorSpec;

/// How the numbers of one tensor are drawn.
///
/// [`catalog`](crate::catalog) has each kind's formula, parameters and source. Parameters are
/// validated by [`Initializer::validate`], which the functions that make an initializer and every
/// draw call.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the catalog documents every parameter, once")]
pub enum Initializer {
    /// Every number 0.
    Zeros,
    /// Every number 1.
    Ones,
    /// Every number the same.
    Constant { value: f64 },
    /// Uniform on `[min, max)`.
    Uniform { min: f64, max: f64 },
    /// Uniform on `[-1/sqrt(n), 1/sqrt(n))` with n = fan-in.
    GeneralRule,
    /// Normal.
    Normal { mean: f64, std: f64 },
    /// Normal, conditioned on lying within bounds.
    TruncatedNormal { mean: f64, std: f64, lower: f64, upper: f64, bounds: Bounds, corrected: bool },

    /// A variance of `scale / fan`, in any family of distributions.
    VarianceScaling { scale: f64, mode: FanMode, distribution: Family },
    /// Glorot's (Xavier's) variance, uniform.
    GlorotUniform { gain: Gain },
    /// Glorot's (Xavier's) variance, normal.
    GlorotNormal { gain: Gain, truncated: bool },
    /// He's (Kaiming's) variance, uniform.
    HeUniform { gain: Gain, mode: FanMode },
    /// He's (Kaiming's) variance, normal.
    HeNormal { gain: Gain, mode: FanMode, truncated: bool },
    /// LeCun's variance, uniform.
    LecunUniform,
    /// LeCun's variance, normal.
    LecunNormal { truncated: bool },
    /// The random walk's gain, normal.
    RandomWalk { gain: Gain },
    /// Maximal update parametrization; [`mup_adam_multiplier`](crate::mup_adam_multiplier) has its
    /// learning rates.
    Mup { gain: Gain, base_width: f64 },
    /// The spectral condition for feature learning.
    Spectral { gain: Gain },
    /// AutoInit: a variance from the moments of the layer's inputs.
    AutoInit { input_mean: f64, input_variance: f64, signal_variance: f64, distribution: Family },

    /// Orthonormal rows or columns, uniform over all such matrices (Haar).
    Orthogonal { gain: Gain },
    /// An orthogonal matrix at the middle of a convolution's kernel, zeros around it.
    DeltaOrthogonal { gain: Gain },
    /// Ones on the diagonal.
    Identity { gain: Gain },
    /// A fixed number of non-zero weights a unit.
    Sparse { connections: usize, along: Connections, std: f64 },
    /// Mirrored blocks that make a ReLU network linear at first.
    LooksLinear { gain: Gain, base: MirroredBase },
    /// ZerO: identity and Hadamard matrices.
    ZeroHadamard { gain: Gain },
    /// Identity plus small noise, for tanh.
    TanhFixedPoint { noise: f64 },
    /// A sine of its own for each unit.
    Sinusoidal { gain: Gain },
    /// One positive entry in each unit's weights and bias.
    RandomizedAsymmetric,

    /// Layer-sequential unit variance; draws its base, an orthogonal matrix.
    Lsuv { tolerance: f64, iterations: usize },
    /// Unit variance for each unit, then equal rates of change; draws its base, standard normal
    /// numbers.
    Krahenbuhl { balance: bool, tolerance: f64, iterations: usize },

    /// A framework's default.
    Framework(Framework),

    /// A draw of one's own.
    Custom(Custom),
}

/// A function that draws, under a name; [`Initializer::custom`] makes one.
#[derive(Clone)]
pub struct Custom {
    name: &'static str,
    fill: Arc<Fill>,
}

type Fill = dyn Fn(&TensorSpec, &mut Stream, &mut [f64]) + Send + Sync;

impl Initializer {
    /// An initializer of one's own: `fill` fills a tensor, in row-major order of its shape, from a
    /// stream. `name` is for messages.
    ///
    /// ```
    /// use initializers::{Initializer, Stream, TensorSpec};
    ///
    /// let rademacher = Initializer::custom("rademacher", |spec, stream, numbers| {
    ///     let scale = 1.0 / (spec.fan_in() as f64).sqrt();
    ///     numbers.fill_with(|| if stream.below(2) == 0 { -scale } else { scale });
    /// });
    /// let weight = rademacher.draw(&TensorSpec::linear(4, 3), &mut Stream::named(0, "head"))?;
    /// assert!(weight.iter().all(|w| w.abs() == 0.5));
    /// # Ok::<(), initializers::DrawError>(())
    /// ```
    pub fn custom(
        name: &'static str,
        fill: impl Fn(&TensorSpec, &mut Stream, &mut [f64]) + Send + Sync + 'static,
    ) -> Self {
        Initializer::Custom(Custom { name, fill: Arc::new(fill) })
    }
}

impl Custom {
    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn fill(&self, spec: &TensorSpec, stream: &mut Stream, numbers: &mut [f64]) {
        (self.fill)(spec, stream, numbers);
    }
}

impl fmt::Debug for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Custom").field(&self.name).finish()
    }
}

/// Equal where they are clones of one function.
impl PartialEq for Custom {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.fill, &other.fill)
    }
}
